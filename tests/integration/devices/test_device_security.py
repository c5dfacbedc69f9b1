"""Things and the door know each other by certificates: TLS on one side, TLS on both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from door_parts import PK, ScriptedHub, authorize, reply_to, running_hub, secret_of, topic
from integration.devices.certificates import Authority
from integration.devices.conftest import Start

from jinn.kernel import SystemClock
from jinn.runtime.testing import InMemoryBus
from jinn.things.door import Door, DoorOptions

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def secured_door(options: DoorOptions) -> AsyncIterator[tuple[ScriptedHub, Door]]:
    bus = InMemoryBus()
    async with running_hub(bus) as hub:
        hub.answer = reply_to
        door = Door(options=options, bus=bus, authorize=authorize, clock=SystemClock())
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: door.run(task_status=task_status))
            yield hub, door
            tasks.cancel_scope.cancel()


def thing(**tls: Path | str) -> dict[str, object]:
    """The settings of a thing that the door believes, with these for TLS."""
    identity = {"product_key": PK, "device_name": "dev1", "device_secret": secret_of("dev1")}
    return identity | {"tls": {key: str(value) for key, value in tls.items()}}


def is_reported(hub: ScriptedHub) -> bool:
    return any(one.topic == topic("dev1") for one in hub.messages)


async def reason_of(process: anyio.abc.Process) -> str:
    """The first reason for which it is not connected."""
    assert process.stdout is not None
    lines = BufferedByteReceiveStream(process.stdout)
    with anyio.fail_after(30):
        while True:
            line = (await lines.receive_until(b"\n", 1000)).decode()
            if line.startswith("down "):
                return line


async def test_with_tls_on_both_sides_a_thing_reports(tmp_path: Path, start: Start) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("door", file="door")
    own, own_key = ours.certify(f"{PK}&dev1", file="dev1")
    options = DoorOptions(port=0, certificate=certificate, key=key, client_authority=ours.path)
    async with secured_door(options) as (hub, door):
        tls = {"ca": ours.path, "cert": own, "key": own_key, "server_name": "localhost"}
        async with start(door.port, "hall_light", **thing(**tls)) as process:
            await hub.until(is_reported)
            # It says good-bye through TLS as well.
            assert process.stdin is not None
            await process.stdin.aclose()
            with anyio.fail_after(30):
                assert await process.wait() == 0


async def test_with_tls_on_one_side_a_secret_suffices(tmp_path: Path, start: Start) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("door", file="door")
    async with (
        secured_door(DoorOptions(port=0, certificate=certificate, key=key)) as (hub, door),
        start(door.port, "hall_light", **thing(ca=ours.path, server_name="localhost")),
    ):
        await hub.until(is_reported)


async def test_a_certificate_on_another_name_does_not_open(tmp_path: Path, start: Start) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("door", file="door")
    own, own_key = ours.certify(f"{PK}&dev2", file="dev2")
    options = DoorOptions(port=0, certificate=certificate, key=key, client_authority=ours.path)
    async with secured_door(options) as (hub, door):
        tls = {"ca": ours.path, "cert": own, "key": own_key, "server_name": "localhost"}
        async with start(door.port, "hall_light", **thing(**tls)) as process:
            assert await reason_of(process) == "down refused with code 4"
        assert door.counts.refused == 1
        assert not hub.messages


async def test_a_thing_without_a_certificate_stays_outside(tmp_path: Path, start: Start) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("door", file="door")
    options = DoorOptions(port=0, certificate=certificate, key=key, client_authority=ours.path)
    async with secured_door(options) as (_, door):
        async with start(door.port, "hall_light", **thing(ca=ours.path, server_name="localhost")) as process:
            await reason_of(process)
        assert door.counts.admitted == 0


async def test_a_thing_does_not_tell_its_secret_to_a_stranger(tmp_path: Path, start: Start) -> None:
    ours = Authority(tmp_path)
    strange = Authority(tmp_path, "stranger")
    certificate, key = strange.certify("door", file="door")
    async with secured_door(DoorOptions(port=0, certificate=certificate, key=key)) as (_, door):
        async with start(door.port, "hall_light", **thing(ca=ours.path, server_name="localhost")) as process:
            await reason_of(process)
        assert (door.counts.admitted, door.counts.refused) == (0, 0)
