"""The things of the demo home are kept running, and leave nothing behind."""

import json
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from integration.devices.scripted_broker import ScriptedBroker, until

from jinn.hub import demo_devices
from jinn.hub.demo_devices import DemoDevice, DemoDevices
from jinn.kernel import Secret, Unavailable

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))


def devices(*thing_ids: str) -> list[DemoDevice]:
    return [
        DemoDevice(
            product=ROOT / "products" / thing["product"] / "product.json",
            product_key="pk",
            device_name=thing["id"],
            device_secret=Secret("very secret"),
            initial=thing["initial"],
        )
        for thing in HOME["things"]
        if thing["id"] in thing_ids or not thing_ids
    ]


@asynccontextmanager
async def running(service: DemoDevices) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        await tasks.start(service.run)
        yield
        tasks.cancel_scope.cancel()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def a_home(broker: ScriptedBroker, folder: Path, *thing_ids: str) -> DemoDevices:
    return DemoDevices(
        devices(*thing_ids), program=ROOT / "device/main.py", folder=folder / "devices", port=lambda: broker.port
    )


async def test_all_things_of_the_demo_home_come_up_and_go(broker: ScriptedBroker, tmp_path: Path) -> None:
    home = a_home(broker, tmp_path)
    async with running(home):
        await home.wait_up(within_s=30)
        pids = [state.pid for state in home.states.values()]
        await until(lambda: all(session.bodies("property/post") for session in broker.sessions))
    assert len(broker.sessions) == 13
    await until(lambda: all(session.ended == "good-bye" for session in broker.sessions))
    assert not any(is_running(pid) for pid in pids if pid)


async def test_secrets_are_in_files_for_the_owner_only(broker: ScriptedBroker, tmp_path: Path) -> None:
    path = tmp_path / "devices/hall_light.json"
    path.parent.mkdir()
    path.write_text("{}")
    path.chmod(0o644)
    home = a_home(broker, tmp_path, "hall_light")
    async with running(home):
        await home.wait_up(within_s=30)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        command_line = await anyio.Path(f"/proc/{home.states['hall_light'].pid}/cmdline").read_bytes()
        assert b"very secret" not in command_line


async def test_a_thing_that_died_is_started_again(broker: ScriptedBroker, tmp_path: Path) -> None:
    home = a_home(broker, tmp_path, "hall_light", "bedroom_light")
    async with running(home):
        await home.wait_up(within_s=30)
        pid = home.states["hall_light"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: len(broker.sessions) == 3, within_s=30)
        assert home.states["hall_light"].restarts == 1
        assert home.states["bedroom_light"].restarts == 0


async def test_a_thing_that_always_dies_is_left_alone(
    broker: ScriptedBroker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = DemoDevices(
        devices("hall_light"),
        program=ROOT / "device/main.py",
        folder=tmp_path,
        port=lambda: broker.port,
        command=("/bin/false",),
        restart_first_s=0.001,
    )
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            await tasks.start(home.run)
    assert home.states["hall_light"].state == "given_up"
    assert home.states["hall_light"].restarts == demo_devices.QUICK_DEATHS_MAX
    assert "left alone" in caplog.text


async def test_what_does_not_connect_is_named(tmp_path: Path) -> None:
    home = DemoDevices(devices("hall_light"), program=ROOT / "device/main.py", folder=tmp_path, port=lambda: 1)
    async with running(home):
        with pytest.raises(Unavailable, match="hall_light") as refused:
            await home.wait_up(within_s=0.3)
        assert refused.value.stable_code() == "devices-not-up"


async def test_a_person_opens_a_door(broker: ScriptedBroker, tmp_path: Path) -> None:
    home = a_home(broker, tmp_path, "hall_door_sensor")
    async with running(home):
        await home.wait_up(within_s=30)
        await home.by_hand("hall_door_sensor", "door open")
        session = await broker.session(1)
        await until(lambda: {"open": 1} in [body["params"] for body in session.bodies("property/post")])
        with pytest.raises(Unavailable):
            await home.by_hand("cellar_door_sensor", "door open")
