"""Which things a vendor's account brings: joined when linked and when somebody says "discover devices"."""

import logging
from dataclasses import dataclass, replace

import anyio

from jinn.kernel import AreaId, JinnError, Lang, Names, NotFound, Refused, ThingId, Unavailable
from jinn.things.bridging import Bridging
from jinn.things.genie.describing import device_name_of
from jinn.things.genie.devices import DEVICES_MAX, VendorDevice, names_of_device, numbered, placed
from jinn.things.genie.envelope import VendorError
from jinn.things.genie.links import Link, Links, LinkState
from jinn.things.genie.speaking import settled, values_of
from jinn.things.genie.vendor_bridge import VendorBridge
from jinn.things.genie.vendor_cloud import VendorCloud
from jinn.things.ports import Areas
from jinn.things.registry import Registry

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What came of one discovery.

    Attributes:
        skipped: entries of the answer that were no devices, or the same one again.
    """

    link: str
    things: int
    added: int = 0
    removed: int = 0
    skipped: int = 0


class Discovering:
    """Replaces what an account brings by what its cloud lists now."""

    def __init__(
        self,
        *,
        links: Links,
        cloud: VendorCloud,
        bridge: VendorBridge,
        bridging: Bridging,
        areas: Areas,
        registry: Registry,
    ) -> None:
        self._links = links
        self._cloud = cloud
        self._bridge = bridge
        self._bridging = bridging
        self._areas = areas
        self._registry = registry
        self._locks: dict[str, anyio.Lock] = {}

    async def discover(self, link_id: str) -> Discovered:
        """Ask an account for its devices.

        A cloud that lists none, where there were some, is rather ill than empty: its things stay, offline.

        Raises:
            NotFound: `link-not-found`.
            Refused: `link-broken`, or the cloud's own no.
            Unavailable: it is away, or makes no sense.
        """
        async with self._locks.setdefault(link_id, anyio.Lock()):
            link = self._links.link(link_id)
            try:
                devices, skipped = await self._cloud.discover(link)
            except VendorError as error:
                raise error.as_error() from error
            known = {device.id: (thing, device) for thing, device in self._links.devices_of(link.id).items()}
            added = 0
            for device in devices:
                before = known.get(device.id)
                added += before is None
                await self._join(link, device if before is None else replace(device, words=before[1].words))
            listed = {device.id for device in devices}
            missing = [thing for device_id, (thing, _) in known.items() if device_id not in listed]
            if not devices:
                for thing in missing:
                    self._bridge.leave(thing)
                missing = []
            for thing in missing:
                await self._forget(thing)
            things = len(self._links.devices_of(link.id))
            return Discovered(link=link.id, things=things, added=added, removed=len(missing), skipped=skipped)

    async def discover_all(self) -> tuple[list[Discovered], list[tuple[Names, JinnError]]]:
        """Every account that is linked, one after the other: what came of each, and which failed and why."""
        found: list[Discovered] = []
        failed: list[tuple[Names, JinnError]] = []
        for link in self._links.all():
            if link.state is LinkState.UNLINKED:
                continue
            try:
                found.append(await self.discover(link.id))
            except (Refused, Unavailable) as error:
                failed.append((link.vendor.names, error))
        return found, failed

    async def unlink(self, link_id: str) -> None:
        """The account is ours no more, nor are its things. Raises `NotFound`."""
        link = self._links.link(link_id)
        async with self._locks.setdefault(link_id, anyio.Lock()):
            for thing in self._links.devices_of(link.id):
                await self._forget(thing)
            await self._links.remove(link.id)

    async def _join(self, link: Link, device: VendorDevice) -> None:
        device, description = settled(device, link=link.id)
        area = self._area_called(device.zone)
        try:
            thing = await self._bridging.join(
                description.product,
                names=self._names_for(device, area),
                device_name=device_name_of(device),
                area=area,
            )
        except Refused as error:
            # One device that cannot be ours must not keep the others away.
            _log.warning("a device of %s cannot join: %s", link.vendor.names.en, error)
            return
        await self._links.keep_device(thing.id, link.id, device)
        self._bridge.arrive(thing.id)
        self._bridge.report(thing.id, values_of(description, list(device.properties.items())))

    async def _forget(self, thing: ThingId) -> None:
        await self._links.forget_device(thing)
        self._bridge.forget(thing)
        try:
            await self._bridging.leave(thing)
        except NotFound:
            return  # Somebody else has removed it already.

    def _names_for(self, device: VendorDevice, area: AreaId | None) -> Names:
        """As it is called there; with its place, or a number, where that would be said of two things."""
        bare = names_of_device(device)
        names = bare if area is not None else placed(bare, device.zone)
        taken = {thing.names.zh for thing in self._registry.things() if thing.area == area}
        number = 2
        chosen = names
        while chosen.zh in taken and number <= DEVICES_MAX:
            chosen, number = numbered(names, number), number + 1
        return chosen

    def _area_called(self, zone: str) -> AreaId | None:
        wanted = zone.strip().casefold()
        for area in self._areas.areas():
            words = (area.id, *(word for lang in Lang for word in area.names.all_of(lang)))
            if wanted and wanted in {word.casefold() for word in words}:
                return area.id
        return None
