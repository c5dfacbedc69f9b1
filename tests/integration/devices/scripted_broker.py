"""A broker of one page that the tests play themselves: it speaks MQTT 3.1.1 and does only what it is told.

Written without the device's own packet code, so that a mistake there is not repeated here.
"""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.abc
from anyio.streams.buffered import BufferedByteReceiveStream


@dataclass(kw_only=True)
class Said:
    """One PUBLISH of the device."""

    topic: str
    body: Any
    packet_id: int
    again: bool
    payload: bytes


@dataclass(kw_only=True)
class Session:
    """One connection of the device."""

    stream: anyio.abc.SocketStream
    client_id: str
    username: str
    password: str
    keepalive_s: int
    said: list[Said] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    filters: list[str] = field(default_factory=list)
    pings: int = 0
    ended: str = ""
    sending: anyio.Lock = field(default_factory=anyio.Lock)

    async def write(self, data: bytes) -> None:
        async with self.sending:
            await self.stream.send(data)

    async def send(self, topic: str, payload: bytes, packet_id: int = 0) -> None:
        name = topic.encode()
        ident = packet_id.to_bytes(2, "big") if packet_id else b""
        body = len(name).to_bytes(2, "big") + name + ident + payload
        size, length = len(body), bytearray()
        while size >= 128:
            length.append(size % 128 | 128)
            size //= 128
        length.append(size)
        await self.write(bytes([0x32 if packet_id else 0x30]) + bytes(length) + body)

    async def ask(self, topic: str, params: object, *, request_id: str = "900", method: str = "") -> None:
        await self.write_json(topic, {"id": request_id, "version": "1.0", "params": params, "method": method})

    async def write_json(self, topic: str, body: object) -> None:
        await self.send(topic, json.dumps(body).encode())

    def bodies(self, end: str) -> list[Any]:
        return [one.body for one in self.said if one.topic.endswith(end)]

    def raw(self, topic: str) -> list[bytes]:
        return [one.payload for one in self.said if one.topic == topic]


class ScriptedBroker:
    """Accepts devices at `port`; `sessions` grows with each CONNECT. Change the attributes while it runs.

    Attributes:
        connack: the return code of the next CONNECT.
        does_acknowledge: whether PUBLISH at QoS 1 gets its PUBACK.
        does_answer_pings: likewise.
        does_reply: whether a post gets its reply with code 200.
        knows_time: whether the time is told to who asks for it.
        register: what a thing gets that asks for an identity; `registered` counts them.
    """

    def __init__(self) -> None:
        self.port = 0
        self.connack = 0
        self.does_acknowledge = True
        self.does_answer_pings = True
        self.does_reply = False
        self.knows_time = False
        self.register: dict[str, str] = {}
        self.registered = 0
        self.sessions: list[Session] = []

    @asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[None]:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port, reuse_port=True)
        self.port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with listener, anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, self._serve)
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()

    async def session(self, number: int, within_s: float = 30) -> Session:
        await until(lambda: len(self.sessions) >= number, within_s)
        return self.sessions[number - 1]

    async def _serve(self, stream: anyio.abc.SocketStream) -> None:
        session = None
        try:
            async with stream:
                reader = BufferedByteReceiveStream(stream)
                head, body = await _packet(reader)
                assert head == 0x10
                session = _session_of(stream, body)
                await stream.send(bytes([0x20, 2, 0, self.connack]))
                if self.connack:
                    return
                if "authType=reg" in session.client_id:
                    self.registered += 1
                    kind = session.client_id.split("authType=")[1].split(",")[0]
                    await session.write_json(f"/ext/{kind}", self.register)
                    await stream.receive()
                    return
                self.sessions.append(session)
                while True:
                    await self._handle(session, *await _packet(reader))
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            if session is not None and not session.ended:
                session.ended = "lost"

    async def _handle(self, session: Session, head: int, body: bytes) -> None:
        kind = head & 0xF0
        if kind == 0x30:
            size = int.from_bytes(body[:2], "big")
            topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
            packet_id = int.from_bytes(rest[:2], "big") if head & 6 else 0
            payload = rest[2:] if packet_id else rest
            body = _json(payload)
            session.said.append(
                Said(topic=topic, body=body, packet_id=packet_id, again=bool(head & 8), payload=payload)
            )
            if self.does_reply and topic.endswith("/post"):
                await session.write_json(topic + "_reply", {"id": body["id"], "code": 200, "data": {}, "message": "m"})
            if self.knows_time and topic.startswith("/ext/ntp/"):
                now = str(int(time.time() * 1000))
                told = {"deviceSendTime": body["deviceSendTime"], "serverRecvTime": now, "serverSendTime": now}
                await session.write_json(topic.replace("request", "response"), told)
            if packet_id and self.does_acknowledge:
                await session.write(b"\x40\x02" + packet_id.to_bytes(2, "big"))
        elif kind == 0x40:
            session.acknowledged.append(int.from_bytes(body, "big"))
        elif kind == 0x80:
            at = 2
            while at < len(body):
                size = int.from_bytes(body[at : at + 2], "big")
                session.filters.append(body[at + 2 : at + 2 + size].decode())
                at += 3 + size
            await session.write(b"\x90" + bytes([2 + len(session.filters)]) + body[:2] + b"\x01" * len(session.filters))
        elif kind == 0xC0:
            session.pings += 1
            if self.does_answer_pings:
                await session.write(b"\xd0\x00")
        elif kind == 0xE0:
            session.ended = "good-bye"


async def until(is_so: Any, within_s: float = 30) -> None:
    """Wait for something that another process brings about."""
    with anyio.fail_after(within_s):
        # Another process has no event for us to await.
        while not is_so():  # noqa: ASYNC110
            await anyio.sleep(0.002)


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return None


async def _packet(reader: BufferedByteReceiveStream) -> tuple[int, bytes]:
    head = (await reader.receive_exactly(1))[0]
    size, shift = 0, 0
    while True:
        digit = (await reader.receive_exactly(1))[0]
        size |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return head, await reader.receive_exactly(size) if size else b""


def _session_of(stream: anyio.abc.SocketStream, body: bytes) -> Session:
    assert body[:7] == b"\x00\x04MQTT\x04"
    assert body[7] == 0xC2
    texts, at = [], 10
    while at < len(body):
        size = int.from_bytes(body[at : at + 2], "big")
        texts.append(body[at + 2 : at + 2 + size].decode())
        at += 2 + size
    client_id, username, password = texts
    keepalive_s = int.from_bytes(body[8:10], "big")
    return Session(stream=stream, client_id=client_id, username=username, password=password, keepalive_s=keepalive_s)
