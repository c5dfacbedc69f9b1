"""What a vendor's device becomes in the home: a thing model of its own, and how each property is spoken of."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from jinn.things.genie.devices import VendorDevice
from jinn.things.genie.vocabulary import (
    DEEDS,
    DIRECTIONS,
    KINDS,
    MODE_ALIASES,
    MODES,
    ORDERS,
    QUERIES,
    WIND_ALIASES,
    WIND_SPEEDS,
    WITH_FUNCTION,
)
from jinn.things.meaning import DOMAINS
from jinn.things.model import Product
from jinn.things.products import WireNames, WireProduct, assemble
from jinn.things.tsl import read_model
from jinn.things.values import Json

Form = Literal["switch", "number", "choice", "color", "text"]

KELVIN_FROM = 1_000.0
"""A colour temperature above it is in Kelvin; clouds that count in percent stay far below."""

_NUMBERS: Mapping[str, tuple[str, float | None, float | None, str]] = {
    "brightness": ("int", 0, 100, "%"),
    "volume": ("int", 0, 100, "%"),
    "channel": ("int", 0, 9_999, ""),
    "temperature": ("double", -50, 150, "°C"),
    "humidity": ("double", 0, 100, "%"),
    "windspeed": ("int", 0, 100, ""),
    "angle": ("double", -360, 360, "°"),
    "fog": ("double", None, None, ""),
    "pm2.5": ("double", 0, None, "µg/m³"),
}
_NAMES: Mapping[str, tuple[str, str]] = {
    "powerstate": ("power", "开关"),
    "brightness": ("brightness", "亮度"),
    "colorTemperature": ("colour temperature", "色温"),
    "color": ("colour", "颜色"),
    "temperature": ("temperature", "温度"),
    "humidity": ("humidity", "湿度"),
    "windspeed": ("wind speed", "风速"),
    "mode": ("mode", "模式"),
    "volume": ("volume", "音量"),
    "channel": ("channel", "频道"),
    "mute": ("mute", "静音"),
    "swing": ("swing", "摆风"),
    "fog": ("mist", "雾量"),
    "pm2.5": ("PM2.5", "PM2.5"),
    "direction": ("direction", "方向"),
    "angle": ("angle", "角度"),
}
_SWITCHES = frozenset({"powerstate", "mute", "swing"})
_CANONICAL = {name.lower(): name for name in _NAMES} | {"pm25": "pm2.5", "power": "powerstate"}
_STRANGE_CHOICES_FROM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """How one property of the thing is spoken of with its cloud.

    Attributes:
        identifier: in the thing model.
        word: the protocol's word for it: `powerstate`, also of the second outlet of a socket.
        attribute: as this cloud spells it.
        words: of a choice: number in the model → the cloud's word.
    """

    identifier: str
    word: str
    attribute: str
    form: Form
    is_writable: bool
    is_whole: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    words: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A device as the home has it.

    Attributes:
        bindings: by identifier.
        deeds: service → the control's name.
    """

    product: Product
    bindings: Mapping[str, Binding]
    deeds: Mapping[str, str]

    def binding_of(self, name: str) -> Binding | None:
        """Of a property as the cloud names it."""
        plain = name.lower()
        return next(
            (one for one in self.bindings.values() if one.attribute.lower() == plain),
            next((one for one in self.bindings.values() if one.word == canonical(name)), None),
        )


def canonical(name: str) -> str:
    """The protocol's word for a property: `PowerState_2` is one more `powerstate`."""
    plain = name.strip().lower()
    if plain.startswith("powerstate"):
        return "powerstate"
    return _CANONICAL.get(plain, name)


def describe(device: VendorDevice, *, link: str) -> Description:
    """The thing that a device becomes."""
    bindings = {one.identifier: one for one in _bindings(device)}
    deeds = {service: name for name, (service, _, _) in DEEDS.items() if name in device.actions}
    key = "g" + hashlib.sha256(f"{link}\0{device.id}".encode()).hexdigest()[:30]
    kind, english, chinese = KINDS.get(device.type, ("generic", device.type, "设备"))
    is_switch = any(one.word == "powerstate" and one.is_writable for one in bindings.values())
    domain, device_class = DOMAINS.get(kind, ("switch", None))
    if kind == "generic" and is_switch:
        domain = "switch"
    document = _document(key, bindings, deeds)
    wire = WireProduct(
        product_key=key,
        kind=kind,
        domain=domain,
        device_class=device_class,
        names=WireNames(en=english, zh=chinese),
        property_names={name: _names(one) for name, one in bindings.items()},
        option_names={name: options for name, one in bindings.items() if (options := _options(one))},
        service_names={service: WireNames(en=DEEDS[name][1], zh=DEEDS[name][2]) for service, name in deeds.items()},
    )
    return Description(product=assemble(wire, read_model(document)), bindings=bindings, deeds=deeds)


def device_name_of(device: VendorDevice) -> str:
    """Safe in topics, whatever the cloud's own id looks like."""
    return "d" + hashlib.sha256(device.id.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _bindings(device: VendorDevice) -> list[Binding]:
    attributes: dict[str, str] = {}
    for name in device.properties:
        identifier = _identifier(name)
        if identifier:
            attributes.setdefault(identifier, name)
    known = {canonical(name) for name in attributes.values()}
    for action in sorted(device.actions):
        word = ORDERS[action].property if action in ORDERS else QUERIES.get(action, "")
        if word and word not in known:
            attributes.setdefault(_identifier(word), word)
            known.add(word)
    if not known and not device.actions:
        # A cloud that says nothing of its device at all: on and off are what everything has.
        attributes["powerstate"] = "powerstate"
    made = [_binding(device, identifier, attribute) for identifier, attribute in attributes.items()]
    return made or [_binding(device, "powerstate", "powerstate")]


def _identifier(name: str) -> str:
    word = canonical(name)
    if word == "powerstate":
        suffix = re.sub(r"[^a-z0-9]+", "_", name.lower().removeprefix("powerstate").removeprefix("power")).strip("_")
        return f"powerstate_{suffix}" if suffix else "powerstate"
    if word in _NAMES:
        return word.lower().replace(".", "")
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:48]
    return f"x_{plain}" if plain else ""


def _binding(device: VendorDevice, identifier: str, attribute: str) -> Binding:
    word = canonical(attribute)
    is_writable = any(device.can(action) for action, order in ORDERS.items() if order.property == word)
    value = device.properties.get(attribute)
    if word == "temperature" and is_writable:
        identifier = "targettemperature"
    elif word == "humidity" and is_writable:
        identifier = "targethumidity"
    form = _form_of(word, value)
    return _bound(device, Binding(
        identifier=identifier, word=word, attribute=attribute, form=form, is_writable=is_writable,
    ))  # fmt: skip


def _form_of(word: str, value: Json) -> Form:
    if word in _SWITCHES:
        return "switch"
    if word == "color":
        return "color"
    if word in ("mode", "direction"):
        return "choice"
    if word == "windspeed":
        return "number" if number_of(value) is not None else "choice"
    return "number" if word in _NUMBERS or word == "colorTemperature" else "text"


def _bound(device: VendorDevice, one: Binding) -> Binding:
    """With the range or the choices that its word has."""
    if one.form == "choice":
        return replace(one, words=_choices(device, one.word, one.attribute))
    if one.form != "number":
        return one
    kind, low, high, unit = _NUMBERS.get(one.word, ("double", None, None, ""))
    identifier = one.identifier
    if one.word == "colorTemperature":
        value = number_of(device.properties.get(one.attribute))
        is_kelvin = value is None or value >= KELVIN_FROM
        identifier = "colortemperature" if is_kelvin else "colortemperature_percent"
        kind, low, high, unit = ("int", 1_000, 10_000, "K") if is_kelvin else ("int", 0, 100, "%")
    return replace(one, identifier=identifier, is_whole=kind == "int", low=low, high=high, unit=unit)


def _choices(device: VendorDevice, word: str, attribute: str) -> dict[int, str]:
    """The words of the tables as this cloud spells them, then those that it was seen to use besides."""
    table = {"mode": MODES, "direction": DIRECTIONS}.get(word, WIND_SPEEDS)
    words = {number: name for name, (number, _, _) in table.items()}
    aliases = {"mode": MODE_ALIASES, "windspeed": WIND_ALIASES}.get(word, {})
    current = device.properties.get(attribute)
    if isinstance(current, str):
        plain = current.strip().lower()
        known = table.get(aliases.get(plain, plain))
        if known is not None:
            words[known[0]] = current.strip()
    # In the order in which they were first seen, so that a number never changes its meaning.
    strange = [spelt for name, spelt in device.words if canonical(name) == word]
    return words | {_STRANGE_CHOICES_FROM + place: spelt for place, spelt in enumerate(strange)}


def number_of(value: Json) -> float | None:
    """`"26.5"`, `"40%"`, 26, but neither truth values nor what is not finite."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip().removesuffix("%").removesuffix("℃").removesuffix("°C").strip()
        if not re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,12})?", text, re.ASCII):
            return None
        return float(text)
    if isinstance(value, int | float) and abs(value) < 1e12:
        return float(value)
    return None


def _document(key: str, bindings: Mapping[str, Binding], deeds: Mapping[str, str]) -> bytes:
    properties = [
        {
            "identifier": one.identifier,
            "name": _names(one).en,
            "accessMode": "rw" if one.is_writable else "r",
            "dataType": _data_type(one),
        }
        for one in bindings.values()
    ]
    services = [
        {"identifier": service, "name": DEEDS[name][1], "callType": "async", "outputData": [],
         "inputData": [_FUNCTION] if name in WITH_FUNCTION else []}
        for service, name in deeds.items()
    ]  # fmt: skip
    model = {"profile": {"productKey": key}, "properties": properties, "events": [], "services": services}
    return msgspec.json.encode(model)


_FUNCTION: Mapping[str, object] = {
    "identifier": "function", "name": "function", "dataType": {"type": "text", "specs": {"length": "64"}},
}  # fmt: skip


def _data_type(one: Binding) -> dict[str, object]:
    match one.form:
        case "switch":
            return {"type": "bool", "specs": {"0": "off", "1": "on"}}
        case "choice":
            return {"type": "enum", "specs": {str(number): word for number, word in one.words.items()}}
        case "number":
            specs = {"unit": one.unit}
            if one.low is not None:
                specs["min"] = f"{one.low:g}"
            if one.high is not None:
                specs["max"] = f"{one.high:g}"
            specs["step"] = "1" if one.is_whole else "0.5"
            return {"type": "int" if one.is_whole else "double", "specs": specs}
    return {"type": "text", "specs": {"length": "512"}}


def _names(one: Binding) -> WireNames:
    english, chinese = _NAMES.get(one.word, (one.attribute, one.attribute))
    suffix = one.identifier.removeprefix("powerstate").replace("_", " ") if one.word == "powerstate" else ""
    return WireNames(en=f"{english}{suffix}", zh=f"{chinese}{suffix}")


def _options(one: Binding) -> dict[str, WireNames]:
    if one.form == "switch":
        return {"0": WireNames(en="off", zh="关"), "1": WireNames(en="on", zh="开")}
    table = {"mode": MODES, "direction": DIRECTIONS, "windspeed": WIND_SPEEDS}.get(one.word, {})
    said = {number: (english, chinese) for number, english, chinese in table.values()}
    options: dict[str, WireNames] = {}
    for number, word in one.words.items():
        english, chinese = said.get(number, (word, word))
        options[str(number)] = WireNames(en=english, zh=chinese)
    return options
