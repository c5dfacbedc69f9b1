"""Appliances and the hub's own room understand each other: enrolling, health, and things behind a gateway."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from integration.devices.conftest import ROOT, Start
from integration.devices.scripted_broker import until
from integration.stranger import a_door
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Names, Secret, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.runtime.testing import InMemoryBus
from jinn.things import CommandOutcome, Thing, read_product

pytestmark = pytest.mark.anyio

FRIDGE = ROOT / "products/fridge/product.json"
LIGHT = ROOT / "products/light/product.json"
LIGHT_KEY = json.loads(LIGHT.read_text("utf-8"))["product_key"]
FRIDGE_KEY = json.loads(FRIDGE.read_text("utf-8"))["product_key"]
COLD = {
    thing["id"]: thing["initial"]
    for thing in json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))["things"]
}["kitchen_fridge"]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    bus = InMemoryBus()
    async with a_database(tmp_path / "data", others=(PEOPLE,)) as database, a_home(database, bus) as home:
        for path in (LIGHT, FRIDGE):
            await home.room.registry.register_product(read_product(path.read_bytes()))
        yield home


async def add(home: Home, product_key: str, name: str) -> ThingId:
    await home.room.registry.add_device(
        product_key, names=Names(en=name, zh=name), area=None, device_name=name,
        thing_id=ThingId(name), secret=Secret("secret"),
    )  # fmt: skip
    return ThingId(name)


def reported(home: Home, thing: ThingId) -> dict[str, object]:
    return {name: said.value for name, said in home.room.twins.peek(thing).reported.items()}


@pytest.mark.parametrize("registration", ["register", "regnwl"])
async def test_a_thing_enrols_by_its_products_secret_and_comes_back_without_it(
    home: Home, start: Start, registration: str
) -> None:
    access = await home.room.upkeep.enrolling.allow(LIGHT_KEY, is_open=True)
    more = {
        "product_key": LIGHT_KEY, "device_name": "newcomer", "device_secret": None, "flash": "flash",
        "product_secret": access.secret.reveal(), "registration": registration,
    }  # fmt: skip
    async with a_door(home) as door:
        async with start(door.port, "hall_light", **more):
            await until(lambda: home.room.registry.thing_of_device(f"{LIGHT_KEY}&newcomer") is not None)
            thing = home.room.registry.thing_of_device(f"{LIGHT_KEY}&newcomer")
            assert isinstance(thing, Thing)
            await until(lambda: "on" in reported(home, thing.id))
        await until(lambda: not home.room.twins.peek(thing.id).is_online)
        # The secret is given once: the second start must have kept it.
        async with start(door.port, "hall_light", **more):
            await until(lambda: home.room.twins.peek(thing.id).is_online)
        assert door.counts.refused == 0


async def test_the_hub_keeps_the_health_of_an_appliance(home: Home, start: Start) -> None:
    thing = await add(home, LIGHT_KEY, "lit")
    more = {"product_key": LIGHT_KEY, "device_name": "lit", "tags": {"place": "shelf"}, "flash": "flash"}
    async with a_door(home) as door, start(door.port, "hall_light", **more):

        async def tags() -> dict[str, str]:
            rows = await home.database.read("things.tags_of_thing", thing=thing)
            return {str(row["tag"]): str(row["value"]) for row in rows}

        with anyio.fail_after(30):
            while not {"health", "place"} <= (found := await tags()).keys():  # noqa: ASYNC110 - another process
                await anyio.sleep(0.02)
        assert found["place"] == "shelf"
        assert json.loads(found["health"])["started"] == "power"


async def test_things_behind_a_gateway_are_commanded_like_any_other(home: Home, start: Start) -> None:
    gateway = await add(home, LIGHT_KEY, "bridge")
    behind = [await add(home, FRIDGE_KEY, name) for name in ("one", "two")]
    children = [
        {"product": str(FRIDGE), "product_key": FRIDGE_KEY, "device_name": name, "device_secret": "secret",
         "initial": COLD}
        for name in behind
    ]  # fmt: skip
    more = {"product_key": LIGHT_KEY, "device_name": "bridge", "children": children}
    async with a_door(home) as door:
        async with start(door.port, "hall_light", **more):
            await until(lambda: all("cold_target" in reported(home, thing) for thing in (*behind,)))
            assert {thing.id for thing in home.room.registry.things_behind(gateway)} == set(behind)
            (result,) = await home.room.commander.set_properties(behind[1], {"cold_target": 3}, by="test")
            assert result.outcome is CommandOutcome.CONFIRMED
            assert reported(home, behind[0])["cold_target"] == COLD["cold_target"]
        await until(lambda: not any(home.room.twins.peek(thing).is_online for thing in behind))


async def test_a_gateway_comes_back_with_its_children(home: Home, start: Start) -> None:
    await add(home, LIGHT_KEY, "bridge")
    behind = await add(home, FRIDGE_KEY, "one")
    form = {"product": str(FRIDGE), "product_key": FRIDGE_KEY, "device_name": "one", "device_secret": "secret"}
    more = {"product_key": LIGHT_KEY, "device_name": "bridge", "children": [form | {"initial": COLD}], "flash": "f"}
    async with a_door(home) as door, start(door.port, "hall_light", **more):
        await until(lambda: home.room.twins.peek(behind).is_online)
        session = home.room.twins.peek(behind).session
        door.connections[f"{LIGHT_KEY}&bridge"].abort()
        await until(lambda: home.room.twins.peek(behind).session not in (session, None))
        await until(lambda: home.room.twins.peek(behind).is_online)
        (result,) = await home.room.commander.set_properties(behind, {"cold_target": 3}, by="test")
        assert result.outcome is CommandOutcome.CONFIRMED
