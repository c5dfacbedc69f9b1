"""Things behind a bridge are things: same twins, same commands, and done only after their own report."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.things_room import HALL, LAMP, Home, a_database, a_home, emptied

from jinn.kernel import Conflict, Invalid, Names, NotFound, Refused, ThingId, Unavailable
from jinn.runtime import Bus, NatsBus, NatsEngine
from jinn.things import CommandOutcome, Product, read_product
from jinn.things.bridging import Bridging
from jinn.things.door.model import TAKEOVER_SUBJECT, Takeover
from jinn.things.registry import REGISTRY_SUBJECT, ChangeKind, RegistryChanged
from jinn.things.sweeping import note_gone
from jinn.things.testing import PlayedBridge

pytestmark = pytest.mark.anyio
PLAYED = msgspec.json.encode(LAMP).replace(b"testLamp01", b"playedBulb")
BULB = read_product(PLAYED)
NAMES = Names(en="Porch bulb", zh="门廊灯泡")
TEMPERATURE = "temperature"


@dataclass(slots=True)
class Played:
    """A home with a bridge whose one bulb is a thing already."""

    home: Home
    bus: Bus
    bridge: PlayedBridge
    bridging: Bridging
    bulb: ThingId
    removed: list[ThingId]

    def said(self, name: str) -> object:
        reported = self.home.room.twins.peek(self.bulb).reported.get(name)
        return None if reported is None else reported.value

    @property
    def is_online(self) -> bool:
        return self.home.room.twins.peek(self.bulb).is_online


async def until(is_so: object, within_s: float = 30) -> None:
    assert callable(is_so)
    with anyio.fail_after(within_s):
        while not is_so():  # noqa: ASYNC110 - any claim, so that no event could be waited for.
            await anyio.sleep(0.01)


@asynccontextmanager
async def bridged(home: Home, bus: Bus) -> AsyncIterator[Played]:
    bridge = PlayedBridge()
    removed: list[ThingId] = []
    bridging = Bridging(bridge=bridge, room=home.room, bus=bus, on_removed=removed.append, look_every_s=0.2)
    bridge.bridging = bridging
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: bridging.run(task_status=task_status))
        bulb = await bridging.join(BULB, names=NAMES, area=HALL.id, device_name="bulb1")
        yield Played(home=home, bus=bus, bridge=bridge, bridging=bridging, bulb=bulb.id, removed=removed)
        tasks.cancel_scope.cancel()


@pytest.fixture(params=["sqlite", "postgres"])
async def played(request: pytest.FixtureRequest, tmp_path: Path, bus: NatsBus) -> AsyncIterator[Played]:
    url = None
    if request.param == "postgres":
        url = await emptied(request.getfixturevalue("postgres_address"))
    async with (
        a_database(tmp_path / "data", url) as database,
        a_home(database, bus) as home,
        bridged(home, bus) as all_,
    ):
        yield all_


@pytest.fixture
async def light(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Played]:
    """The same on SQLite alone, for what no database has to do with."""
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home, bridged(home, bus) as all_:
        all_.bridging.attach(all_.bulb)
        await all_.bridging.settled()
        yield all_


async def test_a_thing_of_a_bridge_is_online_says_what_is_so_and_goes(played: Played) -> None:
    assert not played.is_online
    played.bridging.attach(played.bulb)
    played.bridging.report(played.bulb, {"on": True, "brightness": 30})
    await played.bridging.settled()
    assert played.is_online
    twin = played.home.room.twins.peek(played.bulb)
    assert (twin.door, played.said("on"), played.said("brightness")) == ("played", 1, 30)
    played.bridging.detach(played.bulb)
    await played.bridging.settled()
    assert not played.is_online
    assert played.bridging.counts.waiting == 0


async def test_a_command_is_done_only_after_the_report_of_a_bridged_thing(played: Played) -> None:
    played.bridging.attach(played.bulb)
    await played.bridging.settled()
    commander = played.home.room.commander
    done = await commander.set_properties(played.bulb, {"on": 1, "brightness": 60}, by="test")
    assert [result.outcome for result in done] == [CommandOutcome.CONFIRMED] * 2
    assert played.bridge.asked == [(played.bulb, "set", {"on": 1, "brightness": 60})]
    assert played.said("brightness") == 60
    played.bridge.is_honest = False
    silent = await commander.set_properties(played.bulb, {"on": 0}, by="test", expires_s=0.3)
    assert [(result.outcome, result.code) for result in silent] == [(CommandOutcome.TIMED_OUT, "no-report")]
    assert played.said("on") == 1


async def test_a_refusal_and_a_silence_of_the_far_side_are_told_apart(light: Played) -> None:
    commander = light.home.room.commander
    light.bridge.trouble = Refused("The vendor says no.")
    refused = await commander.set_properties(light.bulb, {"on": 1}, by="test")
    assert [(result.outcome, result.code) for result in refused] == [(CommandOutcome.REFUSED, "500")]
    light.bridge.trouble = Invalid("Not that bright.")
    invalid = await commander.set_properties(light.bulb, {"on": 1}, by="test")
    assert [(result.outcome, result.code) for result in invalid] == [(CommandOutcome.REFUSED, "460")]
    light.bridge.trouble = Unavailable("The vendor does not answer.")
    silent = await commander.set_properties(light.bulb, {"on": 1}, by="test", expires_s=5)
    assert [(result.outcome, result.code) for result in silent] == [(CommandOutcome.TIMED_OUT, "no-answer")]
    assert silent[0].ms < 2_000
    called = await commander.call_service(light.bulb, "blink", {"times": 1}, by="test")
    assert (called.outcome, called.code) == (CommandOutcome.TIMED_OUT, "no-answer")


async def test_a_fault_of_a_bridge_refuses_the_command_and_ends_nothing(light: Played) -> None:
    light.bridge.trouble = ZeroDivisionError()  # type: ignore[assignment]  # A bug is what is played here.
    failed = await light.home.room.commander.set_properties(light.bulb, {"on": 1}, by="test")
    assert [(result.outcome, result.code) for result in failed] == [(CommandOutcome.REFUSED, "500")]
    light.bridge.trouble = None
    done = await light.home.room.commander.set_properties(light.bulb, {"on": 1}, by="test")
    assert done[0].outcome is CommandOutcome.CONFIRMED


@pytest.mark.parametrize("way", ["async", "rrpc", "ext"])
async def test_a_service_is_answered_with_its_outputs(light: Played, way: str) -> None:
    light.bridge.outputs = {"left": 2}
    called = await light.home.room.commander.call_service(light.bulb, "blink", {"times": 3}, by="test", way=way)  # type: ignore[arg-type]
    assert (called.outcome, called.outputs) == (CommandOutcome.CONFIRMED, {"left": 2})
    assert light.bridge.asked == [(light.bulb, "blink", {"times": 3})]


async def test_orders_for_one_thing_reach_the_bridge_in_order_and_late_ones_not_at_all(light: Played) -> None:
    may_go_on = light.bridge.may_go_on = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(set_brightness, light, 10)
        await until(lambda: light.bridge.asked)
        tasks.start_soon(set_brightness, light, 20)
        # Its time is over before the one in front of it is done.
        await set_brightness(light, 30, expires_s=0.1)
        may_go_on.set()
    asked = [given["brightness"] for _, _, given in light.bridge.asked]
    assert asked == [10, 20]


async def set_brightness(played: Played, brightness: int, expires_s: float = 60) -> None:
    await played.home.room.commander.set_properties(
        played.bulb, {"brightness": brightness}, by="test", expires_s=expires_s
    )


async def test_what_a_thing_says_is_checked_before_it_is_said(light: Played) -> None:
    for bad, code in (
        ({"on": "maybe"}, "wrong-type"),
        ({"brightness": 101}, "out-of-range"),
        ({"colour": 1}, "unknown-property"),
    ):
        with pytest.raises(Invalid) as refused:
            light.bridging.report(light.bulb, bad)  # type: ignore[arg-type]
        assert refused.value.stable_code() == code
    with pytest.raises(NotFound, match="no event"):
        light.bridging.happen(light.bulb, "cold", {})
    with pytest.raises(Invalid):
        light.bridging.happen(light.bulb, "hot", {"degrees": 9_999})
    light.bridging.happen(light.bulb, "hot", {"degrees": 90})
    light.bridging.happen(light.bulb, "hot", {"degrees": 90})
    await light.bridging.settled()
    events = await light.home.database.read("things.events_of_thing", thing=light.bulb, count_max=10)
    assert [msgspec.json.decode(str(row["outputs"])) for row in events] == [{"degrees": 90}] * 2
    assert light.bridging.counts.refused == 0


async def test_a_report_may_say_since_when(light: Played) -> None:
    light.bridging.report(light.bulb, {TEMPERATURE: 21.5}, at_ms=1_700_000_000_000)
    await light.bridging.settled()
    assert light.home.room.twins.peek(light.bulb).reported[TEMPERATURE] == (21.5, 1_700_000_000_000)


async def test_who_is_not_here_says_nothing(light: Played) -> None:
    light.bridging.detach(light.bulb)
    with pytest.raises(NotFound) as refused:
        light.bridging.report(light.bulb, {"on": 1})
    assert refused.value.stable_code() == "not-attached"
    with pytest.raises(NotFound):
        light.bridging.attach(ThingId("nobody"))
    await light.bridging.settled()
    told = await light.home.room.commander.set_properties(light.bulb, {"on": 1}, by="test")
    assert told[0].outcome is CommandOutcome.OFFLINE
    assert light.bridge.asked == []


async def test_joining_twice_makes_one_thing_and_a_new_model_a_new_version(light: Played) -> None:
    again = await light.bridging.join(BULB, names=Names(en="Other", zh="别的"), device_name="bulb1")
    assert (again.id, again.names) == (light.bulb, NAMES)
    made: list[ThingId] = []

    async def join() -> None:
        made.append((await light.bridging.join(BULB, names=NAMES, device_name="bulb2")).id)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(join)
    assert len(set(made)) == 1
    with pytest.raises(Conflict):
        await light.bridging.join(BULB, names=NAMES, device_name="bulb3", thing_id=light.bulb)
    richer = msgspec.json.decode(PLAYED)
    richer["model"]["properties"].append({"identifier": "hue", "accessMode": "rw", "dataType": {"type": "text"}})
    changed: Product = read_product(msgspec.json.encode(richer))
    await light.bridging.join(changed, names=NAMES, device_name="bulb1")
    assert light.home.room.registry.product("playedBulb").version == 2
    light.bridging.report(light.bulb, {"hue": "red"})


async def test_a_thing_that_somebody_removes_or_disables_is_here_no_more(light: Played) -> None:
    await light.home.room.enable(light.bulb, is_enabled=False)
    await until(lambda: not light.bridging.attached)
    await light.bridging.settled()
    assert not light.is_online
    light.bridging.attach(light.bulb)
    assert not light.bridging.attached
    await light.home.room.enable(light.bulb, is_enabled=True)
    await tell_change(light, "changed")
    await until(lambda: light.is_online)
    await light.home.room.remove(light.bulb)
    await tell_change(light, "removed")
    await until(lambda: not light.bridging.attached)
    await until(lambda: light.removed == [light.bulb])
    with pytest.raises(NotFound):
        light.bridging.report(light.bulb, {"on": 1})


async def tell_change(played: Played, kind: ChangeKind) -> None:
    """What the outbox relays in a whole hub."""
    changed = RegistryChanged(id="1", kind=kind, thing=played.bulb)
    await played.bus.publish(REGISTRY_SUBJECT, msgspec.json.encode(changed))


async def test_leaving_forgets_the_thing(light: Played) -> None:
    await light.bridging.leave(light.bulb)
    with pytest.raises(NotFound):
        light.home.room.registry.thing(light.bulb)
    assert not light.bridging.attached


async def test_the_same_device_connecting_by_itself_takes_over(light: Played) -> None:
    device = light.home.room.registry.thing(light.bulb).device
    taken = Takeover(device=device, session="other", door="door1")
    await light.bus.publish(TAKEOVER_SUBJECT, msgspec.msgpack.encode(taken))
    await until(lambda: not light.bridging.attached)


async def test_a_stop_says_that_its_things_are_gone(tmp_path: Path, bus: NatsBus) -> None:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        async with bridged(home, bus) as played:
            played.bridging.attach(played.bulb)
            await played.bridging.settled()
            assert played.is_online
        assert not home.room.twins.peek(played.bulb).is_online


async def test_nothing_is_lost_while_the_hub_is_away_and_newer_values_join_older_ones(
    tmp_path: Path, bus: NatsBus
) -> None:
    async with a_database(tmp_path / "data") as database:
        async with a_home(database, bus) as home, bridged(home, bus) as played:
            bulb = played.bulb
        room = home.room
        bridge = PlayedBridge()
        bridging = Bridging(bridge=bridge, room=room, bus=bus)
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: bridging.run(task_status=task_status))
            bridging.attach(bulb)
            for count in range(500):
                bridging.report(bulb, {"brightness": count % 100, TEMPERATURE: count / 10})
            await until(lambda: bridging.counts.merged >= 400)
            assert 0 < bridging.counts.waiting <= 66
            with pytest.raises(Unavailable):
                bridging.happen(bulb, "hot", {"degrees": 1})
            async with anyio.create_task_group() as hub:
                for service in room.services:
                    await hub.start(lambda *, task_status, service=service: service.run(task_status=task_status))
                with anyio.fail_after(30):
                    await bridging.settled()
                hub.cancel_scope.cancel()
            twin = room.twins.peek(bulb)
            assert (twin.is_online, twin.reported["brightness"].value, twin.reported[TEMPERATURE].value) == (
                True, 99, 49.9,
            )  # fmt: skip
            tasks.cancel_scope.cancel()


async def test_a_killed_engine_costs_nothing_that_was_said(tmp_path: Path) -> None:
    engine = NatsEngine(tmp_path)
    bus = NatsBus(engine.link)
    async with anyio.create_task_group() as tasks, a_database(tmp_path / "data") as database:
        for service in (engine, bus):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        async with a_home(database, bus) as home, bridged(home, bus) as played:
            played.bridging.attach(played.bulb)
            await played.bridging.settled()
            os.kill(int((tmp_path / "nats" / "nats.pid").read_text()), signal.SIGKILL)
            for count in range(20):
                played.bridging.report(played.bulb, {"brightness": count})
                played.bridging.happen(played.bulb, "hot", {"degrees": count})
            with anyio.fail_after(30):
                await played.bridging.settled()
            assert played.said("brightness") == 19
            events = await database.read("things.events_of_thing", thing=played.bulb, count_max=50)
            assert sorted(msgspec.json.decode(str(row["outputs"]))["degrees"] for row in events) == list(range(20))
            done = await home.room.commander.set_properties(played.bulb, {"on": 1}, by="test")
            assert done[0].outcome is CommandOutcome.CONFIRMED
        tasks.cancel_scope.cancel()


async def test_a_thing_that_the_hub_took_for_gone_comes_again(light: Played) -> None:
    room = light.home.room
    await note_gone(
        room.twins.peek(light.bulb), database=light.home.database, twins=room.twins, announcer=room.announcer,
        clock=room.clock,
    )  # fmt: skip
    assert not light.is_online
    await until(lambda: light.is_online)
