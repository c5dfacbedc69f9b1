"""A home and its region with the line between them cut, 10,000 changes on both sides meanwhile, and then mended.

Two nats-servers, two databases on disk, a real leaf node through a line that is cut. The ten minutes of the cut are
not waited for: what matters is what gathers in them. The home's hub is stopped and started again during the cut.
"""

import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
from measuring import line

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cut_line import Line

from jinn.edge.uplink import HOME_SCHEMA, REGION_SCHEMA, Region, Uplink, UplinkLog, begin
from jinn.kernel import Names, Secret, SystemClock, ThingId
from jinn.runtime import Database, LeafOptions, NatsBus, NatsEngine, Service, TrunkOptions, open_database
from jinn.things import SCHEMA, ThingsRoom, open_things, product_from_model
from jinn.things.alink import Request
from jinn.things.frames import DownMessage
from jinn.things.testing import FixedAreas, ScriptedDoor

HOME, PASSWORD = "bench", Secret("of both")
THINGS = 50
CHANGES = 10_000
WITHIN_S = 5.0
_COUNT = {"type": "int", "specs": {"min": "0", "max": "100000"}}
MODEL = msgspec.json.encode(
    {
        "profile": {"productKey": "benchLamp"},
        "properties": [
            {"identifier": name, "accessMode": "rw", "dataType": _COUNT} for name in ("brightness", "level")
        ],
    }
)


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        for service in services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield
        tasks.cancel_scope.cancel()


class Home:
    """50 lamps that obey, and report what they did."""

    def __init__(self, room: ThingsRoom, door: ScriptedDoor, database: Database) -> None:
        self.room, self.door, self.database = room, door, database
        self.obeyed = 0

    async def connect(self, session: str) -> None:
        for index in range(THINGS):
            await self.door.connect(f"benchLamp&d{index}", self.obey, session=session)

    async def obey(self, down: DownMessage) -> None:
        if down.topic.endswith("thing/service/property/set"):
            request = msgspec.json.decode(down.payload, type=Request)
            assert isinstance(request.params, dict)
            self.obeyed += 1
            device = f"benchLamp&{down.topic.split('/')[3]}"
            await self.door.post(device, request.params, message_id=f"r{request.id}")

    async def change(self, first: int, count: int) -> None:
        """So many posts, each with another value, from one lamp after the other, 25 under way."""
        limiter = anyio.CapacityLimiter(25)

        async def post(number: int) -> None:
            async with limiter:
                device = f"benchLamp&d{number % THINGS}"
                said = await self.door.post(device, {"brightness": number}, message_id=f"c{number}")
                assert said.code == 200, said

        async with anyio.create_task_group() as tasks:
            for number in range(first, first + count):
                tasks.start_soon(post, number)


@asynccontextmanager
async def a_home(folder: Path, way: Line) -> AsyncIterator[Home]:
    engine = NatsEngine(folder, leaf=LeafOptions(url=f"nats-leaf://127.0.0.1:{way.port}", name=HOME, password=PASSWORD))
    bus, clock, log = NatsBus(engine.link), SystemClock(), UplinkLog(HOME)
    async with open_database((SCHEMA, HOME_SCHEMA), folder=folder / "data") as database, running(engine, bus):
        await begin(database, HOME, clock)
        room = await open_things(database=database, bus=bus, areas=FixedAreas(), clock=clock, witness=log.witness)
        door = ScriptedDoor(bus=bus)
        uplink = Uplink(log=log, room=room, database=database, bus=bus, clock=clock)
        async with running(*room.services, door, uplink):
            if not room.registry.things():
                await room.registry.register_product(product_from_model(MODEL))
                for index in range(THINGS):
                    names = Names(en=f"lamp {index}", zh=f"灯{index}")
                    await room.registry.add_device(
                        "benchLamp", names=names, device_name=f"d{index}", thing_id=ThingId(f"d{index}")
                    )
            yield Home(room, door, database)


async def merged(home: Home, region: Region) -> bool:
    """Whether both sides have the same, and no wish waits."""
    things = {one.thing: one for one in await region.things(HOME)}
    is_same = len(things) == THINGS and all(
        things[thing.id].version == home.room.twins.peek(thing.id).version
        or {name: value for name, (value, _) in things[thing.id].reported.items()}
        == {name: said.value for name, said in home.room.twins.peek(thing.id).reported.items()}
        for thing in home.room.registry.things()
    )
    is_told = all(
        home.room.twins.peek(thing.id).reported["level"].value == CHANGES - THINGS + int(thing.id[1:])
        if "level" in home.room.twins.peek(thing.id).reported else False
        for thing in home.room.registry.things()
    )  # fmt: skip
    return is_same and is_told and not await home.database.read("uplink.open_wishes", count_max=1)


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        far = Path(name) / "region"
        engine = NatsEngine(far, trunk=TrunkOptions(port=0, homes={HOME: PASSWORD}))
        bus = NatsBus(engine.link)
        async with open_database((REGION_SCHEMA,), folder=far / "data") as database:
            region = Region(database=database, bus=bus, clock=SystemClock())
            async with running(engine, bus, region):
                assert engine.trunk_port is not None
                way = Line(to_port=engine.trunk_port)
                async with running(way):
                    await measure(Path(name) / "home", way, region)


async def measure(folder: Path, way: Line, region: Region) -> None:
    async with a_home(folder, way) as home:
        await home.connect("s1")
        await home.change(0, THINGS)
        while sum(one.told for one in await region.things(HOME)) < THINGS:  # noqa: ASYNC110
            await anyio.sleep(0.05)
        await way.cut()
        began_s = time.perf_counter()
        await home.change(THINGS, CHANGES // 2)
        half_s = time.perf_counter() - began_s
    wishes = [(f"d{number % THINGS}", {"level": number}) for number in range(CHANGES)]
    for start in range(0, CHANGES, 500):
        await region.wish_all(HOME, wishes[start : start + 500])
    async with a_home(folder, way) as home:
        await home.connect("s2")
        await home.change(THINGS + CHANGES // 2, CHANGES - CHANGES // 2)
        rows = await home.database.read("uplink.state", home=HOME)
        way.mend()
        began_s = time.perf_counter()
        while not await merged(home, region):  # noqa: ASYNC110 - it asks two databases
            await anyio.sleep(0.02)
        took_s = time.perf_counter() - began_s
        await anyio.sleep(2)
        told = sum(one.told for one in await region.things(HOME))
        ended = await home.database.read("uplink.count_ended")
        right = THINGS + CHANGES + home.obeyed
        kept = int(ended[0]["ended"] or 0)
        line("leaf.lost", max(0, right - told) + max(0, CHANGES - kept), "changes", at_most=0, told=told, kept=kept)
        line("leaf.doubled", max(0, told - right) + max(0, kept - CHANGES), "changes", at_most=0)
        facts = {"rows": int(rows[0]["seq"] or 0), "commands": home.obeyed, "posts_per_s": round(CHANGES / 2 / half_s)}
        line("leaf.merged_after", took_s, "s", at_most=WITHIN_S, changes_each_side=CHANGES, **facts)


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
