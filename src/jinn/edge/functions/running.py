"""Events of the home to functions, and what functions wish to things."""

import logging
from collections.abc import Callable
from typing import cast

import anyio
import msgspec
from anyio.abc import TaskGroup, TaskStatus
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from jinn.edge.functions.deploying import Functions
from jinn.edge.functions.model import Ended, Manifest, Wish, listens
from jinn.edge.functions.ports import Hands, Voice
from jinn.edge.functions.unheard import EventNotes, Noted, events_of, events_of_reports
from jinn.edge.unheard import is_too_late
from jinn.kernel import Clock, JinnError, ThingId, Unavailable, millis
from jinn.runtime import Bus, Message
from jinn.things import HAPPENED_SUBJECT, REPORTED_SUBJECT, HappenedBatch, Json, ReportedBatch

WAITING_MAX = 10_000
"""Two seconds of what one core works off; then the oldest waiting are let go and counted."""
ACTING_MAX = 32
FORGET_EVERY_S = 0.2
WISHES_PER_S, WISHES_AT_ONCE = 20.0, 50.0
"""A function that wishes more sets itself off in a circle; what is beyond is refused and counts as a failure."""

_log = logging.getLogger(__name__)


class FunctionRunner:
    """A `Service`: brings each event to the functions that listen, in order, and does what they wish.

    Attributes:
        dropped: events that were let go because functions were too slow.
    """

    name = "functions"

    def __init__(
        self, *, functions: Functions, notes: EventNotes, bus: Bus, hands: Hands, voice: Voice, clock: Clock
    ) -> None:
        self._functions = functions
        self._notes = notes
        self._bus = bus
        self._hands = hands
        self._voice = voice
        self._clock = clock
        self._acting = anyio.CapacityLimiter(ACTING_MAX)
        self._allowance: dict[str, tuple[float, float]] = {}
        self.dropped = 0

    async def run(self, *, task_status: TaskStatus[None]) -> None:
        await self._functions.load()
        send, receive = anyio.create_memory_object_stream[Noted](WAITING_MAX)
        try:
            async with send, receive, anyio.create_task_group() as tasks:
                await tasks.start(self._listen, REPORTED_SUBJECT, _reports, send, receive)
                await tasks.start(self._listen, HAPPENED_SUBJECT, _happenings, send, receive)
                tasks.start_soon(self._keep_forgetting)
                task_status.started()
                for noted in await self._notes.waiting():
                    await self._tell_again(noted, tasks)
                async for noted in receive:
                    await self._bring(noted, tasks)
        finally:
            with anyio.CancelScope(shield=True):
                await self._functions.close()

    async def _listen(
        self,
        subject: str,
        read: Callable[[bytes], list[Noted]],
        send: MemoryObjectSendStream[Noted],
        receive: MemoryObjectReceiveStream[Noted],
        *,
        task_status: TaskStatus[None],
    ) -> None:
        async with self._bus.subscribe(subject) as messages:
            task_status.started()
            async for message in messages:
                running = self._functions.running()
                # Most homes have no function: then nothing is even read.
                for noted in self._read(message, read) if running else ():
                    event = noted.event
                    if any(listens(manifest, event.kind, event.thing, event.name) for _, manifest in running):
                        self._put(noted, send, receive)
                    else:
                        self._notes.forget_rest(noted)

    def _read(self, message: Message, read: Callable[[bytes], list[Noted]]) -> list[Noted]:
        try:
            return read(message.payload)
        except msgspec.MsgspecError as wrong:
            _log.warning("%s cannot be read: %s", message.subject, wrong)
            return []

    def _put(
        self, noted: Noted, send: MemoryObjectSendStream[Noted], receive: MemoryObjectReceiveStream[Noted]
    ) -> None:
        try:
            send.send_nowait(noted)
        except anyio.WouldBlock:
            self._notes.forget_rest(receive.receive_nowait())
            self.dropped += 1
            send.send_nowait(noted)

    async def _tell_again(self, noted: Noted, tasks: TaskGroup) -> None:
        """What an earlier hub took in and no function worked on; too late, it is kept as a failure."""
        if is_too_late(noted.at_ms, millis(self._clock.now())):
            await self._functions.note_missed(noted.only, noted.event)
            self._notes.forget(noted, noted.only)
        else:
            await self._bring(noted, tasks)

    async def _bring(self, noted: Noted, tasks: TaskGroup) -> None:
        event = noted.event
        for staged, manifest in self._functions.running():
            if noted.only not in ("", staged.name) or not listens(manifest, event.kind, event.thing, event.name):
                continue
            worked = await self._functions.work(staged.name, event)
            if worked is not None:
                await self._take_result(noted, *worked, tasks)
        self._notes.forget_rest(noted)

    async def _take_result(self, noted: Noted, ran: Manifest, ended: Ended, tasks: TaskGroup) -> None:
        if ended.wishes and not self._may_wish(ran.name, len(ended.wishes)):
            sentence = f"It wished more than {WISHES_PER_S:.0f} times a second."
            ended = Ended(logs=ended.logs, ms=ended.ms, problem="function-wishes", sentence=sentence)
        try:
            if (ended.wishes or ended.says or ended.kept is not None) and not await self._notes.claim(noted, ran.name):
                return
            await self._functions.count(ran.name, ran, noted.event, ended)
        except Unavailable as away:
            # Counting again at the next event; what the function wished is done all the same.
            _log.warning("function %s: %s", ran.name, away)
        for text in ended.logs:
            _log.info("function %s: %s", ran.name, text)
        if ended.wishes or ended.says:
            tasks.start_soon(self._act, ran, ended)

    async def _keep_forgetting(self) -> None:
        while True:
            await anyio.sleep(FORGET_EVERY_S)
            try:
                await self._notes.flush()
            except JinnError as away:
                _log.warning("what functions have worked on may be told again: %s", away)

    def _may_wish(self, name: str, count: int) -> bool:
        now_s = self._clock.monotonic_s()
        left, at_s = self._allowance.get(name, (WISHES_AT_ONCE, now_s))
        left = min(WISHES_AT_ONCE, left + (now_s - at_s) * WISHES_PER_S)
        is_allowed = left >= count
        self._allowance[name] = (left - count if is_allowed else left, now_s)
        return is_allowed

    async def _act(self, manifest: Manifest, ended: Ended) -> None:
        by = f"function:{manifest.name}"
        async with self._acting:
            for wish in ended.wishes:
                try:
                    await self._fulfil(wish, by)
                except JinnError as no:
                    _log.warning("%s wished in vain: %s", by, no)
            for text in ended.says:
                await self._voice(text, by=by)

    async def _fulfil(self, wish: Wish, by: str) -> None:
        values = cast(dict[str, Json], wish.values)
        if wish.service:
            await self._hands.call_service(ThingId(wish.thing), wish.service, values, by=by)
        else:
            await self._hands.set_properties(ThingId(wish.thing), values, by=by)


def _reports(payload: bytes) -> list[Noted]:
    return list(events_of_reports(msgspec.json.decode(payload, type=ReportedBatch).reports))


def _happenings(payload: bytes) -> list[Noted]:
    return list(events_of(msgspec.json.decode(payload, type=HappenedBatch).events))
