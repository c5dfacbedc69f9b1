"""Forms of thing models and the Matter fabric, joined to the things that they are about."""

import msgspec

from jinn import language, things
from jinn.hub.network import BridgeWire
from jinn.hub.part import Part
from jinn.hub.screen_wire import NamesWire, ProblemWire
from jinn.hub.settings import MatterSettings
from jinn.runtime import Bus
from jinn.things.forms import Checking, form_routes, wot_routes
from jinn.things.matter import Matter, matter_routes, open_matter

MATTER_NAMES = NamesWire(en="Matter", zh="Matter")
MATTER_AWAY = ProblemWire(code="matter-away", message="The Matter server is away.")


def forms_part(*, room: things.ThingsRoom, bus: Bus, understander: language.Understander) -> Part:
    """Every thing's model in other forms, and its test sheet."""
    checking = Checking(room=room, bus=bus)
    return Part(routes=(form_routes(room, checking, understander, room.names), wot_routes(room, bus)))


def matter_part(
    chosen: MatterSettings, *, room: things.ThingsRoom, bus: Bus, areas: things.Areas
) -> tuple[Part, Matter | None]:
    """The devices of a Matter fabric; nothing but its line while no server is named."""
    if chosen.url is None:
        off = BridgeWire(name="matter", names=MATTER_NAMES, state="off", things=0)
        return Part(lines=lambda: (off,)), None
    matter = open_matter(chosen.url, room=room, bus=bus)
    part = Part(
        services=matter.services,
        routes=(matter_routes(matter, room, areas),),
        lines=lambda: (_matter_line(matter),),
    )
    return part, matter


def _matter_line(matter: Matter) -> BridgeWire:
    is_up = matter.client.info is not None
    return BridgeWire(
        name="matter", names=MATTER_NAMES, state="up" if is_up else "down", things=len(matter.bridge.nodes),
        problem=msgspec.UNSET if is_up else MATTER_AWAY,
    )  # fmt: skip
