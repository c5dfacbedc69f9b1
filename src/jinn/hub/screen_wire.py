"""The messages of /ws/screen: `ScreenDown` and `ScreenUp` in contracts/jinn.schema.json, `EdgeDown` in edge's."""

from collections.abc import Mapping, Sequence
from typing import Literal

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


class RulesChanged(msgspec.Struct, frozen=True, kw_only=True, tag="rules"):
    """Rules or scenes were added, changed or removed: screens fetch them again."""

    seq: int


class RuleRan(msgspec.Struct, frozen=True, kw_only=True, tag="run"):
    """`run` is the edge's own `Run`; of the messages below each carries the wire form of the room that it is from."""

    seq: int
    run: object


class UpdateChanged(msgspec.Struct, frozen=True, kw_only=True, tag="update"):
    seq: int
    update: object


class HappeningWire(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a thing told of."""

    id: str
    thing: str
    event: str
    names: NamesWire
    kind: Literal["info", "alert", "error"]
    at_ms: int
    outputs: Mapping[str, object]


class ThingHappened(msgspec.Struct, frozen=True, kw_only=True, tag="happened"):
    seq: int
    happening: HappeningWire


class FoundChanged(msgspec.Struct, frozen=True, kw_only=True, tag="found"):
    seq: int
    found: Sequence[object]


class NetworkChanged(msgspec.Struct, frozen=True, kw_only=True, tag="network"):
    seq: int
    network: object


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag="notice"):
    """A rule said something, a shirt's heart rate is high."""

    seq: int
    text: NamesWire
    severity: Literal["info", "alert", "error"]


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a service; `outputs` is the thing's own answer, `code` its own code when it refused."""

    thing: str
    service: str
    outcome: str
    outputs: Mapping[str, object]
    code: str
    ms: float


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer", omit_defaults=True):
    id: str
    ok: bool
    did: list[DeedWire] | None = None
    called: Called | None = None
    turn: TurnWire | None = None
    problem: ProblemWire | None = None


class Set(msgspec.Struct, frozen=True, kw_only=True, tag="set", forbid_unknown_fields=True):
    id: str
    thing: str
    properties: dict[str, str | int | float | bool]


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call", forbid_unknown_fields=True):
    id: str
    thing: str
    service: str
    inputs: dict[str, object] = {}


class Say(msgspec.Struct, frozen=True, kw_only=True, tag="say", forbid_unknown_fields=True):
    id: str
    text: str
    lang: Lang


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping", forbid_unknown_fields=True):
    id: str


Change = (
    ThingChanged
    | ThingRemoved
    | TurnFinished
    | ModelsChanged
    | RulesChanged
    | RuleRan
    | UpdateChanged
    | ThingHappened
    | FoundChanged
    | NetworkChanged
    | Notice
)
ScreenUp = Set | Call | Say | Ping
