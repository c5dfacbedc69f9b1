"""Small things to write down that nobody waits for: gathered, and written together a moment later."""

import logging
from collections import deque

import anyio
import anyio.abc

from jinn.kernel import JinnError, Unavailable
from jinn.runtime import Database, Statement

WAITING_MAX = 20_000
"""Some seconds' worth at the busiest; while the database is away the oldest make room, and are counted."""

_EVERY_S = 0.1
_AT_ONCE = 500

_log = logging.getLogger(__name__)


class Later:
    """A service."""

    name = "edge-later"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Statement] = deque()
        self.dropped = 0

    def add(self, *statements: Statement) -> None:
        for statement in statements:
            if len(self._waiting) >= WAITING_MAX:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(statement)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        try:
            while True:
                await anyio.sleep(_EVERY_S)
                await self.flush()
        finally:
            with anyio.move_on_after(1.0, shield=True):
                await self.flush()

    async def flush(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
            try:
                await self._database.write(*batch)
            except Unavailable:
                self._waiting.extendleft(reversed(batch))
                return
            except JinnError as wrong:
                _log.error("%d notes of rules were not kept: %s", len(batch), wrong.sentence)
