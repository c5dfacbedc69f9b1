"""Reading a thing model from its TSL document: a model, or one clear refusal."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from jinn.kernel import Invalid
from jinn.things.data_types import read_data_type
from jinn.things.thing_model import Event, EventKind, Field, Property, Service, ThingModel

DOCUMENT_BYTES_MAX = 1_048_576
"""A model of 500 properties is about 150 kB; beyond a megabyte it is no model."""

MEMBERS_MAX = 1_000
"""Properties, events and services together, over all modules."""

NAME_CHARS_MAX = 200

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GENERATED_SERVICES = frozenset({"set", "get"})
_GENERATED_EVENT = "post"
_RESERVED = frozenset({"set", "get", "post", "time", "value"})
"""As property identifiers these could not be told from the words of a report."""


class _WireField(msgspec.Struct, rename="camel"):
    identifier: str
    data_type: msgspec.Raw
    name: str = ""


class _WireProperty(msgspec.Struct, rename="camel"):
    identifier: str
    data_type: msgspec.Raw
    name: str = ""
    access_mode: str = "rw"
    required: bool = False


class _WireEvent(msgspec.Struct, rename="camel"):
    identifier: str
    name: str = ""
    type: str = "info"
    output_data: list[msgspec.Raw] = []


class _WireService(msgspec.Struct, rename="camel"):
    identifier: str
    name: str = ""
    call_type: str = "async"
    input_data: list[msgspec.Raw] = []
    output_data: list[msgspec.Raw] = []


class _WireProfile(msgspec.Struct, rename="camel"):
    product_key: str = ""


class _WireBlock(msgspec.Struct, rename="camel"):
    function_block_id: str = ""
    properties: list[_WireProperty] = []
    events: list[_WireEvent] = []
    services: list[_WireService] = []
    function_blocks: list[msgspec.Raw] | None = None


class _WireModel(msgspec.Struct, rename="camel"):
    profile: _WireProfile | None = None
    properties: list[_WireProperty] = []
    events: list[_WireEvent] = []
    services: list[_WireService] = []
    function_blocks: list[_WireBlock] | None = None


_decoder = msgspec.json.Decoder(_WireModel)
_field_decoder = msgspec.json.Decoder(_WireField)

Member = TypeVar("Member", Property, Event, Service, Field)


def read_model(document: bytes) -> ThingModel:
    """The model that a TSL document states.

    Raises:
        Invalid: `tsl-too-large`, `tsl-not-json`, `tsl-malformed` (a part is missing or of the wrong JSON type),
            `tsl-empty`, `bad-identifier`, `reserved-identifier`, `duplicate-identifier`, `bad-access-mode`,
            `bad-event-type`, `bad-call-type`, `unknown-type`, `nested-type`, `bad-specs`.
    """
    if len(document) > DOCUMENT_BYTES_MAX:
        raise Invalid(f"A thing model has at most {DOCUMENT_BYTES_MAX} bytes.", code="tsl-too-large")
    try:
        wire = _decoder.decode(document)
    except msgspec.ValidationError as error:
        raise Invalid(f"The thing model is malformed: {error}.", code="tsl-malformed") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The thing model is not JSON: {error}.", code="tsl-not-json") from error
    blocks = _blocks(wire)
    count = sum(len(block.properties) + len(block.events) + len(block.services) for _, block in blocks)
    if count > MEMBERS_MAX:
        raise Invalid(f"A thing model has at most {MEMBERS_MAX} members, not {count}.", code="tsl-too-large")
    properties = _unique("property", (_property(wire, module) for module, b in blocks for wire in b.properties))
    events = _unique(
        "event", (_event(wire, module) for module, b in blocks for wire in b.events if not _is_generated_event(wire))
    )
    services = _unique(
        "service",
        (
            _service(wire, module)
            for module, b in blocks
            for wire in b.services
            if wire.identifier not in _GENERATED_SERVICES
        ),
    )
    if not (properties or events or services):
        raise Invalid("The thing model has no property, event or service.", code="tsl-empty")
    product_key = wire.profile.product_key if wire.profile is not None else ""
    return ThingModel(
        product_key=product_key, properties=properties, events=events, services=services, document=document
    )


def _blocks(wire: _WireModel) -> list[tuple[str, _WireBlock]]:
    """The document's own members under no module, then each module's."""
    own = _WireBlock(properties=wire.properties, events=wire.events, services=wire.services)
    blocks = [("", own)]
    for block in wire.function_blocks or ():
        if block.function_blocks:
            raise Invalid(f"Module {block.function_block_id!r} contains modules.", code="nested-type")
        module = _checked(block.function_block_id, "module")
        if any(module == other for other, _ in blocks):
            raise Invalid(f"Module {module!r} is there twice.", code="duplicate-identifier", identifier=module)
        blocks.append((module, block))
    return blocks


def _property(wire: _WireProperty, module: str) -> Property:
    identifier = _checked(wire.identifier, "property")
    if identifier in _RESERVED:
        raise Invalid(f"No property may be called {identifier!r}.", code="reserved-identifier", identifier=identifier)
    if wire.access_mode not in ("r", "rw", "w"):
        raise Invalid(
            f"Property {identifier!r} has the access mode {wire.access_mode!r}; there are r and rw.",
            code="bad-access-mode",
            identifier=identifier,
        )
    return Property(
        identifier=_within(module, identifier),
        name=wire.name[:NAME_CHARS_MAX],
        type=read_data_type(wire.data_type, where=f"property {identifier!r}", read_field=_field),
        is_writable="w" in wire.access_mode,
        is_required=wire.required,
    )


def _is_generated_event(wire: _WireEvent) -> bool:
    return wire.identifier == _GENERATED_EVENT


def _event(wire: _WireEvent, module: str) -> Event:
    identifier = _checked(wire.identifier, "event")
    if wire.type not in tuple(EventKind):
        raise Invalid(
            f"Event {identifier!r} has the type {wire.type!r}; there are info, alert and error.",
            code="bad-event-type",
            identifier=identifier,
        )
    return Event(
        identifier=_within(module, identifier),
        name=wire.name[:NAME_CHARS_MAX],
        kind=EventKind(wire.type),
        outputs=_fields(wire.output_data),
    )


def _service(wire: _WireService, module: str) -> Service:
    identifier = _checked(wire.identifier, "service")
    if wire.call_type not in ("async", "sync"):
        raise Invalid(
            f"Service {identifier!r} has the call type {wire.call_type!r}; there are async and sync.",
            code="bad-call-type",
            identifier=identifier,
        )
    return Service(
        identifier=_within(module, identifier),
        name=wire.name[:NAME_CHARS_MAX],
        is_sync=wire.call_type == "sync",
        inputs=_fields(wire.input_data),
        outputs=_fields(wire.output_data),
    )


def _fields(raws: Sequence[msgspec.Raw]) -> dict[str, Field]:
    return _unique("field", (_field(raw) for raw in raws))


def _field(raw: msgspec.Raw) -> Field:
    try:
        wire = _field_decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise Invalid(f"The thing model is malformed in a field: {error}.", code="tsl-malformed") from error
    identifier = _checked(wire.identifier, "field")
    data_type = read_data_type(wire.data_type, where=f"field {identifier!r}", read_field=_field)
    return Field(identifier=identifier, name=wire.name[:NAME_CHARS_MAX], type=data_type)


def _checked(identifier: str, what: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        shown = identifier[:80]
        raise Invalid(
            f"{shown!r} cannot be the identifier of a {what}: 1 to 64 of A-Z, a-z, 0-9, _ and -.",
            code="bad-identifier",
            identifier=shown,
        )
    return identifier


def _within(module: str, identifier: str) -> str:
    return f"{module}:{identifier}" if module else identifier


def _unique(what: str, members: Iterable[Member]) -> dict[str, Member]:
    found: dict[str, Member] = {}
    for member in members:
        if member.identifier in found:
            raise Invalid(
                f"The {what} {member.identifier!r} is there twice.",
                code="duplicate-identifier",
                identifier=member.identifier,
            )
        found[member.identifier] = member
    return found
