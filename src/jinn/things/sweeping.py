"""Noticing what nobody tells us: doors that died with their things, and commands whose hub did."""

import logging

import anyio
import anyio.abc

from jinn.kernel import Clock, Conflict, JinnError, NotFound, Unavailable, millis
from jinn.runtime import Database, Statement
from jinn.things import store
from jinn.things.announcing import Announcer
from jinn.things.delivering import Doors, Holding
from jinn.things.history.recording import note, presence_sample
from jinn.things.twin import Twin
from jinn.things.twins import Twins

EVERY_S = 5.0
DOOR_WITHIN_S = 2.0

LOOKS_MAX = 50
"""Things asked for at one look, some 10 ms; a large home is gone through in turns."""

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
            sample = presence_sample(before, after)
            noted = note([sample] if sample is not None else [], now_ms)
            await database.write(*store.save_twin(after, was=before), *noted)
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
        self._looked_at = ""

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        while True:
            try:
                await self.sweep()
            except JinnError as error:
                _log.warning("the sweep was cut short: %s", error)
            await anyio.sleep(self._every_s)

    async def sweep(self) -> None:
        """One look at the things that seem to be here, and at commands that nobody will end any more.

        After a hub and its door were killed together, nobody else would ever tell that a thing is gone.
        """
        now_ms = millis(self._clock.now())
        await self._database.write(Statement(query="things.abandon_commands", values={"now_ms": now_ms - _GRACE_MS}))
        silent: set[str] = set()
        for twin in self._next_online():
            door = twin.door or ""
            if door in silent:
                continue
            holding = await self._holding(twin)
            if holding == "no-door":
                silent.add(door)
            elif holding == "not-held":
                await self._note_gone(twin)
        self._misses = {door: self._misses.get(door, 0) + 1 for door in silent}
        for twin in self._twins.online():
            if self._misses.get(twin.door or "", 0) >= _MISSES_MAX:
                await self._note_gone(twin)

    def _next_online(self) -> list[Twin]:
        """The next few in the order of their ids, from the start again after the last."""
        online = sorted(self._twins.online(), key=lambda twin: twin.thing)
        after = [twin for twin in online if twin.thing > self._looked_at]
        chosen = (after + online)[: min(LOOKS_MAX, len(online))]
        self._looked_at = chosen[-1].thing if chosen else ""
        return chosen

    async def _holding(self, twin: Twin) -> Holding:
        if not twin.door:
            return "no-door"
        try:
            thing = self._doors.registry.thing(twin.thing)
            device = self._doors.connection_of(thing).device
            return await self._doors.holds(twin.door, device, within_s=DOOR_WITHIN_S)
        except NotFound:
            return "held"  # It was removed meanwhile; there is nothing to note.
        except Unavailable:
            return "held"  # The door is slow or the bus away: that says nothing about the thing.

    async def _note_gone(self, twin: Twin) -> None:
        await note_gone(twin, database=self._database, twins=self._twins, announcer=self._announcer, clock=self._clock)
