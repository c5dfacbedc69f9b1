"""A box that lends its memory: models for a hub on another box, over the engine of that hub."""

import os
from pathlib import Path

import anyio
import msgspec
from rich.console import Console

from jinn import voice
from jinn.edge.placement import BoxKind
from jinn.hub.settings import PlacementSettings, Settings, read_settings
from jinn.hub.wiring_voice import ears_options, open_crew
from jinn.hub.workers import JoinFile
from jinn.kernel import Invalid, Secret, SystemClock
from jinn.runtime import NatsBus, NatsLink


async def work(data: Path, kind: BoxKind, join: Path | None, out: Console) -> None:
    """Until Ctrl-C; loads a model when a hub places it here.

    Raises:
        Invalid: `no-engine`: neither a join file nor the settings name an engine, so that there is nobody to work for;
            `join-file`.
        Refused: `engine-refused`: this box was removed; `engine-unknown`.
    """
    settings = read_settings(data)
    link, placing = _way(settings, join)
    bus = NatsBus(lambda: link)
    models = voice.open_models(ears_options(settings.voice, data), is_eager=False)
    crew = open_crew(models, placing, kind, bus=bus, clock=SystemClock())
    async with anyio.create_task_group() as tasks:
        for service in (bus, models.shelf, crew):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        out.print(f"[bold]{placing.box}[/] lends its memory; a hub may place models here. Ctrl-C ends it.")


def read_join_file(path: Path) -> JoinFile:
    """Raises `Invalid`, code `join-file`."""
    try:
        if os.stat(path).st_mode & 0o077:
            raise Invalid(f"{path} can be read by others; it holds a password.", code="join-file")
        return msgspec.json.decode(path.read_bytes(), type=JoinFile)
    except (OSError, msgspec.MsgspecError) as wrong:
        raise Invalid(f"{path} is no file of jinn worker add: {wrong}", code="join-file") from wrong


def _way(settings: Settings, join: Path | None) -> tuple[NatsLink, PlacementSettings]:
    if join is not None:
        known = read_join_file(join)
        link = NatsLink(
            url=known.url, user=known.user, password=Secret(known.password), authority=known.authority or None
        )
        return link, msgspec.structs.replace(settings.placement, box=known.box)
    if not settings.engine.nats_url or settings.placement.box == "hub":
        raise Invalid(
            "A worker needs a file of jinn worker add: jinn worker --join FILE; or, on an engine of yours, its address "
            "as engine.nats_url and a placement.box of its own in settings.toml.",
            code="no-engine",
        )
    return NatsLink(url=settings.engine.nats_url), settings.placement
