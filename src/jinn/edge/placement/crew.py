"""The boxes that share the work: each says what it has, the hub plans, and each loads what it was given."""

import logging
from collections import deque
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
"""With the box's name behind it, so that the engine can see to it that nobody speaks for another one."""

PLACEMENT_SUBJECT = "ev.edge.placement"
BEAT_S = 1.0
GONE_AFTER_S = 3.5
"""Three beats missed: the box is taken for gone, and what it ran is placed anew."""

WAY_EVERY_S = 0.3
"""A box that works for us is asked so often whether it is there; the engine knows at once that a killed one is not."""

WAYS_MISSED_MAX = 6
"""In a row, of a box behind a line that is silent: some 3 s, as much as its beats are given."""

_LOOK_EVERY_S = 0.02
_WAYS_KEPT = 10
_WAY_WITHIN_S, _WAY_LOST_MS = 0.5, 1_000.0

Wire = TypeVar("Wire")

_log = logging.getLogger(__name__)
_KINDS: dict[str, type[JinnError]] = {"invalid": Invalid, "refused": Refused}


class BoxBeat(msgspec.Struct, frozen=True):
    """`ev.edge.box.<name>`: what a box has, once a second."""

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
        self._ways: dict[str, deque[float]] = {}
        self._moving: set[str] = set()
        self._hurry = anyio.Event()
        self.placings: dict[str, Placing] = {}

    async def run(self, *, task_status: TaskStatus[None]) -> None:
        async with (
            self._bus.subscribe(f"{BOX_SUBJECT}.*") as beats,
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
                with anyio.move_on_after(self._beat_s):
                    await self._hurry.wait()

    async def ask(self, model: str, payload: bytes, *, within_s: float) -> bytes:
        """One request to wherever the model runs; to another box, when the first one goes in the middle of it.

        Raises:
            Unavailable: `model-nowhere`; or nobody answered. What the model itself refuses comes as it was raised.
        """
        deadline_s = self._clock.monotonic_s() + within_s
        while (place := self.place_of(model)) is not None or self._is_coming(model):
            left_s = deadline_s - self._clock.monotonic_s()
            if left_s <= 0:
                raise Unavailable(f"The model {model} did not answer.", code="no-answer", model=model)
            if place == self._box:
                return await self._models.work(model, payload)
            answer = None if place is None else await self._asked(place, model, payload, within_s=left_s)
            if answer is not None and answer.code != "model-absent":
                if answer.kind:
                    raise _KINDS.get(answer.kind, Unavailable)(answer.sentence, code=answer.code)
                return answer.data
            # It has just moved, or its box has gone: whoever plans is told, and loads it elsewhere.
            await anyio.sleep(_LOOK_EVERY_S)
        raise Unavailable(f"The model {model} runs nowhere.", code="model-nowhere", model=model)

    async def _asked(self, place: str, model: str, payload: bytes, *, within_s: float) -> Answer | None:
        """The answer of a box; None: it went before it gave one. Raises `Unavailable`."""
        answer: Answer | None = None
        failed: Unavailable | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch, place, tasks.cancel_scope)
            try:
                reply = await self._bus.request(f"ml.{place}.{model}", payload, within_s=within_s)
                answer = msgspec.msgpack.decode(reply, type=Answer)
            except Unavailable as away:
                failed = away if away.stable_code() != "no-responder" else None
                self._note_gone(place)
            tasks.cancel_scope.cancel()
        if failed is not None:
            raise failed
        return answer

    async def _watch(self, place: str, asking: anyio.CancelScope) -> None:
        """While it works for us a box answers that it is there: one that was killed is missed at once."""
        missed = 0
        while missed < WAYS_MISSED_MAX:
            await anyio.sleep(WAY_EVERY_S)
            try:
                await self._bus.request(f"ml.{place}.way", b"", within_s=WAY_EVERY_S)
                missed = 0
            except Unavailable as away:
                missed = WAYS_MISSED_MAX if away.stable_code() == "no-responder" else missed + 1
        self._note_gone(place)
        asking.cancel()

    def _note_gone(self, box: str) -> None:
        """Plan without it, now. One that was only slow comes back with its next beat."""
        if self._seen.pop(box, None) is not None:
            _log.warning("the box %s does not answer", box)
        self._hurry.set()

    def _is_coming(self, model: str) -> bool:
        """Whether it is placed on a box that is there and has still to load it."""
        placing = self.placings.get(model)
        return placing is not None and (placing.box == self._box or placing.box in self._seen or self._hurry.is_set())

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
        self._hurry = anyio.Event()
        now_s = self._clock.monotonic_s()
        for name in [name for name, seen in self._seen.items() if now_s - seen.at_s > GONE_AFTER_S * self._beat_s]:
            del self._seen[name]
            self._ways.pop(name, None)
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
        if beat is None or beat.name == self._box or beat.name != message.subject.rpartition(".")[2]:
            return
        if self._needs:
            # Who does not plan need not know the way, and may not ask for it.
            await self._measure(beat.name)
        box = Box(
            name=beat.name, kind=beat.kind, free_mib=beat.free_mib, speed=max(0.01, beat.speed),
            round_trip_ms=min(self._ways.get(beat.name, (0.0,))),
            offers=frozenset(beat.offers), runs=frozenset(beat.runs),
        )  # fmt: skip
        self._seen[beat.name] = _Seen(box=box, at_s=self._clock.monotonic_s())

    async def _measure(self, box: str) -> None:
        """With each beat, and the quickest of the last ones counts: a box that has just started answers late."""
        began_s = self._clock.monotonic_s()
        try:
            await self._bus.request(f"ml.{box}.way", b"", within_s=_WAY_WITHIN_S)
        except Unavailable:
            took_ms = _WAY_LOST_MS
        else:
            took_ms = (self._clock.monotonic_s() - began_s) * 1000
        self._ways.setdefault(box, deque(maxlen=_WAYS_KEPT)).append(took_ms)

    async def _beat(self) -> None:
        own = self._own()
        beat = BoxBeat(own.name, own.kind, own.free_mib, own.speed, sorted(own.offers), sorted(own.runs))
        await self._publish(f"{BOX_SUBJECT}.{self._box}", beat)

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


def worker_subjects(box: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a box that does not plan may publish on and subscribe to; it also answers what it is asked, and no more."""
    return (f"{BOX_SUBJECT}.{box}",), (f"{BOX_SUBJECT}.*", PLACEMENT_SUBJECT, f"ml.{box}.*")


def _decoded(message: Message, shape: type[Wire]) -> Wire | None:
    try:
        return msgspec.json.decode(message.payload, type=shape)
    except msgspec.MsgspecError as wrong:
        _log.warning("%s cannot be read: %s", message.subject, wrong)
        return None
