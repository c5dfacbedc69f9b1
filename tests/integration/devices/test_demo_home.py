"""The furnished home as it is delivered: real programs, door, bus and database; what is asked is really done."""

import functools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from door_parts import running_door, until

from jinn.hub.demo_devices import DemoDevice, DemoDevices
from jinn.kernel import AreaId, HomeId, Names, Secret, SystemClock, ThingId
from jinn.language import AreaWords
from jinn.people import Tokens, authorize
from jinn.runtime import NatsBus, open_database
from jinn.things import SCHEMA, CommandOutcome, ThingsRoom, open_things
from jinn.things.products import read_product_folder
from jinn.things.testing import FixedAreas

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]
PRODUCTS = ROOT / "products"
HOME = json.loads((PRODUCTS / "demo_home.json").read_text("utf-8"))


@dataclass(slots=True, kw_only=True)
class Home:
    room: ThingsRoom
    devices: DemoDevices

    def value(self, thing_id: str, property_id: str) -> object:
        twin = self.room.twins.peek(ThingId(thing_id))
        assert twin is not None
        return twin.reported[property_id].value

    async def set(self, thing_id: str, **values: object) -> list[str]:
        results = await self.room.commander.set_properties(ThingId(thing_id), values, by="test")  # type: ignore[arg-type]
        return [str(result.outcome) for result in results]


class NoTokens(Tokens):
    async def grant_of(self, token: Secret) -> None:
        return None


async def furnish(room: ThingsRoom) -> list[DemoDevice]:
    devices = []
    for thing in HOME["things"]:
        folder = PRODUCTS / thing["product"]
        product = await room.registry.register_product(read_product_folder(folder))
        credentials = await room.registry.add_device(
            product.product_key,
            names=Names(**thing["names"]),
            area=thing["area"],
            device_name=thing["id"],
            thing_id=ThingId(thing["id"]),
        )
        device = DemoDevice(
            product=folder / "product.json",
            product_key=product.product_key,
            device_name=thing["id"],
            device_secret=credentials.device_secret,
            initial=thing["initial"],
        )
        devices.append(device)
    return devices


@asynccontextmanager
async def furnished(folder: Path, bus: NatsBus) -> AsyncIterator[Home]:
    areas = FixedAreas(
        known=tuple(AreaWords(id=AreaId(area["id"]), names=Names(**area["names"])) for area in HOME["areas"])
    )
    clock = SystemClock()
    async with open_database((SCHEMA,), folder=folder / "data") as database:
        room = await open_things(database=database, bus=bus, areas=areas, clock=clock)
        let_in = functools.partial(
            authorize, home=HomeId("home"), devices=room.registry, tokens=NoTokens(), clock=clock
        )
        async with anyio.create_task_group() as tasks:
            for service in room.services:
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            async with running_door(bus, let_in=let_in) as door:
                devices = DemoDevices(
                    await furnish(room),
                    program=ROOT / "device/main.py",
                    folder=folder / "devices",
                    port=lambda: door.port,
                )
                await tasks.start(lambda *, task_status: devices.run(task_status=task_status))
                await devices.wait_up(within_s=30)
                await until(lambda: all(_has_reported(room, thing) for thing in HOME["things"]))
                yield Home(room=room, devices=devices)
                tasks.cancel_scope.cancel()


def _has_reported(room: ThingsRoom, thing: dict) -> bool:
    twin = room.twins.peek(ThingId(thing["id"]))
    return twin is not None and twin.is_online and bool(twin.reported)


async def test_the_home_obeys_and_tells_the_truth(tmp_path: Path, bus: NatsBus) -> None:
    async with furnished(tmp_path, bus) as home:
        for thing in HOME["things"]:
            for identifier in thing["initial"].keys() - {"rooms"}:
                assert home.value(thing["id"], identifier) is not None, (thing["id"], identifier)

        sets: list[tuple[str, dict[str, object]]] = [
            ("living_room_light", {"on": 1, "brightness": 30, "color_temperature": 2700}),
            ("bedroom_light", {"on": 1, "color": "#ff0000"}),
            ("kitchen_light", {"brightness": 0}),
            ("living_room_curtain", {"position": 100}),
            ("living_room_air_conditioner", {"on": 1, "mode": 2, "target_temperature": 23.5, "fan": 3}),
            ("kitchen_fridge", {"cold_target": 3, "freezer_target": -20}),
            ("speaker", {"volume": 55, "mute": 1}),
            ("television", {"channel": 7, "volume": 10}),
        ]
        for thing_id, values in sets:
            assert await home.set(thing_id, **values) == ["confirmed"] * len(values), thing_id
            assert {key: home.value(thing_id, key) for key in values} == values
        assert await home.set("living_room_light", on=1) == ["unchanged"]
        assert home.value("television", "on") == 1


async def test_the_vacuum_is_sent_to_a_room_and_says_when_it_cannot(tmp_path: Path, bus: NatsBus) -> None:
    async with furnished(tmp_path, bus) as home:
        vacuum = ThingId("vacuum")
        sent = await home.room.commander.call_service(vacuum, "clean_area", {"area": "bedroom"}, by="test")
        assert sent.outcome is CommandOutcome.CONFIRMED
        await until(lambda: (home.value("vacuum", "state"), home.value("vacuum", "area")) == (1, "bedroom"))
        await home.devices.by_hand("vacuum", "state 4")
        await until(lambda: home.value("vacuum", "state") == 4)
        refused = await home.room.commander.call_service(vacuum, "dock", by="test")
        assert refused.outcome is CommandOutcome.REFUSED


async def test_what_people_do_by_hand_is_seen(tmp_path: Path, bus: NatsBus) -> None:
    async with furnished(tmp_path, bus) as home:
        await home.devices.by_hand("hall_door_sensor", "door open")
        await home.devices.by_hand("hall_light", "on 1")
        await home.devices.by_hand("living_room_curtain", "position 35")
        await until(lambda: home.value("hall_door_sensor", "open") == 1)
        await until(lambda: home.value("hall_light", "on") == 1)
        await until(lambda: home.value("living_room_curtain", "position") == 35)
