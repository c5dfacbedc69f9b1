"""What a room adds to a hub: services to run, pages to serve, skills to talk to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litestar.types import ControllerRouterHandler

from jinn.hub.network import BridgeWire
from jinn.language import Skill
from jinn.runtime import Service
from jinn.things import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One room, ready to be joined to the others; `services` in the order in which they are started.

    Attributes:
        lines: what its bridges are like now, for the page that shows how the home's lines are.
        found: what was discovered and could join the home.
    """

    services: Sequence[Service] = ()
    routes: Sequence[ControllerRouterHandler] = ()
    skills: Sequence[Skill] = ()
    lines: Callable[[], Sequence[BridgeWire]] = lambda: ()
    found: Callable[[], Sequence[Found]] = lambda: ()
