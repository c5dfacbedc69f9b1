"""Events that cannot be lost: written with the change they tell of, published after it, forgotten once stored."""

import itertools
import logging
import re
import secrets

import anyio
import anyio.abc

from jinn.kernel import Clock, Unavailable, millis
from jinn.runtime.ports import Database, EventStream, Sql, Statement

STREAM = "EVENTS"
SUBJECTS = ("ev.*.registry", "ev.*.firmware")
"""Subjects of events that go through the outbox. Telemetry does not: twins hold its truth."""

_BATCH = 100
_LOOK_EVERY_S = 0.1
_RETRY_AFTER_S = 0.5
_SUBJECT = re.compile(r"ev(\.[A-Za-z0-9_-]+)+")

_log = logging.getLogger(__name__)
_count = itertools.count()


def event(subject: str, payload: bytes, clock: Clock) -> Statement:
    """The statement that puts an event into the same change as what it tells of.

    Args:
        payload: UTF-8, in practice JSON: it is kept as text, so that people can read the table.
    """
    assert _SUBJECT.fullmatch(subject), subject
    # Ids sort as they were made, also within one millisecond; the random end keeps two hubs apart.
    at_ms = millis(clock.now())
    event_id = f"{at_ms:014d}-{next(_count):012d}-{secrets.token_hex(4)}"
    values: dict[str, Sql] = {
        "id": event_id,
        "subject": subject,
        "payload": payload.decode(),
        "at_ms": millis(clock.now()),
    }
    return Statement(query="runtime.keep_event", values=values, rows=1)


class OutboxRelay:
    """A `Service` that moves events from the table to the stream, oldest first, each at least once."""

    name = "outbox"

    def __init__(self, *, database: Database, bus: EventStream, subjects: tuple[str, ...] = SUBJECTS) -> None:
        self._database = database
        self._bus = bus
        self._subjects = subjects
        self._is_troubled = False

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Ready at once: while the stream cannot be reached events wait in the table."""
        task_status.started()
        is_open = False
        while True:
            try:
                if not is_open:
                    await self._bus.open_stream(STREAM, self._subjects)
                    is_open = True
                moved = await self._move_batch()
            except Unavailable as trouble:
                if not self._is_troubled:
                    _log.warning("events wait in the outbox: %s", trouble.sentence)
                self._is_troubled = True
                await anyio.sleep(_RETRY_AFTER_S)
                continue
            self._is_troubled = False
            if moved < _BATCH:
                await anyio.sleep(_LOOK_EVERY_S)

    async def waiting(self) -> int:
        """How many events have not been acknowledged yet."""
        rows = await self._database.read("runtime.count_events")
        return int(rows[0]["waiting"] or 0)

    async def _move_batch(self) -> int:
        rows = await self._database.read("runtime.oldest_events", count_max=_BATCH)
        stored: list[Statement] = []
        try:
            for row in rows:
                event_id, payload = str(row["id"]), str(row["payload"]).encode()
                await self._bus.keep(str(row["subject"]), payload, event_id=event_id)
                stored.append(Statement(query="runtime.forget_event", values={"id": event_id}))
        finally:
            # Those before a failure were stored. Should this be lost too, they are sent again with the same id.
            if stored:
                with anyio.CancelScope(shield=True):
                    await self._database.write(*stored)
        return len(rows)
