"""The messages of /ws/screen: `ScreenDown` and `ScreenUp` in contracts/jinn.schema.json."""

import msgspec

from jinn.kernel import Lang, Names
from jinn.language import DeedWire, TurnWire
from jinn.things import WireThing


class NamesWire(msgspec.Struct, frozen=True, kw_only=True):
    en: str
    zh: str


def names_to_wire(names: Names) -> NamesWire:
    return NamesWire(en=names.en, zh=names.zh)


class AreaWire(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    names: NamesWire


class ProblemWire(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot"):
    seq: int
    home: NamesWire
    lang: str
    areas: list[AreaWire]
    things: list[WireThing]
    turn: TurnWire | None
    models: dict[str, str]
    suggestions: list[NamesWire]


class ThingChanged(msgspec.Struct, frozen=True, kw_only=True, tag="thing"):
    seq: int
    thing: WireThing


class ThingRemoved(msgspec.Struct, frozen=True, kw_only=True, tag="thing_removed"):
    seq: int
    id: str


class TurnFinished(msgspec.Struct, frozen=True, kw_only=True, tag="turn"):
    seq: int
    turn: TurnWire


class ModelsChanged(msgspec.Struct, frozen=True, kw_only=True, tag="models"):
    seq: int
    models: dict[str, str]


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer", omit_defaults=True):
    id: str
    ok: bool
    did: list[DeedWire] | None = None
    turn: TurnWire | None = None
    problem: ProblemWire | None = None


class Set(msgspec.Struct, frozen=True, kw_only=True, tag="set", forbid_unknown_fields=True):
    id: str
    thing: str
    properties: dict[str, str | int | float | bool]


class Say(msgspec.Struct, frozen=True, kw_only=True, tag="say", forbid_unknown_fields=True):
    id: str
    text: str
    lang: Lang


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping", forbid_unknown_fields=True):
    id: str


Change = ThingChanged | ThingRemoved | TurnFinished | ModelsChanged
ScreenUp = Set | Say | Ping
