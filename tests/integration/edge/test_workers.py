"""Boxes that work for a hub: each with credentials of its own, which let it do its work and nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from leaf_parts import running

from jinn.edge.placement import Crew, Need
from jinn.hub.settings import WorkersSettings
from jinn.hub.workers import JoinFile, WorkerDesk, listen_options, worker_users
from jinn.kernel import Invalid, NotFound, Refused, Secret, SystemClock
from jinn.runtime import Authority, NatsBus, NatsEngine, NatsLink, Steering
from jinn.runtime.listening import free_port

pytestmark = pytest.mark.anyio
SPEAK = Need(model="speech", memory_mib=420, work_ms=700, latency_max_ms=1_500, importance=1)
SOON_S = 30.0


@dataclass(slots=True)
class OneModel:
    """A model that answers with the name of its box."""

    box: str
    memory_mib: int
    loaded: set[str] = field(default_factory=set)
    hangs: anyio.Event | None = None
    asked: int = 0

    def offers(self) -> frozenset[str]:
        return frozenset({"speech"})

    def runs(self) -> frozenset[str]:
        return frozenset(self.loaded)

    def free_mib(self) -> int:
        return self.memory_mib - 420 * len(self.loaded)

    async def load(self, model: str) -> None:
        self.loaded.add(model)

    def unload(self, model: str) -> None:
        self.loaded.discard(model)

    async def work(self, model: str, payload: bytes) -> bytes:
        self.asked += 1
        if self.hangs is not None:
            await self.hangs.wait()
        return self.box.encode()


@dataclass(slots=True)
class Hub:
    """An engine for boxes, and the bus of the hub itself."""

    engine: NatsEngine
    bus: NatsBus
    desk: WorkerDesk


@asynccontextmanager
async def a_hub(folder: Path, host: str = "0.0.0.0") -> AsyncIterator[Hub]:
    clock = SystemClock()
    chosen = WorkersSettings(is_on=True, host=host, port=free_port("127.0.0.1"), names=["127.0.0.1"])
    engine = NatsEngine(folder, listen=listen_options(chosen, folder, clock), users=worker_users(folder))
    bus, watching = NatsBus(engine.link), NatsBus(engine.system_link)
    async with running(engine, bus, watching):
        steering = Steering(bus=watching, write=engine.write_config)
        desk = WorkerDesk(chosen, folder, own_box="hub", engine=engine, steering=steering, clock=clock)
        yield Hub(engine, bus, desk)


def bus_of(joining: JoinFile) -> NatsBus:
    link = NatsLink(
        url=joining.url, user=joining.user, password=Secret(joining.password), authority=joining.authority or None
    )
    return NatsBus(lambda: link, patience_s=0.5)


def crew_of(bus: NatsBus, models: OneModel, *, is_hub: bool = False) -> Crew:
    return Crew(
        box=models.box, kind="hub" if is_hub else "region", models=models, bus=bus, clock=SystemClock(),
        needs=(SPEAK,) if is_hub else (), beat_s=0.1,
    )  # fmt: skip


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(SOON_S):
        while not holds():  # noqa: ASYNC110 - boxes tell each other by the beat
            await anyio.sleep(0.02)


async def test_a_box_joins_works_and_is_told_no_again(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        joining = await hub.desk.add("cellar")
        assert joining.url.startswith("tls://127.0.0.1:")
        own, far = OneModel("hub", 0), OneModel("cellar", 1_000)
        crew = crew_of(hub.bus, own, is_hub=True)
        cellar = bus_of(joining)
        with pytest.raises(ExceptionGroup) as ended:
            await works_until_removed(hub, crew, cellar, far)
        assert ended.group_contains(Refused, match="does not let this box in")
        assert hub.bus.is_connected
        with pytest.raises(ExceptionGroup) as refused:
            async with running(bus_of(joining)):
                pass
        assert refused.group_contains(Refused, match="does not let this box in")


async def works_until_removed(hub: Hub, crew: Crew, cellar: NatsBus, far: OneModel) -> None:
    async with running(crew):
        async with running(cellar, crew_of(cellar, far)):
            await until(lambda: far.loaded == {"speech"})
            await until(lambda: crew.place_of("speech") == "cellar")
            assert await crew.ask("speech", b"hello", within_s=20) == b"cellar"
            await hub.desk.remove("cellar")
            await anyio.sleep(SOON_S)
        raise AssertionError("the box was not sent away")


async def test_a_box_reads_and_says_nothing_but_its_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with a_hub(tmp_path) as hub:
        joining = await hub.desk.add("cellar")
        await hub.desk.add("attic")
        heard: list[str] = []
        cellar = bus_of(joining)
        async with running(cellar), anyio.create_task_group() as tasks:

            async def listen(bus: NatsBus, subject: str, *, task_status: anyio.abc.TaskStatus[None]) -> None:
                async with bus.subscribe(subject) as messages:
                    task_status.started()
                    async for message in messages:
                        heard.append(message.subject)

            for subject in ("ev.things.>", "_INBOX.>", "ml.attic.*", ">", "up.>"):
                await tasks.start(listen, cellar, subject)
            for subject in ("ev.edge.placement", "ev.edge.box.attic", "ev.edge.box.cellar", "up.1", "ml.cellar.way"):
                await tasks.start(listen, hub.bus, subject)
            for subject in ("ev.things.reported", "ml.attic.speech", "up.1", "_INBOX.x.y"):
                await hub.bus.publish(subject, b"a secret")
            await until(lambda: heard.count("up.1") == 1)
            heard.clear()
            for subject in ("ev.edge.placement", "ev.edge.box.attic", "up.1", "ml.cellar.way", "$SYS.REQ.USER.INFO"):
                await cellar.publish(subject, b"a lie")
            await cellar.publish("ev.edge.box.cellar", b"the truth")
            await until(lambda: heard != [])
            await anyio.sleep(0.2)
            assert heard == ["ev.edge.box.cellar"]
            tasks.cancel_scope.cancel()
        assert "permissions violation" in caplog.text.lower()


async def test_a_stranger_reaches_nothing(tmp_path: Path) -> None:
    async with a_hub(tmp_path) as hub:
        joining = await hub.desk.add("cellar")
        other = Authority(tmp_path / "other", name="another hub", clock=SystemClock())
        for strange, why in (
            (JoinFile("cellar", joining.url, joining.user, "a guess", joining.authority), "does not let"),
            (JoinFile("cellar", joining.url, "hub", joining.password, joining.authority), "does not let"),
            (JoinFile("cellar", joining.url, "", "", joining.authority), "does not let"),
            (JoinFile("cellar", joining.url.replace("tls", "nats"), "", ""), "does not let"),
            (JoinFile("cellar", joining.url, joining.user, joining.password, other.pem()), "not by the authority"),
        ):
            with pytest.raises(ExceptionGroup) as refused:
                async with running(bus_of(strange)):
                    pass
            assert refused.group_contains(Refused, match=why), strange


async def test_a_box_that_goes_in_the_middle_of_its_work_is_missed_at_once_and_the_hub_does_it(tmp_path: Path) -> None:
    async with a_hub(tmp_path, host="127.0.0.1") as hub:
        joining = await hub.desk.add("cellar")
        assert joining.url.startswith("nats://127.0.0.1:")
        own, far = OneModel("hub", 0), OneModel("cellar", 1_000, hangs=anyio.Event())
        crew = crew_of(hub.bus, own, is_hub=True)
        answers: list[bytes] = []

        async def ask() -> None:
            answers.append(await crew.ask("speech", b"hello", within_s=SOON_S))

        async with running(crew), anyio.create_task_group() as tasks:
            cellar = bus_of(joining)
            async with running(cellar, crew_of(cellar, far)):
                await until(lambda: crew.place_of("speech") == "cellar")
                own.memory_mib = 1_000
                tasks.start_soon(ask)
                await until(lambda: far.asked == 1)
            await until(lambda: answers == [b"hub"])
            # And back again, when it is there again and the hub is full.
            far.hangs = None
            cellar = bus_of(joining)
            async with running(cellar, crew_of(cellar, far)):
                own.memory_mib = 100
                await until(lambda: own.loaded == set())
                await ask()
                assert answers[-1] == b"cellar"
            tasks.cancel_scope.cancel()


async def test_what_is_wrong_is_refused_with_a_code(tmp_path: Path) -> None:
    async with a_hub(tmp_path, host="127.0.0.1") as hub:
        await hub.desk.add("cellar")
        for name, code in (("cellar", "worker-exists"), ("hub", "bad-name"), ("*", "bad-name"), ("a.b", "bad-name")):
            with pytest.raises(Invalid) as refused:
                await hub.desk.add(name)
            assert refused.value.stable_code() == code
        with pytest.raises(NotFound):
            await hub.desk.remove("attic")
        assert (tmp_path / "workers/workers.json").stat().st_mode & 0o077 == 0
    off = WorkerDesk(WorkersSettings(), tmp_path, own_box="hub", engine=None, steering=None, clock=SystemClock())
    with pytest.raises(Refused) as refused_off:
        await off.add("attic")
    assert refused_off.value.stable_code() == "workers-off"
