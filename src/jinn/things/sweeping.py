"""Noticing what nobody tells us: doors that died with their things, and commands whose hub did."""

import logging

import anyio
import anyio.abc

from jinn.kernel import Clock, Conflict, JinnError, millis
from jinn.runtime import Database, Statement
from jinn.things import store
from jinn.things.announcing import Announcer
from jinn.things.delivering import Doors
from jinn.things.twin import Twin
from jinn.things.twins import Twins

EVERY_S = 5.0
DOOR_WITHIN_S = 2.0

_GRACE_MS = 60_000
"""A hub that lives writes the outcome of its own commands long before."""

_MISSES_MAX = 2
"""A door that restarts under the same name, or a bus that does, may be away for one look."""

_log = logging.getLogger(__name__)


async def note_gone(twin: Twin, *, database: Database, twins: Twins, announcer: Announcer, clock: Clock) -> None:
    """The connection that this twin names is no more; nothing happens when the thing has a new one already."""
    async with twins.alone([twin.thing]):
        now_ms = millis(clock.now())
        before = await twins.reload(twin.thing)
        after = before.leave(session=twin.session or "", at_ms=twin.seen_ms or now_ms) if before is not None else None
        if before is None or after is None or after is before:
            return
        try:
            await database.write(*store.save_twin(after, was=before))
        except Conflict:
            return  # It has just said something, so it is not gone.
        twins.keep(after)
    await announcer.announce_presence(after, at_ms=now_ms)


class Sweeper:
    """Looks now and then."""

    name = "things-sweeper"

    def __init__(
        self,
        *,
        database: Database,
        twins: Twins,
        doors: Doors,
        announcer: Announcer,
        clock: Clock,
        every_s: float = EVERY_S,
    ) -> None:
        self._database = database
        self._twins = twins
        self._doors = doors
        self._announcer = announcer
        self._clock = clock
        self._every_s = every_s
        self._misses: dict[str, int] = {}

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        while True:
            try:
                await self.sweep()
            except JinnError as error:
                _log.warning("the sweep was cut short: %s", error)
            await anyio.sleep(self._every_s)

    async def sweep(self) -> None:
        """One look at every door that holds a thing, and at commands that nobody will end any more."""
        held = self._twins.online()
        doors = {twin.door or "" for twin in held}
        for door in doors:
            is_there = bool(door) and await self._doors.is_there(door, within_s=DOOR_WITHIN_S)
            self._misses[door] = 0 if is_there else self._misses.get(door, 0) + 1
        self._misses = {door: misses for door, misses in self._misses.items() if door in doors}
        for twin in held:
            if self._misses[twin.door or ""] >= _MISSES_MAX:
                await note_gone(
                    twin, database=self._database, twins=self._twins, announcer=self._announcer, clock=self._clock
                )
        now_ms = millis(self._clock.now())
        await self._database.write(Statement(query="things.abandon_commands", values={"now_ms": now_ms - _GRACE_MS}))
