"""What is wrong with a rule before it is kept: unknown things, values that cannot be, and its quarrels with others."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from jinn.edge.contradicting import contradict
from jinn.edge.home import Surroundings
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Comparison,
    Condition,
    Draft,
    EventTrigger,
    Finding,
    FindingKind,
    PresenceTrigger,
    PropertyTest,
    RuleId,
    SceneAction,
    SetAction,
    SunCondition,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    all_tests,
)
from jinn.edge.ports import Home, HomeThing
from jinn.edge.quarrelling import conflicts_of, duplicates_of, loops_of
from jinn.edge.truth import is_between
from jinn.kernel import Invalid, Names, NotFound, ThingId
from jinn.things import NumberType, check_fields, check_report, check_set

if TYPE_CHECKING:
    from jinn.edge.rulebook import Examine, RuleBook


def examine(home: Home, around: Surroundings) -> "Examine":
    """The check of the rule book."""

    def check(draft: Draft, book: "RuleBook", replacing: RuleId | None) -> Sequence[Finding]:
        examiner = _Examiner(home, around, book)
        found = list(examiner.examine(draft))
        if not any(finding.is_error for finding in found):
            found += duplicates_of(draft, book, replacing)
            found += loops_of(draft, book, replacing)
            found += conflicts_of(draft, book, replacing)
        return found

    return check


def trouble_of(draft: Draft, home: Home, book: "RuleBook") -> Finding | None:
    """Why a rule that was sound cannot run any more: its thing or scene is gone, or knows the property no more."""
    for finding in _Examiner(home, None, book).names_only(draft):
        if finding.is_error:
            return finding
    return None


class _Examiner:
    def __init__(self, home: Home, around: Surroundings | None, book: "RuleBook") -> None:
        self._home = home
        self._around = around
        self._book = book

    def examine(self, draft: Draft) -> Iterator[Finding]:
        yield from self.names_only(draft)
        yield from self._never(draft)
        needs_sun = [*draft.triggers, *all_tests(draft.conditions)]
        if self._around and not self._around.place and any(isinstance(o, SunTrigger | SunCondition) for o in needs_sun):
            yield _finding(
                "unknown",
                "Nobody knows where the home is, so the sun sets nothing off: set home.latitude and home.longitude.",
                "还不知道家在哪里，日出日落不会起作用：请设置 home.latitude 和 home.longitude。",
                is_error=False,
            )

    def names_only(self, draft: Draft) -> Iterator[Finding]:
        """Does everything that is named exist?"""
        for part in (*draft.triggers, *all_tests(draft.conditions)):
            yield from self._asked(part)
        for action in draft.actions:
            yield from self._done(action)

    def _asked(self, part: Trigger | Condition) -> Iterator[Finding]:
        match part:
            case PropertyTest():
                yield from self._test(part)
            case EventTrigger():
                known = self._home.thing(part.thing)
                if known is None:
                    yield _no_thing(part.thing)
                elif part.event not in known.product.model.events:
                    yield _unknown(known, f"no event {part.event!r}", f"没有“{part.event}”这个事件")
                else:
                    outputs = known.product.model.events[part.event].outputs
                    yield from _told(lambda: check_fields(outputs, part.outputs, "the event"))
            case PresenceTrigger():
                if self._home.thing(part.thing) is None:
                    yield _no_thing(part.thing)
            case _:
                return

    def _test(self, test: PropertyTest) -> Iterator[Finding]:
        known = self._home.thing(test.thing)
        if known is None:
            yield _no_thing(test.thing)
            return
        member = known.product.model.properties.get(test.property)
        if member is None:
            yield _unknown(known, f"no property {test.property!r}", f"没有“{test.property}”这个属性")
            return
        is_order = test.comparison in (Comparison.ABOVE, Comparison.BELOW)
        if is_order and not isinstance(member.type, NumberType):
            yield _never(
                f"The {test.property} of {known.names.en} is no number: it is never above or below anything.",
                f"{known.names.zh}的{test.property}不是数字，没有高低。",
            )
            return
        if is_order and isinstance(member.type, NumberType) and isinstance(test.value, int | float):
            low, high = member.type.min, member.type.max
            above = test.comparison is Comparison.ABOVE
            is_beyond = test.value >= high if above and high is not None else False
            if is_beyond or (not above and low is not None and test.value <= low):
                yield _never(
                    f"The {test.property} of {known.names.en} is never {test.comparison.value} {test.value:g}.",
                    f"{known.names.zh}的{test.property}永远不会{'高于' if above else '低于'}{test.value:g}。",
                )
            return
        yield from _told(lambda: check_report(known.product.model, {test.property: test.value}), kind="never")

    def _done(self, action: Action) -> Iterator[Finding]:
        match action:
            case SetAction():
                known = self._home.thing(action.thing)
                if known is None:
                    yield _no_thing(action.thing)
                else:
                    yield from _settable(known, action)
            case CallAction():
                known = self._home.thing(action.thing)
                if known is None:
                    yield _no_thing(action.thing)
                elif action.service not in known.product.model.services:
                    yield _unknown(known, f"no service {action.service!r}", f"没有“{action.service}”这个服务")
                else:
                    inputs = known.product.model.services[action.service].inputs
                    yield from _told(lambda: check_fields(inputs, action.inputs, "the service"))
            case SceneAction(scene=scene_id):
                try:
                    scene = self._book.scene(scene_id)
                except NotFound as no:
                    yield _finding("unknown", no.sentence, "没有这个场景。")
                    return
                for wish in scene.wishes:
                    if self._home.thing(wish.thing) is None:
                        yield _no_thing(wish.thing)
            case _:
                return

    def _never(self, draft: Draft) -> Iterator[Finding]:
        conditions = draft.conditions
        if contradict(conditions):
            yield _never("Its conditions are never all met at once.", "这些条件不可能同时满足。")
            return
        times = [one for one in conditions if isinstance(one, TimeCondition)]
        for span in times:
            if _is_empty(span):
                yield _never("The time of its condition never comes.", "条件里的时间永远不会到。")
        timed = [one for one in draft.triggers if isinstance(one, TimeTrigger)]
        missed = [t for t in timed if any(not _may_be(t, span) for span in times)]
        if missed:
            is_all = len(missed) == len(draft.triggers)
            yield _finding(
                "never", "At the time that sets it off its condition is never met.", "触发的时间不在条件的时间之内。",
                is_error=is_all,
            )  # fmt: skip
        for condition in conditions:
            if isinstance(condition, AnyOf) and not condition.of:
                yield _never("A choice of no conditions is never met.", "空的“任一条件”永远不会满足。")


def _is_empty(condition: TimeCondition) -> bool:
    return condition.after_min is not None and condition.after_min == condition.before_min


def _may_be(trigger: TimeTrigger, condition: TimeCondition) -> bool:
    if not is_between(trigger.at_min, condition.after_min, condition.before_min):
        return False
    after, before = condition.after_min, condition.before_min
    is_over_midnight = after is not None and before is not None and after > before
    if is_over_midnight or not condition.days or not trigger.days:
        return True
    kinds = {"workday", "holiday"}
    if kinds & {*condition.days} or kinds & {*trigger.days}:
        return True
    return bool(set(trigger.days) & set(condition.days))


def _settable(known: HomeThing, action: SetAction) -> Iterator[Finding]:
    for name, value in action.properties.items():
        try:
            check_set(known.product.model, {name: value})
        except Invalid as no:
            is_unknown = no.stable_code() == "unknown-property"
            yield _finding(
                "unknown" if is_unknown else "unwritable",
                f"{known.names.en}: {no.sentence}",
                f"{known.names.zh}：“{name}”{_ZH.get(no.stable_code(), '不能这样设置')}。",
            )


_ZH = {
    "unknown-property": "这个属性不存在",
    "read-only": "只能读取，不能设置",
    "wrong-type": "的值类型不对",
    "out-of-range": "的值超出范围",
}


def _told(check: Callable[[], object], kind: FindingKind = "unknown") -> Iterator[Finding]:
    try:
        check()
    except Invalid as no:
        yield _finding(kind, no.sentence, f"值不合适：{_ZH.get(no.stable_code(), no.stable_code())}。")


def _no_thing(thing: ThingId) -> Finding:
    return _finding("unknown", f"There is no thing {thing[:80]!r} in this home.", f"家里没有“{thing[:80]}”这个设备。")


def _unknown(known: HomeThing, en: str, zh: str) -> Finding:
    return _finding("unknown", f"{known.names.en} has {en}.", f"{known.names.zh}{zh}。")


def _never(en: str, zh: str) -> Finding:
    return _finding("never", en, zh)


def _finding(kind: FindingKind, en: str, zh: str, *, is_error: bool = True) -> Finding:
    return Finding(kind=kind, is_error=is_error, message=Names(en=en, zh=zh))
