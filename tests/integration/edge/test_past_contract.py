"""What a dry run is told of the past: the same by the written past as by the one that things keep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from integration.edge.rules_home import OTHER, a_home_with_rules

from jinn.edge.ports import Past, PastEvent, PastReport
from jinn.edge.testing import WrittenPast
from jinn.kernel import SystemClock, ThingId, millis
from jinn.runtime import NatsBus
from jinn.things import Json

pytestmark = pytest.mark.anyio
Told = list[tuple[str, Json]]


def now_ms() -> int:
    return millis(SystemClock().now())


@asynccontextmanager
async def kept(folder: Path, bus: NatsBus) -> AsyncIterator[tuple[Past, int]]:
    """The porch lamp was on; from the given moment on it went off, was hot, and went on again."""
    async with a_home_with_rules(folder, bus) as home:
        await home.report(on=1, temperature=20)
        await anyio.sleep(0.02)
        from_ms = now_ms()
        await home.report(on=0)
        await home.say_hot(90)
        await home.report(on=1, temperature=21.5)
        yield home.rules.past, from_ms


@asynccontextmanager
async def written(folder: Path, bus: NatsBus) -> AsyncIterator[tuple[Past, int]]:
    from_ms = now_ms()

    def said(name: str, value: Json, at_ms: int) -> PastReport:
        return PastReport(thing=OTHER, property=name, value=value, at_ms=at_ms)

    yield (
        WrittenPast(
            [
                said("on", 1, from_ms + 3),
                said("temperature", 21.5, from_ms + 3),
                said("temperature", 20, from_ms - 5),
                said("on", 0, from_ms + 1),
                said("on", 1, from_ms - 5),
                PastEvent(thing=OTHER, event="hot", outputs={"degrees": 90}, at_ms=from_ms + 2),
            ]
        ),
        from_ms,
    )


@pytest.mark.parametrize("make", [written, kept])
async def test_the_value_before_comes_first_then_all_in_the_order_of_time(
    tmp_path: Path,
    bus: NatsBus,
    make: "object",
) -> None:
    async with make(tmp_path / "data", bus) as (past, from_ms):  # type: ignore[operator]
        wanted = {(OTHER, "on"), (ThingId("nothing"), "on")}
        told: Told = []
        times = []
        async for one in past.between(wanted, {(OTHER, "hot")}, from_ms=from_ms, to_ms=now_ms() + 1000):
            times.append(one.at_ms)
            told.append(("hot", one.outputs["degrees"]) if isinstance(one, PastEvent) else (one.property, one.value))
        assert told == [("on", 1), ("on", 0), ("hot", 90), ("on", 1)]
        assert times == sorted(times)
        assert times[0] < from_ms <= times[1]
