"""English stretches of time, as spans (see times.py)."""

import re
from collections.abc import Iterator
from typing import Final

_NUMBER_WORDS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty four": 24, "thirty": 30, "forty": 40,
    "forty five": 45, "a": 1, "an": 1, "half an": 0,
}  # fmt: skip

_NUM: Final = r"(?:\d{1,3}|" + "|".join(sorted(map(re.escape, _NUMBER_WORDS), key=len, reverse=True)) + ")"
_HOUR: Final = (
    r"(?:\d{1,2}|" + "|".join(word for word, n in _NUMBER_WORDS.items() if 1 <= n <= 12 and len(word) > 2) + ")"
)
_CLOCK: Final = (
    rf"(?:(?P<%s_half>half|quarter) (?P<%s_side>past|to) )?(?P<%s_hour>{_HOUR})(?:[:.](?P<%s_minute>\d\d))?"
    r"(?: ?o ?'?clock)?(?: ?(?P<%s_noon>a\.?m\.?|p\.?m\.?|in the morning|in the afternoon|in the evening|at night))?"
    r"|(?P<%s_word>noon|midday|midnight)"
)
_PARTS: Final = {
    "morning": ("06:00", "12:00"), "afternoon": ("12:00", "18:00"), "evening": ("18:00", "24:00"),
    "night": ("18:00", "30:00"),
}  # fmt: skip
_WEEKDAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAY: Final = (
    r"(?P<%s_day>today|yesterday|the day before yesterday|(?:on )?(?:last |this )?(?:" + "|".join(_WEEKDAYS) + r")"
    rf"|{_NUM} days? ago|tonight|last night)(?: (?P<%s_part>morning|afternoon|evening|night))?"
)


def _named(pattern: str, name: str) -> str:
    return pattern.replace("%s", name)


_AT: Final = re.compile(
    rf"\b(?:(?P<day_first>{_named(_DAY, 'd')}) )?(?:at|around|about) (?:{_named(_CLOCK, 't')})"
    rf"(?: (?P<day_last>{_named(_DAY, 'e')}))?(?![\w:%])(?! ?(?:degrees|percent))"
)
_BETWEEN: Final = re.compile(
    rf"\b(?:(?P<day_first>{_named(_DAY, 'd')}) )?(?:between|from) (?:{_named(_CLOCK, 't')}) (?:and|to|till|until) "
    rf"(?:{_named(_CLOCK, 'u')})(?: (?P<day_last>{_named(_DAY, 'e')}))?(?![\w:%])(?! ?(?:degrees|percent))"
)
_SINCE: Final = re.compile(
    rf"\b(?:ever )?since (?:(?P<whole>{_named(_DAY, 'd')})(?: at (?:{_named(_CLOCK, 't')}))?"
    rf"|(?P<this>this) (?P<this_part>morning|afternoon|evening)|(?:{_named(_CLOCK, 'u')}))(?![\w:%])"
)
_WHOLE: Final = re.compile(rf"\b(?:during |over |in )?(?P<whole>{_named(_DAY, 'd')})(?!\w)")
_THIS: Final = re.compile(r"\b(?:during |in )?(?:this|the) (?P<part>morning|afternoon|evening)(?!\w)")
_AGO: Final = re.compile(rf"\b(?:about )?(?P<number>{_NUM}|half an) (?P<unit>minute|hour|week)s? ago\b")
_LAST: Final = re.compile(
    rf"\b(?:(?:in|over|during|for|within) )?(?:the )?(?:last|past) (?:(?P<number>{_NUM}|half an|few) )?"
    r"(?P<unit>minute|hour|day|week|month)s?\b"
)
_THIS_WEEK: Final = re.compile(r"\b(?:during )?this (?P<unit>week|month)\b")
_OVERNIGHT: Final = re.compile(r"\b(?:overnight|during the night|in the night|through the night|at night|all night)\b")


def find_en(text: str) -> Iterator[tuple[int, int, str]]:
    """Where stretches stand in a text in small letters, and their spans."""
    for match in _BETWEEN.finditer(text):
        day = _day_of(match)
        yield match.start(), match.end(), f"{day}@{_clock(match, 't')}..{day}@{_clock(match, 'u')}"
    for match in _AT.finditer(text):
        yield match.start(), match.end(), _point(match)
    for match in _SINCE.finditer(text):
        yield match.start(), match.end(), _since(match) + "..now"
    for match in _WHOLE.finditer(text):
        yield match.start(), match.end(), _whole_day(match, "d")
    for match in _THIS.finditer(text):
        start, end = _PARTS[match["part"]]
        yield match.start(), match.end(), f"0@{start}..0@{end}"
    for match in _AGO.finditer(text):
        yield match.start(), match.end(), _ago(match)
    for match in _LAST.finditer(text):
        yield match.start(), match.end(), _last(match)
    for match in _THIS_WEEK.finditer(text):
        yield match.start(), match.end(), f"{match['unit']}-0@00:00..now"
    for match in _OVERNIGHT.finditer(text):
        yield match.start(), match.end(), "-1@18:00..0@06:00"


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBER_WORDS[word]


def _clock(match: "re.Match[str]", name: str) -> str:
    """HH:MM; two hours with a bar where morning and afternoon were not told apart."""
    if match[f"{name}_word"]:
        return "00:00" if match[f"{name}_word"] == "midnight" else "12:00"
    hour, minute = _number(match[f"{name}_hour"]), int(match[f"{name}_minute"] or 0)
    if match[f"{name}_half"]:
        is_quarter = match[f"{name}_half"] == "quarter"
        is_past = match[f"{name}_side"] == "past"
        minute = 15 if is_quarter and is_past else 45 if is_quarter else 30
        hour = hour if is_past else hour - 1
    noon = (match[f"{name}_noon"] or "").replace(".", "")
    if noon in ("pm", "in the afternoon", "in the evening") or (noon == "at night" and hour > 4):
        hour = hour % 12 + 12
    elif noon:
        hour %= 12
    elif 1 <= hour <= 11 and match[f"{name}_minute"] is None and not match[f"{name}_half"]:
        return f"{hour:02}:{minute:02}|{hour + 12:02}"
    return f"{hour % 24:02}:{min(minute, 59):02}"


def _in_part(clock: str, part: str | None) -> str:
    """ "Yesterday evening at eight" is not in the morning; without a part the day decides nothing: morning."""
    bare, bar, late = clock.partition("|")
    if not bar:
        return clock
    return f"{late}:{bare[3:]}" if part in ("afternoon", "evening", "night") else bare


def _day_of(match: "re.Match[str]") -> str:
    for whole, name in (("day_first", "d"), ("day_last", "e")):
        if match[whole]:
            return _day(match[f"{name}_day"])
    return "~"


def _part_of(match: "re.Match[str]") -> str | None:
    for name in ("d", "e"):
        if match[f"{name}_day"]:
            is_night = match[f"{name}_day"] in ("last night", "tonight")
            return "night" if is_night else match[f"{name}_part"]
    return None


def _day(words: str) -> str:
    words = words.removeprefix("on ").removeprefix("this ")
    if words in ("today", "tonight"):
        return "0"
    if words in ("yesterday", "last night"):
        return "-1"
    if words == "the day before yesterday":
        return "-2"
    if words.endswith("ago"):
        return f"-{_number(words.rpartition(' day')[0])}"
    return words.removeprefix("last ")[:3]


def _point(match: "re.Match[str]") -> str:
    day = _day_of(match)
    return f"{day}@{_clock(match, 't') if day == '~' else _in_part(_clock(match, 't'), _part_of(match))}"


def _whole_day(match: "re.Match[str]", name: str) -> str:
    words, part = match[f"{name}_day"], match[f"{name}_part"]
    day = _day(words)
    if words in ("last night", "tonight"):
        part = "night"
    start, end = _PARTS.get(part or "", ("00:00", "24:00"))
    if end == "30:00":
        following = int(day) + 1 if day.lstrip("-").isdigit() else None
        return f"{day}@{start}..{following}@06:00" if following is not None else f"{day}@{start}..{day}@24:00"
    return f"{day}@{start}..{day}@{end}"


def _since(match: "re.Match[str]") -> str:
    if match["this"]:
        return f"0@{_PARTS[match['this_part']][0]}"
    if not match["whole"]:
        return f"~@{_clock(match, 'u')}"
    if match["t_hour"] or match["t_word"]:
        return f"{_day(match['d_day'])}@{_in_part(_clock(match, 't'), match['d_part'])}"
    return _whole_day(match, "d").partition("..")[0]


def _ago(match: "re.Match[str]") -> str:
    if match["number"] == "half an":
        return "-30m"
    number = _number(match["number"])
    if match["unit"] == "week":
        return f"-{7 * number}@00:00..-{7 * number}@24:00"
    return f"-{number}{match['unit'][0]}"


def _last(match: "re.Match[str]") -> str:
    unit, said = match["unit"], match["number"]
    if said is None and unit in ("week", "month"):
        return f"{unit}-1@00:00..{unit}-0@00:00"
    if said == "half an":
        return "-30m..now"
    number = 1 if said is None else 3 if said == "few" else _number(said)
    if unit in ("minute", "hour"):
        return f"-{number}{unit[0]}..now"
    return f"-{number * {'day': 24, 'week': 168, 'month': 720}[unit]}h..now"
