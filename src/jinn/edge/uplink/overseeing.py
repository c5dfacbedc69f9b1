"""What an operator of many homes sees of them: which are there, what was, and what became of wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from jinn.kernel import Clock, NotFound, millis
from jinn.runtime import Database, Row, Sql

HERE_WITHIN_S = 6.0
"""A home asks once a second; one that was not heard for so long is away."""

_values = msgspec.json.Decoder(dict[str, object])
_value = msgspec.json.Decoder(object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which a home could not keep all that it had to tell; `missed` of its rows were never told."""

    since_ms: int
    until_ms: int
    missed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSeen:
    """A home as the region knows it.

    Attributes:
        is_here: it was heard within `HERE_WITHIN_S`.
        waiting: wishes that it has not taken yet.
        gap: the last one.
    """

    home: str
    is_here: bool
    seen_ms: int
    things: int
    waiting: int
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """A wish and how far it has come.

    Attributes:
        taken_ms: when the region knew that the home has it; None: it is kept here.
        outcome: what came of it, by the home's own word; None: not known yet. `expired` is known here, too.
    """

    id: str
    home: str
    thing: str
    properties: Mapping[str, object]
    at_ms: int
    expires_ms: int
    taken_ms: int | None
    outcome: str | None
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a property was, the last value of each minute in which it was told, oldest first; and where it has gaps."""

    samples: Sequence[tuple[int, object]]
    gaps: Sequence[Gap]


class Overseer:
    """Reads the region's database; it changes nothing."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def wished(self, home: str, wish: str) -> Wished:
        """Raises `NotFound`: `wish-not-found`; of those that have ended the last thousand are known."""
        rows = await self._database.read("region.wish", home=home, id=wish)
        if not rows:
            raise NotFound(f"There is no wish {wish[:64]!r} of {home[:40]}.", code="wish-not-found")
        return self._wished(home, rows[0])

    async def all_wished(self, home: str, *, count_max: int = 100) -> list[Wished]:
        """The newest first."""
        rows = await self._database.read("region.wishes", home=home, count_max=count_max)
        return [self._wished(home, row) for row in rows]

    async def homes(self) -> list[HomeSeen]:
        """Every home that was ever heard."""
        now_ms = millis(self._clock.now())
        waiting = {
            str(row["home"]): int(row["waiting"] or 0)
            for row in await self._database.read("region.count_waiting", now_ms=now_ms)
        }
        things = {str(row["home"]): int(row["things"] or 0) for row in await self._database.read("region.count_things")}
        found = []
        for row in await self._database.read("region.homes"):
            home, seen_ms = str(row["home"]), int(row["seen_ms"] or 0)
            gaps = await self._gaps(home, since_ms=0, count_max=1)
            found.append(
                HomeSeen(
                    home=home, is_here=now_ms - seen_ms < HERE_WITHIN_S * 1000, seen_ms=seen_ms,
                    things=things.get(home, 0), waiting=waiting.get(home, 0), gap=gaps[0] if gaps else None,
                )
            )  # fmt: skip
        return found

    async def past(self, home: str, thing: str, prop: str, *, since_ms: int, count_max: int = 500) -> Past:
        """The newest `count_max` samples since then."""
        rows = await self._database.read(
            "region.past", home=home, thing=thing, property=prop, since_ms=since_ms, count_max=count_max
        )
        samples = [(int(row["at_ms"] or 0), _value.decode(str(row["value"]))) for row in reversed(rows)]
        gaps = await self._gaps(home, since_ms=since_ms, count_max=100)
        return Past(samples=samples, gaps=gaps[::-1])

    async def _gaps(self, home: str, *, since_ms: int, count_max: int) -> list[Gap]:
        rows = await self._database.read("region.gaps", home=home, since_ms=since_ms, count_max=count_max)
        return [
            Gap(since_ms=int(row["since_ms"] or 0), until_ms=int(row["until_ms"] or 0), missed=int(row["missed"] or 0))
            for row in rows
        ]

    def _wished(self, home: str, row: Row) -> Wished:
        outcome = None if row["outcome"] is None else str(row["outcome"])
        taken_ms, expires_ms = _or_none(row["taken_ms"]), int(row["expires_ms"] or 0)
        if outcome is None and taken_ms is None and expires_ms <= millis(self._clock.now()):
            outcome = "expired"
        return Wished(
            id=str(row["id"]), home=home, thing=str(row["thing"]), properties=_values.decode(str(row["properties"])),
            at_ms=int(row["at_ms"] or 0), expires_ms=expires_ms, taken_ms=taken_ms, outcome=outcome,
            ended_ms=_or_none(row["ended_ms"]),
        )  # fmt: skip


def _or_none(value: Sql) -> int | None:
    return None if value is None else int(value)
