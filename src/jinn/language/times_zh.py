"""Mandarin stretches of time, as spans (see times.py)."""

import re
from collections.abc import Iterator
from typing import Final

_DIGITS: Final = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_N: Final = r"(?:\d{1,3}|[零〇一二两三四五六七八九十]{1,3})"
_DAYS: Final = {
    "今天": 0, "今日": 0, "今": 0, "昨天": -1, "昨日": -1, "昨": -1, "前天": -2, "前日": -2, "大前天": -3,
}  # fmt: skip
_PARTS: Final = {
    "凌晨": ("00:00", "06:00"), "早上": ("06:00", "12:00"), "早晨": ("06:00", "12:00"), "清晨": ("05:00", "09:00"),
    "上午": ("06:00", "12:00"), "早": ("06:00", "12:00"), "一早": ("05:00", "09:00"), "中午": ("11:00", "14:00"),
    "午后": ("12:00", "18:00"), "下午": ("12:00", "18:00"), "傍晚": ("17:00", "20:00"), "晚上": ("18:00", "30:00"),
    "晚": ("18:00", "30:00"), "夜里": ("18:00", "30:00"), "夜间": ("18:00", "30:00"), "半夜": ("22:00", "30:00"),
    "深夜": ("22:00", "30:00"), "夜": ("18:00", "30:00"), "白天": ("06:00", "18:00"),
}  # fmt: skip
_LATE: Final = frozenset({"中午", "午后", "下午", "傍晚", "晚上", "晚", "夜里", "夜间", "半夜", "深夜", "夜"})
_WEEKDAYS: Final = {
    "一": "mon",
    "二": "tue",
    "三": "wed",
    "四": "thu",
    "五": "fri",
    "六": "sat",
    "日": "sun",
    "天": "sun",
}

_WEEKDAY: Final = r"(?:上个?|这个?|本)?(?:周|星期|礼拜)[一二三四五六日天]"
_DAY: Final = (
    rf"(?P<%s_day>大前天|前天|前日|昨天|昨日|今天|今日|{_WEEKDAY}|{_N}天(?:之)?前|昨(?=[晚夜早])|今(?=[晚早]))"
)
_PART: Final = r"(?P<%s_part>" + "|".join(sorted(_PARTS, key=len, reverse=True)) + ")"
_CLOCK: Final = rf"(?P<%s_hour>{_N})(?:点钟?|时)(?:(?P<%s_half>半)|(?P<%s_quarter>[一三])刻|(?P<%s_minute>{_N})分?|整)?"
_DIGITAL: Final = r"(?P<%s_dhour>\d{1,2}):(?P<%s_dminute>\d\d)"


def _named(pattern: str, name: str) -> str:
    return pattern.replace("%s", name)


def _when(name: str) -> str:
    return _named(rf"(?:{_DAY})?的?(?:{_PART})?的?(?:{_CLOCK}|{_DIGITAL})", name)


def _day_part(name: str) -> str:
    return _named(rf"(?:{_DAY}的?(?:{_PART})?|(?:{_PART.replace('%s_part', '%s_alone')}))", name)


_AT: Final = re.compile(rf"(?:在)?{_when('t')}(?:的时候|时|左右)?(?![到至])")
_BETWEEN: Final = re.compile(rf"(?:从|在)?{_when('t')}(?:到|至){_when('u')}(?:之间|期间|这段时间)?")
_SINCE: Final = re.compile(
    rf"(?:自从|自|从)?(?:{_when('t')}|{_day_part('d')})(?:以来|以后|之后|开始|起|到现在|至今)(?:到现在)?"
)
_WHOLE: Final = re.compile(rf"(?:在)?{_day_part('d')}(?:里|期间|这段时间)?")
_AGO: Final = re.compile(rf"(?P<half>半)?(?P<number>{_N})?个?(?P<half_unit>半)?(?P<unit>分钟|小时|钟头)(?:之|以)?前")
_LAST: Final = re.compile(
    rf"(?:在)?(?:过去|最近|近|这|刚才)的?(?:(?P<number>{_N})|(?P<half>半))?个?(?P<unit>分钟|小时|钟头|天|周|星期|礼拜|月)"
    r"(?:里|内|来|之内|以来)?"
)
_WEEKS: Final = re.compile(r"(?P<which>上个?|这个?|本)(?P<unit>周|星期|礼拜|月)(?![一二三四五六日天])")


def find_zh(text: str) -> Iterator[tuple[int, int, str]]:
    """Where stretches stand in a text, and their spans."""
    for match in _BETWEEN.finditer(text):
        start = _point(match, "t")
        yield match.start(), match.end(), f"{start}..{_end_point(match, start)}"
    for match in _SINCE.finditer(text):
        is_clock = match["t_hour"] or match["t_dhour"]
        yield match.start(), match.end(), (_point(match, "t") if is_clock else _since(match)) + "..now"
    for match in _AT.finditer(text):
        if match.group() in ("一点", "1点"):
            continue  # "A little": nobody says one o'clock so.
        yield match.start(), match.end(), _point(match, "t")
    for match in _WHOLE.finditer(text):
        yield match.start(), match.end(), _stretch(match)
    yield from _counted(text)


def _counted(text: str) -> Iterator[tuple[int, int, str]]:
    """Those that are counted from now."""
    for match in _AGO.finditer(text):
        if match["half"] or match["number"]:
            yield match.start(), match.end(), _ago(match)
    for match in _LAST.finditer(text):
        if match.group().startswith("这") and not match["number"]:
            continue
        yield match.start(), match.end(), _last(match)
    for match in _WEEKS.finditer(text):
        unit = "month" if match["unit"] == "月" else "week"
        is_last = match["which"].startswith("上")
        yield match.start(), match.end(), f"{unit}-1@00:00..{unit}-0@00:00" if is_last else f"{unit}-0@00:00..now"


def number_of(text: str) -> int:
    """A whole number up to 99, in either writing."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(str(_DIGITS[sign]) for sign in text))
    return (_DIGITS[tens[-1]] if tens else 1) * 10 + (_DIGITS[ones[0]] if ones else 0)


def _day(words: str | None) -> str:
    if not words:
        return "~"
    if words in _DAYS:
        return str(_DAYS[words])
    if words.endswith("前"):
        return f"-{number_of(words.partition('天')[0])}"
    return _WEEKDAYS[words[-1]] + ("-1" if words.startswith("上") else "")


def _point(match: "re.Match[str]", name: str) -> str:
    day, part = _day(match[f"{name}_day"]), match[f"{name}_part"]
    if match[f"{name}_dhour"]:
        return f"{day}@{int(match[f'{name}_dhour']) % 24:02}:{min(59, int(match[f'{name}_dminute'])):02}"
    hour = number_of(match[f"{name}_hour"]) % 25 % 24
    minute = 30 if match[f"{name}_half"] else 15 if match[f"{name}_quarter"] == "一" else 0
    if match[f"{name}_quarter"] == "三":
        minute = 45
    if match[f"{name}_minute"]:
        minute = min(59, number_of(match[f"{name}_minute"]))
    if part in _LATE and 1 <= hour <= 11 and not (part in ("夜里", "半夜", "深夜", "夜间") and hour < 6):
        hour += 12
    if part is None and day == "~" and 1 <= hour <= 11:
        return f"~@{hour:02}:{minute:02}|{hour + 12:02}"
    return f"{day if part is None or day != '~' else '~'}@{hour:02}:{minute:02}"


def _end_point(match: "re.Match[str]", start: str) -> str:
    """昨天下午三点到五点: the second has the day and the half of the day of the first."""
    end = _point(match, "u")
    day, _, clock = end.partition("@")
    first_day, _, first_clock = start.partition("@")
    if match["u_day"] is None:
        day = first_day
    bare, bar, late = clock.partition("|")
    if bar and "|" not in first_clock:
        clock = f"{late}:{bare[3:]}" if f"{late}:{bare[3:]}" > first_clock > bare else bare
    elif not bar and match["u_part"] is None and match["t_part"] in _LATE and clock < first_clock:
        clock = f"{(int(clock[:2]) + 12) % 24:02}{clock[2:]}"
    return f"{day}@{clock}"


def _since(match: "re.Match[str]") -> str:
    """Since noon is since twelve, although 中午 begins before it."""
    start = _stretch(match).split("..")[0]
    return start.replace("@11:00", "@12:00") if "中午" in match.group() else start


def _stretch(match: "re.Match[str]") -> str:
    words, part = match["d_day"], match["d_part"] or match["d_alone"]
    day = _day(words)
    start, end = _PARTS.get(part or "", ("00:00", "24:00"))
    if end != "30:00":
        return f"{day}@{start}..{day}@{end}"
    if day == "~":
        return f"~@{start}..~@06:00"
    is_number = day.lstrip("-").isdigit()
    return f"{day}@{start}..{int(day) + 1}@06:00" if is_number else f"{day}@{start}..{day}@24:00"


def _ago(match: "re.Match[str]") -> str:
    is_hours = match["unit"] != "分钟"
    number = number_of(match["number"]) if match["number"] else 0
    if not is_hours:
        return f"-{number}m"
    half = 30 if match["half"] or match["half_unit"] else 0
    return f"-{number * 60 + half}m" if half else f"-{number}h"


def _last(match: "re.Match[str]") -> str:
    unit = match["unit"]
    number = number_of(match["number"]) if match["number"] else 1
    if match["half"] and unit in ("小时", "钟头"):
        return "-30m..now"
    if unit == "分钟":
        return f"-{number}m..now"
    hours = {"小时": 1, "钟头": 1, "天": 24, "月": 720}.get(unit, 168)
    return f"-{number * hours}h..now"
