"""The database past one box: PostgreSQL, which groups commits by itself."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
import asyncpg

from jinn.kernel import Conflict, Secret, Unavailable
from jinn.runtime.migrating import CREATE_TABLE, SELECT_APPLIED, migrations_to_apply
from jinn.runtime.ports import Row, Sql, Statement
from jinn.runtime.queries import Migration, Query, check_text

if TYPE_CHECKING:
    _Connection = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    _Pool = asyncpg.Pool[asyncpg.Record]

_CONNECTIONS_MAX = 16
_ATTEMPTS = 3
_WAIT_S = 5.0
_MIGRATION_LOCK = 0x6A696E6E
"""One number for all hubs, so that only one of them changes the tables: "jinn" in ASCII."""

_CONFLICTS: Mapping[type[asyncpg.PostgresError], str] = {
    asyncpg.UniqueViolationError: "unique",
    asyncpg.ForeignKeyViolationError: "reference",
    asyncpg.CheckViolationError: "check",
}
_LOST_RACES = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # What its protocol says when a connection is cut while it was being used.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
_BUGS = (asyncpg.SyntaxOrAccessError, asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)


class PostgresDatabase:
    """`Database` on a pool of connections; made by `open_postgres`."""

    def __init__(self, pool: "_Pool", queries: Mapping[str, Query]) -> None:
        self._pool = pool
        self._queries = queries

    async def migrate(self, migrations: Sequence[Migration]) -> None:
        """Bring the tables up to date, one hub at a time; each step is one transaction."""
        async with self._pool.acquire(timeout=_WAIT_S) as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
            try:
                await connection.execute(CREATE_TABLE)
                applied = {
                    (row["room"], row["number"]): row["digest"] for row in await connection.fetch(SELECT_APPLIED)
                }
                for step in migrations_to_apply(migrations, applied):
                    async with connection.transaction():
                        await connection.execute(step.sql)
                        await connection.execute(
                            "INSERT INTO migrations VALUES ($1, $2, $3)", step.room, step.number, step.digest
                        )
            finally:
                await connection.execute("SELECT pg_advisory_unlock($1)", _MIGRATION_LOCK)

    async def read(self, query: str, **values: Sql) -> list[Row]:
        found = self._queries[query]
        check_text(query, values)
        try:
            async with self._pool.acquire(timeout=_WAIT_S) as connection:
                rows = await connection.fetch(found.sql, *(values[name] for name in found.names))
        except _BUGS as error:
            raise AssertionError(f"{query}: {error}") from error
        except _AWAY as error:
            raise _unavailable(error) from error
        return [dict(row) for row in rows]

    async def write(self, *statements: Statement) -> list[int]:
        assert statements, "a change has at least one statement"
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._pool.acquire(timeout=_WAIT_S) as connection:
                    return await self._change(connection, statements)
            except _LOST_RACES as error:
                # Two changes waited for each other; PostgreSQL undid this one whole, so it may be done again.
                if attempt == _ATTEMPTS:
                    raise Conflict("Other changes kept coming first.", rule="race") from error
            except _AWAY as error:
                raise _unavailable(error) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _change(self, connection: "_Connection", statements: Sequence[Statement]) -> list[int]:
        if len(statements) == 1 and statements[0].rows is None:
            return [await self._execute(connection, statements[0])]
        async with connection.transaction():
            return [await self._execute(connection, statement) for statement in statements]

    async def _execute(self, connection: "_Connection", statement: Statement) -> int:
        query = self._queries[statement.query]
        try:
            if statement.each:
                count = await _done_for_each(connection, query, statement.each)
            else:
                check_text(statement.query, statement.values)
                status = await connection.execute(query.sql, *(statement.values[name] for name in query.names))
                # The status reads "UPDATE 3" or "INSERT 0 3".
                count = int(status.rpartition(" ")[2])
        except tuple(_CONFLICTS) as error:
            rule = _CONFLICTS[type(error)]
            raise Conflict(f"{statement.query}: {error}", query=statement.query, rule=rule) from error
        except _BUGS as error:
            raise AssertionError(f"{statement.query}: {error}") from error
        if statement.rows is not None and count != statement.rows:
            raise Conflict(
                f"{statement.query} touched {count} rows instead of {statement.rows}.",
                query=statement.query,
                rule="rows",
            )
        return count


async def _done_for_each(connection: "_Connection", query: Query, each: Sequence[Mapping[str, Sql]]) -> int:
    """One prepared statement for all of them."""
    prepared = await connection.prepare(query.sql)
    count = 0
    for values in each:
        check_text(query.name, values)
        await prepared.fetch(*(values[name] for name in query.names))
        count += int((prepared.get_statusmsg() or "0").rpartition(" ")[2])
    return count


@asynccontextmanager
async def open_postgres(
    url: Secret, queries: Mapping[str, Query], migrations: Sequence[Migration]
) -> AsyncIterator[PostgresDatabase]:
    try:
        pool = await asyncpg.create_pool(
            url.reveal(), min_size=1, max_size=_CONNECTIONS_MAX, timeout=_WAIT_S, command_timeout=30.0
        )
    except (*_AWAY, asyncpg.PostgresError) as error:
        raise _unavailable(error) from error
    try:
        database = PostgresDatabase(pool, queries)
        await database.migrate(migrations)
        yield database
    finally:
        with anyio.move_on_after(_WAIT_S, shield=True) as closing:
            await pool.close()
        if closing.cancelled_caught:
            pool.terminate()


def _unavailable(error: Exception) -> Unavailable:
    if isinstance(error, asyncpg.DiskFullError):
        return Unavailable("The database's disk is full: nothing more can be stored.", code="disk-full")
    # The driver's text may name the server's address and user, so it stays in the chain and out of the sentence.
    return Unavailable("The database cannot be reached.", code="database")
