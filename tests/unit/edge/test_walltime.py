"""Does each minute of a day pass once, whatever happens to the clock?"""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.walltime import LATE_MAX_MIN, minutes_passed

BERLIN = ZoneInfo("Europe/Berlin")


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc]


def keys(from_ms: int, to_ms: int, zone: ZoneInfo | timezone = UTC, step_ms: int = 40_000) -> list[str]:
    """What is passed by a clock that is looked at every 40 seconds."""
    found, before = [], from_ms
    while before < to_ms:
        now = min(to_ms, before + step_ms)
        found += [minute.key for minute in minutes_passed(before, now, zone)]
        before = now
    return found


def test_a_quiet_day_has_each_of_its_minutes_once() -> None:
    found = keys(ms(2026, 5, 1) - 1000, ms(2026, 5, 2) - 1000)
    assert len(found) == len(set(found)) == 1440
    assert found[0] == "2026-05-01 00:00"


def test_what_spring_leaves_out_is_passed_at_the_leap() -> None:
    found = keys(ms(2026, 3, 28, 23) - 1000, ms(2026, 3, 29, 22) - 1000, BERLIN)
    assert len(found) == len(set(found)) == 1440
    assert "2026-03-29 02:30" in found


def test_what_autumn_shows_twice_has_one_key() -> None:
    found = Counter(keys(ms(2026, 10, 24, 22) - 1000, ms(2026, 10, 25, 23) - 1000, BERLIN))
    assert found["2026-10-25 02:30"] == 2
    assert len(found) == 1440


def test_a_clock_that_was_an_hour_slow_makes_up_for_it() -> None:
    found = [minute.key for minute in minutes_passed(ms(2026, 5, 1, 6, 30), ms(2026, 5, 1, 7, 31), UTC)]
    assert "2026-05-01 07:00" in found
    assert len(found) == 61


def test_a_clock_that_was_years_off_does_not_live_through_them() -> None:
    assert len(list(minutes_passed(0, ms(2026, 5, 1), UTC))) == LATE_MAX_MIN


def test_a_clock_that_is_set_back_passes_nothing() -> None:
    assert list(minutes_passed(ms(2026, 5, 1, 8), ms(2026, 5, 1, 7), UTC)) == []


@given(
    st.integers(0, 400),
    st.lists(st.integers(1, 200_000), min_size=1, max_size=40),
    st.sampled_from(["UTC", "Asia/Shanghai"]),
)
def test_however_it_is_looked_at_the_same_minutes_pass(day: int, looks_ms: list[int], zone: str) -> None:
    start = ms(2026, 1, 1) + day * 86_400_000
    end = start + sum(looks_ms)
    piecewise, before = [], start
    for look in looks_ms:
        piecewise += [minute.key for minute in minutes_passed(before, before + look, ZoneInfo(zone))]
        before += look
    assert before == end
    whole: list[str] = []
    at = start
    while at < end:
        upto = min(end, at + int(timedelta(minutes=60).total_seconds() * 1000))
        whole += [minute.key for minute in minutes_passed(at, upto, ZoneInfo(zone))]
        at = upto
    assert piecewise == whole
