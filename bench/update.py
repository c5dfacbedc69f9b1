"""What does an update survive, and what does it cost? Power cuts at every write of a whole one; a signature checked."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import line, median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "device"))

from jinn_os.update.installing import Installer  # noqa: E402
from jinn_os.update.manifest import Signed  # noqa: E402
from jinn_os.update.sim_flash import MANNERS, PowerCut, SimFlash  # noqa: E402
from jinn_os.update.slots import OFFER, Slots  # noqa: E402

from jinn.hub.demo_devices import cpython, interpreter  # noqa: E402
from jinn.kernel import Secret  # noqa: E402
from jinn.things.firmware import Package, pack, public_of  # noqa: E402

KEY = Secret("5a" * 32)
FACTORY = ("1.0.0", 1)
VERIFIES = 20

VERIFY = """
import sys, time
sys.path.insert(0, sys.argv[1])
from jinn_os.update.ed25519 import verify
text = open(sys.argv[2], "rb").read()
times = []
for _ in range(int(sys.argv[5])):
    began = time.ticks_us()
    assert verify(bytes.fromhex(sys.argv[3]), text, bytes.fromhex(sys.argv[4]))
    times.append(time.ticks_diff(time.ticks_us(), began))
print(times)
"""


def live(flash: SimFlash, package: Package) -> set[str]:
    """The appliance with its power on, until it runs the new program for good; which versions it started."""
    started = set()
    for _ in range(8):
        Slots(flash, FACTORY).choose()
        slots = Slots(flash, FACTORY)
        started.add(slots.running().version)
        if slots.is_trial:
            check_whole(flash, slots.running().name, package)
            slots.confirm()
        if slots.running().version == package.manifest.version:
            return started
        install(flash, slots, package)
    raise AssertionError("it never came to an end")


def install(flash: SimFlash, slots: Slots, package: Package) -> None:
    flash.remove(OFFER)
    flash.append(OFFER, package.blob)
    flash.sync(OFFER)
    manifest = Signed(flash, OFFER).read()
    installer = Installer(flash, slots.begin(), manifest)
    while not installer.is_complete:
        installer.feed(package.content[installer.offset : installer.offset + 1024])
    slots.arm(manifest)


def check_whole(flash: SimFlash, name: str, package: Package) -> None:
    found = flash.files(name)
    assert found.pop("manifest") == package.blob
    assert b"".join(found[path] for path, _, _ in package.manifest.files) == package.content


def cut_everywhere(package: Package) -> None:
    """One line: at how many points the power was cut, and how many of those left a thing without a program."""
    points = bricked = 0
    began_s = time.perf_counter()
    for manner in MANNERS:
        step = 0
        while True:
            step += 1
            flash = SimFlash(step, manner)
            try:
                live(flash, package)
                break
            except PowerCut:
                points += 1
            try:
                after = flash.power_on()
                assert live(after, package) <= {FACTORY[0], package.manifest.version}
                assert Slots(after, FACTORY).running().version == package.manifest.version
            except Exception as failure:  # noqa: BLE001 - every failure counts; the figure says how many
                bricked += 1
                print(f"{manner} {step}: {failure}", file=sys.stderr)
    line("update: programs lost by a cut at every write", bricked, "of points", at_most=0, points=points,
         writes=points // len(MANNERS), manners=len(MANNERS), bytes=package.manifest.size,
         took_s=round(time.perf_counter() - began_s, 1))  # fmt: skip


def verify_under_micropython(package: Package) -> None:
    head, _, text = package.blob.partition(b"\n")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "verify.py").write_text(VERIFY)
        (Path(folder) / "text").write_bytes(text)
        arguments = [
            f"{folder}/verify.py",
            str(ROOT / "device"),
            f"{folder}/text",
            public_of(KEY),
            head[-128:].decode(),
        ]
        done = subprocess.run(
            [*interpreter(), *arguments, str(VERIFIES)], check=True, capture_output=True, text=True, timeout=120
        )
    times = [took / 1000 for took in json.loads(done.stdout)]
    # The quickest: the others say what else this machine does.
    line("update: manifest verified on MicroPython", min(times), "ms", at_most=25, p50=median(times), bytes=len(text))


if __name__ == "__main__":
    made = pack(ROOT / "device", key=KEY, product_key="bench", version="1.1.0", counter=2)
    cut_everywhere(made)
    if interpreter() != cpython():
        verify_under_micropython(made)
