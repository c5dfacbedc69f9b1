"""The whole way: the ecosystem's own unmodified SDK, the door, the bus, the room, and back."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.text import TextReceiveStream
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import HomeId, Secret, SystemClock, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.people import TokenBook, authorize
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.door import Door, DoorOptions

pytestmark = pytest.mark.anyio

LINKKIT = Path(__file__).parent / "door" / "linkkit_device.py"
THING = ThingId("hall_lamp")


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data", others=(PEOPLE,)) as database, a_home(database, bus) as home:
        yield home


@asynccontextmanager
async def a_door(home: Home) -> AsyncIterator[Door]:
    clock, home_id = SystemClock(), HomeId("home")
    tokens = TokenBook(database=home.database, clock=clock, home=home_id, owner_token=Secret("t"))
    allow = partial(authorize, home=home_id, devices=home.room.registry, tokens=tokens, clock=clock)
    door = Door(options=DoorOptions(port=0, id="real"), bus=home.door.bus, authorize=allow, clock=clock)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: door.run(task_status=task_status))
        yield door
        tasks.cancel_scope.cancel()


class Device:
    """The SDK in its own process; what it tells is kept."""

    def __init__(self, process: anyio.abc.Process) -> None:
        self._process = process
        self.told: list[dict[str, object]] = []

    async def read(self) -> None:
        assert self._process.stdout is not None
        rest = ""
        async for text in TextReceiveStream(self._process.stdout):
            *lines, rest = (rest + text).split("\n")
            self.told += [json.loads(line) for line in lines]

    async def post(self, values: dict[str, int]) -> None:
        assert self._process.stdin is not None
        await self._process.stdin.send(json.dumps(values).encode() + b"\n")

    def has_told(self, event: str) -> bool:
        return any(told["event"] == event for told in self.told)


@asynccontextmanager
async def a_device(home: Home, door: Door, folder: Path) -> AsyncIterator[Device]:
    (folder / "tsl.json").write_text(json.dumps(with_generated_parts(LAMP["model"])))
    command = [
        sys.executable, str(LINKKIT), str(door.port), home.lamp.product_key, home.lamp.device_name, "s3cret",
        str(folder / "tsl.json"),
    ]  # fmt: skip
    async with await anyio.open_process(command) as process, anyio.create_task_group() as tasks:
        device = Device(process)
        tasks.start_soon(device.read)
        yield device
        process.kill()
        tasks.cancel_scope.cancel()


def with_generated_parts(model: object) -> dict[str, object]:
    """As the ecosystem's studio exports it: `post` and `set` written out, methods named."""
    assert isinstance(model, dict)
    post = {"identifier": "post", "type": "info", "method": "thing.event.property.post", "outputData": []}
    put = {"identifier": "set", "callType": "async", "method": "thing.service.property.set", "inputData": [],
           "outputData": []}  # fmt: skip
    events = [{**event, "method": f"thing.event.{event['identifier']}.post"} for event in model["events"]]
    services = [{**service, "method": f"thing.service.{service['identifier']}"} for service in model["services"]]
    plain = {**model, "schema": "x", "events": [post, *events], "services": [put, *services]}
    plain.pop("functionBlocks")
    return plain


async def until(claim: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not claim():  # noqa: ASYNC110 (another process tells nobody)
            await anyio.sleep(0.02)


async def test_an_unmodified_device_posts_obeys_and_is_believed(home: Home, tmp_path: Path) -> None:
    async with a_door(home) as door, a_device(home, door, tmp_path) as device:
        await until(lambda: device.has_told("enabled") and home.room.twins.peek(THING).is_online)
        await device.post({"on": 0, "brightness": 30})
        await until(lambda: device.has_told("posted"))
        assert {name: said.value for name, said in home.room.twins.peek(THING).reported.items()} == {
            "on": 0, "brightness": 30,
        }  # fmt: skip

        async def obey() -> None:
            await until(lambda: device.has_told("set"))
            await device.post({"on": 1})

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey)
            (result,) = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=10, by="test")
        assert (result.outcome, result.reported) == (CommandOutcome.CONFIRMED, 1)
        done = await home.room.commander.call_service(THING, "blink", {"times": 2}, expires_s=10, by="test")
        assert (done.outcome, done.outputs) == (CommandOutcome.CONFIRMED, {"done": 1})


async def test_a_removed_device_is_shut_out(home: Home, tmp_path: Path) -> None:
    async with a_door(home) as door, a_device(home, door, tmp_path) as device:
        await until(lambda: home.room.twins.peek(THING).is_online)
        await home.room.remove(THING)
        await until(lambda: device.has_told("disconnect") and not door.connections)
