"""How is a thing model written as TSL? The opposite of reading it, so that every reader makes a real model."""

from collections.abc import Iterable, Mapping

import msgspec

from jinn.things.thing_model import (
    ArrayType,
    BoolType,
    DataType,
    EnumType,
    Event,
    Field,
    NumberType,
    Property,
    Service,
    StructType,
    TextType,
)
from jinn.things.values import Json


def tsl_document(
    product_key: str,
    properties: Mapping[str, Property],
    events: Mapping[str, Event],
    services: Mapping[str, Service],
) -> dict[str, Json]:
    """The TSL document of these members, with the `set`, `get` and `post` that makers' kits expect in it."""
    own = _block("", properties, events, services)
    modules = sorted({name.partition(":")[0] for name in (*properties, *events, *services) if ":" in name})
    document: dict[str, Json] = {"profile": {"productKey": product_key}, **own}
    _add_generated(document, properties)
    if modules:
        document["functionBlocks"] = [
            {"functionBlockId": module, **_block(module, properties, events, services)} for module in modules
        ]
    return document


def tsl_bytes(document: dict[str, Json]) -> bytes:
    return msgspec.json.encode(document)


def tsl_type(data_type: DataType) -> dict[str, Json]:
    """`dataType` of one type; the numbers of its specs are text."""
    specs: Json
    match data_type:
        case NumberType():
            figures = {"min": data_type.min, "max": data_type.max, "step": data_type.step}
            words = {"unit": data_type.unit, "unitName": data_type.unit_name}
            specs = {key: figure_text(figure) for key, figure in figures.items() if figure is not None}
            specs.update({key: word for key, word in words.items() if word})
        case BoolType() | EnumType():
            specs = {str(value): label for value, label in data_type.labels.items()}
        case TextType():
            specs = {"length": str(data_type.length)}
        case StructType():
            specs = _fields(data_type.fields.values())
        case ArrayType():
            specs = {"size": str(data_type.size), "item": tsl_type(data_type.item)}
        case _:
            specs = {}
    return {"type": data_type.kind, "specs": specs}


def figure_text(figure: float) -> str:
    """The shortest text that reads as the same number."""
    return str(int(figure)) if figure == int(figure) and abs(figure) < 1e15 else repr(float(figure))


def _block(
    module: str, properties: Mapping[str, Property], events: Mapping[str, Event], services: Mapping[str, Service]
) -> dict[str, Json]:
    return {
        "properties": [_property(member) for member in properties.values() if _module(member.identifier) == module],
        "events": [_event(member) for member in events.values() if _module(member.identifier) == module],
        "services": [_service(member) for member in services.values() if _module(member.identifier) == module],
    }


def _property(member: Property) -> Json:
    return {
        "identifier": _own(member.identifier),
        "name": member.name,
        "accessMode": "rw" if member.is_writable else "r",
        "required": member.is_required,
        "dataType": tsl_type(member.type),
    }


def _event(member: Event) -> Json:
    own = _own(member.identifier)
    return {
        "identifier": own,
        "name": member.name,
        "type": member.kind.value,
        "required": False,
        "method": f"thing.event.{own}.post",
        "outputData": _fields(member.outputs.values()),
    }


def _service(member: Service) -> Json:
    own = _own(member.identifier)
    return {
        "identifier": own,
        "name": member.name,
        "required": False,
        "callType": "sync" if member.is_sync else "async",
        "method": f"thing.service.{own}",
        "inputData": _fields(member.inputs.values()),
        "outputData": _fields(member.outputs.values()),
    }


def _fields(fields: Iterable[Field]) -> list[Json]:
    return [{"identifier": field.identifier, "name": field.name, "dataType": tsl_type(field.type)} for field in fields]


def _add_generated(document: dict[str, Json], properties: Mapping[str, Property]) -> None:
    """`get` names identifiers, the others their whole fields: so it is in the documents of the platform."""
    plain = [member for member in properties.values() if ":" not in member.identifier]
    everything = [Field(identifier=member.identifier, name=member.name, type=member.type) for member in plain]
    writable = [
        Field(identifier=member.identifier, name=member.name, type=member.type)
        for member in plain
        if member.is_writable
    ]
    names: list[Json] = [member.identifier for member in plain]
    events, services = document["events"], document["services"]
    assert isinstance(events, list)
    assert isinstance(services, list)
    events.insert(0, {
        "identifier": "post", "name": "post", "type": "info", "required": True,
        "method": "thing.event.property.post", "outputData": _fields(everything),
    })  # fmt: skip
    services.insert(0, {
        "identifier": "get", "name": "get", "required": True, "callType": "async",
        "method": "thing.service.property.get", "inputData": names, "outputData": _fields(everything),
    })  # fmt: skip
    services.insert(0, {
        "identifier": "set", "name": "set", "required": True, "callType": "async",
        "method": "thing.service.property.set", "inputData": _fields(writable), "outputData": [],
    })  # fmt: skip


def _module(identifier: str) -> str:
    return identifier.rpartition(":")[0]


def _own(identifier: str) -> str:
    return identifier.rpartition(":")[2]
