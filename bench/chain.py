"""The whole way of a device's message: MQTT, door, bus, twin stored durably in SQLite, and the reply back.

Door, hub and database client are this one process, as in `jinn up`; the devices and nats-server are others.
"""

import functools
import json
import sys
import tempfile
import time
from pathlib import Path

import anyio
import msgspec
from measuring import line
from parts.device_load import PRODUCT, SECRET

from jinn.kernel import HomeId, Names, Secret, SystemClock
from jinn.people.authorizing import authorize
from jinn.people.grants import BearerProof, DeviceProof, Grant
from jinn.runtime import NatsBus, NatsEngine, open_database, settle_heap
from jinn.things import SCHEMA, Registry, open_things, product_from_model
from jinn.things.door import Door, DoorOptions, Limits
from jinn.things.testing import FixedAreas

CLIENTS = 50
WINDOWS = (1, 4)
"""Posts under way for each device. SDKs of the family allow 20 to 40, so 4 is a busy but ordinary device."""

SECONDS = 5
LOAD = Path(__file__).parent / "parts" / "device_load.py"
MODEL = {
    "profile": {"productKey": PRODUCT},
    "properties": [
        {"identifier": "power", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
        {"identifier": "brightness", "accessMode": "rw",
         "dataType": {"type": "int", "specs": {"min": "0", "max": "100"}}},
    ],
}  # fmt: skip


class NoTokens:
    """Only devices come here."""

    async def grant_of(self, token: Secret) -> Grant | None:
        return None


async def let_in(proof: DeviceProof | BearerProof, registry: Registry) -> Grant:
    return await authorize(proof, home=HomeId("home"), devices=registry, tokens=NoTokens(), clock=SystemClock())


async def load(port: int, *arguments: object) -> tuple[dict[str, object], float]:
    """What the devices measured, and the µs of this process's CPU for each post."""
    before_s = time.process_time()
    done = await anyio.run_process([sys.executable, str(LOAD), str(port), *map(str, arguments)], stderr=None)
    return dict(json.loads(done.stdout)), time.process_time() - before_s


async def measure(door: Door) -> None:
    for window in WINDOWS:
        flood, cpu_s = await load(door.port, "flood", CLIENTS, window, SECONDS)
        assert (flood["refused"], flood["closed"]) == (0, 0), flood
        per_s = float(str(flood["posts_per_s"]))
        line("chain.posts_stored_and_replied", per_s, "1/s", at_least=7_000, clients=CLIENTS, window=window,
             latency_ms=flood["latency_ms"], cpu_us_per_post=round(cpu_s * 1e6 / (per_s * SECONDS), 1))  # fmt: skip
    paced, _ = await load(door.port, "paced", CLIENTS, 1, SECONDS, 1_000)
    assert isinstance(paced["latency_ms"], dict)
    line("chain.post_at_1000_per_s", paced["latency_ms"]["p99"], "ms p99", at_most=30,
         p50_ms=paced["latency_ms"]["p50"])  # fmt: skip


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, clock = Path(name), SystemClock()
        engine = NatsEngine(folder)
        bus = NatsBus(engine.link)
        async with open_database((SCHEMA,), folder=folder / "data") as database, anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
            await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
            room = await open_things(database=database, bus=bus, areas=FixedAreas(), clock=clock)
            await room.registry.register_product(product_from_model(msgspec.json.encode(MODEL)))
            for index in range(CLIENTS):
                names = Names(en=f"lamp {index}", zh=f"灯{index}")
                await room.registry.add_device(PRODUCT, names=names, device_name=f"d{index}", secret=Secret(SECRET))
            door = Door(
                options=DoorOptions(port=0, limits=Limits()),
                bus=bus,
                authorize=functools.partial(let_in, registry=room.registry),
                clock=clock,
            )
            for service in (*room.services, door):
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            settle_heap()  # As a hub does once it has started.
            await measure(door)
            tasks.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
