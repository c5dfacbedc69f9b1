"""Rules, scenes and runs as others see them: over HTTP, in files, and in the bus's events. See `contracts/`."""

import re
from typing import Annotated, Literal

import msgspec

from jinn.language import DeedWire

TEXT_CHARS_MAX = 300
PARTS_MAX = 20
"""Triggers, conditions or actions of one rule; a longer one is several rules."""

FOR_S_MAX = 7 * 86_400.0
CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "workday", "holiday"]
ComparisonName = Literal["is", "is_not", "above", "below"]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=FOR_S_MAX)]
Days = Annotated[list[DayName], msgspec.Meta(max_length=9)]
Clock = Annotated[str, msgspec.Meta(pattern=f"^{CLOCK.pattern}$")]


class NamesWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: Annotated[str, msgspec.Meta(max_length=TEXT_CHARS_MAX)]
    zh: Annotated[str, msgspec.Meta(max_length=TEXT_CHARS_MAX)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Refuses unknown fields: a misspelt one would be a rule that does something else."""


class PropertyWire(_Part, frozen=True, tag="property", tag_field="type"):
    thing: Id
    property: Id
    is_: ComparisonName = msgspec.field(name="is")
    value: object
    for_s: Seconds = 0.0


class EventWire(_Part, frozen=True, tag="event", tag_field="type"):
    thing: Id
    event: Id
    outputs: dict[str, object] = {}


class PresenceWire(_Part, frozen=True, tag="presence", tag_field="type"):
    thing: Id
    online: bool
    for_s: Seconds = 0.0


class TimeWire(_Part, frozen=True, tag="time", tag_field="type"):
    at: Clock
    days: Days = []


class SunWire(_Part, frozen=True, tag="sun", tag_field="type"):
    event: Literal["sunrise", "sunset"]
    offset_min: Annotated[int, msgspec.Meta(ge=-720, le=720)] = 0
    days: Days = []


class PeopleWire(_Part, frozen=True, tag="people", tag_field="type"):
    who: Literal["anyone", "everyone"]
    at_home: bool


TriggerWire = PropertyWire | EventWire | PresenceWire | TimeWire | SunWire | PeopleWire


class PropertyConditionWire(_Part, frozen=True, tag="property", tag_field="type"):
    thing: Id
    property: Id
    is_: ComparisonName = msgspec.field(name="is")
    value: object
    for_s: Seconds = 0.0


class TimeConditionWire(_Part, frozen=True, tag="time", tag_field="type"):
    after: Clock | msgspec.UnsetType = msgspec.UNSET
    before: Clock | msgspec.UnsetType = msgspec.UNSET
    days: Days = []


class SunConditionWire(_Part, frozen=True, tag="sun", tag_field="type"):
    is_: Literal["up", "down"] = msgspec.field(name="is")


class PeopleConditionWire(_Part, frozen=True, tag="people", tag_field="type"):
    who: Literal["anyone", "everyone"]
    at_home: bool


class AnyWire(_Part, frozen=True, tag="any", tag_field="type"):
    of: Annotated[list["ConditionWire"], msgspec.Meta(max_length=PARTS_MAX)]


class NotWire(_Part, frozen=True, tag="not", tag_field="type"):
    of: "ConditionWire"


ConditionWire = PropertyConditionWire | TimeConditionWire | SunConditionWire | PeopleConditionWire | AnyWire | NotWire


class SetWire(_Part, frozen=True, tag="set", tag_field="type"):
    thing: Id
    properties: Annotated[dict[str, object], msgspec.Meta(min_length=1, max_length=PARTS_MAX)]


class CallWire(_Part, frozen=True, tag="call", tag_field="type"):
    thing: Id
    service: Id
    inputs: dict[str, object] = {}


class SceneActionWire(_Part, frozen=True, tag="scene", tag_field="type"):
    scene: Id


class SayWire(_Part, frozen=True, tag="say", tag_field="type"):
    text: NamesWire


class WaitWire(_Part, frozen=True, tag="wait", tag_field="type"):
    for_s: Seconds


ActionWire = SetWire | CallWire | SceneActionWire | SayWire | WaitWire


class RuleDraftWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`RuleDraft` in the contract."""

    names: NamesWire
    triggers: Annotated[list[TriggerWire], msgspec.Meta(max_length=PARTS_MAX)]
    conditions: Annotated[list[ConditionWire], msgspec.Meta(max_length=PARTS_MAX)]
    actions: Annotated[list[ActionWire], msgspec.Meta(max_length=PARTS_MAX)]
    enabled: bool = True
    mode: Literal["single", "restart"] = "single"
    cooldown_s: Seconds = 0.0


class ProblemWire(msgspec.Struct, frozen=True):
    code: str
    message: str


class RuleWire(msgspec.Struct, frozen=True):
    """`Rule` in the contract."""

    id: str
    version: int
    names: NamesWire
    said: NamesWire
    triggers: list[TriggerWire]
    conditions: list[ConditionWire]
    actions: list[ActionWire]
    enabled: bool
    mode: str
    cooldown_s: float
    created_ms: int
    last_run_ms: int | None
    problem: ProblemWire | None


class FindingWire(msgspec.Struct, frozen=True):
    kind: str
    severity: Literal["error", "warning"]
    message: NamesWire
    rules: list[str]


class CheckWire(msgspec.Struct, frozen=True):
    findings: list[FindingWire]
    said: NamesWire


class FoundWire(msgspec.Struct, frozen=True):
    text: NamesWire
    met: bool


class RunWire(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Run` in the contract."""

    id: str
    rule: str
    at_ms: int
    because: NamesWire
    outcome: str
    did: list[DeedWire]
    found: list[FoundWire]
    dry: bool = False


class WishWire(_Part, frozen=True):
    thing: Id
    properties: Annotated[dict[str, object], msgspec.Meta(min_length=1, max_length=PARTS_MAX)]


class SceneDraftWire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scene that is to be kept; its id may be chosen, and is made else."""

    names: NamesWire
    wishes: Annotated[list[WishWire], msgspec.Meta(min_length=1, max_length=200)]
    icon: str | None = None
    id: str | None = None


class SceneWire(msgspec.Struct, frozen=True):
    """`Scene` in the contract."""

    id: str
    names: NamesWire
    icon: str | None
    wishes: list[WishWire]


class WhyWire(msgspec.Struct, frozen=True):
    """`Why` in the contract: who or what gave a property the value that it has."""

    thing: str
    property: str
    said: NamesWire
    at_ms: int | None
    by: Literal["rule", "voice", "screen", "http", "scene", "thing", "other", "nobody"]
    rule: str | None = None
    run: RunWire | None = None


RULES_SUBJECT = "ev.edge.rules"
RUN_SUBJECT = "ev.edge.run"
NOTICE_SUBJECT = "ev.edge.notice"


class RulesChanged(msgspec.Struct, frozen=True):
    """Rules or scenes were added, changed or removed; `by` is the hub that did it."""

    by: str


class RuleRan(msgspec.Struct, frozen=True):
    run: RunWire


class Noticed(msgspec.Struct, frozen=True):
    """A rule says something to everybody at home."""

    text: NamesWire
    severity: Literal["info", "alert", "error"] = "info"
