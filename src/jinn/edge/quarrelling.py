"""What a rule has with the others: going round in a circle, wanting opposite things at once, being there already.

A circle is certain only where each step must follow: every rule in it sets what the next one waits for, that next
one has no conditions that could stop it, and something in the circle undoes what each waits for, so that it becomes
so again. Where a condition, a service call or an event stands in between, it is possible, and a warning.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jinn.edge.contradicting import contradict
from jinn.edge.model import (
    Action,
    CallAction,
    Comparison,
    Condition,
    Draft,
    EventTrigger,
    Finding,
    NotSo,
    PropertyTest,
    RuleId,
    SceneAction,
    SetAction,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from jinn.edge.truth import compares, is_between, is_same
from jinn.kernel import Names, NotFound, ThingId
from jinn.things import Json

if TYPE_CHECKING:
    from jinn.edge.rulebook import RuleBook

SLOW_S = 60.0
"""A circle that rests at least so long each time round is a rhythm that somebody may want, not a runaway."""

_NEW = RuleId("")
_STEPS_MAX = 5_000
"""Rules that one search for circles looks at; beyond it no home is that entangled."""


@dataclass(frozen=True, slots=True)
class _Node:
    id: RuleId
    draft: Draft
    sets: tuple[SetAction, ...]
    calls: frozenset[ThingId]


class _Graph:
    """The rules by what sets them off, and by what they set."""

    def __init__(self, draft: Draft, book: "RuleBook", replacing: RuleId | None) -> None:
        self._book = book
        others = [rule for rule in book.rules() if rule.id != replacing and rule.draft.is_enabled]
        self.nodes = {rule.id: self._node(rule.id, rule.draft) for rule in others}
        self.new = self.nodes[_NEW] = self._node(_NEW, draft)
        self._waiting: dict[tuple[ThingId, str], list[tuple[_Node, PropertyTest]]] = {}
        self._on_thing: dict[ThingId, list[_Node]] = {}
        for node in self.nodes.values():
            for trigger in node.draft.triggers:
                if isinstance(trigger, PropertyTest):
                    self._waiting.setdefault((trigger.thing, trigger.property), []).append((node, trigger))
                if isinstance(trigger, PropertyTest | EventTrigger):
                    self._on_thing.setdefault(trigger.thing, []).append(node)

    def after(self, node: _Node) -> Iterator[tuple[_Node, PropertyTest | None]]:
        """The rules that this one may set off, with the trigger; None: through a service, nobody knows how."""
        for action in node.sets:
            for name, value in action.properties.items():
                for other, trigger in self._waiting.get((action.thing, name), ()):
                    if compares(trigger.comparison, value, trigger.value):
                        yield other, trigger
        for thing in node.calls:
            for other in self._on_thing.get(thing, ()):
                yield other, None

    def _node(self, rule_id: RuleId, draft: Draft) -> _Node:
        sets = tuple(sets_of(draft.actions, self._book))
        calls = frozenset(action.thing for action in draft.actions if isinstance(action, CallAction))
        return _Node(rule_id, draft, sets, calls)


def sets_of(actions: Sequence[Action], book: "RuleBook") -> Iterator[SetAction]:
    """What the actions set, those of their scenes among them."""
    for action in actions:
        if isinstance(action, SetAction):
            yield action
        elif isinstance(action, SceneAction):
            try:
                yield from book.scene(action.scene).wishes
            except NotFound:
                continue


def loops_of(draft: Draft, book: "RuleBook", replacing: RuleId | None) -> list[Finding]:
    """Circles through this rule: the certain ones are errors."""
    graph = _Graph(draft, book, replacing)
    circles = _circles(graph)
    found: list[Finding] = []
    for circle in circles:
        certain, slow = _is_certain(circle), _rest_s(circle) >= SLOW_S
        others = tuple(node.id for node, _ in circle if node.id != _NEW)
        found.append(_loop(graph, others, is_error=certain and not slow))
    found.sort(key=lambda one: not one.is_error)
    return found[:1]


_Step = tuple[_Node, PropertyTest | None]


def _circles(graph: _Graph) -> list[list[_Step]]:
    """Ways from the new rule back to it, each a list of the rules with what set them off; shortest first."""
    found: list[list[_Step]] = []
    ways: list[list[_Step]] = [[(graph.new, None)]]
    seen: dict[RuleId, int] = {}
    steps = 0
    while ways and steps < _STEPS_MAX and len(found) < _CIRCLES_MAX:
        way = ways.pop(0)
        for node, trigger in graph.after(way[-1][0]):
            steps += 1
            if node.id == _NEW:
                circle = [(graph.new, trigger), *way[1:]]
                if _may_go_on(circle):
                    found.append(circle)
            elif seen.get(node.id, 0) < 3 and all(node.id != other.id for other, _ in way):
                seen[node.id] = seen.get(node.id, 0) + 1
                ways.append([*way, (node, trigger)])
    return found


_CIRCLES_MAX = 20


def _may_go_on(circle: list[_Step]) -> bool:
    """Whether every trigger in it becomes untrue again somewhere in the circle; else it goes round once and rests."""
    for _, trigger in circle:
        if trigger is None:
            continue
        if not any(_undoes(node, trigger) for node, _ in circle):
            return False
    (only, own), *others = circle
    return bool(others) or own is None or _redoes(only, own)


def _redoes(node: _Node, trigger: PropertyTest) -> bool:
    """Whether a rule that sets itself off undoes first what it does then; the other way round it ends undone."""
    if trigger.thing in node.calls:
        return True
    said = [
        compares(trigger.comparison, action.properties[trigger.property], trigger.value)
        for action in node.sets
        if action.thing == trigger.thing and trigger.property in action.properties
    ]
    return any(not before and after for before, after in pairwise(said))


def _undoes(node: _Node, trigger: PropertyTest) -> bool:
    if trigger.thing in node.calls:
        return True
    return any(
        action.thing == trigger.thing
        and trigger.property in action.properties
        and not compares(trigger.comparison, action.properties[trigger.property], trigger.value)
        for action in node.sets
    )


def _is_certain(circle: list[_Step]) -> bool:
    return all(trigger is not None and not node.draft.conditions for node, trigger in circle)


def _rest_s(circle: list[_Step]) -> float:
    """How long one time round takes at least."""
    rest_s = 0.0
    for node, trigger in circle:
        waits_s = sum(action.for_s for action in node.draft.actions if isinstance(action, WaitAction))
        rest_s += max(node.draft.cooldown_s, waits_s + (trigger.for_s if trigger else 0.0))
    return rest_s


def _loop(graph: _Graph, others: tuple[RuleId, ...], *, is_error: bool) -> Finding:
    named = [graph.nodes[other].draft.names for other in others]
    may_en, may_zh = ("sets", "会") if is_error else ("may set", "可能会")
    if not named:
        message = Names(en=f"The rule {may_en} itself off again and again.", zh=f"这条规则{may_zh}不停地触发自己。")
    else:
        en = " and ".join(f"“{one.en}”" for one in named[:3])
        zh = "、".join(f"“{one.zh}”" for one in named[:3])
        may = "set" if is_error else "may set"
        message = Names(
            en=f"Together with {en} it would go round in a circle: they {may} each other off again and again.",
            zh=f"它和{zh}{may_zh}互相触发，没完没了。",
        )
    return Finding(kind="loop", is_error=is_error, message=message, rules=others)


def conflicts_of(draft: Draft, book: "RuleBook", replacing: RuleId | None) -> list[Finding]:
    """Rules that are set off by the same and want another value of the same property."""
    wanted = _wanted(sets_of(draft.actions, book))
    found: list[Finding] = []
    for rule in book.rules():
        if rule.id == replacing or not rule.draft.is_enabled:
            continue
        if not any(_at_once(one, other) for one in draft.triggers for other in rule.draft.triggers):
            continue
        against = _against(wanted, _wanted(sets_of(rule.draft.actions, book)))
        if against is None or _exclude(draft.conditions, rule.draft.conditions):
            continue
        thing = book.saying.thing(against[0])
        names = rule.draft.names
        message = Names(
            en=f"“{names.en}” is set off by the same and wants something else of {thing.en}.",
            zh=f"“{names.zh}”会同时触发，对{thing.zh}的要求却不一样。",
        )
        is_certain = not draft.conditions and not rule.draft.conditions
        is_error = is_certain and _same_triggers(draft, rule.draft)
        found.append(Finding(kind="conflict", is_error=is_error, message=message, rules=(rule.id,)))
    return found


def _same_triggers(one: Draft, other: Draft) -> bool:
    return len(one.triggers) == len(other.triggers) and all(trigger in other.triggers for trigger in one.triggers)


def _wanted(sets: Iterator[SetAction]) -> dict[tuple[ThingId, str], Json]:
    """What a rule leaves behind: the last value of each property."""
    return {(one.thing, name): value for one in sets for name, value in one.properties.items()}


def _against(
    one: Mapping[tuple[ThingId, str], Json], other: Mapping[tuple[ThingId, str], Json]
) -> tuple[ThingId, str] | None:
    return next((key for key, value in one.items() if key in other and not is_same(value, other[key])), None)


def _at_once(one: Trigger, other: Trigger) -> bool:
    """Whether one happening sets off both."""
    match one, other:
        case PropertyTest(), PropertyTest():
            if (one.thing, one.property) != (other.thing, other.property) or one.for_s != other.for_s:
                return False
            if one.comparison is other.comparison:
                return is_same(one.value, other.value)
            # What becomes 1 may have been 0 until then, and so becomes "not 0" in the same report.
            is_either = {one.comparison, other.comparison} == {Comparison.IS, Comparison.IS_NOT}
            return is_either and not is_same(one.value, other.value)
        case TimeTrigger(), TimeTrigger():
            return one.at_min == other.at_min and _share_a_day(one.days, other.days)
        case SunTrigger(), SunTrigger():
            return (one.event, one.offset_min) == (other.event, other.offset_min) and _share_a_day(one.days, other.days)
        case _:
            return one == other


def _share_a_day(one: Sequence[str], other: Sequence[str]) -> bool:
    if not one or not other or {"workday", "holiday"} & {*one, *other}:
        return True
    return bool(set(one) & set(other))


def _exclude(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether the conditions of two rules are never met together, as far as is plain to see."""
    if contradict((*one, *other)):
        return True
    times = [(a, b) for a in one for b in other if isinstance(a, TimeCondition) and isinstance(b, TimeCondition)]
    if any(not _overlap(a, b) for a, b in times):
        return True
    return any(isinstance(a, NotSo) and a.of == b for a in (*one, *other) for b in (*one, *other))


def _overlap(one: TimeCondition, other: TimeCondition) -> bool:
    is_shared = any(
        is_between(minute, one.after_min, one.before_min) and is_between(minute, other.after_min, other.before_min)
        for minute in {0, one.after_min or 0, other.after_min or 0}
    )
    return is_shared and _share_a_day(one.days, other.days)


def duplicates_of(draft: Draft, book: "RuleBook", replacing: RuleId | None) -> list[Finding]:
    """A rule that is there already, whatever it is called."""
    for rule in book.rules():
        if rule.id != replacing and _same(rule.draft, draft):
            names = rule.draft.names
            message = Names(en=f"“{names.en}” does exactly the same.", zh=f"“{names.zh}”做的完全一样。")
            return [Finding(kind="same", is_error=True, message=message, rules=(rule.id,))]
    return []


def _same(one: Draft, other: Draft) -> bool:
    return (one.triggers, one.conditions, one.actions) == (other.triggers, other.conditions, other.actions)
