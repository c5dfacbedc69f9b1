"""Firmware, joined to the things that it is for: where packages lie, and under which address things reach this hub."""

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

from litestar.types import ControllerRouterHandler

from jinn.hub.part import Part
from jinn.hub.settings import Settings
from jinn.kernel import Clock, Forbidden
from jinn.runtime import Bus, Caller, Database, HttpOptions, HttpServer, Metrics
from jinn.things import Areas, ThingsRoom
from jinn.things.firmware import Desk, FirmwareOptions, downloads, open_firmware, routes

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
    """The rollouts of this hub. `port`: of its HTTP, asked when things are told an address.

    With TLS at the door, downloads have a server of their own with the door's certificate: things that know the hub by
    its certificate shall not have to fetch their programs from somebody they do not know.
    """
    secured: HttpServer | None = None

    def base() -> str:
        if settings.firmware.url:
            return settings.firmware.url
        if secured is not None:
            return f"https://{_reachable(settings.door.host)}:{secured.port}"
        return f"http://{_reachable(settings.http.host)}:{port()}"

    options = FirmwareOptions(folder=data / "firmware", base=base)
    opened = open_firmware(
        database=database, bus=bus, things=room, areas=areas, desk=desk, clock=clock, options=options
    )
    if settings.door.tls_cert:
        secured = _secured(settings, downloads(opened))
    return Part(services=[*opened.services, *([secured] if secured else [])], routes=routes(opened))


def _secured(settings: Settings, handlers: Sequence[ControllerRouterHandler]) -> HttpServer:
    """Downloads over TLS, at the door's host and with its certificates; it asks things for theirs as the door does."""
    door = settings.door
    assert door.tls_cert is not None
    options = HttpOptions(
        host=door.host,
        port=settings.firmware.tls_port,
        certificate=Path(door.tls_cert),
        key=Path(door.tls_key) if door.tls_key else None,
        client_authority=Path(door.tls_client_ca) if door.tls_client_ca else None,
    )
    return HttpServer(handlers, admit=_nobody, options=options, metrics=Metrics(), checks={})


async def _nobody(caller: Caller) -> object:
    raise Forbidden("Only programs are fetched here.", code="not-authorized")


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
