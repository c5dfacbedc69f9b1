"""Which words does Home Assistant's MQTT discovery have: platforms, roles in them, classes, and short keys?"""

from collections.abc import Mapping
from dataclasses import dataclass

from jinn.kernel import Names
from jinn.things.forms.miot_words import UNITS
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, TextType


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a property is within an entity of several: it has no name there, so it is given its usual one.

    Attributes:
        key: the topic that makes an entity have it.
        state: the topic of its value, where that is not like the key.
    """

    identifier: str
    ability: str
    key: str
    names: Names
    state: str = ""


ON = Role(identifier="on", ability="power", key="command_topic", names=Names(en="power", zh="开关"))

PLATFORMS: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "light": ("light", (
        ON,
        Role(identifier="brightness", ability="brightness", key="brightness_command_topic",
             names=Names(en="brightness", zh="亮度")),
        Role(identifier="color_temperature", ability="color_temperature", key="color_temp_command_topic",
             names=Names(en="color temperature", zh="色温")),
        Role(identifier="color", ability="color", key="rgb_command_topic", names=Names(en="color", zh="颜色")),
    )),
    "cover": ("curtain", (
        Role(identifier="position", ability="position", key="set_position_topic",
             names=Names(en="position", zh="开合度"), state="position_topic"),
    )),
    "climate": ("air_conditioner", (
        Role(identifier="on", ability="power", key="power_command_topic", names=ON.names),
        Role(identifier="mode", ability="mode", key="mode_command_topic", names=Names(en="mode", zh="模式")),
        Role(identifier="target_temperature", ability="target_temperature", key="temperature_command_topic",
             names=Names(en="target temperature", zh="目标温度")),
        Role(identifier="fan", ability="fan_speed", key="fan_mode_command_topic",
             names=Names(en="fan speed", zh="风速")),
        Role(identifier="temperature", ability="temperature", key="current_temperature_topic",
             names=Names(en="room temperature", zh="室温")),
    )),
    "fan": ("fan", (
        ON,
        Role(identifier="fan", ability="fan_speed", key="preset_mode_command_topic",
             names=Names(en="fan speed", zh="风速")),
    )),
    "vacuum": ("vacuum", ()),
}  # fmt: skip
"""Platform → our kind, and the roles of its properties."""

PLATFORM_OF = {kind: platform for platform, (kind, _) in PLATFORMS.items()}

PRESSES: Mapping[str, tuple[tuple[str, str, Names], ...]] = {
    "cover": (
        ("open", "payload_open", Names(en="open", zh="打开")),
        ("close", "payload_close", Names(en="close", zh="关闭")),
        ("stop", "payload_stop", Names(en="stop", zh="停止")),
    ),
    "vacuum": (
        ("start", "payload_start", Names(en="start", zh="开始清扫")),
        ("pause", "payload_pause", Names(en="pause", zh="暂停")),
        ("stop", "payload_stop", Names(en="stop", zh="停止")),
        ("dock", "payload_return_to_base", Names(en="return to the dock", zh="回充")),
        ("locate", "payload_locate", Names(en="locate", zh="定位")),
    ),
}
"""Platform → what it can be told, under which key, and what that is called."""

FEATURES = {"start": "start", "pause": "pause", "stop": "stop", "dock": "return_home", "locate": "locate"}
"""Of a vacuum: our service → its name among `supported_features`."""

VACUUM_STATES = ("docked", "cleaning", "paused", "returning", "error", "idle")

MODES: Mapping[str, str] = {"fan": "fan_only", "heat_cool": "heat_cool"}
"""Our label of a mode → theirs, where they differ."""

OPTION_NAMES: Mapping[str, Mapping[str, str]] = {
    "on": {"off": "关", "on": "开"},
    "mode": {"auto": "自动", "cool": "制冷", "heat": "制热", "dry": "除湿", "fan": "送风", "off": "关"},
    "open": {"closed": "关着", "open": "开着"},
    "door": {"closed": "关着", "open": "开着"},
    "state": {
        "idle": "空闲",
        "docked": "已回充",
        "cleaning": "清扫中",
        "paused": "已暂停",
        "returning": "回充中",
        "stuck": "被困住",
        "charging": "充电中",
        "error": "故障",
    },
    "fan": {"off": "关", "on": "开", "auto": "自动", "low": "低风", "mid": "中风", "medium": "中风", "high": "高风"},
}
"""Identifier → English word → Mandarin word."""

DEVICE_CLASSES: Mapping[str, str] = {
    "temperature": "temperature",
    "target_temperature": "temperature",
    "cold_target": "temperature",
    "freezer_target": "temperature",
    "cold_temperature": "temperature",
    "freezer_temperature": "temperature",
    "humidity": "humidity",
    "illuminance": "illuminance",
    "battery": "battery",
    "pm25": "pm25",
    "contact": "door",
    "motion": "motion",
}
"""Ability → device class of its entity."""

IDENTIFIERS: Mapping[str, str] = {
    "temperature": "temperature", "humidity": "humidity", "illuminance": "illuminance", "battery": "battery",
    "pm25": "pm25", "door": "open", "window": "open", "opening": "open", "motion": "motion", "occupancy": "motion",
    "presence": "motion",
}  # fmt: skip
"""Device class → identifier, for an entity whose own name says nothing to us."""

LABELS: Mapping[str, Mapping[int, str]] = {
    "door": {0: "closed", 1: "open"}, "window": {0: "closed", 1: "open"}, "opening": {0: "closed", 1: "open"},
}  # fmt: skip

UNIT_NAMES: Mapping[str, str] = {**dict(UNITS.values()), "bpm": "beats per minute", "step": "steps"}

SHORT_KEYS: Mapping[str, str] = {
    "dev": "device", "o": "origin", "cmps": "components", "p": "platform", "uniq_id": "unique_id", "ids": "identifiers",
    "mf": "manufacturer", "mdl": "model", "mdl_id": "model_id", "sw": "sw_version", "hw": "hw_version", "sn":
    "serial_number", "sa": "suggested_area", "cu": "configuration_url", "stat_t": "state_topic", "cmd_t":
    "command_topic", "cmd_tpl": "command_template", "val_tpl": "value_template", "stat_val_tpl": "state_value_template",
    "dev_cla": "device_class", "stat_cla": "state_class", "unit_of_meas": "unit_of_measurement", "ops": "options",
    "pl_on": "payload_on", "pl_off": "payload_off", "pl_prs": "payload_press", "pl_open": "payload_open", "pl_cls":
    "payload_close", "pl_stop": "payload_stop", "stat_on": "state_on", "stat_off": "state_off", "avty_t":
    "availability_topic", "avty": "availability", "avty_mode": "availability_mode", "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available", "bri_cmd_t": "brightness_command_topic", "bri_stat_t":
    "brightness_state_topic", "bri_scl": "brightness_scale", "bri_val_tpl": "brightness_value_template",
    "clr_temp_cmd_t": "color_temp_command_topic", "clr_temp_stat_t": "color_temp_state_topic", "clr_temp_k":
    "color_temp_kelvin", "min_mirs": "min_mireds", "max_mirs": "max_mireds", "min_k": "min_kelvin", "max_k":
    "max_kelvin", "rgb_cmd_t": "rgb_command_topic", "rgb_stat_t": "rgb_state_topic", "hs_cmd_t": "hs_command_topic",
    "pos_t": "position_topic", "set_pos_t": "set_position_topic", "pos_open": "position_open", "pos_clsd":
    "position_closed", "temp_cmd_t": "temperature_command_topic", "temp_stat_t": "temperature_state_topic",
    "curr_temp_t": "current_temperature_topic", "mode_cmd_t": "mode_command_topic", "mode_stat_t": "mode_state_topic",
    "pow_cmd_t": "power_command_topic", "fan_mode_cmd_t": "fan_mode_command_topic", "fan_mode_stat_t":
    "fan_mode_state_topic", "pr_mode_cmd_t": "preset_mode_command_topic", "pr_modes": "preset_modes", "pct_cmd_t":
    "percentage_command_topic", "sup_feat": "supported_features", "sup_clrm": "supported_color_modes", "evt_typ":
    "event_types", "json_attr_t": "json_attributes_topic", "ent_cat": "entity_category", "ic": "icon", "ret": "retain",
    "opt": "optimistic", "exp_aft": "expire_after", "obj_id": "object_id", "en": "enabled_by_default", "sug_dsp_prc":
    "suggested_display_precision",
}  # fmt: skip
"""Short key → long key, of those that are of use here and those that are passed over."""

PASSED_OVER = frozenset({
    "unique_id", "object_id", "device", "origin", "availability_topic", "availability", "availability_mode",
    "payload_available", "payload_not_available", "availability_template", "qos", "retain", "icon", "entity_category",
    "enabled_by_default", "json_attributes_topic", "json_attributes_template", "optimistic", "expire_after",
    "force_update", "encoding", "value_template", "command_template", "state_topic", "command_topic", "~",
    "entity_picture", "default_entity_id", "state_class", "payload_on", "payload_off", "state_on", "state_off",
    "payload_reset", "off_delay",
})  # fmt: skip
"""How a thing is reached and shown, which no thing model says."""


def default_type(role: str) -> DataType:
    """What a role's values are when its entity says no more."""
    match role:
        case "on":
            found: DataType = BoolType(labels={0: "off", 1: "on"})
        case "color":
            found = TextType(length=7)
        case "temperature":
            found = NumberType(kind="double", step=0.1, unit="°C", unit_name="degree Celsius")
        case "state":
            found = EnumType(labels=dict(enumerate(VACUUM_STATES)))
        case _:
            found = NumberType(kind="int", min=0, max=100, step=1, unit="%", unit_name="percent")
    return found
