"""Smart-home clouds both ways, joined to the home: accounts at vendors' clouds, and the home as a cloud itself."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
from litestar.types import ControllerRouterHandler

from jinn import things
from jinn.hub.network import BridgeWire
from jinn.hub.notices import tell_household
from jinn.hub.part import Part
from jinn.hub.screen_wire import NamesWire, ProblemWire
from jinn.hub.settings import GenieSettings
from jinn.kernel import Clock, Names
from jinn.people import Pairing, TokenBook
from jinn.runtime import Admission, Bus, Database, open_seal
from jinn.things.genie import Platform, open_platform, platform_routes
from jinn.things.genie.cloud import Gateway, Granting, cloud_routes
from jinn.things.genie.links import Link, LinkState
from jinn.things.ports import Areas

SEAL_FILE = "seal.key"
"""In the data folder. Without it the accounts at vendors' clouds have to be linked anew."""


def cloud_lines(platform: Platform) -> list[BridgeWire]:
    """Each account, for the page that shows how the home's lines are."""
    return [_line(platform, link) for link in platform.links.all()]


def _line(platform: Platform, link: Link) -> BridgeWire:
    problem = ProblemWire(code=link.problem_code, message=link.problem) if link.problem_code else msgspec.UNSET
    names = link.vendor.names
    return BridgeWire(
        name=f"genie-{link.id}",
        names=NamesWire(en=names.en, zh=names.zh),
        state=_STATES[link.state],
        things=len(platform.links.devices_of(link.id)),
        problem=problem,
    )


_STATES: Mapping[LinkState, Literal["up", "down", "off"]] = {
    LinkState.LINKED: "up",
    LinkState.BROKEN: "down",
    LinkState.UNLINKED: "off",
}


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
        await tell_household(text, bus=bus)

    platform = await open_platform(
        room=room, database=database, seal=open_seal(data / SEAL_FILE), bus=bus, areas=areas, clock=clock,
        base_url=base_url, tell=tell,
    )  # fmt: skip
    routes: list[ControllerRouterHandler] = [*platform_routes(platform, data)]
    if chosen.is_on:
        gateway = Gateway(
            room=room, areas=areas, tokens=tokens, icon_url=lambda kind: f"{base_url()}/genie/icons/{kind}.png"
        )
        granting = Granting(database=database, tokens=tokens, clock=clock)
        routes += cloud_routes(gateway, granting, admit=admit, pairing=pairing)
    return Part(services=platform.services, routes=routes, lines=partial(cloud_lines, platform)), platform
