"""How long does a WebAssembly function take for one event, with a fresh instance each time?"""

import json
import sys
import time
from pathlib import Path

import anyio
from measuring import line, median, percentile

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from function_parts import module, release

from jinn.edge.functions import Ended, HomeEvent, PythonWorkshop, WasmWorkshop, read_manifest

EVENTS, WARM_UP = 5_000, 200
ASKED = '{"thing":"fridge","property":"temperature"}'
WISH = '{"thing":"fridge","properties":{"cold_target":3}}'
GRANTS = ("set:fridge/cold_target", "read:fridge/temperature")
EVENT = HomeEvent(
    kind="events", thing="fridge", name="warm", value={"note": "x" * 130, "degrees": 9.5}, at_ms=1_795_358_791_000
)
"""200 bytes as the function reads it."""

# Reads a value of another thing, then wishes one: two calls to the host for each event.
BODY = f"""(drop (call $read (i32.const 0) (i32.const {len(ASKED)}) (i32.const 512) (i32.const 64)))
           (call $set (i32.const 128) (i32.const {len(WISH)}))"""
PYTHON = """
def handle(event, home):
    if home.read("fridge", "temperature") > 8:
        home.set("fridge", {"cold_target": 3})
"""


def readings(thing: str, name: str) -> object:
    return 9.5


async def main() -> None:
    code = module(BODY, "read", "set", data=ASKED.ljust(128) + WISH)
    document, _ = release(code, grants=GRANTS)
    began_s = time.perf_counter()
    sandbox = await WasmWorkshop(readings).open(read_manifest(document), code)
    opened_ms = (time.perf_counter() - began_s) * 1000

    here = [sandbox.work_here(EVENT, b"") for _ in range(WARM_UP + EVENTS)][WARM_UP:]
    _check(here)
    facts = {"event_bytes": len(EVENT.encoded()), "events": EVENTS, "opened_ms": round(opened_ms, 2)}
    line("function: wasm, fresh instance per event, p50", median([one.ms for one in here]) * 1000, "µs", at_most=300,
         **facts)  # fmt: skip
    line("function: wasm, fresh instance per event, p99", percentile([one.ms for one in here], 99) * 1000, "µs")

    began_s = time.perf_counter()
    _check([await sandbox.work(EVENT, b"") for _ in range(EVENTS)])
    line("function: wasm, events through one hub's thread", EVENTS / (time.perf_counter() - began_s), "1/s")

    endless = module("(loop (br 0)) (i32.const 0)")
    stopped = await (await WasmWorkshop(readings).open(read_manifest(release(endless)[0]), endless)).work(EVENT, b"")
    assert stopped.problem == "function-fuel", stopped
    line("function: wasm, an endless loop is stopped after", stopped.ms, "ms", at_most=100)
    await _python()


async def _python() -> None:
    raw = PYTHON.encode()
    document, _ = release(raw, runtime="python", grants=GRANTS, memory_kib=131_072)
    async with anyio.TemporaryDirectory() as folder:
        sandbox = await PythonWorkshop(readings, Path(folder), may_be_open=True).open(read_manifest(document), raw)
        worked = [await sandbox.work(EVENT, b"") for _ in range(1_000)]
        await sandbox.close()
    _check(worked)
    line("function: python in its own process, p50", median([one.ms for one in worked]) * 1000, "µs")


def _check(worked: list[Ended]) -> None:
    assert all(one.problem == "" and len(one.wishes) == 1 for one in worked), json.dumps(worked[0].sentence)


if __name__ == "__main__":
    anyio.run(main)
