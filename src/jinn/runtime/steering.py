"""Telling a running engine that others may come in now, and ending the lines of those who may not any more."""

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

    async def end_leafs(self, account: str) -> int:
        """End every line of that account's leafs, which a reload leaves open; says how many."""
        server = await self._server()
        state = await self._ask("$SYS.REQ.SERVER.PING.LEAFZ", b"", _Leafs)
        found = [leaf for leaf in state.data.leafs if leaf.account == account]
        for leaf in found:
            await self._ask(f"$SYS.REQ.SERVER.{server}.KICK", msgspec.json.encode({"cid": leaf.id}), _Answer)
        return len(found)

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


class _Leaf(msgspec.Struct, frozen=True):
    id: int
    account: str = ""


class _LeafsData(msgspec.Struct, frozen=True):
    leafs: list[_Leaf] = []


class _Leafs(msgspec.Struct, frozen=True):
    data: _LeafsData = _LeafsData()
