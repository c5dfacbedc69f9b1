"""How many durable writes a second: 50 writers grouped into shared commits, against one commit for each write."""

import tempfile
import time
from pathlib import Path

import anyio
import apsw
from measuring import line

from jinn.runtime import Schema, Statement, open_database

WRITERS = 50
SECONDS = 3.0
ROOM = Schema(room="notes", folder=Path(__file__).parents[1] / "tests" / "integration" / "notes_sql")
BODY = "x" * 200


async def grouped(folder: Path, statements: int) -> tuple[float, float, float]:
    """Writes a second, and the p50 and p99 of one write in ms; every write has this many statements."""
    waits: list[float] = []

    async def writer(number: int, ends_s: float) -> None:
        version = 0
        note = f"n{number}"
        await database.write(Statement(query="notes.add", values={"id": note, "body": BODY, "weight": None}))
        while (began_s := time.perf_counter()) < ends_s:
            change = Statement(query="notes.change", values={"id": note, "body": BODY, "version": version}, rows=1)
            tag = Statement(query="notes.tag", values={"note": note, "tag": str(version)})
            await database.write(*(change, tag)[:statements])
            waits.append(time.perf_counter() - began_s)
            version += 1

    async with open_database((ROOM,), folder=folder) as database:
        began_s = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for number in range(WRITERS):
                tasks.start_soon(writer, number, began_s + SECONDS)
        took_s = time.perf_counter() - began_s
    waits.sort()
    return len(waits) / took_s, waits[len(waits) // 2] * 1e3, waits[len(waits) * 99 // 100] * 1e3


async def lone_read(folder: Path) -> float:
    """Microseconds of one look in an index."""
    async with open_database((ROOM,), folder=folder) as database:
        await database.write(Statement(query="notes.add", values={"id": "a", "body": BODY, "weight": None}))
        began_s = time.perf_counter()
        for _ in range(5_000):
            await database.read("notes.one", id="a")
        return (time.perf_counter() - began_s) / 5_000 * 1e6


def singly(folder: Path) -> float:
    """Writes a second when each is its own commit."""
    connection = apsw.Connection(str(folder / "singly.db"))
    connection.execute(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = full; CREATE TABLE notes (body TEXT)"
    ).fetchall()
    count, ends_s = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < ends_s:
        connection.execute("INSERT INTO notes VALUES (?)", (BODY,))
        count += 1
    connection.close()
    return count / SECONDS


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, one_p50, one_p99 = anyio.run(grouped, folder / "one", 1, backend_options={"use_uvloop": True})
        two, two_p50, two_p99 = anyio.run(grouped, folder / "two", 2, backend_options={"use_uvloop": True})
        line("database: durable writes of 1 statement, grouped", one, "1/s", at_least=10_000, writers=WRITERS,
             p50_ms=round(one_p50, 2), p99_ms=round(one_p99, 2))  # fmt: skip
        line("database: durable writes of 2 statements, grouped", two, "1/s", writers=WRITERS,
             p50_ms=round(two_p50, 2), p99_ms=round(two_p99, 2))  # fmt: skip
        line("database: durable writes, one commit each", singly(folder), "1/s")
        read_us = anyio.run(lone_read, folder / "read", backend_options={"use_uvloop": True})
        line("database: look in an index", read_us, "us")


if __name__ == "__main__":
    main()
