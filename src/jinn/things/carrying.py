"""How what a bridge says of its things reaches the hub, in order, and once it is away, with a bound."""

import logging
import secrets
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zlib import crc32

import anyio
import msgspec

from jinn.kernel import Clock, Unavailable
from jinn.runtime import Bus
from jinn.things.alink import PAYLOAD_BYTES_MAX, VERSION, method_of
from jinn.things.frames import SHARD_COUNT, DownMessage, Presence, UpAnswer, UpFrame, UpMessage, UpResult
from jinn.things.values import Json

FRAME_MESSAGES_MAX = 256
FRAME_BYTES_MAX = 524_288
"""As the door's: a message of the bus holds a few MB, and one frame is one commit."""

WAITING_PER_DEVICE_MAX = 64
"""Messages of one thing that the hub has not kept; then its newer values join those that wait."""

WAITING_MAX = 16_384
"""Of all things of a bridge: some 8 MB."""

ANSWER_WITHIN_S = 2.0
_ABSENT_PAUSE_S = 0.25
_UNKEPT_PAUSE_S = 0.5

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(UpAnswer)
_json = msgspec.json.Encoder()
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One thing to say, until the hub has kept it.

    Attributes:
        values: of a report that has not been sent yet: newer ones may still join it.
        body: what was sent; a repeat is the same to the letter, so that the hub knows it.
    """

    device: str
    topic: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    body: UpMessage | Presence | None = None


@dataclass(slots=True, kw_only=True)
class CarrierCounts:
    """What has happened since the start.

    Attributes:
        waiting: entries that the hub has not kept yet, now.
        merged: reports that joined an older one, since too many waited.
        refused: messages that the hub answered with another code than 200.
        dropped: messages that are larger than a message may be.
    """

    waiting: int = 0
    kept: int = 0
    merged: int = 0
    refused: int = 0
    repeated: int = 0
    dropped: int = 0


class Carrier:
    """Sixteen lanes, one for each shard; a lane has one frame under way, so that order holds through every repeat."""

    def __init__(self, *, bus: Bus, door: str, clock: Clock) -> None:
        self.bus = bus
        self.door = door
        self.clock = clock
        self.counts = CarrierCounts()
        self.down: deque[DownMessage] = deque(maxlen=WAITING_MAX)
        """What came with the hub's answers, for things."""
        self.has_down = anyio.Event()
        self.is_leaving = False
        """At a stop a hub that is gone already is not waited for."""
        self._next_id = secrets.randbelow(2**31)
        self._lanes = tuple(_Lane(self, f"up.{index}") for index in range(SHARD_COUNT))

    async def run(self) -> None:
        async with anyio.create_task_group() as tasks:
            for lane in self._lanes:
                tasks.start_soon(lane.run, name=f"{self.door}: {lane.subject}")

    async def settled(self) -> None:
        """Wait until the hub has kept all that was said."""
        for lane in self._lanes:
            await lane.settled()

    def is_settled(self, device: str) -> bool:
        """Whether the hub has kept all that this thing said."""
        return self._lane(device).waiting_of(device) == 0

    def tell(self, device: str, session: str, *, is_online: bool, at_ms: int) -> None:
        """Say that a thing came or went."""
        presence = Presence(self.next_id(), device, session, is_online, at_ms)
        self._lane(device).add(Entry(device=device, body=presence))

    def say(self, device: str, session: str, topic: str, payload: bytes) -> None:
        """Send a message as it is; the caller knows a bound for it, such as `is_full`."""
        message = UpMessage(self.next_id(), device, session, topic, payload, 1)
        self._lane(device).add(Entry(device=device, body=message))

    def post(self, device: str, session: str, topic: str, values: Mapping[str, Json]) -> None:
        """Report values. When too many wait, they join the newest report that waits: what is so is never lost."""
        lane = self._lane(device)
        if self.is_full(device) and lane.join(device, session, values):
            self.counts.merged += 1
            return
        lane.add(Entry(device=device, topic=f"{session} {topic}", values=dict(values)))

    def is_full(self, device: str) -> bool:
        return self.counts.waiting >= WAITING_MAX or self._lane(device).waiting_of(device) >= WAITING_PER_DEVICE_MAX

    def next_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def take_down(self, messages: Iterable[DownMessage]) -> None:
        for message in messages:
            self.down.append(message)
            self.has_down.set()

    def _lane(self, device: str) -> "_Lane":
        return self._lanes[crc32(device.encode()) % SHARD_COUNT]


class _Lane:
    """The things whose `crc32` ends alike: one queue, one task, one frame under way."""

    def __init__(self, carrier: Carrier, subject: str) -> None:
        self.subject = subject
        self._carrier = carrier
        self._queue: deque[Entry] = deque()
        self._waiting: Counter[str] = Counter()
        self._wake = anyio.Event()
        self._emptied = anyio.Event()

    def waiting_of(self, device: str) -> int:
        return self._waiting[device]

    async def settled(self) -> None:
        while self._waiting.total():
            await self._emptied.wait()

    def add(self, entry: Entry) -> None:
        self._queue.append(entry)
        self._waiting[entry.device] += 1
        self._carrier.counts.waiting += 1
        self._wake.set()

    def join(self, device: str, session: str, values: Mapping[str, Json]) -> bool:
        """Add to the newest unsent report of that thing and session; False when there is none."""
        for entry in reversed(self._queue):
            if entry.device == device:
                if entry.body is None and entry.topic.startswith(session):
                    entry.values.update(values)
                    return True
                return False
        return False

    async def run(self) -> None:
        while True:
            while not self._queue:
                self._wake = anyio.Event()
                await self._wake.wait()
            taken = self._take()
            if not taken:
                continue
            try:
                answer = await self._ask(taken)
            except Unavailable as why:
                await self._again(taken, is_absent=why.stable_code() != "no-answer")
                continue
            unkept = self._settle(taken, answer)
            if unkept:
                self._carrier.counts.repeated += len(unkept)
                self._queue.extendleft(reversed(unkept))
                await anyio.sleep(_UNKEPT_PAUSE_S)

    async def _again(self, taken: list[Entry], *, is_absent: bool) -> None:
        if self._carrier.is_leaving and is_absent:
            for entry in taken:
                self._done(entry)
            return
        self._carrier.counts.repeated += len(taken)
        self._queue.extendleft(reversed(taken))
        if is_absent:
            await anyio.sleep(_ABSENT_PAUSE_S)

    def _take(self) -> list[Entry]:
        """The next frame: in order, cut where a presence would overtake a message, since presences are read first."""
        taken: list[Entry] = []
        size = 0
        has_spoken: set[str] = set()
        while self._queue and len(taken) < FRAME_MESSAGES_MAX and size < FRAME_BYTES_MAX:
            entry = self._queue[0]
            if isinstance(entry.body, Presence) and entry.device in has_spoken:
                break
            self._queue.popleft()
            if entry.body is None:
                entry.body = self._built(entry)
            if isinstance(entry.body, UpMessage):
                if len(entry.body.payload) > PAYLOAD_BYTES_MAX:
                    _log.warning("%s: a message of %s is too large", self._carrier.door, entry.device)
                    self._carrier.counts.dropped += 1
                    self._done(entry)
                    continue
                has_spoken.add(entry.device)
                size += len(entry.body.payload)
            taken.append(entry)
        return taken

    def _built(self, entry: Entry) -> UpMessage:
        session, _, topic = entry.topic.partition(" ")
        number = self._carrier.next_id()
        payload = _json.encode(
            {"id": str(number), "version": VERSION, "method": method_of(topic), "params": entry.values}
        )
        return UpMessage(number, entry.device, session, topic, payload, 1)

    async def _ask(self, taken: list[Entry]) -> UpAnswer:
        bodies = [entry.body for entry in taken]
        frame = UpFrame(
            self._carrier.door,
            tuple(body for body in bodies if isinstance(body, Presence)),
            tuple(body for body in bodies if isinstance(body, UpMessage)),
        )
        raw = await self._carrier.bus.request(self.subject, _encoder.encode(frame), within_s=ANSWER_WITHIN_S)
        try:
            return _decoder.decode(raw)
        except msgspec.MsgspecError as wrong:
            raise Unavailable("The hub's answer cannot be read.", code="bad-answer") from wrong

    def _settle(self, taken: list[Entry], answer: UpAnswer) -> list[Entry]:
        """Let go of what was kept; gives what was not, in order."""
        results = {result.id: result for result in answer.results}
        unkept: list[Entry] = []
        for entry in taken:
            assert entry.body is not None, "it was built before it was sent"
            result = results.get(entry.body.id)
            if result is None or not result.is_kept:
                unkept.append(entry)
                continue
            self._carrier.counts.kept += 1
            self._note_refusals(entry, result)
            self._carrier.take_down(message for message in result.down if not _is_reply(message))
            self._done(entry)
        return unkept

    def _note_refusals(self, entry: Entry, result: UpResult) -> None:
        for message in result.down:
            if _is_reply(message):
                reply = msgspec.json.decode(message.payload, type=_Reply)
                if reply.code != 200:
                    self._carrier.counts.refused += 1
                    _log.warning("%s: %s was not believed: %s", self._carrier.door, entry.device, reply.message)

    def _done(self, entry: Entry) -> None:
        self._carrier.counts.waiting -= 1
        self._waiting[entry.device] -= 1
        if not self._waiting[entry.device]:
            del self._waiting[entry.device]
        if not self._waiting:
            self._emptied.set()
            self._emptied = anyio.Event()


def _is_reply(message: DownMessage) -> bool:
    return message.topic.endswith("_reply") or message.topic.startswith("/ext/error/")


class _Reply(msgspec.Struct):
    code: int = 200
    message: str = ""
