"""What vendors' accounts brought, beside everything else that was discovered; and how all of them look anew."""

import hashlib
from collections.abc import Sequence

from jinn.kernel import AreaId, Names, NotFound, ThingId
from jinn.things.genie.links import LinkState
from jinn.things.genie.platform import Platform
from jinn.things.genie.saying import said_of_discovery
from jinn.things.joining import Found
from jinn.things.model import Thing
from jinn.things.room import ThingsRoom


class CloudFinder:
    """A `Finder` whose finds are things from the start: a vendor lists what its customer has added there already."""

    def __init__(self, platform: Platform, room: ThingsRoom) -> None:
        self._platform = platform
        self._room = room

    def found(self) -> Sequence[Found]:
        known = {thing.id: thing for thing in self._room.registry.things()}
        links = self._platform.links
        found: list[Found] = []
        for link in links.all():
            for thing_id, device in links.devices_of(link.id).items():
                thing = known.get(thing_id)
                if thing is None:
                    continue  # Removed here; it comes back with the next discovery.
                found.append(
                    Found(
                        id=_id(thing_id), via="genie", names=thing.names,
                        kind=self._room.registry.product(thing.product_key).kind,
                        maker=device.brand or link.vendor.names.en, model=device.model or None,
                        area=device.zone or None, seen_ms=link.refreshed_ms or link.created_ms, joined=thing_id,
                    )
                )  # fmt: skip
        return found

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        """It is one already."""
        return self._room.registry.thing(self._seen(found_id))

    async def ignore(self, found_id: str) -> None:
        """A thing stays one, and what is a thing is not waiting to be seen."""
        self._seen(found_id)

    async def look(self) -> Names | None:
        """A `Look`: every account is asked for its devices."""
        if all(link.state is LinkState.UNLINKED for link in self._platform.links.all()):
            return None
        return said_of_discovery(*await self._platform.discover_all())

    def _seen(self, found_id: str) -> ThingId:
        for found in self.found():
            if found.id == found_id and found.joined is not None:
                return found.joined
        raise NotFound("That was not discovered, or is gone again.", code="found-not-found", found=found_id[:80])


def _id(thing: ThingId) -> str:
    return "genie-" + hashlib.sha256(thing.encode()).hexdigest()[:20]
