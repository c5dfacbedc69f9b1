"""The Matter side of a home put together: client, bridge and their sessions on the bus."""

from dataclasses import dataclass

from jinn.runtime import Bus, Service
from jinn.things.bridging import Bridging
from jinn.things.matter.bridge import MatterBridge
from jinn.things.matter.client import MatterClient
from jinn.things.room import ThingsRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the hub starts, and what its routes ask.

    Attributes:
        services: to run in this order, after the room's.
    """

    client: MatterClient
    bridge: MatterBridge
    sessions: Bridging

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.sessions, self.client, self.bridge)


def open_matter(url: str, *, room: ThingsRoom, bus: Bus) -> Matter:
    """Things of the fabric whose server is at that WebSocket address (`ws://host:5580/ws`)."""
    client = MatterClient(url)
    bridge = MatterBridge(server=client)
    sessions = Bridging(bridge=bridge, room=room, bus=bus, on_removed=bridge.forget)
    bridge.bind(sessions)
    return Matter(client=client, bridge=bridge, sessions=sessions)
