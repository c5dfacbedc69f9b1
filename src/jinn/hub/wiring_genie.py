"""Smart-home clouds both ways, joined to the home: accounts at vendors' clouds, and the home as a cloud itself."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from litestar.types import ControllerRouterHandler

from jinn import things
from jinn.hub.part import Part
from jinn.hub.settings import GenieSettings
from jinn.hub.wiring_functions import NOTICE_SUBJECT
from jinn.kernel import Clock, Names
from jinn.people import Pairing, TokenBook
from jinn.runtime import Admission, Bus, Database
from jinn.things.genie import Platform, open_platform, platform_routes
from jinn.things.genie.cloud import Gateway, Granting, cloud_routes
from jinn.things.ports import Areas


async def genie_part(
    chosen: GenieSettings,
    *,
    database: Database,
    bus: Bus,
    room: things.ThingsRoom,
    areas: Areas,
    tokens: TokenBook,
    pairing: Pairing,
    admit: Admission,
    base_url: Callable[[], str],
    data: Path,
    clock: Clock,
) -> tuple[Part, Platform]:
    """Both sides; the cloud's only when it is switched on."""

    async def tell(text: Names) -> None:
        notice = {"by": "genie", "text": {"en": text.en, "zh": text.zh}, "severity": "info"}
        await bus.publish(NOTICE_SUBJECT, msgspec.json.encode(notice))

    platform = await open_platform(
        room=room, database=database, bus=bus, areas=areas, clock=clock, base_url=base_url, tell=tell
    )
    routes: list[ControllerRouterHandler] = [*platform_routes(platform, data)]
    if chosen.is_on:
        gateway = Gateway(
            room=room, areas=areas, tokens=tokens, icon_url=lambda kind: f"{base_url()}/genie/icons/{kind}.png"
        )
        granting = Granting(database=database, tokens=tokens, clock=clock)
        routes += cloud_routes(gateway, granting, admit=admit, pairing=pairing)
    return Part(services=platform.services, routes=routes), platform
