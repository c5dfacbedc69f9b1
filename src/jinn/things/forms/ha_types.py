"""Which data type has an entity of Home Assistant?"""

from jinn.things.data_types import OPTIONS_MAX
from jinn.things.forms.ha_words import LABELS, MODES, UNIT_NAMES, Role, default_type
from jinn.things.forms.reading import Node
from jinn.things.thing_model import BoolType, DataType, DateType, EnumType, NumberType, TextType

_TEXT_CHARS_MAX = 255
_THEIR_MODES = {theirs: ours for ours, theirs in MODES.items()}


def platform_of(node: Node) -> str:
    """The stated platform, else what its keys speak for."""
    stated = node.text("platform")
    if stated:
        return stated
    for key, platform in (
        ("brightness_command_topic", "light"), ("supported_color_modes", "light"), ("brightness_scale", "light"),
        ("set_position_topic", "cover"), ("payload_open", "cover"), ("temperature_command_topic", "climate"),
        ("mode_command_topic", "climate"), ("percentage_command_topic", "fan"), ("preset_mode_command_topic", "fan"),
        ("payload_press", "button"), ("event_types", "event"),
    ):  # fmt: skip
        if node.has(key):
            return platform
    if node.has("command_topic"):
        if node.has("options"):
            return "select"
        return "number" if node.has("min") or node.has("max") else "switch"
    return "binary_sensor" if node.has("payload_on") else "sensor"


def component_type(node: Node, platform: str) -> DataType:
    """Of an entity that is one property. Raises `Invalid`."""
    if platform in ("switch", "binary_sensor"):
        device_class = node.text("device_class")
        usual = {0: "off", 1: "on"} if platform == "switch" else {}
        found: DataType = BoolType(labels=dict(LABELS.get(device_class, usual)))
    elif node.has("options"):
        found = EnumType(labels=_options(node, "options"))
        node.skip("device_class", "unit_of_measurement")
    elif platform == "number":
        found = _read_number(node)
    elif platform == "text":
        node.skip("min", "mode", "pattern")
        found = TextType(length=min(max(1, node.whole("max", _TEXT_CHARS_MAX)), _TEXT_CHARS_MAX))
    elif node.text("device_class") == "timestamp":
        found = DateType()
    else:
        found = _read_sensor(node)
    return found


def role_type(node: Node, role: Role) -> DataType:
    """Of a role within an entity of several. Raises `Invalid`."""
    match role.identifier:
        case "brightness":
            most = max(1, node.whole("brightness_scale", 255))
            is_percent = most == 100
            return NumberType(
                kind="int", min=0, max=most, step=1, unit="%" if is_percent else "",
                unit_name="percent" if is_percent else "",
            )  # fmt: skip
        case "color_temperature":
            return _read_kelvin(node)
        case "position":
            ends = sorted((node.whole("position_closed", 0), node.whole("position_open", 100)))
            return NumberType(kind="int", min=ends[0], max=ends[1], step=1, unit="%", unit_name="percent")
        case "target_temperature":
            low, high = node.figure("min_temp"), node.figure("max_temp")
            unit = f"°{node.text('temperature_unit', 'C')[:1]}"
            step = node.figure("temp_step")
            return NumberType(
                kind="double", min=7 if low is None else low, max=max(35 if high is None else high, low or 7),
                step=abs(step) if step else 1, unit=unit, unit_name=UNIT_NAMES.get(unit, ""),
            )  # fmt: skip
        case "mode" | "fan":
            key = {"mode": "modes", "fan": "fan_modes" if node.has("fan_modes") else "preset_modes"}[role.identifier]
            usual = (
                ["auto", "off", "cool", "heat", "dry", "fan"] if key == "modes" else ["auto", "low", "medium", "high"]
            )
            labels = _options(node, key) if node.has(key) else dict(enumerate(usual))
            if role.identifier == "mode":
                labels = {value: _THEIR_MODES.get(word, word) for value, word in labels.items()}
            return EnumType(labels=labels)
    return default_type(role.identifier)


def _read_kelvin(node: Node) -> NumberType:
    """Colour temperature is in mireds, a million by kelvins, unless the entity says otherwise."""
    is_kelvin = node.flag("color_temp_kelvin")
    low, high = node.whole("min_kelvin"), node.whole("max_kelvin")
    warm, cold = node.whole("max_mireds", 500), node.whole("min_mireds", 153)
    if not is_kelvin and not low:
        low, high = round(1_000_000 / max(1, warm)), round(1_000_000 / max(1, cold))
    low, high = sorted((low or 2000, high or 6535))
    return NumberType(kind="int", min=low, max=high, step=1, unit="K", unit_name="kelvin")


def _read_number(node: Node) -> NumberType:
    low, high, step = node.figure("min"), node.figure("max"), node.figure("step")
    # What is left out is 1, 100 and 1 for Home Assistant.
    low, high = 1.0 if low is None else low, 100.0 if high is None else high
    step = 1.0 if step is None else abs(step)
    unit = node.text("unit_of_measurement")
    node.skip("mode", "device_class")
    if low > high:
        raise node.wrong("max", f"at least {low:g}")
    is_whole = all(float(figure).is_integer() for figure in (low, high, step))
    return NumberType(
        kind="int" if is_whole else "double", min=low, max=high, step=step or None, unit=unit,
        unit_name=UNIT_NAMES.get(unit, ""),
    )  # fmt: skip


def _read_sensor(node: Node) -> DataType:
    unit, device_class = node.text("unit_of_measurement"), node.text("device_class")
    precision = node.figure("suggested_display_precision")
    if not (unit or device_class or node.has("state_class") or precision is not None):
        return TextType(length=_TEXT_CHARS_MAX)
    is_percent = device_class == "battery"
    return NumberType(
        kind="int" if precision == 0 or is_percent else "double",
        min=0 if is_percent else None, max=100 if is_percent else None, step=1 if is_percent else None,
        unit=unit, unit_name=UNIT_NAMES.get(unit, ""),
    )  # fmt: skip


def _options(node: Node, key: str) -> dict[int, str]:
    words = [word[:100] for word in node.texts(key)]
    if len(words) > OPTIONS_MAX:
        node.leave(key, f"ends after {OPTIONS_MAX} words", "a thing model's enum has no more")
    if not words:
        raise node.wrong(key, "a list of words")
    return dict(enumerate(words[:OPTIONS_MAX]))
