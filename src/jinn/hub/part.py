"""What a room adds to a hub: services to run, pages to serve, skills to talk to."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.types import ControllerRouterHandler

from jinn.language import Skill
from jinn.runtime import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One room, ready to be joined to the others; `services` in the order in which they are started."""

    services: Sequence[Service] = ()
    routes: Sequence[ControllerRouterHandler] = ()
    skills: Sequence[Skill] = ()
