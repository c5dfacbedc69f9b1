"""What we tell devices unasked: that they are shut out or back, and gateways what became of those behind them."""

from collections.abc import Sequence
from enum import IntEnum

from jinn.kernel import Clock, ThingId, Unavailable, new_id
from jinn.things.alink import Request, encode_request
from jinn.things.delivering import Delivery, Doors, wire_id
from jinn.things.frames import DownMessage
from jinn.things.model import Thing
from jinn.things.registry import Registry
from jinn.things.topics import device_topic
from jinn.things.twins import Twins

WITHIN_S = 2.0


class TopoChange(IntEnum):
    """What became of a sub-device, as gateways read it."""

    ADDED = 0
    REMOVED = 1
    ENABLED = 2
    DISABLED = 8


class DeviceTeller:
    """Pushes; what is not connected now is not told, and learns when it asks."""

    def __init__(self, *, doors: Doors, registry: Registry, twins: Twins, clock: Clock) -> None:
        self._doors = doors
        self._registry = registry
        self._twins = twins
        self._clock = clock

    async def push(self, thing: Thing, rest: str, params: object) -> Delivery:
        """A request on `/sys/{pk}/{dn}/rest`, over the connection that the thing has now."""
        connection = self._doors.connection_of(thing)
        twin = self._twins.peek(thing.id)
        if not twin.is_online:
            return "offline"
        request = Request(id=wire_id(new_id(self._clock)), method=rest.replace("/", "."), params=params)
        message = DownMessage(
            device=connection.device, topic=device_topic(thing.device, rest), payload=encode_request(request)
        )
        try:
            return await self._doors.deliver(twin.door or "", message, within_s=WITHIN_S)
        except Unavailable:
            return "offline"

    async def enabled(self, thing: Thing, *, is_enabled: bool) -> None:
        """Say so to the thing, and to the gateway that it is behind."""
        await self.push(thing, "thing/enable" if is_enabled else "thing/disable", {})
        await self.changed(thing, TopoChange.ENABLED if is_enabled else TopoChange.DISABLED)

    async def removed(self, thing: Thing) -> None:
        await self.push(thing, "thing/delete", {})
        await self.changed(thing, TopoChange.REMOVED)

    async def changed(self, thing: Thing, change: TopoChange) -> None:
        """Tell a gateway what became of a thing behind it; others have none to be told."""
        if thing.gateway is not None:
            gateway = self._registry.thing(thing.gateway)
            await self.push(gateway, "thing/topo/change", {"status": int(change), "subList": [_identity(thing)]})

    async def ask_to_add(self, gateway: ThingId, things: Sequence[Thing]) -> Delivery:
        """Ask a gateway to bring these; it answers by `topo/add`, with their signatures. Raises `NotFound`."""
        listed = [_identity(thing) for thing in things]
        return await self.push(self._registry.thing(gateway), "thing/topo/add/notify", listed)

    async def permit(self, gateway: ThingId, product_key: str, for_s: int) -> Delivery:
        """Tell a gateway that it may take in new devices of a product for a while. Raises `NotFound`."""
        params = {"productKey": product_key, "time": for_s}
        return await self.push(self._registry.thing(gateway), "thing/gateway/permit", params)


def _identity(thing: Thing) -> dict[str, str]:
    return {"productKey": thing.product_key, "deviceName": thing.device_name}
