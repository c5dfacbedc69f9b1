"""Two thousand devices at one hub: do all get in, are their posts answered, and what does a storm of connects do?

The hub is a process of its own with its nats-server and SQLite, without voice; the devices live in this process, the
ten thousand that knock at once in another.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import msgspec
import psutil
import uvloop
from chain import MODEL
from measuring import line, percentile
from parts.crowd import Crowd, until
from parts.device_load import PRODUCT, SECRET, Results
from parts.whole_hub import engine_of, load, processor_s

from hub_process import HubProcess, environment, running, start  # isort: skip - found once whole_hub has made tests/ known
from jinn.hub.wiring import SCHEMAS
from jinn.kernel import Names, Secret, SystemClock
from jinn.runtime import open_database
from jinn.things import Registry, product_from_model

DEVICES = 2_000
JITTER_S = 15.0
PER_S = 1_000
SECONDS = 20.0
KNOWN_STRANGERS = 500
KNOCKS = 10_000
STORM_PER_S = 200
"""Of the devices that are here already, while the others knock."""

FILES_BESIDE = 2_500
"""Open files of each process beside those that knock: the devices, and its own."""

SETTINGS = "[voice]\nis_on = false\n"


async def furnish(data: Path) -> None:
    """Make the things before the hub starts: ten thousand requests would be another bench."""
    (data / "settings.toml").write_text(SETTINGS)
    async with open_database(SCHEMAS, folder=data) as database:
        registry = Registry(database=database, clock=SystemClock())
        await registry.load()
        await registry.register_product(product_from_model(msgspec.json.encode(MODEL)))
        for first in range(0, DEVICES + KNOWN_STRANGERS, 100):
            added = [
                registry.prepare(
                    PRODUCT, names=Names(en=f"lamp {index}", zh=f"灯{index}"), device_name=f"d{index}",
                    secret=Secret(SECRET),
                )
                for index in range(first, first + 100)
            ]  # fmt: skip
            made = [replace(one.thing, created_ms=one.thing.created_ms + place) for place, one in enumerate(added)]
            await database.write(*(statement for one in added for statement in one.statements))
            for thing in made:
                registry.take(thing)


@dataclass(slots=True)
class Watch:
    """Processor time of a hub and its nats-server from here on."""

    processes: list[psutil.Process]
    was_s: list[float]
    began_s: float

    @staticmethod
    def on(hub: HubProcess) -> "Watch":
        processes = [psutil.Process(hub.process.pid), engine_of(hub)]
        return Watch(processes, [processor_s(one) for one in processes], time.perf_counter())

    def cores(self) -> list[float]:
        """The share of a core that each has used: the hub, its nats-server."""
        took_s = time.perf_counter() - self.began_s
        return [(processor_s(one) - was) / took_s for one, was in zip(self.processes, self.was_s, strict=True)]


def lost(hub: HubProcess, crowd: Crowd) -> int:
    """Devices whose last value, or whose reply to a post, is not there."""
    told = {one["id"]: one for one in json.loads(hub.client.get("/api/things"))}
    by_name = {one["names"]["en"]: one for one in told.values()}
    missing = 0
    for number, device in crowd.here.items():
        properties = by_name[f"lamp {number}"]["properties"]
        is_last = properties.get("brightness", {}).get("value") == device.sequence % 101
        missing += not is_last or bool(device.began) or device.acked != device.sequence
    return missing


async def connect_and_post(hub: HubProcess, crowd: Crowd) -> None:
    took_s = await crowd.all_here(60)
    line("many devices: all connected", took_s, "s", at_most=30, devices=DEVICES, jitter_s=JITTER_S,
         refused=crowd.refused, load=load())  # fmt: skip
    watch = Watch.on(hub)
    posts = await crowd.post(PER_S, SECONDS)
    cores = watch.cores()
    await until(lambda: not crowd.waiting(), 30)
    took = crowd.results.latencies_ms
    line("many devices: post → reply", percentile(took, 99), "ms p99", at_most=100, posts=posts,
         p50_ms=round(percentile(took, 50), 1), per_s=round(posts / SECONDS), seconds=SECONDS, load=load())  # fmt: skip
    line("many devices: processor of the hub", sum(cores), "cores", at_most=1, hub=round(cores[0], 2),
         nats_server=round(cores[1], 2), per_s=PER_S, load=load())  # fmt: skip
    missing = await asyncio.to_thread(lost, hub, crowd)
    line("many devices: lost", missing, "devices", at_most=0, posts=posts, replies=len(took),
         refused=crowd.results.refused, closed=crowd.results.closed)  # fmt: skip


@contextmanager
def knocking(port: int, knocks: int) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "parts.crowd", *map(str, (port, DEVICES, KNOWN_STRANGERS, knocks))]
    process = subprocess.Popen(
        command, cwd=Path(__file__).parent, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def mib(hub: HubProcess) -> int:
    return psutil.Process(hub.process.pid).memory_info().rss >> 20


async def knock_at_once(hub: HubProcess, port: int, crowd: Crowd) -> None:
    """Ten thousand connects at one moment, while the others go on posting."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    knocks = min(KNOCKS, files - FILES_BESIDE)
    crowd.results.latencies_ms.clear()
    was_mib = mib(hub)
    with knocking(port, knocks) as strangers:
        assert strangers.stdout is not None
        words = asyncio.get_running_loop().run_in_executor(None, strangers.stdout.readline)
        posts = 0
        while not words.done():
            posts += await crowd.post(STORM_PER_S, 1)
        result = json.loads(await words)
        now_mib = mib(hub)
    await until(lambda: not crowd.waiting(), 30)
    told = result["told"]
    untold = knocks - sum(count for words, count in told.items() if words in ("CONNACK 0", "CONNACK 3"))
    line("storm of connects: neither let in nor told to come later", untold, "connects", at_most=0, knocks=knocks,
         wanted=KNOCKS, told=told, took_s=result["took_s"], memory_mib=[was_mib, now_mib], load=load())  # fmt: skip
    took = crowd.results.latencies_ms
    line("storm of connects: post → reply of a device that was here", percentile(took, 99), "ms p99", at_most=1_000,
         p50_ms=round(percentile(took, 50), 1), posts=posts, replies=len(took),
         closed=crowd.results.closed)  # fmt: skip


async def kill_and_return(hub: HubProcess, port: int, crowd: Crowd) -> HubProcess:
    began_s = time.perf_counter()
    crowd.results = Results()
    crowd.refused = 0
    await asyncio.to_thread(hub.kill)
    again = await asyncio.to_thread(start, hub.data, "--no-demo", "--mqtt-port", str(port))
    started_s = time.perf_counter() - began_s
    await crowd.all_here(60)
    back_s = time.perf_counter() - began_s
    line("kill -9 of the hub: all back after its start", back_s - started_s, "s", at_most=30, devices=DEVICES,
         start_s=round(started_s, 1), refused=crowd.refused, load=load())  # fmt: skip
    return again


@asynccontextmanager
async def living(crowd: Crowd) -> AsyncIterator[Crowd]:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(crowd.live, JITTER_S)
        yield crowd
        tasks.cancel_scope.cancel()


def door_of(hub: HubProcess) -> int:
    return int(hub.log.read_text().partition("mqtt://127.0.0.1:")[2].split()[0])


async def measure(hub: HubProcess, after: list[HubProcess]) -> None:
    port = door_of(hub)
    async with living(Crowd(port=port, count=DEVICES)) as crowd:
        await connect_and_post(hub, crowd)
        await knock_at_once(hub, port, crowd)
        after.append(await kill_and_return(hub, port, crowd))


def main() -> None:
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        anyio.run(furnish, data)
        with running(data, "--no-demo") as hub:
            after: list[HubProcess] = []
            try:
                uvloop.run(measure(hub, after))
            finally:
                for one in after:
                    one.stop()


if __name__ == "__main__":
    main()
