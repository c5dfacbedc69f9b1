"""Whose time the past has: the device's where that can be true, the hub's where it cannot."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.things_room import Home, a_database, a_home

from jinn.kernel import ManualClock, ThingId, millis
from jinn.runtime import NatsBus
from jinn.things.frames import Presence, UpFrame, UpMessage
from jinn.things.ingesting import Ingest
from jinn.things.topics import device_topic

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")
HOUR = 3_600_000


class Lamp:
    """The lamp, heard by an ingest of the test's own, so that it may have been here for long."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.clock = ManualClock()
        self.ingest = Ingest(
            registry=home.room.registry, twins=home.room.twins, database=home.database, clock=self.clock
        )
        self.numbers = itertools.count(1)
        self.now_ms = 0

    async def arrive(self, *, hours_ago: int) -> None:
        at_ms = millis(self.clock.now())
        presence = Presence(
            id=next(self.numbers), device=self.home.lamp.device, session="s", is_online=True, at_ms=at_ms
        )
        await self.ingest.take([UpFrame(door="d", presences=(presence,))])
        self.clock.advance(hours_ago * 3600)
        self.now_ms = millis(self.clock.now())

    def message(self, body: str, rest: str = "thing/event/property/post") -> UpMessage:
        number = next(self.numbers)
        topic = device_topic(self.home.lamp.device, rest)
        payload = f'{{"id":"{number}","params":{body}}}'.encode()
        return UpMessage(id=number, device=self.home.lamp.device, session="s", topic=topic, payload=payload, qos=1)

    async def post(self, *bodies: str) -> None:
        await self.ingest.take([UpFrame(door="d", messages=tuple(self.message(body) for body in bodies))])

    async def told(self, name: str = "temperature") -> list[tuple[int, float | None]]:
        samples = self.home.room.history.raw(THING, self.now_ms - 5 * HOUR, self.now_ms + 5 * HOUR)
        return [(sample.at_ms - self.now_ms, sample.value) async for sample in samples if sample.property == name]


@pytest.fixture
async def lamp(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Lamp]:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        yield Lamp(home)


async def test_what_was_sent_late_keeps_its_time_and_its_place(lamp: Lamp) -> None:
    await lamp.arrive(hours_ago=0)
    for ago in (2 * HOUR, 3 * HOUR, HOUR, 2 * HOUR):
        await lamp.post(f'{{"temperature":{{"value":{ago // HOUR},"time":{lamp.now_ms - ago}}}}}')
    assert await lamp.told() == [(-3 * HOUR, 3.0), (-2 * HOUR, 2.0), (-HOUR, 1.0)]


@pytest.mark.parametrize("off_ms", [-HOUR, HOUR])
async def test_a_clock_that_is_an_hour_off_is_not_believed(lamp: Lamp, off_ms: int) -> None:
    await lamp.arrive(hours_ago=4)
    await lamp.post(f'{{"temperature":{{"value":4,"time":{lamp.now_ms + off_ms}}}}}')
    ((at_ms, value),) = await lamp.told()
    assert (at_ms, value) == (0, 4.0)


async def test_a_batch_of_one_that_was_here_all_the_time_is_believed(lamp: Lamp) -> None:
    await lamp.arrive(hours_ago=4)
    body = f'{{"properties":{{"temperature":[{{"value":4,"time":{lamp.now_ms - HOUR}}}]}}}}'
    message = lamp.message(body, "thing/event/property/history/post")
    await lamp.ingest.take([UpFrame(door="d", messages=(message,))])
    assert await lamp.told() == [(-HOUR, 4.0)]


async def test_opened_and_closed_in_one_moment_are_two_rows(lamp: Lamp) -> None:
    await lamp.arrive(hours_ago=0)
    await lamp.post('{"on":1}', '{"on":0}', '{"on":1}', '{"on":1}')
    told = await lamp.told("on")
    assert [value for _, value in told] == [1.0, 0.0, 1.0]
    assert len({at_ms for at_ms, _ in told}) == 3
