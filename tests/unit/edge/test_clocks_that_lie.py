"""Whatever is done to a clock, a rule at a time runs once on its day, and what must last lasts as long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from unit.edge.living_home import LivingHome, a_living_home
from unit.edge.rule_parts import DOOR, HALL, a_book, around, draft, put, when

from jinn.edge.dry_running import DryRun
from jinn.edge.testing import WrittenPast
from jinn.kernel import ManualClock, millis

pytestmark = pytest.mark.anyio
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 5, 4, 6, 30, tzinfo=UTC)


@asynccontextmanager
async def waking(at: str, start: datetime, zone: tzinfo = UTC) -> AsyncIterator[LivingHome]:
    async with a_living_home(draft(triggers=[{"type": "time", "at": at}]), start, zone) as home:
        home.begin()
        yield home


def set_clock(home: LivingHome, *, minutes: float) -> None:
    """Somebody sets the wall clock; the clock that counts seconds goes on."""
    home.clock._now += timedelta(minutes=minutes)


async def live(home: LivingHome, *, hours: float) -> None:
    await home.advance_to(home.clock.now() + timedelta(hours=hours))


@pytest.mark.parametrize("minutes", [-60, -180, -1440 + 40, 60, 74])
async def test_a_clock_that_is_set_makes_no_rule_run_twice_or_not_at_all(minutes: float) -> None:
    async with waking("07:00", MORNING) as home:
        await live(home, hours=0.75 if minutes < 0 else 0.4)
        set_clock(home, minutes=minutes)
        await home.look()
        await live(home, hours=5)
        ran = [key for _, key, _ in home.ledger.runs]
        assert ran.count("t 2026-05-04 07:00 0") == 1
        assert len(ran) == len(set(ran))


async def test_a_clock_that_jumps_further_than_is_made_up_for_runs_the_next_day() -> None:
    async with waking("07:00", MORNING) as home:
        set_clock(home, minutes=180)
        await live(home, hours=24)
        assert [key for _, key, _ in home.ledger.runs] == ["t 2026-05-05 07:00 0"]


async def test_a_clock_that_trembles_runs_a_minute_once() -> None:
    async with waking("07:00", MORNING + timedelta(minutes=29, seconds=50)) as home:
        for seconds in (15, -20, 15, -14, 20, -8, 30):
            set_clock(home, minutes=seconds / 60)
            await home.look()
        assert [key for _, key, _ in home.ledger.runs] == ["t 2026-05-04 07:00 0"]


@pytest.mark.parametrize("night", [datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)])
@pytest.mark.parametrize("at", ["01:59", "02:00", "02:30", "03:00", "03:30"])
async def test_in_the_nights_of_summer_time_each_time_comes_once(night: datetime, at: str) -> None:
    async with waking(at, night, BERLIN) as home:
        await live(home, hours=8)
        day = (night + timedelta(hours=6)).date().isoformat()
        assert [key for _, key, _ in home.ledger.runs] == [f"t {day} {at} 0"]
        ran = [at_ms for at_ms, _, _ in home.ledger.runs]
    rule, from_ms = draft(triggers=[{"type": "time", "at": at}]), millis(night)
    dry = DryRun(rule, saying=a_book().saying, around=around(zone=BERLIN), clock=ManualClock(), from_ms=from_ms)
    runs = await dry.tell(WrittenPast(), from_ms=from_ms, to_ms=from_ms + 8 * 3_600_000)
    assert [run.at_ms for run in runs] == ran


@pytest.mark.parametrize("minutes", [-60, 60, 600])
async def test_what_must_last_lasts_as_long_whatever_the_clock_says(minutes: float) -> None:
    rule = draft(triggers=[when(DOOR, "open", 1, for_s=300)], actions=[put(HALL, on=1)])
    async with a_living_home(rule, MORNING, UTC) as home:
        home.begin()
        await home.say(DOOR, "open", 1)
        home.clock.advance(200)
        set_clock(home, minutes=minutes)
        await home.look()
        home.clock.advance(99)
        await home.look()
        assert home.hands.asked == []
        home.clock.advance(2)
        await home.look()
        assert home.hands.asked == [(HALL, {"on": 1}, "rule:r")]


async def test_a_rule_that_rests_is_not_put_to_sleep_by_a_clock_that_is_set_back() -> None:
    async with a_living_home(draft(cooldown_s=60), MORNING, UTC) as home:
        home.begin()
        await home.say(DOOR, "open", 1)
        await home.say(DOOR, "open", 0)
        set_clock(home, minutes=-60)
        home.clock.advance(90)
        await home.say(DOOR, "open", 1)
        assert [outcome for _, _, outcome in home.ledger.runs] == ["done", "done"]
