"""A home tells its region, and is asked by it, over a line that is cut: nothing is lost, and nothing comes twice."""

import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import anyio
import pytest
from cut_line import Line
from integration.things_room import LAMP_NAMES, emptied
from leaf_parts import NAME, Far, Near, a_leaf, a_region, running

from jinn.edge.uplink import Mirrored
from jinn.kernel import NotFound, Secret, ThingId, Unavailable
from jinn.runtime import NatsEngine

pytestmark = pytest.mark.anyio
LAMP = "hall_lamp"
SOON_S = 30.0


@pytest.fixture(params=["sqlite", "postgres"])
async def far(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Far]:
    url = await emptied(request.getfixturevalue("postgres_address")) if request.param == "postgres" else None
    async with a_region(tmp_path / "region", url=url) as far:
        yield far


@pytest.fixture
async def line(far: Far) -> AsyncIterator[Line]:
    assert far.engine.trunk_port is not None
    line = Line(to_port=far.engine.trunk_port)
    async with running(line):
        yield line


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    with anyio.fail_after(SOON_S):
        while not await holds():  # noqa: ASYNC110 - it asks another process's database
            await anyio.sleep(0.05)


async def lamp_of(far: Far) -> Mirrored:
    return next((one for one in await far.region.things(NAME) if one.thing == LAMP), Mirrored(thing=LAMP))


async def mirrors(far: Far, near: Near) -> None:
    """Until the region knows all that the home does."""

    async def is_so() -> bool:
        twin = near.home.room.twins.peek(ThingId(LAMP))
        lamp = await lamp_of(far)
        said = {name: said.value for name, said in twin.reported.items()}
        return {name: value for name, (value, _) in lamp.reported.items()} == said and lamp.is_online == twin.is_online

    await until(is_so)


async def post(near: Near, brightness: int) -> None:
    answer = await near.home.door.post(near.home.lamp.device, {"brightness": brightness}, message_id=f"b{brightness}")
    assert answer.code == 200


def kill(engine: NatsEngine) -> None:
    os.kill(int((engine._folder / "nats.pid").read_text()), signal.SIGKILL)


async def test_the_region_sees_the_home_and_the_home_does_what_it_wishes(far: Far, line: Line, tmp_path: Path) -> None:
    async with a_leaf(tmp_path / "home", line) as near:
        await near.home.switch_on()
        await post(near, 40)
        await mirrors(far, near)
        assert b'"Hall lamp"' in (await lamp_of(far)).facts
        await far.region.wish(NAME, LAMP, {"brightness": 70})
        await until(lambda: _is_at(far, 70))
        await until(lambda: _is_up(near, waiting=0))
        with pytest.raises(NotFound):
            await far.region.wish(NAME, "nothing", {"on": 1})


async def _is_at(far: Far, brightness: int) -> bool:
    return (await lamp_of(far)).reported.get("brightness", (None, 0))[0] == brightness


async def test_a_cut_line_a_restart_and_killed_engines_lose_and_double_nothing(
    far: Far, line: Line, tmp_path: Path
) -> None:
    async with a_leaf(tmp_path / "home", line) as near:
        await near.home.switch_on()
        await post(near, 1)
        await mirrors(far, near)
        await line.cut()
        for brightness in range(2, 20):
            await post(near, brightness)
        # Local control and the past go on.
        results = await near.home.room.commander.set_properties(ThingId(LAMP), {"on": 1}, by="test")
        assert [result.outcome.value for result in results] == ["confirmed"]
        await until(lambda: _is_down(near))
        await until(lambda: _is_waiting(near, 19))
    await far.region.wish_all(NAME, [(LAMP, {"brightness": value}) for value in (30, 31, 32)])
    async with a_leaf(tmp_path / "home", line) as near:
        await near.home.switch_on(session="s2")
        await post(near, 20)
        line.mend()
        await until(lambda: _is_at(far, 32))
        kill(near.engine)
        kill(far.engine)
        await post_when_back(near, 50)
        await mirrors(far, near)
        told = (await lamp_of(far)).told
        # 20 posts, `on` and the 32 that was wished, and 50; 30 and 31 were void by 32.
        assert told == 23
        assert near.home.room.twins.peek(ThingId(LAMP)).reported["brightness"].value == 50
        wishes = await near.home.database.read("uplink.open_wishes", count_max=9)
        assert wishes == []


async def _is_waiting(near: Near, rows: int) -> bool:
    return near.uplink.link().waiting >= rows


async def _is_down(near: Near) -> bool:
    return near.uplink.link().state == "down"


async def post_when_back(near: Near, brightness: int) -> None:
    """The door sends again what the bus could not take."""
    for _ in range(100):
        try:
            await post(near, brightness)
        except Unavailable:
            await anyio.sleep(0.1)
        else:
            return
    raise AssertionError("the bus did not come back")


async def test_a_region_that_lost_its_data_is_told_everything_anew(tmp_path: Path) -> None:
    line = Line(to_port=0)
    async with running(line):
        async with a_region(tmp_path / "region1") as far:
            line.to_port = far.engine.trunk_port or 0
            async with a_leaf(tmp_path / "home", line) as near:
                await near.home.switch_on()
                await post(near, 40)
                await mirrors(far, near)
                await far.region.wish(NAME, LAMP, {"brightness": 41})
                await until(lambda: _is_at(far, 41))
        async with a_region(tmp_path / "region2") as far:
            line.to_port = far.engine.trunk_port or 0
            async with a_leaf(tmp_path / "home", line) as near:
                await near.home.switch_on(session="s2")
                await mirrors(far, near)
                await far.region.wish(NAME, LAMP, {"brightness": 42})
                await until(lambda: _is_at(far, 42))


async def test_a_home_that_lost_its_data_is_believed_anew(far: Far, line: Line, tmp_path: Path) -> None:
    async with a_leaf(tmp_path / "home1", line) as near:
        await near.home.switch_on()
        for brightness in range(9):
            await post(near, brightness)
        await near.home.room.registry.add_device(
            near.home.lamp.product_key, names=LAMP_NAMES, device_name="other", thing_id=ThingId("other")
        )
        await mirrors(far, near)
    async with a_leaf(tmp_path / "home2", line) as near:
        await mirrors(far, near)
        assert [one.thing for one in await far.region.things(NAME)] == [LAMP]


async def test_a_stranger_and_a_neighbour_reach_nothing(far: Far, line: Line, tmp_path: Path) -> None:
    async with a_leaf(tmp_path / "home", line, password=Secret("wrong")) as near:
        await anyio.sleep(1)
        assert near.uplink.link().state == "down"
        assert await far.region.homes() == []
    async with a_leaf(tmp_path / "home", line) as near:
        await until(lambda: _is_up(near))
        with pytest.raises(Unavailable):
            await near.bus.request("region.exchange.home-two", b"{}", within_s=0.3)
        with pytest.raises(Unavailable):
            await near.bus.request("$JS.region.API.INFO", b"", within_s=0.3)


async def _is_up(near: Near, waiting: int | None = None) -> bool:
    link = near.uplink.link()
    return link.state == "up" and waiting in (None, link.waiting)
