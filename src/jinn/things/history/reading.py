"""Asking for the past: a series for a chart, changes for a sentence, everything for a rule that is tried out."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import anyio

from jinn.kernel import Clock, Invalid, JinnError, NotFound, ThingId, millis
from jinn.runtime import Database, Row
from jinn.things.history.filing import Filing, told_of
from jinn.things.history.joining import Slot, Window, line, merged
from jinn.things.history.model import HOLDS_OVER_MS, ONLINE, Kind, Sample, Series, Told, absences, kind_of, series_id
from jinn.things.history.ports import Models
from jinn.things.history.thinning import ALIVE_EVERY_S, FINE_MS, HOUR_MS
from jinn.things.thing_model import NumberType, Property

POINTS_MAX: Final = 1_000
STEP_MS_MIN: Final = 1_000
SPAN_MS_MAX: Final = 800 * 86_400_000
"""A little more than is kept."""

_ALIVE_SLACK_MS: Final = int(3 * ALIVE_EVERY_S * 1000)
_CHANGES_MAX: Final = 20_000
_PAGE: Final = 500
_RAW_PAGE_MS: Final = 3_600_000


class History:
    """The past of all things."""

    def __init__(self, *, database: Database, models: Models, clock: Clock) -> None:
        self.filing = Filing(database)
        self._database = database
        self._models = models
        self._clock = clock

    def property_of(self, thing: ThingId, name: str) -> Property:
        """Raises `NotFound` with code `unknown-property`, or for a thing that is none."""
        found = self._models.product_of(self._models.thing(thing)).model.properties.get(name)
        if found is None:
            raise NotFound(f"There is no property {name[:80]!r}.", code="unknown-property", property=name[:80])
        return found

    async def series(self, thing: ThingId, name: str, *, from_ms: int, to_ms: int, points: int = 300) -> Series:
        """A property from one moment to another, in at most so many equal steps.

        Raises:
            NotFound: there is no such thing or property.
            Invalid: code `bad-range`.
        """
        if not 0 <= from_ms < to_ms <= 2**53 or to_ms - from_ms > SPAN_MS_MAX or not 1 <= points <= POINTS_MAX:
            raise Invalid(
                f"A stretch of up to {SPAN_MS_MAX // 86_400_000} days in 1 to {POINTS_MAX} points is asked for.",
                code="bad-range",
            )
        member = self.property_of(thing, name)
        kind = kind_of(member.type)
        step_ms = max(STEP_MS_MIN, -(-(to_ms - from_ms) // points))
        window = Window(from_ms=from_ms, to_ms=to_ms, step_ms=step_ms, now_ms=millis(self._clock.now()))
        series = series_id(thing, name)
        await self.filing.file()
        slots = merged(await self._tiers(series, window, kind))
        before = await self._before(series, kind, from_ms)
        gaps = await self.gaps(thing, from_ms=from_ms, to_ms=to_ms, told=before)
        return Series(
            thing=thing,
            property=name,
            kind=kind,
            from_ms=from_ms,
            to_ms=to_ms,
            step_ms=step_ms,
            points=line(slots, window, kind=kind, before=before, gaps=gaps),
            unit=member.type.unit if isinstance(member.type, NumberType) else "",
        )

    async def gaps(
        self, thing: ThingId, *, from_ms: int, to_ms: int, told: Told | None = None
    ) -> list[tuple[int, int]]:
        """When the thing could not be known, since `told` or the start of the stretch; only what ends a value."""
        start_ms = min(from_ms, told.at_ms) if told is not None else from_ms
        to_ms = min(to_ms, millis(self._clock.now()))
        series = series_id(thing, ONLINE)
        before = await self._before(series, "state", start_ms + 1)
        online = await self._rows(series, start_ms, to_ms)
        running = await self._database.read("history.running_between", from_ms=start_ms, to_ms=to_ms)
        # A stretch ends with its last sign of life; until the next is due the hub is running all the same.
        spans = [(int(row["from_ms"] or 0), int(row["to_ms"] or 0) + _ALIVE_SLACK_MS) for row in running]
        was_online = bool(before.value) if before is not None else told is not None
        found = absences(online, spans, from_ms=start_ms, to_ms=to_ms, was_online=was_online)
        return [(start, end) for start, end in found if end - start > HOLDS_OVER_MS]

    async def changes(self, thing: ThingId, name: str, *, from_ms: int, to_ms: int) -> list[Told]:
        """Every row of a property as it was told, oldest first, with the one before the stretch in front."""
        await self.filing.file()
        series = series_id(thing, name)
        before = await self._before(series, kind_of(self.property_of(thing, name).type), from_ms)
        rows = await self._rows(series, from_ms, to_ms)
        return [before, *rows] if before is not None else rows

    async def had_told(self, thing: ThingId, name: str, *, before_ms: int) -> bool:
        """Whether a property had ever been told by then."""
        kind = kind_of(self.property_of(thing, name).type)
        return await self._before(series_id(thing, name), kind, before_ms) is not None

    async def first_of(self, thing: ThingId, name: str) -> Told | None:
        """The oldest row of a property; None when it has none."""
        rows = await self._database.read(
            "history.values_between", series=series_id(thing, name), from_ms=0, to_ms=2**53, count_max=1
        )
        return told_of(rows[0]) if rows else None

    async def last_change(
        self, thing: ThingId, name: str, is_so: Callable[[float], bool], *, before_ms: int
    ) -> Told | None:
        """When a switch or choice last became so; None when that is not known."""
        await self.filing.file()
        series = series_id(thing, name)
        after: Told | None = None
        while True:
            rows = await self._database.read(
                "history.newest_values", series=series, before_ms=before_ms, count_max=_PAGE
            )
            for told in map(told_of, rows):
                if told.value is None:
                    continue
                if after is not None and after.value is not None and is_so(after.value) and not is_so(told.value):
                    return after
                after = told
            if len(rows) < _PAGE:
                # Of the very first row it is not known whether it changed anything.
                return None
            before_ms = int(rows[-1]["at_ms"] or 0)

    async def moment_of(self, thing: ThingId, name: str, value: float, *, from_ms: int, to_ms: int) -> int | None:
        """When exactly a number was told first; None when it was thinned since."""
        rows = await self._database.read(
            "history.moment_of_value", series=series_id(thing, name), from_ms=from_ms, to_ms=to_ms, value=float(value)
        )
        return int(rows[0]["at_ms"] or 0) if rows else None

    async def raw(self, thing: ThingId | None, from_ms: int, to_ms: int) -> AsyncIterator[Sample]:
        """Every row as it was told, of one thing or all, in the order of time. Thinned numbers are not among them."""
        await self.filing.file()
        cursor = from_ms
        while cursor < to_ms:
            until = min(to_ms, cursor + _RAW_PAGE_MS)
            rows = await self._database.read("history.all_between", thing=thing, from_ms=cursor, to_ms=until)
            for row in rows:
                yield self._sample(row)
            cursor = until

    async def _tiers(self, series: int, window: Window, kind: Kind) -> list[dict[int, Slot]]:
        """Asked for at the same time: each is some milliseconds of work for a thread of the database."""
        tiers: list[dict[int, Slot]] = [{}, {}, {}]
        failed: list[JinnError] = []

        async def read(index: int, asked: Awaitable[dict[int, Slot]]) -> None:
            try:
                tiers[index] = await asked
            except JinnError as wrong:
                failed.append(wrong)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read, 0, self._told_slots(series, window))
            if kind == "number":
                for index, tier in enumerate((FINE_MS, HOUR_MS), start=1):
                    tasks.start_soon(read, index, self._step_slots(series, window, tier))
        if failed:
            raise failed[0]
        return tiers

    async def _told_slots(self, series: int, window: Window) -> dict[int, Slot]:
        rows = await self._database.read(
            "history.grouped_values", series=series, from_ms=window.from_ms, to_ms=window.to_ms, step_ms=window.step_ms
        )
        return {int(row["slot"] or 0): _slot(row) for row in rows}

    async def _step_slots(self, series: int, window: Window, tier_ms: int) -> dict[int, Slot]:
        rows = await self._database.read(
            "history.grouped_steps", series=series, from_ms=window.from_ms, to_ms=window.to_ms, slot_ms=window.step_ms,
            step_ms=tier_ms,
        )  # fmt: skip
        return {int(row["slot"] or 0): _slot(row, is_coarse=tier_ms > window.step_ms) for row in rows}

    async def _before(self, series: int, kind: Kind, before_ms: int) -> Told | None:
        rows = await self._database.read("history.value_before", series=series, before_ms=before_ms)
        if rows or kind != "number":
            return told_of(rows[0]) if rows else None
        found = [
            Told(int(row["at_ms"] or 0), float(row["value"] or 0))
            for tier in (FINE_MS, HOUR_MS)
            for row in await self._database.read(
                "history.step_before", series=series, step_ms=tier, before_ms=before_ms
            )
        ]
        return max(found, default=None)

    async def _rows(self, series: int, from_ms: int, to_ms: int) -> list[Told]:
        rows = await self._database.read(
            "history.values_between", series=series, from_ms=from_ms, to_ms=to_ms, count_max=_CHANGES_MAX
        )
        return [told_of(row) for row in rows]

    def _sample(self, row: Row) -> Sample:
        told = told_of(row)
        return Sample(
            ThingId(str(row["thing"])), str(row["property"]), "text" if told.value is None else "number", *told
        )


def _slot(row: Row, *, is_coarse: bool = False) -> Slot:
    text, area, known_ms = row["text"], float(row["area"] or 0), int(row["known_ms"] or 0)
    last = float(row["last"]) if row["last"] is not None else None
    return Slot(
        low=float(row["low"] or 0),
        high=float(row["high"] or 0),
        area=area,
        known_ms=known_ms,
        count=int(row["count"] or 0),
        first_ms=int(row["first_ms"] or 0),
        last_ms=int(row["last_ms"] or 0),
        last=last,
        carries=area / max(1, known_ms) if is_coarse else last,
        text=str(text) if text is not None else None,
    )
