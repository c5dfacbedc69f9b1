"""What a device program costs: from a set on its socket to its report, from start to first words, and memory."""

import json
import subprocess
import tempfile
import time
from pathlib import Path
from socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket

from measuring import line, median, percentile

from jinn.hub.demo_devices import cpython, interpreter

ROOT = Path(__file__).resolve().parents[1]
HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))
SETS = 2_000
SET_TOPIC = b"/sys/pk/dn/thing/service/property/set"


class Device:
    """One program of the demo home and the far end of its socket."""

    def __init__(self, listener: socket, command: tuple[str, ...], thing: dict, folder: Path) -> None:
        settings = {
            "host": "127.0.0.1",
            "port": listener.getsockname()[1],
            "product": str(ROOT / "products" / thing["product"] / "product.json"),
            "product_key": "pk",
            "device_name": "dn",
            "device_secret": "secret",
            "initial": thing["initial"],
        }
        path = folder / f"{thing['id']}.json"
        path.write_text(json.dumps(settings), "utf-8")
        began_s = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, str(ROOT / "device/main.py"), str(path)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        self._socket, _ = listener.accept()
        self._socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self._socket.recv(1024)
        self._socket.send(b"\x20\x02\x00\x00")
        self._read_until(b"event/property/post")
        self.started_ms = (time.perf_counter() - began_s) * 1e3

    def set(self, params: dict[str, int], number: int) -> float:
        """Milliseconds from the set to its report."""
        payload = json.dumps({"id": str(number), "version": "1.0", "params": params, "method": ""}).encode()
        body = len(SET_TOPIC).to_bytes(2, "big") + SET_TOPIC + payload
        began_s = time.perf_counter()
        self._socket.send(bytes([0x30, len(body) % 128 | 128, len(body) // 128]) + body)
        report = self._read_until(b"event/property/post")
        took_ms = (time.perf_counter() - began_s) * 1e3
        # The packet id follows the topic.
        at = report.index(b"event/property/post") + len(b"event/property/post")
        self._socket.send(b"\x40\x02" + report[at : at + 2])
        return took_ms

    def private_kb(self) -> int:
        """Memory of its own; the interpreter's code is shared between all things."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text("ascii").splitlines()
        return sum(int(one.split()[1]) for one in lines if one.startswith("Private_"))

    def pss_kb(self) -> int:
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text("ascii").splitlines()
        return next(int(one.split()[1]) for one in lines if one.startswith("Pss:"))

    def close(self) -> None:
        self.process.communicate()
        self._socket.close()

    def _read_until(self, part: bytes) -> bytes:
        data = b""
        while part not in data or not data.endswith(b"}"):
            data += self._socket.recv(4096)
        return data


def measure(name: str, command: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder, socket(AF_INET, SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        devices = [Device(listener, command, thing, Path(folder)) for thing in HOME["things"]]
        light = devices[0]
        time.sleep(0.2)
        waits = [light.set({"on": number % 2}, number) for number in range(1, SETS + 1)]
        line(f"device {name}: set → report, p50", median(waits), "ms", at_most=3)
        line(f"device {name}: set → report, p99", percentile(waits, 99), "ms")
        starts = [device.started_ms for device in devices]
        line(f"device {name}: start → first report, slowest of {len(devices)}", max(starts), "ms", at_most=300)
        own_kb = [device.private_kb() for device in devices]
        line(f"device {name}: private memory of one", median(own_kb) / 1024, "MB")
        line(f"device {name}: {len(devices)} things", sum(device.pss_kb() for device in devices) / 1024, "MB PSS")
        for device in devices:
            device.close()


if __name__ == "__main__":
    if interpreter() != cpython():
        measure("on MicroPython", interpreter())
    measure("on CPython", cpython())
