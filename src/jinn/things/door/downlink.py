"""How what the hub wants a device to hear gets to it, and what became of it gets back."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Clock, Unavailable, millis
from jinn.runtime import Bus, follow
from jinn.things.door.codec import ProtocolError, publish_bytes
from jinn.things.door.connection import Connection
from jinn.things.door.model import TAKEOVER_SUBJECT, Counts, Limits, Takeover
from jinn.things.frames import DownAnswer, DownMessage

_log = logging.getLogger(__name__)
_decoder = msgspec.msgpack.Decoder(DownMessage)
_takeover_decoder = msgspec.msgpack.Decoder(Takeover)
_encoder = msgspec.msgpack.Encoder()

Outcome = Literal["delivered", "offline", "expired", "slow"]
_ANSWERS: Mapping[Outcome, bytes] = {
    "delivered": _encoder.encode(DownAnswer("delivered")),
    "offline": _encoder.encode(DownAnswer("offline")),
    "expired": _encoder.encode(DownAnswer("expired")),
    "slow": _encoder.encode(DownAnswer("slow")),
}


class Outbox:
    """What the connections' callbacks, which cannot wait, have to say on the bus; the oldest goes when it is full.

    Lost answers are safe: whoever asked takes silence for "not delivered".
    """

    def __init__(self, *, bus: Bus, limits: Limits, counts: Counts) -> None:
        self._bus = bus
        self._counts = counts
        self._queue: deque[tuple[str, bytes]] = deque(maxlen=limits.outbox_max)
        self._wake = anyio.Event()

    def put(self, subject: str, payload: bytes) -> None:
        if len(self._queue) == self._queue.maxlen:
            self._counts.unsaid += 1
        self._queue.append((subject, payload))
        self._wake.set()

    async def run(self) -> None:
        while True:
            while self._queue:
                subject, payload = self._queue.popleft()
                try:
                    await self._bus.publish(subject, payload)
                except Unavailable:
                    self._counts.unsaid += 1
            self._wake = anyio.Event()
            await self._wake.wait()


class Downlink:
    """The `dn.<door>` and `door.takeover` subjects of one door."""

    def __init__(
        self,
        *,
        bus: Bus,
        door: str,
        clock: Clock,
        limits: Limits,
        counts: Counts,
        outbox: Outbox,
        connections: Mapping[str, Connection],
    ) -> None:
        self._bus = bus
        self._door = door
        self._clock = clock
        self._limits = limits
        self._counts = counts
        self._outbox = outbox
        self._connections = connections
        # Commands at QoS 1 by when their PUBACK is due. All have the same time, so the first is due first.
        self._unacked: deque[tuple[int, Connection, int, str]] = deque()

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with self._bus.subscribe(f"dn.{self._door}") as messages:
            task_status.started()
            async for message in messages:
                try:
                    down = _decoder.decode(message.payload)
                except msgspec.MsgspecError as wrong:
                    _log.error("a message on %s cannot be read: %s", message.subject, wrong)
                    continue
                self.deliver(down, message.reply)

    async def watch(self, take_over: Callable[[Takeover], None], *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await follow(self._bus, TAKEOVER_SUBJECT, _takeover_decoder.decode, take_over, task_status=task_status)

    def write(self, message: DownMessage) -> None:
        """Deliver what came with the hub's answer to a frame; nobody waits to hear how that went."""
        self.deliver(message, "")

    def deliver(self, message: DownMessage, reply: str) -> None:
        """Write it to the device's connection, once, whatever it has subscribed to.

        The answer goes to `reply`, for QoS 1 when the device's PUBACK comes or is overdue.
        """
        try:
            outcome = self._deliver(message, reply)
        except ProtocolError as wrong:
            _log.error("the hub wants a device to be told what MQTT cannot say: %s", wrong.sentence)
            self._counts.undelivered += 1
            return
        if outcome is not None:
            self._answer(reply, outcome)

    def _deliver(self, message: DownMessage, reply: str) -> Outcome | None:
        connection = self._connections.get(message.device)
        if connection is None or not connection.is_open:
            return "offline"
        if message.expires_ms is not None and message.expires_ms <= millis(self._clock.now()):
            return "expired"
        if message.qos:
            return self._deliver_at_qos_1(connection, message, reply)
        return "delivered" if connection.send(publish_bytes(message.topic, message.payload)) else "slow"

    def _deliver_at_qos_1(self, connection: Connection, message: DownMessage, reply: str) -> Outcome | None:
        unacked = connection.unacked
        if unacked is None:
            unacked = connection.unacked = {}
        if len(unacked) >= self._limits.unacked_per_device_max:
            self._counts.slow += 1
            return "slow"
        packet_id = connection.next_packet_id()
        if not connection.send(publish_bytes(message.topic, message.payload, qos=1, packet_id=packet_id)):
            return "slow"
        unacked[packet_id] = reply
        due_s = int(self._clock.monotonic_s()) + self._limits.ack_within_s
        self._unacked.append((due_s, connection, packet_id, reply))
        return None

    def acknowledged(self, connection: Connection, packet_id: int) -> None:
        reply = connection.unacked.pop(packet_id, None) if connection.unacked else None
        if reply is not None:
            self._answer(reply, "delivered")

    def lost(self, connection: Connection) -> None:
        """Nobody will acknowledge what it had been sent."""
        for reply in (connection.unacked or {}).values():
            self._answer(reply, "offline")
        connection.unacked = None

    def sweep(self) -> None:
        """Answer for what a device had to acknowledge by now."""
        now_s = int(self._clock.monotonic_s())
        while self._unacked and self._unacked[0][0] <= now_s:
            _, connection, packet_id, reply = self._unacked.popleft()
            if connection.unacked and connection.unacked.get(packet_id) == reply:
                del connection.unacked[packet_id]
                self._counts.slow += 1
                self._answer(reply, "slow")

    def _answer(self, reply: str, outcome: Outcome) -> None:
        if outcome == "delivered":
            self._counts.delivered += 1
        else:
            self._counts.undelivered += 1
        if reply:
            self._outbox.put(reply, _ANSWERS[outcome])
