"""The ecosystem's own unmodified SDK is told of an update, fetches it, finds it good, and is believed."""

import json
import sys
from pathlib import Path

import anyio
import pytest
from integration.firmware_parts import a_package, updates
from integration.test_things_with_linkkit import Device, a_door, until, with_generated_parts
from integration.things_room import LAMP, a_database

from jinn.kernel import ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.runtime import NatsBus
from jinn.things.firmware import SCHEMA
from jinn.things.firmware.model import RolloutState

pytestmark = pytest.mark.anyio

PROGRAM = Path(__file__).parent / "door" / "linkkit_updating.py"
CONTENT = bytes(range(256)) * 100


async def test_an_unmodified_device_is_updated(tmp_path: Path, bus: NatsBus) -> None:
    (tmp_path / "tsl.json").write_text(json.dumps(with_generated_parts(LAMP["model"])))
    async with (
        a_database(tmp_path / "data", others=(PEOPLE, SCHEMA)) as database,
        updates(database, bus, tmp_path) as home,
        a_door(home.home) as door,
    ):
        command = [
            sys.executable, str(PROGRAM), str(door.port), "testLamp01", "lamp1", "s3cret", str(tmp_path / "tsl.json"),
            str(tmp_path / "fetched"),
        ]  # fmt: skip
        async with await anyio.open_process(command) as process, anyio.create_task_group() as tasks:
            device = Device(process)
            tasks.start_soon(device.read)
            twins = home.home.room.twins
            await until(lambda: twins.peek(ThingId("hall_lamp")).firmware.get("default") == "1.0.0")
            package = a_package(tmp_path, content=CONTENT)
            image = await home.room.images.add(package.blob, package.content)
            rollout = await home.room.rollouts.start(image.id)
            await until(lambda: device.has_told("fetched"))
            await home.until_ended(rollout.id, RolloutState.DONE)
            process.kill()
            tasks.cancel_scope.cancel()
    (offer,) = [told for told in device.told if told["event"] == "offer"]
    (fetched,) = [told for told in device.told if told["event"] == "fetched"]
    assert (offer["kind"], offer["version"], offer["size"], offer["module"]) == (1, "2.0.0", len(CONTENT), "default")
    assert fetched["code"] == 0
    assert (tmp_path / "fetched").read_bytes() == CONTENT
