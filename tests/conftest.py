"""What every test may ask for: the event loop, a database, a bus."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import asyncpg
import pytest
from fuzzing import register_profiles
from postgres_server import running_postgres

# As in jinn.hub: a fork while another thread multiplies matrices must not hang.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from jinn.kernel import Secret
from jinn.runtime import Database, NatsBus, NatsEngine, open_database

register_profiles()


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop that the hub runs on."""
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """One PostgreSQL for the whole run."""
    with running_postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgres"])
async def database_url(request: pytest.FixtureRequest) -> Secret | None:
    """Both engines, one after the other: None is SQLite; a PostgreSQL is emptied first."""
    if request.param == "sqlite":
        return None
    address = str(request.getfixturevalue("postgres_address"))
    connection = await asyncpg.connect(address)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
    return Secret(address)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite in a fresh folder with no tables but the runtime's own; rooms open theirs with `open_database`."""
    async with open_database((), folder=tmp_path / "data") as opened:
        yield opened


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[NatsBus]:
    """A bus on a nats-server of its own."""
    engine = NatsEngine(tmp_path)
    bus = NatsBus(engine.link)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        yield bus
        tasks.cancel_scope.cancel()
