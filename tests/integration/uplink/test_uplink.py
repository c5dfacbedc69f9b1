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
        first = await far.region.wish(NAME, LAMP, {"brightness": 70})
        await until(lambda: _is_at(far, 70))
        await until(lambda: _has_ended(far, first, "confirmed"))
        # The region's own change is no change of the home's, however soon the next wish comes.
        second = await far.region.wish(NAME, LAMP, {"brightness": 71})
        third = await far.region.wish(NAME, LAMP, {"brightness": 72})
        await until(lambda: _has_ended(far, third, "confirmed"))
        assert (await far.overseer.wished(NAME, second)).outcome in ("confirmed", "superseded")
        await far.region.wish(NAME, LAMP, {"brightness": 300})
        await until(lambda: _newest_ended(far, "out-of-range"))
        past = await far.overseer.past(NAME, LAMP, "brightness", since_ms=0)
        assert past.samples[-1][1] == 72
        await until(lambda: _is_up(near, waiting=0))
        with pytest.raises(NotFound):
            await far.region.wish(NAME, "nothing", {"on": 1})


async def _has_ended(far: Far, wish: str, outcome: str) -> bool:
    return (await far.overseer.wished(NAME, wish)).outcome == outcome


async def _newest_ended(far: Far, outcome: str) -> bool:
    return (await far.overseer.all_wished(NAME))[0].outcome == outcome


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
    wishes = await far.region.wish_all(NAME, [(LAMP, {"brightness": value}) for value in (30, 31, 32)], is_anyway=True)
    assert [(await far.overseer.wished(NAME, wish)).taken_ms for wish in wishes] == [None] * 3
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
        assert await near.home.database.read("uplink.open_wishes", count_max=9) == []
        outcomes = [(await far.overseer.wished(NAME, wish)).outcome for wish in wishes]
        assert outcomes == ["superseded", "superseded", "confirmed"]


async def test_what_both_sides_changed_while_cut_is_merged_and_both_are_told_who_won(
    far: Far, line: Line, tmp_path: Path
) -> None:
    async with a_leaf(tmp_path / "home", line) as near:
        await near.home.switch_on()
        await near.home.door.post(near.home.lamp.device, {"brightness": 1, "on": 0}, message_id="m1")
        await mirrors(far, near)
        await line.cut()
        await until(lambda: _is_down(near))
        # Somebody at home dims the lamp, and is not asked by the region's wish that did not know of it.
        results = await near.home.room.commander.set_properties(ThingId(LAMP), {"brightness": 40}, by="a person")
        assert [result.outcome.value for result in results] == ["confirmed"]
    late = await far.region.wish(NAME, LAMP, {"brightness": 70})
    fine = await far.region.wish(NAME, LAMP, {"on": 1})
    # Both are started again while the line is cut, and what is real is the clock.
    await anyio.sleep(1.5)
    async with a_leaf(tmp_path / "home", line) as near:
        await near.home.switch_on(session="s2")
        line.mend()
        await until(lambda: _has_ended(far, late, "outdated"))
        await until(lambda: _has_ended(far, fine, "confirmed"))
        await mirrors(far, near)
        lamp = await lamp_of(far)
        assert {name: value for name, (value, _) in lamp.reported.items()} == {"brightness": 40, "on": 1}
        told = {str(row["id"]): row["outcome"] for row in await near.uplink.asked()}
        assert told == {late: "outdated", fine: "confirmed"}
        again = await far.region.wish(NAME, LAMP, {"brightness": 70})
        await until(lambda: _has_ended(far, again, "confirmed"))


async def test_a_home_that_was_away_for_too_long_says_what_is_missing_and_tells_all_things_anew(
    far: Far, line: Line, tmp_path: Path
) -> None:
    async with a_leaf(tmp_path / "home", line, rows_max=20) as near:
        await near.home.switch_on()
        await post(near, 1)
        first = await far_wish_done(far, near)
        await line.cut()
        await until(lambda: _is_down(near))
        for brightness in range(2, 60):
            await post(near, brightness)
        await until(lambda: _is_bounded(near))
    async with a_leaf(tmp_path / "home", line, rows_max=20) as near:
        await near.home.switch_on(session="s2")
        for brightness in range(60, 90):
            await post(near, brightness)
        await until(lambda: _is_bounded(near))
        line.mend()
        await mirrors(far, near)
        await until(lambda: _is_at(far, 89))
        await until(lambda: _is_up(near, waiting=0))
        (home,) = await far.overseer.homes()
        assert home.gap is not None
        # All but the last few were thrown away, in two goes; the whole rows between count as rows.
        assert 60 <= home.gap.missed <= 100
        past = await far.overseer.past(NAME, LAMP, "brightness", since_ms=0)
        assert past.gaps == [home.gap]
        assert (await far.overseer.wished(NAME, first)).outcome == "confirmed"
        await far_wish_done(far, near)


async def far_wish_done(far: Far, near: Near) -> str:
    await mirrors(far, near)
    wish = await far.region.wish(NAME, LAMP, {"on": 1})
    await until(lambda: _one_of(far, wish, ("confirmed", "unchanged")))
    return wish


async def _one_of(far: Far, wish: str, outcomes: tuple[str, ...]) -> bool:
    return (await far.overseer.wished(NAME, wish)).outcome in outcomes


async def _is_bounded(near: Near) -> bool:
    return len(await near.home.database.read("uplink.oldest", count_max=999)) <= 20


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
        assert await far.overseer.homes() == []
    async with a_leaf(tmp_path / "home", line) as near:
        await until(lambda: _is_up(near))
        with pytest.raises(Unavailable):
            await near.bus.request("region.exchange.home-two", b"{}", within_s=0.3)
        with pytest.raises(Unavailable):
            await near.bus.request("$JS.region.API.INFO", b"", within_s=0.3)


async def _is_up(near: Near, waiting: int | None = None) -> bool:
    link = near.uplink.link()
    return link.state == "up" and waiting in (None, link.waiting)
