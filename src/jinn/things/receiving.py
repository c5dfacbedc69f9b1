"""The hub's end of `up.<shard>`: frames from doors, committed as they come, answered, and told to everybody."""

import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

import anyio
import anyio.abc
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from jinn.kernel import JinnError
from jinn.runtime import Bus, Message
from jinn.things.announcing import Announcer
from jinn.things.frames import SHARD_COUNT, UpAnswer, UpFrame, UpResult
from jinn.things.ingesting import Ingest

QUEUE_GROUP = "hub"

FRAMES_WAITING_MAX = 64
"""For each shard. More would be answered after its door has given up and sent it again."""

FRAMES_PER_COMMIT_MAX = 32
"""Taken together when they wait anyway; a commit costs about as much for one as for many."""

_decoder = msgspec.msgpack.Decoder(UpFrame)
_encoder = msgspec.msgpack.Encoder()
_log = logging.getLogger(__name__)
_Waiting = tuple[str, UpFrame]


class Receiver:
    """Takes frames of all shards; the frames of one shard in order, one commit after the other."""

    name = "things-receiver"

    def __init__(self, *, bus: Bus, ingest: Ingest, announcer: Announcer) -> None:
        self._bus = bus
        self._ingest = ingest
        self._announcer = announcer
        self.refused_frames = 0
        """Frames that were none, or could not be kept; their doors send them again."""

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        shards: dict[str, MemoryObjectSendStream[_Waiting]] = {}
        async with (
            AsyncExitStack() as opened,
            anyio.create_task_group() as tasks,
            self._bus.subscribe("up.*", queue=QUEUE_GROUP) as messages,
        ):
            for shard in range(SHARD_COUNT):
                sending, receiving = anyio.create_memory_object_stream[_Waiting](FRAMES_WAITING_MAX)
                shards[f"up.{shard}"] = await opened.enter_async_context(sending)
                tasks.start_soon(self._commit_shard, receiving)
            task_status.started()
            async for message in messages:
                frame = self._decoded(message)
                waiting = shards.get(message.subject)
                if frame is not None and waiting is not None:
                    await waiting.send((message.reply, frame))

    def _decoded(self, message: Message) -> UpFrame | None:
        try:
            return _decoder.decode(message.payload)
        except msgspec.DecodeError as error:
            self.refused_frames += 1
            _log.warning("a frame on %s cannot be read: %s", message.subject, error)
            return None

    async def _commit_shard(self, frames: MemoryObjectReceiveStream[_Waiting]) -> None:
        async with frames:
            async for first in frames:
                taken = [first]
                while len(taken) < FRAMES_PER_COMMIT_MAX and frames.statistics().current_buffer_used:
                    taken.append(frames.receive_nowait())
                await self._commit(taken)

    async def _commit(self, taken: Sequence[_Waiting]) -> None:
        """Commit what was taken; when it cannot be kept together, each message is tried by itself."""
        try:
            answers, work = await self._ingest.take([frame for _, frame in taken])
        except JinnError as error:
            _log.warning("%d frames could not be kept: %s", len(taken), error)
            self.refused_frames += len(taken)
            answers, work = [_not_kept(frame) for _, frame in taken], None
        except Exception:  # noqa: BLE001 - where a frame's work ends; it is logged, and tried in parts.
            _log.exception("a frame met a fault of ours")
            await self._commit_apart(taken)
            return
        if work is not None:
            await self._announcer.announce(work)
        for (reply, _), answer in zip(taken, answers, strict=True):
            await self._answer(reply, answer)

    async def _commit_apart(self, taken: Sequence[_Waiting]) -> None:
        """One message that we cannot cope with must not hold up all others for ever: it alone is dropped."""
        for reply, frame in taken:
            results: list[UpResult] = []
            for single in _singles(frame):
                try:
                    answers, work = await self._ingest.take([single])
                    await self._announcer.announce(work)
                    results.extend(answers[0].results)
                except JinnError:
                    results.extend(_not_kept(single).results)
                except Exception:  # noqa: BLE001 - where a message's work ends; it is logged.
                    _log.exception("a message of %s is dropped", single.door)
                    results.extend(UpResult(id=result.id, is_kept=True) for result in _not_kept(single).results)
            await self._answer(reply, UpAnswer(results=tuple(results)))

    async def _answer(self, reply: str, answer: UpAnswer) -> None:
        if not reply:
            return
        try:
            await self._bus.publish(reply, _encoder.encode(answer))
        except JinnError as error:
            # The door asks again, and is answered then: what was kept is known as a repeat.
            _log.warning("a frame's answer was not sent: %s", error)


def _not_kept(frame: UpFrame) -> UpAnswer:
    ids = [*(presence.id for presence in frame.presences), *(message.id for message in frame.messages)]
    return UpAnswer(results=tuple(UpResult(id=entry, is_kept=False) for entry in ids))


def _singles(frame: UpFrame) -> list[UpFrame]:
    return [
        *(UpFrame(door=frame.door, presences=(presence,)) for presence in frame.presences),
        *(UpFrame(door=frame.door, messages=(message,)) for message in frame.messages),
    ]
