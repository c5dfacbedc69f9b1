"""Devices on a real broker become things, are heard and told; and the home's own things appear there."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import msgspec
import pytest
from broker_parts import ABroker, PahoClient, a_broker, started, until
from integration.things_room import HALL, Home, a_home

from jinn import people, things
from jinn.kernel import HomeId, Lang, Names, NotFound, ThingId
from jinn.runtime import Database, open_database
from jinn.things import CommandOutcome, mqtt
from jinn.things.alink import Request
from jinn.things.door.codec import Publish
from jinn.things.frames import DownMessage
from jinn.things.mqtt import Announcing, DiscoveryBridge, MqttClient, Together, is_discovered, node_of
from jinn.things.registry import REGISTRY_SUBJECT, RegistryChanged

pytestmark = pytest.mark.anyio
RECORDINGS = Path(__file__).resolve().parents[1] / "recordings" / "homeassistant"
PRODUCTS = Path(__file__).resolve().parents[2] / "products"
HOME = HomeId("h1")


@dataclass(slots=True)
class World:
    """A home with both directions, and a program on the broker that plays the devices."""

    home: Home
    broker: ABroker
    bridge: DiscoveryBridge
    announcing: Announcing
    client: MqttClient
    player: PahoClient
    obeys: dict[str, Callable[[str], None]] = field(default_factory=dict)

    def say(self, topic: str, payload: object, *, is_retained: bool = True) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.player.client.publish(topic, text, qos=1, retain=is_retained)

    def announce(self, name: str) -> None:
        for line in (RECORDINGS / name).read_text().splitlines():
            said = json.loads(line)
            self.say(said["topic"], said["payload"])

    def found(self, name: str) -> things.Found | None:
        return next((found for found in self.bridge.found() if found.names.en == name), None)

    async def joined(self, name: str) -> ThingId:
        await until(lambda: self.found(name))
        found = self.found(name)
        assert found is not None
        return (await self.bridge.join(found.id, names=None, area=None)).id

    def said(self, thing: ThingId, name: str) -> object:
        reported = self.home.room.twins.peek(thing).reported.get(name)
        return None if reported is None else reported.value

    def is_online(self, thing: ThingId) -> bool:
        return self.home.room.twins.peek(thing).is_online

    def last(self, topic: str) -> str | None:
        return next((payload for name, payload, _, _ in reversed(self.player.heard) if name == topic), None)


@asynccontextmanager
async def a_world(folder: Path, database: Database, broker: ABroker, *, publishes: bool = True) -> AsyncIterator[World]:
    async with a_home(database, broker.bus) as home, anyio.create_task_group() as tasks:
        bridge = DiscoveryBridge(
            room=home.room, bus=broker.bus, database=database, areas=home.areas, prefix="homeassistant",
            own_node=node_of(HOME),
        )  # fmt: skip
        announcing = Announcing(
            room=home.room, bus=broker.bus, areas=home.areas, home=HOME, prefix="homeassistant", lang=lambda: Lang.EN,
            is_foreign=is_discovered, is_on=publishes,
        )  # fmt: skip
        client = MqttClient(
            lambda: broker.link, client_id="jinn-h1", filters=(*bridge.filters, *announcing.filters),
            listener=Together((bridge, announcing)), will=announcing.will,
        )  # fmt: skip
        bridge.broker = announcing.broker = client
        await started(tasks, bridge.bridging, bridge, announcing, client)
        topics = ["homeassistant/#", "zigbee2mqtt/#", "tasmota/#", "garage/#", "valetudo/#", "jinn/#"]
        names = {one.name for one in await broker.clients.listed()}
        name = f"player{len(names)}"
        token = await broker.clients.add(name, publish=topics, subscribe=topics)
        player = PahoClient(link=broker.link, name=name, password=token.reveal()).start()
        await until(lambda: player.codes == [0])
        player.client.subscribe([(topic, 1) for topic in topics])
        await until(lambda: player.granted)
        try:
            yield World(home=home, broker=broker, bridge=bridge, announcing=announcing, client=client, player=player)
        finally:
            player.stop()
            tasks.cancel_scope.cancel()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    schemas = (people.SCHEMA, things.SCHEMA, mqtt.SCHEMA)
    async with (
        a_broker(tmp_path) as broker,
        open_database(schemas, folder=tmp_path / "home") as database,
        a_world(tmp_path, database, broker) as world,
    ):
        yield world


async def test_a_zigbee_lamp_becomes_a_thing_and_obeys(world: World) -> None:
    world.announce("zigbee2mqtt.jsonl")
    lamp = await world.joined("Reading lamp")
    assert not world.is_online(lamp)
    world.say("zigbee2mqtt/reading_lamp", {"state": "OFF", "brightness": 254})
    world.say("zigbee2mqtt/bridge/state", {"state": "online"})
    world.say("zigbee2mqtt/reading_lamp/availability", {"state": "online"})
    await until(lambda: world.is_online(lamp) and world.said(lamp, "brightness") == 100)
    assert world.said(lamp, "on") == 0

    async with anyio.create_task_group() as tasks:
        results: list[CommandOutcome] = []

        async def switch() -> None:
            done = await world.home.room.commander.set_properties(lamp, {"on": 1, "brightness": 50}, by="test")
            results.extend(result.outcome for result in done)

        tasks.start_soon(switch)
        await until(lambda: world.last("zigbee2mqtt/reading_lamp/set"))
        asked = json.loads(world.last("zigbee2mqtt/reading_lamp/set") or "")
        assert asked == {"state": "ON", "brightness": 127}
        world.say("zigbee2mqtt/reading_lamp", asked)
    assert results == [CommandOutcome.CONFIRMED] * 2

    world.say("zigbee2mqtt/bridge/state", {"state": "offline"})
    await until(lambda: not world.is_online(lamp))
    world.say("zigbee2mqtt/bridge/state", {"state": "online"})
    await until(lambda: world.is_online(lamp))


async def test_a_silent_lamp_is_told_of_truly(world: World) -> None:
    world.announce("tasmota.jsonl")
    world.say("tasmota/strip/tele/LWT", "Online")
    strip = await world.joined("Strip")
    await until(lambda: world.is_online(strip))
    done = await world.home.room.commander.set_properties(strip, {"on": 1}, by="test", expires_s=0.3)
    assert [(result.outcome, result.code) for result in done] == [(CommandOutcome.TIMED_OUT, "no-report")]


async def test_an_event_a_service_and_a_closed_set_of_words(world: World) -> None:
    world.announce("vacuum.jsonl")
    world.announce("zigbee2mqtt.jsonl")
    robot, knob = await world.joined("Robot"), await world.joined("Knob")
    world.say("valetudo/robot_x/state/attr", "ready")
    world.say("valetudo/robot_x/hass/state", {"state": "docked", "battery_level": 100, "fan_speed": "low"})
    await until(lambda: world.said(robot, "battery") == 100 and world.is_online(robot))
    called = await world.home.room.commander.call_service(robot, "start", by="test")
    assert called.outcome is CommandOutcome.CONFIRMED
    await until(lambda: world.last("valetudo/robot_x/hass/command") == "start")
    await until(lambda: world.is_online(knob))
    world.say("zigbee2mqtt/knob", {"action": "single"}, is_retained=False)

    async def events() -> list[object]:
        rows = await world.home.database.read("things.events_of_thing", thing=knob, count_max=5)
        return [row["event"] for row in rows]

    with anyio.fail_after(30):
        while await events() != ["single"]:  # noqa: ASYNC110 - the database gives no event to wait for.
            await anyio.sleep(0.02)


async def test_what_is_found_is_listed_ignored_and_joined_once(world: World) -> None:
    joining = things.Joining(clock=world.home.room.clock, finders=[world.bridge])
    world.announce("esphome.jsonl")
    await until(lambda: world.found("garage"))
    found = world.found("garage")
    assert found is not None
    assert (found.via, found.kind, found.maker, found.model, found.joined) == (
        "homeassistant", "fan", "Espressif", "esp32dev", None,
    )  # fmt: skip
    await joining.ignore(found.id)
    assert joining.found() == []
    with pytest.raises(NotFound):
        await joining.join(found.id)
    thing = await world.bridge.join(found.id, names=Names(en="Garage board", zh="车库"), area=HALL.id)
    assert (thing.names.en, thing.area) == ("Garage board", HALL.id)
    assert (await joining.join(found.id)).id == thing.id
    assert joining.found()[0].joined == thing.id


async def test_joined_things_are_known_again_after_a_restart_and_ignored_ones_stay_so(tmp_path: Path) -> None:
    schemas = (people.SCHEMA, things.SCHEMA, mqtt.SCHEMA)
    async with a_broker(tmp_path) as broker, open_database(schemas, folder=tmp_path / "home") as database:
        async with a_world(tmp_path, database, broker) as world:
            world.announce("zigbee2mqtt.jsonl")
            world.say("zigbee2mqtt/bridge/state", {"state": "online"})
            greenhouse = await world.joined("Greenhouse")
            plug = world.found("Desk plug")
            assert plug is not None
            await world.bridge.ignore(plug.id)
            await until(lambda: world.is_online(greenhouse))
        async with a_world(tmp_path, database, broker) as world:
            await until(lambda: world.is_online(greenhouse))
            await until(lambda: world.found("Front door"))
            assert world.found("Desk plug") is None
            world.say("zigbee2mqtt/greenhouse", {"temperature": 25.5, "humidity": 40})
            await until(lambda: world.said(greenhouse, "temperature") == 25.5)


async def test_a_device_that_announces_itself_anew_keeps_its_thing(world: World) -> None:
    def announce(*names: str) -> None:
        for name in names:
            world.say(f"homeassistant/sensor/{name}/config", {
                "stat_t": f"garage/{name}", "unit_of_meas": "W", "uniq_id": name, "dev": {"ids": "m1", "name": "Meter"},
            })  # fmt: skip

    announce("one")
    meter = await world.joined("Meter")
    before = world.home.room.registry.thing(meter)
    world.say("garage/one", "1")
    await until(lambda: world.said(meter, "one") == 1)
    announce("two")
    await until(lambda: world.home.room.registry.thing(meter).product_key != before.product_key)
    world.say("garage/two", "2")
    await until(lambda: world.said(meter, "two") == 2 and world.said(meter, "one") == 1)
    # Of another type from now on.
    world.say("homeassistant/sensor/two/config", {
        "stat_t": "garage/two", "options": ["low", "high"], "uniq_id": "two", "dev": {"ids": "m1", "name": "Meter"},
    })  # fmt: skip
    world.say("garage/two", "high")
    await until(lambda: world.said(meter, "two") == 1)


async def test_a_device_that_takes_itself_back_is_offline_and_no_longer_found(world: World) -> None:
    world.announce("vacuum.jsonl")
    world.say("valetudo/robot_x/state/attr", "ready")
    robot = await world.joined("Robot")
    await until(lambda: world.is_online(robot))
    world.say("homeassistant/vacuum/robot_x/config", "")
    await until(lambda: not world.is_online(robot) and not world.found("Robot"))
    world.announce("vacuum.jsonl")
    await until(lambda: world.is_online(robot))


async def test_a_thing_that_is_removed_is_found_again(world: World) -> None:
    world.announce("vacuum.jsonl")
    robot = await world.joined("Robot")
    await until(lambda: world.found("Robot"))
    await world.home.room.remove(robot)
    changed = RegistryChanged(id="1", kind="removed", thing=robot)
    await world.broker.bus.publish(REGISTRY_SUBJECT, msgspec.json.encode(changed))
    await until(lambda: (found := world.found("Robot")) is not None and found.joined is None)
    assert await world.joined("Robot") != robot


async def test_garbage_on_the_broker_harms_nobody(world: World) -> None:
    for number in range(200):
        world.say(f"homeassistant/sensor/bad{number}/config", "{" * number)
        world.say(f"homeassistant/light/deep{number % 5}/config", "[" * 2_000)
    world.say("homeassistant/sensor/self/config", {"stat_t": "homeassistant/sensor/self/config", "dev": {"ids": "s"}})
    bomb = {"stat_t": "garage/x", "val_tpl": "{{ " + "(" * 4_000, "dev": {"ids": "t"}}
    world.say("homeassistant/sensor/bomb/config", bomb)
    world.announce("zigbee2mqtt.jsonl")
    greenhouse = await world.joined("Greenhouse")
    world.say("zigbee2mqtt/bridge/state", {"state": "online"})
    for payload in ("", "x", "[]", '{"temperature": []}', '{"temperature": "NaN"}', '{"humidity": 1e999}', "\x00"):
        world.say("zigbee2mqtt/greenhouse", payload, is_retained=False)
    for _ in range(300):
        world.say("zigbee2mqtt/greenhouse", {"temperature": 20, "humidity": 50}, is_retained=False)
    await until(lambda: world.said(greenhouse, "temperature") == 20)
    assert world.bridge.unread >= 200
    assert world.home.room.receiver.refused_frames == 0


async def test_a_broker_that_is_away_takes_its_things_along_and_brings_them_back(world: World) -> None:
    world.announce("vacuum.jsonl")
    world.say("valetudo/robot_x/state/attr", "ready")
    robot = await world.joined("Robot")
    await until(lambda: world.is_online(robot))
    world.bridge.disconnected()
    await until(lambda: not world.is_online(robot))
    called = await world.home.room.commander.call_service(robot, "start", by="test")
    assert called.outcome is CommandOutcome.OFFLINE
    world.bridge.connected()
    await until(lambda: world.is_online(robot))


# The home's own things.

LAMP = f"jinn/{HOME}_hall_lamp"
CONFIG = f"homeassistant/device/jinn_{HOME}_hall_lamp/config"


async def test_a_thing_of_ours_is_announced_with_its_state_and_obeys(world: World) -> None:
    await until(lambda: world.last(CONFIG))
    config = json.loads(world.last(CONFIG) or "")
    assert (config["device"]["name"], config["device"]["suggested_area"]) == ("Hall lamp", "Hall")
    assert config["availability_mode"] == "all"
    assert [one["topic"] for one in config["availability"]] == [f"jinn/{HOME}/availability", f"{LAMP}/availability"]
    light = config["components"]["light"]
    await until(lambda: world.last(f"{LAMP}/availability") == "offline")
    await world.home.switch_on()
    await until(lambda: world.last(f"{LAMP}/availability") == "online")
    assert world.last(f"jinn/{HOME}/availability") == "online"
    world.say(light["command_topic"], light["payload_on"], is_retained=False)
    world.say(light["brightness_command_topic"], "40", is_retained=False)
    await until(lambda: json.loads(world.last(f"{LAMP}/state") or "{}") == {"on": 1, "brightness": 40})


async def test_commands_that_make_no_sense_or_are_retained_are_not_obeyed(world: World) -> None:
    await world.home.switch_on()
    for topic, payload in (("on/set", "maybe"), ("nothing/set", "1"), ("temperature/set", "3"), ("call", "explode")):
        world.say(f"{LAMP}/{topic}", payload, is_retained=False)
    world.say(f"jinn/{HOME}_nobody/on/set", "1", is_retained=False)
    await until(lambda: world.announcing.refused == 5)
    world.announcing.heard(Publish(f"{LAMP}/on/set", b"1", 1, 1, is_retained=True))
    await anyio.sleep(0.2)
    assert world.home.door.heard == []


async def test_our_own_announcements_are_not_taken_in_and_found_things_not_announced(world: World) -> None:
    world.announce("vacuum.jsonl")
    robot = await world.joined("Robot")
    await until(lambda: world.last(CONFIG))
    await anyio.sleep(0.5)
    assert [found.names.en for found in world.bridge.found()] == ["Robot"]
    assert not [topic for topic, _, _, _ in world.player.heard if robot in topic]


async def test_a_removed_thing_is_taken_back(world: World) -> None:
    await until(lambda: world.last(CONFIG))
    await world.home.room.remove(world.home.lamp.id)
    changed = RegistryChanged(id="1", kind="removed", thing=world.home.lamp.id)
    await world.broker.bus.publish(REGISTRY_SUBJECT, msgspec.json.encode(changed))
    await until(lambda: world.last(CONFIG) == "" and world.last(f"{LAMP}/state") == "")


async def test_what_was_announced_is_taken_back_when_that_is_switched_off(tmp_path: Path) -> None:
    schemas = (people.SCHEMA, things.SCHEMA, mqtt.SCHEMA)
    async with a_broker(tmp_path) as broker, open_database(schemas, folder=tmp_path / "home") as database:
        async with a_world(tmp_path, database, broker) as world:
            await until(lambda: world.last(CONFIG))
        async with a_world(tmp_path, database, broker, publishes=False) as world:
            await until(lambda: world.client.is_connected)
            with anyio.fail_after(30):
                while await announced_again(world):
                    pass


async def announced_again(world: World) -> bool:
    """Asked for anew, whatever is retained comes again, before what is said afterwards."""
    world.player.heard.clear()
    world.player.client.subscribe("homeassistant/#", 1)
    world.say("homeassistant/status", "done")
    await until(lambda: world.last("homeassistant/status"))
    return world.last(CONFIG) is not None


async def test_the_broker_says_that_the_home_is_gone(tmp_path: Path) -> None:
    schemas = (people.SCHEMA, things.SCHEMA, mqtt.SCHEMA)
    async with a_broker(tmp_path) as broker, open_database(schemas, folder=tmp_path / "home") as database:
        async with a_world(tmp_path, database, broker) as world:
            await until(lambda: world.last(f"jinn/{HOME}/availability") == "online")
        token = await broker.clients.add("watch", publish=[], subscribe=["jinn/#"])
        watcher = PahoClient(link=broker.link, name="watch", password=token.reveal()).start()
        await until(lambda: watcher.codes)
        watcher.client.subscribe("jinn/#", 1)
        await until(lambda: watcher.heard)
        watcher.stop()
        assert (f"jinn/{HOME}/availability", "offline") in [said[:2] for said in watcher.heard]


def asked_of(call: str) -> list[tuple[str, str]]:
    """What Home Assistant published when that service of its was called: topic and payload."""
    found: list[tuple[str, str]] = []
    for line in (RECORDINGS / "obeying.jsonl").read_text().splitlines():
        said = json.loads(line)
        if said["call"] == call:
            found.extend((each["topic"].replace("{home}", HOME), each["payload"]) for each in said["messages"])
    return found


ASKED: list[tuple[str, str, str, tuple[str, dict[str, object]]]] = [
    ("light", "hall_lights", "light.turn_off", ("property.set", {"on": 0})),
    ("light", "hall_lights", "light.turn_on", ("property.set", {"brightness": 30})),
    ("curtain", "living_room_curtain", "cover.set_cover_position", ("property.set", {"position": 60})),
    ("curtain", "living_room_curtain", "cover.stop_cover", ("stop", {})),
    ("air_conditioner", "bedroom_air_conditioner", "climate.set_temperature", (
        "property.set", {"target_temperature": 24.0})),
    ("air_conditioner", "bedroom_air_conditioner", "climate.set_hvac_mode", ("property.set", {"mode": 2})),
    ("speaker", "speaker", "number.set_value", ("property.set", {"volume": 55})),
    ("vacuum", "vacuum", "vacuum.return_to_base", ("dock", {})),
]  # fmt: skip


async def test_what_home_assistant_publishes_is_what_our_things_are_asked(world: World) -> None:
    registry = world.home.room.registry
    heard: list[tuple[str, object]] = []

    async def hear(down: DownMessage) -> None:
        request = msgspec.json.decode(down.payload, type=Request)
        heard.append((request.method.removeprefix("thing.service."), request.params))

    for folder, thing in dict.fromkeys((folder, thing) for folder, thing, _, _ in ASKED):
        product = await registry.register_product(things.read_product_folder(PRODUCTS / folder))
        names = Names(en=f"Our {thing}", zh="我们的")
        await registry.add_device(product.product_key, names=names, device_name=thing, thing_id=ThingId(thing))
        await world.home.door.connect(registry.thing(ThingId(thing)).device, hear)
    for _, _, call, asked in ASKED:
        heard.clear()
        for topic, payload in asked_of(call):
            world.say(topic.replace("hall_light/", "hall_lights/"), payload, is_retained=False)
        await until(lambda asked=asked: asked in heard)
