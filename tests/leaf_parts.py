"""A region and a home on engines of their own, with a line between them that a test can cut."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import anyio.abc
from cut_line import Line
from integration.things_room import Home, a_home

from jinn.edge.uplink import HOME_SCHEMA, REGION_SCHEMA, Overseer, Region, Uplink, UplinkLog, begin
from jinn.edge.uplink.model import LOG_ROWS_MAX
from jinn.kernel import Secret, SystemClock
from jinn.runtime import (
    Certified,
    Database,
    LeafOptions,
    NatsBus,
    NatsEngine,
    Service,
    TrunkOptions,
    open_database,
    why_away,
)
from jinn.things import SCHEMA

NAME = "home-one"
PASSWORD = Secret("a secret of both")


@dataclass(slots=True)
class Far:
    """A running region."""

    engine: NatsEngine
    region: Region
    overseer: Overseer
    database: Database


@dataclass(slots=True)
class Near:
    """A running home with its way up."""

    home: Home
    uplink: Uplink
    engine: NatsEngine
    bus: NatsBus


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        for service in services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def a_region(
    folder: Path, *, url: Secret | None = None, port: int = 0, tls: Certified | None = None
) -> AsyncIterator[Far]:
    trunk = TrunkOptions(
        port=port, homes={NAME: PASSWORD, "home-two": Secret("another")},
        certificate=tls.certificate if tls else None, key=tls.key if tls else None,
    )  # fmt: skip
    engine = NatsEngine(folder, trunk=trunk)
    bus = NatsBus(engine.link)
    async with open_database((REGION_SCHEMA,), folder=folder / "data", url=url) as database:
        region = Region(database=database, bus=bus, clock=SystemClock())
        async with running(engine, bus, region):
            overseer = Overseer(database=database, clock=SystemClock())
            yield Far(engine=engine, region=region, overseer=overseer, database=database)


@asynccontextmanager
async def a_leaf(
    folder: Path,
    line: Line,
    *,
    name: str = NAME,
    password: Secret = PASSWORD,
    rows_max: int = LOG_ROWS_MAX,
    authority: Path | None = None,
) -> AsyncIterator[Near]:
    scheme = "nats-leaf" if authority is None else "tls"
    leaf = LeafOptions(url=f"{scheme}://127.0.0.1:{line.port}", name=name, password=password, authority=authority)
    engine = NatsEngine(folder, leaf=leaf)
    bus, clock, log = NatsBus(engine.link), SystemClock(), UplinkLog(name)
    async with open_database((SCHEMA, HOME_SCHEMA), folder=folder / "data") as database, running(engine, bus):
        await begin(database, name, clock)
        async with a_home(database, bus, witness=log.witness) as home:
            uplink = Uplink(
                log=log, room=home.room, database=database, bus=bus, clock=clock, rows_max=rows_max,
                diagnose=partial(why_away, leaf),
            )  # fmt: skip
            async with running(uplink):
                yield Near(home=home, uplink=uplink, engine=engine, bus=bus)
