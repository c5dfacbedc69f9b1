"""What the things of a bridge are asked: passed on to it, one after the other, and answered."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Forbidden, Invalid, JinnError, NotFound, ThingId, Unavailable, millis
from jinn.runtime import Bus
from jinn.things.alink import Code, Request, encode_answer
from jinn.things.carrying import Carrier
from jinn.things.frames import DownAnswer, DownMessage
from jinn.things.model import Thing
from jinn.things.ports import Bridge
from jinn.things.room import ThingsRoom
from jinn.things.values import Json

ASKED_PER_THING_MAX = 32
"""Commands for one thing that wait for its bridge; then it is slow, as behind the door."""

CALL_WITHIN_S = 30.0
"""For a bridge that has no bound of its own; the command has told its asker long before."""

_SET = "thing.service.property.set"
_SERVICE = "thing.service."

_downs = msgspec.msgpack.Decoder(DownMessage)
_requests = msgspec.json.Decoder(Request)
_encoder = msgspec.msgpack.Encoder()
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """A thing that is here now.

    Attributes:
        turn: commands reach the bridge one after the other, in the order in which they were given.
    """

    thing: ThingId
    device: str
    id: str
    turn: anyio.Lock = field(default_factory=anyio.Lock)
    asked: int = 0


class Obeying:
    """Hears what the hub asks of the things of one bridge. A `Service`, and part of its `Bridging`."""

    def __init__(
        self, *, bridge: Bridge, room: ThingsRoom, bus: Bus, carrier: Carrier, sessions: Mapping[str, Session]
    ) -> None:
        """`sessions`: those of the bridge's things that are here, by device; read, never changed."""
        self.name = f"bridge {bridge.name}: orders"
        self._door = bridge.name
        self._bridge = bridge
        self._room = room
        self._bus = bus
        self._clock = room.clock
        self._carrier = carrier
        self._sessions = sessions
        self._tasks: anyio.abc.TaskGroup | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            try:
                tasks.start_soon(self._obey_answers, name=f"{self.name}: answers")
                await self._hear(task_status=task_status)
            finally:
                self._tasks = None

    async def _hear(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with self._bus.subscribe(f"dn.{self._door}") as messages:
            task_status.started()
            async for message in messages:
                try:
                    answer = self._take(_downs.decode(message.payload))
                    if message.reply:
                        await self._bus.publish(message.reply, _encoder.encode(answer))
                except (msgspec.MsgspecError, Unavailable) as wrong:
                    _log.warning("a message on %s was not taken or answered: %s", message.subject, wrong)

    async def _obey_answers(self) -> None:
        """What came back with the hub's answers: what a thing that has just come is still asked."""
        carrier = self._carrier
        while True:
            while carrier.down:
                self._take(carrier.down.popleft())
            carrier.has_down = anyio.Event()
            await carrier.has_down.wait()

    def _take(self, down: DownMessage) -> DownAnswer:
        session = self._sessions.get(down.device)
        if session is None:
            return DownAnswer("offline")
        if self._is_late(down):
            return DownAnswer("expired")
        if session.asked >= ASKED_PER_THING_MAX or self._tasks is None:
            return DownAnswer("slow")
        session.asked += 1
        self._tasks.start_soon(self._obey, session, down, name=f"{self.name}: {down.device}")
        return DownAnswer("delivered")

    def _is_late(self, down: DownMessage) -> bool:
        return down.expires_ms is not None and down.expires_ms <= millis(self._clock.now())

    async def _obey(self, session: Session, down: DownMessage) -> None:
        try:
            async with session.turn:
                # It may have waited for others: nobody wants the light on any more by now.
                if self._sessions.get(session.device) is session and not self._is_late(down):
                    await self._ask(session, down)
        finally:
            session.asked -= 1

    async def _ask(self, session: Session, down: DownMessage) -> None:
        try:
            request = _requests.decode(down.payload)
        except msgspec.MsgspecError as wrong:
            _log.error("a request for %s cannot be read: %s", down.device, wrong)
            return
        topic = _answer_topic(down.topic)
        if not request.method.startswith(_SERVICE) or not topic:
            return  # Not about the thing itself; nothing that a bridge could do for it.
        code, data, sentence = await self._called(session, request)
        answer = encode_answer(request, code=code, data=data, message=sentence)
        if self._sessions.get(session.device) is session:
            self._carrier.say(session.device, session.id, topic, answer)

    async def _called(self, session: Session, request: Request) -> tuple[int, Mapping[str, Json], str]:
        """Ask the bridge. Gives the code, outputs and sentence of the reply."""
        try:
            thing = self._room.registry.thing(session.thing)
            params = cast("dict[str, Json]", request.params) if isinstance(request.params, dict) else {}
            with anyio.fail_after(CALL_WITHIN_S):
                return Code.OK, await self._asked(thing, request.method, params), "success"
        except JinnError as error:
            return code_of(error), {}, error.sentence
        except TimeoutError:
            return Code.NO_ANSWER, {}, "Nobody answered."
        except Exception:  # noqa: BLE001 - where a command's work ends; it is logged and answered.
            _log.exception("%s met a fault of ours at %s", self.name, session.device)
            return Code.FAILED, {}, "A fault of the bridge."

    async def _asked(self, thing: Thing, method: str, params: Mapping[str, Json]) -> Mapping[str, Json]:
        if method == _SET:
            await self._bridge.set_properties(thing, params)
            return {}
        return await self._bridge.call_service(thing, method.removeprefix(_SERVICE), params)


def code_of(error: JinnError) -> Code:
    """What a device would have answered."""
    match error:
        case Unavailable():
            return Code.NO_SESSION if error.stable_code().endswith("-offline") else Code.NO_ANSWER
        case Invalid():
            return Code.BAD_PARAMS
        case Forbidden():
            return Code.SIGNATURE
        case NotFound():
            return Code.NO_DEVICE
        case _:
            return Code.FAILED


def _answer_topic(topic: str) -> str:
    """Where a request is answered; empty for what is none."""
    if topic.startswith("/ext/rrpc/"):
        return topic
    if "/rrpc/request/" in topic:
        return topic.replace("/rrpc/request/", "/rrpc/response/", 1)
    return f"{topic}_reply" if "/thing/service/" in topic else ""
