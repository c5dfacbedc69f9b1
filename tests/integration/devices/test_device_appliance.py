"""An appliance in its own process: it lives through its own faults, the loss of power, and a stay without a network."""

import hashlib
import json
import os
import shlex
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from integration.devices.conftest import ROOT, Start
from integration.devices.scripted_broker import ScriptedBroker, Session, until

pytestmark = pytest.mark.anyio

SET = "/sys/pk/dn/thing/service/property/set"
POST = "event/property/post"
HOUR_MS = 3_600_000


@asynccontextmanager
async def serving(document: bytes) -> AsyncIterator[tuple[str, str]]:
    """A web server of one document; its address, and the document's SHA-256."""

    async def serve(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(document) + document)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(anyio.abc.SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        yield f"http://127.0.0.1:{port}/config.json", hashlib.sha256(document).hexdigest()
        tasks.cancel_scope.cancel()


def lines_of(process: anyio.abc.Process) -> BufferedByteReceiveStream:
    assert process.stdout is not None
    return BufferedByteReceiveStream(process.stdout)


async def line_with(lines: BufferedByteReceiveStream, words: bytes) -> bytes:
    with anyio.fail_after(30):
        while words not in (line := await lines.receive_until(b"\n", 1000)):
            pass
    return line


async def say(process: anyio.abc.Process, words: str) -> None:
    assert process.stdin is not None
    await process.stdin.send(words.encode() + b"\n")


def channels(*sessions: Session) -> list[int]:
    """The channels that a television has reported, with or without a time."""
    found = []
    for session in sessions:
        for body in session.bodies(POST):
            value = body["params"].get("channel")
            if value is not None:
                found.append(value["value"] if isinstance(value, dict) else value)
    return found


async def test_what_was_said_without_a_network_survives_a_kill(broker: ScriptedBroker, start: Start) -> None:
    broker.connack = 3
    async with start(broker.port, "television", flash="flash") as process:
        lines = lines_of(process)
        await line_with(lines, b"refused with code 3")
        for channel in range(2, 42):
            await say(process, f"channel {channel}")
        await line_with(lines, b"did channel 41")
        process.kill()
        await process.wait()
    broker.connack = 0
    async with start(broker.port, "television", flash="flash"):
        session = await broker.session(1)
        await until(lambda: len(channels(session)) >= 41)
        assert channels(session)[:40] == list(range(2, 42))
        doubted = [body for body in session.bodies(POST) if body.get("sys") == {"clock": "unset"}]
        assert len(doubted) == 40


async def test_what_was_not_acknowledged_when_the_connection_broke_comes_again_in_order(
    broker: ScriptedBroker, start: Start
) -> None:
    async with start(broker.port, "television", flash="flash") as process:
        first = await broker.session(1)
        await until(lambda: first.bodies(POST))
        broker.does_acknowledge = False
        for channel in range(2, 32):
            await say(process, f"channel {channel}")
        # No more than a window is on its way; the others wait behind it on flash.
        await until(lambda: 10 in channels(first))
        await first.stream.aclose()
        broker.does_acknowledge = True
        again = await broker.session(2)
        await until(lambda: 31 in channels(again))
        # At a connection it says all that it is, too: the channel of that moment comes twice.
        assert list(dict.fromkeys(channels(again))) == list(range(2, 32))


async def test_a_clock_that_is_an_hour_off_stamps_right_after_the_hub_has_told_the_time(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "wrong.py").write_text(
        "import jinn_os.clock\n"
        "from jinn_os.boards.sim_television import Board\n"
        "right = jinn_os.clock.wall_ms\n"
        f"jinn_os.clock.Clock.__init__.__globals__['wall_ms'] = lambda: right() - {HOUR_MS}\n",
        "utf-8",
    )
    broker.connack = 3
    async with start(broker.port, "television", flash="flash", driver="wrong.py") as process:
        lines = lines_of(process)
        await line_with(lines, b"refused with code 3")
        before_ms = time.time() * 1000
        await say(process, "channel 9")
        await line_with(lines, b"did channel 9")
        broker.knows_time = True
        broker.connack = 0
        session = await broker.session(1, within_s=30)
        await until(lambda: 9 in channels(session))
        report = next(body for body in session.bodies(POST) if isinstance(body["params"].get("channel"), dict))
        assert before_ms - 500 <= report["params"]["channel"]["time"] <= time.time() * 1000 + 500
        assert "sys" not in report


BROKEN = """
from jinn_os.boards.sim_television import Board as Television

class Board(Television):
    def person(self, name, value):
        if value == 66:
            while True:
                pass
        if value == 77:
            raise KeyError("tuner")
        super().person(name, value)

    def apply(self, values):
        if values.get("channel") == 88:
            raise ZeroDivisionError
        super().apply(values)
"""


async def test_a_loop_that_stands_still_is_ended_and_the_next_start_knows_why(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text(BROKEN, "utf-8")
    broker.does_reply = True
    more = {"flash": "flash", "driver": "broken.py", "watchdog_s": 4}
    async with start(broker.port, "television", **more) as process:
        await broker.session(1)
        await say(process, "channel 66")
        with anyio.fail_after(30):
            assert await process.wait() in (-9, 137)
    async with start(broker.port, "television", **more):
        session = await broker.session(2)
        await until(lambda: session.bodies("deviceinfo/update"))
        (tag,) = session.bodies("deviceinfo/update")[0]["params"]
        assert json.loads(tag["attrValue"])["started"] == "stuck in console"


async def test_a_fault_of_a_driver_is_refused_told_and_survived(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text(BROKEN, "utf-8")
    async with start(broker.port, "television", driver="broken.py") as process:
        session = await broker.session(1)
        lines = lines_of(process)
        await say(process, "channel 77")
        await line_with(lines, b"no: its driver failed: KeyError")
        await session.ask(SET, {"channel": 88}, request_id="1")
        await until(lambda: session.bodies("set_reply"))
        answer = session.bodies("set_reply")[0]
        assert (answer["code"], answer["message"]) == (100001, "its driver failed: ZeroDivisionError")
        for _ in range(8):
            await say(process, "channel 77")
        await line_with(lines, b"degraded driver")
        # The error brings the log to the hub by itself.
        await until(lambda: session.bodies("log/post"))
        texts = [line["logContent"] for post in session.bodies("log/post") for line in post["params"]]
        assert any(text.startswith("person: KeyError") for text in texts)
        await session.ask(SET, {"channel": 5}, request_id="2")
        await until(lambda: len(session.bodies("set_reply")) == 2)
        assert "switched off" in session.bodies("set_reply")[1]["message"]


async def test_a_thing_gets_its_secret_by_that_of_its_product_once(broker: ScriptedBroker, start: Start) -> None:
    broker.register = {"productKey": "pk", "deviceName": "dn", "deviceSecret": "fresh"}
    more = {"device_secret": None, "product_secret": "ps", "flash": "flash"}
    for number in (1, 2):
        async with start(broker.port, "hall_light", **more):
            session = await broker.session(number)
            await until(lambda session=session: session.bodies(POST))
            assert session.client_id.startswith("pk&dn|")
    assert broker.registered == 1


async def test_a_thing_that_nobody_knew_gets_a_token(broker: ScriptedBroker, start: Start) -> None:
    broker.register = {"productKey": "pk", "deviceName": "dn", "clientId": "c7", "deviceToken": "t7"}
    more = {"device_secret": None, "product_secret": "ps", "flash": "flash", "registration": "regnwl"}
    async with start(broker.port, "hall_light", **more):
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        assert session.client_id.startswith("c7|authType=connwl,securemode=-2")
        assert (session.username, session.password) == ("dn&pk", "t7")


async def test_a_broker_that_pushes_nothing_unasked_is_subscribed_to(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light", subscribe=True):
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        assert "/sys/pk/dn/#" in session.filters
        assert "/ext/rrpc/+/sys/pk/dn/#" in session.filters


TALKER = """
from jinn_os.boards.sim_television import Board as Television

class Board(Television):
    def message(self, topic, payload):
        return topic.encode() + b" " + payload

    def configure(self, config):
        self.state["channel"] = config["channel"]
"""


async def test_a_request_on_a_topic_of_its_own_is_answered_on_the_same_topic(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "talker.py").write_text(TALKER, "utf-8")
    async with start(broker.port, "television", driver="talker.py"):
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        topic = "/ext/rrpc/77/pk/dn/user/ask"
        await session.send(topic, b"hello")
        await until(lambda: session.raw(topic))
        assert session.raw(topic) == [b"/pk/dn/user/ask hello"]


async def test_a_configuration_is_fetched_checked_and_used(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "talker.py").write_text(TALKER, "utf-8")
    async with serving(b'{"channel": 12}') as (url, sign), start(broker.port, "television", driver="talker.py"):
        session = await broker.session(1)
        await until(lambda: session.bodies("config/get"))
        push = {"url": url, "sign": "0" * 64, "signMethod": "Sha256"}
        await session.ask("/sys/pk/dn/thing/config/push", push, request_id="1")
        await until(lambda: session.bodies("push_reply"))
        reply = {"id": session.bodies("config/get")[0]["id"], "code": 200, "data": {"url": url, "sign": sign}}
        await session.write_json("/sys/pk/dn/thing/config/get_reply", reply)
        # The first had another hash and changed nothing.
        await until(lambda: channels(session)[-1:] == [12])


async def test_a_small_heap_is_enough_for_a_whole_appliance(broker: ScriptedBroker, start: Start) -> None:
    broker.does_reply = True
    async with start(broker.port, "kitchen_fridge", flash="flash") as process:
        session = await broker.session(1)
        await until(lambda: session.bodies("deviceinfo/update"))
        await session.send("nobody/knows", b"x" * 60_000)
        await say(process, "health")
        figures = json.loads(await line_with(lines_of(process), b'"free"')) if is_micropython(process) else {}
        if figures:
            assert figures["free"] > 20_000


def is_micropython(process: anyio.abc.Process) -> bool:
    return b"heapsize" in Path(f"/proc/{process.pid}/cmdline").read_bytes()


async def test_settings_without_any_secret_are_refused(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light", device_secret=None) as process:
        assert b"device_secret" in await line_with(lines_of(process), b"no: ")
        assert await process.wait() == 2


FRIDGE = ROOT / "products/fridge/product.json"


def child(name: str) -> dict[str, object]:
    initial = next(
        thing["initial"]
        for thing in json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))["things"]
        if thing["id"] == "kitchen_fridge"
    )
    product = {"product": str(FRIDGE), "product_key": "fk", "device_name": name, "device_secret": "s"}
    return product | {"initial": initial}


async def test_a_gateway_adds_and_logs_in_its_children_and_carries_their_words(
    broker: ScriptedBroker, start: Start
) -> None:
    async with start(broker.port, "hall_light", children=[child("one"), child("two")]):
        session = await broker.session(1)
        await until(lambda: session.bodies("topo/add"))
        forms = session.bodies("topo/add")[0]["params"]
        assert [form["deviceName"] for form in forms] == ["one", "two"]
        assert session.bodies("/sys/fk/one/thing/event/property/post") == []
        await answer(session, "/sys/pk/dn/thing/topo/add", 0, 200)
        await until(lambda: len(session.bodies("combine/login")) == 2)
        assert session.bodies("combine/login")[0]["params"]["cleanSession"] == "true"
        await answer(session, "/ext/session/pk/dn/combine/login", 0, 200)
        await until(lambda: session.bodies("/sys/fk/one/thing/event/property/post"))
        assert session.bodies("/sys/fk/two/thing/event/property/post") == []
        await session.ask("/sys/fk/one/thing/service/property/set", {"cold_target": 3}, request_id="5")
        await until(lambda: session.bodies("/sys/fk/one/thing/service/property/set_reply"))
        await until(lambda: {"cold_target": 3} in [b["params"] for b in session.bodies("/fk/one/thing/" + POST)])


async def test_a_child_whose_session_is_gone_logs_in_again(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light", children=[child("one")]):
        session = await broker.session(1)
        await until(lambda: session.bodies("topo/add"))
        await answer(session, "/sys/pk/dn/thing/topo/add", 0, 200)
        await until(lambda: session.bodies("combine/login"))
        await answer(session, "/ext/session/pk/dn/combine/login", 0, 200)
        await until(lambda: session.bodies("/sys/fk/one/thing/event/property/post"))
        await answer(session, "/sys/fk/one/thing/event/property/post", 0, 520)
        await until(lambda: len(session.bodies("combine/login")) == 2)


async def answer(session: Session, topic: str, number: int, code: int) -> None:
    asked = [one.body for one in session.said if one.topic == topic][number]
    await session.write_json(topic + "_reply", {"id": asked["id"], "code": code, "data": {}, "message": "m"})


async def test_as_a_service_sigterm_becomes_a_good_bye(
    broker: ScriptedBroker, start: Start, command: tuple[str, ...], tmp_path: Path
) -> None:
    async with start(broker.port, "hall_light") as process:
        await broker.session(1)
        process.kill()
    quoted = " ".join(shlex.quote(word) for word in command)
    runner = tmp_path / "python.sh"
    runner.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n', "utf-8")
    runner.chmod(0o700)
    service = await anyio.open_process(
        ["sh", str(ROOT / "device/run.sh"), str(tmp_path / "thing.json")],
        env={**os.environ, "JINN_PYTHON": str(runner)},
        stderr=None,
    )
    session = await broker.session(2)
    await until(lambda: session.bodies("property/post"))
    service.terminate()
    with anyio.fail_after(30):
        assert await service.wait() == 0
    await until(lambda: session.ended == "good-bye")
    await service.aclose()


HUNGRY = """
from jinn_os.boards.sim_television import Board as Television

class Board(Television):
    def step(self, dt_s):
        if self.state["channel"] == 50:
            self.state["channel"] = 51
            for _ in range(40):
                bytearray(8_000)
"""


async def test_a_driver_that_takes_too_much_memory_in_a_step_is_told_and_started_again(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "hungry.py").write_text(HUNGRY, "utf-8")
    async with start(broker.port, "television", driver="hungry.py") as process:
        if not is_micropython(process):
            pytest.skip("CPython does not count what a task allocates")
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        await say(process, "channel 50")
        await line_with(lines_of(process), b"thing: failed and starts again: OverBudget")
        await until(lambda: 51 in channels(session))


async def test_messages_that_cost_more_memory_than_there_is_change_nothing(
    broker: ScriptedBroker, start: Start
) -> None:
    async with start(broker.port, "television") as process:
        session = await broker.session(1)
        await until(lambda: session.bodies(POST))
        costly = b'{"id":"1","params":{"channel":5},"x":[' + b",".join([b'{"a":1}'] * 1_990) + b"]}"
        for _ in range(12):
            await session.send(SET, costly)
        await session.ask(SET, {"channel": 7}, request_id="2")
        await until(lambda: 7 in channels(session))
        assert not session.ended
        assert process.returncode is None
