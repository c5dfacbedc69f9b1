"""What an appliance needs at the real door: time to its first kept report, from a command to its report, heap."""

import json
import re
import tempfile
import time
from pathlib import Path

import anyio
import msgspec
from anyio import to_thread
from measuring import line, median, percentile
from parts.appliance_hub import ROOT, Place, appliance, place

from jinn.hub.demo_devices import HEAP
from jinn.kernel import ThingId
from jinn.things import CommandOutcome
from jinn.things.wire import REPORTED_SUBJECT, ReportedBatch

STARTS = 10
COMMANDS = 2_000
THINGS = {thing["id"]: thing for thing in json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))["things"]}


def product_of(thing_id: str) -> Path:
    return ROOT / "products" / THINGS[thing_id]["product"] / "product.json"


async def start_to_report(here: Place, folder: Path, thing_id: str, port: int) -> tuple[float, int]:
    """Milliseconds until the hub tells of its first report, and the heap that is free then."""
    async with here.bus.subscribe(REPORTED_SUBJECT) as messages:
        began_s = time.perf_counter()
        initial = THINGS[thing_id]["initial"]
        with appliance(folder, port, product_of(thing_id), thing_id, initial=initial) as process:
            async for message in messages:
                batch = msgspec.json.decode(message.payload, type=ReportedBatch)
                if any(report.thing == thing_id and report.properties for report in batch.reports):
                    break
            took_ms = (time.perf_counter() - began_s) * 1e3
            await anyio.sleep(0.3)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("health\n")
            process.stdin.flush()
            while True:
                said = await to_thread.run_sync(process.stdout.readline)
                if found := re.search(r'"free": (\d+)', said):
                    return took_ms, int(found[1])


async def commands(here: Place, thing_id: ThingId) -> list[float]:
    """Milliseconds from the command until the hub has kept and told the report that fulfils it."""
    waits = []
    for number in range(COMMANDS):
        began_s = time.perf_counter()
        (result,) = await here.room.commander.set_properties(thing_id, {"brightness": 1 + number % 99}, by="bench")
        assert result.outcome is CommandOutcome.CONFIRMED, result
        waits.append((time.perf_counter() - began_s) * 1e3)
    return waits


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with place(folder) as here, here.door() as door:
            for thing_id in THINGS:
                await here.add(product_of(thing_id), thing_id)
            starts, free = [], {}
            for thing_id in THINGS:
                took_ms, free[thing_id] = await start_to_report(here, folder, thing_id, door.port)
                starts.append(took_ms)
            line(f"appliance: start → report kept, slowest of {len(starts)}", max(starts), "ms", at_most=300,
                 median=round(median(starts), 1))  # fmt: skip
            heap_kb = int(HEAP.removesuffix("k"))
            in_use_kb = heap_kb - min(free.values()) // 1024
            line("appliance: heap in use, the most of all", in_use_kb, "kB", at_most=256, heap_kb=heap_kb)
            initial = THINGS["hall_light"]["initial"]
            with appliance(folder, door.port, product_of("hall_light"), "hall_light", initial=initial):
                await anyio.sleep(1)
                waits = await commands(here, ThingId("hall_light"))
            line("appliance: command → obeyed → reported, p50", median(waits), "ms", at_most=5, commands=COMMANDS)
            line("appliance: command → obeyed → reported, p99", percentile(waits, 99), "ms", at_most=20)


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
