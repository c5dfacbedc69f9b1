"""Which control shows a property, and in which order do they stand? A thing's card as data."""

from typing import Literal

import msgspec

from jinn.kernel import Names
from jinn.things.model import Product
from jinn.things.products import WireNames, wire_names
from jinn.things.thing_model import BoolType, EnumType, NumberType, Property, StructType, TextType
from jinn.things.wire import Option, value_names

Widget = Literal["switch", "slider", "stepper", "choice", "color", "text", "reading", "state", "details"]

_FIRST = ("power", "activity", "mode", "position", "target_temperature", "cold_target", "freezer_target", "brightness",
          "color_temperature", "color", "volume", "mute", "fan_speed", "temperature", "contact", "motion")  # fmt: skip
_STEPS_OF_A_STEPPER = 40
"""A finger hits each of so few steps on a slider of 300 pixels no better than it hits a button."""


class Control(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One control: what it shows, and what it can be set to."""

    property: str
    widget: Widget
    names: WireNames
    ability: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str = ""
    options: list[Option] = []


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A service that needs no more said; `is_asking`: it needs more, so a form opens."""

    service: str
    names: WireNames
    is_asking: bool


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A thing's card: `lead` is what it shows when it is small."""

    names: WireNames
    kind: str
    lead: str | None
    controls: list[Control]
    buttons: list[Button]


def card_of(product: Product, names: Names) -> Card:
    """The card of a thing of this product, called so."""
    controls = [_control(product, member) for member in product.model.properties.values()]
    controls.sort(key=lambda control: _FIRST.index(control.ability) if control.ability in _FIRST else len(_FIRST))
    buttons = [
        Button(
            service=service.identifier,
            names=_names(product.service_names.get(service.identifier), service.name or service.identifier),
            is_asking=bool(service.inputs),
        )
        for service in product.model.services.values()
    ]
    lead = controls[0].property if controls else None
    return Card(names=wire_names(names), kind=product.kind, lead=lead, controls=controls, buttons=buttons)


def _control(product: Product, member: Property) -> Control:
    kind = member.type
    stated = Control(
        property=member.identifier,
        widget=_widget(product, member),
        names=_names(product.property_names.get(member.identifier), member.name or member.identifier),
        ability=product.meaning.abilities.get(member.identifier),
    )
    if isinstance(kind, NumberType):
        return msgspec.structs.replace(stated, min=kind.min, max=kind.max, step=kind.step, unit=kind.unit)
    if isinstance(kind, BoolType | EnumType):
        values = (0, 1) if isinstance(kind, BoolType) else tuple(kind.labels)
        options = [
            Option(value=value, names=_names(value_names(product, member.identifier, value), str(value)))
            for value in values
        ]
        return msgspec.structs.replace(stated, options=options)
    return stated


def _widget(product: Product, member: Property) -> Widget:
    kind, can_set = member.type, member.is_writable
    ability = product.meaning.abilities.get(member.identifier)
    match kind:
        case BoolType():
            found: Widget = "switch" if can_set else "state"
        case EnumType():
            found = "choice" if can_set else "state"
        case NumberType(min=float() | int() as low, max=float() | int() as high, step=step) if can_set:
            is_few = step is not None and (high - low) / step <= _STEPS_OF_A_STEPPER
            found = "stepper" if is_few else "slider"
        case NumberType():
            found = "stepper" if can_set else "reading"
        case TextType():
            found = "color" if can_set and ability == "color" else "text" if can_set else "reading"
        case StructType():
            found = "details"
        case _:
            found = "details"
    return found


def _names(names: Names | None, label: str) -> WireNames:
    return wire_names(names) if names is not None else WireNames(en=label, zh=label)
