"""How long a chart takes: a day of a value every 20 s, and a year of hours, in a home with two years behind it."""

import math
import tempfile
import time
from pathlib import Path

import anyio
import msgspec
from measuring import line, percentile

from jinn.kernel import Names, SystemClock, ThingId, millis
from jinn.runtime import Database, Statement, open_database, settle_heap
from jinn.things import SCHEMA, Registry, product_from_model
from jinn.things.history import History, Sample, Thinner
from jinn.things.history.model import Step, series_id
from jinn.things.history.recording import note
from jinn.things.history.thinning import DAY_MS, FINE_MS, HOUR_MS, add_step
from jinn.things.testing import FixedAreas

THINGS = 10
DAYS = 365
POINTS = 300
TIMES = 30
MODEL = msgspec.json.encode(
    {
        "profile": {"productKey": "benchFridge"},
        "properties": [{"identifier": "temperature", "accessMode": "r", "dataType": {"type": "double", "specs": {}}}],
    }
)


def degrees(at_ms: int) -> float:
    return round(4 + math.sin(at_ms / 3_000_000) + (at_ms // 20_000 * 7919 % 13) / 20, 2)


async def fill(database: Database, thing: ThingId, now_ms: int) -> None:
    """Two days as told, a month of five minutes, a year of hours."""
    told = range(now_ms - 2 * DAY_MS, now_ms, 20_000)
    samples = [Sample(thing, "temperature", "number", at_ms, degrees(at_ms)) for at_ms in told]
    for start in range(0, len(samples), 500):
        await database.write(*note(samples[start : start + 500], now_ms))
    series = series_id(thing, "temperature")
    for step_ms, days, until_ms in ((FINE_MS, 30, now_ms - 2 * DAY_MS), (HOUR_MS, DAYS, now_ms - 30 * DAY_MS)):
        steps: list[Statement] = []
        for at_ms in range((now_ms - days * DAY_MS) // step_ms * step_ms, until_ms, step_ms):
            value = degrees(at_ms)
            step = Step(at_ms, value - 1, value + 1, value, step_ms, step_ms // 20_000, value, at_ms + step_ms - 1)
            steps.append(add_step(series, step_ms, step))
        await database.write(*steps)


async def ask(history: History, thing: ThingId, days: int, now_ms: int) -> list[float]:
    waits = []
    for _ in range(TIMES):
        began_s = time.perf_counter()
        series = await history.series(thing, "temperature", from_ms=now_ms - days * DAY_MS, to_ms=now_ms, points=POINTS)
        waits.append((time.perf_counter() - began_s) * 1e3)
        assert sum(point.value is not None for point in series.points) >= POINTS - 2
    return waits


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        clock = SystemClock()
        async with open_database((SCHEMA,), folder=Path(name)) as database:
            registry = Registry(database=database, clock=clock, areas=FixedAreas())
            await registry.load()
            await registry.register_product(product_from_model(MODEL))
            now_ms = millis(clock.now())
            running = {"hub": "bench", "at_ms": now_ms - 2 * DAYS * DAY_MS}
            await database.write(Statement(query="history.start_running", values=running))
            kept = {"hub": "bench", "from_ms": now_ms - 2 * DAYS * DAY_MS, "at_ms": now_ms}
            await database.write(Statement(query="history.keep_running", values=kept))
            things = [ThingId(f"f{index}") for index in range(THINGS)]
            for index, thing in enumerate(things):
                names = Names(en=f"fridge {index}", zh=f"冰箱{index}")
                await registry.add_device("benchFridge", names=names, device_name=thing, thing_id=thing)
                await fill(database, thing, now_ms)
            history = History(database=database, models=registry, clock=clock)
            await history.filing.file()
            settle_heap()  # As a hub does once it has started.
            for days, label in ((1, "day"), (30, "month"), (DAYS, "year")):
                waits = await ask(history, things[3], days, now_ms)
                line(f"history.{label}_in_{POINTS}_points", percentile(waits, 50), "ms p50", at_most=10,
                     p95_ms=round(percentile(waits, 95), 2))  # fmt: skip
            thinner = Thinner(database=database, filing=history.filing, clock=clock)
            began_s = time.perf_counter()
            await thinner.look()
            line("history.round_of_thinning", (time.perf_counter() - began_s) * 1e3 / THINGS, "ms a series")


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
