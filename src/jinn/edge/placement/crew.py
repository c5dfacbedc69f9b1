"""The boxes that share the work: each says what it has, the hub plans, and each loads what it was given."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import anyio
import msgspec
from anyio.abc import TaskGroup, TaskStatus

from jinn.edge.placement.model import Box, BoxKind, Need, Placing, plan
from jinn.edge.placement.ports import Models
from jinn.kernel import Clock, Invalid, JinnError, Refused, Unavailable
from jinn.runtime import Bus, Message

BOX_SUBJECT = "ev.edge.box"
PLACEMENT_SUBJECT = "ev.edge.placement"
BEAT_S = 1.0
GONE_AFTER_S = 3.5
"""Three beats missed: the box is taken for gone, and what it ran is placed anew."""

Wire = TypeVar("Wire")

_log = logging.getLogger(__name__)
_KINDS: dict[str, type[JinnError]] = {"invalid": Invalid, "refused": Refused}


class BoxBeat(msgspec.Struct, frozen=True):
    """`ev.edge.box`: what a box has, once a second."""

    name: str
    kind: BoxKind
    free_mib: int
    speed: float
    offers: list[str]
    runs: list[str]


class PlacingWire(msgspec.Struct, frozen=True):
    model: str
    box: str | None
    why: str
    latency_ms: float


class PlacementWire(msgspec.Struct, frozen=True):
    """`ev.edge.placement`: the hub's plan, whenever it changed and with each of its beats."""

    placings: list[PlacingWire]


class Answer(msgspec.Struct, frozen=True):
    """Of a model to a request: what it made, or why not."""

    data: bytes = b""
    kind: Literal["", "invalid", "refused", "unavailable"] = ""
    code: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    box: Box
    at_s: float


class Crew:
    """A `Service` on every box. On the hub (`needs` given) it also plans.

    Attributes:
        placings: the plan as this box knows it.
    """

    name = "placement"

    def __init__(
        self,
        *,
        box: str,
        kind: BoxKind,
        models: Models,
        bus: Bus,
        clock: Clock,
        needs: Sequence[Need] = (),
        speed: float = 1.0,
        on_change: Callable[[], None] | None = None,
        beat_s: float = BEAT_S,
    ) -> None:
        self._box = box
        self._kind: BoxKind = kind
        self._models = models
        self._bus = bus
        self._clock = clock
        self._needs = tuple(needs)
        self._speed = speed
        self._on_change = on_change
        self._beat_s = beat_s
        self._seen: dict[str, _Seen] = {}
        self._round_trips: dict[str, float] = {}
        self._moving: set[str] = set()
        self.placings: dict[str, Placing] = {}

    async def run(self, *, task_status: TaskStatus[None]) -> None:
        async with (
            self._bus.subscribe(BOX_SUBJECT) as beats,
            self._bus.subscribe(PLACEMENT_SUBJECT) as plans,
            self._bus.subscribe(f"ml.{self._box}.*") as requests,
            anyio.create_task_group() as tasks,
        ):
            await self._beat()
            task_status.started()

            async def hear_beats() -> None:
                async for message in beats:
                    await self._hear_beat(message)

            async def hear_plans() -> None:
                async for message in plans:
                    if not self._needs:
                        self._take(_decoded(message, PlacementWire))

            async def hear_requests() -> None:
                async for message in requests:
                    tasks.start_soon(self._serve, message)

            for listen in (hear_beats, hear_plans, hear_requests):
                tasks.start_soon(listen)
            while True:
                await self._turn(tasks)
                await anyio.sleep(self._beat_s)

    async def ask(self, model: str, payload: bytes, *, within_s: float) -> bytes:
        """One request to wherever the model runs.

        Raises:
            Unavailable: `model-nowhere`; or nobody answered. What the model itself refuses comes as it was raised.
        """
        place = self.place_of(model)
        if place is None:
            raise Unavailable(f"The model {model} runs nowhere.", code="model-nowhere", model=model)
        if place == self._box:
            return await self._models.work(model, payload)
        began_s = self._clock.monotonic_s()
        answer = msgspec.msgpack.decode(
            await self._bus.request(f"ml.{place}.{model}", payload, within_s=within_s), type=Answer
        )
        _log.debug("%s on %s took %.0f ms", model, place, (self._clock.monotonic_s() - began_s) * 1000)
        if answer.kind:
            raise _KINDS.get(answer.kind, Unavailable)(answer.sentence, code=answer.code)
        return answer.data

    def place_of(self, model: str) -> str | None:
        """The box that runs it now: the planned one, or while that one loads any other that has it."""
        placing = self.placings.get(model)
        running = [seen.box.name for seen in self._seen.values() if model in seen.box.runs]
        if model in self._models.runs():
            running.append(self._box)
        if placing is not None and placing.box in running:
            return placing.box
        return self._box if self._box in running else min(running, default=None)

    def boxes(self) -> tuple[Box, ...]:
        """Every box that is there, this one first."""
        others = [seen.box for name, seen in sorted(self._seen.items()) if name != self._box]
        return self._own(), *others

    async def _turn(self, tasks: TaskGroup) -> None:
        now_s = self._clock.monotonic_s()
        for name in [name for name, seen in self._seen.items() if now_s - seen.at_s > GONE_AFTER_S * self._beat_s]:
            del self._seen[name]
            self._round_trips.pop(name, None)
        if self._needs:
            was = {model: placing.box for model, placing in self.placings.items() if placing.box is not None}
            placings = plan(self._needs, self.boxes(), was)
            wire = [PlacingWire(one.model, one.box, one.why, one.latency_ms) for one in placings]
            self._adopt({one.model: one for one in placings})
            await self._publish(PLACEMENT_SUBJECT, PlacementWire(placings=wire))
        self._follow(tasks)
        await self._beat()

    def _follow(self, tasks: TaskGroup) -> None:
        """Load what is planned here; give up what is planned elsewhere, once it runs there."""
        for model in self._models.offers() - self._moving:
            placing = self.placings.get(model)
            if placing is None:
                continue
            is_here, is_loaded = placing.box == self._box, model in self._models.runs()
            if is_here and not is_loaded:
                self._moving.add(model)
                tasks.start_soon(self._load, model)
            elif not is_here and is_loaded and self._runs_at(placing):
                _log.info("%s runs on %s now and is given up here (%s)", model, placing.box, placing.why)
                self._models.unload(model)

    async def _load(self, model: str) -> None:
        try:
            await self._models.load(model)
        except JinnError as problem:
            _log.warning("%s was placed here and cannot be loaded: %s", model, problem.sentence)
        finally:
            self._moving.discard(model)

    def _runs_at(self, placing: Placing) -> bool:
        seen = self._seen.get(placing.box or "")
        return seen is not None and placing.model in seen.box.runs

    async def _serve(self, message: Message) -> None:
        model = message.subject.rpartition(".")[2]
        if not message.payload:
            # An empty request measures the way.
            await self._bus.publish(message.reply, msgspec.msgpack.encode(Answer()))
            return
        try:
            answer = Answer(data=await self._models.work(model, message.payload))
        except Invalid as no:
            answer = Answer(kind="invalid", code=no.stable_code(), sentence=no.sentence)
        except Refused as no:
            answer = Answer(kind="refused", code=no.stable_code(), sentence=no.sentence)
        except JinnError as no:
            answer = Answer(kind="unavailable", code=no.stable_code(), sentence=no.sentence)
        await self._bus.publish(message.reply, msgspec.msgpack.encode(answer))

    async def _hear_beat(self, message: Message) -> None:
        beat = _decoded(message, BoxBeat)
        if beat is None or beat.name == self._box:
            return
        if beat.name not in self._round_trips:
            self._round_trips[beat.name] = await self._measured(beat.name)
        box = Box(
            name=beat.name, kind=beat.kind, free_mib=beat.free_mib, speed=max(0.01, beat.speed),
            round_trip_ms=self._round_trips[beat.name], offers=frozenset(beat.offers), runs=frozenset(beat.runs),
        )  # fmt: skip
        self._seen[beat.name] = _Seen(box=box, at_s=self._clock.monotonic_s())

    async def _measured(self, box: str) -> float:
        began_s = self._clock.monotonic_s()
        try:
            await self._bus.request(f"ml.{box}.way", b"", within_s=1.0)
        except Unavailable:
            return 1_000.0
        return (self._clock.monotonic_s() - began_s) * 1000

    async def _beat(self) -> None:
        own = self._own()
        beat = BoxBeat(own.name, own.kind, own.free_mib, own.speed, sorted(own.offers), sorted(own.runs))
        await self._publish(BOX_SUBJECT, beat)

    async def _publish(self, subject: str, message: msgspec.Struct) -> None:
        try:
            await self._bus.publish(subject, msgspec.json.encode(message))
        except Unavailable as away:
            _log.warning("%s was not told: %s", subject, away.sentence)

    def _own(self) -> Box:
        return Box(
            name=self._box, kind=self._kind, free_mib=self._models.free_mib(), speed=self._speed,
            offers=self._models.offers(), runs=self._models.runs(),
        )  # fmt: skip

    def _take(self, wire: PlacementWire | None) -> None:
        if wire is not None:
            self._adopt({one.model: Placing(model=one.model, box=one.box, why="stays") for one in wire.placings})

    def _adopt(self, placings: Mapping[str, Placing]) -> None:
        changed = {model: one.box for model, one in placings.items()} != {
            model: one.box for model, one in self.placings.items()
        }
        for one in placings.values() if changed and self._needs else ():
            _log.info("%s is placed on %s (%s)", one.model, one.box, one.why)
        self.placings = {model: replace(one) for model, one in placings.items()}
        if changed and self._on_change is not None:
            self._on_change()


def _decoded(message: Message, shape: type[Wire]) -> Wire | None:
    try:
        return msgspec.json.decode(message.payload, type=shape)
    except msgspec.MsgspecError as wrong:
        _log.warning("%s cannot be read: %s", message.subject, wrong)
        return None
