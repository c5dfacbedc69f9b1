"""Firmware, joined to the things that it is for: where packages lie, and under which address things reach this hub."""

import socket
from collections.abc import Callable
from pathlib import Path

from jinn.hub.part import Part
from jinn.hub.settings import Settings
from jinn.kernel import Clock
from jinn.runtime import Bus, Database
from jinn.things import Areas, ThingsRoom
from jinn.things.firmware import Desk, FirmwareOptions, open_firmware, routes

_ANY = {"0.0.0.0", "::", ""}
_NOWHERE = ("192.0.2.1", 9)
"""An address that is nobody's (RFC 5737): asked for the way there, the kernel says which of our addresses it takes."""


def firmware_part(
    settings: Settings,
    *,
    database: Database,
    bus: Bus,
    room: ThingsRoom,
    areas: Areas,
    desk: Desk,
    data: Path,
    clock: Clock,
    port: Callable[[], int],
) -> Part:
    """The rollouts of this hub. `port`: of its HTTP, asked when things are told an address."""
    host = settings.http.host

    def base() -> str:
        return settings.firmware.url or f"http://{_reachable(host)}:{port()}"

    options = FirmwareOptions(folder=data / "firmware", base=base)
    opened = open_firmware(
        database=database, bus=bus, things=room, areas=areas, desk=desk, clock=clock, options=options
    )
    return Part(services=opened.services, routes=routes(opened))


def _reachable(host: str) -> str:
    """The address under which things on the same network find a server that listens on `host`."""
    if host not in _ANY:
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # Nothing is sent: a datagram socket only takes the way there.
            asked.connect(_NOWHERE)
        except OSError:
            return "127.0.0.1"
        return str(asked.getsockname()[0])
