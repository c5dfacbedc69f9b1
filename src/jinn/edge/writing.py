"""Between what rules are and how they are written: model to wire and back. Pure."""

from collections.abc import Callable
from typing import TypeVar, cast

import msgspec

from jinn.edge import wire
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Comparison,
    Condition,
    Day,
    Draft,
    EventTrigger,
    Finding,
    Found,
    Mode,
    NotSo,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    Rule,
    Run,
    SayAction,
    Scene,
    SceneAction,
    SceneId,
    SetAction,
    SunCondition,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
    Why,
)
from jinn.kernel import Invalid, Names, ThingId
from jinn.language import deed_to_wire
from jinn.things import Json

_T = TypeVar("_T")

DEPTH_MAX = 5
"""Of combinations within combinations; deeper ones nobody can read, and no check would end."""


def names_of(names: wire.NamesWire) -> Names:
    return Names(en=names.en, zh=names.zh)


def names_to_wire(names: Names) -> wire.NamesWire:
    return wire.NamesWire(en=names.en, zh=names.zh)


def draft_of(written: wire.RuleDraftWire) -> Draft:
    """Raises `Invalid`: `bad-name`, `no-trigger`, `no-action`, `bad-value`, `too-deep`."""
    checked_names(written.names)
    if not written.triggers:
        raise Invalid("A rule needs something that sets it off.", code="no-trigger")
    if not written.actions:
        raise Invalid("A rule needs something to do.", code="no-action")
    return Draft(
        names=names_of(written.names),
        triggers=tuple(_trigger(one) for one in written.triggers),
        conditions=tuple(_condition(one, 1) for one in written.conditions),
        actions=tuple(_action(one) for one in written.actions),
        is_enabled=written.enabled,
        mode=Mode(written.mode),
        cooldown_s=written.cooldown_s,
    )


def draft_to_wire(draft: Draft) -> wire.RuleDraftWire:
    return wire.RuleDraftWire(
        names=names_to_wire(draft.names),
        triggers=[_trigger_to_wire(one) for one in draft.triggers],
        conditions=[_condition_to_wire(one) for one in draft.conditions],
        actions=[_action_to_wire(one) for one in draft.actions],
        enabled=draft.is_enabled,
        mode=draft.mode.value,
        cooldown_s=draft.cooldown_s,
    )


def rule_to_wire(rule: Rule, said: Names, problem: wire.ProblemWire | None = None) -> wire.RuleWire:
    draft = draft_to_wire(rule.draft)
    if rule.problem is not None:
        problem = wire.ProblemWire(code=rule.problem.code, message=rule.problem.message)
    return wire.RuleWire(
        id=rule.id, version=rule.version, names=draft.names, said=names_to_wire(said), triggers=draft.triggers,
        conditions=draft.conditions, actions=draft.actions, enabled=draft.enabled, mode=draft.mode,
        cooldown_s=draft.cooldown_s, created_ms=rule.created_ms, last_run_ms=rule.last_run_ms, problem=problem,
    )  # fmt: skip


def scene_of(scene_id: SceneId, written: wire.SceneDraftWire, created_ms: int) -> Scene:
    checked_names(written.names)
    wishes = tuple(SetAction(thing=ThingId(one.thing), properties=_values(one.properties)) for one in written.wishes)
    return Scene(id=scene_id, names=names_of(written.names), wishes=wishes, icon=written.icon, created_ms=created_ms)


def scene_to_wire(scene: Scene) -> wire.SceneWire:
    wishes = [wire.WishWire(thing=one.thing, properties=dict(one.properties)) for one in scene.wishes]
    return wire.SceneWire(id=scene.id, names=names_to_wire(scene.names), icon=scene.icon, wishes=wishes)


def run_to_wire(run: Run) -> wire.RunWire:
    return wire.RunWire(
        id=run.id, rule=run.rule, at_ms=run.at_ms, because=names_to_wire(run.because), outcome=run.outcome.value,
        did=[deed_to_wire(deed) for deed in run.did], found=[found_to_wire(one) for one in run.found], dry=run.is_dry,
    )  # fmt: skip


def found_to_wire(found: Found) -> wire.FoundWire:
    return wire.FoundWire(text=names_to_wire(found.text), met=found.is_met)


def finding_to_wire(finding: Finding) -> wire.FindingWire:
    return wire.FindingWire(
        kind=finding.kind,
        severity="error" if finding.is_error else "warning",
        message=names_to_wire(finding.message),
        rules=list(finding.rules),
    )


def why_to_wire(why: Why) -> wire.WhyWire:
    return wire.WhyWire(
        thing=why.thing, property=why.property, said=names_to_wire(why.said), at_ms=why.at_ms, by=why.by,
        rule=why.rule, run=run_to_wire(why.run) if why.run else None,
    )  # fmt: skip


def checked_names(names: wire.NamesWire) -> None:
    for text in (names.en, names.zh):
        if not text.strip() or not text.isprintable():
            raise Invalid("A name is one line that can be read, in both languages.", code="bad-name")


def clock(at: str) -> int:
    """`07:30` in minutes since midnight."""
    hours, _, minutes = at.partition(":")
    return int(hours) * 60 + int(minutes)


def clock_to_wire(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(days: list[wire.DayName]) -> tuple[Day, ...]:
    return tuple(dict.fromkeys(Day(day) for day in days))


def _days_to_wire(days: tuple[Day, ...]) -> list[wire.DayName]:
    return [day.value for day in days]


def _value(value: object) -> Json:
    # It was decoded from JSON or YAML; what msgspec lets through of these is JSON.
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (only NaN differs from itself)
        raise Invalid("A value is a number, a text, yes or no.", code="bad-value")
    if value is not None and not isinstance(value, str | int | float | bool | list | dict):
        raise Invalid("A value is a number, a text, yes or no.", code="bad-value")
    return cast("Json", value)


def _values(values: dict[str, object]) -> dict[str, Json]:
    return {name: _value(value) for name, value in values.items()}


def _test(one: wire.PropertyWire | wire.PropertyConditionWire) -> PropertyTest:
    return PropertyTest(
        thing=ThingId(one.thing), property=one.property, comparison=Comparison(one.is_), value=_value(one.value),
        for_s=one.for_s,
    )  # fmt: skip


def _trigger(one: wire.TriggerWire) -> Trigger:
    match one:
        case wire.PropertyWire():
            return _test(one)
        case wire.EventWire():
            return EventTrigger(thing=ThingId(one.thing), event=one.event, outputs=_values(one.outputs))
        case wire.PresenceWire():
            return PresenceTrigger(thing=ThingId(one.thing), is_online=one.online, for_s=one.for_s)
        case wire.TimeWire():
            return TimeTrigger(at_min=clock(one.at), days=_days(one.days))
        case wire.SunWire():
            return SunTrigger(event=one.event, offset_min=one.offset_min, days=_days(one.days))
        case wire.PeopleWire():
            return PeopleTest(who=one.who, is_home=one.at_home)


def _trigger_to_wire(trigger: Trigger) -> wire.TriggerWire:
    match trigger:
        case PropertyTest(thing=thing, property=name, comparison=comparison, value=value, for_s=for_s):
            return wire.PropertyWire(thing=thing, property=name, is_=comparison.value, value=value, for_s=for_s)
        case EventTrigger(thing=thing, event=event, outputs=outputs):
            return wire.EventWire(thing=thing, event=event, outputs=dict(outputs))
        case PresenceTrigger(thing=thing, is_online=is_online, for_s=for_s):
            return wire.PresenceWire(thing=thing, online=is_online, for_s=for_s)
        case TimeTrigger(at_min=at_min, days=days):
            return wire.TimeWire(at=clock_to_wire(at_min), days=_days_to_wire(days))
        case SunTrigger(event=event_, offset_min=offset_min, days=days):
            return wire.SunWire(event=event_, offset_min=offset_min, days=_days_to_wire(days))
        case PeopleTest(who=who, is_home=is_home):
            return wire.PeopleWire(who=who, at_home=is_home)


def _condition(one: wire.ConditionWire, depth: int) -> Condition:
    if depth > DEPTH_MAX:
        raise Invalid(f"Conditions are combined at most {DEPTH_MAX} deep.", code="too-deep")
    match one:
        case wire.PropertyConditionWire():
            return _test(one)
        case wire.TimeConditionWire():
            return TimeCondition(after_min=_moment(one.after), before_min=_moment(one.before), days=_days(one.days))
        case wire.SunConditionWire():
            return SunCondition(is_up=one.is_ == "up")
        case wire.PeopleConditionWire():
            return PeopleTest(who=one.who, is_home=one.at_home)
        case wire.AnyWire():
            return AnyOf(of=tuple(_condition(inner, depth + 1) for inner in one.of))
        case wire.NotWire():
            return NotSo(of=_condition(one.of, depth + 1))


def _moment(at: str | msgspec.UnsetType) -> int | None:
    return None if isinstance(at, msgspec.UnsetType) else clock(at)


def _condition_to_wire(condition: Condition) -> wire.ConditionWire:
    match condition:
        case PropertyTest(thing=thing, property=name, comparison=comparison, value=value, for_s=for_s):
            return wire.PropertyConditionWire(
                thing=thing, property=name, is_=comparison.value, value=value, for_s=for_s
            )
        case TimeCondition(after_min=after, before_min=before, days=days):
            return wire.TimeConditionWire(
                after=msgspec.UNSET if after is None else clock_to_wire(after),
                before=msgspec.UNSET if before is None else clock_to_wire(before),
                days=_days_to_wire(days),
            )
        case SunCondition(is_up=is_up):
            return wire.SunConditionWire(is_="up" if is_up else "down")
        case PeopleTest(who=who, is_home=is_home):
            return wire.PeopleConditionWire(who=who, at_home=is_home)
        case AnyOf(of=several):
            return wire.AnyWire(of=[_condition_to_wire(one) for one in several])
        case NotSo(of=inner):
            return wire.NotWire(of=_condition_to_wire(inner))


def _action(one: wire.ActionWire) -> Action:
    match one:
        case wire.SetWire():
            return SetAction(thing=ThingId(one.thing), properties=_values(one.properties))
        case wire.CallWire():
            return CallAction(thing=ThingId(one.thing), service=one.service, inputs=_values(one.inputs))
        case wire.SceneActionWire():
            return SceneAction(scene=SceneId(one.scene))
        case wire.SayWire():
            checked_names(one.text)
            return SayAction(text=names_of(one.text))
        case wire.WaitWire():
            return WaitAction(for_s=one.for_s)


def _action_to_wire(action: Action) -> wire.ActionWire:
    match action:
        case SetAction(thing=thing, properties=properties):
            return wire.SetWire(thing=thing, properties=dict(properties))
        case CallAction(thing=thing, service=service, inputs=inputs):
            return wire.CallWire(thing=thing, service=service, inputs=dict(inputs))
        case SceneAction(scene=scene):
            return wire.SceneActionWire(scene=scene)
        case SayAction(text=text):
            return wire.SayWire(text=names_to_wire(text))
        case WaitAction(for_s=for_s):
            return wire.WaitWire(for_s=for_s)


_draft_decoder = msgspec.json.Decoder(wire.RuleDraftWire)
_encoder = msgspec.json.Encoder()


def read_draft(document: bytes | str) -> Draft:
    """A rule as JSON. Raises `Invalid`: `rule-malformed`, and those of `draft_of`."""
    return draft_of(_decoded(_draft_decoder.decode, document, "rule"))


def write_draft(draft: Draft) -> str:
    return _encoder.encode(draft_to_wire(draft)).decode()


_scene_decoder = msgspec.json.Decoder(wire.SceneDraftWire)


def read_scene(document: bytes | str) -> wire.SceneDraftWire:
    """A scene as JSON. Raises `Invalid`: `scene-malformed`."""
    return _decoded(_scene_decoder.decode, document, "scene")


def _decoded(decode: Callable[[bytes | str], _T], document: bytes | str, what: str) -> _T:
    try:
        return decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Invalid(f"The {what} is malformed: {wrong}.", code=f"{what}-malformed") from wrong
