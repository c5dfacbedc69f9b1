"""A room of things on real parts with the real door, and an appliance as a process of its own."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import anyio.abc

from jinn import people
from jinn.hub.demo_devices import interpreter
from jinn.kernel import HomeId, Names, Secret, SystemClock, ThingId
from jinn.runtime import NatsBus, NatsEngine, open_database
from jinn.things import SCHEMA, ThingsRoom, open_things, read_product
from jinn.things.door import Door, DoorOptions
from jinn.things.testing import FixedAreas

ROOT = Path(__file__).resolve().parents[2]
SECRET = "bench secret"


@dataclass(slots=True, kw_only=True)
class Place:
    """What a bench acts on; the door can be closed and opened again at the same port."""

    bus: NatsBus
    room: ThingsRoom
    tasks: anyio.abc.TaskGroup
    port: int = 0

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Door]:
        authorize = partial(
            people.authorize, home=HomeId("home"), devices=self.room.registry, tokens=_NoTokens(), clock=SystemClock()
        )
        door = Door(options=DoorOptions(port=self.port), bus=self.bus, authorize=authorize, clock=SystemClock())
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: door.run(task_status=task_status))
            self.port = door.port
            yield door
            tasks.cancel_scope.cancel()

    async def add(self, product: Path, device_name: str) -> ThingId:
        document = await anyio.Path(product).read_bytes()
        known = await self.room.registry.register_product(read_product(document))
        names = Names(en=device_name, zh=device_name)
        await self.room.registry.add_device(
            known.product_key, names=names, area=None, device_name=device_name,
            thing_id=ThingId(device_name), secret=Secret(SECRET),
        )  # fmt: skip
        return ThingId(device_name)


class _NoTokens:
    async def grant_of(self, token: Secret) -> people.Grant | None:
        return None


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    engine = NatsEngine(folder / "nats")
    bus = NatsBus(engine.link)
    async with open_database((SCHEMA,), folder=folder, url=None) as database, anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        room = await open_things(database=database, bus=bus, areas=FixedAreas(known=()), clock=SystemClock())
        for service in room.services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield Place(bus=bus, room=room, tasks=tasks)
        tasks.cancel_scope.cancel()


@contextmanager
def appliance(folder: Path, port: int, product: Path, device_name: str, **more: object) -> Iterator[subprocess.Popen]:
    """A running appliance with a flash; its lines are to be read from `stdout`."""
    key = json.loads(product.read_text("utf-8"))["product_key"]
    settings: Mapping[str, object] = {
        "host": "127.0.0.1", "port": port, "product": str(product), "product_key": key, "device_name": device_name,
        "device_secret": SECRET, "flash": f"{device_name}_flash", **more,
    }  # fmt: skip
    path = folder / f"{device_name}.json"
    path.write_text(json.dumps(settings), "utf-8")
    process = subprocess.Popen(
        [*interpreter(), str(ROOT / "device/main.py"), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
