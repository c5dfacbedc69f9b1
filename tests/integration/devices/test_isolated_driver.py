"""A driver that is not to be trusted runs in a process of its own, and takes nothing down with it."""

import json
from collections.abc import Mapping
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from integration.devices.conftest import Start
from integration.devices.scripted_broker import ScriptedBroker, Session, until

pytestmark = pytest.mark.anyio

SET = "/sys/pk/dn/thing/service/property/set"
ANSWER_MS = 1_500
"""Three times what a driver has by default, so that a busy machine makes none late."""

SPOILT = """
import time
from jinn_os.boards.driver import Driver, Refusal

hoard = []


class Board(Driver):
    def apply(self, values):
        channel = values.get("channel", 0)
        if channel == 11:
            raise Refusal("that channel is for grown-ups")
        if channel == 12:
            while True:
                pass
        if channel == 13:
            while True:
                hoard.append(bytearray(50_000))
        if channel == 14:
            raise SystemExit(3)
        if channel == 15:
            self.state = "nonsense"
            return
        if channel == 16:
            raise KeyError("antenna")
        if channel == 17:
            open("/etc/hostname").read()
        if channel == 18:
            import socket

            socket.socket()
        if channel == 19:
            self.state["sound"] = "x" * 9_000
        self.state.update(values)

    def person(self, name, value):
        hoard.append(value)
        self.state[name] = len(hoard)
"""


@pytest.fixture
def spoilt(tmp_path: Path) -> Mapping[str, object]:
    (tmp_path / "spoilt.py").write_text(SPOILT, "utf-8")
    return {"driver": "spoilt.py", "driver_process": {"heap": "224k", "answer_ms": ANSWER_MS}}


def lines_of(process: anyio.abc.Process) -> BufferedByteReceiveStream:
    assert process.stdout is not None
    return BufferedByteReceiveStream(process.stdout)


async def line_with(lines: BufferedByteReceiveStream, words: bytes) -> bytes:
    with anyio.fail_after(30):
        while words not in (line := await lines.receive_until(b"\n", 1000)):
            pass
    return line


async def answer_to(session: Session, channel: int, request_id: str) -> tuple[int, str]:
    """The code and the message that come back for a set of the channel."""
    await session.ask(SET, {"channel": channel}, request_id=request_id)
    await until(lambda: any(body["id"] == request_id for body in session.bodies("set_reply")))
    body = next(body for body in session.bodies("set_reply") if body["id"] == request_id)
    return body["code"], body["message"]


async def obeyed_again(session: Session, request_id: str) -> None:
    """Within some pauses of 0.1 s and more the driver is there again; the connection is the first one still."""
    with anyio.fail_after(30):
        turn = 0
        while (await answer_to(session, 3, f"{request_id}{turn}"))[0] != 200:
            turn += 1
            await anyio.sleep(0.1)
    assert session.ended == ""


async def test_it_obeys_refuses_and_fails_as_in_the_same_process(
    broker: ScriptedBroker, start: Start, spoilt: Mapping[str, object]
) -> None:
    async with start(broker.port, "television", **spoilt):
        session = await broker.session(1)
        assert await answer_to(session, 7, "1") == (200, "success")
        await until(lambda: session.bodies("property/post")[-1]["params"].get("channel") == 7)
        assert await answer_to(session, 11, "2") == (100001, "that channel is for grown-ups")
        assert await answer_to(session, 16, "3") == (100001, "its driver failed: Failed")
        assert await answer_to(session, 8, "4") == (200, "success")


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        (12, b"no answer within 1500 ms"),
        (13, b"it took more memory than it has"),
        (14, b"its process ended"),
        (15, b"its answer makes no sense"),
        (19, b"its answer is too long"),
    ],
)
async def test_one_that_is_lost_is_started_again_while_the_thing_stays_connected(
    broker: ScriptedBroker, start: Start, spoilt: Mapping[str, object], channel: int, why: bytes
) -> None:
    async with start(broker.port, "television", **spoilt) as process:
        lines = lines_of(process)
        session = await broker.session(1)
        assert (await answer_to(session, 5, "1"))[0] == 200
        code, message = await answer_to(session, channel, "2")
        assert (code, message) == (100001, "its driver failed: Lost")
        await line_with(lines, why)
        await obeyed_again(session, "3")


@pytest.mark.parametrize("channel", [17, 18])
async def test_it_opens_neither_files_nor_connections(
    broker: ScriptedBroker, start: Start, spoilt: Mapping[str, object], channel: int
) -> None:
    async with start(broker.port, "television", **spoilt) as process:
        lines = lines_of(process)
        session = await broker.session(1)
        assert (await answer_to(session, channel, "1"))[0] == 100001
        # 24 is EMFILE: there is no number left for it; MicroPython says no more than the number.
        line = await line_with(lines, b"driver: apply: Failed OSError")
        assert b"24" in line


async def test_one_that_is_lost_too_often_is_done_without(
    broker: ScriptedBroker, start: Start, spoilt: Mapping[str, object]
) -> None:
    async with start(broker.port, "television", **spoilt) as process:
        lines = lines_of(process)
        session = await broker.session(1)
        for turn in range(9):
            await answer_to(session, 16, str(turn))
        await line_with(lines, b"degraded driver")
        assert "switched off until the next start" in (await answer_to(session, 3, "10"))[1]
        assert process.stdin is not None
        await process.stdin.send(b"health\n")
        assert json.loads(await line_with(lines, b"uptime_s"))["degraded"] == "driver"
        assert session.ended == ""


async def test_one_that_cannot_start_is_told_as_a_wrong_setting(
    broker: ScriptedBroker, start: Start, tmp_path: Path
) -> None:
    (tmp_path / "torn.py").write_text("class Board:\n    pass pass\n", "utf-8")
    async with start(broker.port, "television", driver="torn.py", driver_process=True) as process:
        line = await line_with(lines_of(process), b"no: ")
        assert b"its driver does not start: it cannot be loaded: SyntaxError" in line
        with anyio.fail_after(30):
            assert await process.wait() == 2


@pytest.mark.parametrize("thing", ["kitchen_fridge", "vacuum", "living_room_curtain"])
async def test_the_simulated_things_run_isolated_too(broker: ScriptedBroker, start: Start, thing: str) -> None:
    async with start(broker.port, thing, driver_process=True):
        session = await broker.session(1)
        await until(lambda: session.bodies("property/post"))


async def test_a_simulated_lamp_obeys_isolated_too(broker: ScriptedBroker, start: Start) -> None:
    async with start(broker.port, "hall_light", driver_process=True):
        session = await broker.session(1)
        await session.ask(SET, {"brightness": 0}, request_id="1")
        await until(lambda: any(body["params"].get("on") == 0 for body in session.bodies("property/post")))


LAMP = """
from jinn_os.boards.driver import Driver


class Board(Driver):
    def __init__(self, initial, granted):
        super().__init__(initial)
        self.pwm = granted["lamp"]

    def apply(self, values):
        self.state.update(values)
        self.pwm.put(self.state["brightness"] / 100)
        self.state["brightness"] = round(self.pwm.duty * 100)
"""


async def test_it_sees_the_hardware_that_was_granted(broker: ScriptedBroker, start: Start, tmp_path: Path) -> None:
    (tmp_path / "lamp.py").write_text(LAMP, "utf-8")
    grants = {"lamp": ["pwm", 2]}
    async with start(broker.port, "hall_light", driver="lamp.py", driver_process=True, grants=grants):
        session = await broker.session(1)
        await session.ask(SET, {"brightness": 40}, request_id="1")
        await until(lambda: any(body["params"].get("brightness") == 40 for body in session.bodies("property/post")))


async def test_a_board_s_lamp_obeys_through_its_grants(broker: ScriptedBroker, start: Start) -> None:
    grants = {"lamp": ["pwm", 2], "button": ["pin", 0, "in"]}
    async with start(broker.port, "hall_light", driver="jinn_os.boards.esp32_light", grants=grants):
        session = await broker.session(1)
        await session.ask(SET, {"brightness": 40}, request_id="1")
        await until(lambda: any(body["params"].get("brightness") == 40 for body in session.bodies("property/post")))


async def test_wrong_grants_are_told_as_a_wrong_setting(broker: ScriptedBroker, start: Start) -> None:
    grants = {"lamp": ["laser", 2]}
    async with start(broker.port, "hall_light", driver="jinn_os.boards.esp32_light", grants=grants) as process:
        assert b"grants: this board has no laser" in await line_with(lines_of(process), b"no: ")
