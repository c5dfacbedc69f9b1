"""The parts of upkeep put together."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinn.kernel import Clock, Names, ThingId, millis
from jinn.runtime import Bus, Database, Sql, Statement
from jinn.things.delivering import Delivery, Doors
from jinn.things.model import DeviceCredentials, Thing
from jinn.things.registry import Registry
from jinn.things.topics import Use
from jinn.things.twins import Twins
from jinn.things.upkeep.configuring import Configuring
from jinn.things.upkeep.enrolling import Enrolling
from jinn.things.upkeep.handlers import UpkeepHandlers
from jinn.things.upkeep.ledger import Ledger
from jinn.things.upkeep.model import ANY_DEVICE, LET_IN_S, PERMIT_S_MAX
from jinn.things.upkeep.telling_devices import DeviceTeller
from jinn.things.work import Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What keeps devices going beside their posting.

    Attributes:
        enrolling: what the door and the HTTP server hand devices over to that have no secret yet.
        ledger: a service: it reads again what another hub has changed.
    """

    ledger: Ledger
    enrolling: Enrolling
    configuring: Configuring
    teller: DeviceTeller
    registry: Registry
    database: Database
    handlers: Mapping[Use, Handler]
    clock: Clock

    async def quieten(self, thing_id: ThingId, *, is_quiet: bool) -> None:
        """Whether the device should keep its logs to itself; it is told when it is here. Raises `NotFound`."""
        thing = self.registry.thing(thing_id)
        statement = (
            Statement(query="things.add_quiet", values={"thing": thing.id})
            if is_quiet
            else Statement(query="things.remove_quiet", values={"id": thing.id})
        )
        await self.database.write(statement)
        await self.ledger.changed()
        params = {"getType": "content", "content": {"mode": 0 if is_quiet else 1}}
        await self.teller.push(thing, "thing/config/log/push", params)

    async def let_in(self, gateway: ThingId, product_key: str, device_name: str, names: Names) -> DeviceCredentials:
        """Make a thing of a device that a gateway has found, and ask the gateway to bring it.

        Raises:
            NotFound: `thing-not-found`, `product-not-found`.
            Conflict: `thing-exists`.
        """
        area = self.registry.thing(gateway).area
        made = await self.registry.add_device(product_key, names=names, area=area, device_name=device_name)
        await self._permit(gateway, product_key, device_name, for_s=LET_IN_S)
        for seen in [one for one in self.ledger.found if one[1:3] == (product_key, device_name)]:
            self.ledger.found.remove(seen)
        await self.teller.ask_to_add(gateway, [self.registry.thing(made.thing)])
        return made

    async def permit(self, gateway: ThingId, product_key: str, for_s: int) -> Delivery:
        """Let a gateway bring new devices of a product for a while. Gives whether it heard so. Raises `NotFound`."""
        self.registry.thing(gateway)
        within_s = max(1, min(for_s, PERMIT_S_MAX))
        await self._permit(gateway, self.registry.product(product_key).product_key, ANY_DEVICE, for_s=within_s)
        return await self.teller.permit(gateway, product_key, within_s)

    async def _permit(self, gateway: ThingId, product_key: str, device_name: str, *, for_s: int) -> None:
        now_ms = millis(self.clock.now())
        values: dict[str, Sql] = {
            "gateway": gateway, "product_key": product_key, "device_name": device_name,
            "until_ms": now_ms + for_s * 1000,
        }  # fmt: skip
        await self.database.write(
            Statement(query="things.forget_old_permits", values={"now_ms": now_ms}),
            Statement(query="things.set_permit", values=values),
        )
        await self.ledger.changed()

    def found(self) -> list[tuple[Thing, str, str, int]]:
        """What gateways see that is no thing yet: gateway, product key, device name, when. The newest word of each."""
        newest = {
            (gateway, key, name): at_ms
            for gateway, key, name, at_ms in self.ledger.found
            if self.registry.thing_of_device(f"{key}&{name}") is None
        }
        known = {thing.id: thing for thing in self.registry.things()}
        return [
            (known[gateway], key, name, at_ms) for (gateway, key, name), at_ms in newest.items() if gateway in known
        ]


async def open_upkeep(
    *, registry: Registry, twins: Twins, database: Database, doors: Doors, bus: Bus, clock: Clock
) -> Upkeep:
    """Read what is kept, and put the parts together."""
    ledger = Ledger(database=database, bus=bus)
    await ledger.load()
    teller = DeviceTeller(doors=doors, registry=registry, twins=twins, clock=clock)
    configuring = Configuring(registry=registry, database=database, ledger=ledger, teller=teller, clock=clock)
    return Upkeep(
        ledger=ledger,
        enrolling=Enrolling(registry=registry, twins=twins, database=database, ledger=ledger),
        configuring=configuring,
        teller=teller,
        registry=registry,
        database=database,
        clock=clock,
        handlers=UpkeepHandlers(ledger=ledger, configuring=configuring, twins=twins).handlers(),
    )
