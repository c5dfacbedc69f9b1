"""The database on one box: SQLite with one writer that commits whole groups."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread
import apsw

from jinn.kernel import Conflict, JinnError, Unavailable
from jinn.runtime.migrating import CREATE_TABLE, SELECT_APPLIED, migrations_to_apply
from jinn.runtime.ports import Row, Sql, Statement
from jinn.runtime.queries import Migration, Query, check_text, check_texts
from jinn.runtime.rows import RowsQuery, rows_query

GROUP_MAX = 1_000
"""Writes in one commit. More would make the first of them wait for the last without saving a sync worth it."""

PENDING_MAX = 10_000
"""Writes that wait; about a second's worth. Beyond it callers wait before they are queued."""

_BUSY_TIMEOUT_MS = 5_000
_READERS = 2
_STEPS_ON_LOOP = 10_000
"""Steps of SQLite's machine, about 0.3 ms, that a read may take on the event loop before it moves to a thread."""

_CONFLICTS = {
    apsw.SQLITE_CONSTRAINT_UNIQUE: "unique",
    apsw.SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
    apsw.SQLITE_CONSTRAINT_FOREIGNKEY: "reference",
    apsw.SQLITE_CONSTRAINT_CHECK: "check",
}

_BUGS = (apsw.SQLError, apsw.MismatchError, apsw.BindingsError)

_ITS_OWN = (JinnError, AssertionError, KeyError, TypeError, ValueError, OverflowError)
"""What is wrong with one caller's statement; its neighbours in the group are not concerned."""

_Outcome = list[int] | BaseException


@dataclass(slots=True)
class _Job:
    statements: Sequence[Statement]
    answer: "asyncio.Future[list[int]]"


class SqliteDatabase:
    """`Database` on one file; made by `open_sqlite`."""

    def __init__(self, path: Path, queries: Mapping[str, Query], page_count_max: int | None) -> None:
        self._queries = queries
        self._rows_queries: dict[str, RowsQuery | None] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._long_reads: set[str] = set()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._pending = 0
        self._is_closed = False
        self._room = anyio.Event()
        self._loop = asyncio.get_running_loop()
        self._writer = _connect(path)
        if page_count_max is not None:
            self._writer.pragma("max_page_count", page_count_max)
        self._reader = _connect(path)
        self._reader.set_progress_handler(self._is_over_budget, _STEPS_ON_LOOP)
        self._ticks = 0
        self._reader.pragma("query_only", True)
        self._reader.set_busy_timeout(0)
        self._readers: queue.SimpleQueue[apsw.Connection] = queue.SimpleQueue()
        for _ in range(_READERS):
            reader = _connect(path)
            reader.pragma("query_only", True)
            self._readers.put(reader)
        self._limiter = anyio.CapacityLimiter(_READERS)
        self._thread = threading.Thread(target=self._write_groups, name="database-writer", daemon=True)

    def migrate(self, migrations: Sequence[Migration]) -> None:
        """Bring the tables up to date; each step is one transaction. Before `start`."""
        self._writer.execute(CREATE_TABLE)
        applied = {
            (str(room), int(number)): str(digest) for room, number, digest in self._writer.execute(SELECT_APPLIED)
        }
        for step in migrations_to_apply(migrations, applied):
            with self._writer:
                self._writer.execute(step.sql).fetchall()  # Else it stops at the first statement with a result.
                self._writer.execute("INSERT INTO migrations VALUES (?, ?, ?)", (step.room, step.number, step.digest))

    def start(self) -> None:
        self._thread.start()

    async def close(self) -> None:
        """Commit what is queued, then let go of the file."""
        self._is_closed = True
        self._jobs.put(None)
        with anyio.CancelScope(shield=True):
            if self._thread.is_alive():
                await anyio.to_thread.run_sync(self._thread.join)
        self._reader.close()
        for _ in range(_READERS):
            self._readers.get().close()
        self._writer.close()

    async def read(self, query: str, **values: Sql) -> list[Row]:
        if query not in self._long_reads:
            self._ticks = 0
            try:
                return self._rows(self._reader, query, values)
            except apsw.InterruptError:
                # Most reads are one look in an index: a thread would cost them more than they do. This one is not.
                self._long_reads.add(query)
            except apsw.BusyError:
                pass  # A checkpoint is restarting the log: the patient readers can wait for it.
            except apsw.Error as error:
                raise _outside(error, query) from error
        return await anyio.to_thread.run_sync(self._read_long, query, values, limiter=self._limiter)

    async def write(self, *statements: Statement) -> list[int]:
        assert statements, "a change has at least one statement"
        if self._is_closed:
            raise Unavailable("The database is closed.", code="database")
        while self._pending >= PENDING_MAX:
            await self._room.wait()
        self._pending += 1
        job = _Job(statements, self._loop.create_future())
        self._jobs.put(job)
        return await job.answer

    def _is_over_budget(self) -> bool:
        # SQLite counts steps over the life of a cached statement, so the first tick may come at once.
        self._ticks += 1
        return self._ticks > 1

    def _rows(self, connection: apsw.Connection, query: str, values: Mapping[str, Sql]) -> list[Row]:
        check_text(query, values)
        cursor = connection.execute(self._queries[query].sql, values)
        first = next(cursor, None)
        if first is None:
            return []
        names = self._names.get(query)
        if names is None:
            names = self._names[query] = tuple(column[0] for column in cursor.getdescription())
        return [dict(zip(names, row, strict=True)) for row in (first, *cursor)]

    def _read_long(self, query: str, values: Mapping[str, Sql]) -> list[Row]:
        connection = self._readers.get()
        try:
            return self._rows(connection, query, values)
        except apsw.Error as error:
            raise _outside(error, query) from error
        finally:
            self._readers.put(connection)

    def _write_groups(self) -> None:
        """The writer thread: take whatever is queued, commit it at once, answer, repeat.

        No commit window: while one group is synced the next one gathers by itself.
        """
        is_open = True
        while is_open:
            taken = [self._jobs.get()]
            while len(taken) < GROUP_MAX and not self._jobs.empty():
                taken.append(self._jobs.get())
            is_open = None not in taken
            jobs = [job for job in taken if job is not None]
            if jobs:
                outcomes = self._commit(jobs)
                self._loop.call_soon_threadsafe(self._answer, jobs, outcomes)

    def _commit(self, jobs: Sequence[_Job]) -> list[_Outcome]:
        """All of them in one commit; at first as if nothing were wrong with any, which is mostly so and costs less."""
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                outcomes: list[_Outcome] = [
                    [self._execute(statement) for statement in job.statements] for job in jobs
                ]  # fmt: skip
            except _ITS_OWN as error:
                self._writer.execute("ROLLBACK")
                if len(jobs) == 1:
                    return [error]
                self._writer.execute("BEGIN IMMEDIATE")
                outcomes = [self._perform(job.statements) for job in jobs]
            self._writer.execute("COMMIT")
        except apsw.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            return [_unavailable(error) for _ in jobs]
        return outcomes

    def _perform(self, statements: Sequence[Statement]) -> _Outcome:
        """One caller's statements, all or none. What only concerns this caller is returned, not raised."""
        writer = self._writer
        if len(statements) == 1 and statements[0].rows is None:
            try:
                return [self._execute(statements[0])]
            except _ITS_OWN as error:
                return error  # SQLite has undone the one statement by itself.
        writer.execute("SAVEPOINT caller")
        try:
            counts = [self._execute(statement) for statement in statements]
        except _ITS_OWN as error:
            writer.execute("ROLLBACK TO caller")
            writer.execute("RELEASE caller")
            return error
        writer.execute("RELEASE caller")
        return counts

    def _execute(self, statement: Statement) -> int:
        query = self._queries[statement.query]
        before = self._writer.total_changes()
        try:
            if statement.each:
                self._execute_each(query, statement.each)
            else:
                check_text(statement.query, statement.values)
                self._writer.execute(query.sql, statement.values)
        except apsw.ConstraintError as error:
            rule = _CONFLICTS.get(getattr(error, "extendedresult", 0))
            if rule is None:
                raise AssertionError(f"{statement.query}: {error}") from error
            raise Conflict(f"{statement.query}: {error}", query=statement.query, rule=rule) from error
        except _BUGS as error:
            raise AssertionError(f"{statement.query}: {error}") from error
        count = self._writer.total_changes() - before if statement.each else self._writer.changes()
        if statement.rows is not None and count != statement.rows:
            raise Conflict(
                f"{statement.query} touched {count} rows instead of {statement.rows}.",
                query=statement.query,
                rule="rows",
            )
        return count

    def _execute_each(self, query: Query, each: Sequence[Mapping[str, Sql]]) -> None:
        if query.name not in self._rows_queries:
            self._rows_queries[query.name] = rows_query(query.sql)
        together = self._rows_queries[query.name]
        if together is None:
            for values in each:
                check_text(query.name, values)
            self._writer.executemany(query.sql, each)
            return
        for sql, listed in together.steps(each):
            check_texts(query.name, listed)
            self._writer.execute(sql, listed)

    def _answer(self, jobs: Sequence[_Job], outcomes: Sequence[_Outcome]) -> None:
        self._pending -= len(jobs)
        self._room.set()
        self._room = anyio.Event()
        for job, outcome in zip(jobs, outcomes, strict=True):
            if job.answer.done():
                continue  # The caller was cancelled meanwhile.
            if isinstance(outcome, BaseException):
                job.answer.set_exception(outcome)
            else:
                job.answer.set_result(outcome)


@asynccontextmanager
async def open_sqlite(
    path: Path,
    queries: Mapping[str, Query],
    migrations: Sequence[Migration],
    *,
    page_count_max: int | None,
) -> AsyncIterator[SqliteDatabase]:
    try:
        database = SqliteDatabase(path, queries, page_count_max)
        await anyio.to_thread.run_sync(database.migrate, migrations)
    except apsw.Error as error:
        raise _unavailable(error) from error
    database.start()
    try:
        yield database
    finally:
        await database.close()


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), statementcachesize=256)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    # What was deleted or overwritten, such as a token of before, is overwritten on its page as well.
    pragmas = (("journal_mode", "wal"), ("synchronous", "full"), ("foreign_keys", True), ("secure_delete", "fast"))
    for pragma, value in pragmas:
        connection.pragma(pragma, value)
    # Checkpoint after 16 MB of log: rarer syncs of the main file, and a start after kill -9 still takes under 0.1 s.
    connection.wal_autocheckpoint(4_000)
    return connection


def _outside(error: apsw.Error, query: str) -> BaseException:
    return AssertionError(f"{query}: {error}") if isinstance(error, _BUGS) else _unavailable(error)


def _unavailable(error: apsw.Error) -> Unavailable:
    if isinstance(error, apsw.FullError):
        return Unavailable("The disk is full: nothing more can be stored.", code="disk-full")
    return Unavailable(f"The database cannot be used: {error}.", code="database")
