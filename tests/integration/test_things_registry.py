"""Products and things: added, named, moved and removed; told through the outbox; the same on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.things_room import HALL, LAMP, LAMP_NAMES, Home, a_database, a_home, emptied

from jinn.kernel import AreaId, Conflict, Invalid, Lang, Names, NotFound, Secret, ThingId
from jinn.people import Area
from jinn.runtime import NatsBus, OutboxRelay, Statement
from jinn.things import NamesOfThings, Thing, product_from_model, read_product
from jinn.things.registry import RegistryChanged

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")
KITCHEN = Area(id=AreaId("kitchen"), names=Names(en="Kitchen", zh="厨房"))


@pytest.fixture(params=["sqlite", "postgres"])
async def home(request: pytest.FixtureRequest, tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    url = None
    if request.param == "postgres":
        url = await emptied(request.getfixturevalue("postgres_address"))
    async with a_database(tmp_path / "data", url) as database, a_home(database, bus) as home:
        yield home


async def test_a_new_device_gets_credentials_that_let_it_in(home: Home) -> None:
    made = await home.room.registry.add_device("testLamp01", names=LAMP_NAMES)
    secret = await home.room.registry.device_secret(made.product_key, made.device_name)
    assert secret is made.device_secret
    assert len(secret.reveal()) == 32
    assert made.device_name.isalnum()
    assert await home.room.registry.device_secret("testLamp01", "nobody") is None


async def test_a_disabled_device_is_let_in_no_more(home: Home) -> None:
    await home.room.registry.enable(THING, is_enabled=False)
    assert await home.room.registry.device_secret("testLamp01", "lamp1") is None


async def test_things_are_the_same_after_a_restart(home: Home, bus: NatsBus) -> None:
    await home.room.registry.rename(THING, Names(en="Big", zh="大灯", aliases={Lang.ZH: ("吊灯",)}))
    await home.room.registry.move(THING, None)
    async with a_home(home.database, bus) as later:
        thing = later.room.registry.thing(THING)
        assert thing == home.room.registry.thing(THING)
        assert (thing.names.all_of(Lang.ZH), thing.area) == (("大灯", "吊灯"), None)
        assert later.room.registry.products() == home.room.registry.products()


async def test_a_changed_model_is_a_new_version_and_the_same_one_is_not(home: Home) -> None:
    registry = home.room.registry
    again = await registry.register_product(read_product(msgspec.json.encode(LAMP)))
    assert again.version == 1
    changed = {**LAMP, "model": {**LAMP["model"], "services": []}}  # type: ignore[dict-item]
    assert (await registry.register_product(read_product(msgspec.json.encode(changed)))).version == 2
    assert registry.product("testLamp01").model.services == {}


async def test_a_removed_thing_leaves_nothing_behind(home: Home) -> None:
    await home.switch_on()
    await home.door.post(home.lamp.device, {"on": 1})
    await home.room.commander.set_properties(THING, {"on": 1}, by="test")
    await home.room.remove(THING)
    assert home.room.registry.things() == ()
    assert home.room.names.words().things == ()
    for query in ("things.twin", "things.tags_of_thing"):
        assert await home.database.read(query, thing=THING) == []
    assert await home.database.read("things.commands_of_thing", thing=THING, count_max=9) == []
    reply = await home.door.post(home.lamp.device, {"on": 1})
    assert (reply.is_kept, reply.code) == (True, 6100)


@pytest.mark.parametrize(
    ("values", "error", "code"),
    [
        ({"device_name": "lamp1"}, Conflict, "thing-exists"),
        ({"thing_id": "hall_lamp"}, Conflict, "thing-exists"),
        ({"device_name": "a/b"}, Invalid, "bad-name"),
        ({"device_name": "x" * 65}, Invalid, "bad-name"),
        ({"area": "cellar"}, NotFound, "area-not-found"),
        ({"names": Names(en="", zh="灯")}, Invalid, "bad-names"),
        ({"names": Names(en="a\nb", zh="灯")}, Invalid, "bad-names"),
    ],
)
async def test_a_bad_device_is_refused_with_a_code(
    home: Home, values: dict[str, object], error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        await home.room.registry.add_device("testLamp01", **{"names": LAMP_NAMES, **values})  # type: ignore[arg-type]
    assert caught.value.stable_code() == code  # type: ignore[attr-defined]
    assert [thing.id for thing in home.room.registry.things()] == ["hall_lamp"]


async def test_two_hubs_cannot_add_the_same_device(home: Home, bus: NatsBus) -> None:
    async with a_home(home.database, bus) as other:
        await home.room.registry.add_device("testLamp01", names=LAMP_NAMES, device_name="twice")
        with pytest.raises(Conflict):
            await other.room.registry.add_device("testLamp01", names=LAMP_NAMES, device_name="twice")


async def test_a_change_reaches_other_hubs_through_the_outbox(home: Home, bus: NatsBus) -> None:
    relay = OutboxRelay(database=home.database, bus=bus)
    async with (
        a_home(home.database, bus) as other,
        bus.subscribe("ev.things.registry") as events,
        anyio.create_task_group() as tasks,
    ):
        await home.room.registry.rename(THING, Names(en="Renamed", zh="新名"))
        await tasks.start(lambda *, task_status: relay.run(task_status=task_status))
        with anyio.fail_after(30):
            seen: list[RegistryChanged] = []
            while not any(changed.kind == "changed" for changed in seen):
                seen.append(msgspec.json.decode((await anext(events)).payload, type=RegistryChanged))
            while other.room.registry.thing(THING).names.en != "Renamed":  # noqa: ASYNC110 (it gives no event)
                await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    assert [(changed.kind, changed.thing) for changed in seen] == [("added", "hall_lamp"), ("changed", "hall_lamp")]


async def test_things_are_found_by_name_and_alias(home: Home) -> None:
    find = home.room.registry.find
    assert [thing.id for thing in find("hall LAMP", Lang.EN)] == ["hall_lamp"]
    assert [thing.id for thing in find("entrance lamp", Lang.EN)] == ["hall_lamp"]
    assert find("entrance lamp", Lang.ZH) == ()


async def test_the_names_of_ten_thousand_things_are_made_once(home: Home) -> None:
    for number in range(10_000):
        names = Names(en=f"lamp {number}", zh=f"灯{number}")
        home.room.registry.take(
            Thing(
                id=ThingId(f"t{number}"), product_key="testLamp01", device_name=f"d{number}", secret=Secret("s"),
                names=names,
            )
        )  # fmt: skip
    names_of_things = NamesOfThings(registry=home.room.registry, areas=home.areas)
    words = names_of_things.words()
    assert len(words.things) == 10_001
    assert names_of_things.words() is words
    home.areas.known = (HALL, KITCHEN)
    assert [area.id for area in names_of_things.words().areas] == ["hall", "kitchen"]


async def test_a_bare_model_makes_a_product_with_a_key_of_its_own(home: Home) -> None:
    model = {"properties": [{"identifier": "PowerSwitch", "accessMode": "rw", "dataType": {"type": "bool"}}]}
    document = msgspec.json.encode(model)
    product = product_from_model(document)
    assert product == product_from_model(document)
    assert (product.kind, product.domain) == ("switch", "switch")
    kept = await home.room.registry.register_product(product)
    assert kept.product_key.isalnum()
    bad_key = msgspec.json.encode({**model, "profile": {"productKey": "no/slash"}})
    assert product_from_model(bad_key).product_key.isalnum()
    assert kept.model.document == document


async def test_a_hub_that_starts_ends_what_a_dead_one_asked(home: Home) -> None:
    row = {
        "id": "old", "thing": THING, "service": None, "asked": "{}", "asked_by": "x", "at_ms": 1, "expires_ms": 2,
    }  # fmt: skip
    await home.database.write(Statement(query="things.add_command", values=row))
    await home.room.sweeper.sweep()
    (command,) = await home.database.read("things.commands_of_thing", thing=THING, count_max=1)
    assert (command["outcome"], command["code"]) == ("timed_out", "abandoned")


async def test_a_model_that_changes_a_propertys_type_is_refused_and_the_old_one_stays(home: Home) -> None:
    changed = msgspec.json.decode(msgspec.json.encode(LAMP))
    changed["model"]["properties"][1]["dataType"] = {"type": "text", "specs": {"length": "8"}}
    with pytest.raises(Conflict) as refused:
        await home.room.registry.register_product(read_product(msgspec.json.encode(changed)))
    assert refused.value.stable_code() == "type-changed"
    assert home.room.registry.product("testLamp01").version == 1
    changed["model"]["properties"][1]["identifier"] = "brightness_text"
    kept = await home.room.registry.register_product(read_product(msgspec.json.encode(changed)))
    assert kept.version == 2
