"""The home's own things on the broker, in Home Assistant's form: announced, kept up to date, and obeying."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Literal

import anyio
import anyio.abc
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from jinn.kernel import HomeId, JinnError, Lang, NotFound, Refused, ThingId, Unavailable
from jinn.runtime import Bus, follow
from jinn.things.door.codec import Publish
from jinn.things.forms.ha import HaForm
from jinn.things.forms.ha_words import VACUUM_STATES
from jinn.things.model import Thing
from jinn.things.mqtt.ports import Broker
from jinn.things.ports import Areas
from jinn.things.registry import REGISTRY_SUBJECT, RegistryChanged
from jinn.things.room import ThingsRoom
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType
from jinn.things.values import Json
from jinn.things.wire import PRESENCE_SUBJECT, REPORTED_SUBJECT, PresenceBatch, ReportedBatch

COMMANDS_WAITING_MAX = 256
"""A person who moves a slider makes some dozens; more is a loop of somebody's."""

_BY = "mqtt"
_VACUUM = "vacuum"
_AGAIN_AFTER_S = 1.0
_FAREWELL_S = 0.2

_reports = msgspec.json.Decoder(ReportedBatch)
_presences = msgspec.json.Decoder(PresenceBatch)
_changes = msgspec.json.Decoder(RegistryChanged)
_log = logging.getLogger(__name__)
_form = HaForm()
_Kind = Literal["config", "state", "availability"]
_Command = tuple[ThingId, str, bytes]


class Announcing:
    """A `Service`, and a listener of the broker.

    Whatever is said comes from the twins: so what was missed while the broker was away is said when it is back, and
    many reports of a moment are one message.
    """

    name = "mqtt announcing"

    def __init__(
        self,
        *,
        room: ThingsRoom,
        bus: Bus,
        areas: Areas,
        home: HomeId,
        prefix: str,
        lang: Callable[[], Lang],
        is_foreign: Callable[[Thing], bool],
        is_on: bool = True,
    ) -> None:
        """`is_foreign`: things that came from there are not announced there again. Off, it takes back what it said."""
        self._room = room
        self._bus = bus
        self._areas = areas
        self._prefix = prefix
        self._lang = lang
        self._is_foreign = is_foreign
        self._is_on = is_on
        self.node = node_of(home)
        self._base = f"jinn/{home}_"
        self._hub_topic = f"jinn/{home}/availability"
        self.broker: Broker | None = None
        self._dirty: dict[tuple[ThingId, _Kind], None] = {}
        self._wake = anyio.Event()
        self._is_up = False
        self._locks: dict[ThingId, anyio.Lock] = {}
        self._commands: MemoryObjectSendStream[_Command] | None = None
        self.refused = 0
        """Commands from the broker that were not obeyed."""

    @property
    def filters(self) -> tuple[tuple[str, int], ...]:
        return (("jinn/+/+/set", 1), ("jinn/+/call", 1)) if self._is_on else ()

    @property
    def will(self) -> tuple[str, bytes] | None:
        return (self._hub_topic, b"offline") if self._is_on else None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        self._commands, waiting = anyio.create_memory_object_stream[_Command](COMMANDS_WAITING_MAX)
        async with self._commands, waiting, anyio.create_task_group() as tasks:
            if self._is_on:
                await tasks.start(follow, self._bus, REPORTED_SUBJECT, _reports.decode, self._take_reports)
                await tasks.start(follow, self._bus, PRESENCE_SUBJECT, _presences.decode, self._take_presences)
                await tasks.start(follow, self._bus, REGISTRY_SUBJECT, _changes.decode, self._take_registry)
                for _ in range(8):
                    tasks.start_soon(self._obey_each, waiting)
            tasks.start_soon(self._say_all)
            task_status.started()
            try:
                await anyio.sleep_forever()
            finally:
                if self._is_on and self._is_up and self.broker is not None:
                    with suppress(Unavailable):
                        self.broker.publish(self._hub_topic, b"offline", qos=1, is_retained=True)
                        with anyio.move_on_after(_FAREWELL_S, shield=True):
                            await anyio.sleep(_FAREWELL_S / 2)

    # What the broker says.

    def connected(self) -> None:
        self._is_up = True
        if self._is_on and self.broker is not None:
            with suppress(Unavailable):
                self.broker.publish(self._hub_topic, b"online", qos=1, is_retained=True)
            for thing in self._room.registry.things():
                self._mark(thing.id, "config", "state", "availability")

    def disconnected(self) -> None:
        self._is_up = False

    def heard(self, message: Publish) -> None:
        if message.topic.startswith(f"{self._prefix}/device/{self.node}_"):
            self._take_own(message)
        elif message.topic.startswith(self._base) and not message.is_retained:
            # A retained command would be obeyed again at every start.
            self._take_command(message)

    def _take_own(self, message: Publish) -> None:
        """What we announced in an earlier life, of a thing that is no more, is taken back."""
        thing_id = ThingId(message.topic.removeprefix(f"{self._prefix}/device/{self.node}_").removesuffix("/config"))
        if message.payload and not (self._is_on and self._is_known(thing_id)):
            self._mark(thing_id, "config", "state", "availability")

    def _take_command(self, message: Publish) -> None:
        thing_part, _, rest = message.topic.removeprefix(self._base).partition("/")
        try:
            if self._commands is not None:
                self._commands.send_nowait((ThingId(thing_part), rest, message.payload))
        except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.refused += 1
            _log.warning("a command on %s is one too many", message.topic[:120])

    # What we say.

    def _mark(self, thing_id: ThingId, *kinds: _Kind) -> None:
        for kind in kinds:
            self._dirty[thing_id, kind] = None
        self._wake.set()

    async def _say_all(self) -> None:
        while True:
            await self._wake.wait()
            self._wake = anyio.Event()
            while self._dirty and self._is_up:
                thing_id, kind = next(iter(self._dirty))
                try:
                    self._say(thing_id, kind)
                except Unavailable:
                    await anyio.sleep(_AGAIN_AFTER_S)
                    continue
                self._dirty.pop((thing_id, kind), None)
                await anyio.lowlevel.checkpoint()

    def _say(self, thing_id: ThingId, kind: _Kind) -> None:
        """Say it as it is now. Raises `Unavailable` when the broker cannot take it."""
        if self.broker is None:
            raise Unavailable("The broker is away.", code="broker-away")
        topics: Mapping[_Kind, str] = {
            "config": f"{self._prefix}/device/{self.node}_{thing_id}/config",
            "state": f"{self._base}{thing_id}/state",
            "availability": f"{self._base}{thing_id}/availability",
        }
        is_said = self._is_on and self._is_known(thing_id)
        payload = self._payload(thing_id, kind) if is_said else b""
        self.broker.publish(topics[kind], payload, qos=1 if kind == "config" else 0, is_retained=True)
        vacuum = self._vacuum_state(thing_id) if is_said and kind == "state" else b""
        if vacuum:
            self.broker.publish(f"{self._base}{thing_id}/{_VACUUM}", vacuum, is_retained=True)

    def _is_known(self, thing_id: ThingId) -> bool:
        try:
            return not self._is_foreign(self._room.registry.thing(thing_id))
        except NotFound:
            return False

    def _payload(self, thing_id: ThingId, kind: _Kind) -> bytes:
        twin = self._room.twins.peek(thing_id)
        if kind == "availability":
            return b"online" if twin.is_online else b"offline"
        if kind == "state":
            return msgspec.json.encode({name: said.value for name, said in twin.reported.items()})
        return self._config(self._room.registry.thing(thing_id))

    def _vacuum_state(self, thing_id: ThingId) -> bytes:
        """A vacuum has no template for its state there: it must say the words that Home Assistant knows."""
        product = self._room.registry.product_of(self._room.registry.thing(thing_id))
        state = product.meaning.property_for("activity") if product.kind == "vacuum" else None
        member = product.model.properties.get(state) if state is not None else None
        said = self._room.twins.peek(thing_id).reported.get(state) if state is not None else None
        if member is None or said is None or not isinstance(member.type, EnumType) or not isinstance(said.value, int):
            return b""
        word = member.type.labels.get(said.value, "")
        return msgspec.json.encode({"state": word if word in VACUUM_STATES else "error"})

    def _config(self, thing: Thing) -> bytes:
        product = self._room.registry.product_of(thing)
        address = f"{self._base.removeprefix('jinn/')}{thing.id}"
        document = _form.write(product, address).document
        device = document.get("device")
        if isinstance(device, dict):
            device["name"] = thing.names.zh if self._lang() is Lang.ZH else thing.names.en
            area = next((area for area in self._areas.areas() if area.id == thing.area), None)
            if area is not None:
                device["suggested_area"] = area.names.zh if self._lang() is Lang.ZH else area.names.en
        document.pop("availability_topic", None)
        components = document.get("components")
        vacuum = components.get("vacuum") if isinstance(components, dict) else None
        if isinstance(vacuum, dict):
            vacuum["state_topic"] = f"jinn/{address}/{_VACUUM}"
            vacuum.pop("value_template", None)
        listed: Sequence[Json] = [{"topic": self._hub_topic}, {"topic": f"jinn/{address}/availability"}]
        return msgspec.json.encode({**document, "availability": listed, "availability_mode": "all"})

    def _take_reports(self, batch: ReportedBatch) -> None:
        for report in batch.reports:
            thing_id = ThingId(report.thing)
            if report.properties and self._is_known(thing_id):
                self._mark(thing_id, "state")

    def _take_presences(self, batch: PresenceBatch) -> None:
        for presence in batch.presences:
            thing_id = ThingId(presence.thing)
            if self._is_known(thing_id):
                self._mark(thing_id, "availability")

    def _take_registry(self, changed: RegistryChanged) -> None:
        thing_id = ThingId(changed.thing)
        if changed.kind == "removed" or self._is_known(thing_id):
            self._mark(thing_id, "config", "state", "availability")

    # What we are told.

    async def _obey_each(self, commands: MemoryObjectReceiveStream[_Command]) -> None:
        async for thing_id, rest, payload in commands:
            lock = self._locks.setdefault(thing_id, anyio.Lock())
            try:
                async with lock:
                    await self._obey(thing_id, rest, payload)
            except JinnError as wrong:
                self.refused += 1
                _log.warning("a command of the broker for %s is not obeyed: %s", thing_id[:64], wrong)
            finally:
                if not lock.statistics().tasks_waiting:
                    self._locks.pop(thing_id, None)

    async def _obey(self, thing_id: ThingId, rest: str, payload: bytes) -> None:
        """Raises `NotFound`, `Invalid`, `Unavailable`."""
        thing = self._room.registry.thing(thing_id)
        product = self._room.registry.product_of(thing)
        text = payload.decode("utf-8", "replace").strip()[:10_240]
        if rest == "call":
            await self._room.commander.call_service(thing.id, text, {}, by=_BY)
            return
        member = product.model.properties.get(rest.removesuffix("/set"))
        if member is None or self._is_foreign(thing):
            raise NotFound(f"It has no property {rest[:80]!r}.", code="unknown-property")
        await self._room.commander.set_properties(thing.id, {member.identifier: _value(member.type, text)}, by=_BY)


def node_of(home: HomeId) -> str:
    """What begins the node of everything that this home announces."""
    return f"jinn_{home}"


def _value(data_type: DataType, text: str) -> Json:
    """A payload as a value of that type. Raises `Refused`."""
    try:
        match data_type:
            case BoolType() | EnumType():
                return int(float(text[:40]))
            case NumberType():
                number = float(text[:40])
                return round(number) if data_type.kind == "int" else number
    except (ValueError, OverflowError) as wrong:
        raise Refused(f"{text[:40]!r} is no such value.", code="wrong-type") from wrong
    return text
