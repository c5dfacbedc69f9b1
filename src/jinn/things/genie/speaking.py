"""Between values of the thing model and words of the protocol: orders out, properties in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jinn.kernel import Invalid, Refused
from jinn.things.colours import hex_of
from jinn.things.genie.describing import Binding, Description, canonical, describe, number_of
from jinn.things.genie.devices import VendorDevice
from jinn.things.genie.vocabulary import (
    COLORS,
    MODE_ALIASES,
    OFF_WORDS,
    ON_WORDS,
    ORDERS,
    WIND_ALIASES,
)
from jinn.things.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control as it goes out."""

    name: str
    attribute: str = ""
    value: str = ""


def control_for(device: VendorDevice, binding: Binding, value: Json, *, current: Json) -> Control | None:
    """What asks a device for a value; None when its cloud can only move it and it is there already.

    Raises:
        Refused: `vendor-unsupported`: it has no order for this; `vendor-unknown`: it can only be moved from a value
            that nobody knows.
        Invalid: `out-of-range` for a choice that has no word.
    """
    if binding.form == "switch":
        wanted = "on" if value else "off"
        return _order(device, binding, wanted)
    spelt = spelt_value(binding, value)
    names = [name for name, order in ORDERS.items() if order.property == binding.word]
    setting = next((one for one in names if ORDERS[one].operation == "set" and device.can(one)), None)
    if setting is not None:
        return Control(name=setting, attribute=binding.attribute, value=spelt)
    if binding.form not in ("number", "choice") or not any(device.can(one) for one in names):
        raise _unsupported(binding)
    return _moved(device, binding, value, current, names)


def spelt_value(binding: Binding, value: Json) -> str:
    """A value as the protocol writes it: always as text."""
    if binding.form == "choice":
        word = binding.words.get(value) if isinstance(value, int) else None
        if word is None:
            raise Invalid(f"{binding.identifier} has no {value!r}.", code="out-of-range", property=binding.identifier)
        return word
    if binding.form == "color":
        return color_name(str(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}" if abs(value) < 1e6 else str(int(value))
    return str(value)


def value_of(binding: Binding, said: Json) -> Json:
    """What a cloud said, as a value of the model; None when it says nothing, such as `"--"`."""
    if binding.form == "switch":
        return _switch(said)
    if binding.form == "number":
        return _number(binding, said)
    text = str(said).strip() if isinstance(said, str | int | float) else ""
    if not text:
        return None
    if binding.form == "choice":
        return choice_of(binding, text)
    return color_of(text) if binding.form == "color" else text


def choice_of(binding: Binding, text: str) -> int | None:
    plain = text.lower()
    aliases = {"mode": MODE_ALIASES, "windspeed": WIND_ALIASES}.get(binding.word, {})
    for number, word in binding.words.items():
        if word.lower() in (plain, aliases.get(plain)) or aliases.get(word.lower(), word.lower()) == plain:
            return number
    return None


def values_of(description: Description, pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    """All that can be understood of what a cloud said of one device."""
    values: dict[str, Json] = {}
    for name, said in pairs:
        binding = description.binding_of(name)
        value = value_of(binding, said) if binding is not None else None
        if binding is not None and value is not None:
            values[binding.identifier] = value
    return values


def unread_of(description: Description, pairs: Sequence[tuple[str, Json]]) -> list[str]:
    """What a cloud said of a known property that fits it not, such as a brightness of 250."""
    return [
        f"{name}={str(said)[:40]}"
        for name, said in pairs
        if said not in (None, "")
        and (binding := description.binding_of(name)) is not None
        and value_of(binding, said) is None
    ]


def grown(device: VendorDevice, description: Description, pairs: Sequence[tuple[str, Json]]) -> VendorDevice:
    """The device with the words and properties that nobody had heard of it before; itself when there are none."""
    for name, said in pairs:
        if isinstance(said, list | dict) or said is None or not name:
            continue
        binding = description.binding_of(name)
        if binding is None:
            if len(device.properties) < 64 and name not in device.properties:
                device = _with_property(device, name, said)
        elif binding.form == "choice" and isinstance(said, str) and said and choice_of(binding, said.strip()) is None:
            if number_of(said) is None or binding.word != "windspeed":
                device = device.with_word(canonical(name), said.strip()[:64])
            else:
                # It counts its speeds after all: then the property is a number.
                device = _with_property(device, binding.attribute, said)
    return device


def settled(device: VendorDevice, *, link: str) -> tuple[VendorDevice, Description]:
    """The device with all that its own discovery taught of it, and what it becomes."""
    description = describe(device, link=link)
    taught = grown(device, description, list(device.properties.items()))
    return taught, description if taught is device else describe(taught, link=link)


def color_name(text: str) -> str:
    """The platform's name of a colour that is nearest to `#rrggbb`; a word of the vendor's own stays as it spelt it."""
    rgb = _rgb(text if text.startswith("#") else (hex_of(text) or color_of(text)))
    if rgb is None:
        return text

    def distance(code: str) -> int:
        other = _rgb(code) or (0, 0, 0)
        return sum((one - two) ** 2 for one, two in zip(rgb, other, strict=True))

    return min(COLORS, key=lambda name: distance(COLORS[name]))


def color_of(text: str) -> str:
    """`#rrggbb` of a name or number; what is neither stays as it is."""
    named = {name.lower(): code for name, code in COLORS.items()}.get(text.lower())
    return named or (f"#{text.lower().removeprefix('#')}" if _rgb(text) else text)


def _with_property(device: VendorDevice, name: str, said: Json) -> VendorDevice:
    return replace(device, properties={**device.properties, name: said})


def _order(device: VendorDevice, binding: Binding, wanted: str) -> Control:
    for name, order in ORDERS.items():
        if order.property == binding.word and order.value == wanted and device.can(name):
            return Control(name=name, attribute=binding.attribute, value=wanted)
    raise _unsupported(binding)


def _moved(device: VendorDevice, binding: Binding, value: Json, current: Json, names: Sequence[str]) -> Control | None:
    """Up or down by the difference, for a cloud that knows no other way."""
    if not isinstance(value, int | float) or not isinstance(current, int | float):
        raise Refused(f"Nobody knows where {binding.identifier} is, and it can only be moved.", code="vendor-unknown")
    step = value - current
    if not step:
        return None
    operation = "up" if step > 0 else "down"
    for name in names:
        if ORDERS[name].operation == operation and device.can(name):
            return Control(name=name, attribute=binding.attribute, value=f"{abs(step):g}")
    raise _unsupported(binding)


def _unsupported(binding: Binding) -> Refused:
    return Refused(f"The vendor's cloud offers no order for {binding.identifier}.", code="vendor-unsupported")


def _switch(said: Json) -> int | None:
    if isinstance(said, bool):
        return int(said)
    if isinstance(said, int | float):
        return 1 if said else 0
    plain = said.strip().lower() if isinstance(said, str) else ""
    if plain in ON_WORDS:
        return 1
    return 0 if plain in OFF_WORDS else None


def _number(binding: Binding, said: Json) -> Json:
    number = number_of(said)
    is_below = number is not None and binding.low is not None and number < binding.low
    is_above = number is not None and binding.high is not None and number > binding.high
    if number is None or is_below or is_above:
        return None
    return round(number) if binding.is_whole else number


def _rgb(text: str) -> tuple[int, int, int] | None:
    digits = text.removeprefix("#")
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", digits):
        return None
    number = int(digits, 16)
    return number >> 16 & 255, number >> 8 & 255, number & 255
