"""A device that is being put together from its entities: what it has, how it is heard, and how it is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import msgspec

from jinn.kernel import Names, Refused
from jinn.things.forms.drafting import Draft, fresh
from jinn.things.mqtt.discovery import Config
from jinn.things.mqtt.templates import UNDEFINED, Template, TemplateFailed, text_of
from jinn.things.thing_model import DataType, Event, EventKind, Property, Service
from jinn.things.values import Json

UNKNOWN = frozenset({"", "None", "none", "unknown", "unavailable", "null", "nan", "NaN"})
"""Payloads by which devices say that they know nothing."""


class Heard:
    """One message of a device; it is decoded once, whoever reads it."""

    def __init__(self, topic: str, payload: bytes) -> None:
        self.topic = topic
        self.payload = payload

    @cached_property
    def text(self) -> str:
        return self.payload.decode("utf-8", "replace").strip()

    @cached_property
    def json(self) -> object:
        """`UNDEFINED` when it is none."""
        try:
            return msgspec.json.decode(self.payload)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return UNDEFINED

    @cached_property
    def fields(self) -> dict[str, Json]:
        """Of an object; empty when it is none."""
        return cast("dict[str, Json]", self.json) if isinstance(self.json, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message for a device."""

    topic: str
    payload: str
    qos: int = 0
    is_retained: bool = False


Reader = Callable[[Heard], Mapping[str, Json]]
"""Message → values. Raises `TemplateFailed` when it says nothing about them."""

Writer = Callable[[Mapping[str, Json]], list[Outgoing]]
Press = Callable[[], list[Outgoing]]
Happening = Callable[[Heard], bool]


@dataclass(slots=True, kw_only=True)
class Drawing:
    """Attributes:
    readers: by topic.
    writers: each with the properties that it takes together.
    happenings: by topic: which event, and whether a message is one.
    left: what of the device is not used, and why.
    """

    draft: Draft = field(default_factory=Draft)
    readers: dict[str, list[Reader]] = field(default_factory=dict)
    writers: list[tuple[frozenset[str], Writer]] = field(default_factory=list)
    presses: dict[str, Press] = field(default_factory=dict)
    happenings: dict[str, list[tuple[str, Happening]]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def property(
        self,
        wanted: str,
        data_type: DataType,
        *,
        is_writable: bool,
        names: Names | None = None,
        options: Mapping[int, Names] | None = None,
    ) -> str:
        """Add a property; its identifier is `wanted`, with a number when that is taken."""
        identifier = fresh(wanted, self.draft.properties.__contains__)
        label = names.en if names is not None else ""
        self.draft.add(Property(identifier=identifier, name=label, type=data_type, is_writable=is_writable))
        if names is not None:
            self.draft.property_names[identifier] = names
        if options:
            self.draft.option_names[identifier] = dict(options)
        return identifier

    def service(self, wanted: str, names: Names, press: Press) -> None:
        identifier = fresh(wanted, self.draft.services.__contains__)
        self.draft.services[identifier] = Service(
            identifier=identifier, name=names.en, is_sync=False, inputs={}, outputs={}
        )
        self.draft.service_names[identifier] = names
        self.presses[identifier] = press

    def event(self, wanted: str, names: Names, topic: str, happening: Happening) -> None:
        identifier = fresh(wanted, self.draft.events.__contains__)
        self.draft.events[identifier] = Event(identifier=identifier, name=names.en, kind=EventKind.INFO, outputs={})
        self.draft.event_names[identifier] = names
        self.happenings.setdefault(topic, []).append((identifier, happening))

    def hear(self, topic: str, reader: Reader) -> None:
        if topic:
            self.readers.setdefault(topic, []).append(reader)

    def tell(self, identifiers: frozenset[str], writer: Writer) -> None:
        self.writers.append((identifiers, writer))


def said(template: Template | None, heard: Heard) -> object:
    """What a message says of one thing. Raises `TemplateFailed` when that is nothing."""
    if template is None:
        value: object = heard.text
    else:
        value = template.value({"value": heard.text, "value_json": heard.json})
    if value is UNDEFINED or value is None or (isinstance(value, str) and value.strip() in UNKNOWN):
        raise TemplateFailed("It is not known.")
    return value


def figure(value: object) -> float:
    """Raises `TemplateFailed`."""
    if isinstance(value, bool):
        return float(value)
    try:
        found = float(value) if isinstance(value, int | float | str) else None
    except (ValueError, OverflowError):
        found = None
    if found is None or not abs(found) <= 1e300:
        raise TemplateFailed("It is no number.")
    return found


def outgoing(
    config: Config, topic: str, value: object, template: Template | None = None, **also: object
) -> list[Outgoing]:
    """A value on a topic, through its template, which may know others besides `value`. Raises `Refused`."""
    payload = text_of(value)
    if template is not None:
        payload = rendered(template, {"value": value, **also})
    return [Outgoing(topic=topic, payload=payload, qos=config.qos, is_retained=config.is_retained)]


def rendered(template: Template, scope: Mapping[str, object]) -> str:
    """Raises `Refused` with code `template-failed`."""
    try:
        return template.render(scope)
    except TemplateFailed as wrong:
        raise Refused(f"The device's own template cannot say that: {wrong}", code="template-failed") from wrong


def named(config: Config, fallback: str) -> Names:
    word = config.name or fallback
    return Names(en=word, zh=word)
