"""A whole rule from one sentence: "when X, Y", "Y when X", 如果…就…, …的时候…, "at seven in the morning Y"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jinn.edge.cutting import VERBS_EN, cuts, plain, starts_of
from jinn.edge.listening import HowMuch, NotAble, Situation, TooInvolved, WhichOne
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Comparison,
    Condition,
    Draft,
    NotSo,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    SayAction,
    SetAction,
    SunCondition,
    TimeCondition,
    TimeTrigger,
    Trigger,
)
from jinn.edge.saying import Saying
from jinn.edge.spoken_acts import UNSAID, actions_of
from jinn.edge.spoken_tests import Test, says_all, tests_of
from jinn.edge.spoken_times import Times, times_in
from jinn.kernel import Lang, Names, ThingId

_NAME_CHARS_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What sets a rule off, and what must be so."""

    triggers: tuple[Trigger, ...]
    conditions: tuple[Condition, ...]


_STRONG_EN = re.compile(
    r"\b(?:when|whenever|if|once|as soon as|every time|each time|every ?day|daily|every|each|sunset|sunrise|dusk|dawn"
    r"|sundown|dark|unless|by|after|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?)\b"
    r"|\d ?[ap]\.?m\b|\b(?:noon|midnight)\b"
)
_STRONG_ZH = re.compile(
    r"如果|要是|假如|若是|的时候|的话|每天|每晚|每日|每早|每当|一旦|只要|每周|每个|工作日|周末|周[一二三四五六日]|星期"
    r"|日落|日出|天黑|天亮|太阳|除非|.一[开关打].|一[开打]|没人|过了|^当|[零一二两三四五六七八九十\d]点"
    r"|[0-9]:[0-9]|.就.|以后|之后|(?:秒|分钟|小时|钟头)后|时(?:，|把|将|打开|关|告诉|提醒)|每次|.(?:提醒|告诉"
    r"|通知|警告)(?:我|大家)"
)


def may_be_rule(text: str, lang: Lang) -> bool:
    """Whether it is worth looking for a rule in this sentence."""
    return (_STRONG_EN if lang is Lang.EN else _STRONG_ZH).search(text) is not None


def hear_rule(text: str, situation: Situation, saying: Saying) -> Draft | None:
    """The rule that a sentence states; None when it states none.

    Raises:
        WhichOne: a part of it may mean several things.
        HowMuch: it lacks a level.
        NotAble: a thing is asked for what it has not.
    """
    said = plain(text, situation.lang)
    stated = _stated(said, situation) or _with_exception(said, situation)
    return _draft(*stated, saying) if stated else None


def _stated(said: str, situation: Situation) -> tuple[When, tuple[Action, ...]] | None:
    lacking: HowMuch | NotAble | None = None
    for when_text, then_text in cuts(said, situation.lang, situation.names):
        try:
            heard = _heard(when_text, then_text, situation)
        except (HowMuch, NotAble) as lack:
            # Another cut may still make sense; when none does, this one is told.
            lacking = lacking or lack
            continue
        heard = heard or _timed_if(when_text, then_text, situation)
        if heard is not None and not _is_reminder(*heard, said, situation.lang):
            return heard
    heard = _timed(said, situation)
    if heard is None and lacking is not None:
        raise lacking
    return None if heard is None or _is_reminder(*heard, said, situation.lang) else heard


def _timed(said: str, situation: Situation) -> tuple[When, tuple[Action, ...]] | None:
    """A wish with its time somewhere in it: 厨房灯晚上十点关掉, "from Monday to Friday lock up at nine"."""
    times = times_in(said, situation.lang)
    triggers = _time_triggers(times)
    if not triggers:
        return None
    actions = actions_of(_cleaned(times.rest, situation.lang), situation)
    return (When(triggers=triggers, conditions=times.beside_trigger), actions) if actions else None


def _timed_if(when_text: str, then_text: str, situation: Situation) -> tuple[When, tuple[Action, ...]] | None:
    """ "Only when nobody is in start the vacuum at three": the time is the trigger, the rest must be so."""
    times = times_in(then_text, situation.lang)
    if times.at_min is None and times.sun is None:
        return None
    needed = _conditions(when_text, situation)
    if needed and all(isinstance(one, TimeCondition) for one in needed):
        return None  # "From Monday to Thursday ... at nine": days of the trigger itself.
    heard = _timed(then_text, situation) if needed else None
    if heard is None or needed is None:
        return None
    return replace(heard[0], conditions=(*needed, *heard[0].conditions)), heard[1]


_UNLESS = {
    Lang.EN: (
        re.compile(r"(?P<y>.+?),? (?:unless|except (?:when|if)) "
                   r"(?P<x>.+)"), re.compile(r"unless (?P<x>.+?), (?P<y>.+)"),
    ),
    Lang.ZH: (
        re.compile(r"除非(?P<x>[^，]+?)(?:，?否则就?|，?不然就?|，(?:都|就)?)(?P<y>.+)"),
        re.compile(r"(?P<y>.+?)，?除非(?P<x>.+)"),
    ),
}  # fmt: skip


def _exceptions(said: str, lang: Lang) -> Iterator[tuple[str, str]]:
    for pattern in _UNLESS[lang]:
        if (found := pattern.fullmatch(said)) is not None:
            yield found["x"], found["y"]
    if said.startswith("unless "):
        for seam in VERBS_EN.finditer(said):
            yield said[len("unless ") : seam.start()], said[seam.end() :]


def _with_exception(said: str, situation: Situation) -> tuple[When, tuple[Action, ...]] | None:
    """ "Turn off the television at eleven unless somebody is home"."""
    for condition, wish in _exceptions(said, situation.lang):
        stated = _stated(wish, situation)
        if stated is None:
            continue
        when, actions = stated
        excepted = _conditions(condition, situation.speaking_of(_things(when.triggers) or _things(actions)))
        if not excepted:
            return None
        against = tuple(negated(one) for one in excepted)
        unless = against[0] if len(against) == 1 else AnyOf(of=against)
        return replace(when, conditions=(*when.conditions, unless)), actions
    return None


def _conditions(clause: str, situation: Situation) -> tuple[Condition, ...] | None:
    """What must be so, and nothing that sets a rule off."""
    times = times_in(clause, situation.lang)
    if times.at_min is not None or times.sun is not None:
        return None
    rest = _cleaned(times.rest, situation.lang)
    groups = _groups(rest, situation) if rest else []
    if groups is None:
        return None
    tests = tuple(_condition(group, situation) for group in groups)
    return None if None in tests else (*_present(tests), *times.conditions)


def negated(condition: Condition) -> Condition:
    """That it is not so, in the plainest way."""
    match condition:
        case PeopleTest(who=who, is_home=is_home):
            return PeopleTest(who="everyone" if who == "anyone" else "anyone", is_home=not is_home)
        case SunCondition(is_up=is_up):
            return SunCondition(is_up=not is_up)
        case PropertyTest(comparison=Comparison.IS | Comparison.IS_NOT as comparison, for_s=0.0):
            other = Comparison.IS_NOT if comparison is Comparison.IS else Comparison.IS
            return replace(condition, comparison=other)
        case NotSo(of=inner):
            return inner
        case _:
            return NotSo(of=condition)


def _heard(when_text: str, then_text: str, situation: Situation) -> tuple[When, tuple[Action, ...]] | None:
    if _IT.search(when_text):
        # "Turn off the lamp if it has been on for an hour": what "it" is, the other half says.
        actions = actions_of(then_text, situation)
        spoken = _things(actions or ())
        if actions and spoken and (when := _when(when_text, situation.speaking_of(spoken))) is not None:
            return when, actions
    when = _when(when_text, situation)
    if when is None:
        return None
    actions = actions_of(then_text, situation.speaking_of(_things(when.triggers)))
    return (when, actions) if actions else None


def _is_reminder(when: When, actions: tuple[Action, ...], said: str, lang: Lang) -> bool:
    """ "Tell me when it is five": said once, and meant once. A rule says that it comes again."""
    is_timed = all(isinstance(trigger, TimeTrigger) for trigger in when.triggers)
    is_said_only = all(isinstance(action, SayAction) for action in actions)
    return (
        is_timed
        and not when.conditions
        and is_said_only
        and not (_AGAIN_EN if lang is Lang.EN else _AGAIN_ZH).search(said)
    )


_AGAIN_EN = re.compile(
    r"\b(?:every|each|daily|weekdays?|weekends?|workdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
)
_AGAIN_ZH = re.compile("每|天天|工作日|周末|节假日")
_IT = re.compile(r"\bit (?!is dark|is light|gets|becomes|is getting)|它")


def _things(parts: Sequence[object]) -> list[ThingId]:
    return [part.thing for part in parts if isinstance(part, _OF_A_THING)]


_OF_A_THING = (PropertyTest, PresenceTrigger, SetAction, CallAction)


def _when(clause: str, situation: Situation) -> When | None:
    """Raises `WhichOne`."""
    lang = situation.lang
    times = times_in(clause, lang)
    rest = _cleaned(times.rest, lang)
    triggers = _time_triggers(times)
    if not rest:
        return When(triggers=triggers, conditions=times.beside_trigger) if triggers else None
    groups = _groups(rest, situation)
    if groups is None:
        return None
    tests = [group for group in groups if group]
    if times.sun is not None and _GOT_DARK.search(clause) and isinstance(tests[0][0], PropertyTest):
        # 天黑了有人开门: it is dark when the door opens, and not the other way round.
        times = replace(times, sun=None, sun_is_up=False)
    if times.at_min is not None or times.sun is not None:
        conditions = tuple(_condition(group, situation) for group in tests)
        if None in conditions or not triggers:
            return None
        return When(triggers=triggers, conditions=(*_present(conditions), *times.beside_trigger))
    later = tuple(_condition(group, situation) for group in tests[1:])
    if None in later:
        return None
    together: tuple[Condition, ...] = ()
    if len(tests[0]) > 1 and says_all(clause, lang):
        # "When all lights are off": each may be the last, and then the others must be off already.
        together = tuple(test for test in tests[0] if isinstance(test, PropertyTest))
    return When(triggers=tests[0], conditions=(*together, *_present(later), *times.conditions))


_GOT_DARK = re.compile("天(?:已经)?黑了(?!的时候|以后|之后)")


def _time_triggers(times: Times) -> tuple[Trigger, ...]:
    return () if times.trigger is None or (times.sun is not None and times.at_min is not None) else (times.trigger,)


def _groups(rest: str, situation: Situation) -> list[tuple[Test, ...]] | None:
    """What each clause tests: cut at "and", else not at all, else where the name of a thing begins."""
    lang = situation.lang
    for atoms in (_atoms(rest, lang), [rest], *_by_names(rest, situation)):
        groups = [tests_of(atom, situation) for atom in atoms]
        if groups and None not in groups:
            return [group for group in groups if group]
    return None


def _by_names(rest: str, situation: Situation) -> Iterator[list[str]]:
    if situation.lang is Lang.ZH:
        for at in starts_of(situation.names, rest):
            yield [rest[:at], rest[at:]]


def _present(conditions: tuple[Condition | None, ...]) -> tuple[Condition, ...]:
    return tuple(one for one in conditions if one is not None)


def _condition(group: tuple[Test, ...], situation: Situation) -> Condition | None:
    """Of several things: any of them. Presence is no condition."""
    tests = [test for test in group if not isinstance(test, PresenceTrigger)]
    if len(tests) != len(group):
        return None
    return tests[0] if len(tests) == 1 else AnyOf(of=tuple(tests))


def _atoms(rest: str, lang: Lang) -> list[str]:
    if lang is Lang.EN:
        parts = re.split(
            r",? (?:and|but|while|when|if)(?: only)?(?: (?:if|when|that))? |, (?:but )?(?:only )?(?:if|when) |, ", rest
        )
    else:
        parts = re.split(r"，?(?:并且|而且|同时|而|且|但是?|和)(?:如果|要是|只有)?|，(?:如果|要是|只有)?", rest)
    return [cleaned for part in parts if (cleaned := _cleaned(part, lang))]


def _cleaned(text: str, lang: Lang) -> str:
    text = text.strip(" ，,。.、")
    if lang is Lang.EN:
        text = re.sub(r"^(?:and|but|so|then|when|if|only if|that|it is|it's) (?!\d)", "", text)
        return "" if text in ("it is", "it's", "it", "day", "days", "is", "the", "on", "at", "and") else text
    text = re.sub(r"^(?:如果|要是|当|在|而且|并且|到了|每次|一旦|只要|我想)+", "", text)
    text = re.sub(r"(?:的时候|的话|时候)$", "", text)
    text = re.sub(r"^(?:都|每次)", "", text)
    return (
        ""
        if text in ("的", "是", "时", "了", "在", "到", "就", "后", "到了", "之后", "以后")
        else re.sub(r"(?:以后|之后)$", "", text)
    )


def two_rules(text: str, situation: Situation, saying: Saying) -> tuple[Draft, Draft] | None:
    """Two whole rules that one sentence joins; None when it is none such. Raises as `hear_rule`."""
    said = plain(text, situation.lang)
    for found in _SECOND[situation.lang].finditer(said):
        first = hear_rule(said[: found.start()], situation, saying)
        if first is None:
            continue
        spoken = situation.speaking_of(_things(first.actions) or _things(first.triggers))
        again = _named_again(said[found.end() :], first, situation)
        second = hear_rule(again, spoken, saying)
        if second is not None:
            return first, second
    return None


def _named_again(said: str, first: Draft, situation: Situation) -> str:
    """ "When it closes, turn it off": what opened, and what was turned on, in the first rule."""
    names = {word.id: word.names.of(situation.lang).lower() for word in situation.home.things}
    theirs = [names[thing] for thing in _things(first.triggers) if thing in names]
    done = [names[thing] for thing in _things(first.actions) if thing in names]
    is_en = situation.lang is Lang.EN
    if len(theirs) == 1:
        said = re.sub(
            r"^(when|whenever|if|once) it (?!is dark"
            r"|gets)" if is_en else r"^(如果|要是|)(?:它)?(?=关上|关了|打开|开了|一[开关])",
            rf"\1 the {theirs[0]} " if is_en else rf"\g<1>{theirs[0]}", said,
        )  # fmt: skip
    if len(done) == 1:
        said = re.sub(r"\bit\b(?! is| gets)", f"the {done[0]}", said) if is_en else said.replace("它", done[0])
    return said


_SECOND = {
    Lang.EN: re.compile(r"(?:, and |, | and |; |\. )(?=(?:when|whenever|if|once|at|every|as soon as)\b)"),
    Lang.ZH: re.compile(r"[，；。、](?=.)|(?<=.)(?=(?:如果|要是|每天))"),
}


def _draft(when: When, actions: tuple[Action, ...], saying: Saying) -> Draft:
    happened = message_of(when.triggers[0], saying)
    said = tuple(
        SayAction(text=happened) if isinstance(action, SayAction) and action.text == UNSAID else action
        for action in actions
    )
    draft = Draft(names=Names(en="", zh=""), triggers=when.triggers, conditions=when.conditions, actions=said)
    return replace(draft, names=name_for(draft, saying))


def message_of(trigger: Trigger, saying: Saying) -> Names:
    """What is told where nobody said what: that which happened."""
    told = saying.happened(trigger)
    return Names(en=f"{told.en[:1].upper()}{told.en[1:]}.", zh=f"{told.zh}。")


_IS_ASKED = re.compile(r"(?:please |can you |could you )*tell me (?:if|whether) ")
"""A question about now, unless it is understood as a rule."""


def half_heard(text: str, situation: Situation) -> str | None:
    """The part of a rule's sentence that nobody understands, when the other part is plain; None: it is no rule."""
    said = plain(text, situation.lang)
    if _IS_ASKED.match(said):
        return None
    for when_text, then_text in cuts(said, situation.lang):
        try:
            actions = actions_of(then_text, situation)
            when = _when(when_text, situation)
        except (WhichOne, HowMuch, NotAble, TooInvolved):
            return None
        if actions and when is None and may_be_rule(said, situation.lang):
            return when_text.strip(" ，,")
        if when is not None and not actions and when.triggers:
            return then_text.strip(" ，,")
    return None


def name_for(draft: Draft, saying: Saying) -> Names:
    """A rule that nobody named is called by what it does, and when."""
    sentence = saying.rule(draft)
    return Names(en=_short(sentence.en.rstrip(".")), zh=_short(sentence.zh.rstrip("。")))


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARS_MAX else f"{text[: _NAME_CHARS_MAX - 1]}…"
