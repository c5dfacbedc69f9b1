"""A rule that was read back, and what somebody says instead of yes: "make it ten percent", 不是，是卧室, "at eight"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from jinn.edge.hearing import message_of, name_for
from jinn.edge.listening import NotAble, Situation
from jinn.edge.model import (
    Action,
    CallAction,
    Condition,
    Draft,
    PropertyTest,
    SayAction,
    SetAction,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from jinn.edge.saying import Saying
from jinn.edge.spoken_acts import actions_of
from jinn.edge.spoken_numbers import duration_en, duration_zh
from jinn.edge.spoken_times import Times, times_in
from jinn.kernel import Lang, ThingId

_LEAD_EN = re.compile(
    r"(?:(?:no|nope|wait|sorry|not that(?: one)?|that's wrong|wrong|actually|rather|hm+),? )*"
    r"(?:(?:only|but only|just|i (?:mean|meant|said)|make (?:it|that)|change (?:it|that)(?: to)?|set it to|it"
    r" should be|better|use"
    r"|take|to) )*"
)
_LEAD_ZH = re.compile(
    r"(?:不是的?|不对|不|错了|等等|等一下|其实|，)*(?:我(?:是)?说的?是?|我是指|应该是|应该|改成|改为|改到|换成"
    r"|换到|调成|调到|设成|还是|是|要)*"
)


def what_instead(text: str, lang: Lang) -> str:
    """What stands in a correction without "no, I meant … instead"."""
    if lang is Lang.EN:
        said = text[found.end() :] if (found := _LEAD_EN.match(f"{text} ")) else text
        return re.sub(r",? (?:instead|rather|please|not .+)$", "", said.strip())
    said = text[found.end() :] if (found := _LEAD_ZH.match(text)) else text
    return re.sub(
        r"(?:吧|好了|才对|才要|才行|才执行|就行|就好"
        r"|，?不是.+)$",
        "",
        re.sub("^(?:只|就)(?:在|要)?", "", said),
    )


def revised(draft: Draft, text: str, situation: Situation, saying: Saying) -> Draft | None:
    """The rule with that one part another; None: the words name no such part.

    Raises:
        WhichOne: they may mean several things.
        NotAble: the other thing has not what the rule needs.
    """
    said = what_instead(text, situation.lang)
    if not said:
        return None
    for change in (_length, _time, _level, _thing):
        changed = change(draft, said, situation)
        if changed is not None and changed != draft:
            return _retold(draft, changed, saying)
    return None


def _retold(old: Draft, new: Draft, saying: Saying) -> Draft:
    """What is told of the trigger goes with the trigger; words of somebody's own stay."""
    told, tells = message_of(old.triggers[0], saying), message_of(new.triggers[0], saying)
    actions = tuple(SayAction(text=tells) if one == SayAction(text=told) else one for one in new.actions)
    return replace(new, actions=actions, names=name_for(replace(new, actions=actions), saying))


def _length(draft: Draft, said: str, situation: Situation) -> Draft | None:
    """ "Five minutes": the only length that the rule has."""
    bare = re.sub(r"^(?:for|after) |以?后$|之后$", "", said)
    seconds = (duration_en if situation.lang is Lang.EN else duration_zh)(bare)
    tests = [one for one in (*draft.triggers, *draft.conditions) if isinstance(one, PropertyTest) and one.for_s]
    waits = [one for one in draft.actions if isinstance(one, WaitAction)]
    if seconds is None or len(tests) + len(waits) != 1 or not _is_length(bare, situation.lang):
        return None
    old = (tests or waits)[0]
    return _swapped(draft, old, replace(old, for_s=seconds))


def _is_length(said: str, lang: Lang) -> bool:
    unit = (
        (
            r"(?:seconds?|minutes?|hours?|days?|hour and a"
            r" half)$"
        )
        if lang is Lang.EN
        else "(?:秒|秒钟|分|分钟|小时|钟头|天|一刻钟)$"
    )
    return re.search(unit, said) is not None


def _time(draft: Draft, said: str, situation: Situation) -> Draft | None:
    times = times_in(said, situation.lang)
    if times.rest and situation.lang is Lang.EN and times.at_min is None and times.sun is None and not times.days:
        times = times_in(f"at {said}", situation.lang)
    if times.rest:
        return None
    timed = [one for one in draft.triggers if isinstance(one, TimeTrigger | SunTrigger)]
    if len(timed) == 1:
        return _swapped(draft, timed[0], _retimed(timed[0], times))
    if timed:
        return None
    spans = [one for one in draft.conditions if isinstance(one, TimeCondition)]
    wanted = [one for one in replace(times, sun=None).conditions if isinstance(one, TimeCondition)]
    if not wanted:
        return None
    if len(spans) == 1:
        old, new = spans[0], wanted[0]
        is_days = new.after_min is None and new.before_min is None
        return _swapped(draft, old, replace(old, days=new.days) if is_days else replace(new, days=new.days or old.days))
    return replace(draft, conditions=(*draft.conditions, *wanted)) if not spans else None


def _retimed(old: TimeTrigger | SunTrigger, times: Times) -> TimeTrigger | SunTrigger:
    new = times.trigger
    if new is None:
        return replace(old, days=times.days) if times.days else old
    return replace(new, days=times.days or old.days)


def _level(draft: Draft, said: str, situation: Situation) -> Draft | None:
    """ "Ten percent", 红色, "twenty three degrees": for what the rule sets already."""
    bare = said.removeprefix("to ").removeprefix("at ")
    found: list[tuple[SetAction, SetAction]] = []
    for old in draft.actions:
        if not isinstance(old, SetAction):
            continue
        name = _name(old.thing, situation)
        form = f"set the {name} to {bare}" if situation.lang is Lang.EN else f"把{name}调到{bare}"
        meant = actions_of(form, situation)
        if meant and len(meant) == 1 and isinstance(meant[0], SetAction) and meant[0].thing == old.thing:
            found.append((old, replace(old, properties={**old.properties, **meant[0].properties})))
    for before, after in found:
        draft = _swapped(draft, before, after)
    return draft if found else None


def _name(thing: ThingId, situation: Situation) -> str:
    return next((word.names.of(situation.lang).lower() for word in situation.home.things if word.id == thing), thing)


def _thing(draft: Draft, said: str, situation: Situation) -> Draft | None:
    """ "The bedroom": the lamp there instead of this one; what it is asked for stays."""
    bare = re.sub(r"^(?:in|at) ", "", said)
    area = situation.things.area(re.sub(r"^(?:the|my) ", "", bare))
    if area is not None:
        named = tuple(word.id for word in situation.home.things if word.area == area)
    else:
        is_en = situation.lang is Lang.EN
        named = situation.candidates(f"what is the state of {bare}" if is_en else f"{bare}开着吗")
    for parts in (draft.actions, draft.triggers):
        changed = _with_other_thing(draft, parts, named, situation)
        if changed is not None:
            return changed
    return None


def _with_other_thing(
    draft: Draft, parts: Sequence[Action | Trigger], named: Sequence[ThingId], situation: Situation
) -> Draft | None:
    kinds = {word.id: word.kind for word in situation.home.things}
    theirs = dict.fromkeys(part.thing for part in parts if isinstance(part, SetAction | CallAction | PropertyTest))
    for old in theirs:
        alike = [thing for thing in named if kinds.get(thing) == kinds.get(old) and thing != old]
        if len(alike) == 1:
            if not _can(alike[0], parts, old, situation):
                raise NotAble(alike[0])
            for part in parts:
                if isinstance(part, SetAction | CallAction | PropertyTest) and part.thing == old:
                    draft = _swapped(draft, part, replace(part, thing=alike[0]))
            return draft
    return None


def _can(thing: ThingId, parts: Sequence[Action | Trigger], old: ThingId, situation: Situation) -> bool:
    """Whether the other thing has what the rule needs of this one."""
    known = situation.known.thing(thing)
    has = known.product.model.properties if known else {}
    wanted: set[str] = set()
    for part in parts:
        if isinstance(part, SetAction) and part.thing == old:
            wanted |= set(part.properties)
        elif isinstance(part, PropertyTest) and part.thing == old:
            wanted.add(part.property)
    return known is not None and wanted <= set(has)


def _swapped(draft: Draft, old: Trigger | Condition | Action, new: Trigger | Condition | Action) -> Draft:
    def put(parts: Sequence[object]) -> tuple[object, ...]:
        return tuple(new if part is old else part for part in parts)

    return replace(
        draft, triggers=put(draft.triggers), conditions=put(draft.conditions), actions=put(draft.actions)  # type: ignore[arg-type]
    )  # fmt: skip
