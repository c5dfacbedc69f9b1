"""Firmware put together: what the hub starts, and what its routes and its screens talk to."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jinn.kernel import Clock, NotFound, ThingId
from jinn.runtime import Bus, Database, Service
from jinn.things.delivering import Doors
from jinn.things.firmware import store
from jinn.things.firmware.addresses import Addresses
from jinn.things.firmware.handlers import Desk
from jinn.things.firmware.images import Images
from jinn.things.firmware.leading import EVERY_S, Leader
from jinn.things.firmware.model import Rollout
from jinn.things.firmware.rolling import Rollouts
from jinn.things.firmware.telling import Teller
from jinn.things.firmware.wire import (
    WireRollout,
    WireThingFirmware,
    WireUpdate,
    image_on_wire,
    rollout_on_wire,
    update_on_wire,
)
from jinn.things.ports import Areas
from jinn.things.room import ThingsRoom

UPDATES_SHOWN_MAX = 200
"""Of one rollout, what happened last first; its counts tell the rest."""

ROLLOUTS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareOptions:
    """
    Attributes:
        folder: for packages.
        base: of this hub's HTTP as things reach it: `http://192.168.1.2:8320`; asked with each push.
        every_s: between two looks at what is under way.
    """

    folder: Path
    base: Callable[[], str]
    every_s: float = EVERY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareRoom:
    """Everything about firmware."""

    images: Images
    rollouts: Rollouts
    addresses: Addresses
    leader: Leader
    things: ThingsRoom
    database: Database

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.leader,)

    async def rollout_on_wire(self, rollout: Rollout) -> WireRollout:
        """A rollout as it is now, with what happened last."""
        image = await self.images.image(rollout.image)
        counts = await self.rollouts.counts(rollout.id)
        rows = await self.database.read("firmware.updates", rollout=rollout.id, count_max=UPDATES_SHOWN_MAX)
        return rollout_on_wire(rollout, image, counts, [store.update_of(row) for row in rows])

    async def all_rollouts(self) -> list[WireRollout]:
        """The newest first."""
        rows = await self.database.read("firmware.rollouts", count_max=ROLLOUTS_SHOWN_MAX)
        return [await self.rollout_on_wire(store.rollout_of(row)) for row in rows]

    async def of_thing(self, thing_id: ThingId) -> WireThingFirmware:
        """What runs on a thing, what is newest for it, and how its last update went. Raises `NotFound`."""
        thing = self.things.registry.thing(thing_id)
        newest = await self.images.newest(thing.product_key)
        return WireThingFirmware(
            thing=thing.id,
            modules=dict(self.things.twins.peek(thing.id).firmware),
            newest=image_on_wire(newest) if newest is not None else None,
            update=await self._last_update(thing.id),
        )

    async def _last_update(self, thing_id: ThingId) -> WireUpdate | None:
        for row in await self.database.read("firmware.updates_of_thing", thing=thing_id):
            update = store.update_of(row)
            rollout = await self.rollouts.rollout(update.rollout)
            image = await self.images.image(rollout.image)
            return update_on_wire(update, image.version)
        return None


def open_firmware(
    *,
    database: Database,
    bus: Bus,
    things: ThingsRoom,
    areas: Areas,
    desk: Desk,
    clock: Clock,
    options: FirmwareOptions,
) -> FirmwareRoom:
    """Put it together; `desk` is the one whose handlers the things room was opened with. Nothing runs yet."""

    def key_of(product_key: str) -> str | None:
        try:
            return things.registry.product(product_key).update_key
        except NotFound:
            return None

    images = Images(database=database, folder=options.folder, clock=clock, key_of=key_of)
    teller = Teller(bus=bus, clock=clock)
    rollouts = Rollouts(
        database=database, images=images, registry=things.registry, twins=things.twins, areas=areas, teller=teller,
        clock=clock,
    )  # fmt: skip
    addresses = Addresses(base=options.base, registry=things.registry, clock=clock)
    leader = Leader(
        database=database, desk=desk, images=images, rollouts=rollouts, addresses=addresses, registry=things.registry,
        twins=things.twins, teller=teller, clock=clock,
        every_s=options.every_s, doors=Doors(bus=bus, registry=things.registry, twins=things.twins),
    )  # fmt: skip
    return FirmwareRoom(
        images=images, rollouts=rollouts, addresses=addresses, leader=leader, things=things, database=database
    )
