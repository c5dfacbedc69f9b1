"""Taking the messages of a subject, one after the other."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio.abc
import msgspec

from jinn.kernel import JinnError
from jinn.runtime.ports import Bus

Read = TypeVar("Read")

_log = logging.getLogger(__name__)


async def follow(
    bus: Bus,
    subject: str,
    read: Callable[[bytes], Read],
    take: Callable[[Read], Awaitable[None] | None],
    *,
    task_status: anyio.abc.TaskStatus[None],
) -> None:
    """Hand every message of a subject to `take`, in order, until it is cancelled.

    A message that cannot be read, and one that `take` refuses, is logged and left: whoever sends one must not end
    those who listen.
    """
    async with bus.subscribe(subject) as messages:
        task_status.started()
        async for message in messages:
            try:
                taking = take(read(message.payload))
                if taking is not None:
                    await taking
            except (msgspec.MsgspecError, JinnError) as wrong:
                _log.warning("a message on %s was not taken: %s", message.subject, wrong)
