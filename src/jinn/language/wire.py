"""The wire form of a turn: `Turn` in contracts/jinn.schema.json."""

from typing import Literal

import msgspec

from jinn.kernel import Lang
from jinn.language.model import Card, Chart, Deed, Intent, Turn

WireValue = str | int | float | bool | list[str] | None


class HeardWire(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    confidence: float


class UnderstoodWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    canon: str
    slots: dict[str, WireValue]
    confidence: float
    layer: str
    more: list["UnderstoodWire"] = []


class DeedWire(msgspec.Struct, frozen=True, kw_only=True):
    thing: str
    property: str
    asked: WireValue
    reported: WireValue
    outcome: Literal["confirmed", "unchanged", "refused", "timed_out", "offline"]
    ms: float


class ChartWire(msgspec.Struct, frozen=True, kw_only=True):
    unit: str
    points: list[tuple[int, float | None]]
    from_ms: int
    to_ms: int
    is_steps: bool = False


class CardWire(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    figure: str | None = None
    facts: list[str] = []
    actions: list[str] = []
    chart: ChartWire | msgspec.UnsetType = msgspec.UNSET


class SpanWire(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    start_ms: float
    ms: float


class TurnWire(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    satellite: str
    lang: str
    at_ms: int
    heard: HeardWire | None
    understood: UnderstoodWire | None
    did: list[DeedWire]
    said: str
    card: CardWire | None
    follow_up: bool
    outcome: Literal["done", "asked", "refused", "not_understood", "unavailable"]
    spans: list[SpanWire]


class SayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that somebody typed."""

    text: str
    lang: Lang
    satellite: str = "http"


def turn_to_wire(turn: Turn) -> TurnWire:
    return TurnWire(
        id=turn.id,
        satellite=turn.satellite,
        lang=turn.lang.value,
        at_ms=turn.at_ms,
        heard=HeardWire(text=turn.heard.text, confidence=turn.heard.confidence) if turn.heard else None,
        understood=_understood(turn.understood),
        did=[deed_to_wire(deed) for deed in turn.reply.did],
        said=turn.reply.said,
        card=_card(turn.reply.card) if turn.reply.card else None,
        follow_up=turn.reply.follow_up,
        outcome=turn.reply.outcome.value,
        spans=[SpanWire(name=s.name, start_ms=round(s.start_ms, 2), ms=round(s.ms, 2)) for s in turn.spans],
    )


def deed_to_wire(deed: Deed) -> DeedWire:
    return DeedWire(
        thing=deed.thing,
        property=deed.property,
        asked=_value(deed.asked),
        reported=_value(deed.reported),
        outcome=deed.outcome,
        ms=round(deed.ms, 2),
    )


def _understood(intents: tuple[Intent, ...]) -> UnderstoodWire | None:
    if not intents:
        return None
    first, *more = (
        UnderstoodWire(
            canon=intent.canon,
            slots={key: _value(value) for key, value in intent.slots.items()},
            confidence=round(intent.confidence, 3),
            layer=intent.layer.value,
        )
        for intent in intents
    )
    return msgspec.structs.replace(first, more=more)


def _value(value: str | int | float | bool | tuple[str, ...] | None) -> WireValue:
    return list(value) if isinstance(value, tuple) else value


def _card(card: Card) -> CardWire:
    return CardWire(
        title=card.title,
        figure=card.figure,
        facts=list(card.facts),
        actions=list(card.actions),
        chart=_chart(card.chart) if card.chart else msgspec.UNSET,
    )


def _chart(chart: Chart) -> ChartWire:
    return ChartWire(
        unit=chart.unit,
        points=list(chart.points),
        from_ms=chart.from_ms,
        to_ms=chart.to_ms,
        is_steps=chart.is_steps,
    )
