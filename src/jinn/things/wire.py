"""Things as others see them: over HTTP and WebSocket, and in the bus's events. See `contracts/`."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from jinn.kernel import Names
from jinn.things.model import Product, Thing
from jinn.things.products import WireNames, wire_names
from jinn.things.thing_model import BoolType, DataType, EnumType, Field, NumberType, Property
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


class ServiceSpec(msgspec.Struct, frozen=True):
    """What a client must know of something that a thing can do; each input as a property that is written."""

    id: str
    names: WireNames
    inputs: list[PropertySpec]


class EventSpec(msgspec.Struct, frozen=True):
    """Something that happens to a thing."""

    id: str
    names: WireNames
    kind: Literal["info", "alert", "error"]
    outputs: list[PropertySpec]


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
    services: list[ServiceSpec]
    events: list[EventSpec]


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
        services=services_on_wire(product),
        events=events_on_wire(product),
    )


def services_on_wire(product: Product) -> list[ServiceSpec]:
    return [
        ServiceSpec(
            id=service.identifier,
            names=_names(product.service_names, service.identifier, service.name),
            inputs=[_field(product, field, is_writable=True) for field in service.inputs.values()],
        )
        for service in product.model.services.values()
    ]


def events_on_wire(product: Product) -> list[EventSpec]:
    return [
        EventSpec(
            id=event.identifier,
            names=_names(product.event_names, event.identifier, event.name),
            kind=event.kind.value,
            outputs=[_field(product, field, is_writable=False) for field in event.outputs.values()],
        )
        for event in product.model.events.values()
    ]


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
    return _shaped(
        product,
        member.identifier,
        member.name,
        member.type,
        ability=product.meaning.abilities.get(member.identifier),
        is_writable=member.is_writable,
    )


def _field(product: Product, field: Field, *, is_writable: bool) -> PropertySpec:
    # What a product's words are called and mean as properties, they are called and mean elsewhere too.
    ability = product.meaning.abilities.get(field.identifier)
    return _shaped(product, field.identifier, field.name, field.type, ability=ability, is_writable=is_writable)


def _names(stated: Mapping[str, Names], identifier: str, label: str) -> WireNames:
    name, label = stated.get(identifier), label or identifier
    return wire_names(name) if name else WireNames(en=label, zh=label)


def _shaped(
    product: Product, identifier: str, label: str, shape: DataType, *, ability: str | None, is_writable: bool
) -> PropertySpec:
    low: float | msgspec.UnsetType = msgspec.UNSET
    high, step = low, low
    unit: str | msgspec.UnsetType = msgspec.UNSET
    options: list[Option] | msgspec.UnsetType = msgspec.UNSET
    if isinstance(shape, NumberType):
        low, high, step = (msgspec.UNSET if figure is None else figure for figure in (shape.min, shape.max, shape.step))
        unit = shape.unit or msgspec.UNSET
    if isinstance(shape, BoolType | EnumType):
        options = [_option(product, identifier, shape, value) for value in _values(shape)]
    return PropertySpec(
        id=identifier,
        names=_names(product.property_names, identifier, label),
        ability=ability,
        type=shape.kind,
        writable=is_writable,
        min=low,
        max=high,
        step=step,
        unit=unit,
        options=options,
    )


def _values(shape: BoolType | EnumType) -> tuple[int, ...]:
    return (0, 1) if isinstance(shape, BoolType) else tuple(shape.labels)


def _option(product: Product, identifier: str, shape: BoolType | EnumType, value: int) -> Option:
    stated = product.option_names.get(identifier, {}).get(value)
    label = shape.labels.get(value) or str(value)
    return Option(value=value, names=wire_names(stated) if stated else WireNames(en=label, zh=label))
