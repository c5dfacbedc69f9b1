"""Times of day, days and the sun as people say them: found in a clause, and taken out of it. Pure.

An hour without "morning" or "evening" is guessed, and always read back: a trigger "at seven" is in the morning, a
condition "after ten" in the evening; what begins in the evening ends at six in the morning unless something else
was said.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from jinn.edge.model import WEEK, Day, SunCondition, SunTrigger, TimeCondition, TimeTrigger
from jinn.edge.spoken_numbers import (
    EN_DURATION,
    ZH_DURATION,
    ZH_NUMBER,
    duration_en,
    duration_zh,
    number_en,
    number_zh,
)
from jinn.kernel import Lang

NIGHT_ENDS_MIN, EVENING_MIN = 6 * 60, 18 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What a clause says of time.

    Attributes:
        rest: the clause without it.
        at_min: a moment of the day; sun: likewise.
        after_min, before_min: a span of the day.
        sun_is_up: "after sunset", "in the dark".
    """

    rest: str
    days: tuple[Day, ...] = ()
    at_min: int | None = None
    sun: SunTrigger | None = None
    after_min: int | None = None
    before_min: int | None = None
    sun_is_up: bool | None = None

    @property
    def trigger(self) -> TimeTrigger | SunTrigger | None:
        """As what sets a rule off, when nothing else does."""
        if self.sun is not None:
            return replace(self.sun, days=self.days)
        at_min = self.at_min if self.at_min is not None else self.after_min
        if at_min is None or (self.at_min is None and self.before_min is not None):
            return None  # "From three to five" is no moment at which anything could begin.
        return TimeTrigger(at_min=at_min, days=self.days)

    @property
    def conditions(self) -> tuple[TimeCondition | SunCondition, ...]:
        """As what must be so while something else sets the rule off."""
        return self._conditions(self.days)

    @property
    def beside_trigger(self) -> tuple[TimeCondition | SunCondition, ...]:
        """What must be so besides, where the time itself sets the rule off; the days are the trigger's."""
        if self.at_min is None and self.sun is None:
            return replace(self, after_min=None)._conditions(())
        return self._conditions(())

    def _conditions(self, days: tuple[Day, ...]) -> tuple[TimeCondition | SunCondition, ...]:
        after, before = self.after_min, self.before_min
        if after is not None and before is None and after >= EVENING_MIN:
            before = NIGHT_ENDS_MIN
        found: list[TimeCondition | SunCondition] = []
        if after is not None or before is not None or days:
            found.append(TimeCondition(after_min=after, before_min=before, days=days))
        if self.sun_is_up is not None:
            found.append(SunCondition(is_up=self.sun_is_up))
        return tuple(found)


def times_in(clause: str, lang: Lang) -> Times:
    """What the clause says of time, and what is left of it."""
    times = Times(rest=clause)
    for pattern, take in _EN if lang is Lang.EN else _ZH:
        found = pattern.search(times.rest)
        if found is None:
            continue
        changed = take(times, found)
        if changed is not None:
            left, right = times.rest[: found.start()], times.rest[found.end() :]
            gap = " " if lang is Lang.EN else ""
            times = replace(changed, rest=_trimmed(f"{left}{gap}{right}", lang))
    return times


def _trimmed(text: str, lang: Lang) -> str:
    text = " ".join(text.split()).strip(" ,，、。")
    if lang is Lang.ZH:
        return text
    return re.sub(r"^(?:and|so) |(?:,? (?:and|on|but|only|if|when|but only|only if|but only if))+$", "", text).strip(
        " ,"
    )


Take = Callable[[Times, "re.Match[str]"], Times | None]

_EN_HOUR = r"(?:\d{1,2}(?:[:.]\d{2})?|twelve|one|two|three|four|five|six|seven|eight|nine|ten|eleven)"
_EN_PART = r"(?: ?(?:a\.?m\.?|p\.?m\.?)| (?:in the|at) (?:morning|afternoon|evening|night))"
_EN_MINUTES = r"(?: (?:thirty|fifteen|forty[ -]five|twenty|ten|five|forty|fifty))"
_EN_CLOCK = (
    rf"(?:(?:half past|(?:a )?quarter past|(?:a )?quarter to) )?{_EN_HOUR}{_EN_MINUTES}?(?: o'?clock)?{_EN_PART}?"
    rf"|noon|midday|midnight"
)


def clock_en(text: str, *, is_evening: bool) -> int | None:
    """Minutes since midnight."""
    text = text.strip().replace("o'clock", "").replace("oclock", "")
    if text in ("noon", "midday", "midnight"):
        return 0 if text == "midnight" else 720
    shift = 0
    for words, minutes in (("half past ", 30), ("a quarter past ", 15), ("quarter past ", 15), ("a quarter to ", -15),
                           ("quarter to ", -15)):  # fmt: skip
        if text.startswith(words):
            text, shift = text.removeprefix(words), minutes
            break
    part = re.search(rf"{_EN_PART}$", text)
    said = part.group().strip() if part else ""
    core = (text[: part.start()] if part else text).strip()
    digits = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?", core)
    if digits is not None:
        hour, minute = int(digits[1]), int(digits[2] or 0)
    else:
        words_said = core.split()
        spoken = number_en(words_said[0]) if words_said else None
        later = number_en(" ".join(words_said[1:])) if len(words_said) > 1 else 0.0
        if spoken is None or later is None:
            return None
        hour, minute = int(spoken), int(later)
    if hour > 24 or minute > 59:
        return None
    is_said_24 = digits is not None and (hour > 12 or (len(digits[1]) == 2 and digits[2] is not None and hour < 10))
    hour = _hour(hour, said.replace(".", ""), is_evening=is_evening, is_sure=is_said_24)
    return (hour * 60 + minute + shift) % 1440


def _hour(hour: int, said: str, *, is_evening: bool, is_sure: bool) -> int:
    if is_sure or hour > 12:
        return hour % 24
    if said.endswith("night") and hour in (12, 1, 2, 3, 4, 5):
        return hour % 12
    if said:
        return hour % 12 + (0 if said.endswith(("am", "morning")) else 12)
    return _guessed(hour, is_evening=is_evening, first_pm=5)


def _guessed(hour: int, *, is_evening: bool, first_pm: int) -> int:
    """An hour of which nobody said whether it is in the morning."""
    if hour == 12:
        return 0 if is_evening else 12
    is_pm = hour >= 5 if is_evening else hour < first_pm
    return hour + 12 if is_pm and hour else hour


def _with_clock(times: Times, **changes: object) -> Times | None:
    if any(value is None for value in changes.values()):
        return None
    return replace(times, **changes)  # type: ignore[arg-type]


def _en_between(times: Times, found: "re.Match[str]") -> Times | None:
    is_evening = clock_en(found["a"], is_evening=True)
    before = clock_en(found["b"], is_evening=False)
    return _with_clock(times, after_min=is_evening, before_min=before)


_DAYS_EN = {
    "monday": Day.MON, "tuesday": Day.TUE, "wednesday": Day.WED, "thursday": Day.THU, "friday": Day.FRI,
    "saturday": Day.SAT, "sunday": Day.SUN,
}  # fmt: skip
_DAY_EN = "(?:" + "|".join(f"{day}s?" for day in _DAYS_EN) + ")"


def _en_days(times: Times, found: "re.Match[str]") -> Times:
    text = found.group()
    if "weekday" in text or "working day" in text or "workday" in text:
        return replace(times, days=(Day.WORKDAY,) if "work" in text else WEEK[:5])
    if "weekend" in text:
        return replace(times, days=WEEK[5:])
    if "holiday" in text:
        return replace(times, days=(Day.HOLIDAY,))
    named = [_DAYS_EN[word.rstrip("s")] for word in re.findall(_DAY_EN, text)]
    if " to " in text and len(named) == 2:
        first, last = WEEK.index(named[0]), WEEK.index(named[1])
        return replace(times, days=WEEK[first : last + 1] if first <= last else (*WEEK[first:], *WEEK[: last + 1]))
    return replace(times, days=tuple(dict.fromkeys(named)))


def _en_all_but(times: Times, found: "re.Match[str]") -> Times:
    left_out = (
        WEEK[5:] if "weekend" in found["d"] else [_DAYS_EN[d.rstrip("s")] for d in re.findall(_DAY_EN, found["d"])]
    )
    return replace(times, days=tuple(day for day in WEEK if day not in left_out))


def _en_part_of_day(times: Times, found: "re.Match[str]") -> Times | None:
    """ "in the evening" said for itself is a span; beside a clock it has been taken with it."""
    if times.at_min is not None:
        return _moved(times, found["p"])
    span = _SPANS[found["p"]]
    return replace(times, after_min=span[0], before_min=span[1])


_SPANS = {
    "morning": (360, 720), "afternoon": (720, 1080), "evening": (1080, 1380), "night": (1320, 360), "day": (480, 1200),
}  # fmt: skip


def _moved(times: Times, part: str) -> Times:
    """ "every evening at eight": the part of the day was said apart from the clock."""
    assert times.at_min is not None
    hour = times.at_min // 60
    if part in ("evening", "night", "afternoon") and 1 <= hour < 12:
        return replace(times, at_min=times.at_min + 720)
    if part == "morning" and hour >= 12:
        return replace(times, at_min=times.at_min - 720)
    return times


def _sun(event: str, seconds: float | None, *, is_before: bool) -> SunTrigger:
    minutes = round((seconds or 0) / 60)
    return SunTrigger(
        event="sunrise" if event in ("日出", "天亮", "太阳升起") else "sunset",
        offset_min=-minutes if is_before else minutes,
    )


def _en_sun_offset(times: Times, found: "re.Match[str]") -> Times | None:
    seconds = duration_en(found["d"])
    if seconds is None:
        return None
    event = "日出" if "rise" in found["e"] or found["e"] == "dawn" else "日落"
    return replace(times, sun=_sun(event, seconds, is_before=found["w"] == "before"))


_EN_SUN_WORD = r"(?:sunset|sunrise|sundown|dusk|dawn)"


def _en_sun(times: Times, found: "re.Match[str]") -> Times:
    event = "sunrise" if found["e"] in ("sunrise", "dawn") else "sunset"
    return replace(times, sun=SunTrigger(event=event))  # type: ignore[arg-type]


def _en_sun_moves(times: Times, found: "re.Match[str]") -> Times:
    is_rise = "rise" in found.group() or "light" in found.group() or "comes up" in found.group()
    return replace(times, sun=SunTrigger(event="sunrise" if is_rise else "sunset"))


_ALONE = r"(?!\w| ?%| (?:minutes?|seconds?|hours?|percent|degrees?|volume))"
"""Behind a time; "at 20 percent" is none."""

_EN: tuple[tuple["re.Pattern[str]", Take], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (rf"\b(?P<d>{EN_DURATION}) (?P<w>before|after) (?P<e>{_EN_SUN_WORD})\b", _en_sun_offset),
        (r"\b(?:while|if|when) it is dark(?: outside)?|\bafter (?:sunset|dark)\b|\bin the dark\b",
         lambda times, found: replace(times, sun_is_up=False)),
        (r"\bit is dark(?: outside)?\b", lambda times, found: replace(times, sun_is_up=False)),
        (r"\bbefore sunset\b|\bduring daylight\b|\bit is light outside\b",
         lambda times, found: replace(times, sun_is_up=True)),
        (rf"\b(?:at|every|each|on) (?P<e>{_EN_SUN_WORD})\b", _en_sun),
        (r"\bthe sun (?:sets|goes down|rises|comes up)\b"
         r"|\bit (?:gets|becomes|is getting) (?:dark|light)(?: outside)?\b",
         _en_sun_moves),
        (rf"\b(?:between|from) (?P<a>{_EN_CLOCK}) (?:and|to|till|until) (?P<b>{_EN_CLOCK})(?!\w)", _en_between),
        (rf"\b(?:after|later than) (?P<a>{_EN_CLOCK}){_ALONE}",
         lambda times, found: _with_clock(times, after_min=clock_en(found["a"], is_evening=True))),
        (rf"\b(?:before|until|till) (?P<a>{_EN_CLOCK}){_ALONE}",
         lambda times, found: _with_clock(times, before_min=clock_en(found["a"], is_evening=False))),
        (rf"\b(?:it is |it's )?(?:at|around|about|by) (?P<a>{_EN_CLOCK}){_ALONE}",
         lambda times, found: _with_clock(times, at_min=clock_en(found["a"], is_evening=False))),
        (rf"\b(?:it is|it's|the clock strikes) (?P<a>{_EN_CLOCK}){_ALONE}",
         lambda times, found: _with_clock(times, at_min=clock_en(found["a"], is_evening=False))),
        (rf"\b(?:on |every |each |from )(?:{_DAY_EN})(?:(?:,| and| or| to|, and)* (?:{_DAY_EN}))*(?= "
         rf"(?:mornings?|afternoons?|evenings?|nights?)\b)?\b"
         r"|\b(?:it is )?(?:on |at |every |each )?(?:the )?"
         r"(?:weekends?|weekdays?|workdays?|working days?|(?:public )?holidays?)\b",
         _en_days),
        (r"\b(?:in the|at|every|each|during the|it is) (?P<p>morning|afternoon|evening|night|day)(?: time)?\b(?! at)|"
         r"\bduring the (?P<q>day|night)\b",
         lambda times, found: _en_part_of_day(times, found) if found["p"] and found["p"] != "day" else times),
        (r"^(?:on )?(?P<p>morning|afternoon|evening|night)s?(?=$| )|(?<=,) ?(?P<r>morning|evening|afternoon"
         r"|night)s?(?=$| )",
         lambda times, found: _en_part_of_day(times, found) if times.days and found["p"] else None),
        (r"\bevery (?:single )?(?P<p>morning|afternoon|evening|night) at\b", lambda times, found: times),
        (rf"\b(?:except|but not|apart from)(?: on| at| for)?(?: the)? "
         rf"(?P<d>weekends?|{_DAY_EN}(?:(?:,| and| or)* {_DAY_EN})*)\b", _en_all_but),
        (r"\b(?:every ?day|daily|each day|every single day)\b", lambda times, found: times),
    )
)  # fmt: skip


_ZH_PART = r"(?:早上|早晨|清晨|上午|中午|下午|傍晚|晚上|夜里|夜晚|半夜|深夜|凌晨|今晚|晚)"
_A_BIT_ZH = r"(?<![开关调大小亮暗高低快慢热冷多少早晚响轻远近])"
"""一点 behind these is "a bit", and no time."""

_ZH_CLOCK = (
    rf"(?!(?:早|晚)一点(?![钟半一二三四五]))(?:{_ZH_PART}|{_A_BIT_ZH})(?:{ZH_NUMBER}(?:点钟?|时|[:：])"
    rf"(?:半|一刻|三刻|{ZH_NUMBER}分?|整)?)"
)


def clock_zh(text: str, *, is_evening: bool) -> int | None:
    """Minutes since midnight."""
    part = re.match(_ZH_PART, text)
    said = part.group() if part else ""
    found = re.fullmatch(
        r"(?P<h>\d+|[零一二两三四五六七八九十]+)(?:点钟?|时|[:：])(?P<m>半|一刻|三刻|整|(?:\d+"
        r"|[零一二两三四五六七八九十]+)分?)?",
        text[len(said) :],
    )
    if found is None:
        return None
    hour_said = number_zh(found["h"])
    fixed = {"半": 30.0, "一刻": 15.0, "三刻": 45.0, "整": 0.0, None: 0.0}
    minute_said = fixed[found["m"]] if found["m"] in fixed else number_zh(found["m"].removesuffix("分"))
    if hour_said is None or minute_said is None or hour_said > 24 or minute_said > 59:
        return None
    return (_hour_zh(int(hour_said), said, is_evening=is_evening) * 60 + int(minute_said)) % 1440


def _hour_zh(hour: int, said: str, *, is_evening: bool) -> int:
    if hour > 12:
        return hour % 24
    if said == "中午":
        return hour + 12 if hour < 3 else hour
    if said in _LATE and hour in (12, 1, 2, 3, 4):
        return hour % 12
    if said:
        return hour % 12 + (12 if said in _LATE or said in ("下午", "傍晚") else 0)
    return _guessed(hour, is_evening=is_evening, first_pm=0)


_LATE = frozenset({"晚上", "夜晚", "今晚", "晚", "夜里", "深夜", "半夜"})


_WEEK_ZH = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


def _zh_days(times: Times, found: "re.Match[str]") -> Times:
    text = found.group()
    if "工作日" in text or "上班" in text:
        return replace(times, days=(Day.WORKDAY,))
    if "周末" in text:
        return replace(times, days=WEEK[5:])
    if "节假日" in text or "假期" in text or "休息日" in text:
        return replace(times, days=(Day.HOLIDAY,))
    named = [_WEEK_ZH[sign] for sign in re.findall(r"[一二三四五六日天]", re.sub(r"星期|礼拜|周|每天?", "", text))]
    if re.search(r"[到至]", text) and len(named) == 2:
        first, last = named
        days = WEEK[first : last + 1] if first <= last else (*WEEK[first:], *WEEK[: last + 1])
        return replace(times, days=days)
    return replace(times, days=tuple(dict.fromkeys(WEEK[number] for number in named)))


def _zh_all_but(times: Times, found: "re.Match[str]") -> Times:
    left_out = _zh_days(Times(rest=""), found).days
    return replace(times, days=tuple(day for day in WEEK if day not in left_out))


def _zh_sun_offset(times: Times, found: "re.Match[str]") -> Times | None:
    seconds = duration_zh(found["d"])
    if seconds is None:
        return None
    return replace(times, sun=_sun(found["e"], seconds, is_before=found["w"].endswith("前")))


def _zh_span(times: Times, found: "re.Match[str]") -> Times:
    if times.at_min is not None or times.after_min is not None:
        return times
    part = found["p"]
    span = "night" if part in ("夜里", "半夜", "深夜", "夜间", "夜晚") else "evening" if "晚" in part else (
        "afternoon" if part == "下午" else "day" if part == "白天" else "morning"
    )  # fmt: skip
    after, before = _SPANS[span] if span != "evening" else (1080, 360)
    return replace(times, after_min=after, before_min=before)


_ZH_SUN = "日出|日落|天黑|天亮|太阳下山|太阳落山|太阳升起"

_WEEKDAY_ZH = r"[一二三四五六日天](?![点刻半十出落]|个?小时|分钟)"

_ZH: tuple[tuple["re.Pattern[str]", Take], ...] = tuple(
    (re.compile(pattern), take)
    for pattern, take in (
        (rf"除了?(?P<x>周末|(?:周|星期|礼拜){_WEEKDAY_ZH}(?:[、和]?(?:周|星期|礼拜)?{_WEEKDAY_ZH})*)(?:以外|之外"
         rf"|外)?，?(?:每天|都)*",
         _zh_all_but),
        (rf"每?个?(?:周|星期|礼拜){_WEEKDAY_ZH}(?:[、和到至]?(?:每?个?(?:周|星期|礼拜))?{_WEEKDAY_ZH})*"
         r"|(?:每个?)?(?:工作日|上班日|周末|节假日|休息日|假期)(?:的时候)?", _zh_days),
        (rf"(?P<e>{_ZH_SUN})(?P<d>{ZH_DURATION})(?P<w>之?前|以?前|之?后|以?后)", _zh_sun_offset),
        (rf"(?P<e>{_ZH_SUN})(?P<w>之?前|以?前|之?后|以?后)(?P<d>{ZH_DURATION})", _zh_sun_offset),
        (r"(?:日落|天黑)(?:了)?(?:以后|之后|后)(?=.)|天黑着?的时候(?=.)|在天黑时(?=.)|(?<![到等在天当])(?<=.)"
         r"(?:而且|并且|又|，|且)?天(?:已经)?黑了",
         lambda times, found: replace(times, sun_is_up=False)),
        (rf"(?:每天)?(?:到|在)?(?P<e>{_ZH_SUN})(?:了)?(?:的?时候?|以后|之后|后)?",
         lambda times, found: replace(times, sun=_sun(found["e"], 0, is_before=False))),
        (rf"(?:在|从)?(?P<a>{_ZH_CLOCK})(?:到|至|和)(?:第二天|次日)?(?P<b>{_ZH_CLOCK})(?:之间|期间)?",
         lambda times, found: _with_clock(
             times,
             after_min=clock_zh(found["a"], is_evening=True), before_min=clock_zh(found["b"], is_evening=False))),
        (rf"(?:在|过了)?(?P<a>{_ZH_CLOCK})(?:以后|之后|过后|后)|过了(?P<b>{_ZH_CLOCK})",
         lambda times, found: _with_clock(times, after_min=clock_zh(found["a"] or found["b"], is_evening=True))),
        (rf"(?:在)?(?P<a>{_ZH_CLOCK})(?:以前|之前|前)",
         lambda times, found: _with_clock(times, before_min=clock_zh(found["a"], is_evening=False))),
        (rf"(?:到了|到|在)?(?P<a>{_ZH_CLOCK})(?:的时候|时)?",
         lambda times, found: _with_clock(times, at_min=clock_zh(found["a"], is_evening=False))),
        (r"(?:每天)?(?:在)?(?P<p>夜里|半夜|深夜|夜间|夜晚|晚上|早上|早晨|上午|下午|白天)(?:的时候|时)?", _zh_span),
        (r"每天|每日|天天", lambda times, found: times),
    )
)  # fmt: skip
