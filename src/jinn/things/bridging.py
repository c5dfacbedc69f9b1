"""Giving the things of another protocol a session on the bus: a door without sockets, for one `Bridge`."""

from collections.abc import Callable, Mapping

import anyio
import anyio.abc
import msgspec

from jinn.kernel import (
    AreaId,
    Clock,
    Conflict,
    Invalid,
    Names,
    NotFound,
    ThingId,
    Unavailable,
    millis,
    new_id,
)
from jinn.runtime import Bus, follow
from jinn.things.carrying import Carrier, CarrierCounts
from jinn.things.door.model import TAKEOVER_SUBJECT, Takeover
from jinn.things.model import Product, Thing, checked_name
from jinn.things.obeying import Obeying, Session
from jinn.things.ports import Bridge
from jinn.things.registry import REGISTRY_SUBJECT, RegistryChanged
from jinn.things.room import ThingsRoom
from jinn.things.topics import device_topic
from jinn.things.values import Json, check_fields, check_report

FAREWELL_WITHIN_S = 2.0
LOOK_EVERY_S = 5.0

_takeovers = msgspec.msgpack.Decoder(Takeover)
_changes = msgspec.json.Decoder(RegistryChanged)


class Bridging:
    """The virtual door of one bridge. A `Service`: run it after the room's, before the bridge's own.

    What is said before it runs waits for it. `attach`, `detach`, `report` and `happen` never wait: they may be
    called from anywhere; `settled` waits until the hub has kept all of it.
    """

    def __init__(
        self,
        *,
        bridge: Bridge,
        room: ThingsRoom,
        bus: Bus,
        on_removed: Callable[[ThingId], None] | None = None,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        """`on_removed`: told of every thing that was removed from the home."""
        self.name = f"bridge {bridge.name}"
        self.door = checked_name(bridge.name, "bridge's name")
        self._bridge = bridge
        self._room = room
        self._bus = bus
        self._clock: Clock = room.clock
        self._on_removed = on_removed
        self._look_every_s = look_every_s
        self._carrier = Carrier(bus=bus, door=self.door, clock=room.clock)
        self._wanted: set[ThingId] = set()
        self._sessions: dict[str, Session] = {}
        self._obeying = Obeying(bridge=bridge, room=room, bus=bus, carrier=self._carrier, sessions=self._sessions)

    @property
    def counts(self) -> CarrierCounts:
        return self._carrier.counts

    @property
    def attached(self) -> frozenset[ThingId]:
        """The things that are here now."""
        return frozenset(session.thing for session in self._sessions.values())

    async def join(
        self,
        product: Product,
        *,
        names: Names,
        device_name: str,
        area: AreaId | None = None,
        thing_id: ThingId | None = None,
    ) -> Thing:
        """Make it a thing of the home, and of this product; a device that is one already is given as it is.

        Raises:
            NotFound: `area-not-found`.
            Invalid: `bad-name`, `bad-names`, `too-many-things`.
            Conflict: `thing-exists` when the id belongs to another device.
        """
        registry = self._room.registry
        kept = await registry.register_product(product)
        device = f"{kept.product_key}&{device_name}"
        known = registry.thing_of_device(device)
        if known is not None:
            return known
        try:
            made = await registry.add_device(
                kept.product_key, names=names, area=area, device_name=device_name, thing_id=thing_id
            )
        except Conflict:
            # Asked twice at once, the second finds what the first has made.
            known = registry.thing_of_device(device)
            if known is None:
                raise
            return known
        return registry.thing(made.thing)

    async def leave(self, thing_id: ThingId) -> None:
        """Forget the thing with all that it said. Raises: NotFound `thing-not-found`."""
        self._wanted.discard(thing_id)
        self.detach(thing_id)
        await self._room.remove(thing_id)

    def attach(self, thing_id: ThingId) -> None:
        """It is here: online from now on, and told what it is still asked. A disabled one comes once it is enabled.

        Raises:
            NotFound: `thing-not-found`.
            Invalid: `has-gateway`: it speaks over another thing's connection.
        """
        thing = self._room.registry.thing(thing_id)
        if thing.gateway is not None:
            raise Invalid("It speaks over another thing's connection.", code="has-gateway", thing=thing_id)
        self._wanted.add(thing_id)
        if thing.device not in self._sessions and thing.is_enabled:
            self._open(thing)

    def detach(self, thing_id: ThingId) -> None:
        """It is away: offline from now on. Nothing happens when it is not here."""
        self._wanted.discard(thing_id)
        for session in tuple(self._sessions.values()):
            if session.thing == thing_id:
                self._close(session)

    def report(self, thing_id: ThingId, values: Mapping[str, Json], at_ms: int | None = None) -> None:
        """The thing says that this is so; `at_ms`: since when.

        Raises:
            NotFound: `thing-not-found`; `not-attached`: it is not here.
            Invalid: `unknown-property`, `wrong-type`, `out-of-range`; nothing was reported.
        """
        session = self._session(thing_id)
        product = self._room.registry.product_of(self._room.registry.thing(thing_id))
        checked = check_report(product.model, values)
        if at_ms is not None:
            checked = {name: {"value": value, "time": at_ms} for name, value in checked.items()}
        topic = device_topic(session.device, "thing/event/property/post")
        self._carrier.post(session.device, session.id, topic, checked)

    def happen(self, thing_id: ThingId, event: str, outputs: Mapping[str, Json], at_ms: int | None = None) -> None:
        """Something happened to the thing.

        Raises:
            NotFound: `thing-not-found`, `not-attached`, `event-not-found`.
            Invalid: `unknown-property`, `wrong-type`, `out-of-range`.
            Unavailable: `hub-behind`: the hub is away, and as much as may wait does.
        """
        session = self._session(thing_id)
        product = self._room.registry.product_of(self._room.registry.thing(thing_id))
        known = product.model.events.get(event)
        if known is None:
            raise NotFound(f"It has no event {event[:80]!r}.", code="event-not-found")
        topic = device_topic(session.device, f"thing/event/{event}/post")
        checked = check_fields(known.outputs, outputs, f"event {event!r}")
        # The id makes each one different: the same may well happen twice within a second.
        said = {
            "id": str(self._carrier.next_id()),
            "version": "1.0",
            "method": f"thing.event.{event}.post",
            "params": {"value": checked, "time": at_ms if at_ms is not None else millis(self._clock.now())},
        }
        if self._carrier.is_full(session.device):
            raise Unavailable("The hub is behind.", code="hub-behind")
        self._carrier.say(session.device, session.id, topic, msgspec.json.encode(said))

    async def settled(self) -> None:
        """Wait until the hub has kept all that was said."""
        await self._carrier.settled()

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        carrying = anyio.CancelScope(shield=True)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._carry, carrying, name=f"{self.name}: carry")
            try:
                await tasks.start(lambda *, task_status: self._obeying.run(task_status=task_status))
                await tasks.start(follow, self._bus, TAKEOVER_SUBJECT, _takeovers.decode, self._take_over)
                await tasks.start(follow, self._bus, REGISTRY_SUBJECT, _changes.decode, self._take_change)
                tasks.start_soon(self._look, name=f"{self.name}: look")
                task_status.started()
                await anyio.sleep_forever()
            finally:
                self._carrier.is_leaving = True
                for session in tuple(self._sessions.values()):
                    self._close(session)
                with anyio.move_on_after(FAREWELL_WITHIN_S, shield=True):
                    await self._carrier.settled()
                carrying.cancel()

    async def _carry(self, scope: anyio.CancelScope) -> None:
        # Shielded: at a stop the things' leaving still has to reach the hub.
        with scope:
            await self._carrier.run()

    # Sessions.

    def _session(self, thing_id: ThingId) -> Session:
        device = self._room.registry.thing(thing_id).device
        session = self._sessions.get(device)
        if session is None:
            raise NotFound("It is not here now.", code="not-attached", thing=thing_id)
        return session

    def _open(self, thing: Thing) -> None:
        session = Session(thing=thing.id, device=thing.device, id=new_id(self._clock))
        self._sessions[thing.device] = session
        self._carrier.tell(session.device, session.id, is_online=True, at_ms=millis(self._clock.now()))

    def _close(self, session: Session) -> None:
        if self._sessions.get(session.device) is session:
            del self._sessions[session.device]
            self._carrier.tell(session.device, session.id, is_online=False, at_ms=millis(self._clock.now()))

    async def _look(self) -> None:
        """A thing that the hub took for gone, while we or the engine were away, comes again."""
        while True:
            await anyio.sleep(self._look_every_s)
            for session in tuple(self._sessions.values()):
                twin = self._room.twins.peek(session.thing)
                is_lost = not twin.is_online and twin.session == session.id
                thing = self._room.registry.thing_of_device(session.device)
                if is_lost and thing is not None and self._carrier.is_settled(session.device):
                    self._open(thing)

    def _take_over(self, takeover: Takeover) -> None:
        session = self._sessions.get(takeover.device)
        if session is not None and takeover.door != self.door:
            if takeover.door:
                self._wanted.discard(session.thing)
            self._close(session)

    def _take_change(self, changed: RegistryChanged) -> None:
        thing_id = ThingId(changed.thing)
        if changed.kind == "removed":
            self.detach(thing_id)
            if self._on_removed is not None:
                self._on_removed(thing_id)
            return
        if thing_id not in self._wanted:
            return
        try:
            self.attach(thing_id)
        except NotFound:
            return  # Removed meanwhile; that will be said as well.
