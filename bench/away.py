"""The door away for a minute at ten reports a second, twice: what is lost, what comes twice, what the hub makes of it.

The second time the appliance is killed in the middle and started again.
"""

import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import anyio
import anyio.abc
import msgspec
from measuring import line
from parts.appliance_hub import Place, appliance, place

from jinn.things.frames import UpFrame
from jinn.things.wire import REPORTED_SUBJECT, ReportedBatch

AWAY_S = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
PER_S = 10
PRODUCT = {
    "product_key": "benchMeter",
    "kind": "meter",
    "domain": "sensor",
    "names": {"en": "meter", "zh": "计数器"},
    "property_names": {"count": {"en": "count", "zh": "计数"}},
    "model": {
        "profile": {"productKey": "benchMeter"},
        "properties": [
            {"identifier": "count", "accessMode": "r",
             "dataType": {"type": "int", "specs": {"min": "0", "max": "9999999"}}}
        ],
    },
}  # fmt: skip
DRIVER = f"""
from jinn_os.boards.driver import Driver

class Board(Driver):
    def __init__(self, initial):
        super().__init__({{"count": initial["first"]}})
        self._part = 0.0
        self._is_read = True

    def read(self):
        self._is_read = True
        return self.state

    def step(self, dt_s):
        # Never two at once, and none before the last was read for a report: each number is one report.
        self._part += dt_s * {PER_S}
        if self._part >= 1 and self._is_read:
            self._part = min(self._part - 1, 5)
            self.state["count"] += 1
            self._is_read = False

    def pace_s(self):
        return {1 / PER_S}
"""


class Tally:
    """How often each count came over the bus, and how often the hub told it."""

    def __init__(self) -> None:
        self.came: Counter[int] = Counter()
        self.ids: Counter[str] = Counter()
        self.ids_of: defaultdict[int, set[str]] = defaultdict(set)
        self.told: Counter[int] = Counter()

    async def watch_frames(self, here: Place, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        decoder = msgspec.msgpack.Decoder(UpFrame)
        async with here.bus.subscribe("up.*") as messages:
            task_status.started()
            async for message in messages:
                for one in decoder.decode(message.payload).messages:
                    if one.topic.endswith("property/post"):
                        body = msgspec.json.decode(one.payload)
                        value = body["params"]["count"]
                        count = value["value"] if isinstance(value, dict) else value
                        self.came[count] += 1
                        self.ids[body["id"]] += 1
                        self.ids_of[count].add(body["id"])

    async def watch_reports(self, here: Place, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        decoder = msgspec.json.Decoder(ReportedBatch)
        async with here.bus.subscribe(REPORTED_SUBJECT) as messages:
            task_status.started()
            async for message in messages:
                for report in decoder.decode(message.payload).reports:
                    if "count" in report.properties:
                        self.told[int(str(report.properties["count"]))] += 1


async def stay_away(here: Place, folder: Path, product: Path, *, is_killed: bool) -> None:
    name = "meter_killed" if is_killed else "meter"
    await here.add(product, name)
    tally = Tally()
    async with anyio.create_task_group() as tasks:
        await tasks.start(tally.watch_frames, here)
        await tasks.start(tally.watch_reports, here)
        driver = str(folder / "meter.py")
        async with here.door():
            pass
        with appliance(folder, here.port, product, name, driver=driver, initial={"first": 0}) as process:
            async with here.door():
                await anyio.sleep(3)
            await anyio.sleep(AWAY_S / 2 if is_killed else AWAY_S)
            if is_killed:
                process.kill()
            else:
                await come_back(here, tally, name)
        if is_killed:
            # A meter of its own range, so that no number stands for two reports.
            with appliance(folder, here.port, product, name, driver=driver, initial={"first": 1_000_000}):
                await anyio.sleep(AWAY_S / 2)
                await come_back(here, tally, name)
        tasks.cancel_scope.cancel()


async def come_back(here: Place, tally: Tally, name: str) -> None:
    async with here.door():
        # The appliance tries again after 15 s at most; then it has everything to say.
        await anyio.sleep(25)
    counts = sorted(tally.came)
    parts = [[one for one in counts if one < 1_000_000], [one for one in counts if one >= 1_000_000]]
    missing = sum(part[-1] - part[0] + 1 - len(part) for part in parts if part)
    repeats = sum(tally.ids.values()) - len(tally.ids)
    # At a reconnect a thing says all that it is: the same number, and no repeat of the report before.
    doubled = sum(max(0, told - len(tally.ids_of[count])) for count, told in tally.told.items())
    line(f"away {AWAY_S:g} s ({name}): reports lost", missing, "", at_most=0, reports=len(counts))
    line(f"away {AWAY_S:g} s ({name}): came twice", 100 * repeats / len(counts), "%", at_most=1)
    line(f"away {AWAY_S:g} s ({name}): told twice by the hub", doubled, "", at_most=0)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        product = folder / "product.json"
        product.write_text(json.dumps(PRODUCT), "utf-8")
        (folder / "meter.py").write_text(DRIVER, "utf-8")
        async with place(folder) as here:
            for is_killed in (False, True):
                await stay_away(here, folder, product, is_killed=is_killed)


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
