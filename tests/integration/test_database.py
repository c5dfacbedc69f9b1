"""One contract, two engines: SQLite and PostgreSQL keep what they were given, whole or not at all."""

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import anyio
import pytest

from jinn.kernel import Conflict, Invalid, Refused, Secret, Unavailable
from jinn.runtime import Database, Schema, Statement, open_database

pytestmark = pytest.mark.anyio

NOTES = Schema(room="notes", folder=Path(__file__).parent / "notes_sql")
Opening = Callable[..., AbstractAsyncContextManager[Database]]


@pytest.fixture
async def opening(database_url: Secret | None, tmp_path: Path) -> Opening:
    @asynccontextmanager
    async def opened(schema: Schema = NOTES) -> AsyncIterator[Database]:
        async with open_database((schema,), folder=tmp_path / "data", url=database_url) as database:
            yield database

    return opened


def add(note: str, body: str = "", weight: float | None = None) -> Statement:
    return Statement(query="notes.add", values={"id": note, "body": body, "weight": weight}, rows=1)


def change(note: str, version: int, body: str) -> Statement:
    return Statement(query="notes.change", values={"id": note, "version": version, "body": body}, rows=1)


async def test_what_was_written_is_read_back_with_its_types(opening: Opening) -> None:
    async with opening() as database:
        assert await database.write(add("a", "灯", 1.5), add("b")) == [1, 1]
        rows = await database.read("notes.one", id="a")
        assert [dict(row) for row in rows] == [
            {"id": "a", "body": "灯", "version": 0, "weight": 1.5, "author": None},
        ]
        assert await database.read("notes.one", id="nobody") == []


async def test_what_was_written_is_still_there_after_reopening(opening: Opening) -> None:
    async with opening() as database:
        await database.write(add("a", "kept"))
    async with opening() as database:
        assert (await database.read("notes.one", id="a"))[0]["body"] == "kept"


async def test_a_change_is_done_whole_or_not_at_all(opening: Opening) -> None:
    async with opening() as database:
        await database.write(add("a", "old"))
        with pytest.raises(Conflict):
            await database.write(change("a", 0, "new"), add("a"))
        with pytest.raises(Conflict):
            await database.write(add("b"), change("a", 7, "new"))
        assert (await database.read("notes.one", id="a"))[0]["body"] == "old"
        assert (await database.read("notes.count_all"))[0]["notes"] == 1


async def test_touching_more_rows_than_demanded_undoes_the_statement(opening: Opening) -> None:
    async with opening() as database:
        await database.write(add("a", "old"), add("b", "old"))
        with pytest.raises(Conflict) as caught:
            await database.write(Statement(query="notes.change_all", values={"body": "new"}, rows=1))
        assert caught.value.facts["rule"] == "rows"
        assert (await database.read("notes.one", id="a"))[0]["body"] == "old"
        assert await database.write(Statement(query="notes.change_all", values={"body": "new"})) == [2]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (add("a"), "unique"),
        (Statement(query="notes.tag", values={"note": "nobody", "tag": "x"}), "reference"),
        (Statement(query="notes.lower", values={"id": "a"}), "check"),
    ],
)
async def test_a_rule_of_the_tables_is_a_conflict(opening: Opening, statement: Statement, rule: str) -> None:
    async with opening() as database:
        await database.write(add("a"))
        with pytest.raises(Conflict) as caught:
            await database.write(statement)
        assert caught.value.facts["rule"] == rule


async def test_our_own_mistakes_are_not_mistaken_for_conflicts(opening: Opening) -> None:
    async with opening() as database:
        await database.write(add("a"))
        with pytest.raises(AssertionError):
            await database.write(Statement(query="notes.forget_body", values={"id": "a"}))
        with pytest.raises(KeyError):
            await database.write(Statement(query="notes.no_such_query"))
        with pytest.raises(KeyError):
            await database.write(Statement(query="notes.add", values={"id": "b"}))
        with pytest.raises(KeyError):
            await database.read("notes.one")
        assert await database.write(add("b")) == [1]


@pytest.mark.parametrize("body", ["nul\0", "half \ud83d a character"])
async def test_text_that_cannot_be_stored_is_refused_and_stops_nobody(opening: Opening, body: str) -> None:
    async with opening() as database:
        with pytest.raises(Invalid) as caught:
            await database.write(add("a", body))
        assert caught.value.stable_code() == "bad-text"
        with pytest.raises(Invalid):
            await database.read("notes.one", id=body)
        assert await database.write(add("a", "whole \U0001f600")) == [1]


async def test_a_value_of_a_wrong_type_stops_nobody(opening: Opening) -> None:
    async with opening() as database:
        wrong = Statement(query="notes.add", values={"id": "a", "body": object(), "weight": None})  # type: ignore[dict-item]
        with pytest.raises((TypeError, AssertionError)):
            await database.write(wrong)
        with pytest.raises((OverflowError, AssertionError)):
            await database.write(change("a", 2**70, ""))
        assert await database.write(add("b")) == [1]


async def test_a_closed_database_says_so(opening: Opening) -> None:
    async with opening() as database:
        pass
    with pytest.raises(Unavailable):
        await database.write(add("a"))


async def test_of_many_who_compare_and_set_at_once_one_wins(opening: Opening) -> None:
    wins: list[int] = []

    async def try_to_change(number: int) -> None:
        try:
            await database.write(change("a", 0, str(number)))
            wins.append(number)
        except Conflict:
            pass

    async with opening() as database:
        await database.write(add("a"))
        async with anyio.create_task_group() as tasks:
            for number in range(50):
                tasks.start_soon(try_to_change, number)
        row = (await database.read("notes.one", id="a"))[0]
        assert (row["version"], row["body"]) == (1, str(wins[0]))
        assert len(wins) == 1


async def test_one_callers_conflict_does_not_touch_its_neighbours(opening: Opening) -> None:
    refused: list[int] = []

    async def add_note(number: int) -> None:
        try:
            await database.write(add(f"n{number % 60}"), add(f"m{number}"))
        except Conflict:
            refused.append(number)

    async with opening() as database:
        async with anyio.create_task_group() as tasks:
            for number in range(100):
                tasks.start_soon(add_note, number)
        assert len(refused) == 40
        assert (await database.read("notes.count_all"))[0]["notes"] == 120


async def test_a_read_sees_every_write_that_was_answered_before_it(opening: Opening) -> None:
    async with opening() as database:
        for number in range(50):
            await database.write(add(f"n{number}"))
            assert len(await database.read("notes.one", id=f"n{number}")) == 1


async def test_a_heavy_read_answers_like_a_light_one(opening: Opening) -> None:
    async with opening() as database:
        await database.write(*(add(f"n{number}", f"b{number}") for number in range(400)))
        for _ in range(3):
            assert (await database.read("notes.pairs"))[0]["pairs"] == 400 * 400


async def test_a_cancelled_caller_leaves_the_others_answered(opening: Opening) -> None:
    async with opening() as database:
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(database.write, add(f"n{number}"))
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        assert await database.write(add("later")) == [1]


async def test_a_database_with_other_migrations_is_refused(opening: Opening, tmp_path: Path) -> None:
    async with opening():
        pass
    released = [path.read_text(encoding="utf-8") for path in sorted((NOTES.folder / "migrations").glob("*.sql"))]

    async def refusal(*migrations: str) -> str:
        folder = tmp_path / str(len(migrations))
        (folder / "migrations").mkdir(parents=True)
        (folder / "queries.sql").write_text("-- name: nothing\nSELECT 1 AS one;\n")
        for number, sql in enumerate(migrations, start=1):
            (folder / "migrations" / f"{number:04}_step.sql").write_text(sql, encoding="utf-8")
        with pytest.raises(Refused) as caught:
            async with opening(Schema(room="notes", folder=folder)):
                pass
        return caught.value.stable_code()

    assert await refusal(released[0]) == "database-newer"
    assert await refusal(released[0], released[1] + "-- edited") == "migration-edited"


async def test_a_second_hub_is_kept_out_of_the_data_folder(tmp_path: Path) -> None:
    program = (
        "import anyio, sys, pathlib\n"
        "from jinn.kernel import Refused\n"
        "from jinn.runtime import open_database\n"
        "async def main():\n"
        "    try:\n"
        "        async with open_database((), folder=pathlib.Path(sys.argv[1])):\n"
        "            return 'opened'\n"
        "    except Refused as refusal:\n"
        "        return refusal.stable_code()\n"
        "sys.stdout.write(anyio.run(main))\n"
    )

    async def another_hub() -> str:
        command = [sys.executable, "-c", program, str(tmp_path)]
        done = await anyio.run_process(command, env={"PYTHONPATH": ":".join(sys.path)}, stderr=subprocess.STDOUT)
        return done.stdout.decode()

    async with open_database((), folder=tmp_path):
        assert await another_hub() == "data-folder-busy"
    assert await another_hub() == "opened"


_WRITER = """
import anyio, sys, pathlib
from jinn.runtime import Schema, Statement, open_database
async def main():
    room = Schema(room="notes", folder=pathlib.Path(sys.argv[2]))
    async with open_database((room,), folder=pathlib.Path(sys.argv[1])) as database:
        async def write(first):
            for number in range(first, 100_000, 20):
                values = {"id": str(number), "body": "", "weight": None}
                await database.write(Statement(query="notes.add", values=values))
                sys.stdout.write(f"{number}\\n")
                sys.stdout.flush()
        async with anyio.create_task_group() as tasks:
            for first in range(20):
                tasks.start_soon(write, first)
anyio.run(main)
"""


async def test_what_was_acknowledged_survives_a_kill_with_9(tmp_path: Path) -> None:
    said = b""
    command = [sys.executable, "-c", _WRITER, str(tmp_path), str(NOTES.folder)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    async with await anyio.open_process(command, env=environment) as writer:
        assert writer.stdout is not None
        with anyio.fail_after(20):
            while said.count(b"\n") < 2_000:
                said += await writer.stdout.receive()
        writer.kill()
        async for rest in writer.stdout:
            said += rest
    acknowledged = said[: said.rindex(b"\n")].decode().split("\n")
    async with open_database((NOTES,), folder=tmp_path) as database:
        for number in acknowledged:
            assert await database.read("notes.one", id=number), f"{number} was acknowledged and lost"


async def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    async with open_database((NOTES,), folder=tmp_path, page_count_max=40) as database:
        kept = 0

        async def write_until_refused() -> None:
            nonlocal kept
            for number in range(1_000):
                await database.write(add(f"n{number}", "x" * 1_000))
                kept += 1

        with pytest.raises(Unavailable) as caught:
            await write_until_refused()
        assert caught.value.stable_code() == "disk-full"
        assert kept > 10
        assert (await database.read("notes.count_all"))[0]["notes"] == kept
        await database.write(change("n0", 0, "y" * 1_000))


async def test_an_unreachable_postgres_is_unavailable_and_its_address_stays_secret(tmp_path: Path) -> None:
    url = Secret(f"postgresql://jinn:hunter2@/postgres?host={tmp_path}")
    with pytest.raises(Unavailable) as caught:
        async with open_database((NOTES,), folder=tmp_path / "data", url=url):
            pass
    assert caught.value.stable_code() == "database"
    assert "hunter2" not in caught.value.sentence
