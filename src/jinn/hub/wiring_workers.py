"""Boxes that work for this hub: how they are let into its engine."""

from dataclasses import dataclass
from pathlib import Path

from jinn.edge.placement import Crew
from jinn.hub.part import Part
from jinn.hub.settings import Settings
from jinn.hub.workers import WorkerDesk, worker_routes
from jinn.kernel import Clock
from jinn.runtime import NatsBus, NatsEngine, Steering


@dataclass(slots=True)
class WorkersPart:
    """Attributes:
    crew: known once the hub hears; None: it does not, and places nothing.
    """

    part: Part
    crew: Crew | None = None


def workers_part(settings: Settings, data: Path, engine: NatsEngine | None, clock: Clock) -> WorkersPart:
    """Nothing but its list while it is off."""
    opened = WorkersPart(Part())
    is_on = settings.workers.is_on and engine is not None
    watching = NatsBus(engine.system_link) if engine is not None and is_on else None
    desk = WorkerDesk(
        settings.workers, data, own_box=settings.placement.box, engine=engine if is_on else None,
        steering=Steering(bus=watching, write=engine.write_config) if engine is not None and watching else None,
        clock=clock,
    )  # fmt: skip
    opened.part = Part(
        services=(watching,) if watching is not None else (), routes=(worker_routes(desk, lambda: opened.crew),)
    )
    return opened
