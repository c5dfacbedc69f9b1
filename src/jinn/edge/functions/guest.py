"""What both kinds of function may ask for, checked against the manifest and bounded."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from jinn.edge.functions.model import Ended, Manifest, Wish, is_granted
from jinn.kernel import Names

WISHES_MAX = 20
LOGS_MAX = 50
LOG_CHARS_MAX = 500
KEPT_BYTES_MAX = 4_096
SAID_CHARS_MAX = 300

Document = TypeVar("Document")

OK, NOT_GRANTED, NOT_READABLE, TOO_MANY = 0, -1, -2, -3


class _Set(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    thing: str
    properties: dict[str, object]


class _Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    thing: str
    service: str
    inputs: dict[str, object] = {}


class _Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    zh: str


class _Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    thing: str
    property: str


class Requests:
    """What a function asked for while it worked on one event."""

    def __init__(self, manifest: Manifest, readings: Callable[[str, str], object], kept: bytes) -> None:
        self._manifest = manifest
        self._readings = readings
        self.kept_before = kept
        self._kept: bytes | None = None
        self._wishes: list[Wish] = []
        self._says: list[Names] = []
        self._logs: list[str] = []

    def set(self, document: bytes) -> int:
        """Wish values for a thing: OK, or why not."""
        asked = _decoded(document, _Set)
        if asked is None or not asked.properties:
            return NOT_READABLE
        if not all(is_granted(self._manifest, "set", asked.thing, name) for name in asked.properties):
            return NOT_GRANTED
        return self._wish(Wish(thing=asked.thing, values=asked.properties))

    def call(self, document: bytes) -> int:
        """Wish that a thing does something."""
        asked = _decoded(document, _Call)
        if asked is None or not asked.service:
            return NOT_READABLE
        if not is_granted(self._manifest, "call", asked.thing, asked.service):
            return NOT_GRANTED
        return self._wish(Wish(thing=asked.thing, service=asked.service, values=asked.inputs))

    def say(self, document: bytes) -> int:
        """Tell the household something, in both languages."""
        asked = _decoded(document, _Say)
        if asked is None or not asked.en or not asked.zh or max(len(asked.en), len(asked.zh)) > SAID_CHARS_MAX:
            return NOT_READABLE
        if not is_granted(self._manifest, "say"):
            return NOT_GRANTED
        if len(self._says) >= WISHES_MAX:
            return TOO_MANY
        self._says.append(Names(en=asked.en, zh=asked.zh))
        return OK

    def read(self, document: bytes) -> bytes | int:
        """What a thing last said of a property, as JSON; or why not."""
        asked = _decoded(document, _Read)
        if asked is None:
            return NOT_READABLE
        if not is_granted(self._manifest, "read", asked.thing, asked.property):
            return NOT_GRANTED
        return msgspec.json.encode(self._readings(asked.thing, asked.property))

    def keep(self, data: bytes) -> int:
        """Remember up to 4 KiB for the next event."""
        if not is_granted(self._manifest, "keep"):
            return NOT_GRANTED
        if len(data) > KEPT_BYTES_MAX:
            return TOO_MANY
        self._kept = data
        return OK

    def log(self, text: bytes) -> None:
        if len(self._logs) < LOGS_MAX:
            self._logs.append(text.decode(errors="replace")[:LOG_CHARS_MAX])

    def ended(self, *, ms: float, fuel: int = 0) -> Ended:
        """All went well."""
        return Ended(
            wishes=tuple(self._wishes),
            says=tuple(self._says),
            logs=tuple(self._logs),
            kept=self._kept,
            fuel=fuel,
            ms=ms,
        )

    def failed(self, problem: str, sentence: str, *, ms: float, fuel: int = 0) -> Ended:
        """It did not end well: nothing of what it wished is done."""
        return Ended(logs=tuple(self._logs), problem=problem, sentence=sentence[:LOG_CHARS_MAX], ms=ms, fuel=fuel)

    def _wish(self, wish: Wish) -> int:
        if len(self._wishes) >= WISHES_MAX:
            return TOO_MANY
        self._wishes.append(wish)
        return OK


def _decoded(document: bytes, shape: type[Document]) -> Document | None:
    try:
        return msgspec.json.decode(document, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
