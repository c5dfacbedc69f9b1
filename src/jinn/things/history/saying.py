"""How the past is told, in both languages. Pure: figures and moments in, sentences out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from jinn.kernel import Lang, Names, mid_sentence
from jinn.things.history.finding import Figures
from jinn.things.telling import number

_UNITS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "temperature",
            "cold_temperature",
            "freezer_temperature",
            "target_temperature",
            "cold_target",
            "freezer_target",
        ),
        (" degrees", "度"),
    ),
    **dict.fromkeys(("humidity", "brightness", "position", "battery"), (" percent", "%")),
    "heart_rate": (" beats a minute", "次"),
    "steps": (" steps", "步"),
}
_PARTS: dict[str, tuple[str, str]] = {
    "freezer_temperature": ("'s freezer", "冷冻室"),
    "cold_temperature": ("", "冷藏室"),
    "temperature": ("", ""),
    "target_temperature": ("'s target", "的设定温度"),
    "cold_target": ("'s target", "冷藏的设定温度"),
    "freezer_target": ("'s freezer target", "冷冻的设定温度"),
    "humidity": ("'s humidity", "的湿度"),
    "brightness": ("'s brightness", "的亮度"),
    "volume": ("'s volume", "的音量"),
    "position": ("'s opening", "的开合度"),
    "battery": ("'s battery", "的电量"),
    "heart_rate": ("'s heart rate", "的心率"),
    "steps": ("'s step count", "的步数"),
}
_STATES: dict[str, tuple[str, str, str, str]] = {
    "open": ("open", "opened", "开着", "开"),
    "closed": ("closed", "closed", "关着", "关"),
    "on": ("on", "turned on", "开着", "开"),
    "off": ("off", "turned off", "关着", "关"),
    "cleaning": ("cleaning", "cleaning", "在打扫", "打扫"),
    "docked": ("docked", "docked", "在充电座上", "回充"),
}
"""As a state and as a change, in each language."""

_TIMES_TOLD_MAX = 3


def subject(names: Names, ability: str, lang: Lang) -> str:
    en, zh = _PARTS.get(ability, (f"'s {ability.replace('_', ' ')}", ""))
    return f"the {mid_sentence(names.en)}{en}" if lang is Lang.EN else f"{names.zh}{zh}"


def rounded(value: float) -> str:
    """One place is what people listen to."""
    return number(round(value, 1))


def amount(value: float, ability: str, lang: Lang) -> str:
    unit = _UNITS.get(ability, ("", ""))[0 if lang is Lang.EN else 1]
    said = rounded(value)
    if unit == " degrees" and said in ("1", "-1"):
        unit = " degree"
    return f"{said}{unit}"


def clock(moment: datetime, lang: Lang) -> str:
    if lang is Lang.EN:
        return f"{moment:%H:%M}"
    return f"{moment.hour}点{moment.minute:02}分" if moment.minute else f"{moment.hour}点"


def moment_words(moment: datetime, now: datetime, lang: Lang) -> str:
    """The day where it is not today, and the time of day."""
    days = (now.date() - moment.date()).days
    at = clock(moment, lang)
    if lang is Lang.EN:
        if days == 0:
            return f"today at {at}"
        if days == 1:
            return f"yesterday at {at}"
        return f"on {moment:%A} at {at}" if days < 7 else f"on {moment.day} {moment:%B} at {at}"
    if days <= 2:
        return f"{('今天', '昨天', '前天')[max(0, days)]}{at}"
    return f"{moment.month}月{moment.day}日{at}"


def front(words: str, lang: Lang) -> str:
    """The stretch as it was said, at the head of a sentence."""
    return f"{words[:1].upper()}{words[1:]}" if lang is Lang.EN else words


def figures_sentence(
    names: Names,
    ability: str,
    when: str,
    found: Figures,
    lang: Lang,
    *,
    figure: str | None,
    moment: str | None,
    is_whole: bool = True,
) -> str:
    """A number over a stretch.

    Args:
        figure: highest, lowest, mean or None for all of them.
        moment: when the highest or lowest was.
    """
    who, head = subject(names, ability, lang), front(when, lang)
    low, high, mean = (amount(value, ability, lang) for value in (found.low, found.high, found.mean))
    if figure in ("highest", "lowest"):
        value = high if figure == "highest" else low
        if lang is Lang.EN:
            return f"{head} the {figure} of {who} was {value}{f', {moment}' if moment else ''}."
        return f"{head}{who}{'最高' if figure == 'highest' else '最低'}{value}{f'，在{moment}' if moment else ''}。"
    if figure == "mean":
        return f"{head} {who} was at {mean} on average." if lang is Lang.EN else f"{head}{who}平均{mean}。"
    is_level = rounded(found.low) == rounded(found.high)
    if lang is Lang.EN:
        always = "all the time" if is_whole else "whenever it reported"
        between = f"between {rounded(found.low)} and {high}, {rounded(found.mean)} on average"
        return f"{head} {who} was {f'at {high} {always}' if is_level else between}."
    if is_level:
        return f"{head}{who}{'一直' if is_whole else '有记录的时候都'}是{high}。"
    return f"{head}{who}在{low}到{high}之间，平均{mean}。"


def point_sentence(names: Names, ability: str, when: str, value: str, lang: Lang) -> str:
    who, head = subject(names, ability, lang), front(when, lang)
    return f"{head} {who} was at {value}." if lang is Lang.EN else f"{head}{who}是{value}。"


def nothing_known(names: Names, when: str, *, was_away: bool, lang: Lang) -> str:
    """Truthfully nothing, and why."""
    if lang is Lang.EN:
        why = "it could not be reached then" if was_away else "it had not reported anything yet"
        return f"I know nothing of the {mid_sentence(names.en)} {when}: {why}."
    why = "那时候联系不上它" if was_away else "那时候它还没有报过"
    return f"{when}{names.zh}的情况我不知道，{why}。"


def holes_sentence(
    holes: Sequence[tuple[datetime, datetime]], now: datetime, lang: Lang, *, new_from: datetime | None = None
) -> str:
    """The gaps, the longest first; empty when there is none.

    Args:
        new_from: a gap that begins then is from before the thing's first report; None: there was one before.
    """
    if not holes:
        return ""
    start, end = max(holes, key=lambda hole: hole[1] - hole[0])
    more = len(holes) - 1
    if lang is Lang.EN:
        others = f" and at {more} other time{'s' if more > 1 else ''}" if more else ""
        why = "it had not reported anything yet" if start == new_from else "it could not be reached"
        return f" Nothing is known from {_short(start, end, lang)} to {clock(end, lang)}{others}: {why}."
    others = f"等{len(holes)}段时间" if more else ""
    why = "它还没有报过" if start == new_from else "联系不上它"
    return f"{_short(start, end, lang)}到{clock(end, lang)}{others}{why}，那段情况不清楚。"


def _short(start: datetime, end: datetime, lang: Lang) -> str:
    if start.date() == end.date():
        return clock(start, lang)
    return (
        f"{start.day} {start:%B}, {clock(start, lang)}"
        if lang is Lang.EN
        else f"{start.month}月{start.day}日{clock(start, lang)}"
    )


def state_at(names: Names, state: str, when: str, *, holds: bool, lang: Lang) -> str:
    """Yes or no, of one moment."""
    en, _, _, zh = _STATES[state]
    if lang is Lang.EN:
        head = "Yes" if holds else "No"
        return f"{head}, {when} the {mid_sentence(names.en)} was {'' if holds else 'not '}{en}."
    if holds:
        return f"是的，{when}{names.zh}{_STATES[state][2]}。"
    return f"没有，{when}{names.zh}没有{zh}。"


def state_sentence(
    names: Names,
    state: str,
    when: str,
    so: Sequence[tuple[datetime, datetime]],
    *,
    is_all: bool,
    length: timedelta,
    lang: Lang,
) -> str:
    """Whether it was so in a stretch, and when.

    Args:
        so: when it was.
        is_all: it was so for the whole stretch.
        length: for how long altogether.
    """
    spans = [_span(one, lang) for one in so]
    if lang is Lang.EN:
        return _state_in_english(names, state, when, spans, is_all=is_all, length=length)
    return _state_in_chinese(names, state, when, spans, is_all=is_all, length=length)


def _state_in_english(
    names: Names, state: str, when: str, spans: Sequence[str], *, is_all: bool, length: timedelta
) -> str:
    name, adjective = f"the {mid_sentence(names.en)}", _STATES[state][0]
    if not spans:
        return f"No, {name} was not {adjective} {when}."
    if is_all:
        return f"Yes, {name} was {adjective} all the time {when}."
    if len(spans) <= _TIMES_TOLD_MAX:
        return f"Yes, {when} {name} was {adjective} {_listed(spans, Lang.EN)}."
    in_all = length_words(length, Lang.EN)
    return f"Yes, {when} {name} was {adjective} {len(spans)} times, {in_all} in all, last {spans[-1]}."


def _state_in_chinese(
    names: Names, state: str, when: str, spans: Sequence[str], *, is_all: bool, length: timedelta
) -> str:
    _, _, staying, plain = _STATES[state]
    if not spans:
        return f"没有，{when}{names.zh}没有{plain}过。"
    if is_all:
        return f"是的，{when}{names.zh}一直{staying}。"
    if len(spans) <= _TIMES_TOLD_MAX:
        return f"是的，{when}{names.zh}{_listed(spans, Lang.ZH)}{staying}。"
    in_all = length_words(length, Lang.ZH)
    return f"是的，{when}{names.zh}{plain}过{len(spans)}次，一共{in_all}，最后一次是{spans[-1]}。"


def _span(one: tuple[datetime, datetime], lang: Lang) -> str:
    start, end = (clock(moment, lang) for moment in one)
    if start == end:
        return f"at {start}" if lang is Lang.EN else start
    return f"from {start} to {end}" if lang is Lang.EN else f"{start}到{end}"


def count_sentence(names: Names, state: str, when: str, times: Sequence[datetime], lang: Lang) -> str:
    name, (_, changed, _, plain), head = names.of(lang), _STATES[state], front(when, lang)
    if lang is Lang.EN:
        name = f"the {mid_sentence(name)}"
        if not times:
            return f"{head} {name} was not {changed}."
        if len(times) == 1:
            return f"{head} {name} was {changed} once, at {clock(times[0], lang)}."
        return f"{head} {name} was {changed} {len(times)} times, last at {clock(times[-1], lang)}."
    if not times:
        return f"{head}{name}没有{plain}过。"
    if len(times) == 1:
        return f"{head}{name}{plain}了1次，在{clock(times[0], lang)}。"
    return f"{head}{name}{plain}了{len(times)}次，最后一次是{clock(times[-1], lang)}。"


def last_sentence(names: Names, state: str, moment: datetime, now: datetime, lang: Lang) -> str:
    if lang is Lang.EN:
        return f"The {mid_sentence(names.en)} was last {_STATES[state][1]} {moment_words(moment, now, lang)}."
    return f"{names.zh}最后一次{_STATES[state][3]}是{moment_words(moment, now, lang)}。"


def never_sentence(names: Names, state: str, since: datetime | None, now: datetime, lang: Lang) -> str:
    """It was not seen to become so, as far back as we remember."""
    if lang is Lang.EN:
        name = f"The {mid_sentence(names.en)}"
        if since is None:
            return f"{name} has not reported yet."
        record = f"my record of it begins {moment_words(since, now, lang)}"
        return f"I have not seen the {mid_sentence(names.en)} being {_STATES[state][1]}; {record}."
    if since is None:
        return f"{names.zh}还没有报过状态。"
    return f"我没有见过{names.zh}{_STATES[state][3]}，记录是从{moment_words(since, now, lang)}开始的。"


def times_sentence(names: Names, state: str, when: str, times: Sequence[datetime], lang: Lang) -> str:
    """When it became so within a stretch."""
    if not times or len(times) > _TIMES_TOLD_MAX:
        return count_sentence(names, state, when, times, lang)
    listed = _listed([clock(moment, lang) for moment in times], lang)
    if lang is Lang.EN:
        return f"{front(when, lang)} the {mid_sentence(names.en)} was {_STATES[state][1]} at {listed}."
    return f"{when}{names.zh}是{listed}{_STATES[state][3]}的。"


def duration_sentence(names: Names, state: str, when: str, length: timedelta, lang: Lang) -> str:
    if lang is Lang.EN:
        name = f"the {mid_sentence(names.en)}"
        if not length:
            return f"{front(when, lang)} {name} was not {_STATES[state][0]}."
        return f"{front(when, lang)} {name} was {_STATES[state][0]} for {length_words(length, lang)}."
    if not length:
        return f"{when}{names.zh}没有{_STATES[state][3]}过。"
    return f"{when}{names.zh}{_STATES[state][3]}了{length_words(length, lang)}。"


def length_words(length: timedelta, lang: Lang) -> str:
    minutes = round(length.total_seconds() / 60)
    hours, minutes = divmod(minutes, 60)
    if lang is Lang.ZH:
        if not hours:
            return f"{minutes}分钟" if minutes else "不到1分钟"
        return f"{hours}小时{f'{minutes}分钟' if minutes else ''}"
    if not hours and not minutes:
        return "less than a minute"
    words = [
        f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((hours, "hour"), (minutes, "minute")) if count
    ]
    return " and ".join(words)


def not_yet(lang: Lang) -> str:
    return "That time has not come yet." if lang is Lang.EN else "那个时间还没到呢。"


def cannot_say(names: Names, lang: Lang) -> str:
    if lang is Lang.EN:
        return f"That is nothing the {mid_sentence(names.en)} can tell."
    return f"{names.zh}说不出这个。"


def _listed(words: Sequence[str], lang: Lang) -> str:
    if lang is Lang.ZH:
        return "、".join(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
