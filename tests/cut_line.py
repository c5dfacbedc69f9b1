"""A line between two ports of this machine that can be cut."""

from dataclasses import dataclass, field

import anyio
import anyio.abc


@dataclass(slots=True)
class Line:
    """Bytes from one port to another, for as long as nobody has cut it."""

    to_port: int
    port: int = 0
    is_cut: bool = False
    open: set[anyio.abc.SocketStream] = field(default_factory=set)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        self.port = int(listener.extra(anyio.abc.SocketAttribute.local_port))
        task_status.started()
        async with listener:
            await listener.serve(self._join)

    async def cut(self) -> None:
        self.is_cut = True
        for stream in tuple(self.open):
            await stream.aclose()

    def mend(self) -> None:
        self.is_cut = False

    async def _join(self, near: anyio.abc.SocketStream) -> None:
        async with near:
            if self.is_cut:
                return
            try:
                far = await anyio.connect_tcp("127.0.0.1", self.to_port)
            except OSError:
                return
            async with far, anyio.create_task_group() as tasks:
                self.open |= {near, far}
                tasks.start_soon(_copy, near, far, tasks.cancel_scope)
                await _copy(far, near, tasks.cancel_scope)
            self.open -= {near, far}


async def _copy(one: anyio.abc.SocketStream, other: anyio.abc.SocketStream, scope: anyio.CancelScope) -> None:
    try:
        async for chunk in one:
            await other.send(chunk)
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        pass
    scope.cancel()
