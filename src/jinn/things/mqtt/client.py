"""An MQTT client of our own: one connection to a broker, kept up, with a bound for what waits to be written."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Protocol, cast

import anyio
import anyio.abc

from jinn.kernel import Unavailable
from jinn.runtime import MqttLink
from jinn.things.door.codec import (
    Connack,
    Connect,
    Decoder,
    Pingreq,
    ProtocolError,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsubscribe,
    Will,
    encode,
    puback_bytes,
    publish_bytes,
)

KEEPALIVE_S = 30
UNSENT_BYTES_MAX = 4 * 1024 * 1024
"""Written and not read by the broker; some 10,000 messages. More is refused, so that nothing grows without end."""

PACKET_BYTES_MAX = 1024 * 1024
"""What a stranger on the broker may make us hold."""

_CONNECT_WITHIN_S = 10.0
_AGAIN_AFTER_S = 0.5
_AGAIN_AFTER_MAX_S = 10.0

_log = logging.getLogger(__name__)


class Listener(Protocol):
    """Who uses the connection; its methods are quick and never wait."""

    def connected(self) -> None:
        """The broker has let us in, and knows what we want to hear."""
        ...

    def heard(self, message: Publish) -> None: ...

    def disconnected(self) -> None: ...


class MqttClient:
    """A `Service` that is ready once it has been connected, and comes again whenever the broker does.

    Attributes:
        refusals: times that the broker did not let us in.
    """

    def __init__(
        self,
        link: Callable[[], MqttLink],
        *,
        client_id: str,
        filters: Sequence[tuple[str, int]],
        listener: Listener,
        will: tuple[str, bytes] | None = None,
    ) -> None:
        """`link` is asked at each attempt. `will`: said by the broker, and kept, when we are gone without a word."""
        self.name = f"mqtt {client_id}"
        self._link = link
        self._client_id = client_id
        self._filters = dict(filters)
        self._listener = listener
        self._will = will
        self._connection: _Connection | None = None
        self._next_id = 0
        self.refusals = 0

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, is_retained: bool = False) -> None:
        """Hand a message to the broker.

        Raises:
            Unavailable: `broker-away`; `broker-slow` when it does not read what it was sent before.
            Refused: a topic that cannot be published on.
        """
        connection = self._connection
        if connection is None:
            raise Unavailable("The broker is away.", code="broker-away")
        if connection.unsent_bytes > UNSENT_BYTES_MAX:
            raise Unavailable("The broker does not read.", code="broker-slow")
        number = self._number() if qos else 0
        connection.write(publish_bytes(topic, payload, qos=qos, packet_id=number, is_retained=is_retained))

    def subscribe(self, *filters: tuple[str, int]) -> None:
        """Hear these too, now and after every reconnect; what is heard already is not asked for again."""
        new = tuple((topic, qos) for topic, qos in filters if self._filters.get(topic) != qos)
        self._filters.update(new)
        if new and self._connection is not None:
            self._ask(self._connection, new)

    def unsubscribe(self, *filters: str) -> None:
        known = tuple(topic for topic in filters if self._filters.pop(topic, None) is not None)
        if known and self._connection is not None:
            for start in range(0, len(known), 64):
                self._connection.write(encode(Unsubscribe(self._number(), known[start : start + 64])))

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        wait_s = _AGAIN_AFTER_S
        is_told = False
        while True:
            try:
                connection = await self._open()
            except (OSError, TimeoutError, Unavailable, ProtocolError) as away:
                _log.info("%s: the broker cannot be reached: %s", self.name, away)
                await anyio.sleep(wait_s)
                wait_s = min(wait_s * 2, _AGAIN_AFTER_MAX_S)
                continue
            wait_s = _AGAIN_AFTER_S
            try:
                if not is_told:
                    task_status.started()
                    is_told = True
                await self._stay(connection)
            finally:
                self._connection = None
                connection.close()
                self._listener.disconnected()
            await anyio.sleep(wait_s)

    async def _open(self) -> "_Connection":
        link = self._link()
        loop = asyncio.get_running_loop()
        with anyio.fail_after(_CONNECT_WITHIN_S):
            _, connection = await loop.create_connection(
                lambda: _Connection(self._listener), link.host, link.port, ssl=_tls(link)
            )
            try:
                will = Will(topic=self._will[0], payload=self._will[1], qos=1, is_retained=True) if self._will else None
                connection.write(encode(Connect(
                    client_id=self._client_id, username=link.user or None, keepalive_s=KEEPALIVE_S, will=will,
                    password=link.password.reveal().encode() if link.password else None,
                )))  # fmt: skip
                code = await connection.admitted()
                if code:
                    self.refusals += 1
                    raise Unavailable(f"The broker refuses us with {code}.", code="broker-refuses")
            except BaseException:
                connection.close()
                raise
        self._connection = connection
        self._ask(connection, tuple(self._filters.items()))
        self._listener.connected()
        return connection

    async def _stay(self, connection: "_Connection") -> None:
        while not connection.is_lost:
            with anyio.move_on_after(KEEPALIVE_S / 2):
                await connection.lost.wait()
            if connection.is_silent:
                _log.warning("%s: the broker does not answer", self.name)
                return
            connection.is_silent = True
            if not connection.is_lost:
                connection.write(encode(Pingreq()))

    def _ask(self, connection: "_Connection", filters: tuple[tuple[str, int], ...]) -> None:
        for start in range(0, len(filters), 64):
            connection.write(encode(Subscribe(self._number(), filters[start : start + 64])))

    def _number(self) -> int:
        self._next_id = self._next_id % 65_535 + 1
        return self._next_id


class _Connection(asyncio.Protocol):
    """One TCP connection; whatever it hears goes straight to the listener."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._decoder = Decoder(PACKET_BYTES_MAX)
        self._transport: asyncio.Transport | None = None
        self._code: int | None = None
        self._answered = anyio.Event()
        self.lost = anyio.Event()
        self.is_lost = False
        self.is_silent = False

    @property
    def unsent_bytes(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    async def admitted(self) -> int:
        """The broker's code: 0 when we are let in. Raises `Unavailable` when it hung up instead."""
        await self._answered.wait()
        if self._code is None:
            raise Unavailable("The broker hung up.", code="broker-away")
        return self._code

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self.is_lost:
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asserted: uvloop's transports are no subclass of it.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.is_silent = False
        decoder = self._decoder
        decoder.feed(data)
        try:
            while (packet := decoder.next()) is not None:
                if isinstance(packet, Publish):
                    if packet.qos:
                        self.write(puback_bytes(packet.packet_id))
                    self._listener.heard(packet)
                elif isinstance(packet, Connack):
                    self._code = packet.code
                    self._answered.set()
                elif isinstance(packet, Suback) and 0x80 in packet.codes:
                    _log.warning("the broker does not let us hear all that we asked for")
                elif isinstance(packet, Puback):
                    pass
        except ProtocolError as wrong:
            _log.warning("the broker said what is no MQTT: %s", wrong)
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._answered.set()
        self.lost.set()


def _tls(link: MqttLink) -> ssl.SSLContext | None:
    if link.certificate is None:
        return None
    context = ssl.create_default_context(cafile=str(link.certificate))
    # It is this very certificate that is believed; it may well be made out to another name of the machine.
    context.check_hostname = False
    return context
