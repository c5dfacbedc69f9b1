"""How what devices send reaches the hub and is acknowledged only once it is kept."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from zlib import crc32

import anyio
import msgspec

from jinn.kernel import Clock, Unavailable
from jinn.runtime import Bus
from jinn.things.door.codec import Publish, puback_bytes
from jinn.things.door.connection import Connection
from jinn.things.door.model import Counts, Limits
from jinn.things.frames import SHARD_COUNT, DownMessage, Presence, UpAnswer, UpFrame, UpMessage

_log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(UpAnswer)

_ABSENT_PAUSE_S = 0.25
"""Between attempts while no hub listens; asking is cheap then, and every device waits for the end of it."""
_ENTRY_BYTES = 64
"""Of a message in a frame, besides its payload and names."""


class Entry:
    """One message or presence on its way, until the hub has kept it."""

    __slots__ = ("body", "connection", "packet_id", "size")

    def __init__(self, body: UpMessage | Presence, connection: Connection | None, packet_id: int, size: int) -> None:
        self.body = body
        self.connection = connection
        self.packet_id = packet_id
        self.size = size

    @property
    def is_worth_repeating(self) -> bool:
        """Presence always; a message at QoS 1 while its device is there, for else the device sends it again itself."""
        if isinstance(self.body, Presence):
            return True
        return self.packet_id > 0 and self.connection is not None and self.connection.is_open


class Uplink:
    """All shards of one door.

    One frame of a shard is under way at a time: so a device's messages keep their order through every repeat, and
    what comes in meanwhile makes the next frame larger instead of making more of them.
    """

    def __init__(
        self, *, bus: Bus, door: str, clock: Clock, limits: Limits, counts: Counts, write: Callable[[DownMessage], None]
    ) -> None:
        self._limits = limits
        self._counts = counts
        self._next_id = 0
        # Held because the door as a whole has too much, in that order; a dict, since a connection may go meanwhile.
        self._held: dict[Connection, None] = {}
        self.write = write
        self._shards = tuple(
            Shard(self, subject=f"up.{index}", bus=bus, door=door, clock=clock, limits=limits, counts=counts)
            for index in range(SHARD_COUNT)
        )

    async def run(self) -> None:
        async with anyio.create_task_group() as tasks:
            for shard in self._shards:
                tasks.start_soon(shard.run, name=shard.subject)

    def shard_of(self, device: str) -> "Shard":
        return self._shards[crc32(device.encode()) % SHARD_COUNT]

    def is_away(self, device: str) -> bool:
        """Whether the hub did not answer when last asked about that device's shard."""
        return self.shard_of(device).is_away

    async def drained(self) -> None:
        """Wait until the hub has kept all that was waiting."""
        for shard in self._shards:
            await shard.drained()

    def post(self, connection: Connection, publish: Publish) -> None:
        """Take a PUBLISH; the connection is held when it or the door has too many that are not kept."""
        counts, limits = self._counts, self._limits
        size = len(publish.payload) + len(publish.topic) + _ENTRY_BYTES
        is_over = counts.unkept_bytes + size > limits.unkept_bytes_max
        if is_over and not publish.qos:
            counts.lost_qos0 += 1
            return
        self._next_id += 1
        body = UpMessage(
            self._next_id, connection.device, connection.session, publish.topic, publish.payload, publish.qos
        )
        counts.received += 1
        counts.unkept += 1
        counts.unkept_bytes += size
        connection.unkept += 1
        if is_over or connection.unkept >= limits.unkept_per_device_max:
            counts.held += 1
            connection.hold()
            if is_over:
                self._held[connection] = None
        self.shard_of(connection.device).add(Entry(body, connection, publish.packet_id, size))

    def tell(
        self,
        connection: Connection,
        *,
        is_online: bool,
        at_ms: int,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        """Say that a device came or went; repeated until kept."""
        self._next_id += 1
        body = Presence(self._next_id, connection.device, connection.session, is_online, at_ms, will)
        self.shard_of(connection.device).add(Entry(body, connection if is_online else None, 0, 0))

    def let_go(self, entry: Entry) -> None:
        """It is kept or given up: make room, and read on from whoever was held for it."""
        connection = entry.connection
        if connection is None or not entry.size:
            return
        counts = self._counts
        counts.unkept -= 1
        counts.unkept_bytes -= entry.size
        connection.unkept -= 1
        few = self._limits.unkept_per_device_max // 2
        if connection.is_held and connection.unkept <= few and connection not in self._held:
            connection.release()
        while self._held and counts.unkept_bytes < self._limits.unkept_bytes_max // 2:
            waiting = next(iter(self._held))
            del self._held[waiting]
            if waiting.unkept <= few:
                waiting.release()

    def forget(self, connection: Connection) -> None:
        """It is closed; its messages may still be on their way."""
        self._held.pop(connection, None)


class Shard:
    """The devices whose `crc32` ends alike: one queue, one task, one frame under way.

    Attributes:
        is_away: the hub did not answer when last asked.
    """

    def __init__(
        self, uplink: Uplink, *, subject: str, bus: Bus, door: str, clock: Clock, limits: Limits, counts: Counts
    ) -> None:
        self.subject = subject
        self.is_away = False
        self._uplink = uplink
        self._bus = bus
        self._door = door
        self._clock = clock
        self._limits = limits
        self._counts = counts
        self._queue: deque[Entry] = deque()
        self._is_asking = False
        self._wake = anyio.Event()
        self._emptied = anyio.Event()
        # Devices of which the hub kept one message not: the second at which they are asked again.
        self._waiting: dict[str, float] = {}

    async def drained(self) -> None:
        while self._queue or self._is_asking:
            self._emptied = anyio.Event()
            await self._emptied.wait()

    def add(self, entry: Entry) -> None:
        self._queue.append(entry)
        if not self._wake.is_set():
            self._wake.set()

    async def run(self) -> None:
        while True:
            entries = self._take()
            if not entries:
                await self._idle()
                continue
            self._is_asking = True
            try:
                answer = await self._ask(entries)
            except Unavailable as why:
                self.is_away = True
                self._repeat(entries)
                if why.stable_code() != "no-answer":
                    await anyio.sleep(_ABSENT_PAUSE_S)
                continue
            self.is_away = False
            self._settle(entries, answer)

    async def _idle(self) -> None:
        self._wake = anyio.Event()
        self._is_asking = False
        if not self._queue:
            self.is_away = False
            self._emptied.set()
            await self._wake.wait()
            return
        # Everything in the queue is of devices that are waiting.
        until_s = min(self._waiting.values()) - self._clock.monotonic_s()
        with anyio.move_on_after(max(until_s, 0.01)):
            await self._wake.wait()

    def _take(self) -> list[Entry]:
        """The next frame: in order, without devices that wait, cut where a presence would overtake a message."""
        queue, taken, size = self._queue, list[Entry](), 0
        passed: list[Entry] = []
        waiting = self._waiting_now()
        posted: set[str] = set()
        while queue and len(taken) < self._limits.frame_messages_max and size < self._limits.frame_bytes_max:
            entry = queue[0]
            device = entry.body.device
            if type(entry.body) is Presence and device in posted:
                break
            queue.popleft()
            if device in waiting:
                passed.append(entry)
                continue
            if entry.size:
                posted.add(device)
                size += entry.size
            taken.append(entry)
        queue.extendleft(reversed(passed))
        return taken

    def _waiting_now(self) -> dict[str, float]:
        if self._waiting:
            now_s = self._clock.monotonic_s()
            self._waiting = {device: at_s for device, at_s in self._waiting.items() if at_s > now_s}
        return self._waiting

    async def _ask(self, entries: list[Entry]) -> UpAnswer:
        presences = tuple(entry.body for entry in entries if isinstance(entry.body, Presence))
        messages = tuple(entry.body for entry in entries if isinstance(entry.body, UpMessage))
        self._counts.frames += 1
        raw = await self._bus.request(
            self.subject,
            _encoder.encode(UpFrame(self._door, presences, messages)),
            within_s=self._limits.answer_within_s,
        )
        try:
            return _decoder.decode(raw)
        except msgspec.MsgspecError as wrong:
            _log.error("the hub's answer to a frame on %s cannot be read: %s", self.subject, wrong)
            raise Unavailable("The hub's answer cannot be read.", code="bad-answer") from wrong

    def _settle(self, entries: list[Entry], answer: UpAnswer) -> None:
        open_entries = {entry.body.id: entry for entry in entries}
        for result in answer.results:
            if not result.is_kept:
                continue
            entry = open_entries.pop(result.id, None)
            if entry is not None:
                self._keep(entry, result.down)
        if open_entries:
            again_s = self._clock.monotonic_s() + self._limits.answer_within_s
            for entry in open_entries.values():
                self._waiting[entry.body.device] = again_s
            self._repeat(open_entries.values())

    def _keep(self, entry: Entry, down: tuple[DownMessage, ...]) -> None:
        self._counts.kept += entry.size > 0
        if entry.packet_id and entry.connection is not None:
            entry.connection.send(puback_bytes(entry.packet_id))
        for message in down:
            self._uplink.write(message)
        self._uplink.let_go(entry)

    def _repeat(self, entries: Iterable[Entry]) -> None:
        again: list[Entry] = []
        for entry in entries:
            if entry.is_worth_repeating:
                again.append(entry)
            else:
                self._counts.lost_qos0 += not entry.packet_id
                self._uplink.let_go(entry)
        self._counts.repeated += len(again)
        self._queue.extendleft(reversed(again))
