"""Functions from their release to the thing that obeys them, on both databases and a real bus."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import msgspec
import pytest
from function_parts import module, release

from jinn.edge.functions import (
    SCHEMA,
    EventNotes,
    FunctionRunner,
    Functions,
    FunctionStore,
    PythonWorkshop,
    Staged,
    TrustedKeys,
    WasmWorkshop,
)
from jinn.kernel import Forbidden, Invalid, Names, NotFound, Refused, Secret, SystemClock, ThingId
from jinn.runtime import Bus, Database, open_database
from jinn.things import REPORTED_SUBJECT, CommandResult, Json, Report, ServiceResult

pytestmark = pytest.mark.anyio

WISH = '{"thing":"fridge","properties":{"cold_target":3}}'
SETS = module(f"(call $set (i32.const 0) (i32.const {len(WISH)}))", "set", data=WISH)
TRAPS = module("(unreachable)")
GRANTS = ("set:fridge/cold_target",)


@dataclass(slots=True)
class Recorded:
    """Hands that note what was asked; what things do with it is not of interest here."""

    asked: list[tuple[str, dict[str, Json], str]] = field(default_factory=list)
    said: list[Names] = field(default_factory=list)

    async def set_properties(
        self, thing_id: ThingId, values: Mapping[str, Json], *, expires_s: float = 2.0, by: str
    ) -> tuple[CommandResult, ...]:
        self.asked.append((thing_id, dict(values), by))
        return ()

    async def call_service(
        self, thing_id: ThingId, service: str, inputs: Mapping[str, Json] | None = None, *, by: str
    ) -> ServiceResult:
        raise NotFound("There is no such service.", code="service-not-found")

    async def say(self, text: Names, *, by: str) -> None:
        self.said.append(text)


@dataclass(slots=True)
class Edge:
    functions: Functions
    hands: Recorded
    keys: Path
    bus: Bus
    notes: EventNotes
    database: Database

    async def deploy(self, code: bytes, **facts: object) -> None:
        document, signature = release(code, keys=self.keys, grants=GRANTS, **facts)  # type: ignore[arg-type]
        await self.functions.deploy(document, signature, code)

    async def report(self, thing: str = "fridge", count: int = 1) -> None:
        report = {"thing": thing, "version": 1, "at_ms": 1, "properties": {"temperature": 9.5}}
        for _ in range(count):
            await self.bus.publish(REPORTED_SUBJECT, msgspec.json.encode({"reports": [report]}))

    async def until(self, holds: Callable[[Staged], bool]) -> None:
        await _until(lambda: holds(self.functions.state("cool").staged))

    async def until_asked(self) -> None:
        await _until(lambda: bool(self.hands.asked))


async def _until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not holds():  # noqa: ASYNC110 - it may come true in another task, or in the database
            await anyio.sleep(0.005)


def readings(thing: str, name: str) -> object:
    return 9.5


@asynccontextmanager
async def an_edge(database: Database, bus: Bus, folder: Path) -> AsyncIterator[Edge]:
    clock = SystemClock()
    keys = TrustedKeys(folder / "keys")
    keys.prepare()
    functions = Functions(
        store=FunctionStore(database=database, clock=clock),
        keys=keys,
        workshops={"wasm": WasmWorkshop(readings), "python": PythonWorkshop(readings, folder / "empty")},
        clock=clock,
    )
    hands = Recorded()
    notes = EventNotes(functions=functions, database=database, clock=clock)
    runner = FunctionRunner(
        functions=functions, notes=notes, bus=bus, hands=hands, voice=hands.say, clock=clock
    )  # fmt: skip
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: runner.run(task_status=task_status))
        yield Edge(functions=functions, hands=hands, keys=folder / "keys", bus=bus, notes=notes, database=database)
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def a_database(folder: Path, url: Secret | None = None) -> AsyncIterator[Database]:
    async with open_database((SCHEMA,), folder=folder, url=url) as database:
        yield database


async def test_a_report_becomes_a_wish_and_the_function_passes_its_trial(
    tmp_path: Path, bus: Bus, database_url: Secret | None
) -> None:
    async with a_database(tmp_path, database_url) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS)
        await edge.report(count=25)
        await edge.until(lambda staged: staged.active == 1)
        assert edge.hands.asked[0] == ("fridge", {"cold_target": 3}, "function:cool")


async def test_a_bad_release_goes_back_by_itself_and_says_why(
    tmp_path: Path, bus: Bus, database_url: Secret | None
) -> None:
    async with a_database(tmp_path, database_url) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS)
        await edge.report(count=25)
        await edge.until(lambda staged: staged.active == 1)
        await edge.deploy(TRAPS, version=2)
        on_trial = [name for name in map(str, range(100)) if edge.functions.state("cool").staged.version_for(name) == 2]
        for thing in on_trial[:4]:
            await edge.report(thing)
        await edge.until(lambda staged: staged.trial is None)
        staged = edge.functions.state("cool").staged
        assert (staged.active, staged.is_enabled) == (1, True)
        assert staged.problem.startswith("version 2: function-trap")
        failures = await edge.functions.failures("cool")
        assert {failure.version for failure in failures} == {2}


async def test_functions_and_their_stage_survive_a_restart(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database:
        async with an_edge(database, bus, tmp_path) as edge:
            await edge.deploy(SETS)
            await edge.report(count=25)
            await edge.until(lambda staged: staged.active == 1)
            await edge.deploy(SETS, version=2)
        async with an_edge(database, bus, tmp_path) as edge:
            staged = edge.functions.state("cool").staged
            assert (staged.active, staged.trial, staged.percent) == (1, 2, 10)
            await edge.report()
            await edge.until_asked()


async def test_a_hub_that_dies_in_the_middle_of_a_trial_still_sends_a_bad_release_back(
    tmp_path: Path, bus: Bus
) -> None:
    async with a_database(tmp_path) as database:
        async with an_edge(database, bus, tmp_path) as edge:
            await edge.deploy(SETS)
            await edge.report(count=25)
            await edge.until(lambda staged: staged.active == 1)
            # All of them: those that are left would be tried on the next version.
            await _until(lambda: len(edge.hands.asked) == 25)
            await edge.deploy(TRAPS, version=2)
            tried = edge.functions.state("cool").staged
            on_trial = [name for name in map(str, range(200)) if tried.version_for(name) == 2]
            for thing in on_trial[:2]:
                await edge.report(thing)
            await edge.until(lambda staged: staged.bad == 2)
        # Nothing is written when a hub goes, so that this one has gone like one that was killed.
        async with an_edge(database, bus, tmp_path) as edge:
            assert (edge.functions.state("cool").staged.active, edge.functions.state("cool").staged.trial) == (1, 2)
            for thing in on_trial[:4]:
                await edge.report(thing)
            await edge.until(lambda staged: staged.trial is None)
        async with an_edge(database, bus, tmp_path) as edge:
            staged = edge.functions.state("cool").staged
            assert (staged.active, staged.trial, staged.is_enabled) == (1, None, True)
            assert staged.problem.startswith("version 2: function-trap")


async def commit(edge: Edge, version: int, at_ms: int | None = None) -> Report:
    """As the things room does: what the functions note is in the commit. Nobody is told yet."""
    report = Report(thing="fridge", version=version, at_ms=1, properties={"temperature": 9.5})
    for statement in edge.notes.witness([report], [], []):
        each = [{**row, **({} if at_ms is None else {"at_ms": at_ms})} for row in statement.each]
        await edge.database.write(replace(statement, each=each))
    return report


async def test_what_no_function_heard_before_a_crash_is_worked_on_once(
    tmp_path: Path, bus: Bus, database_url: Secret | None
) -> None:
    async with a_database(tmp_path, database_url) as database:
        async with an_edge(database, bus, tmp_path) as edge:
            await edge.deploy(SETS)
            await commit(edge, 7)
            missed = await commit(edge, 8, at_ms=1)
            assert edge.hands.asked == []
        async with an_edge(database, bus, tmp_path) as edge:
            await edge.until_asked()
            await _until_read(database, [])
            # The bus tells it too, late: it is known to be worked on.
            failures = await edge.functions.failures("cool")
            assert [one.problem for one in failures] == ["function-missed"]
            assert missed.thing == failures[0].thing
            assert edge.functions.state("cool").staged.problem == ""
        async with an_edge(database, bus, tmp_path) as again:
            assert again.hands.asked == []
        assert len(edge.hands.asked) == 1


async def test_what_was_worked_on_leaves_no_note(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS)
        reports = [await commit(edge, version) for version in (1, 2)]
        other = Report(thing="door", version=1, at_ms=1, properties={"open": 1})
        await bus.publish(REPORTED_SUBJECT, msgspec.json.encode({"reports": [*reports, other, *reports]}))
        await _until_read(database, [])
        assert len(edge.hands.asked) >= 2


async def _until_read(database: Database, notes: list[str]) -> None:
    with anyio.fail_after(20):
        while [row["key"] for row in await database.read("functions.unheard", count_max=9)] != notes:  # noqa: ASYNC110
            await anyio.sleep(0.02)


async def test_only_signed_newer_and_whole_releases_are_taken(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS, version=3)
        document, signature = release(SETS, keys=edge.keys, version=4, grants=GRANTS)
        with pytest.raises(Forbidden, match="signed"):
            await edge.functions.deploy(document, bytes(64), SETS)
        with pytest.raises(Forbidden, match="signed"):
            await edge.functions.deploy(document.replace(b'"cool"', b'"evil"'), signature, SETS)
        with pytest.raises(Invalid, match="not the one"):
            await edge.functions.deploy(document, signature, TRAPS)
        for old in (3, 2):
            with pytest.raises(Refused, match="not above"):
                await edge.deploy(SETS, version=old)


async def test_going_back_pausing_and_removing(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database, an_edge(database, bus, tmp_path) as edge:
        for version in (1, 2, 3, 4, 5):
            await edge.deploy(SETS, version=version)
        assert [version.manifest.version for version in edge.functions.state("cool").versions] == [3, 4, 5]
        assert (await edge.functions.go_back("cool")).staged.active == 4
        assert not (await edge.functions.enable("cool", is_enabled=False)).staged.is_enabled
        await edge.report(count=3)
        await anyio.sleep(0.05)
        assert edge.hands.asked == []
        await edge.functions.remove("cool")
        with pytest.raises(NotFound):
            edge.functions.state("cool")


async def test_a_function_that_sets_itself_off_in_a_circle_is_stopped(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS)
        await edge.report(count=400)
        await edge.until(lambda staged: not staged.is_enabled)
        assert "function-wishes" in edge.functions.state("cool").staged.problem
        assert len(edge.hands.asked) < 100


async def test_garbage_on_the_bus_is_passed_over(tmp_path: Path, bus: Bus) -> None:
    async with a_database(tmp_path) as database, an_edge(database, bus, tmp_path) as edge:
        await edge.deploy(SETS)
        await bus.publish(REPORTED_SUBJECT, b"\xff{")
        await edge.report()
        await edge.until_asked()
