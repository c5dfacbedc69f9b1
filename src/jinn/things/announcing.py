"""Telling everybody what was committed: at most once, since the twins are the truth."""

import logging
from collections.abc import Iterator, Sequence

import msgspec

from jinn.kernel import JinnError
from jinn.runtime import Bus
from jinn.things.door.model import TAKEOVER_SUBJECT, Takeover
from jinn.things.model import Thing
from jinn.things.twin import Twin
from jinn.things.wire import (
    HAPPENED_SUBJECT,
    PRESENCE_SUBJECT,
    REPLIED_SUBJECT,
    REPORTED_SUBJECT,
    HappenedBatch,
    PresenceBatch,
    Presented,
    RepliedBatch,
    Report,
    ReportedBatch,
)
from jinn.things.work import Work

EVENT_BYTES_MAX = 524_288
"""Half of what a bus message may have."""

_encoder = msgspec.json.Encoder()
_log = logging.getLogger(__name__)


class Announcer:
    """Publishes what came of a commit."""

    def __init__(self, *, bus: Bus) -> None:
        self._bus = bus

    async def announce(self, work: Work) -> None:
        """The events of one commit: reports, comings and goings, answers, what happened."""
        for payload in _in_parts(work.reports):
            await self._publish(REPORTED_SUBJECT, payload)
        if work.presences:
            await self._publish(PRESENCE_SUBJECT, _encoder.encode(PresenceBatch(presences=work.presences)))
        if work.replies:
            await self._publish(REPLIED_SUBJECT, _encoder.encode(RepliedBatch(replies=work.replies)))
        if work.happened:
            await self._publish(HAPPENED_SUBJECT, _encoder.encode(HappenedBatch(events=work.happened)))
        for thing in work.shut:
            await self.shut_out(thing)

    async def announce_change(self, twin: Twin, *, at_ms: int) -> None:
        """A twin changed without a report: a wish was made, or is void."""
        report = Report(thing=twin.thing, version=twin.version, at_ms=at_ms, properties={})
        await self._publish(REPORTED_SUBJECT, _encoder.encode(ReportedBatch(reports=[report])))

    async def announce_presence(self, twin: Twin, *, at_ms: int) -> None:
        presence = Presented(thing=twin.thing, online=twin.is_online, at_ms=at_ms)
        await self._publish(PRESENCE_SUBJECT, _encoder.encode(PresenceBatch(presences=[presence])))

    async def shut_out(self, thing: Thing) -> None:
        """Every door ends the connection of a thing that may not be here any more."""
        shut = Takeover(device=thing.device, session="", door="")
        await self._publish(TAKEOVER_SUBJECT, msgspec.msgpack.encode(shut))

    async def _publish(self, subject: str, payload: bytes) -> None:
        try:
            await self._bus.publish(subject, payload)
        except JinnError as error:
            _log.warning("%s was not told: %s", subject, error)


def _in_parts(reports: Sequence[Report]) -> Iterator[bytes]:
    """Mostly all at once; apart when together they would be too large."""
    if not reports:
        return
    payload = _encoder.encode(ReportedBatch(reports=list(reports)))
    if len(reports) < 2 or len(payload) <= EVENT_BYTES_MAX:
        yield payload
        return
    middle = len(reports) // 2
    yield from _in_parts(reports[:middle])
    yield from _in_parts(reports[middle:])
