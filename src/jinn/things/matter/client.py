"""How is a Matter server talked to? Over one WebSocket that is made again for ever: requests, answers and events."""

import itertools
import logging
import math
import random
from dataclasses import dataclass, field
from typing import TypeVar, cast

import anyio
import anyio.abc
import msgspec
from anyio.streams.memory import MemoryObjectReceiveStream
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from jinn.kernel import Invalid, JinnError, NotFound, Refused, Secret, Unavailable
from jinn.things.forms.matter_model import Order
from jinn.things.matter.model import (
    SCHEMA_SPOKEN,
    Changed,
    Gone,
    Happened,
    Happening,
    Incoming,
    Listed,
    Lost,
    MatterNode,
    Seen,
    ServerInfo,
    WireEvent,
    WireNode,
)
from jinn.things.values import Json

ANSWER_WITHIN_S = 10.0
"""The server itself gives a node about that long."""

COMMISSION_WITHIN_S = 150.0
OPEN_WITHIN_S = 10.0
REQUESTS_MAX = 64
"""A node answers in tens of milliseconds: more that wait mean that something is stuck."""

HAPPENINGS_MAX = 4_096
"""Attributes of a few dozen nodes that come at once after a restart; then the socket itself waits."""

MESSAGE_BYTES_MAX = 32 * 1024 * 1024
"""`start_listening` answers with every attribute of every node: some 40 kB each."""

_AGAIN_FIRST_S = 0.5
_AGAIN_MAX_S = 30.0
_FAREWELL_S = 1.0

_COMMISSION_FAILED, _NODE_AWAY, _NODE_UNKNOWN, _NOT_READY = 1, 3, 5, 4
_REFUSED = frozenset({8, 9})
"""Of the server's error codes: wrong arguments and wrong command."""

_SOCKET_LOG = logging.getLogger(f"{__name__}.socket")
# It would write down every frame, and with them setup codes, PINs and the password of the network.
_SOCKET_LOG.setLevel(logging.INFO)

_incoming = msgspec.json.Decoder(Incoming)
_infos = msgspec.json.Decoder(ServerInfo)
_nodes = msgspec.json.Decoder(list[WireNode])
_one_node = msgspec.json.Decoder(WireNode)
_changes = msgspec.json.Decoder(tuple[int, str, object])
_numbers = msgspec.json.Decoder(int)
_events = msgspec.json.Decoder(WireEvent)
_writes = msgspec.json.Decoder(list[dict[str, object]])
_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class _Waiting:
    """A request without its answer yet."""

    done: anyio.Event = field(default_factory=anyio.Event)
    answer: Incoming | None = None


class MatterClient:
    """`MatterServer` over its WebSocket. A `Service`: it is started at once and connects when it can."""

    name = "matter client"

    def __init__(self, url: str, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self._url = url
        self._answer_within_s = answer_within_s
        self._numbers = itertools.count(1)
        self._waiting: dict[str, _Waiting] = {}
        self._socket: ClientConnection | None = None
        self._info: ServerInfo | None = None
        self._sender, self._receiver = anyio.create_memory_object_stream[Happening](HAPPENINGS_MAX)

    @property
    def info(self) -> ServerInfo | None:
        return self._info

    @property
    def happenings(self) -> MemoryObjectReceiveStream[Happening]:
        return self._receiver

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Connect, listen, and connect again, for ever."""
        task_status.started()
        failures = 0
        with self._sender, self._receiver:
            while True:
                started = anyio.current_time()
                try:
                    await self._converse()
                except (OSError, TimeoutError, WebSocketException, Unavailable) as away:
                    _log.info("the Matter server at %s is away: %s", self._url, away or type(away).__name__)
                except (Invalid, msgspec.MsgspecError) as strange:
                    _log.warning("the Matter server at %s is not understood: %s", self._url, strange)
                finally:
                    self._hang_up()
                await self._sender.send(Lost())
                # One that held for a while was no failure: the next attempt need not wait long.
                failures = 0 if anyio.current_time() - started > _AGAIN_MAX_S else failures + 1
                pause_s = min(_AGAIN_MAX_S, _AGAIN_FIRST_S * 2 ** min(failures, 10))
                await anyio.sleep(pause_s * random.uniform(0.5, 1.0))

    async def order(self, node_id: int, endpoint: int, order: Order) -> None:
        if order.command:
            await self._ask(
                "device_command", node_id=node_id, endpoint_id=endpoint, cluster_id=order.cluster,
                command_name=order.command, payload=dict(order.payload),
                timed_request_timeout_ms=order.timed_ms or None,
            )  # fmt: skip
            return
        path = f"{endpoint}/{order.cluster}/{order.attribute}"
        answer = await self._ask("write_attribute", node_id=node_id, attribute_path=path, value=order.value)
        for written in _understood(_writes, answer.result):
            if written.get("Status", 0) != 0:
                raise Refused(
                    f"The device does not take that value: status {written['Status']}.", code="matter-refused"
                )

    async def commission(self, code: Secret, *, network_only: bool = False) -> MatterNode:
        answer = await self._ask(
            "commission_with_code", within_s=COMMISSION_WITHIN_S, code=code.reveal(), network_only=network_only
        )
        return node_of(_understood(_one_node, answer.result))

    async def remove(self, node_id: int) -> None:
        await self._ask("remove_node", node_id=node_id)

    async def set_wifi(self, ssid: str, password: Secret) -> None:
        await self._ask("set_wifi_credentials", ssid=ssid, credentials=password.reveal())

    async def nodes(self) -> tuple[MatterNode, ...]:
        """Every node, as the server knows it now."""
        answer = await self._ask("get_nodes")
        return tuple(node_of(node) for node in _understood(_nodes, answer.result))

    async def read(self, node_id: int, path: str) -> Json:
        """An attribute as the node itself says it now."""
        answer = await self._ask("read_attribute", node_id=node_id, attribute_path=path)
        found = msgspec.json.decode(answer.result)
        # Newer servers answer by path, older ones with the bare value.
        return cast("Json", found.get(path) if isinstance(found, dict) else found)

    async def _converse(self) -> None:
        """One connection, from its first message until it breaks."""
        async with connect(
            self._url, open_timeout=OPEN_WITHIN_S, max_size=MESSAGE_BYTES_MAX, ping_interval=20, ping_timeout=20,
            proxy=None, logger=_SOCKET_LOG,
        ) as socket:  # fmt: skip
            with anyio.fail_after(OPEN_WITHIN_S):
                info = _infos.decode(await socket.recv())
            if info.min_supported_schema_version > SCHEMA_SPOKEN:
                raise Unavailable(
                    f"It speaks version {info.min_supported_schema_version} at least, and we {SCHEMA_SPOKEN}.",
                    code="matter-away",
                )
            self._socket = socket
            broken: Exception | None = None
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._listen, info)
                try:
                    async for message in socket:
                        await self._take(_incoming.decode(message))
                except (WebSocketException, OSError, msgspec.MsgspecError) as error:
                    # Raised once the group is left, which would wrap it.
                    broken = error
                finally:
                    # Told to end, there is time left to say goodbye; without it the socket would outlive us.
                    with anyio.move_on_after(_FAREWELL_S, shield=True):
                        await socket.close()
                tasks.cancel_scope.cancel()
            if broken is not None:
                raise broken

    async def _listen(self, info: ServerInfo) -> None:
        """Ask for every node and for all that happens from now on; what happens meanwhile comes after the list."""
        try:
            answer = await self._ask("start_listening", even_now=True)
        except JinnError as error:
            _log.warning("the Matter server at %s lets nobody listen: %s", self._url, error.sentence)
            if self._socket is not None:
                await self._socket.close()
            return
        nodes = tuple(node_of(node) for node in _understood(_nodes, answer.result))
        self._info = info
        await self._sender.send(Listed(info, nodes))

    async def _take(self, message: Incoming) -> None:
        if message.message_id is not None:
            waiting = self._waiting.get(message.message_id)
            if waiting is not None:
                waiting.answer = message
                waiting.done.set()
            return
        happening = _happening(message)
        if happening is not None:
            await self._sender.send(happening)

    async def _ask(
        self, command: str, *, within_s: float | None = None, even_now: bool = False, **arguments: object
    ) -> Incoming:
        socket = self._socket
        if socket is None or (self._info is None and not even_now):
            raise Unavailable("The Matter server is away.", code="matter-away")
        if len(self._waiting) >= REQUESTS_MAX:
            raise Unavailable("The Matter server is behind.", code="matter-busy")
        message_id, waiting = str(next(self._numbers)), _Waiting()
        self._waiting[message_id] = waiting
        request = {"message_id": message_id, "command": command, "args": arguments}
        try:
            with anyio.fail_after(within_s or self._answer_within_s):
                # As text: the server takes no other frames.
                await socket.send(msgspec.json.encode(request).decode())
                await waiting.done.wait()
        except TimeoutError as late:
            raise Unavailable("The Matter server does not answer.", code="matter-silent") from late
        except (WebSocketException, OSError) as broken:
            raise Unavailable("The Matter server is away.", code="matter-away") from broken
        finally:
            del self._waiting[message_id]
        if waiting.answer is None:
            raise Unavailable("The Matter server went away before it answered.", code="matter-away")
        _check(waiting.answer)
        return waiting.answer

    def _hang_up(self) -> None:
        self._socket, self._info = None, None
        for waiting in self._waiting.values():
            waiting.done.set()


def node_of(wire: WireNode) -> MatterNode:
    # It was decoded from JSON, so it can be nothing else.
    return MatterNode(
        id=wire.node_id, is_available=wire.available, attributes=cast("dict[str, Json]", dict(wire.attributes))
    )


def _happening(message: Incoming) -> Happening | None:
    """None for an event that says nothing of a node's state. Raises `msgspec.MsgspecError`."""
    match message.event:
        case "node_added" | "node_updated":
            return Seen(node_of(_one_node.decode(message.data)))
        case "node_removed":
            return Gone(_numbers.decode(message.data))
        case "attribute_updated":
            node_id, path, value = _changes.decode(message.data)
            if isinstance(value, float) and not math.isfinite(value):
                value = None
            return Changed(node_id, path, cast("Json", value))
        case "node_event":
            told = _events.decode(message.data)
            return Happened(
                node_id=told.node_id, endpoint=told.endpoint_id, cluster=told.cluster_id, event=told.event_id,
                number=told.event_number, outputs=cast("dict[str, Json]", told.data or {}),
            )  # fmt: skip
    return None


def _check(answer: Incoming) -> None:
    """Raises what the server's error code means."""
    if answer.error_code is None:
        return
    details = (answer.details or "").strip()[:200]
    said = f" {details}" if details else ""
    if answer.error_code == _NODE_UNKNOWN:
        raise NotFound(f"The Matter server has no such node.{said}", code="node-not-found")
    if answer.error_code == _COMMISSION_FAILED:
        raise Unavailable(
            "The device did not join. Is it on, near, and ready to be added? A code may be used once only.",
            code="matter-not-joined",
        )
    if answer.error_code in (_NODE_AWAY, _NOT_READY):
        raise Unavailable("The device does not answer.", code="node-away")
    if answer.error_code in _REFUSED:
        raise Refused(f"The Matter server does not do that.{said}", code="matter-refused")
    raise Unavailable(f"The Matter server failed.{said}", code="matter-failed")


def _understood(decoder: "msgspec.json.Decoder[T]", raw: msgspec.Raw) -> T:
    try:
        return decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"The Matter server answered what is no answer: {error}.", code="matter-failed") from error
