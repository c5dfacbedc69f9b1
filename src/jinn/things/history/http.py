"""The past over HTTP: `Series` and `Happening` of contracts/edge.schema.json."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter

from jinn.kernel import Clock, Invalid, ThingId, millis
from jinn.things.history.happening import Happenings
from jinn.things.history.model import Point, Series
from jinn.things.history.reading import POINTS_MAX, History
from jinn.things.products import WireNames, wire_names

DAY_MS = 86_400_000
EVENTS_MAX = 1_000


class PointWire(msgspec.Struct, frozen=True, kw_only=True):
    """`min` and `max` are there where a number is known, `count` where something was told."""

    at_ms: int
    value: float | None
    min: float | msgspec.UnsetType = msgspec.UNSET
    max: float | msgspec.UnsetType = msgspec.UNSET
    count: int | msgspec.UnsetType = msgspec.UNSET
    text: str | msgspec.UnsetType = msgspec.UNSET


class SeriesWire(msgspec.Struct, frozen=True, kw_only=True):
    thing: str
    property: str
    from_ms: int
    to_ms: int
    step_ms: int
    points: list[PointWire]
    unit: str | msgspec.UnsetType = msgspec.UNSET


class HappeningWire(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    thing: str
    event: str
    names: WireNames
    kind: Literal["info", "alert", "error"]
    at_ms: int
    outputs: dict[str, object]


def handlers(history: History, happenings: Happenings, clock: Clock) -> list[BaseRouteHandler]:
    """What was, below `/api/things`."""

    @get("/things/{thing:str}/history", summary="A property over time, in equal steps")
    async def history_of(
        thing: FromPath[str],
        name: Annotated[str, QueryParameter(name="property")],
        from_ms: Annotated[int | None, QueryParameter(name="from")] = None,
        to_ms: Annotated[int | None, QueryParameter(name="to")] = None,
        points: FromQuery[int] = 300,
    ) -> SeriesWire:
        end_ms = to_ms if to_ms is not None else millis(clock.now())
        start_ms = from_ms if from_ms is not None else end_ms - DAY_MS
        series = await history.series(
            ThingId(thing), name, from_ms=start_ms, to_ms=end_ms, points=min(points, POINTS_MAX)
        )
        return series_on_wire(series)

    @get("/things/{thing:str}/events", summary="What happened to a thing, newest first")
    async def events_of(thing: FromPath[str], limit: FromQuery[int] = 50) -> list[HappeningWire]:
        if not 1 <= limit <= EVENTS_MAX:
            raise Invalid(f"Between 1 and {EVENTS_MAX} events are asked for.", code="bad-range")
        found = await happenings.of_thing(ThingId(thing), count_max=limit)
        return [
            HappeningWire(
                id=one.id,
                thing=one.thing,
                event=one.event,
                names=wire_names(one.names),
                kind=one.kind.value,
                at_ms=one.at_ms,
                outputs=dict(one.outputs),
            )
            for one in found
        ]

    return [history_of, events_of]


def series_on_wire(series: Series) -> SeriesWire:
    return SeriesWire(
        thing=series.thing,
        property=series.property,
        from_ms=series.from_ms,
        to_ms=series.to_ms,
        step_ms=series.step_ms,
        points=[_point(point) for point in series.points],
        unit=series.unit or msgspec.UNSET,
    )


def _point(point: Point) -> PointWire:
    return PointWire(
        at_ms=point.at_ms,
        value=_short(point.value),
        min=round(point.low, 4) if point.low is not None else msgspec.UNSET,
        max=round(point.high, 4) if point.high is not None else msgspec.UNSET,
        count=point.count or msgspec.UNSET,
        text=point.text if point.text is not None else msgspec.UNSET,
    )


def _short(value: float | None) -> float | None:
    """Four places are more than any sensor has."""
    return round(value, 4) if value is not None else None
