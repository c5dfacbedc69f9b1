"""A device program in its own process, and the broker it talks to."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from integration.devices.scripted_broker import ScriptedBroker

from jinn.hub.demo_devices import cpython, interpreter

ROOT = Path(__file__).resolve().parents[3]
HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))

Start = Callable[..., AbstractAsyncContextManager[anyio.abc.Process]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def broker() -> AsyncIterator[ScriptedBroker]:
    broker = ScriptedBroker()
    async with broker.open():
        yield broker


@pytest.fixture(params=["micropython", "cpython"])
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    chosen = interpreter() if request.param == "micropython" else cpython()
    if request.param == "micropython" and chosen == cpython():
        pytest.skip("there is no wheel of MicroPython for this machine")
    return chosen


@pytest.fixture
def start(command: tuple[str, ...], tmp_path: Path) -> Start:
    """Run one thing of the demo home: `async with start(port, "hall_light", keepalive_s=2) as process`.

    A setting that is None is left out.
    """

    @asynccontextmanager
    async def run(port: int, thing_id: str, **more: object) -> AsyncIterator[anyio.abc.Process]:
        thing = next(thing for thing in HOME["things"] if thing["id"] == thing_id)
        settings = {
            "host": "127.0.0.1",
            "port": port,
            "product": str(ROOT / "products" / thing["product"] / "product.json"),
            "product_key": "pk",
            "device_name": "dn",
            "device_secret": "secret",
            "initial": thing["initial"],
            **more,
        }
        settings = {key: value for key, value in settings.items() if value is not None}
        path = tmp_path / "thing.json"
        path.write_text(json.dumps(settings), "utf-8")
        process = await anyio.open_process([*command, str(ROOT / "device/main.py"), str(path)], stderr=None)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            with anyio.CancelScope(shield=True):
                await process.aclose()

    return run
