"""Which SQL the rooms have written: named queries and numbered migrations, read from their folders."""

import hashlib
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import aiosql
from aiosql.adapters.asyncpg import AsyncPGAdapter

from jinn.kernel import Invalid
from jinn.runtime.ports import Schema, Sql

Engine = Literal["sqlite", "postgres"]

# It asks for `!` behind the names of what is no SELECT; we only take the text, so the name alone is enough.
logging.getLogger("aiosql").setLevel(logging.ERROR)

_MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One named query in the dialect of one engine.

    Attributes:
        sql: SQLite: with `:name`; PostgreSQL: with `$1`.
        names: PostgreSQL only: which value stands for `$1`, `$2`, …
    """

    name: str
    sql: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of a room's tables; applied once, never edited after release.

    Attributes:
        digest: SHA-256 of the text, so that an edit of a released file is noticed.
    """

    room: str
    number: int
    sql: str
    digest: str


def load_queries(schemas: Sequence[Schema], engine: Engine) -> dict[str, Query]:
    """All queries by `room.name`."""
    queries: dict[str, Query] = {}
    for schema in schemas:
        loaded = aiosql.from_path(
            schema.folder / "queries.sql",
            "asyncpg" if engine == "postgres" else "apsw",
            mandatory_parameters=False,
            encoding="utf-8",
        )
        adapter = loaded.driver_adapter
        for name in loaded.available_queries:
            if name.endswith("_cursor"):
                continue  # aiosql makes a second function of each query.
            names = tuple(adapter.var_sorted[name]) if isinstance(adapter, AsyncPGAdapter) else ()
            full_name = f"{schema.room}.{name}"
            assert full_name not in queries, f"two rooms are called {schema.room}"
            queries[full_name] = Query(name=full_name, sql=getattr(loaded, name).sql, names=names)
    return queries


def load_migrations(schemas: Sequence[Schema], engine: Engine = "sqlite") -> list[Migration]:
    """All migrations; each room's in the order of their numbers, which start at 1 and have no gaps.

    `WITHOUT ROWID`, which halves a table whose rows are little but its key, is SQLite's alone and left out for others.
    """
    migrations: list[Migration] = []
    for schema in schemas:
        paths = sorted((schema.folder / "migrations").glob("*.sql"))
        for expected, path in enumerate(paths, start=1):
            match = _MIGRATION.fullmatch(path.name)
            assert match is not None, f"{path} is not named NNNN_name.sql"
            assert int(match[1]) == expected, f"{path} should be number {expected:04}"
            sql = path.read_text(encoding="utf-8")
            digest = hashlib.sha256(sql.encode()).hexdigest()
            text = sql if engine == "sqlite" else sql.replace(") WITHOUT ROWID;", ");")
            migrations.append(Migration(room=schema.room, number=expected, sql=text, digest=digest))
    return migrations


def check_text(query: str, values: Mapping[str, Sql]) -> None:
    """Refuse text that only one of the engines would take: with NUL, or with half a character (a lone surrogate).

    Raises:
        Invalid: code `bad-text`.
    """
    for name, value in values.items():
        if isinstance(value, str) and not _is_storable(value):
            raise Invalid(f"{name} of {query} has characters that cannot be stored.", code="bad-text")


def check_texts(query: str, values: Iterable[Sql]) -> None:
    """The same of values without their names."""
    for value in values:
        if type(value) is str and not _is_storable(value):
            raise Invalid(f"A value of {query} has characters that cannot be stored.", code="bad-text")


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
