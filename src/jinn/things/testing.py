"""Stand-ins for what things needs, and a door in memory that speaks the real frames."""

import itertools
import time
import zlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

import anyio
import anyio.abc
import msgspec

from jinn.kernel import JinnError
from jinn.people import Area
from jinn.runtime import Bus
from jinn.things.bridging import Bridging
from jinn.things.frames import (
    SHARD_COUNT,
    DownAnswer,
    DownMessage,
    Presence,
    UpAnswer,
    UpFrame,
    UpMessage,
    UpResult,
)
from jinn.things.model import Thing
from jinn.things.topics import device_topic
from jinn.things.values import Json

_frames = msgspec.msgpack.Encoder()
_answers = msgspec.msgpack.Decoder(UpAnswer)
_downs = msgspec.msgpack.Decoder(DownMessage)

Behaviour = Callable[[DownMessage], Coroutine[object, object, None]]


@dataclass(slots=True)
class FixedAreas:
    """`Areas` that somebody wrote down; assign `known` to change them."""

    known: tuple[Area, ...] = ()

    def areas(self) -> tuple[Area, ...]:
        return self.known


def shard_of(device: str) -> int:
    return zlib.crc32(device.encode()) % SHARD_COUNT


@dataclass(slots=True)
class ScriptedDoor:
    """Speaks `up.<shard>` and `dn.<door>` as the door does, for devices that a test plays.

    Attributes:
        behaviours: what a device does when something reaches it; one without is offline.
        heard: every message that reached a device.
    """

    bus: Bus
    id: str = "door1"
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    heard: list[DownMessage] = field(default_factory=list)
    name: str = "scripted-door"
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks, self.bus.subscribe(f"dn.{self.id}") as messages:
            task_status.started()
            async for message in messages:
                down = _downs.decode(message.payload)
                behaviour = self.behaviours.get(down.device)
                is_late = down.expires_ms is not None and down.expires_ms <= time.time() * 1000
                if behaviour is None:
                    answer = DownAnswer(outcome="offline")
                else:
                    answer = DownAnswer(outcome="expired" if is_late else "delivered")
                await self.bus.publish(message.reply, _frames.encode(answer))
                if behaviour is not None and not is_late:
                    self.heard.append(down)
                    tasks.start_soon(behaviour, down)

    async def frame(self, device: str, frame: UpFrame, *, within_s: float = 5.0) -> UpAnswer:
        answer = await self.bus.request(f"up.{shard_of(device)}", _frames.encode(frame), within_s=within_s)
        return _answers.decode(answer)

    async def connect(self, device: str, behaviour: Behaviour, *, session: str = "s1", at_ms: int = 1) -> UpResult:
        self.behaviours[device] = behaviour
        presence = Presence(id=next(self._numbers), device=device, session=session, is_online=True, at_ms=at_ms)
        return (await self.frame(device, UpFrame(door=self.id, presences=(presence,)))).results[0]

    async def disconnect(self, device: str, *, session: str = "s1", at_ms: int = 1) -> UpResult:
        self.behaviours.pop(device, None)
        presence = Presence(id=next(self._numbers), device=device, session=session, is_online=False, at_ms=at_ms)
        return (await self.frame(device, UpFrame(door=self.id, presences=(presence,)))).results[0]

    async def publish(
        self, device: str, topic: str, payload: bytes, *, session: str = "s1", number: int | None = None
    ) -> UpResult:
        """One PUBLISH of a device; the same `number` again is the door's own repeat."""
        message = UpMessage(
            id=number or next(self._numbers), device=device, session=session, topic=topic, payload=payload, qos=1
        )
        return (await self.frame(device, UpFrame(door=self.id, messages=(message,)))).results[0]

    async def ask(
        self, device: str, rest: str, params: object, *, message_id: str | int = "1", **more: object
    ) -> "Said":
        """An Alink request on `/sys/pk/dn/rest`, and its reply."""
        envelope: dict[str, object] = {"id": message_id, "version": "1.0", "params": params, **more}
        result = await self.publish(device, device_topic(device, rest), msgspec.json.encode(envelope))
        return said(result)

    async def post(self, device: str, values: Mapping[str, Json], *, message_id: str = "1") -> "Said":
        return await self.ask(device, "thing/event/property/post", values, message_id=message_id)


@dataclass(slots=True)
class PlayedBridge:
    """A `Bridge` whose things obey at once and report it, unless `trouble` is what it answers.

    Attributes:
        asked: every order that reached it: thing, service or "set", and what was given.
        outputs: what its services answer.
        may_go_on: an order that has come waits until this is set.
    """

    name: str = "played"
    bridging: Bridging | None = None
    trouble: JinnError | None = None
    outputs: dict[str, Json] = field(default_factory=dict)
    may_go_on: anyio.Event | None = None
    is_honest: bool = True
    asked: list[tuple[str, str, dict[str, Json]]] = field(default_factory=list)

    async def set_properties(self, thing: Thing, values: Mapping[str, Json]) -> None:
        self.asked.append((thing.id, "set", dict(values)))
        if self.may_go_on is not None:
            await self.may_go_on.wait()
        if self.trouble is not None:
            raise self.trouble
        if self.bridging is not None and self.is_honest:
            self.bridging.report(thing.id, values)

    async def call_service(self, thing: Thing, service: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
        self.asked.append((thing.id, service, dict(inputs)))
        if self.may_go_on is not None:
            await self.may_go_on.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.outputs


class Said(msgspec.Struct):
    """An Alink reply as a device reads it; `topic` is empty when there was none."""

    id: str | int | float = ""
    code: int = 0
    data: object = None
    message: str = ""
    method: str = ""
    version: str = ""
    topic: str = ""
    is_kept: bool = False


def said(result: UpResult) -> Said:
    if not result.down:
        return Said(is_kept=result.is_kept)
    reply = msgspec.json.decode(result.down[0].payload, type=Said)
    reply.topic, reply.is_kept = result.down[0].topic, result.is_kept
    return reply
