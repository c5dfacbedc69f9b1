"""Things that come after a rollout has begun join it when they fit, by their own chance, and once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from integration.firmware_parts import Updates, updates
from integration.things_room import HALL, a_database

from jinn.kernel import AreaId, Conflict, Names, Secret, SystemClock, ThingId
from jinn.runtime import NatsBus
from jinn.things import Thing
from jinn.things.firmware import SCHEMA
from jinn.things.firmware.latecomers import Latecomers
from jinn.things.firmware.model import Rollout, RolloutId, RolloutState, joins_at
from jinn.things.firmware.telling import Teller

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus, database_url: Secret | None) -> AsyncIterator[Updates]:
    async with (
        a_database(tmp_path / "data", url=database_url, others=(SCHEMA,)) as database,
        updates(database, bus, tmp_path) as opened,
    ):
        yield opened


async def add(home: Updates, name: str, *, area: AreaId | None = None) -> Thing:
    made = await home.home.room.registry.add_device(
        "testLamp01", names=Names(en=name, zh=name), device_name=name, thing_id=ThingId(name), area=area
    )
    thing = home.home.room.registry.thing(made.thing)
    await home.connect(thing)
    return thing


async def until_known(home: Updates, rollout: Rollout, count: int) -> dict[str, str]:
    with anyio.fail_after(30):
        while len(states := await home.states(rollout.id)) < count:  # noqa: ASYNC110 (the leader tells nobody)
            await anyio.sleep(0.02)
    return states


async def looked_twice(home: Updates) -> None:
    """The leader has seen everything that there is to see."""
    before = home.room.leader.looks
    await home.until(lambda: home.room.leader.looks >= before + 2)


async def test_a_thing_that_is_added_later_joins_by_its_own_chance_and_is_told_once(
    home: Updates, tmp_path: Path
) -> None:
    await home.connect(home.home.lamp)
    image = await home.image(tmp_path)
    rollout = await home.room.rollouts.start(image.id, percent=30, failure_limit_percent=100)
    await home.until(lambda: len(home.told) == 1)
    late = [await add(home, f"late_{number}") for number in range(20)]
    first = {thing.id for thing in late if joins_at(rollout.id, thing.id) <= 30}
    states = await until_known(home, rollout, 21)
    assert {states[thing.id] for thing in late if thing.id not in first} <= {"waiting"}
    await home.until(lambda: home.told.keys() - {"hall_lamp"} == first)
    await looked_twice(home)
    assert home.told.keys() - {"hall_lamp"} == first
    # Their number is part of what is counted, and letting more in lets them in.
    assert (await home.http.get(f"/api/rollouts/{rollout.id}")).json()["counts"]["total"] == 21
    assert await home.room.rollouts.let_in(rollout) == 1 + len(first)
    await home.room.rollouts.widen(rollout.id, 100)
    for thing in (home.home.lamp, *late):
        await home.until(lambda thing=thing: thing.id in home.told)  # type: ignore[misc]
        await home.inform(thing, "2.0.0")
    await home.until_ended(rollout.id, RolloutState.DONE)
    assert all(len(pushes) == 1 for pushes in home.told.values())


async def test_a_paused_rollout_tells_no_latecomer_and_a_stopped_one_takes_none(home: Updates, tmp_path: Path) -> None:
    image = await home.image(tmp_path)
    rollout = await home.room.rollouts.start(image.id)
    await home.room.rollouts.pause(rollout.id)
    thing = await add(home, "late")
    await until_known(home, rollout, 2)
    await looked_twice(home)
    assert not home.told
    await home.room.rollouts.resume(rollout.id)
    await home.until(lambda: thing.id in home.told)
    await home.room.rollouts.stop(rollout.id)
    await add(home, "later")
    await looked_twice(home)
    assert set(await home.states(rollout.id)) == {"hall_lamp", "late"}
    # What it was told is void: its address is good no more, and asking brings nothing.
    data = home.told[thing.id][0]["data"]
    assert isinstance(data, dict)
    assert (await home.http.get(data["url"])).status_code == 409
    assert (await home.home.door.ask(thing.device, "thing/ota/firmware/get", {})).data == {}


async def test_who_comes_into_a_group_joins_and_others_do_not(home: Updates, tmp_path: Path) -> None:
    image = await home.image(tmp_path)
    rollout = await home.room.rollouts.start(image.id, group="area:hall")
    mover, stranger = await add(home, "mover"), await add(home, "stranger")
    # One that says that it runs the version already has nothing to join.
    await home.inform(stranger, "2.0.0")
    await home.home.room.registry.move(mover.id, HALL.id)
    await home.home.room.registry.move(stranger.id, HALL.id)
    await home.until(lambda: mover.id in home.told)
    await looked_twice(home)
    assert set(await home.states(rollout.id)) == {"hall_lamp", "mover"}


async def test_two_hubs_give_a_latecomer_one_place(home: Updates, tmp_path: Path) -> None:
    image = await home.image(tmp_path)
    room, things = home.room, home.home.room
    rollout = await room.rollouts.start(image.id, group="things:hall_lamp")
    hubs = [
        Latecomers(
            database=home.home.database, registry=things.registry, rollouts=room.rollouts,
            teller=Teller(bus=home.home.door.bus, clock=SystemClock()), clock=SystemClock(),
        )
        for _ in range(2)
    ]  # fmt: skip
    everybody = replace(rollout, group=None)
    await add(home, "late")
    joined: list[ThingId] = []

    async def look(hub: Latecomers) -> None:
        try:
            joined.extend(await hub.join(everybody, image))
        except Conflict:
            joined.extend(await hub.join(everybody, image))

    async with anyio.create_task_group() as tasks:
        for hub in hubs:
            tasks.start_soon(look, hub)
    assert joined == ["late"]


def test_a_chance_is_the_same_everywhere_and_spread() -> None:
    places = [joins_at(RolloutId("r"), ThingId(f"t{number}")) for number in range(2_000)]
    assert places == [joins_at(RolloutId("r"), ThingId(f"t{number}")) for number in range(2_000)]
    assert (min(places), max(places)) == (1, 100)
    assert 500 < sum(place <= 30 for place in places) < 700
    assert places != [joins_at(RolloutId("s"), ThingId(f"t{number}")) for number in range(2_000)]
