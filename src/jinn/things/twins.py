"""Twins in memory, for speed; the truth is in the database, and a version that does not fit sends us back to it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import anyio

from jinn.kernel import ThingId
from jinn.runtime import Database
from jinn.things import store
from jinn.things.twin import Twin


class Twins:
    """Every thing's twin as this hub last saw it."""

    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._twins: dict[ThingId, Twin] = {}
        self._locks: dict[ThingId, anyio.Lock] = {}

    async def load(self) -> None:
        """Read all of them; before anything else is asked."""
        for row in await self._database.read("things.twins"):
            twin = store.twin_of(row)
            self._twins[twin.thing] = twin

    def peek(self, thing_id: ThingId) -> Twin:
        """What is known without asking; a thing that nobody has heard of yet has an empty twin."""
        return self._twins.get(thing_id) or Twin(thing=thing_id)

    async def get(self, thing_id: ThingId) -> Twin | None:
        """The twin; None when the thing was removed."""
        known = self._twins.get(thing_id)
        return known if known is not None else await self.reload(thing_id)

    async def reload(self, thing_id: ThingId) -> Twin | None:
        """As it is in the database."""
        rows = await self._database.read("things.twin", thing=thing_id)
        if not rows:
            self.drop(thing_id)
            return None
        twin = store.twin_of(rows[0])
        self.keep(twin)
        return twin

    def keep(self, twin: Twin) -> None:
        """Hold what was committed."""
        known = self._twins.get(twin.thing)
        if known is None or known.version <= twin.version:
            self._twins[twin.thing] = twin

    def drop(self, thing_id: ThingId) -> None:
        self._twins.pop(thing_id, None)
        lock = self._locks.get(thing_id)
        if lock is not None and not lock.locked():
            del self._locks[thing_id]

    def all(self) -> tuple[Twin, ...]:
        return tuple(self._twins.values())

    def online(self) -> tuple[Twin, ...]:
        return tuple(twin for twin in self._twins.values() if twin.is_online)

    @asynccontextmanager
    async def alone(self, thing_ids: Iterable[ThingId]) -> AsyncIterator[None]:
        """Nobody else of this hub changes these twins meanwhile; another hub is noticed by the version.

        Always taken in the order of the ids, so that two callers never wait for each other.
        """
        held: list[anyio.Lock] = []
        try:
            for thing_id in sorted(set(thing_ids)):
                lock = self._locks.get(thing_id)
                if lock is None:
                    lock = self._locks[thing_id] = anyio.Lock(fast_acquire=True)
                try:
                    lock.acquire_nowait()  # Mostly it is free, and asking so costs a third.
                except anyio.WouldBlock:
                    await lock.acquire()
                held.append(lock)
            yield
        finally:
            for lock in reversed(held):
                lock.release()
