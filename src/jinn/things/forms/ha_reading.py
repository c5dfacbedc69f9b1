"""Which product does a payload of MQTT discovery state?"""

import re

from jinn.kernel import Names
from jinn.things.forms.drafting import Draft, fresh
from jinn.things.forms.ha_types import component_type, platform_of, role_type
from jinn.things.forms.ha_words import (
    IDENTIFIERS,
    OPTION_NAMES,
    PASSED_OVER,
    PLATFORMS,
    PRESSES,
    SHORT_KEYS,
    Role,
    default_type,
)
from jinn.things.forms.reading import Node
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, DataType, EnumType, Event, EventKind, Property, Service

_SETTABLE = frozenset({"switch", "number", "select", "text"})
_ENTITIES = frozenset({*PLATFORMS, *_SETTABLE, "sensor", "binary_sensor", "button", "event"})


def read_discovery(node: Node) -> Product:
    """Raises `Invalid`."""
    node = node.spelt_out(SHORT_KEYS)
    device = node.node("device")
    device = device.spelt_out(SHORT_KEYS) if device is not None else None
    name = (device.name("name") if device else "") or node.name("name")
    draft = Draft(product_key=_key_of(device), names=Names(en=name, zh=name) if name else None)
    node.skip("origin", *PASSED_OVER)
    if device is not None:
        if device.text("manufacturer") == "jinn":
            draft.kind = device.name("model")
        device.skip("model", "identifiers", "connections", "model_id", "via_device", "serial_number")
        device.skip("sw_version", "hw_version", "suggested_area", "configuration_url")
        device.close()
    if node.has("components"):
        found = {key: inner.spelt_out(SHORT_KEYS) for key, inner in node.members("components")}
        node.close()
    else:
        # Its own topic would tell which platform it is of; the payload alone must be looked at.
        key = node.text("object_id") or node.text("unique_id") or name or "entity"
        found = {re.sub(r"[^A-Za-z0-9_-]+", "_", key)[:64]: node}
    for is_several in (False, True):
        # An entity by itself says more of a property than one of several roles does, so it comes first.
        for key, inner in found.items():
            platform = platform_of(inner)
            if (platform in PLATFORMS) is is_several:
                _read_component(draft, key, inner, platform, is_alone=len(found) == 1)
    return draft.finished()


def _key_of(device: Node | None) -> str:
    if device is None:
        return ""
    stated = device.get("identifiers")
    first = stated[0] if isinstance(stated, list) and stated else stated
    model = device.text("model_id")
    return re.sub(r"[^A-Za-z0-9_-]+", "_", model or (first if isinstance(first, str) else ""))[:64]


def _read_component(draft: Draft, key: str, node: Node, platform: str, *, is_alone: bool) -> None:
    node.skip("platform", *PASSED_OVER)
    if platform not in _ENTITIES:
        node.leave("platform", f"{platform[:40]!r} is left out", "no property is like it")
        return
    if platform in PLATFORMS:
        _read_combined(draft, key, node, platform)
    elif platform == "button":
        _read_button(draft, key, node)
    elif platform == "event":
        _read_event(draft, key, node)
    else:
        _read_property(draft, key, node, platform, is_alone=is_alone)
    node.close()


def _read_property(draft: Draft, key: str, node: Node, platform: str, *, is_alone: bool) -> None:
    data_type = component_type(node, platform)
    identifier = key.replace("__", ":", 1)
    usual = "on" if platform == "switch" else IDENTIFIERS.get(node.text("device_class"), "")
    # A stranger's entity is called by a serial number as often as not; then its class says more.
    if is_alone and usual:
        identifier = usual
    identifier = fresh(identifier, draft.properties.__contains__)
    is_writable = platform in _SETTABLE
    draft.add(Property(identifier=identifier, name=node.text("name")[:200], type=data_type, is_writable=is_writable))


def _read_button(draft: Draft, key: str, node: Node) -> None:
    node.skip("payload_press", "device_class")
    identifier = fresh(key.replace("__", ":", 1), draft.services.__contains__)
    draft.services[identifier] = Service(
        identifier=identifier, name=node.text("name")[:200], is_sync=False, inputs={}, outputs={}
    )


def _read_event(draft: Draft, key: str, node: Node) -> None:
    kinds = node.texts("event_types")
    node.skip("device_class")
    if len(kinds) > 1:
        node.leave("event_types", "become one event", "what the event was stands in its payload")
    identifier = fresh(key.replace("__", ":", 1), draft.events.__contains__)
    draft.events[identifier] = Event(
        identifier=identifier, name=node.text("name")[:200], kind=EventKind.INFO, outputs={}
    )


def _read_combined(draft: Draft, key: str, node: Node, platform: str) -> None:
    kind, roles = PLATFORMS[platform]
    draft.kind = draft.kind or kind
    node.skip("name", "schema", "device_class")
    implied = _implied_topics(node)
    for role in roles:
        if role.key in implied or node.has(role.key):
            node.skip(role.key, role.state, role.key.replace("command", "state"))
            _add_role(draft, key, role, role_type(node, role), is_writable=role.ability != "temperature")
    if platform == "vacuum" and "state" not in draft.properties:
        _add_plain(draft, "state", Names(en="state", zh="状态"), default_type("state"), is_writable=False)
    for word, payload, names in PRESSES.get(platform, ()):
        is_there = node.has(payload) or (platform == "cover" and node.has("command_topic"))
        node.skip(payload)
        if is_there and word not in draft.services:
            draft.services[word] = Service(identifier=word, name=names.en, is_sync=False, inputs={}, outputs={})
            draft.service_names[word] = names
    for known in node.present():
        if known.endswith(("_template", "_topic")):
            node.skip(known)
    node.skip("supported_features", "on_command_type", "fan_speed_list")


def _implied_topics(node: Node) -> set[str]:
    """An entity of the JSON schema names its roles among the modes of colour instead of by topics."""
    modes = set(node.texts("supported_color_modes"))
    found: set[str] = set()
    if node.get("brightness") is True or modes & {"brightness", "color_temp", "rgb", "hs", "xy", "rgbw", "rgbww"}:
        found.add("brightness_command_topic")
    if "color_temp" in modes:
        found.add("color_temp_command_topic")
    if modes & {"rgb", "hs", "xy", "rgbw", "rgbww"} or node.has("hs_command_topic"):
        found.add("rgb_command_topic")
    return found


def _add_role(draft: Draft, key: str, role: Role, data_type: DataType, *, is_writable: bool) -> None:
    identifier = role.identifier
    if identifier in draft.properties:
        identifier = f"{key}:{identifier}"
    _add_plain(draft, identifier, role.names, data_type, is_writable=is_writable)


def _add_plain(draft: Draft, wanted: str, names: Names, data_type: DataType, *, is_writable: bool) -> None:
    identifier = fresh(wanted, draft.properties.__contains__)
    draft.add(Property(identifier=identifier, name=names.en, type=data_type, is_writable=is_writable))
    draft.property_names[identifier] = names
    known = OPTION_NAMES.get(wanted.rpartition(":")[2], {})
    if isinstance(data_type, BoolType | EnumType):
        found = {value: Names(en=word, zh=known[word]) for value, word in data_type.labels.items() if word in known}
        if found:
            draft.option_names[identifier] = found
