"""Boxes that share models over a real bus, and a real worker that takes over what a full hub gives up."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import msgspec
import pytest

from jinn.edge.placement import BoxKind, Crew, Need
from jinn.kernel import Invalid, SystemClock, Unavailable
from jinn.runtime import Bus

pytestmark = pytest.mark.anyio

HEAR = Need(model="recognition", memory_mib=260, work_ms=140, latency_max_ms=600, importance=2)
SPEAK = Need(model="speech", memory_mib=420, work_ms=700, latency_max_ms=1_500, importance=1)
SIZES = {"recognition": 260, "speech": 420}
BEAT_S = 0.05


@dataclass(slots=True)
class CountedModels:
    """Models that take memory and answer with the name of their box."""

    box: str
    memory_mib: int
    loaded: set[str] = field(default_factory=set)

    def offers(self) -> frozenset[str]:
        return frozenset(SIZES)

    def runs(self) -> frozenset[str]:
        return frozenset(self.loaded)

    def free_mib(self) -> int:
        return self.memory_mib - sum(SIZES[model] for model in self.loaded)

    async def load(self, model: str) -> None:
        await anyio.sleep(0.01)
        self.loaded.add(model)

    def unload(self, model: str) -> None:
        self.loaded.discard(model)

    async def work(self, model: str, payload: bytes) -> bytes:
        await anyio.sleep(0.001)
        if model not in self.loaded:
            raise Unavailable("It is not loaded.", code="model-absent")
        if payload == b"bad":
            raise Invalid("That is no request.", code="bad-request")
        return f"{self.box}:{payload.decode()}".encode()


@asynccontextmanager
async def a_box(bus: Bus, name: str, kind: BoxKind, memory_mib: int) -> AsyncIterator[tuple[Crew, CountedModels]]:
    models = CountedModels(box=name, memory_mib=memory_mib)
    needs = (HEAR, SPEAK) if kind == "hub" else ()
    crew = Crew(box=name, kind=kind, models=models, bus=bus, clock=SystemClock(), needs=needs, beat_s=BEAT_S)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: crew.run(task_status=task_status))
        yield crew, models
        tasks.cancel_scope.cancel()


async def until(holds: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not holds():  # noqa: ASYNC110 - boxes tell each other by the beat
            await anyio.sleep(0.01)


async def test_a_hub_alone_loads_and_asks_itself(bus: Bus) -> None:
    async with a_box(bus, "hub", "hub", 1_000) as (crew, models):
        await until(lambda: len(models.loaded) == 2)
        assert await crew.ask("speech", b"hello", within_s=30) == b"hub:hello"


async def test_a_full_hub_gives_a_model_to_another_box_and_goes_on_answering(bus: Bus) -> None:
    async with a_box(bus, "hub", "hub", 1_000) as (crew, models):
        await until(lambda: len(models.loaded) == 2)
        async with a_box(bus, "cellar", "region", 2_000) as (_, others):
            models.memory_mib = 400
            answers = set()
            with anyio.fail_after(30):
                while models.loaded != {"recognition"}:
                    answers.add(await crew.ask("speech", b"hi", within_s=30))
            assert others.loaded == {"speech"}
            assert await crew.ask("speech", b"hello", within_s=30) == b"cellar:hello"
            assert await crew.ask("recognition", b"hello", within_s=30) == b"hub:hello"
            assert answers <= {b"hub:hi", b"cellar:hi"}
            with pytest.raises(Invalid) as refused:
                await crew.ask("speech", b"bad", within_s=30)
            assert refused.value.stable_code() == "bad-request"


async def test_when_the_other_box_goes_its_work_comes_back(bus: Bus) -> None:
    async with a_box(bus, "hub", "hub", 400) as (crew, models):
        async with a_box(bus, "cellar", "region", 2_000) as (_, others):
            await until(lambda: others.loaded == {"speech"})
        models.memory_mib = 1_000
        await until(lambda: len(models.loaded) == 2)
        assert crew.placings["speech"].why in ("box-gone", "best", "stays")
        assert await crew.ask("speech", b"hello", within_s=30) == b"hub:hello"


async def test_what_runs_nowhere_is_said_to_run_nowhere(bus: Bus) -> None:
    async with a_box(bus, "hub", "hub", 100) as (crew, _):
        await until(lambda: len(crew.placings) == 2)
        with pytest.raises(Unavailable) as refused:
            await crew.ask("speech", b"hello", within_s=30)
        assert refused.value.stable_code() == "model-nowhere"


async def test_what_is_no_beat_is_passed_over(bus: Bus) -> None:
    async with a_box(bus, "hub", "hub", 1_000) as (crew, models):
        await bus.publish("ev.edge.box.x", b"\xff")
        await bus.publish("ev.edge.box.x", b'{"name":"x","kind":"moon"}')
        # Nobody speaks for another one.
        beat = {"name": "y", "kind": "region", "free_mib": 9, "speed": 1.0, "offers": [], "runs": []}
        await bus.publish("ev.edge.box.x", msgspec.json.encode(beat))
        await until(lambda: len(models.loaded) == 2)
        assert [box.name for box in crew.boxes()] == ["hub"]
