"""How does a property, service or event look as an entity of Home Assistant: with others in one, or by itself?"""

import re
from collections.abc import Iterator

from jinn.things.forms.ha_words import DEVICE_CLASSES, FEATURES, MODES, PLATFORMS, PRESSES, Role
from jinn.things.model import Product
from jinn.things.thing_model import (
    BoolType,
    DateType,
    EnumType,
    NumberType,
    Property,
    TextType,
)
from jinn.things.values import Json

TEXT_CHARS_MAX = 255
"""A state of Home Assistant has no more."""

Entity = dict[str, Json]


def combined(product: Product, platform: str, base: str) -> tuple[Entity | None, set[str], dict[str, str]]:
    """The entity that people know such a thing by; what it covers; and what it calls otherwise."""
    found: Entity = {"platform": platform, "name": None}
    covered: set[str] = set()
    renamed: dict[str, str] = {}
    properties, services = product.model.properties, product.model.services
    for role in PLATFORMS[platform][1]:
        identifier = product.meaning.property_for(role.ability)
        if identifier is None or ":" in identifier or (role.identifier in properties and role.identifier != identifier):
            continue
        member = properties[identifier]
        # What cannot be set has no topic to be set by; of those roles only the measured temperature needs none.
        parts = _role(role, member, base) if member.is_writable or role.ability == "temperature" else {}
        if parts:
            found.update(parts)
            covered.add(identifier)
            if identifier != role.identifier:
                renamed[f"properties.{identifier}"] = role.identifier
    for word, key, _ in PRESSES.get(platform, ()):
        service = services.get(word)
        if service is not None and not service.inputs:
            found[key] = word
            covered.add(word)
    _finish(platform, found, covered, base)
    if "command_topic" not in found and "set_position_topic" not in found and len(covered) < 2:
        return None, set(), {}
    return found, covered, renamed


def single(product: Product, base: str, covered: set[str], taken: set[str]) -> Iterator[tuple[str, str, str, Entity]]:
    """Section, key, identifier and entity of everything that is an entity by itself."""
    for member in product.model.properties.values():
        if member.identifier not in covered:
            yield "properties", _key(member.identifier, taken), member.identifier, _property(product, member, base)
    for service in product.model.services.values():
        if service.identifier not in covered and not service.inputs:
            names = product.service_names.get(service.identifier)
            yield "services", _key(service.identifier, taken), service.identifier, {
                "platform": "button", "command_topic": f"{base}/call", "payload_press": service.identifier,
                **_named(service.name or (names.en if names else "")),
            }  # fmt: skip
    for event in product.model.events.values():
        names = product.event_names.get(event.identifier)
        yield "events", _key(event.identifier, taken), event.identifier, {
            "platform": "event", "state_topic": f"{base}/events/{event.identifier}",
            "event_types": [event.identifier], **_named(event.name or (names.en if names else "")),
        }  # fmt: skip


def _finish(platform: str, found: Entity, covered: set[str], base: str) -> None:
    """What an entity must say besides."""
    if platform == "vacuum" and covered:
        features: list[Json] = [FEATURES[word] for word in FEATURES if word in covered]
        states = "['docked', 'cleaning', 'paused', 'returning', 'error']"
        found.update({
            "command_topic": f"{base}/call", "state_topic": f"{base}/state",
            "value_template": f"{{{{ {{'state': {states}[value_json.state]}} | tojson }}}}",
            "supported_features": [*features, "status"],
        })  # fmt: skip
    if platform == "cover" and {"open", "close"} <= covered:
        found["command_topic"] = f"{base}/call"


def _role(role: Role, member: Property, base: str) -> Entity:
    """Empty when a property of such a type cannot have that role."""
    identifier, data_type = member.identifier, member.type
    value = _value(identifier)
    front = role.key.removesuffix("command_topic").removesuffix("topic")
    topics: Entity = {
        role.key: f"{base}/{identifier}/set",
        role.state or f"{front}state_topic": f"{base}/state",
    }
    found: Entity = {}
    match role.identifier, data_type:
        case "on", BoolType():
            found = {**topics, **_switching(front)}
            found["power_command_topic" if front else "state_value_template"] = (
                f"{base}/{identifier}/set" if front else f"{{{{ {value} }}}}"
            )
            found.pop("power_state_topic", None)
        case "brightness", NumberType(max=float() | int() as most) if most >= 1:
            found = {**topics, "brightness_value_template": f"{{{{ {value} }}}}", "brightness_scale": int(most)}
            found["on_command_type"] = "last"
        case "color_temperature", NumberType(min=low, max=high) if low and high:
            found = {**topics, "color_temp_value_template": f"{{{{ {value} }}}}", "color_temp_kelvin": True,
                     "min_kelvin": int(low), "max_kelvin": int(high)}  # fmt: skip
        case "color", TextType():
            red, green, blue = (f"{{{{ {value}[{at}:{at + 2}] | int(base=16) }}}}" for at in (1, 3, 5))
            found = {**topics, "rgb_value_template": f"{red},{green},{blue}",
                     "rgb_command_template": "{{ '#%02x%02x%02x' | format(red, green, blue) }}"}  # fmt: skip
        case "position", NumberType(min=low, max=high) if low is not None and high is not None:
            found = {**topics, "position_template": f"{{{{ {value} }}}}", "position_closed": int(low),
                     "position_open": int(high)}  # fmt: skip
        case "target_temperature", NumberType():
            bounds = {"min_temp": data_type.min, "max_temp": data_type.max, "temp_step": data_type.step}
            found = {**topics, "temperature_state_template": f"{{{{ {value} }}}}",
                     **{key: _tidy(figure) for key, figure in bounds.items() if figure is not None}}  # fmt: skip
        case "temperature", NumberType():
            found = {"current_temperature_topic": f"{base}/state", "current_temperature_template": f"{{{{ {value} }}}}"}
        case "mode" | "fan", EnumType():
            found = {**topics, **_choosing(front, value, data_type)}
        case _:
            return {}
    return found


def _switching(front: str) -> Entity:
    return {"payload_on": "1", "payload_off": "0"}


def _choosing(front: str, value: str, data_type: EnumType) -> Entity:
    """Words out of numbers, and back."""
    words = {number: MODES.get(word, word) for number, word in _options(data_type).items()}
    numbers = ", ".join(f"{word!r}: {number}" for number, word in words.items())
    said = ", ".join(f"{number}: {word!r}" for number, word in words.items())
    listed: list[Json] = list(words.values())
    return {
        {"mode_": "modes", "fan_mode_": "fan_modes", "preset_mode_": "preset_modes"}[front]: listed,
        f"{front}command_template": f"{{{{ {{{numbers}}}[value] }}}}",
        f"{front}value_template" if front == "preset_mode_" else f"{front}state_template":
            f"{{{{ {{{said}}}[{value}] }}}}",
    }  # fmt: skip


def _property(product: Product, member: Property, base: str) -> Entity:
    ability = product.meaning.abilities.get(member.identifier, "")
    names = product.property_names.get(member.identifier)
    device_class = DEVICE_CLASSES.get(ability)
    found: Entity = {
        **_named(member.name or (names.en if names else "")),
        "state_topic": f"{base}/state",
        "value_template": f"{{{{ {_value(member.identifier)} }}}}",
    }
    if member.is_writable:
        found["command_topic"] = f"{base}/{member.identifier}/set"
    data_type = member.type
    match data_type:
        case BoolType():
            found |= {"platform": "switch" if member.is_writable else "binary_sensor"}
            found |= {"payload_on": "1", "payload_off": "0"}
            if device_class and not member.is_writable:
                found["device_class"] = device_class
        case NumberType():
            found |= _number(data_type, member, device_class)
        case EnumType():
            found |= _choice(data_type, member)
        case TextType() if member.is_writable:
            found |= {"platform": "text", "max": min(data_type.length, TEXT_CHARS_MAX)}
        case DateType():
            found |= {
                "platform": "sensor", "device_class": "timestamp",
                "value_template": f"{{{{ ({_value(member.identifier)} | int / 1000) | as_datetime }}}}",
            }  # fmt: skip
            found.pop("command_topic", None)
        case TextType():
            found["platform"] = "sensor"
        case _:
            found |= {"platform": "sensor", "value_template": f"{{{{ {_value(member.identifier)} | tojson }}}}"}
            found.pop("command_topic", None)
    return found


def _number(number: NumberType, member: Property, device_class: str | None) -> Entity:
    found: Entity = {}
    if number.unit:
        found["unit_of_measurement"] = number.unit
    if device_class and number.unit:
        found["device_class"] = device_class
    if member.is_writable:
        found |= {"platform": "number", "mode": "auto"}
        bounds = {"min": number.min, "max": number.max, "step": number.step}
        found |= {key: _tidy(figure) for key, figure in bounds.items() if figure is not None}
    else:
        found |= {"platform": "sensor", "state_class": "measurement"}
        found["suggested_display_precision"] = 0 if number.kind == "int" else 1
    return found


def _choice(data_type: EnumType, member: Property) -> Entity:
    words = _options(data_type)
    listed: list[Json] = list(words.values())
    value = _value(member.identifier)
    said = ", ".join(f"{number}: {word!r}" for number, word in words.items())
    numbers = ", ".join(f"{word!r}: {number}" for number, word in words.items())
    found: Entity = {"options": listed, "value_template": f"{{{{ {{{said}}}[{value}] }}}}"}
    if member.is_writable:
        return found | {"platform": "select", "command_template": f"{{{{ {{{numbers}}}[value] }}}}"}
    return found | {"platform": "sensor", "device_class": "enum"}


def _options(data_type: EnumType) -> dict[int, str]:
    """Every value with a word of its own: two of one name could not be told apart."""
    words: dict[int, str] = {}
    for value, label in data_type.labels.items():
        plain = label if label and label not in words.values() else str(value)
        words[value] = plain if plain not in words.values() else f"{label} {value}"
    return words


def _named(name: str) -> Entity:
    return {"name": name} if name else {}


def _key(identifier: str, taken: set[str]) -> str:
    wanted = re.sub(r"[^A-Za-z0-9_-]", "_", identifier.replace(":", "__"))
    found, count = wanted, 1
    while found in taken:
        count += 1
        found = f"{wanted}_{count}"
    taken.add(found)
    return found


def _value(identifier: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", identifier)
    return f"value_json.{identifier}" if plain else f"value_json[{identifier!r}]"


def _tidy(figure: float) -> int | float:
    return int(figure) if float(figure).is_integer() else figure
