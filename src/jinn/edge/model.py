"""What the home decides by itself: triggers, conditions and actions, rules and scenes, and the runs of a rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NewType

from jinn.kernel import Names, ThingId
from jinn.language import Deed
from jinn.things import Json

RuleId = NewType("RuleId", str)
SceneId = NewType("SceneId", str)
RunId = NewType("RunId", str)


class Comparison(StrEnum):
    """How a property's value is compared with the one that is named."""

    IS = "is"
    IS_NOT = "is_not"
    ABOVE = "above"
    BELOW = "below"


class Day(StrEnum):
    """Days of the week as a wall calendar has them, and days by what people do on them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    WORKDAY = "workday"
    HOLIDAY = "holiday"


WEEK = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI, Day.SAT, Day.SUN)
SunEvent = Literal["sunrise", "sunset"]
Who = Literal["anyone", "everyone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyTest:
    """A property of a thing compared with a value; as a trigger: it becomes so, and stays so for `for_s`."""

    thing: ThingId
    property: str
    comparison: Comparison
    value: Json
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTrigger:
    """A thing said that something happened; `outputs` are those that must have these values."""

    thing: ThingId
    event: str
    outputs: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceTrigger:
    """A thing came or went, and stayed so for `for_s`."""

    thing: ThingId
    is_online: bool
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTrigger:
    """A time on the wall clock, in minutes since midnight; no days: every day."""

    at_min: int
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SunTrigger:
    """The sun rises or sets; `offset_min` later, or earlier when it is negative."""

    event: SunEvent
    offset_min: int = 0
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleTest:
    """Somebody, or everybody, is at home; or, with `is_home` false, is out. As a trigger: it becomes so."""

    who: Who
    is_home: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCondition:
    """The wall clock is between two times, in minutes since midnight; `after` later than `before`: over midnight."""

    after_min: int | None = None
    before_min: int | None = None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SunCondition:
    is_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSo:
    of: "Condition"


Trigger = PropertyTest | EventTrigger | PresenceTrigger | TimeTrigger | SunTrigger | PeopleTest
Condition = PropertyTest | TimeCondition | SunCondition | PeopleTest | AnyOf | NotSo


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAction:
    thing: ThingId
    properties: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAction:
    thing: ThingId
    service: str
    inputs: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneAction:
    scene: SceneId


@dataclass(frozen=True, slots=True, kw_only=True)
class SayAction:
    """Said on every screen and speaker of the home."""

    text: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAction:
    for_s: float


Action = SetAction | CallAction | SceneAction | SayAction | WaitAction


class Mode(StrEnum):
    """What happens when a rule is set off while it still runs: nothing, or it begins again."""

    SINGLE = "single"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants the home to do by itself; a rule once it is kept."""

    names: Names
    triggers: tuple[Trigger, ...]
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    is_enabled: bool = True
    mode: Mode = Mode.SINGLE
    cooldown_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a rule cannot run as it is: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A draft that is kept. Every change of it makes a new version.

    Attributes:
        changed_ms: since when it is as it is; what happened before sets nothing off.
        problem: found while it ran, such as running too often; None when it may run.
    """

    id: RuleId
    version: int
    draft: Draft
    created_ms: int
    changed_ms: int
    last_run_ms: int | None = None
    problem: Trouble | None = None

    @property
    def may_run(self) -> bool:
        return self.draft.is_enabled and self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A set of wishes with a name."""

    id: SceneId
    names: Names
    wishes: tuple[SetAction, ...]
    icon: str | None = None
    created_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What set a rule off.

    Attributes:
        key: the same for the same happening, so that it sets a rule off once: thing, property and twin version,
            an event's own id, or a date with a time on the wall.
        trigger: place of the trigger in the rule.
        at_ms: when it happened; a trigger with `for_s` is set off that much later.
    """

    key: str
    trigger: int
    at_ms: int
    thing: ThingId | None = None
    member: str | None = None
    value: Json = None
    version: int | None = None


class RunOutcome(StrEnum):
    DONE = "done"
    CONDITIONS_NOT_MET = "conditions_not_met"
    REFUSED = "refused"
    FAILED = "failed"
    RUNNING = "running"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A condition in words, and whether it was met."""

    text: Names
    is_met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One time that a rule was set off, with its cause and what came of it.

    Attributes:
        step: how many of the actions are done.
        resume_ms: while it waits: when it goes on.
    """

    id: RunId
    rule: RuleId
    rule_version: int
    at_ms: int
    cause: Cause
    because: Names
    outcome: RunOutcome
    found: tuple[Found, ...] = ()
    did: tuple[Deed, ...] = ()
    step: int = 0
    resume_ms: int | None = None
    is_dry: bool = False


By = Literal["rule", "voice", "screen", "http", "scene", "thing", "other", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Who or what gave a property the value that it has.

    Attributes:
        at_ms: when it was asked for; None: nobody knows.
    """

    thing: ThingId
    property: str
    said: Names
    by: By
    at_ms: int | None = None
    rule: RuleId | None = None
    run: Run | None = None


FindingKind = Literal["loop", "conflict", "unknown", "unwritable", "never", "same"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found; an error keeps the rule from being saved.

    Attributes:
        rules: the others that are concerned.
    """

    kind: FindingKind
    is_error: bool
    message: Names
    rules: tuple[RuleId, ...] = ()


def all_tests(conditions: Sequence[Condition]) -> Iterator[Condition]:
    """Every condition that is no combination of others."""
    for condition in conditions:
        match condition:
            case AnyOf():
                yield from all_tests(condition.of)
            case NotSo():
                yield from all_tests((condition.of,))
            case _:
                yield condition


def things_of(draft: Draft) -> set[ThingId]:
    """The things that a rule names itself; those of its scenes are not among them."""
    parts: list[Trigger | Condition | Action] = [*draft.triggers, *all_tests(draft.conditions), *draft.actions]
    return {part.thing for part in parts if isinstance(part, _OF_A_THING)}


_OF_A_THING = (PropertyTest, EventTrigger, PresenceTrigger, SetAction, CallAction)
