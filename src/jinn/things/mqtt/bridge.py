"""The bridge of devices that announce themselves on the broker: found, joined, heard and told."""

import logging
from collections.abc import Mapping
from typing import Literal

import anyio
import anyio.abc

from jinn.kernel import AreaId, Clock, Invalid, JinnError, Names, NotFound, ThingId, Unavailable, millis
from jinn.runtime import Bus, Database, Sql, Statement
from jinn.things.bridging import Bridging
from jinn.things.door.codec import Publish
from jinn.things.joining import Found
from jinn.things.model import Thing
from jinn.things.mqtt.device import PRODUCT_PREFIX, Device, assemble_device
from jinn.things.mqtt.discovery import is_config_topic, read_announcement
from jinn.things.mqtt.drawing import Heard, Outgoing
from jinn.things.mqtt.known import Known
from jinn.things.mqtt.ports import Broker
from jinn.things.ports import Areas
from jinn.things.room import ThingsRoom
from jinn.things.values import Json

CONFIGS_MAX = 20_000
DEVICES_MAX = 2_000
"""Strangers on the broker announce what they like; a home has fewer."""

SETTLE_S = 0.2
"""A device announces its entities one by one, so it is looked at when it has stopped for a moment."""

DEVICE_PREFIX = "ha_"

_log = logging.getLogger(__name__)


class DiscoveryBridge:
    """`Bridge`, `Finder` and listener of the broker. A `Service`; run its `bridging` before and its client after it."""

    name = "homeassistant"
    via: Literal["homeassistant"] = "homeassistant"

    def __init__(
        self, *, room: ThingsRoom, bus: Bus, database: Database, areas: Areas, prefix: str, own_node: str = ""
    ) -> None:
        """`own_node`: what begins the node of everything that this home announces; it is not taken in again."""
        self._room = room
        self._clock: Clock = room.clock
        self._database = database
        self._areas = areas
        self._prefix = prefix
        self._own = f"{prefix}/device/{own_node}" if own_node else ""
        self.bridging = Bridging(bridge=self, room=room, bus=bus, on_removed=self._forget_thing)
        self.broker: Broker | None = None
        self._known: dict[str, Known] = {}
        self._device_of_config: dict[str, str] = {}
        self._devices_of: dict[str, set[str]] = {}
        self._ignored: set[str] = set()
        self._dirty: set[str] = set()
        self._wake = anyio.Event()
        self._is_up = False
        self.unread = 0
        """Announcements that could not be read, or were too many."""

    @property
    def filters(self) -> tuple[tuple[str, int], ...]:
        """What must be heard from the start."""
        return (f"{self._prefix}/+/+/config", 0), (f"{self._prefix}/+/+/+/config", 0)

    @property
    def is_up(self) -> bool:
        """Whether the broker is there."""
        return self._is_up

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        self._ignored = {str(row["id"]) for row in await self._database.read("mqtt.ignored")}
        for thing in self._room.registry.things():
            if is_discovered(thing):
                self._known.setdefault(thing.device_name, Known()).thing = thing.id
        task_status.started()
        while True:
            await self._wake.wait()
            await anyio.sleep(SETTLE_S)
            self._wake = anyio.Event()
            for device_id in tuple(self._dirty):
                self._dirty.discard(device_id)
                try:
                    await self._look_at(device_id)
                except JinnError as wrong:
                    _log.warning("the device %s cannot be used as it is: %s", device_id, wrong)

    # What the broker says.

    def connected(self) -> None:
        self._is_up = True
        for known in self._known.values():
            self._mind_presence(known)

    def disconnected(self) -> None:
        self._is_up = False
        for known in self._known.values():
            self._mind_presence(known)

    def heard(self, message: Publish) -> None:
        topic = message.topic
        if is_config_topic(topic, self._prefix):
            self._take_config(topic, message.payload)
            return
        device_ids = self._devices_of.get(topic)
        if device_ids:
            heard = Heard(topic, message.payload)
            for device_id in device_ids:
                self._take(self._known[device_id], heard)

    def _take(self, known: Known, heard: Heard) -> None:
        device, thing = known.device, known.thing
        if device is None or thing is None:
            return
        if known.take_presence(heard):
            self._mind_presence(known)
        values = device.read(heard)
        if values:
            known.values.update(values)
        try:
            if values and known.is_present:
                self.bridging.report(thing, values)
            for event in device.happened(heard):
                self.bridging.happen(thing, event, {})
        except NotFound:
            return  # It is disabled, or somebody removes it at this moment.
        except (Invalid, Unavailable) as wrong:
            _log.warning("what %s said is not reported: %s", device.info.id, wrong)

    def _mind_presence(self, known: Known) -> None:
        """Its session begins or ends as the device comes and goes."""
        if known.thing is None:
            return
        is_here = self._is_up and known.is_present
        try:
            if is_here and known.thing not in self.bridging.attached:
                self.bridging.attach(known.thing)
                if known.values and known.thing in self.bridging.attached:
                    self.bridging.report(known.thing, known.values)
            elif not is_here:
                self.bridging.detach(known.thing)
        except NotFound:
            known.thing = None
        except Invalid as wrong:
            _log.warning("what a device said before cannot be reported: %s", wrong)

    # Discovery.

    def _take_config(self, topic: str, payload: bytes) -> None:
        if self._own and topic.startswith(self._own):
            return
        if not payload:
            self._forget_config(topic)
            return
        try:
            announcement = read_announcement(topic, payload, self._prefix)
        except Invalid as wrong:
            self._note_unread(topic, str(wrong))
            return
        device_id = announcement.device.id
        is_new = device_id not in self._known
        if len(self._device_of_config) >= CONFIGS_MAX or (is_new and len(self._known) >= DEVICES_MAX):
            self._note_unread(topic, "too many devices announce themselves")
            return
        earlier = self._device_of_config.get(topic)
        if earlier is not None and earlier != device_id:
            self._forget_config(topic)
        known = self._known.setdefault(device_id, Known())
        known.seen_ms = millis(self._clock.now())
        if known.configs.get(topic) != announcement:
            known.configs[topic] = announcement
            self._device_of_config[topic] = device_id
            self._mark(device_id)

    def _forget_config(self, topic: str) -> None:
        device_id = self._device_of_config.pop(topic, None)
        if device_id is not None:
            self._known[device_id].configs.pop(topic, None)
            self._mark(device_id)

    def _note_unread(self, topic: str, why: str) -> None:
        self.unread += 1
        if self.unread < 100 or self.unread % 1_000 == 0:
            _log.warning("the announcement on %s is passed over: %s", topic[:120], why)

    def _mark(self, device_id: str) -> None:
        self._dirty.add(device_id)
        self._wake.set()

    async def _look_at(self, device_id: str) -> None:
        """Put the device together again. Raises `Invalid` when nothing of it can be used."""
        known = self._known.get(device_id)
        if known is None:
            return
        self._unroute(device_id, known)
        if not known.configs:
            known.device = None
            self._mind_presence(known)
            if known.thing is None:
                del self._known[device_id]
            return
        listed = [known.configs[topic] for topic in sorted(known.configs)]
        known.device = None
        known.device = device = assemble_device(listed[0].device, listed)
        for problem in device.left:
            _log.info("of the device %s is left out: %s", device_id, problem)
        if known.thing is not None:
            await self._renew(known, device)
            self._route(device_id, known)

    async def _renew(self, known: Known, device: Device) -> None:
        """A thing whose device announces something else is of another product from now on."""
        assert known.thing is not None, "only things are renewed"
        thing = self._room.registry.thing(known.thing)
        if thing.product_key == device.product.product_key:
            return
        await self._room.registry.register_product(device.product)
        self.bridging.detach(thing.id)
        await self._room.registry.remake(thing.id, device.product.product_key)
        known.values = {}

    def _route(self, device_id: str, known: Known) -> None:
        """Hear what it says from now on; what is retained comes at once."""
        assert known.device is not None, "only a device that was put together is heard"
        known.topics = topics = known.device.topics()
        for topic in topics:
            self._devices_of.setdefault(topic, set()).add(device_id)
        self._mind_presence(known)
        if self.broker is not None:
            self.broker.subscribe(*((topic, 0) for topic in sorted(topics)))

    def _unroute(self, device_id: str, known: Known) -> None:
        topics, known.topics = known.topics, frozenset()
        for topic in topics:
            self._devices_of[topic].discard(device_id)
            if not self._devices_of[topic]:
                del self._devices_of[topic]
                if self.broker is not None:
                    self.broker.unsubscribe(topic)

    def _forget_thing(self, thing_id: ThingId) -> None:
        for device_id, known in self._known.items():
            if known.thing == thing_id:
                known.thing = None
                known.values = {}
                self._unroute(device_id, known)

    # Joining.

    def found(self) -> list[Found]:
        return [
            self._found(device_id, known, known.device)
            for device_id, known in self._known.items()
            if known.device is not None and (known.thing is not None or device_id not in self._ignored)
        ]

    def _found(self, device_id: str, known: Known, device: Device) -> Found:
        info = device.info
        return Found(
            id=device_id, via=self.via, names=Names(en=info.name, zh=info.name), kind=device.product.kind,
            maker=info.maker or None, model=info.model or None, area=info.area or None, seen_ms=known.seen_ms,
            joined=known.thing,
        )  # fmt: skip

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        known = self._known.get(found_id)
        if known is None or known.device is None:
            raise NotFound("That was not discovered, or is gone again.", code="found-not-found")
        if known.thing is not None:
            return self._room.registry.thing(known.thing)
        info = known.device.info
        thing = await self.bridging.join(
            known.device.product, names=names or Names(en=info.name, zh=info.name), device_name=found_id,
            area=area or self._area_called(info.area),
        )  # fmt: skip
        if found_id in self._ignored:
            await self._database.write(Statement(query="mqtt.heed", values={"id": found_id}))
            self._ignored.discard(found_id)
        known.thing = thing.id
        if known.device is not None:
            self._route(found_id, known)
        return thing

    async def ignore(self, found_id: str) -> None:
        if found_id not in self._known:
            raise NotFound("That was not discovered, or is gone again.", code="found-not-found")
        values: dict[str, Sql] = {"id": found_id, "at_ms": millis(self._clock.now())}
        await self._database.write(Statement(query="mqtt.ignore", values=values))
        self._ignored.add(found_id)

    def _area_called(self, name: str) -> AreaId | None:
        wanted = name.casefold()
        for area in self._areas.areas() if wanted else ():
            if wanted in (area.names.en.casefold(), area.names.zh):
                return area.id
        return None

    # Commands.

    async def set_properties(self, thing: Thing, values: Mapping[str, Json]) -> None:
        self._send(self._device_of(thing).written(values))

    async def call_service(self, thing: Thing, service: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
        self._send(self._device_of(thing).pressed(service))
        return {}

    def _device_of(self, thing: Thing) -> Device:
        known = self._known.get(thing.device_name)
        if known is None or known.device is None:
            raise Unavailable("The device announces itself no more.", code="device-away")
        return known.device

    def _send(self, messages: list[Outgoing]) -> None:
        if self.broker is None:
            raise Unavailable("The broker is away.", code="broker-away")
        for message in messages:
            self.broker.publish(
                message.topic, message.payload.encode(), qos=message.qos, is_retained=message.is_retained
            )


def is_discovered(thing: Thing) -> bool:
    """Whether it came over this bridge."""
    return thing.product_key.startswith(PRODUCT_PREFIX) and thing.device_name.startswith(DEVICE_PREFIX)
