"""How does a thing stay connected? An MQTT 3.1.1 client that never gives up and loses nothing it was told to keep."""

import asyncio
import random

from jinn_os import packets
from jinn_os.port import const, open_stream, read_into, ticks_diff, ticks_ms
from jinn_os.queueing import MemoryQueue
from jinn_os.together import first_of

_CONNECT_WITHIN_S = const(5)

RETRY_FIRST_MS = const(100)
"""A hub that was restarted is back within seconds, and a home is small: its first retry may come soon."""
RETRY_MAX_MS = const(15_000)
REFUSED_RETRY_MS = const(5_000)
"""Wrong credentials do not mend themselves quickly; asking more often only fills the hub's log."""

SEND_AGAIN_MS = const(30_000)
"""TCP loses nothing, but a door may have lost its hub: what waited so long is said again on the same connection."""

STEADY_MS = const(5_000)
"""A connection that lived so long was a good one, and the next try may come soon again."""

UNSENT_BYTES_MAX = const(32_768)
"""More than this is queued only when the other side has stopped reading; then the connection is dropped."""


class Refused(Exception):
    """The door said no to CONNECT; `args[0]` is its return code."""


class Client:
    """One connection, made again whenever it is lost.

    `on_message(topic, payload)`, `on_up()` and `on_down(reason)` are plain functions that return quickly. `queue`
    keeps what must not be lost; `prepare(entry)` gives the payload to send, or None when that message has to wait
    for something (then `send_due` is called later). `tls` is what `port.open_stream` takes. `on_lost(size)` is
    called for a message that is too long or found no memory. With `filters` it subscribes and is up only when that is
    acknowledged; our own door needs none.
    """

    def __init__(self, host, port, credentials, *, on_message, on_lost, on_up, on_down, keepalive_s=60, queue=None,
                 tls=None, filters=(), prepare=None):  # fmt: skip
        self.is_up = False
        self.credentials = credentials
        self.queue = queue if queue is not None else MemoryQueue()
        self._address = (host, port)
        self._tls = tls
        self._filters = filters
        self._prepare = prepare
        self._on_message = on_message
        self._on_up = on_up
        self._on_lost = on_lost
        self._on_down = on_down
        self._keepalive_s = keepalive_s
        self._retry_ms = RETRY_FIRST_MS
        self._writer = None
        self._broken = None
        self._reason = ""
        self._told = ""
        self._is_pinged = False
        self._up_ms = 0

    @property
    def outbox(self):
        """What was not acknowledged yet; its length is of interest."""
        return self.queue

    def publish(self, topic, payload, is_kept, is_unsure=False):
        """Say something. `is_kept`: at QoS 1, across lost connections; else now or never.

        `is_unsure`: its times were taken before the clock was set.
        """
        if is_kept:
            self.queue.put(topic, payload, self.is_up, is_unsure)
            self.send_due()
        elif self.is_up:
            self._write(packets.publish(topic, payload))

    async def run(self):
        """Connect, serve, and connect again, until cancelled."""
        while True:
            reason, pause_ms = "stopped", 0
            try:
                await self._session()
            except Refused as refusal:
                reason = f"refused with code {refusal.args[0]}"
                if refusal.args[0] != packets.UNAVAILABLE:
                    pause_ms = REFUSED_RETRY_MS
            except asyncio.TimeoutError:
                reason = "no answer"
            except (OSError, EOFError, packets.Malformed) as failure:
                reason = f"{type(failure).__name__} {failure}"
            finally:
                # Also when cancelled: whoever watches sees `down`.
                self._went_down(reason)
            pause_ms = max(pause_ms, self._next_pause_ms())
            # Between half and all of it: after a power cut a street full of things does not knock at once.
            await asyncio.sleep((pause_ms // 2 + random.randint(0, pause_ms // 2)) / 1000)

    async def stop(self):
        """Say good-bye, so that the door does not take us for lost. To be called while `run` still runs."""
        if self.is_up:
            self._write(packets.DISCONNECT)
            # What was said just before, too, gets its moment to leave.
            for _ in range(20):
                await asyncio.sleep(0.01)
                if not self.is_up or not self._writer.unsent_bytes():
                    return

    async def _session(self):
        reader, self._writer = await asyncio.wait_for(open_stream(*self._address, self._tls), _CONNECT_WITHIN_S)
        try:
            self._broken = asyncio.Event()
            await asyncio.wait_for(self._shake_hands(reader), _CONNECT_WITHIN_S)
            if self._filters:
                self._writer.write(packets.subscribe(1, self._filters))
            else:
                self._went_up()
            await first_of(self._read(reader), self._watch(), self._writer.write_rest(), self._wait_broken())
        finally:
            if self.is_up and ticks_diff(ticks_ms(), self._up_ms) > STEADY_MS:
                self._retry_ms = RETRY_FIRST_MS
            self.is_up = False
            self.queue.went_down()
            self._writer.close()

    async def _shake_hands(self, reader):
        self._writer.write(packets.connect(*self.credentials, self._keepalive_s))
        await self._writer.flush()
        # Exactly CONNACK, since a set may follow on its heels.
        connack = await reader.readexactly(4)
        if connack[0] != packets.CONNACK or connack[1] != 2:
            raise packets.Malformed("no CONNACK")
        if connack[3]:
            raise Refused(connack[3])

    async def _wait_broken(self):
        """Ends the session when a write failed."""
        await self._broken.wait()
        raise EOFError(self._reason)

    def _break(self, reason):
        self._reason = reason
        self.is_up = False
        self._broken.set()

    async def _read(self, reader):
        parser = packets.Parser()
        while True:
            count = await read_into(reader, parser.space())
            if not count:
                raise EOFError("closed by the other side")
            parser.came(count)
            packet = parser.next()
            while packet is not None:
                try:
                    self._handle(packet)
                except MemoryError:
                    # This message is lost, and whoever sent it gets no answer; the connection is still good.
                    self._on_lost(packet[2])
                packet = parser.next()

    async def _watch(self):
        """Ping, and give the connection up when nobody answers: half-open ones never end by themselves."""
        while True:
            await asyncio.sleep(self._keepalive_s / 2)
            if self._is_pinged:
                raise EOFError("no answer to a ping")
            self._is_pinged = True
            self._write(packets.PINGREQ)
            waiting_since = self.queue.oldest_sent_ms()
            if waiting_since is not None and ticks_diff(ticks_ms(), waiting_since) > SEND_AGAIN_MS:
                self.queue.say_again()
                self.send_due()

    def _handle(self, packet):
        head, body, size = packet
        kind = head & 0xF0
        if kind == packets.PUBLISH:
            topic, payload, packet_id = packets.read_publish(head, body)
            if len(body) == size:
                self._on_message(topic, payload)
            else:
                self._on_lost(size)
            if packet_id:
                self._write(packets.puback(packet_id))
        elif kind == packets.PUBACK:
            self.queue.acknowledge(packets.read_packet_id(body))
            self.send_due()
        elif kind == packets.PINGRESP:
            self._is_pinged = False
        elif kind == packets.SUBACK and self._filters and not self.is_up:
            if max(body[2:] or b"\x80") >= packets.REFUSED_FILTER:
                raise packets.Malformed("a subscription that we need was refused")
            self._went_up()
        else:
            raise packets.Malformed(f"a packet of kind {kind >> 4}")

    def send_due(self):
        """Send what may be sent now; to be called when something that messages waited for has come."""
        while self.is_up:
            entry = self.queue.first_due()
            if entry is None:
                return
            payload = self._prepare(entry) if self._prepare else entry.payload
            if payload is None:
                return
            entry, again = self.queue.next(ticks_ms())
            self._write(packets.publish(entry.topic, payload, entry.packet_id, again))

    def _write(self, packet):
        if self._writer.unsent_bytes() > UNSENT_BYTES_MAX:
            self._break("the other side does not read")
            return
        try:
            # Both runtimes write to the socket right here when it takes it: no task switch before a reply.
            self._writer.write(packet)
        except OSError as failure:
            self._break(f"OSError {failure}")

    def _went_up(self):
        self.is_up = True
        self._is_pinged = False
        self._told = ""
        self._up_ms = ticks_ms()
        self.queue.say_again()
        # First who we are and what time it is, then what waited: some of it waits for just that.
        self._on_up()
        self.send_due()

    def _went_down(self, reason):
        """Said once for each reason, however often the door is tried in vain."""
        if reason != self._told:
            self._told = reason
            self._on_down(reason)

    def _next_pause_ms(self):
        pause_ms = self._retry_ms
        self._retry_ms = min(pause_ms * 2, RETRY_MAX_MS)
        return pause_ms
