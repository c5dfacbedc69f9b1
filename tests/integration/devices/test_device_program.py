"""A device program in its own process: it connects, reports, obeys, refuses, and survives a lost network."""

import time

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from integration.devices.conftest import Start
from integration.devices.scripted_broker import ScriptedBroker, Session, until

pytestmark = pytest.mark.anyio

SERVICE = "/sys/pk/dn/thing/service/"
SET = SERVICE + "property/set"
POST = "event/property/post"


async def first_report(session: Session) -> dict[str, object]:
    await until(lambda: session.bodies(POST))
    report: dict[str, object] = session.bodies(POST)[0]["params"]
    return report


async def reply(session: Session, end: str, request_id: str) -> dict[str, object]:
    await until(lambda: any(body["id"] == request_id for body in session.bodies(end)))
    found: dict[str, object] = next(body for body in session.bodies(end) if body["id"] == request_id)
    return found


async def line_with(lines: BufferedByteReceiveStream, words: bytes) -> None:
    """The program has said these words to whoever watches it."""
    with anyio.fail_after(30):
        while words not in await lines.receive_until(b"\n", 1000):
            pass


def reported(session: Session, identifier: str) -> list[object]:
    return [body["params"][identifier] for body in session.bodies(POST) if identifier in body["params"]]


async def test_it_connects_with_its_signature_and_reports_all_it_is(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        assert await first_report(session) == {"on": 0, "brightness": 50, "color_temperature": 3000}
        assert session.client_id.startswith("pk&dn|")
        assert session.username == "dn&pk"
        assert len(session.password) == 64
        await until(lambda: session.bodies("desired/get"))
        assert sorted(session.bodies("desired/get")[0]["params"]) == ["brightness", "color_temperature", "on"]


async def test_a_set_is_acknowledged_obeyed_and_reported(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SET, {"on": 1}, request_id="1")
        answer = await reply(session, "set_reply", "1")
        assert (answer["code"], answer["data"]) == (200, {})
        await until(lambda: reported(session, "on") == [0, 1])


async def test_what_is_so_already_is_reported_again(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SET, {"on": 0})
        await until(lambda: reported(session, "on") == [0, 0])


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"brightness": 101}, "between 0 and 100"),
        ({"brightness": "bright"}, "must be a number"),
        ({"on": 1, "brightness": -1}, "between 0 and 100"),
        ({"sparkle": 1}, "no such property"),
        ({}, "at least one"),
        (7, "at least one"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    broker: ScriptedBroker, start: Start, params: object, why: str
) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SET, params, request_id="1")
        answer = await reply(session, "set_reply", "1")
        assert answer["code"] == 460
        assert why in str(answer["message"])
        await session.ask(SERVICE + "property/get", ["on", "brightness"], request_id="2")
        assert (await reply(session, "get_reply", "2"))["data"] == {"on": 0, "brightness": 50}
        assert len(session.bodies(POST)) == 1


async def test_what_can_only_be_read_is_refused(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "kitchen_fridge"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SET, {"door": 1}, request_id="1")
        assert "only be read" in str((await reply(session, "set_reply", "1"))["message"])


async def test_a_service_is_done_and_its_effect_reported(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "vacuum"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SERVICE + "clean_area", {"area": "kitchen"}, request_id="1")
        assert (await reply(session, "clean_area_reply", "1"))["code"] == 200
        await until(lambda: reported(session, "state") == [0, 1] and reported(session, "area") == ["", "kitchen"])


async def test_a_service_that_cannot_be_done_says_why(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "vacuum"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SERVICE + "clean_area", {"area": "attic"}, request_id="1")
        answer = await reply(session, "clean_area_reply", "1")
        assert answer["code"] == 100001
        assert "attic" in str(answer["message"])
        await session.ask(SERVICE + "fly", {}, request_id="2")
        assert (await reply(session, "fly_reply", "2"))["code"] == 460


async def test_a_synchronous_call_is_answered_on_its_own_topic(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "vacuum"):
        session = await broker.session(1)
        await first_report(session)
        await session.ask("/sys/pk/dn/rrpc/request/55", {}, request_id="1", method="thing.service.start")
        assert (await reply(session, "/sys/pk/dn/rrpc/response/55", "1"))["code"] == 200
        topic = "/ext/rrpc/66" + SERVICE + "pause"
        await session.ask(topic, {}, request_id="2")
        assert (await reply(session, topic, "2"))["code"] == 200
        await until(lambda: reported(session, "state") == [0, 1, 2])


async def test_a_curtain_reports_on_its_way_and_at_its_end(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "living_room_curtain", speed=0.5):
        session = await broker.session(1)
        await first_report(session)
        await session.ask(SET, {"position": 70}, request_id="1")
        await until(lambda: reported(session, "position")[-1] == 70)
        way = reported(session, "position")
        assert way == sorted(way)
        assert 3 <= len(way) <= 6


async def test_the_same_request_twice_is_done_once_and_answered_twice(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "vacuum"):
        session = await broker.session(1)
        await first_report(session)
        for name in ("start", "pause", "start"):
            await session.ask(SERVICE + name, {}, request_id="same " + name)
        await until(lambda: len(session.bodies("_reply")) == 3)
        assert [body["code"] for body in session.bodies("_reply")] == [200, 200, 200]
        assert reported(session, "state") == [0, 1, 2]


async def test_a_set_at_qos_1_gets_its_puback(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        await session.send(SET, b'{"id":"1","params":{"on":1}}', packet_id=513)
        await until(lambda: session.acknowledged == [513])


async def test_nonsense_from_above_is_ignored(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        for payload in (b"", b"{", b"[]", b"\xff", b'{"params":{"on":1}}', b'{"id":{}}', b"[" * 3000):
            await session.send(SET, payload)
            await session.send("/sys/pk/dn/thing/property/desired/get_reply", payload)
        await session.send("/sys/pk/somebody/thing/service/property/set", b'{"id":"8","params":{"on":1}}')
        await session.send("nobody/knows", b"x" * 60_000)
        await session.ask(SET, {"on": 1}, request_id="9")
        await reply(session, "set_reply", "9")
        assert len(session.bodies("_reply")) == 1
        assert not session.ended


async def test_bytes_that_are_not_mqtt_end_the_connection_and_it_comes_back(
    broker: ScriptedBroker, start: Start
) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await first_report(session)
        await session.write(b"\x30\xff\xff\xff\xff\xff")
        await first_report(await broker.session(2))


async def test_wishes_that_waited_are_fulfilled_and_taken_back(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light"):
        session = await broker.session(1)
        await until(lambda: session.bodies("desired/get"))
        wishes = {"on": {"value": 1, "version": 4}, "brightness": {"value": 900, "version": 5}}
        answer = {"id": session.bodies("desired/get")[0]["id"], "code": 200, "data": wishes}
        await session.write_json("/sys/pk/dn/thing/property/desired/get_reply", answer)
        await until(lambda: session.bodies("desired/delete"))
        assert session.bodies("desired/delete")[0]["params"] == {"on": {"version": 4}, "brightness": {"version": 5}}
        assert reported(session, "on") == [0, 1]
        assert reported(session, "brightness") == [50]


async def test_reports_that_nobody_acknowledged_come_again_without_a_gap(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "television") as process:
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        broker.does_acknowledge = False
        await turn_channels(process, range(2, 12))
        await until(lambda: reported(session, "channel")[-1] == 11)
        await session.stream.aclose()
        broker.does_acknowledge = True
        again = await broker.session(2)
        await until(lambda: len(again.bodies(POST)) >= 11)
        repeated = [one for one in again.said if one.again and one.topic.endswith(POST)]
        assert [one.body["params"]["channel"] for one in repeated] == list(range(2, 12))
        assert reported(again, "channel")[-1] == 11


async def test_what_happens_without_a_network_is_told_later_with_its_time(start: Start) -> None:
    broker = ScriptedBroker()
    async with broker.open(), start(broker.port, "hall_door_sensor") as process:
        first = await broker.session(1)
        await first_report(first)
        assert process.stdin is not None
        assert process.stdout is not None
        lines = BufferedByteReceiveStream(process.stdout)
        broker.connack = 3
        await first.stream.aclose()
        await line_with(lines, b"refused with code 3")
        before_ms = time.time() * 1000
        await process.stdin.send(b"door open\ndoor closed\n")
        await line_with(lines, b"did door closed")
        broker.connack = 0
        session = await broker.session(2, within_s=30)
        await until(lambda: len(reported(session, "open")) == 3)
        opened, closed, now = reported(session, "open")
        assert isinstance(opened, dict)
        assert isinstance(closed, dict)
        assert (opened["value"], closed["value"], now) == (1, 0, 0)
        assert before_ms - 1000 <= opened["time"] <= closed["time"] <= time.time() * 1000


async def test_it_finds_a_broker_that_died_and_came_back(start: Start) -> None:
    broker = ScriptedBroker()
    async with broker.open():
        port = broker.port
        started = start(port, "hall_light")
        await started.__aenter__()
        await first_report(await broker.session(1))
    try:
        await anyio.sleep(0.5)
        async with broker.open(port):
            await first_report(await broker.session(2, within_s=30))
    finally:
        await started.__aexit__(None, None, None)


async def test_a_silent_connection_is_given_up(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light", keepalive_s=1):
        session = await broker.session(1)
        await until(lambda: session.pings >= 2)
        broker.does_answer_pings = False
        await broker.session(2)


async def test_a_refused_device_says_so(broker: ScriptedBroker, start: Start) -> None:
    broker.connack = 4
    async with start(broker.port, "hall_light") as process:
        assert process.stdout is not None
        lines = BufferedByteReceiveStream(process.stdout)
        with anyio.fail_after(30):
            assert await lines.receive_until(b"\n", 100) == b"down refused with code 4"


async def test_it_ends_with_its_parent(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light") as process:
        session = await broker.session(1)
        await first_report(session)
        assert process.stdin is not None
        await process.stdin.aclose()
        with anyio.fail_after(30):
            assert await process.wait() == 0
        await until(lambda: session.ended == "good-bye")


async def test_what_a_person_does_by_hand_is_reported(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "kitchen_fridge", speed=1000) as process:
        session = await broker.session(1)
        await first_report(session)
        assert process.stdin is not None
        await process.stdin.send(b"door open\nlid open\ndoor 7\n")
        await until(lambda: reported(session, "door") == [0, 1])
        await until(lambda: session.bodies("event/door_left_open/post"))
        assert session.bodies("event/door_left_open/post")[0]["params"]["value"]["seconds"] >= 60


async def turn_channels(process: anyio.abc.Process, channels: range) -> None:
    assert process.stdin is not None
    for channel in channels:
        await process.stdin.send(b"channel %d\n" % channel)


async def test_settings_that_lack_something_are_named(
    broker: ScriptedBroker, command: tuple[str, ...], start: Start
) -> None:
    async with start(broker.port, "hall_light", product="/nowhere/product.json") as process:
        assert process.stdout is not None
        lines = BufferedByteReceiveStream(process.stdout)
        with anyio.fail_after(30):
            assert (await lines.receive_until(b"\n", 1000)).startswith(b"no: ")
            assert await process.wait() == 2
