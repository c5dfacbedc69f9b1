"""The things room put together: what the hub starts, and what other rooms talk to."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinn.kernel import Clock, ThingId, millis
from jinn.runtime import Bus, Database, Service
from jinn.things.announcing import Announcer
from jinn.things.commanding import Commander
from jinn.things.delivering import Doors
from jinn.things.history import Happenings, History, Thinner
from jinn.things.ingesting import Ingest, Witness
from jinn.things.names import NamesOfThings
from jinn.things.ports import Areas
from jinn.things.receiving import Receiver
from jinn.things.registry import Registry
from jinn.things.sweeping import Sweeper
from jinn.things.topics import Use
from jinn.things.twins import Twins
from jinn.things.upkeep import Upkeep, open_upkeep
from jinn.things.watching import Watch
from jinn.things.wire import WireThing, thing_on_wire
from jinn.things.work import Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingsRoom:
    """Everything that the home's things need.

    Attributes:
        services: to run, in this order: the watch hears first what the receiver tells.
    """

    registry: Registry
    twins: Twins
    commander: Commander
    names: NamesOfThings
    watch: Watch
    ingest: Ingest
    receiver: Receiver
    sweeper: Sweeper
    history: History
    happenings: Happenings
    thinner: Thinner
    announcer: Announcer
    upkeep: Upkeep
    clock: Clock

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.watch, self.receiver, self.sweeper, self.upkeep.ledger, self.thinner)

    def on_wire(self, thing_id: ThingId) -> WireThing:
        """A thing as it is now. Raises `NotFound`."""
        thing = self.registry.thing(thing_id)
        product = self.registry.product_of(thing)
        return thing_on_wire(thing, product, self.twins.peek(thing_id), now_ms=millis(self.clock.now()))

    def all_on_wire(self) -> list[WireThing]:
        return [self.on_wire(thing.id) for thing in self.registry.things()]

    async def remove(self, thing_id: ThingId) -> None:
        """Forget a thing with its twin, and end its connection. Raises `NotFound`."""
        thing = self.registry.thing(thing_id)
        await self.upkeep.teller.removed(thing)
        async with self.twins.alone([thing_id]):
            await self.registry.remove(thing_id)
            self.twins.drop(thing_id)
        await self.announcer.shut_out(thing)

    async def enable(self, thing_id: ThingId, *, is_enabled: bool) -> None:
        """Let a thing connect; or not any more, and end the connection that it has. Raises `NotFound`."""
        thing = await self.registry.enable(thing_id, is_enabled=is_enabled)
        await self.upkeep.teller.enabled(thing, is_enabled=is_enabled)
        if not is_enabled:
            await self.announcer.shut_out(thing)


async def open_things(
    *,
    database: Database,
    bus: Bus,
    areas: Areas,
    clock: Clock,
    handlers: Mapping[Use, Handler] | None = None,
    witness: Witness | None = None,
) -> ThingsRoom:
    """Read what is kept, and put the room together; nothing runs yet.

    `handlers`: for messages of devices that a part of its own sees to, as `firmware` does.
    `witness`: told of each commit of what devices say.
    """
    registry = Registry(database=database, clock=clock, areas=areas)
    twins = Twins(database=database)
    await registry.load()
    await twins.load()
    announcer = Announcer(bus=bus)
    doors = Doors(bus=bus, registry=registry, twins=twins)
    watch = Watch(bus=bus, registry=registry, twins=twins)
    history = History(database=database, models=registry, clock=clock)
    upkeep = await open_upkeep(registry=registry, twins=twins, database=database, doors=doors, bus=bus, clock=clock)
    handling = {**upkeep.handlers, **(handlers or {})}
    ingest = Ingest(registry=registry, twins=twins, database=database, clock=clock, more=handling, witness=witness)
    commander = Commander(
        registry=registry, twins=twins, database=database, doors=doors, watch=watch, announcer=announcer, clock=clock
    )
    return ThingsRoom(
        registry=registry,
        twins=twins,
        commander=commander,
        names=NamesOfThings(registry=registry, areas=areas),
        watch=watch,
        ingest=ingest,
        receiver=Receiver(bus=bus, ingest=ingest, announcer=announcer),
        sweeper=Sweeper(database=database, twins=twins, doors=doors, announcer=announcer, clock=clock),
        history=history,
        happenings=Happenings(database=database, models=registry),
        thinner=Thinner(database=database, filing=history.filing, clock=clock),
        announcer=announcer,
        upkeep=upkeep,
        clock=clock,
    )
