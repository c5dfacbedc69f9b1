"""The device programs and the real door understand each other."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
import pytest
from door_parts import PK, ScriptedHub, authorize, reply_to, running_hub, secret_of, topic, until

from jinn.hub.demo_devices import DemoDevice, DemoDevices
from jinn.kernel import Secret, SystemClock
from jinn.runtime import Bus
from jinn.runtime.testing import InMemoryBus
from jinn.things.door import Door, DoorOptions
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
THINGS = {thing["id"]: thing for thing in json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))["things"]}


def device(thing_id: str, *, secret: str | None = None) -> DemoDevice:
    thing = THINGS[thing_id]
    return DemoDevice(
        product=ROOT / "products" / thing["product"] / "product.json",
        product_key=PK,
        device_name=thing_id,
        device_secret=Secret(secret or secret_of(thing_id)),
        initial=thing["initial"],
    )


@asynccontextmanager
async def running_door_at(bus: Bus, port: int = 0) -> AsyncIterator[Door]:
    door = Door(options=DoorOptions(port=port), bus=bus, authorize=authorize, clock=SystemClock())
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: door.run(task_status=task_status))
        yield door
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def running_things(folder: Path, port: int, *devices: DemoDevice) -> AsyncIterator[DemoDevices]:
    things = DemoDevices(devices, program=ROOT / "device/main.py", folder=folder, port=lambda: port)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: things.run(task_status=task_status))
        yield things
        tasks.cancel_scope.cancel()


def posts(hub: ScriptedHub, device_name: str) -> list[dict[str, object]]:
    """What that device has reported and the hub has kept, in order."""
    of_device = [one for one in hub.messages if one.topic == topic(device_name)]
    return [msgspec.json.decode(one.payload)["params"] for one in of_device]


def down(device_name: str, rest: str, params: object, *, qos: int = 1) -> DownMessage:
    request = {"id": "7", "version": "1.0", "params": params, "method": ""}
    return DownMessage(f"{PK}&{device_name}", topic(device_name, rest), msgspec.json.encode(request), qos)


async def test_a_set_goes_down_and_its_report_comes_up(tmp_path: Path) -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door_at(bus) as door:
        hub.answer = reply_to
        async with running_things(tmp_path, door.port, device("hall_light")):
            await hub.until(lambda hub: bool(posts(hub, "hall_light")))
            assert hub.presences[0].is_online
            told = down("hall_light", "thing/service/property/set", {"on": 1})
            assert await hub.tell(told) == "delivered"
            await hub.until(lambda hub: posts(hub, "hall_light")[1:] == [{"on": 1}])
        # It says good-bye, so the door needs no time to miss it.
        await hub.until(lambda hub: not hub.presences[-1].is_online)


async def test_a_call_of_a_service_is_answered(tmp_path: Path) -> None:
    bus = InMemoryBus()
    async with (
        running_hub(bus) as hub,
        running_door_at(bus) as door,
        running_things(tmp_path, door.port, device("vacuum")) as things,
    ):
        await things.wait_up(within_s=30)
        await hub.tell(down("vacuum", "thing/service/clean_area", {"area": "hall"}))
        await hub.until(lambda hub: {"state": 1, "area": "hall"} in posts(hub, "vacuum"))
        replies = [one for one in hub.messages if one.topic.endswith("clean_area_reply")]
        assert msgspec.json.decode(replies[0].payload)["code"] == 200


def openings(hub: ScriptedHub) -> list[object]:
    """What the door sensor said of its door; what came twice counts once, since delivery is at least once."""
    told = [one for one in hub.messages if one.topic == topic("hall_door_sensor")]
    said = [msgspec.json.decode(one.payload) for one in told]
    return list({one["id"]: one["params"]["open"] for one in said if "open" in one["params"]}.values())


async def test_a_report_that_the_hub_could_not_keep_comes_again_and_is_not_lost(tmp_path: Path) -> None:
    bus = InMemoryBus()
    async with (
        running_hub(bus) as hub,
        running_door_at(bus) as door,
        running_things(tmp_path, door.port, device("hall_door_sensor")) as things,
    ):
        await hub.until(lambda hub: bool(posts(hub, "hall_door_sensor")))
        refused: list[object] = []

        def refuse(entry: object) -> bool:
            refused.append(entry)
            return False

        hub.keep = refuse
        for act in ("door open", "door closed") * 3:
            await things.by_hand("hall_door_sensor", act)
        await until(lambda: len(refused) >= 6)
        hub.keep = lambda entry: True
        await hub.until(lambda hub: len(openings(hub)) >= 7)
        assert openings(hub)[1:7] == [1, 0, 1, 0, 1, 0]


async def test_when_the_door_was_away_the_things_come_back_with_what_happened(tmp_path: Path) -> None:
    bus = InMemoryBus()
    both = (device("hall_door_sensor"), device("hall_light"))
    async with running_door_at(bus) as door:
        port = door.port
    async with running_hub(bus) as hub, running_things(tmp_path, port, *both) as things:
        async with running_door_at(bus, port):
            await things.wait_up(within_s=30)
            await hub.until(lambda hub: bool(posts(hub, "hall_door_sensor")))
        await until(lambda: all(state.state == "down" for state in things.states.values()))
        await things.by_hand("hall_door_sensor", "door open")
        async with running_door_at(bus, port):
            now = {"open": 1, "battery": 96}
            await hub.until(lambda hub: now in posts(hub, "hall_door_sensor"), within_s=30)
            # The first report may come again too: its answer could have been lost with the door.
            told = posts(hub, "hall_door_sensor")
            missed = [one["open"] for one in told[: told.index(now)] if isinstance(one["open"], dict)]
            assert [one["value"] for one in missed] in ([1], [0, 1])
            await hub.until(lambda hub: len(posts(hub, "hall_light")) >= 2)


async def test_a_thing_with_a_wrong_secret_stays_outside_and_says_so(tmp_path: Path) -> None:
    bus = InMemoryBus()
    async with (
        running_hub(bus) as hub,
        running_door_at(bus) as door,
        running_things(tmp_path, door.port, device("hall_light", secret="stolen")) as things,
    ):
        await until(lambda: things.states["hall_light"].reason == "refused with code 4")
        assert not hub.seen
