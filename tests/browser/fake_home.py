"""A furnished home of thirteen things in the words of the wire, for the screen's tests and for work on the screen."""

from copy import deepcopy
from typing import Any

Json = dict[str, Any]

AREAS: list[Json] = [
    {"id": "living_room", "names": {"en": "Living room", "zh": "客厅"}},
    {"id": "bedroom", "names": {"en": "Bedroom", "zh": "卧室"}},
    {"id": "kitchen", "names": {"en": "Kitchen", "zh": "厨房"}},
    {"id": "hall", "names": {"en": "Hall", "zh": "门厅"}},
]
SUGGESTIONS: list[Json] = [
    {"en": "turn on the living room light", "zh": "打开客厅灯"},
    {"en": "is the fridge door open", "zh": "冰箱门开着吗"},
    {"en": "make it warmer", "zh": "调高温度"},
]


def spec(
    id_: str,
    en: str,
    zh: str,
    ability: str | None,
    type_: str,
    *,
    writable: bool = True,
    options: str = "",
    **limits: Any,
) -> Json:
    """A property; `options` as "auto 自动,cool 制冷" gives an enum its values from 0 up."""
    made: Json = {
        "id": id_,
        "names": {"en": en, "zh": zh},
        "ability": ability,
        "type": type_,
        "writable": writable,
    } | limits
    if options:
        pairs = [pair.split(" ") for pair in options.split(",")]
        made["options"] = [{"value": n, "names": {"en": pair[0], "zh": pair[1]}} for n, pair in enumerate(pairs)]
    return made


PERCENT: Json = {"min": 0, "max": 100, "step": 1, "unit": "%"}
ON = spec("on", "power", "开关", "power", "bool")
BRIGHTNESS = spec("brightness", "brightness", "亮度", "brightness", "int", **PERCENT)
KELVIN = spec(
    "color_temperature", "color temperature", "色温", "color_temperature", "int", min=2700, max=6500, step=100, unit="K"
)
COLOR = spec("color", "color", "颜色", "color", "text")
POSITION = spec("position", "position", "开合度", "position", "int", **PERCENT)
MODE = spec("mode", "mode", "模式", "mode", "enum", options="auto 自动,cool 制冷,heat 制热,dry 除湿,fan 送风")
FAN = spec("fan", "fan speed", "风速", "fan_speed", "enum", options="auto 自动,low 低风,mid 中风,high 高风")
TARGET = spec(
    "target_temperature",
    "target temperature",
    "目标温度",
    "target_temperature",
    "double",
    min=16,
    max=30,
    step=0.5,
    unit="°C",
)
ROOM = spec("temperature", "room temperature", "室温", "temperature", "double", writable=False, unit="°C")
COLD = spec("cold_target", "fridge target", "冷藏目标温度", "cold_target", "int", min=2, max=8, step=1, unit="°C")
FREEZER = spec(
    "freezer_target", "freezer target", "冷冻目标温度", "freezer_target", "int", min=-24, max=-16, step=1, unit="°C"
)
COLD_NOW = spec(
    "cold_temperature", "fridge temperature", "冷藏温度", "cold_temperature", "double", writable=False, unit="°C"
)
FREEZER_NOW = spec(
    "freezer_temperature", "freezer temperature", "冷冻温度", "freezer_temperature", "double", writable=False, unit="°C"
)
DOOR = spec("door", "door", "门", "contact", "bool", writable=False, options="closed 关着,open 开着")
OPEN = spec("open", "door", "门", "contact", "bool", writable=False, options="closed 关着,open 开着")
BATTERY = spec("battery", "battery", "电量", "battery", "int", writable=False, **PERCENT)
CLEANING = spec(
    "state", "state", "状态", "activity", "enum", writable=False,
    options="docked 已回充,cleaning 清扫中,paused 已暂停,returning 回充中,stuck 被困住",
)  # fmt: skip
CLEANED = spec("area", "area", "清扫区域", "cleaning_area", "text", writable=False)
VOLUME = spec("volume", "volume", "音量", "volume", "int", **PERCENT)
MUTE = spec("mute", "mute", "静音", "mute", "bool", options="no 否,yes 是")
CHANNEL = spec("channel", "channel", "频道", "channel", "int", min=1, max=999, step=1)
BEATS = spec("heart_rate", "heart rate", "心率", "heart_rate", "int", writable=False, unit="bpm")
STEPS = spec("steps", "steps today", "今日步数", "steps", "int", writable=False, unit="step")


def thing(kind: str, names: str, area: str | None, specs: list[Json], *values: Any) -> Json:
    """A thing that is online; `names` as "Speaker 音箱". It has reported `values`, in the order of its properties."""
    en, zh = names.rsplit(" ", 1)
    id_ = en.lower().replace(" ", "_")
    return {
        "id": id_, "product_key": f"fake_{kind}", "device_name": id_, "kind": kind, "names": {"en": en, "zh": zh},
        "area": area, "online": True, "seen_ms": None, "version": 1, "specs": specs,
        "services": SERVICES.get(kind, []), "events": EVENTS.get(kind, []),
        "properties": {s["id"]: {"value": v, "at_ms": None} for s, v in zip(specs, values, strict=True)},
    }  # fmt: skip


SERVICES: dict[str, list[Json]] = {
    "vacuum": [
        {"id": "clean_area", "names": {"en": "clean a room", "zh": "清扫房间"},
         "inputs": [spec("area", "area", "清扫区域", "cleaning_area", "text")]},
        {"id": "start", "names": {"en": "start", "zh": "开始清扫"}, "inputs": []},
        {"id": "pause", "names": {"en": "pause", "zh": "暂停"}, "inputs": []},
        {"id": "dock", "names": {"en": "return to the dock", "zh": "回充"}, "inputs": []},
    ]
}  # fmt: skip
OPEN_FOR = spec("seconds", "open for", "已开", None, "int", writable=False, unit="s")
EVENTS: dict[str, list[Json]] = {
    "fridge": [
        {
            "id": "door_left_open",
            "names": {"en": "door left open", "zh": "门未关好"},
            "kind": "alert",
            "outputs": [OPEN_FOR],
        }
    ]
}
CLIMATE, WHITE, COLORED = [ON, MODE, TARGET, FAN, ROOM], [ON, BRIGHTNESS, KELVIN], [ON, BRIGHTNESS, COLOR]
FRIDGE = [COLD, FREEZER, COLD_NOW, FREEZER_NOW, DOOR]
THINGS = [
    thing("light", "Living room light 客厅灯", "living_room", WHITE, 1, 80, 4000),
    thing("light", "Bedroom light 卧室灯", "bedroom", COLORED, 0, 60, "#ffd8a8"),
    thing("light", "Kitchen light 厨房灯", "kitchen", WHITE, 0, 100, 5000),
    thing("light", "Hall light 门厅灯", "hall", WHITE, 0, 50, 3000),
    thing("curtain", "Living room curtain 客厅窗帘", "living_room", [POSITION], 70),
    thing("air_conditioner", "Living room air conditioner 客厅空调", "living_room", CLIMATE, 1, 1, 24.0, 0, 26.5),
    thing("air_conditioner", "Bedroom air conditioner 卧室空调", "bedroom", CLIMATE, 0, 1, 26.0, 1, 26.8),
    thing("fridge", "Kitchen fridge 厨房冰箱", "kitchen", FRIDGE, 4, -18, 4.2, -17.8, 0),
    thing("vacuum", "Robot vacuum 扫地机器人", "living_room", [CLEANING, BATTERY, CLEANED], 0, 100, ""),
    thing("door_sensor", "Front door 大门", "hall", [OPEN, BATTERY], 0, 96),
    thing("speaker", "Speaker 音箱", "living_room", [VOLUME, MUTE], 40, 0),
    thing("television", "Television 电视", "living_room", [ON, VOLUME, MUTE, CHANNEL], 0, 25, 0, 1),
    thing("shirt", "Smart shirt 智能运动衣", None, [BEATS, STEPS, BATTERY], 64, 1200, 88),
]


def furnished(at_ms: int) -> dict[str, Json]:
    """The whole home by id, a copy of one's own; everything reported at `at_ms`."""
    home = {each["id"]: deepcopy(each) for each in THINGS}
    for each in home.values():
        each["seen_ms"] = at_ms
        for state in each["properties"].values():
            state["at_ms"] = at_ms
    return home
