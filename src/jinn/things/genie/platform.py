"""The platform's side put together: accounts at vendors' clouds and the things that they bring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinn.kernel import Clock, JinnError, Names
from jinn.runtime import Bus, Database, Seal, Service
from jinn.things.bridging import Bridging
from jinn.things.genie.discovering import Discovered, Discovering
from jinn.things.genie.fetching import Fetcher
from jinn.things.genie.linking import Linking
from jinn.things.genie.links import Link, Links, Vendor
from jinn.things.genie.polling import Polling
from jinn.things.genie.rhythm import RESTING_S
from jinn.things.genie.vendor_bridge import Tell, VendorBridge
from jinn.things.genie.vendor_cloud import VendorCloud
from jinn.things.ports import Areas
from jinn.things.room import ThingsRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Attributes:
    services: to run after the room's own, in this order.
    """

    fetcher: Fetcher
    links: Links
    linking: Linking
    discovering: Discovering
    bridging: Bridging
    polling: Polling

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.fetcher, self.bridging, self.polling)

    async def begin(self, vendor: Vendor) -> tuple[Link, str]:
        """A new account: gives it, and where the owner's browser has to go. Raises as `Links.add`."""
        link = await self.links.add(vendor)
        return link, await self.linking.start(link)

    async def finish(self, query: str, form: str = "") -> tuple[Link, Discovered | JinnError]:
        """The browser came back. Gives the link, and what its discovery found, or why it failed.

        Raises as `Linking.finish`.
        """
        link = await self.linking.finish(query, form)
        try:
            return link, await self.discovering.discover(link.id)
        except JinnError as error:
            return link, error

    async def discover_all(self) -> tuple[Sequence[Discovered], Sequence[tuple[Names, JinnError]]]:
        """What "discover devices" does: every account, with those that failed and why."""
        return await self.discovering.discover_all()


async def open_platform(
    *,
    room: ThingsRoom,
    database: Database,
    seal: Seal,
    bus: Bus,
    areas: Areas,
    clock: Clock,
    base_url: Callable[[], str],
    tell: Tell,
    every_s: float = RESTING_S,
) -> Platform:
    """Read the accounts, and put the parts together; nothing runs yet.

    Args:
        seal: under which tokens lie in the database.
        base_url: where browsers reach this hub; vendors' pages send them back there.
        every_s: how often a thing that rests is asked how it is.
    """
    fetcher = Fetcher()
    links = Links(database=database, seal=seal, clock=clock)
    await links.load()
    linking = Linking(links=links, fetcher=fetcher, database=database, clock=clock, base_url=base_url)
    cloud = VendorCloud(links=links, linking=linking, fetcher=fetcher)
    bridge = VendorBridge(links=links, cloud=cloud, room=room, clock=clock, tell=tell)
    polling = Polling(links=links, bridge=bridge, registry=room.registry, clock=clock, tell=tell, every_s=every_s)
    bridging = Bridging(bridge=bridge, room=room, bus=bus, on_removed=polling.soon)
    bridge.bridging, bridge.look_soon = bridging, polling.soon
    bridge.ordered, bridge.changed = polling.ordered, polling.changed
    return Platform(
        fetcher=fetcher,
        links=links,
        linking=linking,
        discovering=Discovering(
            links=links, cloud=cloud, bridge=bridge, bridging=bridging, areas=areas, registry=room.registry
        ),
        bridging=bridging,
        polling=polling,
    )
