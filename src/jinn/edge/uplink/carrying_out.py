"""What becomes of the region's wishes at home: the newest are asked of things, and what came of each is told."""

import logging
from collections.abc import Mapping, Sequence
from typing import cast

import anyio
import msgspec

from jinn.edge.uplink.log import UplinkLog
from jinn.edge.uplink.model import Ended, Entry, Order, Wish, is_outdated, newest, outcome_of
from jinn.kernel import Clock, JinnError, ThingId, millis
from jinn.runtime import Database, Sql, Statement
from jinn.things import Json, ThingsRoom

BY = "region"

AT_ONCE = 16
"""Things that are asked at a time for wishes of the region; a thing that does not answer holds up only one of them."""

_WISHES_AT_ONCE = 20_000
"""Looked through for the newest of each property: what an hour of wishes comes to is asked once."""

_KEPT = 10_000
"""Ended wishes, for whoever asks what the region has done here."""

_log = logging.getLogger(__name__)
_values = msgspec.json.Decoder(dict[str, object])


class CarryingOut:
    """Asks things for what was wished, once `wake` is called; goes on after a restart with what was kept."""

    def __init__(self, *, log: UplinkLog, room: ThingsRoom, database: Database, clock: Clock) -> None:
        self._log = log
        self._room = room
        self._database = database
        self._clock = clock
        self._wished = anyio.Event()

    def wake(self) -> None:
        self._wished.set()

    async def run(self) -> None:
        while True:
            self._wished = anyio.Event()
            try:
                while await self._carry_out_some():
                    pass
            except JinnError as error:
                _log.warning("wishes of the region wait: %s", error)
            await self._wished.wait()

    async def _carry_out_some(self) -> bool:
        found = await self._database.read("uplink.open_wishes", count_max=_WISHES_AT_ONCE)
        if not found:
            return False
        kept = [
            Wish(
                int(row["seq"] or 0), str(row["id"]), str(row["thing"]), _values.decode(str(row["properties"])),
                int(row["expires_ms"] or 0), _values.decode(str(row["seen"])),
            )
            for row in found
        ]  # fmt: skip
        by_fate = newest(kept, millis(self._clock.now()))
        await self._end([(wish, "expired") for wish in by_fate.expired])
        await self._end([(wish, "superseded") for wish in by_fate.superseded])
        limiter = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as tasks:
            for order in by_fate.orders:
                tasks.start_soon(self._ask, order, limiter)
        await self._database.write(Statement(query="uplink.trim_wishes", values={"seq": kept[0].seq - _KEPT}))
        return True

    async def _ask(self, order: Order, limiter: anyio.CapacityLimiter) -> None:
        async with limiter:
            outdated = await self._outdated(order)
            await self._end([(wish, "outdated") for wish in outdated])
            order = order.without(outdated)
            if order.parts:
                outcomes = await self._asked(order)
                await self._end([(wish, outcome_of(names, outcomes)) for wish, names in order.parts])

    async def _asked(self, order: Order) -> Mapping[str, str]:
        """What came of each property; of all of them the same where nothing was asked."""
        values = cast("dict[str, Json]", order.values)
        try:
            results = await self._room.commander.set_properties(ThingId(order.thing), values, by=BY)
        except JinnError as no:
            return dict.fromkeys(values, no.stable_code())
        return {one.property: one.outcome.value for one in results}

    async def _outdated(self, order: Order) -> list[Wish]:
        """Those that were made before the region could know what the home has changed."""
        twin = self._room.twins.peek(ThingId(order.thing))
        now = {name: said.value for name, said in twin.reported.items()}
        if not any(is_outdated(wish, names, now, {}) for wish, names in order.parts):
            return []
        own: dict[str, object] = {}
        for row in await self._database.read("uplink.done_before", thing=order.thing):
            own = {**_values.decode(str(row["properties"])), **own}
        return [wish for wish, names in order.parts if is_outdated(wish, names, now, own)]

    async def _end(self, outcomes: Sequence[tuple[Wish, str]]) -> None:
        """Told in the commit that ends them, so behind the reports by which it is known."""
        if not outcomes:
            return
        now_ms = millis(self._clock.now())
        each: list[dict[str, Sql]] = [
            {"seq": wish.seq, "outcome": outcome, "at_ms": now_ms} for wish, outcome in outcomes
        ]
        ended = [Ended(wish.id, outcome, now_ms) for wish, outcome in outcomes]
        await self._database.write(
            Statement(query="uplink.end_wish", each=each), *self._log.statements(Entry(ended=ended))
        )
