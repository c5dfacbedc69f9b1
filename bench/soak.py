"""What does an appliance live through? Sets without end, doors that close, kill -9, and a machine with no time for it.

`bench/soak.py [SECONDS] [WATCHDOG_S] [HOGS]`: some lamps with a watchdog that short, and processes that take all
the time of the processors there is. A death that nobody here dealt is told, with its exit code and what the
watchdog wrote.
"""

import multiprocessing
import random
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import anyio
import anyio.abc
from measuring import line, percentile
from parts.appliance_hub import ROOT, Place, appliance, place

from jinn.kernel import ThingId
from jinn.things import CommandOutcome

SOAK_S = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
WATCHDOG_S = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
HOGS = int(sys.argv[3]) if len(sys.argv) > 3 else 0
PRODUCT = ROOT / "products/light/product.json"
LAMPS = ("lamp_one", "lamp_two", "lamp_three")
KILL_EVERY_S = 20.0
DOOR_EVERY_S = 30.0


class Lamp:
    """One appliance that is started again whenever it ended, and how it ended each time."""

    def __init__(self, name: str, folder: Path, tally: Counter[str]) -> None:
        self.name = name
        self._folder = folder
        self._tally = tally
        self._process: subprocess.Popen[str] | None = None
        self._is_killed = False

    async def live(self, port: int) -> None:
        while True:
            with ExitStack() as stack:
                settings = {"initial": {"on": 0, "brightness": 1}, "watchdog_s": WATCHDOG_S}
                process = stack.enter_context(appliance(self._folder, port, PRODUCT, self.name, **settings))
                self._process, self._is_killed = process, False
                reader = partial(self._read, process)
                await anyio.to_thread.run_sync(reader, abandon_on_cancel=True)
                code = process.wait()
            self._tell(code)

    def kill(self) -> None:
        if self._process is not None:
            self._is_killed = True
            self._process.kill()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for said in process.stdout:
            if not said.startswith(("up", "down")):
                sys.stderr.write(f"{self.name}: {said}")
                self._tally["said"] += 1

    def _tell(self, code: int) -> None:
        note = self._folder / f"{self.name}_flash/data/death"
        if self._is_killed:
            self._tally["killed"] += 1
            return
        self._tally["died"] += 1
        if note.is_file():
            self._tally["bitten"] += 1
        sys.stderr.write(f"{self.name} ended by itself with {code}: {note.read_text() if note.is_file() else '-'}\n")


async def command(here: Place, thing_id: ThingId, tally: Counter[str], waits: list[float]) -> None:
    """Sets without a pause; what comes of each is counted."""
    while True:
        began_s = anyio.current_time()
        (result,) = await here.room.commander.set_properties(
            thing_id, {"brightness": random.randint(1, 100)}, by="soak"
        )
        tally[f"set {result.outcome.value}"] += 1
        if result.outcome is CommandOutcome.CONFIRMED:
            waits.append((anyio.current_time() - began_s) * 1e3)
        else:
            await anyio.sleep(0.05)


async def cut(here: Place) -> None:
    """The door is there for some seconds, and then for a moment it is not."""
    while True:
        async with here.door():
            await anyio.sleep(random.uniform(0.5, 1.5) * DOOR_EVERY_S)
        await anyio.sleep(random.uniform(0.1, 2.0))


async def kill(lamps: list[Lamp]) -> None:
    while True:
        await anyio.sleep(random.uniform(0.5, 1.5) * KILL_EVERY_S)
        random.choice(lamps).kill()


def hog() -> None:
    while True:
        pass


async def soak(here: Place, folder: Path) -> None:
    tally: Counter[str] = Counter()
    waits: list[float] = []
    async with here.door():
        pass
    lamps = [Lamp(name, folder, tally) for name in LAMPS]
    async with anyio.create_task_group() as tasks:
        for lamp in lamps:
            await here.add(PRODUCT, lamp.name)
            tasks.start_soon(lamp.live, here.port)
        tasks.start_soon(cut, here)
        tasks.start_soon(kill, lamps)
        for lamp in lamps:
            tasks.start_soon(command, here, ThingId(lamp.name), tally, waits)
        await anyio.sleep(SOAK_S)
        tasks.cancel_scope.cancel()
    line(f"soak {SOAK_S:g} s, watchdog {WATCHDOG_S:g} s, {HOGS} hogs: deaths that nobody dealt", tally["died"], "",
         at_most=0, **{key.replace(" ", "_"): count for key, count in sorted(tally.items())})  # fmt: skip
    line("soak: sets confirmed", len(waits), "", p99_ms=round(percentile(waits, 99), 1))


async def main() -> None:
    hogs = [multiprocessing.get_context("spawn").Process(target=hog, daemon=True) for _ in range(HOGS)]
    for one in hogs:
        one.start()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            async with place(folder) as here:
                await soak(here, folder)
    finally:
        for one in hogs:
            one.terminate()


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
