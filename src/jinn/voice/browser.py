"""Satellites that come over a WebSocket: browsers, and whatever else speaks the contract of `/ws/satellite`."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
from litestar import WebSocket, websocket
from litestar.datastructures import State
from litestar.exceptions import WebSocketException
from litestar.handlers import WebsocketRouteHandler

from jinn.kernel import Forbidden, Invalid, JinnError, Unavailable
from jinn.voice.hearing import Hearing
from jinn.voice.model import Down, Trouble, Up
from jinn.voice.wire import EncodeTurn, Hello, read_up, write_down

_log = logging.getLogger(__name__)

Socket = WebSocket[object, object, State]
Admit = Callable[[Socket], Awaitable[bool]]
"""Whether whoever opened this socket may be a satellite; asked before it is accepted."""

_HELLO_WITHIN_S = 10.0
_UNREADABLE_MAX = 16
"""A program that keeps sending what cannot be read is not a satellite."""

_POLICY = 1008


class BrowserSatellite:
    """Keeps the `Satellite` port over one WebSocket."""

    def __init__(self, socket: Socket, hello: Hello, encode_turn: EncodeTurn) -> None:
        self.id = hello.id()
        self.manners = hello.manners()
        self._socket = socket
        self._encode_turn = encode_turn
        self._unreadable = 0

    async def ups(self) -> AsyncIterator[Up]:
        while (message := await _receive(self._socket)) is not None:
            try:
                up = read_up(message)
                if isinstance(up, Hello):
                    raise Invalid("A satellite says hello once.", code="hello-twice")
            except Invalid as problem:
                await self._refuse(problem)
                if self._unreadable >= _UNREADABLE_MAX:
                    return
                continue
            yield up

    async def show(self, down: Down) -> None:
        message = write_down(down, self._encode_turn)
        try:
            await (self._socket.send_bytes(message) if isinstance(message, bytes) else self._socket.send_text(message))
        except (WebSocketException, OSError, RuntimeError, anyio.ClosedResourceError) as error:
            # A socket that closes while we write says so in one of these ways, by server.
            raise Unavailable("The satellite has gone.", code="satellite-gone") from error

    async def _refuse(self, problem: Invalid) -> None:
        self._unreadable += 1
        await self.show(Trouble(problem=problem))


def routes(hearing: Hearing, *, admit: Admit, encode_turn: EncodeTurn) -> list[WebsocketRouteHandler]:
    """The handler of `/ws/satellite`."""

    @websocket("/ws/satellite")
    async def satellite(socket: Socket) -> None:
        if not await admit(socket):
            await socket.close(code=_POLICY, reason=Forbidden.code)
            return
        await socket.accept()
        try:
            hello = await _greet(socket)
        except JinnError as problem:
            await _part(socket, problem, encode_turn)
            return
        if hello is not None:
            await _attend(hearing, socket, BrowserSatellite(socket, hello, encode_turn), encode_turn)

    return [satellite]


async def _attend(hearing: Hearing, socket: Socket, satellite: BrowserSatellite, encode_turn: EncodeTurn) -> None:
    _log.info("The satellite %s has come", satellite.id)
    try:
        await hearing.attend(satellite)
    except* JinnError as problems:
        first = problems.exceptions[0]
        _log.info("The satellite %s is let go: %s", satellite.id, first)
        if isinstance(first, JinnError):
            await _part(socket, first, encode_turn)
    else:
        _log.info("The satellite %s has gone", satellite.id)
        await _close(socket)


async def _greet(socket: Socket) -> Hello | None:
    """The first message; None when nobody is there any more."""
    with anyio.move_on_after(_HELLO_WITHIN_S):
        message = await _receive(socket)
        if message is None:
            return None
        first = read_up(message)
        if isinstance(first, Hello):
            return first
    raise Invalid("A satellite says hello first.", code="hello-missing")


async def _receive(socket: Socket) -> str | bytes | None:
    """One message; None at the end."""
    event = await socket.receive()
    if event["type"] != "websocket.receive":
        return None
    text = event.get("text")
    return text if isinstance(text, str) else event.get("bytes") or b""


async def _part(socket: Socket, problem: JinnError, encode_turn: EncodeTurn) -> None:
    message = write_down(Trouble(problem=problem), encode_turn)
    assert isinstance(message, str)
    try:
        await socket.send_text(message)
    except (WebSocketException, OSError, RuntimeError):
        return
    await _close(socket)


async def _close(socket: Socket) -> None:
    try:
        await socket.close(code=_POLICY)
    except (WebSocketException, OSError, RuntimeError):
        _log.debug("The socket was closed already")
