"""The bus on NATS: a thin layer that gives bounds, our errors and our words to its client."""

import contextlib
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
import anyio.abc
import anyio.lowlevel
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js.api import RetentionPolicy, StorageType, StreamConfig

from jinn.kernel import Invalid, Refused, Unavailable
from jinn.runtime.engine import NatsLink
from jinn.runtime.ports import Message

_CONNECT_WITHIN_S = 10
_RECONNECT_EVERY_S = 0.1
_PING_EVERY_S = 10
_PATIENCE_S = 3.0
"""How long a publish waits for an engine that is away; a killed one is back within about a second."""

_KEEP_WITHIN_S = 2.0
"""How long a stream may take to acknowledge: usually 0.2 ms, but an answer lost with a killed engine never comes."""

_BURST = 64
"""Messages one reader may take before others get their turn."""

_NOT_LET_IN = "authorization violation"

_log = logging.getLogger(__name__)


class _NatsMessage(Protocol):
    subject: str
    reply: str
    data: bytes


class NatsBus:
    """`Bus` and `EventStream` on one connection; a `Service` that is ready once it is connected.

    `link` is asked when it runs, so that an engine that is started before it may choose its port.
    """

    name = "bus"

    def __init__(
        self,
        link: Callable[[], NatsLink],
        *,
        patience_s: float = _PATIENCE_S,
        connect_within_s: float = _CONNECT_WITHIN_S,
    ) -> None:
        """`patience_s`: how long a call waits for an engine that is away before it is `engine-away`."""
        self._link = link
        self._connect_within_s = connect_within_s
        self._patience_s = patience_s
        self._client = Client()
        self._connected = anyio.Event()
        self._refused = anyio.Event()
        self._refusal: Refused | None = None
        self._was_connected = False
        self.dropped = 0
        """Messages that were thrown away because their reader was too slow."""

    @property
    def is_connected(self) -> bool:
        return bool(self._client.is_connected)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Raises `Unavailable`; or `Refused`: `engine-refused`, `engine-unknown`, also later, when that becomes so."""
        link = self._link()
        try:
            with anyio.fail_after(self._connect_within_s):
                await self._connect(link)
        except Refused:
            await self._leave()
            raise
        except (OSError, TimeoutError, nats.errors.Error) as error:
            raise Unavailable("The bus cannot be reached.", code="engine-away") from error
        self._connected.set()
        self._was_connected = True
        task_status.started()
        try:
            await self._refused.wait()
        finally:
            await self._leave()
        assert self._refusal is not None, "nobody has refused it"
        raise self._refusal

    async def _leave(self) -> None:
        # Its last words may meet an engine that is gone already.
        with anyio.move_on_after(2, shield=True), contextlib.suppress(OSError):
            await self._client.close()

    async def _connect(self, link: NatsLink) -> None:
        await self._client.connect(
            servers=link.url.split(","),
            user=link.user or None,
            password=link.password.reveal() if link.password is not None else None,
            name="jinn",
            reconnect_time_wait=_RECONNECT_EVERY_S,  # type: ignore[arg-type]  # It only sleeps that long.
            max_reconnect_attempts=-1,
            ping_interval=_PING_EVERY_S,
            tls=ssl.create_default_context(cadata=link.authority) if link.authority is not None else None,
            tls_handshake_first=link.authority is not None,
            error_cb=self._note_error,
            closed_cb=self._note_closed,
            disconnected_cb=self._note_away,
            reconnected_cb=self._note_back,
        )

    async def publish(self, subject: str, payload: bytes, *, reply: str = "") -> None:
        if not self._client.is_connected:
            await self._wait_until_connected()
        try:
            await self._client.publish(subject, payload, reply)
        except nats.errors.Error as error:
            raise _translate(error, subject) from error

    async def request(self, subject: str, payload: bytes, *, within_s: float) -> bytes:
        if not self._client.is_connected:
            await self._wait_until_connected()
        try:
            answer = await self._client.request(subject, payload, timeout=within_s)
        except nats.errors.Error as error:
            raise _translate(error, subject) from error
        return bytes(answer.data)

    @asynccontextmanager
    async def subscribe(
        self, subject: str, *, queue: str = "", pending_max: int = 65_536
    ) -> AsyncIterator[AsyncIterator[Message]]:
        inbox = _Inbox(self, subject, pending_max)
        if not self._client.is_connected:
            await self._wait_until_connected()
        try:
            subscription = await self._client.subscribe(
                subject, queue=queue, cb=inbox.put, pending_msgs_limit=pending_max, pending_bytes_limit=0
            )
            # Without this, what is published next through another connection could arrive before we listen.
            await self._client.flush(timeout=_CONNECT_WITHIN_S)
        except nats.errors.Error as error:
            raise _translate(error, subject) from error
        try:
            yield inbox
        finally:
            with anyio.move_on_after(1, shield=True):
                if not self._client.is_closed:
                    await subscription.unsubscribe()

    async def open_stream(self, name: str, subjects: tuple[str, ...]) -> None:
        config = StreamConfig(
            name=name,
            subjects=list(subjects),
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            max_age=7 * 24 * 3600,
            max_bytes=256 * 1024 * 1024,
            duplicate_window=120,
        )
        streams = self._client.jetstream(timeout=_KEEP_WITHIN_S)
        try:
            await streams.add_stream(config)
        except nats.js.errors.BadRequestError:
            try:
                await streams.update_stream(config)  # It is there from before, with other settings.
            except nats.errors.Error as error:
                raise _translate(error, name) from error
        except nats.errors.Error as error:
            raise _translate(error, name) from error

    async def keep(self, subject: str, payload: bytes, *, event_id: str) -> None:
        if not self._client.is_connected:
            await self._wait_until_connected()
        streams = self._client.jetstream(timeout=_KEEP_WITHIN_S)
        try:
            await streams.publish(subject, payload, timeout=_KEEP_WITHIN_S, headers={"Nats-Msg-Id": event_id})
        except nats.errors.Error as error:
            raise _translate(error, subject) from error

    def note_dropped(self, subject: str) -> None:
        if self.dropped == 0 or self.dropped % 10_000 == 0:
            _log.warning("a reader of %s is too slow: its oldest messages are dropped", subject)
        self.dropped += 1

    async def _wait_until_connected(self) -> None:
        with anyio.move_on_after(self._patience_s):
            while not self._client.is_connected:
                await self._connected.wait()
                # Its client is away a moment before it says so.
                await anyio.sleep(0.005)
            return
        raise Unavailable("The bus is away.", code="engine-away")

    async def _note_away(self) -> None:
        self._connected = anyio.Event()
        if not self._client.is_closed:
            _log.warning("the bus is away")

    async def _note_back(self) -> None:
        self._connected.set()
        _log.info("the bus is back")

    async def _note_closed(self) -> None:
        if self._client.last_error is not None:
            await self._note_error(self._client.last_error)

    async def _note_error(self, error: Exception) -> None:
        refusal = _refusal(error)
        if refusal is not None:
            # Its client would knock for ever at a door that is closed to it.
            self._refusal = refusal
            self._refused.set()
            if not self._was_connected:
                raise refusal
        elif isinstance(error, nats.errors.SlowConsumerError):
            self.note_dropped(error.subject)
        elif self._client.is_connected:
            _log.warning("the bus reports: %r", error)


class _Inbox:
    """Messages of one subscription that wait for their reader; a full one drops the oldest."""

    def __init__(self, bus: NatsBus, subject: str, pending_max: int) -> None:
        self._bus = bus
        self._subject = subject
        self._waiting: deque[Message] = deque()
        self._pending_max = pending_max
        self._arrived: anyio.Event | None = None
        self._burst = 0

    async def put(self, message: _NatsMessage) -> None:
        if len(self._waiting) >= self._pending_max:
            self._waiting.popleft()
            self._bus.note_dropped(self._subject)
        self._waiting.append(Message(subject=message.subject, payload=message.data, reply=message.reply))
        if self._arrived is not None:
            self._arrived.set()

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        while not self._waiting:
            self._burst = 0
            self._arrived = anyio.Event()
            await self._arrived.wait()
            self._arrived = None
        self._burst += 1
        if self._burst % _BURST == 0:
            await anyio.lowlevel.checkpoint()
        return self._waiting.popleft()


def _refusal(error: Exception) -> Refused | None:
    if isinstance(error, nats.errors.AuthorizationError) or _NOT_LET_IN in str(error).lower():
        return Refused("The engine does not let this box in.", code="engine-refused")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused("The engine's certificate is not by the authority that was given.", code="engine-unknown")
    return None


def _translate(error: nats.errors.Error, subject: str) -> Unavailable | Invalid:
    if isinstance(error, nats.errors.NoRespondersError):
        return Unavailable(f"Nobody listens on {subject}.", code="no-responder", subject=subject)
    if isinstance(error, nats.errors.TimeoutError):
        return Unavailable(f"Nobody answered on {subject}.", code="no-answer", subject=subject)
    if isinstance(error, nats.errors.MaxPayloadError):
        return Invalid(f"The message for {subject} is too large.", code="message-too-large", subject=subject)
    if isinstance(error, nats.errors.BadSubjectError):
        return Invalid("That is not a subject.", code="bad-subject", subject=subject)
    return Unavailable("The bus is away.", code="engine-away", subject=subject)
