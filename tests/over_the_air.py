"""A whole hub with its demo things in this process, for tests that bring new programs to them."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import msgspec

from jinn.hub import firmware_cli
from jinn.hub.client import LOCATION_FILE, Location
from jinn.hub.packaged import ROOT
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
        await self.hub.devices.wait_up(within_s=30)

    def pid(self, device: str = FRIDGE) -> int:
        assert self.hub.devices is not None
        pid = self.hub.devices.states[device].pid
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

    async def firmware(self, device: str = FRIDGE) -> dict[str, object]:
        answer = await self.http.get(f"/api/things/{device}/firmware")
        return dict(answer.json())

    async def state(self, device: str = FRIDGE) -> str:
        update = (await self.firmware(device))["update"]
        return str(update["state"]) if isinstance(update, dict) else ""

    async def runs(self, device: str = FRIDGE) -> str:
        modules = (await self.firmware(device))["modules"]
        assert isinstance(modules, dict)
        return str(modules.get("default"))

    async def until(self, is_so: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 30) -> None:
        with anyio.move_on_after(within_s):
            while not await is_so():  # noqa: ASYNC110 (another process tells nobody)
                await anyio.sleep(0.01)
            return
        raise AssertionError(f"{what}: {await self.firmware()}")

    async def until_state(self, *states: str, device: str = FRIDGE) -> None:
        async def is_so() -> bool:
            return await self.state(device) in states

        await self.until(is_so, f"waited for {device} to be {states}")

    async def until_runs(self, version: str, device: str = FRIDGE) -> None:
        async def is_so() -> bool:
            return await self.runs(device) == version

        await self.until(is_so, f"waited for {device} to run {version}")


@asynccontextmanager
async def a_home(data: Path, settings: Settings = SETTINGS) -> AsyncIterator[Home]:
    await anyio.Path(data).mkdir(exist_ok=True)
    token = read_or_make_token(data)
    async with open_hub(settings, data, token, lambda _: None) as hub:
        base = f"http://127.0.0.1:{hub.http.port}"
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token.reveal()}"}) as http:
            location = Location(url=base, pid=os.getpid())
            await anyio.Path(data / LOCATION_FILE).write_bytes(msgspec.json.encode(location))
            home = Home(hub, data, http)
            await home.wait_up()
            yield home


def program(
    tmp_path: Path, data: Path, version: str, counter: int, *, product_key: str = "jinnFridge01", **files: bytes
) -> Package:
    """The device folder with changes, as the next version of a product's program."""
    folder = tmp_path / f"{product_key}-{version}"
    shutil.copytree(ROOT / "device", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return pack(folder, key=read_or_make_maker_key(data), product_key=product_key, version=version, counter=counter)
