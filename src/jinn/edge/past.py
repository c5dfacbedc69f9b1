"""The past as rules are tried on it: `ports.Past` on the history of things."""

from collections.abc import AsyncIterator, Collection

from jinn.edge.ports import ONLINE, PastEvent, PastReport
from jinn.kernel import NotFound, ThingId
from jinn.things import ThingsRoom


class RoomPast:
    """Reads what the things room keeps of its past."""

    def __init__(self, room: ThingsRoom) -> None:
        self._room = room

    async def between(
        self, properties: Collection[tuple[ThingId, str]], events: Collection[tuple[ThingId, str]], *,
        from_ms: int, to_ms: int,
    ) -> AsyncIterator[PastReport | PastEvent]:  # fmt: skip
        told: list[PastReport | PastEvent] = []
        for thing, name in properties:
            told += await (self._coming(thing, from_ms, to_ms) if name == ONLINE else self._series(
                thing, name, from_ms, to_ms
            ))  # fmt: skip
        for thing, event in events:
            told += await self._events(thing, event, from_ms, to_ms)
        for one in sorted(told, key=lambda one: one.at_ms):
            yield one

    async def _series(self, thing: ThingId, name: str, from_ms: int, to_ms: int) -> list[PastReport]:
        try:
            rows = await self._room.history.changes(thing, name, from_ms=from_ms, to_ms=to_ms)
        except NotFound:
            return []
        return [
            PastReport(thing=thing, property=name, value=row.text if row.value is None else row.value, at_ms=row.at_ms)
            for row in rows
        ]

    async def _coming(self, thing: ThingId, from_ms: int, to_ms: int) -> list[PastReport]:
        return [
            PastReport(thing=thing, property=ONLINE, value=bool(one.value), at_ms=one.at_ms)
            async for one in self._room.history.raw(thing, from_ms, to_ms)
            if one.property == ONLINE
        ]

    async def _events(self, thing: ThingId, event: str, from_ms: int, to_ms: int) -> list[PastEvent]:
        happened = await self._room.happenings.between(thing, event, from_ms=from_ms, to_ms=to_ms)
        return [
            PastEvent(thing=thing, event=event, outputs=one.outputs, at_ms=one.at_ms, id=one.id) for one in happened
        ]
