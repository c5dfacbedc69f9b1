"""What devices send is kept before it is acknowledged, on both databases and the real bus."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.things_room import Home, a_database, a_home, emptied

from jinn.kernel import ThingId
from jinn.runtime import Bus, NatsBus
from jinn.things.frames import UpFrame, UpMessage
from jinn.things.testing import Said, said
from jinn.things.topics import device_topic
from jinn.things.wire import HappenedBatch, ReportedBatch

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")


@pytest.fixture(params=["sqlite", "postgres"])
async def home(request: pytest.FixtureRequest, tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    url = None
    if request.param == "postgres":
        url = await emptied(request.getfixturevalue("postgres_address"))
    async with a_database(tmp_path / "data", url) as database, a_home(database, bus) as home:
        await home.switch_on()
        yield home


async def test_a_post_is_in_the_database_before_its_reply(home: Home) -> None:
    reply = await home.door.post(home.lamp.device, {"on": 1, "brightness": 40}, message_id="7")
    row = (await home.database.read("things.twin", thing=THING))[0]
    assert reply == Said(
        id="7", code=200, data={}, message="success", method="thing.event.property.post", version="1.0",
        topic="/sys/testLamp01/lamp1/thing/event/property/post_reply", is_kept=True,
    )  # fmt: skip
    reported = msgspec.json.decode(str(row["reported"]))
    assert {name: value for name, (value, _) in reported.items()} == {"on": 1, "brightness": 40}
    assert row["version"] == home.room.twins.peek(THING).version


async def test_a_post_is_told_to_everybody_once(home: Home, bus: Bus) -> None:
    async with bus.subscribe("ev.things.reported") as events:
        await home.door.post(home.lamp.device, {"on": 1})
        with anyio.fail_after(30):
            batch = msgspec.json.decode((await anext(events)).payload, type=ReportedBatch)
    assert [(report.thing, report.properties) for report in batch.reports] == [("hall_lamp", {"on": 1})]


async def test_values_may_carry_their_time_and_their_module(home: Home) -> None:
    await home.door.post(home.lamp.device, {"on": {"value": 1, "time": 1_700_000_000_000}, "night:on": 1})
    twin = home.room.twins.peek(THING)
    assert twin.reported["on"] == (1, 1_700_000_000_000)
    assert twin.reported["night:on"].value == 1


@pytest.mark.parametrize(
    "params",
    [{"on": 2}, {"on": "yes"}, {"weight": 1}, {"on": 1, "brightness": 101}, [1], "text", {"on": {"value": []}}],
)
async def test_one_bad_value_spoils_the_whole_message(home: Home, params: object) -> None:
    before = home.room.twins.peek(THING)
    reply = await home.door.ask(home.lamp.device, "thing/event/property/post", params, message_id="8")
    assert (reply.id, reply.code, reply.data, reply.is_kept) == ("8", 460, {}, True)
    assert reply.message
    assert home.room.twins.peek(THING) is before


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[1]", b'{"id":{},"params":5}', b"\xff", b"[" * 50_000, b"1" * 262_145]
)
async def test_what_is_no_message_is_answered_and_survived(home: Home, payload: bytes) -> None:
    topic = device_topic(home.lamp.device, "thing/event/property/post")
    reply = said(await home.door.publish(home.lamp.device, topic, payload))
    assert reply.code == 460
    assert (await home.door.post(home.lamp.device, {"on": 1})).code == 200


async def test_an_unknown_topic_is_answered_on_the_error_topic(home: Home) -> None:
    reply = said(
        await home.door.publish(home.lamp.device, device_topic(home.lamp.device, "thing/nothing"), b'{"id":"1"}')
    )
    assert (reply.code, reply.topic) == (6203, "/ext/error/testLamp01/lamp1")


async def test_no_device_speaks_for_another(home: Home) -> None:
    await home.room.registry.add_device(
        "testLamp01", names=home.lamp.names, device_name="lamp2", thing_id=ThingId("two")
    )
    topic = device_topic("testLamp01&lamp2", "thing/event/property/post")
    result = await home.door.publish(home.lamp.device, topic, b'{"id":"1","params":{"on":1}}')
    # On its own error topic; nothing goes to a topic of the other.
    assert (said(result).topic, said(result).code) == ("/ext/error/testLamp01/lamp1", 520)
    assert home.room.twins.peek(ThingId("two")).reported == {}


async def test_the_ids_of_messages_come_back_as_they_came(home: Home) -> None:
    for message_id in ("7|exp-topic|/sys/a/b", 7, 4_294_967_295):
        reply = await home.door.ask(home.lamp.device, "thing/event/property/post", {"on": 1}, message_id=message_id)
        assert reply.id == message_id


async def test_who_wants_no_reply_gets_none(home: Home) -> None:
    reply = await home.door.ask(home.lamp.device, "thing/event/property/post", {"on": 1}, sys={"ack": 0})
    assert (reply.is_kept, reply.topic) == (True, "")
    assert home.room.twins.peek(THING).reported["on"].value == 1


async def test_a_repeat_of_the_door_is_acknowledged_and_not_counted_twice(home: Home) -> None:
    topic = device_topic(home.lamp.device, "thing/event/property/post")
    first = await home.door.publish(home.lamp.device, topic, b'{"id":"1","params":{"brightness":10}}', number=501)
    await home.door.post(home.lamp.device, {"brightness": 20}, message_id="2")
    version = home.room.twins.peek(THING).version
    again = await home.door.publish(home.lamp.device, topic, b'{"id":"1","params":{"brightness":10}}', number=501)
    twin = home.room.twins.peek(THING)
    assert again == first
    assert (twin.version, twin.reported["brightness"].value) == (version, 20)


async def test_a_device_that_counts_its_ids_anew_is_believed(home: Home) -> None:
    for message_id, value in (("1", 0), ("2", 1)):
        await home.door.post(home.lamp.device, {"on": value}, message_id=message_id)
    await home.switch_on(session="s2")
    topic = device_topic(home.lamp.device, "thing/event/property/post")
    payload = msgspec.json.encode({"id": "1", "version": "1.0", "params": {"on": 0}})
    await home.door.publish(home.lamp.device, topic, payload, session="s2")
    assert home.room.twins.peek(THING).reported["on"].value == 0


async def test_a_repeat_with_a_unique_id_is_known_in_a_new_session_too(home: Home) -> None:
    topic = device_topic(home.lamp.device, "thing/event/property/post")
    for message_id, value in (("1073741901", 0), ("1073741902", 1)):
        await home.door.post(home.lamp.device, {"on": value}, message_id=message_id)
    await home.switch_on(session="s2")
    version = home.room.twins.peek(THING).version
    payload = msgspec.json.encode({"id": "1073741901", "version": "1.0", "params": {"on": 0}})
    await home.door.publish(home.lamp.device, topic, payload, session="s2")
    twin = home.room.twins.peek(THING)
    assert (twin.version, twin.reported["on"].value) == (version, 1)


async def test_an_event_is_kept_once_however_often_it_is_sent(home: Home) -> None:
    params = {"value": {"degrees": 90}, "time": 1_700_000_000_000}
    for _ in range(2):
        assert (await home.door.ask(home.lamp.device, "thing/event/hot/post", params, message_id="5")).code == 200
    assert (await home.door.ask(home.lamp.device, "thing/event/hot/post", {"degrees": 91}, message_id="6")).code == 200
    rows = await home.database.read("things.events_of_thing", thing=THING, count_max=10)
    assert [msgspec.json.decode(str(row["outputs"])) for row in rows] == [{"degrees": 91}, {"degrees": 90}]
    assert rows[1]["at_ms"] == 1_700_000_000_000


async def test_what_happened_is_told_once_with_the_id_of_its_kept_event(home: Home, bus: Bus) -> None:
    params = {"value": {"degrees": 90}, "time": 1_700_000_000_000}
    async with bus.subscribe("ev.things.happened") as events:
        for session in ("s1", "s2"):
            await home.switch_on(session=session)
            await home.door.ask(home.lamp.device, "thing/event/hot/post", params, message_id="5")
        await home.door.ask(home.lamp.device, "thing/event/hot/post", {"degrees": 91}, message_id="6")
        with anyio.fail_after(30):
            told = [msgspec.json.decode((await anext(events)).payload, type=HappenedBatch).events for _ in range(2)]
    rows = await home.database.read("things.events_of_thing", thing=THING, count_max=10)
    happened = [one for batch in told for one in batch]
    assert [one.id for one in happened] == [str(row["id"]) for row in reversed(rows)]
    assert [(one.thing, one.event, one.outputs) for one in happened] == [
        ("hall_lamp", "hot", {"degrees": 90}),
        ("hall_lamp", "hot", {"degrees": 91}),
    ]
    assert happened[0].at_ms == 1_700_000_000_000


async def test_an_unknown_event_or_output_is_refused(home: Home) -> None:
    assert (await home.door.ask(home.lamp.device, "thing/event/cold/post", {})).code == 460
    assert (await home.door.ask(home.lamp.device, "thing/event/hot/post", {"value": {"weight": 1}})).code == 460


async def test_history_fills_the_past_and_a_pack_moves_the_present(home: Home) -> None:
    past = {"properties": {"temperature": [{"value": 20.5, "time": 1000}, {"value": 21, "time": 2000}]}}
    await home.door.ask(home.lamp.device, "thing/event/property/history/post", past, message_id="1")
    assert "temperature" not in home.room.twins.peek(THING).reported
    await home.door.ask(home.lamp.device, "thing/event/property/pack/post", past, message_id="2")
    assert home.room.twins.peek(THING).reported["temperature"] == (21, 2000)
    told = [sample async for sample in home.room.history.raw(THING, 2, 3000)]
    assert [(sample.property, sample.at_ms, sample.value) for sample in told] == [
        ("temperature", 1000, 20.5),
        ("temperature", 2000, 21.0),
    ]


async def test_a_bad_pack_leaves_nothing_behind(home: Home) -> None:
    bad = {"properties": {"temperature": [{"value": 1, "time": 1}]}, "events": {"hot": {"value": {"degrees": 999}}}}
    assert (await home.door.ask(home.lamp.device, "thing/event/property/pack/post", bad)).code == 460
    assert [sample async for sample in home.room.history.raw(THING, 2, 3000)] == []
    assert "temperature" not in home.room.twins.peek(THING).reported


async def test_one_frame_with_good_and_bad_messages_keeps_the_good_ones(home: Home) -> None:
    topic = device_topic(home.lamp.device, "thing/event/property/post")
    bodies = [b'{"id":"1","params":{"on":1}}', b"{", b'{"id":"3","params":{"brightness":3}}']
    messages = tuple(
        UpMessage(id=900 + index, device=home.lamp.device, session="s1", topic=topic, payload=body, qos=1)
        for index, body in enumerate(bodies)
    )
    answer = await home.door.frame(home.lamp.device, UpFrame(door="door1", messages=messages))
    assert [(result.id, said(result).code) for result in answer.results] == [(900, 200), (901, 460), (902, 200)]
    twin = home.room.twins.peek(THING)
    assert {name: value.value for name, value in twin.reported.items()} == {"on": 1, "brightness": 3}


async def test_a_frame_of_garbage_stops_nobody(home: Home, bus: Bus) -> None:
    await bus.publish("up.3", b"\xc1garbage")
    assert (await home.door.post(home.lamp.device, {"on": 1})).code == 200


async def test_twins_outlive_the_hub(home: Home, bus: Bus) -> None:
    await home.door.post(home.lamp.device, {"on": 1})
    async with a_home(home.database, bus) as later:
        twin = later.room.twins.peek(THING)
    assert twin == home.room.twins.peek(THING)
    assert twin.reported["on"].value == 1
    assert twin.is_online


async def test_two_hubs_never_overwrite_each_other(home: Home, bus: Bus) -> None:
    async with a_home(home.database, bus):
        for number in range(40):
            name = ("on", "brightness", "night:on", "temperature")[number % 4]
            assert (await home.door.post(home.lamp.device, {name: 1}, message_id=str(number))).code == 200
        row = (await home.database.read("things.twin", thing=THING))[0]
    assert set(msgspec.json.decode(str(row["reported"]))) == {"on", "brightness", "night:on", "temperature"}
