"""What was committed and a function has not worked on yet: noted with the commit, claimed before anything is wished."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import msgspec

from jinn.edge.functions.deploying import Functions
from jinn.edge.functions.model import HomeEvent, listens
from jinn.edge.unheard import OPEN_MAX, event_key, next_seq, report_key
from jinn.kernel import Clock, Conflict, millis
from jinn.runtime import Database, Sql, Statement
from jinn.things import Happened, Presented, Report

WAITING_MAX: Final = 10_000
_decoder = msgspec.json.Decoder(HomeEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One event on its way to the functions that listen.

    Attributes:
        key: by which it is known whoever tells it; empty where it was never noted.
        only: the one function that is told again.
    """

    event: HomeEvent
    key: str = ""
    only: str = ""
    at_ms: int = 0


class EventNotes:
    """The notes of all functions of a hub."""

    def __init__(self, *, functions: Functions, database: Database, clock: Clock) -> None:
        self._functions = functions
        self._database = database
        self._clock = clock
        self._open: dict[str, set[str]] = {}
        self._done: list[dict[str, Sql]] = []

    def witness(
        self, reports: Sequence[Report], presences: Sequence[Presented], happened: Sequence[Happened]
    ) -> list[Statement]:
        """`Ingest` asks it with each commit."""
        running = self._functions.running()
        if not running or len(self._open) >= OPEN_MAX:
            return []
        now_ms = millis(self._clock.now())
        each: list[dict[str, Sql]] = []
        for noted in (*events_of_reports(reports), *events_of(happened)):
            event = noted.event
            names = {one.name for one, manifest in running if listens(manifest, event.kind, event.thing, event.name)}
            if not names:
                continue
            self._open[noted.key] = names
            row: dict[str, Sql] = {"key": noted.key, "at_ms": now_ms, "event": msgspec.json.encode(event).decode()}
            each += [{**row, "name": name, "seq": next_seq(now_ms)} for name in names]
        return [Statement(query="functions.add_unheard", each=each)] if each else []

    async def waiting(self) -> list[Noted]:
        """What an earlier hub noted and left; from here on these notes are this hub's."""
        found = []
        for row in await self._database.read("functions.unheard", count_max=WAITING_MAX):
            name, key = str(row["name"]), str(row["key"])
            if name in self._open.get(key, ()):
                continue  # This hub took it in itself a moment ago, and the bus is telling it.
            self._open.setdefault(key, set()).add(name)
            event = _decoder.decode(str(row["event"]))
            found.append(Noted(event=event, key=key, only=name, at_ms=int(row["at_ms"] or 0)))
        return found

    async def claim(self, noted: Noted, name: str) -> bool:
        """Before what cannot be undone: False when it was done already. Raises `Unavailable`: nobody knows."""
        if not self._take(noted.key, name):
            return True  # Noted by nobody, or by another hub, for which this is its first telling here.
        values: dict[str, Sql] = {"name": name, "key": noted.key}
        try:
            await self._database.write(Statement(query="functions.heard", values=values, rows=1))
        except Conflict:
            return False
        return True

    def forget(self, noted: Noted, name: str) -> None:
        """Nothing came of it, or it was let go; written down a moment later."""
        if self._take(noted.key, name):
            self._done.append({"name": name, "key": noted.key})

    def forget_rest(self, noted: Noted) -> None:
        for name in (noted.only,) if noted.only else tuple(self._open.get(noted.key, ())):
            self.forget(noted, name)

    async def flush(self) -> None:
        done, self._done = self._done, []
        if done:
            await self._database.write(Statement(query="functions.heard", each=done))

    def _take(self, key: str, name: str) -> bool:
        names = self._open.get(key)
        if names is None or name not in names:
            return False
        names.discard(name)
        if not names:
            del self._open[key]
        return True


def events_of_reports(reports: Sequence[Report]) -> Iterator[Noted]:
    return (
        Noted(
            event=HomeEvent(kind="things", thing=report.thing, name=name, value=value, at_ms=report.at_ms),
            key=f"{report_key(report.thing, report.version)} {name}",
        )
        for report in reports
        for name, value in report.properties.items()
    )


def events_of(happened: Sequence[Happened]) -> Iterator[Noted]:
    return (
        Noted(
            event=HomeEvent(
                kind="events", thing=one.thing, name=one.event, value=cast("object", one.outputs), at_ms=one.at_ms
            ),
            key=event_key(one),
        )
        for one in happened
    )
