"""Stretches of the past as people name them: last night, yesterday at three, since Monday, 昨晚, 过去三个小时.

Words are read without a clock, into a span that says the same at any moment; whoever has a clock resolves it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final

from jinn.kernel import Invalid, Lang
from jinn.language.times_en import find_en
from jinn.language.times_zh import find_zh

SIGN: Final = "\ue0f0"
"""Stands for the stretch in templates; from the private use area, as the signs of things are."""

TODAY: Final = "0@00:00..0@24:00"
MINUTE: Final = timedelta(minutes=1)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BOUND: Final = re.compile(r"(?P<day>~|-?\d+|[a-z]+(?:-\d+)?)@(?P<hours>\d\d):(?P<minutes>\d\d)(?:\|(?P<or>\d\d))?")
_AGO: Final = re.compile(r"-(\d+)([mh])")


@dataclass(frozen=True, slots=True)
class Timed:
    """A sentence with a sign in place of its stretch of time; `words` are those that stood there."""

    text: str
    words: str
    span: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A span at a moment; a point is a minute."""

    start: datetime
    end: datetime
    is_point: bool = False


def timed(text: str, lang: Lang) -> Timed | None:
    """The sentence's stretch of time; None when it names none."""
    find: Callable[[str], Iterator[tuple[int, int, str]]] = find_en if lang is Lang.EN else find_zh
    found = max(find(text.lower()), key=lambda one: (one[1] - one[0], -one[0]), default=None)
    if found is None:
        return None
    start, stop, span = found
    gap = " " if lang is Lang.EN else ""
    return Timed(f"{text[:start]}{gap}{SIGN}{gap}{text[stop:]}".strip(), text[start:stop].strip(" ,，"), span)


@lru_cache(maxsize=256)
def _bounds(span: str) -> tuple[str, str | None]:
    start, dots, end = span.partition("..")
    return start, end if dots else None


def resolved(span: str, now: datetime) -> Stretch:
    """The stretch that a span means at this moment, in the time zone of `now`; it ends now at the latest: one
    that has not begun is empty.

    Raises:
        Invalid: it is no span.
    """
    first, second = _bounds(span)
    start = _moment(first, now)
    if second is None:
        return Stretch(start=start, end=start + MINUTE, is_point=True)
    end = now if second == "now" else _moment(second, now)
    if end <= start:
        # "from eleven to two" ends on the day after.
        end += timedelta(days=1)
    return Stretch(start=start, end=min(end, now))


def _moment(bound: str, now: datetime) -> datetime:
    ago = _AGO.fullmatch(bound)
    if ago is not None:
        number = int(ago[1])
        return now - (timedelta(minutes=number) if ago[2] == "m" else timedelta(hours=number))
    match = _BOUND.fullmatch(bound)
    if match is None:
        raise Invalid(f"{bound[:40]!r} is no moment.", code="bad-span")
    hours, minutes = int(match["hours"]), int(match["minutes"])
    if match["day"] == "~":
        either = [hours] if match["or"] is None else [hours, int(match["or"])]
        return max(_latest(hour, minutes, now) for hour in either)
    # A day ends at 24:00; added as days and hours, so that it is right on days of 23 or 25 hours too.
    day = _day(match["day"], now) + timedelta(days=hours // 24)
    return datetime.combine(day.date(), time(hours % 24, minutes), tzinfo=now.tzinfo)


def _latest(hours: int, minutes: int, now: datetime) -> datetime:
    """The last such time of day."""
    today = datetime.combine(now.date(), time(hours % 24, minutes), tzinfo=now.tzinfo)
    return today if today <= now else today - timedelta(days=1)


def _day(name: str, now: datetime) -> datetime:
    if name.lstrip("-").isdigit():
        return now + timedelta(days=int(name))
    word, _, back = name.partition("-")
    behind = int(back or 0)
    if word in _DAYS:
        days = (now.weekday() - _DAYS.index(word)) % 7
        return now - timedelta(days=days + 7 * behind)
    if word == "week":
        return now - timedelta(days=now.weekday() + 7 * behind)
    if word == "month":
        first = now.replace(day=1)
        for _ in range(behind):
            first = (first - timedelta(days=1)).replace(day=1)
        return first
    raise Invalid(f"{name[:40]!r} is no day.", code="bad-span")
