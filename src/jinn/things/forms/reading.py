"""How is a stranger's document walked? Asking for each part by its type, and noting what nobody asked for."""

import math
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from jinn.kernel import Invalid
from jinn.things.values import Json

TEXT_CHARS_MAX = 10_240
NODES_MAX = 20_000
"""A document of the largest model has some 15,000 parts; beyond that it is no model."""


class Left:
    """What a reader left lying, as `(path, what, why)`; shared by all nodes of a document."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str, str]] = []
        self.count = 0

    def note(self, path: str, what: str, why: str) -> None:
        self.notes.append((path, what, why))


class Node:
    """An object of the document with its path."""

    def __init__(self, value: dict[str, Json], path: str, left: Left) -> None:
        self._value = value
        self.path = path
        self._left = left
        self._asked: set[str] = set()
        left.count += 1
        if left.count > NODES_MAX:
            raise Invalid(f"The document has more than {NODES_MAX} parts.", code="form-too-large")

    def spelt_out(self, keys: Mapping[str, str]) -> "Node":
        """The same object with long keys in the place of short ones."""
        return Node({keys.get(key, key): value for key, value in self._value.items()}, self.path, self._left)

    def has(self, key: str) -> bool:
        return self._value.get(key) is not None

    def present(self) -> tuple[str, ...]:
        return tuple(self._value)

    def get(self, key: str) -> Json:
        """Whatever is there; None when nothing is."""
        self._asked.add(key)
        return self._value.get(key)

    def text(self, key: str, default: str = "") -> str:
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, str) or len(value) > TEXT_CHARS_MAX:
            raise self.wrong(key, "a text")
        return value

    def need_text(self, key: str) -> str:
        found = self.text(key)
        if not found:
            raise self.wrong(key, "a text that is not empty")
        return found

    def name(self, key: str, default: str = "") -> str:
        """A text on one line of at most 100 characters: what people call something."""
        return spoken(self.text(key)) or default

    def figure(self, key: str) -> float | None:
        """A finite number; None when there is none."""
        value = self.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, "a number")
        return _finite(value, self, key)

    def whole(self, key: str, default: int = 0) -> int:
        figure = self.figure(key)
        if figure is None:
            return default
        if figure != int(figure) or abs(figure) > 2**53:
            raise self.wrong(key, "a whole number")
        return int(figure)

    def flag(self, key: str, default: bool = False) -> bool:
        value = self.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def items(self, key: str) -> list[Json]:
        value = self.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, "an array")
        return value

    def texts(self, key: str) -> list[str]:
        found = self.items(key)
        texts = [item for item in found if isinstance(item, str)]
        if len(texts) != len(found):
            raise self.wrong(key, "an array of texts")
        return texts

    def figures(self, key: str) -> list[float]:
        found = self.items(key)
        figures = [item for item in found if isinstance(item, int | float) and not isinstance(item, bool)]
        if len(figures) != len(found):
            raise self.wrong(key, "an array of numbers")
        return [_finite(figure, self, key) for figure in figures]

    def node(self, key: str) -> "Node | None":
        value = self.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(key, "an object")
        return Node(value, self._under(key), self._left)

    def need(self, key: str) -> "Node":
        found = self.node(key)
        if found is None:
            raise self.wrong(key, "an object")
        return found

    def nodes(self, key: str) -> "list[Node]":
        """The objects of an array."""
        found: list[Node] = []
        for index, item in enumerate(self.items(key)):
            if not isinstance(item, dict):
                raise self.wrong(f"{key}[{index}]", "an object")
            found.append(Node(item, self._under(f"{key}[{index}]"), self._left))
        return found

    def members(self, key: str) -> "Iterator[tuple[str, Node]]":
        """The named objects of an object."""
        inner = self.node(key)
        for name in inner.present() if inner is not None else ():
            assert inner is not None
            yield name, inner.need(name)

    def skip(self, *keys: str) -> None:
        """These are known, and say nothing that a product says."""
        self._asked.update(keys)

    def leave(self, key: str, what: str, why: str) -> None:
        """That part is understood, and cannot be kept."""
        self._asked.add(key)
        self._left.note(self._under(key), what, why)

    def close(self) -> None:
        """Everything that was of use has been asked for: the rest is left, and said to be."""
        for key in self._value:
            if key not in self._asked:
                self._left.note(self._under(key), "is left out", "it is not known here")

    def wrong(self, key: str, wanted: str) -> Invalid:
        where = self._under(key)[:120]
        return Invalid(f"{where} must be {wanted}.", code="form-malformed", path=where)

    def _under(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def spoken(text: str) -> str:
    """A text as a name that can be shown on one line."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text[:400]).split())[:100]


def decoded(document: bytes) -> dict[str, Json]:
    """The JSON object that these bytes are. Raises `Invalid` with code `form-not-json`."""
    try:
        tree = msgspec.json.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The document is not JSON: {error}.", code="form-not-json") from error
    if not isinstance(tree, dict):
        raise Invalid("The document is no JSON object.", code="form-not-json")
    return tree


def objects(values: Sequence[Json]) -> list[dict[str, Json]]:
    return [value for value in values if isinstance(value, dict)]


def _finite(value: float, node: Node, key: str) -> float:
    try:
        figure = float(value)
    except OverflowError as error:
        raise node.wrong(key, "a number that is not so large") from error
    if not math.isfinite(figure) or abs(figure) > 1e300:
        raise node.wrong(key, "a number that is not so large")
    return value
