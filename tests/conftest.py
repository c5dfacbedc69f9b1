"""What every test may ask for: the event loop, a database, a bus."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from postgres_server import running_postgres

from jinn.runtime import Database, open_database


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The loop that the hub runs on."""
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """One PostgreSQL for the whole run."""
    with running_postgres() as address:
        yield address


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite in a fresh folder with no tables but the runtime's own; rooms open theirs with `open_database`."""
    async with open_database((), folder=tmp_path / "data") as opened:
        yield opened
