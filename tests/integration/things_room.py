"""A things room on real parts, with a door and devices that the test plays."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import asyncpg
import msgspec

from jinn.kernel import AreaId, Lang, Names, Secret, SystemClock, ThingId
from jinn.people import Area
from jinn.runtime import Bus, Database, Schema, open_database
from jinn.things import SCHEMA, Thing, ThingsRoom, open_things, read_product
from jinn.things.alink import Request
from jinn.things.frames import DownMessage
from jinn.things.ingesting import Witness
from jinn.things.testing import FixedAreas, ScriptedDoor
from jinn.things.topics import Use, device_topic
from jinn.things.work import Handler

LAMP = {
    "product_key": "testLamp01",
    "kind": "light",
    "domain": "light",
    "names": {"en": "lamp", "zh": "灯"},
    "property_names": {"on": {"en": "power", "zh": "开关"}},
    "option_names": {"on": {"0": {"en": "off", "zh": "关"}, "1": {"en": "on", "zh": "开"}}},
    "model": {
        "profile": {"productKey": "testLamp01"},
        "properties": [
            {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
            {"identifier": "brightness", "name": "brightness", "accessMode": "rw",
             "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1", "unit": "%"}}},
            {"identifier": "temperature", "accessMode": "r",
             "dataType": {"type": "double", "specs": {"min": "-40", "max": "120"}}},
        ],
        "events": [{"identifier": "hot", "type": "alert", "outputData": [
            {"identifier": "degrees", "dataType": {"type": "int", "specs": {"min": "0", "max": "200"}}}]}],
        "services": [
            {"identifier": "blink", "callType": "async", "outputData": [], "inputData": [
                {"identifier": "times", "dataType": {"type": "int", "specs": {"min": "1", "max": "9"}}}]},
            {"identifier": "check", "callType": "sync", "inputData": [], "outputData": []},
        ],
        "functionBlocks": [{"functionBlockId": "night", "properties": [
            {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {}}}]}],
    },
}  # fmt: skip

HALL = Area(id=AreaId("hall"), names=Names(en="Hall", zh="门厅"))
LAMP_NAMES = Names(en="Hall lamp", zh="门厅灯", aliases={Lang.EN: ("entrance lamp",)})


@dataclass(slots=True)
class Home:
    """What a test acts on."""

    room: ThingsRoom
    door: ScriptedDoor
    database: Database
    lamp: Thing
    areas: FixedAreas

    async def switch_on(self, *, session: str = "s1") -> None:
        """The lamp connects, obeys every set and reports what it did."""
        await self.door.connect(self.lamp.device, self.obey, session=session)

    async def obey(self, down: DownMessage) -> None:
        request = msgspec.json.decode(down.payload, type=Request)
        if down.topic.endswith("thing/service/property/set"):
            assert isinstance(request.params, dict)
            await self.door.post(self.lamp.device, request.params, message_id=f"r{request.id}")

    async def answer(self, down: DownMessage, rest: str, *, code: int = 200, data: object = None) -> None:
        request = msgspec.json.decode(down.payload, type=Request)
        payload = msgspec.json.encode({"id": request.id, "code": code, "data": data or {}})
        await self.door.publish(self.lamp.device, device_topic(self.lamp.device, rest), payload)


@asynccontextmanager
async def a_home(
    database: Database, bus: Bus, handlers: Mapping[Use, Handler] | None = None, witness: Witness | None = None
) -> AsyncIterator[Home]:
    """One lamp in the hall, known to a running room; its device is not connected yet."""
    areas = FixedAreas(known=(HALL,))
    room = await open_things(
        database=database, bus=bus, areas=areas, clock=SystemClock(), handlers=handlers, witness=witness
    )
    door = ScriptedDoor(bus=bus)
    async with anyio.create_task_group() as tasks:
        for service in (*room.services, door):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        if not room.registry.things():
            product = await room.registry.register_product(read_product(msgspec.json.encode(LAMP)))
            await room.registry.add_device(
                product.product_key, names=LAMP_NAMES, area=HALL.id, device_name="lamp1",
                thing_id=ThingId("hall_lamp"), secret=Secret("s3cret"),
            )  # fmt: skip
        lamp = room.registry.thing(ThingId("hall_lamp"))
        yield Home(room=room, door=door, database=database, lamp=lamp, areas=areas)
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def a_database(
    folder: Path, url: Secret | None = None, others: tuple[Schema, ...] = ()
) -> AsyncIterator[Database]:
    async with open_database((SCHEMA, *others), folder=folder, url=url) as database:
        yield database


async def emptied(address: str) -> Secret:
    """The session's PostgreSQL without any table."""
    connection = await asyncpg.connect(address)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    return Secret(address)
