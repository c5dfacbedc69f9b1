"""A command ends with what the thing itself reports, and never later than it was given time for."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.things_room import HALL, Home, a_database, a_home, emptied

from jinn.kernel import Invalid, Names, NotFound, ThingId
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.alink import Request
from jinn.things.frames import DownMessage
from jinn.things.testing import ScriptedDoor

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")


@pytest.fixture(params=["sqlite", "postgres"])
async def home(request: pytest.FixtureRequest, tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    url = None
    if request.param == "postgres":
        url = await emptied(request.getfixturevalue("postgres_address"))
    async with a_database(tmp_path / "data", url) as database, a_home(database, bus) as home:
        yield home


async def outcomes(home: Home) -> list[tuple[object, object]]:
    rows = await home.database.read("things.commands_of_thing", thing=THING, count_max=10)
    return [(row["outcome"], row["code"]) for row in rows]


async def test_a_set_is_confirmed_by_the_things_own_report(home: Home) -> None:
    await home.switch_on()
    results = await home.room.commander.set_properties(THING, {"on": True, "brightness": 40}, by="test")
    assert [(r.property, r.asked, r.reported, r.outcome) for r in results] == [
        ("on", 1, 1, CommandOutcome.CONFIRMED),
        ("brightness", 40, 40, CommandOutcome.CONFIRMED),
    ]
    down = home.door.heard[0]
    assert down.topic == "/sys/testLamp01/lamp1/thing/service/property/set"
    request = msgspec.json.decode(down.payload, type=Request)
    assert (request.method, request.params) == ("thing.service.property.set", {"on": 1, "brightness": 40})
    assert request.id.isdigit()
    assert down.expires_ms is not None
    assert home.room.twins.peek(THING).desired == {}
    assert await outcomes(home) == [("confirmed", "")]


async def test_what_is_so_already_is_unchanged_and_asked_of_nobody(home: Home) -> None:
    await home.switch_on()
    await home.door.post(home.lamp.device, {"on": 1})
    results = await home.room.commander.set_properties(THING, {"on": 1}, by="test")
    assert [(r.outcome, r.reported) for r in results] == [(CommandOutcome.UNCHANGED, 1)]
    assert home.door.heard == []
    assert await outcomes(home) == [("unchanged", "")]


async def test_only_what_differs_is_asked(home: Home) -> None:
    await home.switch_on()
    await home.door.post(home.lamp.device, {"on": 1})
    results = await home.room.commander.set_properties(THING, {"on": 1, "brightness": 5}, by="test")
    assert [r.outcome for r in results] == [CommandOutcome.UNCHANGED, CommandOutcome.CONFIRMED]
    assert msgspec.json.decode(home.door.heard[0].payload, type=Request).params == {"brightness": 5}


async def test_a_thing_without_a_connection_is_offline_at_once(home: Home) -> None:
    with anyio.fail_after(30):
        results = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=60, by="test")
    assert [(r.outcome, r.reported) for r in results] == [(CommandOutcome.OFFLINE, None)]
    assert await outcomes(home) == [("offline", "")]


async def test_a_door_that_is_gone_means_offline_and_the_twin_learns_it(home: Home) -> None:
    await home.switch_on()
    home.door.behaviours.clear()
    with anyio.fail_after(30):
        results = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=60, by="test")
    assert results[0].outcome is CommandOutcome.OFFLINE
    assert not home.room.twins.peek(THING).is_online
    assert home.room.twins.peek(THING).desired == {}


async def test_a_thing_that_keeps_silent_times_out_and_nothing_is_desired_of_it_any_more(home: Home) -> None:
    async def heed_nothing(_: DownMessage) -> None: ...

    await home.door.connect(home.lamp.device, heed_nothing)
    results = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=0.2, by="test")
    assert (results[0].outcome, results[0].code) == (CommandOutcome.TIMED_OUT, "no-report")
    assert results[0].ms >= 150
    assert home.room.twins.peek(THING).desired == {}
    assert await outcomes(home) == [("timed_out", "no-report")]


async def test_an_understanding_reply_is_not_yet_the_truth(home: Home) -> None:
    async def only_reply(down: DownMessage) -> None:
        await home.answer(down, "thing/service/property/set_reply")

    await home.door.connect(home.lamp.device, only_reply)
    results = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=0.3, by="test")
    assert results[0].outcome is CommandOutcome.TIMED_OUT


async def test_a_report_that_follows_its_reply_is_waited_for(home: Home) -> None:
    async def reply_then_act(down: DownMessage) -> None:
        await home.answer(down, "thing/service/property/set_reply")
        await anyio.sleep(0.1)
        await home.obey(down)

    await home.door.connect(home.lamp.device, reply_then_act)
    results = await home.room.commander.set_properties(THING, {"on": 1}, by="test")
    assert results[0].outcome is CommandOutcome.CONFIRMED


async def test_a_refusing_reply_ends_the_command_with_the_things_own_code(home: Home) -> None:
    async def refuse(down: DownMessage) -> None:
        await home.answer(down, "thing/service/property/set_reply", code=100_001)

    await home.door.connect(home.lamp.device, refuse)
    with anyio.fail_after(30):
        results = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=60, by="test")
    assert (results[0].outcome, results[0].code) == (CommandOutcome.REFUSED, "100001")
    assert await outcomes(home) == [("refused", "100001")]


async def test_another_value_than_the_asked_one_is_told_as_it_is(home: Home) -> None:
    async def clamp(_: DownMessage) -> None:
        await home.door.post(home.lamp.device, {"brightness": 80})

    await home.door.connect(home.lamp.device, clamp)
    results = await home.room.commander.set_properties(THING, {"brightness": 100}, expires_s=0.3, by="test")
    assert (results[0].outcome, results[0].reported, results[0].code) == (CommandOutcome.TIMED_OUT, 80, "other-value")


async def test_what_the_model_forbids_is_asked_of_nobody(home: Home) -> None:
    await home.switch_on()
    for values, code in (
        ({"temperature": 1}, "read-only"),
        ({"brightness": 101}, "out-of-range"),
        ({"brightness": "x"}, "wrong-type"),
        ({"weight": 1}, "unknown-property"),
    ):
        with pytest.raises(Invalid) as caught:
            await home.room.commander.set_properties(THING, values, by="test")
        assert caught.value.stable_code() == code
    with pytest.raises(NotFound):
        await home.room.commander.set_properties(ThingId("nobody"), {"on": 1}, by="test")
    assert home.door.heard == []
    assert await outcomes(home) == []


async def test_a_waiting_command_shows_what_was_asked(home: Home) -> None:
    seen: list[object] = []

    async def look(down: DownMessage) -> None:
        seen.append(home.room.on_wire(THING).properties["on"].asked)
        await home.obey(down)

    await home.door.connect(home.lamp.device, look)
    await home.room.commander.set_properties(THING, {"on": 1}, by="test")
    assert seen == [1]
    assert home.room.on_wire(THING).properties["on"].asked is msgspec.UNSET


async def test_a_thing_that_comes_back_in_time_is_told_what_is_still_asked(home: Home) -> None:
    async def lose_the_connection(_: DownMessage) -> None:
        await home.door.disconnect(home.lamp.device)
        back = await home.door.connect(home.lamp.device, home.obey, session="s2")
        assert [message.topic for message in back.down] == ["/sys/testLamp01/lamp1/thing/service/property/set"]
        await home.obey(back.down[0])

    await home.door.connect(home.lamp.device, lose_the_connection)
    results = await home.room.commander.set_properties(THING, {"on": 1}, by="test")
    assert results[0].outcome is CommandOutcome.CONFIRMED
    assert (await home.door.connect(home.lamp.device, home.obey, session="s3")).down == ()


async def test_many_commands_at_once_end_each_with_its_own_outcome(home: Home) -> None:
    await home.switch_on()
    ended: list[CommandOutcome] = []

    async def ask(brightness: int) -> None:
        results = await home.room.commander.set_properties(THING, {"brightness": brightness}, by="test")
        ended.append(results[0].outcome)

    async with anyio.create_task_group() as tasks:
        for brightness in range(30):
            tasks.start_soon(ask, brightness)
    assert ended == [CommandOutcome.CONFIRMED] * 30


async def test_a_service_answers_with_its_outputs(home: Home) -> None:
    async def blink(down: DownMessage) -> None:
        await home.answer(down, "thing/service/blink_reply", data={"done": 3})

    await home.door.connect(home.lamp.device, blink)
    result = await home.room.commander.call_service(THING, "blink", {"times": 3}, by="test")
    assert (result.outcome, result.outputs) == (CommandOutcome.CONFIRMED, {"done": 3})
    assert home.door.heard[0].topic == "/sys/testLamp01/lamp1/thing/service/blink"
    assert await outcomes(home) == [("confirmed", "")]


@pytest.mark.parametrize("way", [None, "ext"])
async def test_a_synchronous_service_answers_over_rrpc(home: Home, way: None) -> None:
    async def respond(down: DownMessage) -> None:
        if down.topic.startswith("/ext/rrpc/"):
            await home.door.publish(home.lamp.device, down.topic, b'{"id":"1","code":200,"data":{"ok":1}}')
        else:
            await home.answer(down, f"rrpc/response/{down.topic.rpartition('/')[2]}", data={"ok": 1})

    await home.door.connect(home.lamp.device, respond)
    result = await home.room.commander.call_service(THING, "check", by="test", way=way)
    assert (result.outcome, result.outputs) == (CommandOutcome.CONFIRMED, {"ok": 1})
    assert ("rrpc/request" in home.door.heard[0].topic) is (way is None)


async def test_a_service_can_be_refused_missed_or_unknown(home: Home) -> None:
    async def refuse(down: DownMessage) -> None:
        await home.answer(down, "thing/service/blink_reply", code=429)

    offline = await home.room.commander.call_service(THING, "blink", {}, by="test")
    await home.door.connect(home.lamp.device, refuse)
    refused = await home.room.commander.call_service(THING, "blink", {}, by="test")
    assert (offline.outcome, refused.outcome, refused.code) == (CommandOutcome.OFFLINE, CommandOutcome.REFUSED, "429")
    with pytest.raises(NotFound) as caught:
        await home.room.commander.call_service(THING, "sing", by="test")
    assert caught.value.stable_code() == "service-not-found"
    with pytest.raises(Invalid):
        await home.room.commander.call_service(THING, "blink", {"times": 99}, by="test")


async def test_a_dead_doors_things_are_found_offline(home: Home) -> None:
    await home.switch_on()
    await home.door.connect(home.lamp.device, home.obey, session="s2")
    await home.room.sweeper.sweep()
    assert home.room.twins.peek(THING).is_online
    ghost = ScriptedDoor(bus=home.door.bus, id="ghost")
    await ghost.connect(home.lamp.device, home.obey, session="s3")
    for _ in range(2):
        assert home.room.twins.peek(THING).is_online
        await home.room.sweeper.sweep()
    assert not home.room.twins.peek(THING).is_online


async def test_a_thing_that_its_door_does_not_hold_is_found_offline(home: Home) -> None:
    await home.switch_on()
    home.door.behaviours.clear()  # As after a restart of hub and door, when the device stayed away.
    await home.room.sweeper.sweep()
    assert not home.room.twins.peek(THING).is_online
    assert not (await home.database.read("things.twin", thing=THING))[0]["is_online"]


async def test_names_are_the_same_object_until_something_changes(home: Home) -> None:
    names = home.room.names
    words = names.words()
    assert names.words() is words
    assert [(thing.id, thing.area, thing.domain) for thing in words.things] == [("hall_lamp", "hall", "light")]
    assert {"power", "brightness", "temperature"} <= words.things[0].abilities
    await home.room.registry.rename(THING, Names(en="Big lamp", zh="大灯"))
    assert names.words().things[0].names.en == "Big lamp"
    assert words.areas[0].names is HALL.names
