"""Which features of Matter can be set, and what can a node be told to do?"""

from collections.abc import Mapping

from jinn.kernel import Invalid, Names
from jinn.things.forms.matter_model import Action, Attributes, Feature, Order, bits, whole
from jinn.things.forms.matter_scales import (
    hex_of_hue,
    hue_of_hex,
    kelvin_of_mireds,
    level_of_percent,
    mireds_of_kelvin,
    percent_of_level,
)
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, TextType
from jinn.things.values import Json

ON_OFF, LEVEL, COLOR, COVERING, THERMOSTAT, FAN = 0x0006, 0x0008, 0x0300, 0x0102, 0x0201, 0x0202
RUN_MODE, CLEAN_MODE, OPERATION, SETPOINT = 0x0054, 0x0055, 0x0061, 0x0056

_PERCENT = NumberType(kind="int", min=0, max=100, step=1, unit="%", unit_name="percent")
_AT_ONCE: Mapping[str, Json] = {"transitionTime": 0, "optionsMask": 0, "optionsOverride": 0}
_SYSTEM_MODES = {0: "off", 1: "auto", 3: "cool", 4: "heat", 7: "fan", 8: "dry"}
_FAN_MODES = {0: "off", 1: "low", 2: "medium", 3: "high", 4: "on", 5: "auto"}
_FAN_SEQUENCES = {0: (0, 1, 2, 3), 1: (0, 1, 3), 2: (0, 1, 2, 3, 5), 3: (0, 1, 3, 5), 4: (0, 3, 5), 5: (0, 3)}
STATES = {0: "idle", 1: "cleaning", 2: "paused", 3: "stuck", 64: "returning", 65: "charging", 66: "docked"}
_CLEANING_TAG, _IDLE_TAG = 0x4001, 0x4000


def _as_number(value: Json) -> float:
    """Values have been checked against the model before; a text here is our own bug."""
    assert isinstance(value, int | float)
    return float(value)


def _on_off(identifier: str, ability: str, names: Names, labels: dict[int, str], *, flip: bool = False) -> Feature:
    def value_of(attributes: Attributes) -> Json:
        raw = attributes.get(0)
        return int(raw is not flip) if isinstance(raw, bool) else None

    return Feature(
        identifier=identifier, ability=ability, names=names, cluster=ON_OFF, attributes=(0,),
        type_of=lambda _: BoolType(labels=labels), value_of=value_of,
        order_of=lambda value, _: Order(cluster=ON_OFF, command="On" if bool(value) is not flip else "Off"),
        stated=lambda kind: {0: False, 65529: [0, 1, 2]} if isinstance(kind, BoolType) else None,
    )  # fmt: skip


def _level(identifier: str, ability: str, names: Names, command: str) -> Feature:
    def value_of(attributes: Attributes) -> Json:
        raw = whole(attributes.get(0))
        return None if raw is None else percent_of_level(raw)

    def order_of(value: Json, _: Attributes) -> Order:
        level = level_of_percent(_as_number(value))
        return Order(cluster=LEVEL, command=command, payload={"level": level, **_AT_ONCE})

    return Feature(
        identifier=identifier, ability=ability, names=names, cluster=LEVEL, attributes=(0,),
        type_of=lambda _: _PERCENT, value_of=value_of, order_of=order_of,
        stated=lambda kind: {0: 254, 2: 1, 3: 254} if isinstance(kind, NumberType) else None, echo={0: "level"},
    )  # fmt: skip


def _kelvin_type(attributes: Attributes) -> DataType:
    cold, warm = whole(attributes.get(0x400B)) or 153, whole(attributes.get(0x400C)) or 500
    low, high = sorted((kelvin_of_mireds(warm), kelvin_of_mireds(cold)))
    return NumberType(kind="int", min=low, max=high, step=1, unit="K", unit_name="kelvin")


def _kelvin_value(attributes: Attributes) -> Json:
    raw = whole(attributes.get(7))
    return None if not raw else kelvin_of_mireds(raw)


def _kelvin_order(value: Json, attributes: Attributes) -> Order:
    mireds = mireds_of_kelvin(_as_number(value))
    # Rounded into mireds, the ends of the range may fall just outside of what the lamp takes.
    low, high = whole(attributes.get(0x400B)) or 1, whole(attributes.get(0x400C)) or 65_279
    payload = {"colorTemperatureMireds": max(low, min(high, mireds)), **_AT_ONCE}
    return Order(cluster=COLOR, command="MoveToColorTemperature", payload=payload)


def _kelvin_stated(kind: DataType) -> dict[int, Json] | None:
    if not isinstance(kind, NumberType) or not kind.min or not kind.max or kind.min < 0:
        return None
    return {7: mireds_of_kelvin(kind.max), 0x400B: mireds_of_kelvin(kind.max), 0x400C: mireds_of_kelvin(kind.min)}


def _color_value(attributes: Attributes) -> Json:
    hue, saturation = whole(attributes.get(0)), whole(attributes.get(1))
    return None if hue is None or saturation is None else hex_of_hue(hue, saturation)


def _color_order(value: Json, _: Attributes) -> Order:
    found = hue_of_hex(value)
    if found is None:
        raise Invalid("A colour looks like #ff8800.", code="out-of-range", property="color")
    payload = {"hue": found[0], "saturation": found[1], **_AT_ONCE}
    return Order(cluster=COLOR, command="MoveToHueAndSaturation", payload=payload)


def _position_value(attributes: Attributes) -> Json:
    """A lift of 0 is open for Matter; a position of 0 is closed for us."""
    hundredths, percent = whole(attributes.get(14)), whole(attributes.get(8))
    if hundredths is not None:
        return max(0, 100 - round(hundredths / 100))
    return None if percent is None else max(0, 100 - percent)


def _setpoint(attributes: Attributes) -> int:
    """The attribute that holds what is wanted now: to be cooled to, else to be heated to."""
    can_cool, can_heat = bool(bits(attributes) & 2), bool(bits(attributes) & 1)
    if can_cool and can_heat:
        return 0x12 if attributes.get(0x1C) == 4 else 0x11
    return 0x11 if can_cool or 0x12 not in attributes else 0x12


def _target_type(attributes: Attributes) -> DataType:
    is_cooling = _setpoint(attributes) == 0x11
    ends = ((0x17, 0x18), (0x05, 0x06)) if is_cooling else ((0x15, 0x16), (0x03, 0x04))
    found = [(whole(attributes.get(low)), whole(attributes.get(high))) for low, high in ends]
    low, high = next(((a, b) for a, b in found if a is not None and b is not None and a < b), (700, 3200))
    return NumberType(kind="double", min=low / 100, max=high / 100, step=0.5, unit="°C", unit_name="degree Celsius")


def _hundredth(attributes: Attributes, attribute: int) -> Json:
    raw = whole(attributes.get(attribute))
    return None if raw is None else raw / 100


def _target_stated(kind: DataType) -> dict[int, Json] | None:
    if not isinstance(kind, NumberType):
        return None
    low, high = round((kind.min or 0) * 100), round((kind.max or 0) * 100)
    bounds: dict[int, Json] = {0x17: low, 0x18: high, 0x15: low, 0x16: high} if low < high else {}
    return {0x11: max(low, min(high, 2600)), 0x12: max(low, min(high, 2000)), 65532: 3, **bounds}


def _mode_type(attributes: Attributes) -> DataType:
    mask = bits(attributes)
    # A thermostat that does not say what it does may do all of it.
    can = {0: True, 1: bool(mask & 0x20), 3: bool(mask & 2), 4: bool(mask & 1), 7: bool(mask & 2), 8: bool(mask & 2)}
    return EnumType(labels={value: word for value, word in _SYSTEM_MODES.items() if can[value] or not mask})


def _mode_stated(kind: DataType) -> dict[int, Json] | None:
    if not isinstance(kind, EnumType):
        return None
    words = set(kind.labels.values())
    mask = (
        (1 if "heat" in words else 0) | (2 if words & {"cool", "fan", "dry"} else 0) | (0x20 if "auto" in words else 0)
    )
    return {0x1C: 0, 65532: mask} if mask else None


def _fan_type(attributes: Attributes) -> DataType:
    sequence = _FAN_SEQUENCES.get(whole(attributes.get(1)) or 0, (0, 1, 2, 3))
    return EnumType(labels={value: _FAN_MODES[value] for value in sequence})


def _fan_stated(kind: DataType) -> dict[int, Json] | None:
    if not isinstance(kind, EnumType):
        return None
    words = {"medium" if word == "mid" else word for word in kind.labels.values()}
    best = max(_FAN_SEQUENCES, key=lambda at: (len(words & {_FAN_MODES[value] for value in _FAN_SEQUENCES[at]}), -at))
    return {0: 0, 1: best}


def _modes(attributes: Attributes) -> dict[int, str]:
    """`SupportedModes`: label 0, mode 1."""
    found: dict[int, str] = {}
    listed = attributes.get(0)
    for mode in listed if isinstance(listed, list) else ():
        number = whole(mode.get("1")) if isinstance(mode, dict) else None
        label = mode.get("0") if isinstance(mode, dict) else None
        if number is not None and 0 <= number < 256 and isinstance(label, str):
            found[number] = label[:64]
    return found


def _mode_tagged(attributes: Attributes, tag: int) -> int | None:
    listed = attributes.get(0)
    for mode in listed if isinstance(listed, list) else ():
        tags = mode.get("2") if isinstance(mode, dict) else None
        if isinstance(tags, list) and any(isinstance(one, dict) and one.get("1") == tag for one in tags):
            assert isinstance(mode, dict)
            return whole(mode.get("1"))
    return None


def _chosen_mode(identifier: str, names: Names, cluster: int) -> Feature:
    return Feature(
        identifier=identifier, ability="", names=names, cluster=cluster, attributes=(1,),
        type_of=lambda attributes: EnumType(labels=_modes(attributes) or {0: "0"}),
        value_of=lambda attributes: whole(attributes.get(1)),
        order_of=lambda value, _: Order(cluster=cluster, command="ChangeToMode", payload={"newMode": value}),
        stated=lambda _: None,
    )  # fmt: skip


def _cabinet(identifier: str, names: Names) -> Feature:
    """The set point of a compartment: TemperatureSetpoint 0, MinTemperature 1, MaxTemperature 2, Step 3."""

    def type_of(attributes: Attributes) -> DataType:
        low, high, step = (whole(attributes.get(at)) for at in (1, 2, 3))
        is_range = low is not None and high is not None and low < high
        step_c = step / 100 if step else 1.0
        is_whole = all((at or 0) % 100 == 0 for at in (low, high, step))
        return NumberType(
            kind="int" if is_whole else "double", min=low / 100 if is_range and low is not None else None,
            max=high / 100 if is_range and high is not None else None, step=step_c, unit="°C",
            unit_name="degree Celsius",
        )  # fmt: skip

    def value_of(attributes: Attributes) -> Json:
        raw = whole(attributes.get(0))
        if raw is None:
            return None
        return raw // 100 if raw % 100 == 0 else raw / 100

    def order_of(value: Json, _: Attributes) -> Order:
        payload: dict[str, Json] = {"targetTemperature": round(_as_number(value) * 100)}
        return Order(cluster=SETPOINT, command="SetTemperature", payload=payload)

    def stated(kind: DataType) -> dict[int, Json] | None:
        if not isinstance(kind, NumberType) or kind.min is None or kind.max is None:
            return None
        return {
            0: round(kind.min * 100), 1: round(kind.min * 100), 2: round(kind.max * 100),
            3: round((kind.step or 1) * 100),
        }  # fmt: skip

    return Feature(
        identifier=identifier, ability=identifier, names=names, cluster=SETPOINT, attributes=(0,), type_of=type_of,
        value_of=value_of, order_of=order_of, stated=stated, echo={0: "targetTemperature"},
    )  # fmt: skip


def _state_value(attributes: Attributes) -> Json:
    raw = whole(attributes.get(4))
    return raw if raw in STATES else None


POWER = _on_off("on", "power", Names(en="power", zh="开关"), {0: "off", 1: "on"})
MUTE = _on_off("mute", "mute", Names(en="mute", zh="静音"), {0: "sounding", 1: "muted"}, flip=True)
BRIGHTNESS = _level("brightness", "brightness", Names(en="brightness", zh="亮度"), "MoveToLevelWithOnOff")
VOLUME = _level("volume", "volume", Names(en="volume", zh="音量"), "MoveToLevel")
COLD_TARGET = _cabinet("cold_target", Names(en="fridge target", zh="冷藏目标温度"))
FREEZER_TARGET = _cabinet("freezer_target", Names(en="freezer target", zh="冷冻目标温度"))
ROOM_TEMPERATURE = Feature(
    identifier="temperature", ability="temperature", names=Names(en="room temperature", zh="室温"), cluster=THERMOSTAT,
    attributes=(0,), value_of=lambda attributes: _hundredth(attributes, 0),
    type_of=lambda _: NumberType(kind="double", step=0.1, unit="°C", unit_name="degree Celsius"),
    stated=lambda kind: {0: None} if isinstance(kind, NumberType) else None,
)  # fmt: skip

ACTORS: tuple[Feature, ...] = (
    POWER,
    BRIGHTNESS,
    Feature(
        identifier="color_temperature", ability="color_temperature", names=Names(en="color temperature", zh="色温"),
        cluster=COLOR, attributes=(7,), type_of=_kelvin_type, value_of=_kelvin_value, order_of=_kelvin_order,
        stated=_kelvin_stated, echo={7: "colorTemperatureMireds"},
    ),
    Feature(
        identifier="color", ability="color", names=Names(en="color", zh="颜色"), cluster=COLOR, attributes=(0, 1),
        type_of=lambda _: TextType(length=7), value_of=_color_value, order_of=_color_order,
        stated=lambda kind: {0: 0, 1: 0} if isinstance(kind, TextType) else None, echo={0: "hue", 1: "saturation"},
    ),
    Feature(
        identifier="position", ability="position", names=Names(en="position", zh="开合度"), cluster=COVERING,
        attributes=(14, 8), type_of=lambda _: _PERCENT, value_of=_position_value,
        order_of=lambda value, _: Order(
            cluster=COVERING, command="GoToLiftPercentage",
            payload={"liftPercent100thsValue": round((100 - _as_number(value)) * 100)},
        ),
        stated=lambda kind: {14: 0, 11: 0, 65532: 5} if isinstance(kind, NumberType) else None,
        echo={14: "liftPercent100thsValue"},
    ),
    ROOM_TEMPERATURE,
    Feature(
        identifier="target_temperature", ability="target_temperature", cluster=THERMOSTAT, attributes=(0x11, 0x12),
        names=Names(en="target temperature", zh="目标温度"), type_of=_target_type,
        value_of=lambda attributes: _hundredth(attributes, _setpoint(attributes)),
        order_of=lambda value, attributes: Order(
            cluster=THERMOSTAT, attribute=_setpoint(attributes), value=round(_as_number(value) * 100)
        ),
        stated=_target_stated,
    ),
    Feature(
        identifier="mode", ability="mode", names=Names(en="mode", zh="模式"), cluster=THERMOSTAT, attributes=(0x1C,),
        type_of=_mode_type, value_of=lambda attributes: whole(attributes.get(0x1C)),
        order_of=lambda value, _: Order(cluster=THERMOSTAT, attribute=0x1C, value=value), stated=_mode_stated,
    ),
    Feature(
        identifier="fan", ability="fan_speed", names=Names(en="fan speed", zh="风速"), cluster=FAN, attributes=(0,),
        type_of=_fan_type, value_of=lambda attributes: whole(attributes.get(0)),
        order_of=lambda value, _: Order(cluster=FAN, attribute=0, value=value), stated=_fan_stated,
    ),
    Feature(
        identifier="state", ability="activity", names=Names(en="state", zh="状态"), cluster=OPERATION, attributes=(4,),
        type_of=lambda _: EnumType(labels=STATES), value_of=_state_value,
        stated=lambda kind: {4: 66} if isinstance(kind, EnumType) else None,
    ),
    _chosen_mode("run_mode", Names(en="run mode", zh="运行模式"), RUN_MODE),
    _chosen_mode("clean_mode", Names(en="cleaning mode", zh="清扫模式"), CLEAN_MODE),
)  # fmt: skip


def _changed(cluster: int, tag: int, attributes: Attributes) -> Order | None:
    mode = _mode_tagged(attributes, tag)
    return None if mode is None else Order(cluster=cluster, command="ChangeToMode", payload={"newMode": mode})


def _told(identifier: str, names: Names, cluster: int, command: str, number: int) -> Action:
    def order_of(attributes: Attributes) -> Order | None:
        accepted = attributes.get(65529)
        can = not isinstance(accepted, list) or not accepted or number in accepted
        return Order(cluster=cluster, command=command) if can else None

    return Action(identifier=identifier, names=names, cluster=cluster, order_of=order_of)


ACTIONS: tuple[Action, ...] = (
    _told("open", Names(en="open", zh="打开"), COVERING, "UpOrOpen", 0),
    _told("close", Names(en="close", zh="关闭"), COVERING, "DownOrClose", 1),
    _told("stop", Names(en="stop", zh="停止"), COVERING, "StopMotion", 2),
    Action(identifier="start", names=Names(en="start", zh="开始清扫"), cluster=RUN_MODE,
           order_of=lambda attributes: _changed(RUN_MODE, _CLEANING_TAG, attributes)),
    Action(identifier="stop", names=Names(en="stop", zh="停止"), cluster=RUN_MODE,
           order_of=lambda attributes: _changed(RUN_MODE, _IDLE_TAG, attributes)),
    _told("pause", Names(en="pause", zh="暂停"), OPERATION, "Pause", 0),
    _told("resume", Names(en="resume", zh="继续"), OPERATION, "Resume", 3),
    _told("dock", Names(en="return to the dock", zh="回充"), OPERATION, "GoHome", 128),
)  # fmt: skip
