"""A box that lends its memory: models for hubs on other boxes, over the engine that they share."""

from pathlib import Path

import anyio
from rich.console import Console

from jinn import voice
from jinn.edge.placement import BoxKind
from jinn.hub.settings import read_settings
from jinn.hub.wiring_voice import ears_options, open_crew
from jinn.kernel import Invalid, SystemClock
from jinn.runtime import NatsBus, NatsLink


async def work(data: Path, kind: BoxKind, out: Console) -> None:
    """Until Ctrl-C; loads a model when a hub places it here.

    Raises:
        Invalid: `no-engine`: the settings name no engine, so that there is nobody to work for.
    """
    settings = read_settings(data)
    if not settings.engine.nats_url or settings.placement.box == "hub":
        raise Invalid(
            "A worker needs the hub's engine as engine.nats_url, and a placement.box of its own, in settings.toml.",
            code="no-engine",
        )
    link = NatsLink(url=settings.engine.nats_url)
    bus = NatsBus(lambda: link)
    models = voice.open_models(ears_options(settings.voice, data), is_eager=False)
    crew = open_crew(models, settings.placement, kind, bus=bus, clock=SystemClock())
    async with anyio.create_task_group() as tasks:
        for service in (bus, models.shelf, crew):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        out.print(f"[bold]{settings.placement.box}[/] lends its memory; a hub may place models here. Ctrl-C ends it.")
