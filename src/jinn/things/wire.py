"""Things as others see them: over HTTP and WebSocket, and in the bus's events. See `contracts/`."""

from typing import Literal

import msgspec

from jinn.kernel import Names
from jinn.things.model import Product, Thing
from jinn.things.products import WireNames, wire_names
from jinn.things.thing_model import BoolType, EnumType, NumberType, Property
from jinn.things.twin import Twin
from jinn.things.values import Json

REPORTED_SUBJECT = "ev.things.reported"
PRESENCE_SUBJECT = "ev.things.presence"
REPLIED_SUBJECT = "ev.things.replied"
HAPPENED_SUBJECT = "ev.things.happened"


class Report(msgspec.Struct, frozen=True):
    """A thing's twin changed; `properties` is what it said just now, empty when only wishes changed."""

    thing: str
    version: int
    at_ms: int
    properties: dict[str, object]


class ReportedBatch(msgspec.Struct, frozen=True):
    reports: list[Report]


class Presented(msgspec.Struct, frozen=True):
    """A thing came or went."""

    thing: str
    online: bool
    at_ms: int


class PresenceBatch(msgspec.Struct, frozen=True):
    presences: list[Presented]


class Replied(msgspec.Struct, frozen=True):
    """A thing answered a request of ours; `id` is the request's, as text, `code` the thing's own."""

    thing: str
    id: str
    code: int
    data: object


class RepliedBatch(msgspec.Struct, frozen=True):
    replies: list[Replied]


class Happened(msgspec.Struct, frozen=True):
    """Something happened to a thing; `id` is the one that its kept event has."""

    id: str
    thing: str
    event: str
    at_ms: int
    outputs: dict[str, object]


class HappenedBatch(msgspec.Struct, frozen=True):
    events: list[Happened]


class Option(msgspec.Struct, frozen=True):
    """One value of an enum or bool property."""

    value: int
    names: WireNames


class PropertySpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client must know of a property to show and to set it."""

    id: str
    names: WireNames
    ability: str | None
    type: Literal["int", "float", "double", "bool", "enum", "text", "date", "array", "struct"]
    writable: bool
    min: float | msgspec.UnsetType = msgspec.UNSET
    max: float | msgspec.UnsetType = msgspec.UNSET
    step: float | msgspec.UnsetType = msgspec.UNSET
    unit: str | msgspec.UnsetType = msgspec.UNSET
    options: list[Option] | msgspec.UnsetType = msgspec.UNSET


class PropertyState(msgspec.Struct, frozen=True):
    """What a thing says of a property; `asked` is there while a command waits for its report."""

    value: object
    at_ms: int | None
    asked: object = msgspec.UNSET


class WireThing(msgspec.Struct, frozen=True):
    """`Thing` in the contract."""

    id: str
    product_key: str
    device_name: str
    kind: str
    names: WireNames
    area: str | None
    online: bool
    seen_ms: int | None
    version: int
    specs: list[PropertySpec]
    properties: dict[str, PropertyState]


def thing_on_wire(thing: Thing, product: Product, twin: Twin, *, now_ms: int) -> WireThing:
    """A thing as it is now."""
    wishes = twin.open_wishes(now_ms) if twin.desired else {}
    properties: dict[str, PropertyState] = {}
    for name in product.model.properties:
        said, wish = twin.reported.get(name), wishes.get(name)
        properties[name] = PropertyState(
            value=said.value if said else None,
            at_ms=said.at_ms if said else None,
            asked=wish.value if wish else msgspec.UNSET,
        )
    return WireThing(
        id=thing.id,
        product_key=thing.product_key,
        device_name=thing.device_name,
        kind=product.kind,
        names=wire_names(thing.names),
        area=thing.area,
        online=twin.is_online,
        seen_ms=twin.seen_ms,
        version=twin.version,
        specs=specs_on_wire(product),
        properties=properties,
    )


def specs_on_wire(product: Product) -> list[PropertySpec]:
    return [_spec(product, member) for member in product.model.properties.values()]


def value_names(product: Product, identifier: str, value: Json) -> Names | None:
    """What people call that value of an enum or bool property; None when it has no name."""
    stated = product.option_names.get(identifier, {})
    if isinstance(value, int) and value in stated:
        return stated[value]
    member = product.model.properties.get(identifier)
    if member is not None and isinstance(member.type, BoolType | EnumType) and isinstance(value, int):
        label = member.type.labels.get(value)
        return Names(en=label, zh=label) if label else None
    return None


def _spec(product: Product, member: Property) -> PropertySpec:
    name = product.property_names.get(member.identifier)
    label = member.name or member.identifier
    shape, kind = member.type, member.type.kind
    low: float | msgspec.UnsetType = msgspec.UNSET
    high, step = low, low
    unit: str | msgspec.UnsetType = msgspec.UNSET
    options: list[Option] | msgspec.UnsetType = msgspec.UNSET
    if isinstance(shape, NumberType):
        low, high, step = (msgspec.UNSET if figure is None else figure for figure in (shape.min, shape.max, shape.step))
        unit = shape.unit or msgspec.UNSET
    if isinstance(shape, BoolType | EnumType):
        options = [_option(product, member.identifier, value) for value in _values(shape)]
    return PropertySpec(
        id=member.identifier,
        names=wire_names(name) if name else WireNames(en=label, zh=label),
        ability=product.meaning.abilities.get(member.identifier),
        type=kind,
        writable=member.is_writable,
        min=low,
        max=high,
        step=step,
        unit=unit,
        options=options,
    )


def _values(shape: BoolType | EnumType) -> tuple[int, ...]:
    return (0, 1) if isinstance(shape, BoolType) else tuple(shape.labels)


def _option(product: Product, identifier: str, value: int) -> Option:
    names = value_names(product, identifier, value)
    return Option(value=value, names=wire_names(names) if names else WireNames(en=str(value), zh=str(value)))
