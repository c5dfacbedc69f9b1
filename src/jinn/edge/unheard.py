"""What was committed and nobody has heard of yet: written with the commit itself, and gone once it was heard.

What a commit tells goes over the bus, at most once, and a hub that is killed right then has heard nothing. So whoever
must not miss it leaves a note in the very commit that takes it in, and takes it away when what came of it is kept.
"""

import itertools
import secrets
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import msgspec

from jinn.kernel import Clock, ThingId, millis
from jinn.runtime import Database, Sql, Statement
from jinn.things import Happened, HappenedBatch, Json, PresenceBatch, Presented, Report, ReportedBatch, Twin

LATE_MS_MAX: Final = 60_000
"""What happened longer ago than this is not acted on any more: it is told as missed. A hub is back in seconds, a box
that lost its power within a minute; a light that goes on later than that surprises whoever is asleep by then.
"""

OPEN_MAX: Final = 50_000
"""Notes that this hub has made and not heard back yet; those beyond are found by the look at the table."""

_AT_ONCE: Final = 500
_HUB: Final = secrets.token_hex(4)
_count = itertools.count()
_encoder = msgspec.json.Encoder()


class ReportNote(msgspec.Struct, frozen=True, tag="report", tag_field="is"):
    """A report; `before` is what was known of these properties, those left out had never been told."""

    thing: str
    version: int
    at_ms: int
    properties: dict[str, object]
    before: dict[str, object]


class PresenceNote(msgspec.Struct, frozen=True, tag="presence", tag_field="is"):
    presence: Presented


class EventNote(msgspec.Struct, frozen=True, tag="event", tag_field="is"):
    event: Happened


Note = ReportNote | PresenceNote | EventNote
Batch = ReportedBatch | PresenceBatch | HappenedBatch
_decoder: msgspec.json.Decoder[Note] = msgspec.json.Decoder(Note)


class Concerns(Protocol):
    """What somebody must not miss. Asked with every commit, so each answer is one look in an index."""

    def reports(self, thing: ThingId, name: str) -> bool:
        """Whether a change of that property."""
        ...

    def presences(self, thing: ThingId) -> bool: ...

    def events(self, thing: ThingId, event: str) -> bool: ...


class Unheard:
    """The notes of one reader."""

    def __init__(
        self, reader: str, *, concerns: Concerns, twin: Callable[[ThingId], Twin], database: Database, clock: Clock
    ) -> None:
        self._reader = reader
        self._concerns = concerns
        self._twin = twin
        self._database = database
        self._clock = clock
        self._open: set[str] = set()

    def witness(
        self, reports: Sequence[Report], presences: Sequence[Presented], happened: Sequence[Happened]
    ) -> list[Statement]:
        """`Ingest` asks it with each commit, before its twins are held."""
        concerns = self._concerns
        notes: list[tuple[str, Note]] = list(self._changes(reports))
        notes += [(presence_key(one), PresenceNote(one)) for one in presences if concerns.presences(ThingId(one.thing))]
        notes += [
            (event_key(one), EventNote(one)) for one in happened if concerns.events(ThingId(one.thing), one.event)
        ]
        if not notes:
            return []
        if len(self._open) < OPEN_MAX:
            self._open.update(key for key, _ in notes)
        return [add_notes(self._reader, notes, millis(self._clock.now()))]

    def _changes(self, reports: Sequence[Report]) -> Iterator[tuple[str, Note]]:
        """What sets nothing off unless it is new: only properties that changed."""
        said_before: dict[tuple[str, str], object] = {}
        for report in reports:
            thing = ThingId(report.thing)
            before: dict[str, object] = {}
            changed: dict[str, object] = {}
            for name, value in report.properties.items():
                if not self._concerns.reports(thing, name):
                    continue
                known = self._twin(thing).reported.get(name)
                was = said_before.get((thing, name), _NEVER if known is None else known.value)
                said_before[thing, name] = value
                if was != value or type(was) is not type(value):
                    changed[name] = value
                    if was is not _NEVER:
                        before[name] = was
            if changed:
                yield (
                    report_key(report.thing, report.version),
                    ReportNote(report.thing, report.version, report.at_ms, changed, before),
                )

    def keys_of(self, batch: Batch) -> list[str]:
        """The notes of this hub about what the batch tells."""
        if not self._open:
            return []
        return [key for key in _keys(batch) if key in self._open]

    def heard(self, keys: Sequence[str]) -> Statement:
        """What makes a hub that starts not hear them again."""
        self._open.difference_update(keys)
        return drop_notes(self._reader, keys)

    async def notes(self, *, least_ms: int = 0) -> list[tuple[str, int, Note]]:
        """What nobody has heard of for so long, in the order in which it was committed: key, moment, note."""
        now_ms = millis(self._clock.now())
        rows = await self._database.read(
            # What is of the future was written before the clock was set back.
            "edge.unheard", reader=self._reader, before_ms=now_ms - least_ms + 1, after_ms=now_ms + LATE_MS_MAX,
            count_max=_AT_ONCE,
        )  # fmt: skip
        return [(str(row["key"]), int(row["at_ms"] or 0), _decoder.decode(str(row["body"]))) for row in rows]


_NEVER: Final = object()


def is_too_late(at_ms: int, now_ms: int) -> bool:
    """A clock that was set meanwhile does not tell how long ago it was: then it is too late, too."""
    return not -LATE_MS_MAX <= now_ms - at_ms <= LATE_MS_MAX


def report_key(thing: str, version: int) -> str:
    return f"p {thing} {version}"


def presence_key(one: Presented) -> str:
    return f"c {one.thing} {one.online} {one.at_ms}"


def event_key(one: Happened) -> str:
    return f"e {one.id}"


def _keys(batch: Batch) -> Iterator[str]:
    match batch:
        case ReportedBatch(reports=reports):
            return (report_key(one.thing, one.version) for one in reports)
        case PresenceBatch(presences=presences):
            return (presence_key(one) for one in presences)
        case HappenedBatch(events=events):
            return (event_key(one) for one in events)


def add_notes(reader: str, notes: Sequence[tuple[str, Note]], now_ms: int) -> Statement:
    each: list[dict[str, Sql]] = [
        {
            "reader": reader,
            "key": key,
            "seq": next_seq(now_ms),
            "at_ms": now_ms,
            "body": _encoder.encode(note).decode(),
        }
        for key, note in notes
    ]
    return Statement(query="edge.add_unheard", each=each)


def next_seq(now_ms: int) -> str:
    """Notes are heard in the order of these; those of two hubs never have the same."""
    return f"{now_ms:014d}-{next(_count):012d}-{_HUB}"


def drop_notes(reader: str, keys: Sequence[str]) -> Statement:
    return Statement(query="edge.heard", each=[{"reader": reader, "key": key} for key in keys])


def values_of(note: ReportNote) -> Iterator[tuple[str, Json, Json | None, bool]]:
    """Of each property: what it is, what it was, and whether that was known."""
    for name, value in note.properties.items():
        yield name, value, note.before.get(name), name in note.before  # type: ignore[misc]  # JSON, as it was decoded.
