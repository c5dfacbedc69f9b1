"""What a screen is told: one snapshot, then every change, numbered, over /ws/screen."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, cast

import anyio
import anyio.abc
import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.handlers import WebsocketRouteHandler

from jinn.hub.screen_line import Forms, Pace, ScreenLine
from jinn.hub.screen_wire import (
    Answer,
    AreaWire,
    Call,
    Called,
    Change,
    HappeningWire,
    ModelsChanged,
    NamesWire,
    Ping,
    ProblemWire,
    Say,
    ScreenUp,
    Set,
    Snapshot,
    ThingHappened,
    TurnFinished,
    UpdateChanged,
)
from jinn.kernel import Invalid, JinnError, Lang, ThingId
from jinn.language import Conversation, Deed, TurnWire, deed_to_wire, turn_to_wire
from jinn.runtime import Bus
from jinn.things import ServiceResult, WireThing
from jinn.things.firmware import WireUpdate
from jinn.things.values import Json
from jinn.things.wire import Happened, HappenedBatch
from jinn.voice.texts import hear_text

log = logging.getLogger(__name__)

ASKS_AT_ONCE = 16
"""What one screen may have asked and not been answered; two hands cannot touch more."""


class Home(Protocol):
    """What the screens show and touch, as the hub's rooms know it."""

    def names(self) -> NamesWire: ...
    def lang(self) -> Lang: ...
    def areas(self) -> list[AreaWire]: ...
    def things(self) -> list[WireThing]: ...
    def thing(self, thing_id: ThingId) -> WireThing | None: ...
    def models(self) -> dict[str, str]: ...
    def suggestions(self) -> list[NamesWire]: ...
    async def last_turn(self) -> TurnWire | None: ...
    async def set_properties(self, thing: ThingId, values: dict[str, str | int | float | bool]) -> Sequence[Deed]: ...
    async def call_service(self, thing: ThingId, service: str, inputs: Mapping[str, Json]) -> ServiceResult: ...


class Screens:
    """Every screen that is open. A service: it listens to the bus and tells them all."""

    name = "screens"

    def __init__(self, *, home: Home, conversation: Conversation, bus: Bus) -> None:
        self._home = home
        self._conversation = conversation
        self._bus = bus
        self._open: set[ScreenLine] = set()
        self._forms = Forms(home.thing)
        self._pace = Pace()
        self._wake = anyio.Event()

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks, self._bus.subscribe("ev.>") as messages:
            tasks.start_soon(self._tell_when_due)
            task_status.started()
            async for message in messages:
                try:
                    self._tell_of(message.subject, message.payload)
                except msgspec.MsgspecError as wrong:
                    log.warning("an event on %s was not understood: %s", message.subject, wrong)

    @property
    def is_watched(self) -> bool:
        """Whether any screen is open."""
        return bool(self._open)

    def tell(self, change: Callable[[int], Change]) -> None:
        """Tell every screen; `change` makes the message from the number that it has on a screen's line, when sent."""
        for screen in self._open:
            screen.tell(change)

    def tell_models(self) -> None:
        """A model came up, or failed."""
        self.tell(lambda seq: ModelsChanged(seq=seq, models=self._home.models()))

    def tell_thing(self, thing_id: ThingId) -> None:
        """Something about a thing changed that no event told of, such as a command that waits."""
        if not self._open:
            return
        self._forms.changed(thing_id)
        if self._pace.is_now(thing_id, anyio.current_time()):
            self._tell_now(thing_id)
        else:
            self._wake.set()

    def _tell_now(self, thing_id: ThingId) -> None:
        for screen in self._open:
            screen.tell_thing(thing_id)

    async def _tell_when_due(self) -> None:
        """Those that changed again a moment after they were told of."""
        while True:
            due_s = self._pace.next_s()
            if due_s is None:
                self._wake = anyio.Event()
                await self._wake.wait()
                continue
            await anyio.sleep_until(due_s)
            for thing_id in self._pace.take(anyio.current_time()):
                self._tell_now(thing_id)

    def _tell_of(self, subject: str, payload: bytes) -> None:
        if not self._open:
            return
        match subject:
            case "ev.things.reported":
                batch = msgspec.json.decode(payload, type=_Reported)
                changed = [report.thing for report in batch.reports]
            case "ev.things.presence":
                changed = [one.thing for one in msgspec.json.decode(payload, type=_Presences).presences]
            case "ev.things.registry":
                changed = [msgspec.json.decode(payload, type=_Named).thing]
            case "ev.things.happened":
                for one in msgspec.json.decode(payload, type=HappenedBatch).events:
                    happening = self._happening(one)
                    self.tell(partial(_happened, happening))
                return
            case "ev.things.firmware":
                update = msgspec.json.decode(payload, type=WireUpdate)
                self.tell(lambda seq: UpdateChanged(seq=seq, update=update))
                return
            case "ev.turns.finished":
                turn = msgspec.json.decode(payload, type=TurnWire)
                self.tell(lambda seq: TurnFinished(seq=seq, turn=turn))
                return
            case _:
                return
        for thing_id in dict.fromkeys(changed):
            self.tell_thing(ThingId(thing_id))

    def _happening(self, told: Happened) -> HappeningWire:
        """What happened, as people call it; under its identifier when its thing has gone since."""
        thing = self._home.thing(ThingId(told.thing))
        spec = next((each for each in thing.events if each.id == told.event), None) if thing is not None else None
        names = NamesWire(en=spec.names.en, zh=spec.names.zh) if spec else NamesWire(en=told.event, zh=told.event)
        return HappeningWire(
            id=told.id, thing=told.thing, event=told.event, names=names, kind=spec.kind if spec else "info",
            at_ms=told.at_ms, outputs=told.outputs,
        )  # fmt: skip

    def route(self) -> WebsocketRouteHandler:
        """`/ws/screen`."""

        @websocket("/ws/screen")
        async def screen_socket(socket: WebSocket) -> None:  # type: ignore[type-arg]
            await socket.accept()
            await self._serve(socket)

        return screen_socket

    async def _serve(self, socket: WebSocket) -> None:  # type: ignore[type-arg]
        screen = ScreenLine(self._forms)
        last_turn = await self._home.last_turn()
        # From here to `add` nothing awaits, so that no change falls between the snapshot and the first change.
        screen.tell(self._snapshot(last_turn))
        self._open.add(screen)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, socket, screen, tasks)
                while (text := await screen.next()) is not None:
                    await socket.send_data(text)
                await socket.close(code=1013, reason="too slow")
                tasks.cancel_scope.cancel()
        except* WebSocketDisconnect:
            log.debug("a screen has gone")
        finally:
            self._open.discard(screen)
            if not self._open:
                self._pace.clear()
                self._forms.clear()

    async def _listen(self, socket: WebSocket, screen: ScreenLine, tasks: anyio.abc.TaskGroup) -> None:  # type: ignore[type-arg]
        limiter = anyio.Semaphore(ASKS_AT_ONCE)
        try:
            while True:
                text = await socket.receive_text()
                await limiter.acquire()
                tasks.start_soon(self._answer, text, screen, limiter)
        except WebSocketDisconnect:
            tasks.cancel_scope.cancel()

    async def _answer(self, text: str, screen: ScreenLine, limiter: anyio.Semaphore) -> None:
        try:
            screen.tell(await self._do(text, screen))
        finally:
            limiter.release()

    async def _do(self, text: str, screen: ScreenLine) -> Answer:
        asked_id = ""
        try:
            asked = _decode(text)
            asked_id = asked.id
            match asked:
                case Set(thing=thing, properties=properties):
                    did = await self._home.set_properties(ThingId(thing), properties)
                    return Answer(id=asked_id, ok=True, did=[deed_to_wire(deed) for deed in did])
                case Call(thing=thing, service=service, inputs=inputs):
                    # It was decoded from JSON, so it can be nothing else.
                    given = cast("dict[str, Json]", inputs)
                    result = await self._home.call_service(ThingId(thing), service, given)
                    return Answer(id=asked_id, ok=True, called=_called(result))
                case Say(text=words, lang=lang):
                    turn = await hear_text(self._conversation, words, lang, satellite=screen.satellite)
                    return Answer(id=asked_id, ok=True, turn=turn_to_wire(turn))
                case Ping():
                    return Answer(id=asked_id, ok=True)
        except JinnError as no:
            problem = ProblemWire(code=no.stable_code(), message=no.sentence)
            return Answer(id=asked_id, ok=False, problem=problem)

    def _snapshot(self, last_turn: TurnWire | None) -> Snapshot:
        home = self._home
        return Snapshot(
            seq=0,
            home=home.names(),
            lang=home.lang().value,
            areas=home.areas(),
            things=home.things(),
            turn=last_turn,
            models=home.models(),
            suggestions=home.suggestions(),
        )


class _Report(msgspec.Struct, frozen=True):
    thing: str


class _Reported(msgspec.Struct, frozen=True):
    reports: list[_Report]


class _Presences(msgspec.Struct, frozen=True):
    presences: list[_Report]


class _Named(msgspec.Struct, frozen=True):
    thing: str


def _happened(happening: HappeningWire, seq: int) -> ThingHappened:
    return ThingHappened(seq=seq, happening=happening)


def _called(result: ServiceResult) -> Called:
    return Called(
        thing=result.thing,
        service=result.service,
        outcome=result.outcome.value,
        outputs=result.outputs,
        code=result.code,
        ms=round(result.ms, 2),
    )


_decoder: msgspec.json.Decoder[ScreenUp] = msgspec.json.Decoder(ScreenUp)


def _decode(text: str) -> ScreenUp:
    try:
        return _decoder.decode(text)
    except msgspec.MsgspecError as wrong:
        raise Invalid(f"A screen's message does not fit its contract: {wrong}", code="message-invalid") from wrong
