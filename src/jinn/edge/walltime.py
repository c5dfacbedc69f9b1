"""Which minutes of the wall clock went by: each of a day once, whatever summer time or a corrected clock does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

LATE_MAX_MIN = 75
"""So much that was passed over is made up for: an hour of summer time, or a clock that was an hour slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallMinute:
    """A minute as a clock on the wall shows it; `at_ms` is when it was noticed."""

    day: date
    minute: int
    at_ms: int

    @property
    def key(self) -> str:
        """Names the minute of that day; the hour that is shown twice in autumn has the same keys both times."""
        return f"{self.day.isoformat()} {self.minute // 60:02}:{self.minute % 60:02}"


def minutes_passed(before_ms: int, now_ms: int, zone: tzinfo) -> Iterator[WallMinute]:
    """The wall minutes that began after `before` and until `now`, oldest first.

    What spring leaves out is passed at the moment of the leap. A clock set back passes nothing until it has caught
    up; one set forward by more than `LATE_MAX_MIN` passes only the last of what it skipped.
    """
    first, last = before_ms // 60_000, now_ms // 60_000
    if last <= first:
        return
    shown = _shown(max(first, last - LATE_MAX_MIN), zone)
    for number in range(max(first, last - LATE_MAX_MIN) + 1, last + 1):
        upcoming = _shown(number, zone)
        step = shown + timedelta(minutes=1)
        while step < upcoming:
            yield _minute(step, number * 60_000)
            step += timedelta(minutes=1)
        yield _minute(upcoming, number * 60_000)
        shown = upcoming


def _shown(minute: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).replace(tzinfo=None)


def _minute(shown: datetime, at_ms: int) -> WallMinute:
    return WallMinute(day=shown.date(), minute=shown.hour * 60 + shown.minute, at_ms=at_ms)
