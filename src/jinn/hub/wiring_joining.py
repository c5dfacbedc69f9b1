"""All ways of joining behind one counter: finders and codes of every bridge, over HTTP and in conversation."""

from collections.abc import Sequence

from jinn import things
from jinn.hub.notices import tell_household
from jinn.hub.part import Part
from jinn.kernel import Clock, Names
from jinn.runtime import Bus
from jinn.things.genie import CloudFinder, Platform
from jinn.things.matter import Matter, MatterCodes, MatterFinder
from jinn.things.upkeep import GatewayFinder


def joining_part(
    *,
    room: things.ThingsRoom,
    areas: things.Areas,
    bus: Bus,
    clock: Clock,
    finders: Sequence[things.Finder],
    platform: Platform,
    matter: Matter | None,
) -> Part:
    """Args: finders: those that are found nowhere else, such as the broker's."""
    clouds = CloudFinder(platform, room)
    fabric = () if matter is None else (MatterFinder(matter, room, clock),)
    joining = things.Joining(
        clock=clock,
        finders=(*finders, GatewayFinder(room.upkeep), *fabric, clouds),
        readers=(MatterCodes(matter, room),),
        looks=(clouds.look,),
    )

    async def tell(text: Names) -> None:
        await tell_household(text, bus=bus)

    return Part(
        services=(joining,),
        routes=(things.joining_routes(joining, room, areas),),
        skills=(things.JoiningSkill(joining, called=lambda thing: room.registry.thing(thing).names, tell=tell),),
        found=joining.found,
    )
