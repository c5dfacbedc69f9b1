"""What happened to things: the events that they told, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import msgspec

from jinn.kernel import Names, ThingId
from jinn.runtime import Database, Row
from jinn.things.history.ports import Models
from jinn.things.thing_model import EventKind
from jinn.things.values import Json

_outputs = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of a thing; `kind` and `names` as its model states them now."""

    id: str
    thing: ThingId
    event: str
    names: Names
    kind: EventKind
    at_ms: int
    outputs: Mapping[str, Json]


class Happenings:
    """The events of all things."""

    def __init__(self, *, database: Database, models: Models) -> None:
        self._database = database
        self._models = models

    async def of_thing(self, thing: ThingId, *, count_max: int) -> list[Happening]:
        """The newest first. Raises `NotFound` for a thing that is none."""
        self._models.thing(thing)
        rows = await self._database.read("things.events_of_thing", thing=thing, count_max=count_max)
        return [self._happened(thing, row) for row in rows]

    async def between(self, thing: ThingId, event: str, *, from_ms: int, to_ms: int) -> list[Happening]:
        """One event of one thing, oldest first."""
        rows = await self._database.read(
            "history.events_between", thing=thing, event=event, from_ms=from_ms, to_ms=to_ms
        )
        return [self._happened(thing, row) for row in rows]

    def _happened(self, thing: ThingId, row: Row) -> Happening:
        event = str(row["event"])
        product = self._models.product_of(self._models.thing(thing))
        known = product.model.events.get(event)
        label = known.name or event if known is not None else event
        return Happening(
            id=str(row["id"]),
            thing=thing,
            event=event,
            names=product.event_names.get(event) or Names(en=label, zh=label),
            kind=known.kind if known is not None else EventKind.INFO,
            at_ms=int(row["at_ms"] or 0),
            outputs=cast("dict[str, Json]", _outputs.decode(str(row["outputs"]))),
        )
