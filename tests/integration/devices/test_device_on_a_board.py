"""The program of a thing on a board: its own watchdog and its radio, with stand-ins for the chip's modules."""

import json
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from integration.devices.conftest import HOME, ROOT
from integration.devices.scripted_broker import ScriptedBroker

pytestmark = pytest.mark.anyio

CHIP = """
import sys
sys.path.insert(0, sys.argv[1])

class Any:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Any()
    def __call__(self, *arguments, **options):
        return Any()

class Dog:
    def __init__(self, timeout):
        print("watchdog", timeout)
        self.is_fed = False
    def feed(self):
        if not self.is_fed:
            print("fed")
        self.is_fed = True

class Machine(Any):
    WDT = Dog
    def reset(self):
        print("reset")

class Station:
    STA_IF = 0
    looks = 0
    is_in = False
    def __call__(self, way):
        return self
    def active(self, is_on):
        print("active")
    def connect(self, name, password):
        print("connect", name, password)
        self.is_in, self.looks = True, 0
    def isconnected(self):
        self.looks += 1
        # The access point is switched off once, and is there again.
        if self.looks == 3:
            self.is_in = False
        return self.is_in
    def disconnect(self):
        self.is_in = False

network = Any()
network.WLAN = station = Station()
for name, module in (("machine", Machine()), ("network", network), ("esp32", Any()), ("framebuf", Any())):
    sys.modules[name] = module
if sys.implementation.name != "micropython":
    sys.modules["micropython"] = Any()
    sys.stdout.reconfigure(line_buffering=True)
from jinn_os.running import main
print("code", main(["main.py", sys.argv[2]]))
"""


async def test_a_board_joins_its_network_again_and_feeds_its_watchdog(
    command: tuple[str, ...], tmp_path: Path, broker: ScriptedBroker
) -> None:
    script, path = tmp_path / "chip.py", tmp_path / "thing.json"
    script.write_text(CHIP, "utf-8")
    (tmp_path / "flash/data").mkdir(parents=True)
    (tmp_path / "flash/data/wifi.json").write_text('{"name": "home", "password": "a-password"}')
    settings = {
        "host": "127.0.0.1", "port": broker.port, "product": str(ROOT / "products/light/product.json"),
        "product_key": "pk", "device_name": "dn", "device_secret": "secret", "flash": "flash", "board": "esp32",
        "initial": next(thing["initial"] for thing in HOME["things"] if thing["id"] == "hall_light"),
        "watchdog_s": 8,
    }  # fmt: skip
    path.write_text(json.dumps(settings), "utf-8")
    process = await anyio.open_process([*command, str(script), str(ROOT / "device"), str(path)], stderr=None)
    try:
        assert process.stdout is not None
        lines = BufferedByteReceiveStream(process.stdout)
        said: list[str] = []
        with anyio.fail_after(60):
            while said.count("connect home a-password") < 2 or "fed" not in said or "up" not in said:
                said.append((await lines.receive_until(b"\n", 1000)).decode().strip())
            assert "watchdog 8000" in said
            assert said.count("active") == 1
            assert process.stdin is not None
            await process.stdin.send(b"stop\n")
            while not said[-1].startswith("code"):
                said.append((await lines.receive_until(b"\n", 1000)).decode().strip())
        # It was told to; only what fails resets the board.
        assert said[-1] == "code 0"
        assert "reset" not in said
    finally:
        if process.returncode is None:
            process.kill()
        await process.aclose()
