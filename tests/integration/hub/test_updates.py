"""A whole hub brings a new program to a real fridge over the air, whatever is cut in between."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import msgspec
import pytest

from jinn.hub import firmware_cli
from jinn.hub.client import LOCATION_FILE, Location
from jinn.hub.demo_devices import cpython, interpreter
from jinn.hub.packaged import ROOT, device_program
from jinn.hub.settings import (
    DoorSettings,
    HttpSettings,
    Settings,
    VoiceSettings,
    read_or_make_maker_key,
    read_or_make_token,
)
from jinn.hub.wiring import Hub, open_hub
from jinn.things.firmware import Package, pack

pytestmark = [
    pytest.mark.anyio,
    # The hub's own start is not what is looked at here.
    pytest.mark.filterwarnings("ignore::litestar.exceptions.base_exceptions.LitestarDeprecationWarning"),
    pytest.mark.skipif(interpreter() == cpython(), reason="there is no wheel of MicroPython for this machine"),
]

SETTINGS = Settings(http=HttpSettings(port=0), door=DoorSettings(port=0), voice=VoiceSettings(is_on=False))
FRIDGE = "kitchen_fridge"


class Home:
    """A hub with its demo things, and the owner who asks it over HTTP."""

    def __init__(self, hub: Hub, data: Path, http: httpx.AsyncClient) -> None:
        self.hub = hub
        self.data = data
        self.http = http

    async def jinn(self, *arguments: str) -> None:
        """`jinn firmware …` on this hub."""
        call = partial(firmware_cli.app, [*arguments, "--data", str(self.data)], standalone_mode=False)
        await anyio.to_thread.run_sync(call)

    async def wait_up(self) -> None:
        assert self.hub.devices is not None
        await self.hub.devices.wait_up(within_s=20)

    @property
    def pid(self) -> int:
        assert self.hub.devices is not None
        pid = self.hub.devices.states[FRIDGE].pid
        assert pid is not None
        return pid

    async def add(self, package: Package) -> str:
        parts = {"manifest": ("manifest", package.blob), "package": ("package", package.content)}
        answer = await self.http.post("/api/firmware", files=parts)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def roll_out(self, firmware: str, **more: object) -> str:
        answer = await self.http.post("/api/rollouts", json={"firmware": firmware, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def firmware(self) -> dict[str, object]:
        answer = await self.http.get(f"/api/things/{FRIDGE}/firmware")
        return dict(answer.json())

    async def state(self) -> str:
        update = (await self.firmware())["update"]
        return str(update["state"]) if isinstance(update, dict) else ""

    async def runs(self) -> str:
        modules = (await self.firmware())["modules"]
        assert isinstance(modules, dict)
        return str(modules.get("default"))

    async def until(self, is_so: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 30) -> None:
        with anyio.move_on_after(within_s):
            while not await is_so():  # noqa: ASYNC110 (another process tells nobody)
                await anyio.sleep(0.01)
            return
        raise AssertionError(f"{what}: {await self.firmware()}")

    async def until_state(self, *states: str) -> None:
        async def is_so() -> bool:
            return await self.state() in states

        await self.until(is_so, f"waited for {states}")

    async def until_runs(self, version: str) -> None:
        async def is_so() -> bool:
            return await self.runs() == version

        await self.until(is_so, f"waited for {version}")


@asynccontextmanager
async def a_home(data: Path) -> AsyncIterator[Home]:
    await anyio.Path(data).mkdir(exist_ok=True)
    token = read_or_make_token(data)
    async with open_hub(SETTINGS, data, token, lambda _: None) as hub:
        base = f"http://127.0.0.1:{hub.http.port}"
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token.reveal()}"}) as http:
            location = Location(url=base, pid=os.getpid())
            await anyio.Path(data / LOCATION_FILE).write_bytes(msgspec.json.encode(location))
            home = Home(hub, data, http)
            await home.wait_up()
            yield home


def program(tmp_path: Path, data: Path, version: str, counter: int, **files: bytes) -> Package:
    """The device folder with changes, as the next version of the fridge's program."""
    folder = tmp_path / version
    shutil.copytree(ROOT / "device", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return pack(folder, key=read_or_make_maker_key(data), product_key="jinnFridge01", version=version, counter=counter)


async def test_a_fridge_is_updated_though_its_power_is_cut_in_the_middle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    async with a_home(data) as home:
        assert device_program().name == "boot.py"
        await home.until_runs("1.0.0")
        # Large enough that there is a middle to be hit.
        package = program(tmp_path, data, "1.1.0", 2, sounds__bin=os.urandom(600_000))
        await home.roll_out(await home.add(package))
        await home.until_state("downloading")
        os.kill(home.pid, signal.SIGKILL)
        partial = sum(path.stat().st_size for path in (data / f"devices/{FRIDGE}/flash/a").rglob("*") if path.is_file())
        assert 0 < partial < package.manifest.size
        await home.until_state("confirmed")
        assert await home.runs() == "1.1.0"
        rollout = (await home.http.get("/api/rollouts")).json()[0]
        await home.until(lambda: is_done(home), "the rollout is done")
        assert (rollout["counts"]["total"], rollout["counts"]["failed"]) == (1, 0)
    # A hub that is started again starts the new program, from its slot.
    async with a_home(data) as home:
        await home.until_runs("1.1.0")
        program(tmp_path, data, "1.2.0", 3, main__py=b'raise RuntimeError("a bad day")\n')
        package = tmp_path / "bad"
        await home.jinn(
            "sign", str(tmp_path / "1.2.0"), "--product", "jinnFridge01", "--version", "1.2.0", "--counter", "3",
            "-o", str(package),
        )  # fmt: skip
        await home.jinn("add", f"{package}.package")
        await home.jinn("rollout", "jinnFridge01@1.2.0", "--failure-limit", "0")
        await home.until_state("rolled_back")
        await home.until_runs("1.1.0")
        await home.until(lambda: is_stopped(home), "the rollout stops by itself")
        capsys.readouterr()
        await home.jinn("status", "last")
        shown = capsys.readouterr().out
        assert "stopped" in shown
        assert "Stopped: 1 of 1 updates failed" in shown
        assert "rolled-back" in shown


async def is_done(home: Home) -> bool:
    return bool((await home.http.get("/api/rollouts")).json()[0]["state"] == "done")


async def is_stopped(home: Home) -> bool:
    return bool((await home.http.get("/api/rollouts")).json()[0]["state"] == "stopped")
