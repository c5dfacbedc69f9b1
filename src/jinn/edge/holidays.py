"""Which days are none for work: weekends, and what a calendar file (ICS) of public holidays says."""

from collections.abc import Iterator
from datetime import date, timedelta

from jinn.kernel import Invalid

DAYS_MAX = 10_000
_WORKING = ("补班", "调休上班", "working day", "workday")
"""What a calendar calls a weekend day on which people work."""


class WeekAndHolidays:
    """`ports.Holidays`: from Monday to Friday people work, but for the days that are named."""

    def __init__(self, *, holidays: frozenset[date] = frozenset(), workdays: frozenset[date] = frozenset()) -> None:
        self._holidays = holidays
        self._workdays = workdays

    def is_workday(self, day: date) -> bool:
        if day in self._workdays:
            return True
        return day.weekday() < 5 and day not in self._holidays


def read_calendar(text: str) -> WeekAndHolidays:
    """The whole-day entries of an iCalendar file (RFC 5545).

    An entry that says so in its summary (补班, "working day") is a day of work, every other one is free.

    Raises:
        Invalid: code `calendar-malformed`.
    """
    holidays: set[date] = set()
    workdays: set[date] = set()
    if "BEGIN:VCALENDAR" not in text:
        raise Invalid("This is no calendar file.", code="calendar-malformed")
    for entry in _entries(text):
        first = _day(entry.get("DTSTART", ""))
        if first is None:
            continue
        # The end of a whole-day entry is the day after its last.
        stop = _day(entry.get("DTEND", "")) or first + timedelta(days=1)
        summary = entry.get("SUMMARY", "").casefold()
        days = workdays if any(word in summary for word in _WORKING) else holidays
        days.update(first + timedelta(days=number) for number in range(max(1, min(366, (stop - first).days))))
        if len(holidays) + len(workdays) > DAYS_MAX:
            raise Invalid(f"A calendar has at most {DAYS_MAX} days.", code="calendar-malformed")
    return WeekAndHolidays(holidays=frozenset(holidays), workdays=frozenset(workdays))


def _entries(text: str) -> Iterator[dict[str, str]]:
    entry: dict[str, str] | None = None
    for line in _unfolded(text):
        if line == "BEGIN:VEVENT":
            entry = {}
        elif line == "END:VEVENT" and entry is not None:
            yield entry
            entry = None
        elif entry is not None:
            head, _, value = line.partition(":")
            entry.setdefault(head.partition(";")[0].upper(), value)


def _unfolded(text: str) -> list[str]:
    """A line that begins with a space goes on with the one before."""
    lines: list[str] = []
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += line[1:]
        else:
            lines.append(line.rstrip())
    return lines


def _day(text: str) -> date | None:
    digits = text[:8]
    if len(digits) < 8 or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
