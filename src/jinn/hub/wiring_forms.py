"""Forms of thing models and the Matter fabric, joined to the things that they are about."""

from jinn import language, things
from jinn.hub.part import Part
from jinn.hub.settings import MatterSettings
from jinn.runtime import Bus
from jinn.things.forms import Checking, form_routes, wot_routes
from jinn.things.matter import Matter, matter_routes, open_matter


def forms_part(*, room: things.ThingsRoom, bus: Bus, understander: language.Understander) -> Part:
    """Every thing's model in other forms, and its test sheet."""
    checking = Checking(room=room, bus=bus)
    return Part(routes=(form_routes(room, checking, understander, room.names), wot_routes(room, bus)))


def matter_part(
    chosen: MatterSettings, *, room: things.ThingsRoom, bus: Bus, areas: things.Areas
) -> tuple[Part, Matter | None]:
    """The devices of a Matter fabric; nothing while no server is named."""
    if chosen.url is None:
        return Part(), None
    matter = open_matter(chosen.url, room=room, bus=bus)
    return Part(services=matter.services, routes=(matter_routes(matter, room, areas),)), matter
