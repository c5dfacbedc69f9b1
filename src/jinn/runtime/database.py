"""Opening the database: which engine, whose folder, which tables."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from jinn.kernel import Secret
from jinn.runtime.folder import hold_folder
from jinn.runtime.ports import Database, Schema
from jinn.runtime.postgres import open_postgres
from jinn.runtime.queries import load_migrations, load_queries
from jinn.runtime.sqlite import open_sqlite

_OWN_SCHEMA = Schema(room="runtime", folder=Path(__file__).parent / "sql")


@asynccontextmanager
async def open_database(
    schemas: Sequence[Schema], *, folder: Path, url: Secret | None = None, page_count_max: int | None = None
) -> AsyncIterator[Database]:
    """The database of this data folder, its tables brought up to date; no other hub may hold the folder.

    Args:
        url: a PostgreSQL address; None: SQLite in `folder`.
        page_count_max: SQLite only: pages of 4 kB that the file may have; beyond it writes are `disk-full`.

    Raises:
        Refused: `data-folder-busy`, `database-newer`, `migration-edited`.
        Unavailable: `data-folder`, `database`, `disk-full`.
    """
    everything = [part for schema in (_OWN_SCHEMA, *schemas) for part in (schema, *schema.parts)]
    with hold_folder(folder):
        migrations = load_migrations(everything, "postgres" if url is not None else "sqlite")
        if url is not None:
            async with open_postgres(url, load_queries(everything, "postgres"), migrations) as database:
                yield database
        else:
            queries = load_queries(everything, "sqlite")
            async with open_sqlite(folder / "jinn.db", queries, migrations, page_count_max=page_count_max) as database:
                yield database
