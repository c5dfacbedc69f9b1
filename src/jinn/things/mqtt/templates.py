"""A template as devices announce it, made into a function: a safe part of Jinja, and a clear no to the rest.

Nothing here can loop, call into Python, reach an attribute of an object, or make a large number or text.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from jinn.things.mqtt.template_doing import Node, Scope, constant, joined
from jinn.things.mqtt.template_parsing import expression, read_expression
from jinn.things.mqtt.template_reading import Piece, pieces_of, refused, tokens_of
from jinn.things.mqtt.template_words import UNDEFINED, TemplateFailed, Value, text_of

BRANCHES_MAX = 40


class Template:
    """Attributes:
    text: as it was announced.
    """

    __slots__ = ("_node", "text")

    def __init__(self, text: str, node: Node) -> None:
        self.text = text
        self._node = node

    def value(self, scope: Mapping[str, Value]) -> Value:
        """What it says: the bare value of a single expression, else text. Raises `TemplateFailed`."""
        try:
            found = self._node(dict(scope))
        except (TypeError, ValueError, OverflowError, ZeroDivisionError, IndexError, KeyError) as wrong:
            raise TemplateFailed(str(wrong)) from wrong
        except RecursionError as wrong:
            raise TemplateFailed("It is too deep.") from wrong
        return found

    def render(self, scope: Mapping[str, Value]) -> str:
        """What it says, as text. Raises `TemplateFailed`."""
        return text_of(self.value(scope)).strip()


@lru_cache(maxsize=4_096)
def read_template(text: str) -> Template:
    """Many entities of one kind have the same one, so it is read once. Raises `Invalid` with code `bad-template`."""
    try:
        body, rest = _block(pieces_of(text), 0, ())
    except RecursionError as wrong:
        raise refused("it is too deep.") from wrong
    assert rest is None, "a block without ends takes everything"
    return Template(text, body)


# Text with expressions in it.


def _block(pieces: Sequence[Piece], start: int, ends: tuple[str, ...]) -> tuple[Node, int | None]:
    """The pieces up to one of the statements that end them; where that one is, or None at the end of all."""
    parts: list[Node] = []
    at = start
    while at < len(pieces):
        piece = pieces[at]
        if piece.kind == "statement":
            word = piece.text.partition(" ")[0]
            if word in ends:
                return _together(parts), at
            part, at = _statement(pieces, at, word)
            parts.append(part)
        else:
            parts.append(constant(piece.text) if piece.kind == "text" else expression(piece.text))
            at += 1
    if ends:
        raise refused(f"{ends[-1]} is missing.")
    return _together(parts), None


def _together(parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else joined(parts)


def _statement(pieces: Sequence[Piece], at: int, word: str) -> tuple[Node, int]:
    if word == "if":
        return _if(pieces, at)
    if word == "set":
        return _set(pieces[at].text), at + 1
    raise refused(f"{word[:20]!r} is not used here.")


def _set(text: str) -> Node:
    tokens = tokens_of(text)
    if len(tokens) < 4 or tokens[1].kind != "name" or tokens[2].text != "=":
        raise refused("set gives one name a value.")
    name, value = tokens[1].text, read_expression(tokens[3:])

    def setting(scope: Scope) -> Value:
        scope[name] = value(scope)
        return ""

    return setting


def _if(pieces: Sequence[Piece], start: int) -> tuple[Node, int]:
    branches: list[tuple[Node, Node]] = []
    at = start
    word = "if"
    while word != "endif":
        condition = constant(True) if word == "else" else expression(pieces[at].text.partition(" ")[2])
        ends = ("endif",) if word == "else" else ("elif", "else", "endif")
        body, stopped = _block(pieces, at + 1, ends)
        assert stopped is not None, "a block with ends stops at one of them"
        at = stopped
        branches.append((condition, body))
        word = pieces[at].text.partition(" ")[0]
        if len(branches) > BRANCHES_MAX:
            raise refused("it has too many branches.")

    def branch(scope: Scope) -> Value:
        for condition, body in branches:
            if condition(scope):
                return body(scope)
        return ""

    return branch, at + 1


__all__ = ["UNDEFINED", "Template", "TemplateFailed", "read_template", "text_of"]
