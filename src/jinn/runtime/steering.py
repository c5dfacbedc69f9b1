"""Telling a running engine that other users may come in now; those who may no longer are sent away."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from jinn.kernel import Unavailable
from jinn.runtime.ports import Bus

Wire = TypeVar("Wire")

_WITHIN_S = 5.0


class Steering:
    """Of one engine, over the bus of its system account."""

    def __init__(self, *, bus: Bus, write: Callable[[], None]) -> None:
        """`write`: writes the engine's configuration as it is to be."""
        self._bus = bus
        self._write = write

    async def reload(self) -> None:
        """Have the engine do what its configuration says now; users that it names no longer are sent away.

        Raises:
            Unavailable: `engine-away`; or `engine-reload`: it goes on as before.
        """
        self._write()
        answer = await self._ask(f"$SYS.REQ.SERVER.{await self._server()}.RELOAD", b"", _Answer)
        if answer.error is not None:
            raise Unavailable(f"The engine did not take it: {answer.error.description}", code="engine-reload")

    async def _server(self) -> str:
        return (await self._ask("$SYS.REQ.SERVER.PING.IDZ", b"", _Server)).id

    async def _ask(self, subject: str, payload: bytes, shape: type[Wire]) -> Wire:
        try:
            return msgspec.json.decode(await self._bus.request(subject, payload, within_s=_WITHIN_S), type=shape)
        except msgspec.MsgspecError as wrong:
            raise Unavailable("The engine's answer cannot be read.", code="bad-answer") from wrong


class _Error(msgspec.Struct, frozen=True):
    description: str = ""


class _Answer(msgspec.Struct, frozen=True):
    error: _Error | None = None


class _Server(msgspec.Struct, frozen=True):
    id: str
