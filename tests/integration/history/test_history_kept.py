"""What things were is kept with their reports, thinned by age and asked for, on both databases."""

import itertools
import random
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from integration.things_room import Home, a_database, a_home, emptied

from jinn.kernel import Invalid, ManualClock, NotFound, ThingId, millis
from jinn.runtime import Database, NatsBus
from jinn.things.history import History, Sample, Thinner
from jinn.things.history.filing import Filing
from jinn.things.history.recording import note
from jinn.things.history.thinning import FINE_MS, HOUR_MS, Keeping

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")
DAY = 86_400_000
HOUR = HOUR_MS


@pytest.fixture(params=["sqlite", "postgres"])
async def home(request: pytest.FixtureRequest, tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    url = None
    if request.param == "postgres":
        url = await emptied(request.getfixturevalue("postgres_address"))
    async with a_database(tmp_path / "data", url) as database, a_home(database, bus) as home:
        await home.switch_on()
        yield home


class Past:
    """A past that the test makes up: a clock that it moves, and a hub that was running all the time."""

    def __init__(self, home: Home) -> None:
        self.clock = ManualClock()
        self.database: Database = home.database
        self.filing = Filing(home.database)
        self.history = History(database=home.database, models=home.room.registry, clock=self.clock)
        self.thinner = Thinner(database=home.database, filing=self.filing, clock=self.clock)
        self.start_ms = millis(self.clock.now())

    async def tell(self, name: str, told: list[tuple[int, float]]) -> None:
        """Values of the lamp, `at_ms` counted from the start."""
        samples = [Sample(THING, name, "number" if name == "temperature" else "state", self.start_ms + at, value)
                   for at, value in told]  # fmt: skip
        online = Sample(THING, "$online", "state", self.start_ms, 1.0)
        await self.database.write(*note([online, *samples], self.start_ms))

    async def go_on(self, ms: int) -> None:
        """So much later; a hub was running."""
        await self.thinner.note_running()
        self.clock.advance(ms / 1000)
        await self.thinner.note_running()

    async def rows(self, table: str) -> int:
        rows = await self.database.read("history.all_between", thing=THING, from_ms=0, to_ms=2**53)
        return sum(row["property"] == table for row in rows)


async def test_a_report_is_in_the_past_when_it_is_answered(home: Home) -> None:
    for value in (20.5, 20.5, 21.5):
        await home.door.post(home.lamp.device, {"temperature": value, "on": 1})
    now_ms = millis(home.room.clock.now())
    told = [(sample.property, sample.value) async for sample in home.room.history.raw(THING, now_ms - HOUR, now_ms + 1)]
    assert told.count(("temperature", 20.5)) == 1
    assert ("temperature", 21.5) in told
    assert told.count(("on", 1.0)) == 1


async def test_what_the_home_forgets_has_no_past(home: Home) -> None:
    await home.door.post(home.lamp.device, {"temperature": 20.5})
    await home.room.remove(THING)
    await home.room.history.filing.file()
    await home.room.thinner.look()
    assert [sample async for sample in home.room.history.raw(None, 0, 10**9)] == []
    assert await home.database.read("history.gone") == []
    assert await home.database.read("history.series_after", after=-1, count_max=9) == []
    with pytest.raises(NotFound):
        await home.room.history.series(THING, "temperature", from_ms=0, to_ms=1000)


async def test_a_day_has_its_mean_its_extremes_and_no_future(home: Home) -> None:
    past = Past(home)
    await past.tell("temperature", [(0, 4.0), (6 * HOUR, 8.0), (7 * HOUR, 4.0), (7 * HOUR, 99.0)])
    await past.go_on(12 * HOUR)
    series = await past.history.series(
        THING, "temperature", from_ms=past.start_ms, to_ms=past.start_ms + DAY, points=12
    )
    assert [point.value for point in series.points] == pytest.approx([4, 4, 4, 6, 4, 4])
    assert (series.points[3].low, series.points[3].high, series.step_ms) == (4, 8, 2 * HOUR)


async def test_thinning_keeps_the_extremes_the_ends_and_the_means(home: Home) -> None:
    past = Past(home)
    chance = random.Random(7)
    told = [(at, round(4 + chance.random() * 3, 2)) for at in range(0, 6 * HOUR, 60_000)]
    await past.tell("temperature", told)
    await past.go_on(DAY)
    ask = {"from_ms": past.start_ms, "to_ms": past.start_ms + 6 * HOUR, "points": 6}
    before = await past.history.series(THING, "temperature", **ask)
    for days, rows in ((1, len(told)), (3, 0), (40, 0)):
        await past.go_on(days * DAY)
        await past.thinner.look()
        after = await past.history.series(THING, "temperature", **ask)
        assert [(point.low, point.high, point.count) for point in after.points] == [
            (point.low, point.high, point.count) for point in before.points
        ]
        assert [point.value for point in after.points] == pytest.approx([p.value for p in before.points], abs=0.02)
        assert await past.rows("temperature") == rows
    await past.go_on(800 * DAY)
    await past.thinner.look()
    gone = await past.history.series(THING, "temperature", **ask)
    assert {point.value for point in gone.points} == {None}


async def test_what_comes_late_joins_the_step_that_is_there(home: Home) -> None:
    past = Past(home)
    await past.tell("temperature", [(0, 4.0), (HOUR, 4.0)])
    await past.go_on(3 * DAY)
    await past.thinner.look()
    await past.tell("temperature", [(30_000, 9.0), (30_000, 9.0)])
    await past.thinner.look()
    series = await past.history.series(
        THING, "temperature", from_ms=past.start_ms, to_ms=past.start_ms + FINE_MS, points=1
    )
    assert (series.points[0].high, series.points[0].low, series.points[0].count) == (9.0, 4.0, 2)


async def test_every_change_of_a_switch_stays(home: Home) -> None:
    past = Past(home)
    told = [(hour * HOUR + minute * 60_000, float(hour % 3 == 0)) for hour in range(24) for minute in range(0, 60, 5)]
    await past.tell("on", told)
    await past.go_on(60 * DAY)
    await past.thinner.look()
    ask = {"from_ms": past.start_ms, "to_ms": past.start_ms + DAY}
    changes = await past.history.changes(THING, "on", **ask)
    switched = [row.at_ms - past.start_ms for one, row in itertools.pairwise(changes) if row.value > one.value]
    assert switched == [hour * HOUR for hour in range(3, 24, 3)]
    assert len(changes) < 24
    last = await past.history.last_change(THING, "on", bool, before_ms=past.start_ms + DAY)
    assert last is not None
    assert last.at_ms == past.start_ms + 21 * HOUR


async def test_a_flood_is_thinned_before_its_time(home: Home) -> None:
    past = Past(home)
    past.thinner = Thinner(database=home.database, filing=past.filing, clock=past.clock, keeping=Keeping(rows_max=100))
    await past.tell("temperature", [(at, float(at % 7)) for at in range(5_000)])
    await past.go_on(HOUR)
    await past.filing.file()
    await past.thinner.look()
    assert await past.rows("temperature") == 100
    series = await past.history.series(
        THING, "temperature", from_ms=past.start_ms, to_ms=past.start_ms + HOUR, points=1
    )
    assert (series.points[0].count, series.points[0].low, series.points[0].high) == (5_000, 0.0, 6.0)


async def test_two_hubs_that_thin_and_file_at_once_count_nothing_twice(home: Home) -> None:
    past = Past(home)
    for start in range(0, 3_000, 100):
        await past.tell("temperature", [(at * 1000, float(at % 7)) for at in range(start, start + 100)])
    await past.go_on(3 * DAY)
    filings = [Filing(home.database) for _ in range(2)]
    others = [Thinner(database=home.database, filing=filing, clock=past.clock) for filing in filings]
    async with anyio.create_task_group() as tasks:
        for filing in filings:
            tasks.start_soon(filing.file)
    async with anyio.create_task_group() as tasks:
        for other in others:
            tasks.start_soon(other.look)
    series = await past.history.series(
        THING, "temperature", from_ms=past.start_ms, to_ms=past.start_ms + HOUR, points=1
    )
    assert series.points[0].count == 3_000


async def test_an_hour_without_any_hub_is_a_gap(home: Home) -> None:
    past = Past(home)
    await past.tell("temperature", [(0, 4.0)])
    await past.go_on(HOUR)
    past.clock.advance(3600)
    past.thinner = Thinner(database=home.database, filing=past.filing, clock=past.clock)
    await past.go_on(HOUR)
    series = await past.history.series(
        THING, "temperature", from_ms=past.start_ms, to_ms=past.start_ms + 3 * HOUR, points=3
    )
    assert [point.value for point in series.points] == [4.0, None, None]
    assert len(await past.history.gaps(THING, from_ms=past.start_ms, to_ms=past.start_ms + 3 * HOUR)) == 1


@pytest.mark.parametrize(
    ("start", "end", "points"), [(5, 5, 10), (-1, 5, 10), (0, 5, 0), (0, 5, 1_001), (0, 10**12, 9)]
)
async def test_a_stretch_that_is_none_is_refused(home: Home, start: int, end: int, points: int) -> None:
    with pytest.raises(Invalid):
        await home.room.history.series(THING, "temperature", from_ms=start, to_ms=end, points=points)
