"""A whole rule from one sentence: "when X, Y", "Y when X", 如果…就…, …的时候…, "at seven in the morning Y"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jinn.edge.listening import Situation
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Condition,
    Draft,
    PresenceTrigger,
    PropertyTest,
    SayAction,
    SetAction,
    TimeTrigger,
    Trigger,
)
from jinn.edge.saying import Saying
from jinn.edge.spoken_acts import UNSAID, actions_of
from jinn.edge.spoken_tests import Test, tests_of
from jinn.edge.spoken_times import times_in
from jinn.kernel import Lang, Names, ThingId

CUTS_MAX = 10
"""Places where one sentence is tried to be cut in two; each try asks understanding a few times."""

_NAME_CHARS_MAX = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What sets a rule off, and what must be so."""

    triggers: tuple[Trigger, ...]
    conditions: tuple[Condition, ...]


_STRONG_EN = re.compile(
    r"\b(?:when|whenever|if|once|as soon as|every time|each time|every ?day|daily|every|each|sunset|sunrise|dusk|dawn"
    r"|sundown|gets dark|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?)\b"
)
_STRONG_ZH = re.compile(
    r"如果|要是|假如|若是|的时候|的话|每天|每晚|每日|每早|每当|一旦|只要|每周|每个|工作日|周末|周[一二三四五六日]|星期"
    r"|日落|日出|天黑|天亮|^当|[零一二两三四五六七八九十\d]点|[0-9]:[0-9]|.就.|以后|之后|时(?:，|把|将|打开|关|告诉|提醒)|每次|.(?:提醒|告诉|通知|警告)(?:我|大家)"
)


def may_be_rule(text: str, lang: Lang) -> bool:
    """Whether it is worth looking for a rule in this sentence."""
    return (_STRONG_EN if lang is Lang.EN else _STRONG_ZH).search(text) is not None


def hear_rule(text: str, situation: Situation, saying: Saying) -> Draft | None:
    """The rule that a sentence states; None when it states none.

    Raises:
        WhichOne: a part of it may mean several things.
    """
    said = plain(text, situation.lang)
    for when_text, then_text in _cuts(said, situation.lang):
        heard = _heard(when_text, then_text, situation)
        if heard is not None and not _is_reminder(*heard, said, situation.lang):
            return _draft(*heard, saying)
    return None


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
    return is_timed and is_said_only and not (_AGAIN_EN if lang is Lang.EN else _AGAIN_ZH).search(said)


_AGAIN_EN = re.compile(
    r"\b(?:every|each|daily|weekdays?|weekends?|workdays?|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
)
_AGAIN_ZH = re.compile("每|天天|工作日|周末|节假日")
_IT = re.compile(r"\bit (?!is dark|is light|gets|becomes|is getting)|它")


def _things(parts: Sequence[object]) -> list[ThingId]:
    return [part.thing for part in parts if isinstance(part, _OF_A_THING)]


_OF_A_THING = (PropertyTest, PresenceTrigger, SetAction, CallAction)


def plain(text: str, lang: Lang) -> str:
    """Without what is only polite, in lower case and one sort of comma."""
    text = " ".join(text.strip().lower().split()).rstrip(".!?。！？ ")
    if lang is Lang.EN:
        text = text.replace("’", "'").replace("%", " percent").replace("  ", " ")
        return re.sub(
            r"^(?:(?:hey |ok |okay )?jinn,? |please,? |from now on,? |i want that "
            r"|(?:make|create|add|set up) a (?:new )?rule(?: that says| that|:|,)? )+",
            "", text,
        )  # fmt: skip
    text = text.replace(" ", "").replace(",", "，").replace("；", "，").replace("。", "，")
    return re.sub(
        r"^(?:请|麻烦你?|帮我|从现在开始|今后|(?:新建|创建|添加|加)一?[条个]规则[:：，]?|设置一?[条个]?规则[:：，]?|，)+",
        "",
        text,
    )


_VERBS_EN = re.compile(
    r" (?=(?:turn|switch|set|light|dim|open|close|shut|tell|say|remind|start|stop|pause|mute|unmute|activate|clean|put"
    r"|make|lock|raise|lower|notify|warn|alert|let me|let us|announce|run|send|wait|vacuum|change|bring|draw|play)\b)"
)
_FIRST_EN = re.compile(
    r"(?:when|whenever|if|once|as soon as|(?:every|each) time(?: that)?|in case|provided(?: that)?|while|after) "
)
_BACK_EN = re.compile(
    r",? (?:but )?(?:only )?(?:when|whenever|if|once|as soon as|(?:every|each) time(?: that)?|in case|while) "
)
_TIME_EN = re.compile(
    r",? (?=(?:at|every|each|on|from|between|after|before|daily|half an hour|an hour|\d+ minutes|\w+ minutes)\b)"
)
_VERBS_ZH = re.compile(
    r"(?=(?:把|将|打开|关掉|关上|关闭|开启|关了|开[^着了关]|调|告诉|提醒|通知|播报|说|让|叫|启动|执行|拉开|拉上|设|停|暂停|切换|进入|扫地|打扫|清扫|开始|关[^着了于]|报警|等[^到于]))"
)
_LINK_ZH = re.compile(r"的时候，?|的话，?|时，|，就|，那就|，那么|，|就|时(?=把|将|打开|关|开|告诉|提醒)")
_BACK_ZH = re.compile(r"，?(?=(?:如果|要是|假如|当|一旦|只要|每当))")


def _cuts(text: str, lang: Lang) -> Iterator[tuple[str, str]]:
    """Ways to cut the sentence into when and then, the likeliest first."""
    count = 0
    for cut in dict.fromkeys(_cuts_en(text) if lang is Lang.EN else _cuts_zh(text)):
        if cut[0].strip(" ，,") and cut[1].strip(" ，,"):
            yield cut
            count += 1
            if count >= CUTS_MAX:
                return


def _cuts_en(text: str) -> Iterator[tuple[str, str]]:
    first = _FIRST_EN.match(text)
    rest = text[first.end() :] if first else text
    for separator in (", then ", " then ", ", "):
        at = rest.find(separator)
        while at > 0:
            yield rest[:at], rest[at + len(separator) :]
            at = rest.find(separator, at + 1)
    if not first:
        for found in _BACK_EN.finditer(text):
            yield text[found.end() :], text[: found.start()]
    for found in _VERBS_EN.finditer(rest):
        yield rest[: found.start()], rest[found.end() :]
    if not first:
        for found in _TIME_EN.finditer(text):
            yield text[found.end() :], text[: found.start()]


def _cuts_zh(text: str) -> Iterator[tuple[str, str]]:
    first = re.match(r"(?:如果|要是|假如|若是|当|一旦|只要|每当|每次|等到?)", text)
    rest = text[first.end() :] if first else text
    links = sorted(_LINK_ZH.finditer(rest), key=lambda found: (found.group() in ("就",), found.start()))
    for found in links:
        if re.match(r"然后|再|并|同时|过?(?:[\d一二两三四五六七八九十半]+)(?:个?小时|分钟|秒)", rest[found.end() :]):
            continue  # What follows goes on with what is to be done.
        yield rest[: found.start()], rest[found.end() :]
    for found in _VERBS_ZH.finditer(rest):
        yield rest[: found.start()], rest[found.start() :]
    if not first:
        for found in _BACK_ZH.finditer(text):
            if found.start():
                yield text[found.end() :], text[: found.start()]


def _when(clause: str, situation: Situation) -> When | None:
    """Raises `WhichOne`."""
    lang = situation.lang
    times = times_in(clause, lang)
    rest = _cleaned(times.rest, lang)
    if not rest:
        return None if times.trigger is None else When(triggers=(times.trigger,), conditions=())
    groups = [tests_of(atom, situation) for atom in _atoms(rest, lang)]
    if not groups or any(group is None for group in groups):
        whole = tests_of(rest, situation)
        if whole is None:
            return None
        groups = [whole]
    tests = [group for group in groups if group]
    if times.at_min is not None or times.sun is not None:
        assert times.trigger is not None
        conditions = tuple(_condition(group, situation) for group in tests)
        return None if None in conditions else When(triggers=(times.trigger,), conditions=_present(conditions))
    later = tuple(_condition(group, situation) for group in tests[1:])
    if None in later:
        return None
    return When(triggers=tests[0], conditions=(*_present(later), *times.conditions))


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
    return (
        ""
        if text in ("的", "时", "了", "在", "到", "就", "后", "到了", "之后", "以后")
        else re.sub(r"(?:以后|之后)$", "", text)
    )


def _draft(when: When, actions: tuple[Action, ...], saying: Saying) -> Draft:
    told = saying.trigger(when.triggers[0])
    happened = Names(en=f"{told.en[:1].upper()}{told.en[1:]}.", zh=f"{told.zh}。")
    said = tuple(
        SayAction(text=happened) if isinstance(action, SayAction) and action.text == UNSAID else action
        for action in actions
    )
    draft = Draft(names=Names(en="", zh=""), triggers=when.triggers, conditions=when.conditions, actions=said)
    return replace(draft, names=name_for(draft, saying))


def name_for(draft: Draft, saying: Saying) -> Names:
    """A rule that nobody named is called by what it does, and when."""
    sentence = saying.rule(draft)
    return Names(en=_short(sentence.en.rstrip(".")), zh=_short(sentence.zh.rstrip("。")))


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARS_MAX else f"{text[: _NAME_CHARS_MAX - 1]}…"
