"""The words of the smart-home protocol: device types, properties, orders, modes, colours, places and names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

KINDS: Mapping[str, tuple[str, str, str]] = {
    "television": ("television", "television", "电视"),
    "light": ("light", "light", "灯"),
    "aircondition": ("air_conditioner", "air conditioner", "空调"),
    "airpurifier": ("air_purifier", "air purifier", "空气净化器"),
    "outlet": ("switch", "socket", "插座"),
    "switch": ("switch", "switch", "开关"),
    "roboticvacuum": ("vacuum", "robot vacuum", "扫地机器人"),
    "curtain": ("curtain", "curtain", "窗帘"),
    "humidifier": ("humidifier", "humidifier", "加湿器"),
    "fan": ("fan", "fan", "风扇"),
    "bottlewarmer": ("generic", "bottle warmer", "暖奶器"),
    "soymilkmaker": ("generic", "soy milk maker", "豆浆机"),
    "kettle": ("generic", "kettle", "电热水壶"),
    "waterdispenser": ("generic", "water dispenser", "饮水机"),
    "watercooler": ("generic", "water cooler", "饮水机"),
    "camera": ("generic", "camera", "摄像头"),
    "router": ("generic", "router", "路由器"),
    "cooker": ("generic", "cooker", "电饭煲"),
    "waterheater": ("water_heater", "water heater", "热水器"),
    "oven": ("generic", "oven", "烤箱"),
    "waterpurifier": ("generic", "water purifier", "净水器"),
    "fridge": ("fridge", "fridge", "冰箱"),
    "STB": ("television", "set-top box", "机顶盒"),
    "sensor": ("sensor", "sensor", "传感器"),
    "washmachine": ("generic", "washing machine", "洗衣机"),
    "smartbed": ("generic", "smart bed", "智能床"),
    "aromamachine": ("generic", "aroma diffuser", "香薰机"),
    "window": ("curtain", "window", "窗"),
    "kitchenventilator": ("fan", "cooker hood", "抽油烟机"),
    "fingerprintlock": ("generic", "door lock", "指纹锁"),
    "telecontroller": ("generic", "remote control", "万能遥控器"),
    "dishwasher": ("generic", "dishwasher", "洗碗机"),
    "dehumidifier": ("generic", "dehumidifier", "除湿机"),
    "dryer": ("generic", "dryer", "干衣机"),
    "wall-hung-boiler": ("water_heater", "boiler", "壁挂炉"),
    "microwaveoven": ("generic", "microwave", "微波炉"),
    "heater": ("air_conditioner", "heater", "取暖器"),
    "mosquitoDispeller": ("generic", "mosquito repeller", "驱蚊器"),
    "treadmill": ("generic", "treadmill", "跑步机"),
    "smart-gating": ("generic", "gate", "智能门控"),
    "smart-band": ("generic", "smart band", "智能手环"),
    "hanger": ("curtain", "clothes hanger", "晾衣架"),
    "bloodPressureMeter": ("generic", "blood pressure meter", "血压仪"),
    "bloodGlucoseMeter": ("generic", "blood glucose meter", "血糖仪"),
}
"""Device type → our kind, and what it is called in both languages. Others are kept too, as `generic`."""

MEASURING = frozenset({"sensor", "bloodPressureMeter", "bloodGlucoseMeter", "smart-band"})
"""Types of which nothing can be set, unless their actions say otherwise."""

TYPES_OF_KINDS: Mapping[str, str] = {
    "light": "light", "curtain": "curtain", "air_conditioner": "aircondition", "fridge": "fridge",
    "vacuum": "roboticvacuum", "door_sensor": "sensor", "motion_sensor": "sensor", "television": "television",
    "fan": "fan", "switch": "switch", "sensor": "sensor", "humidifier": "humidifier",
    "air_purifier": "airpurifier", "water_heater": "waterheater", "shirt": "smart-band",
}  # fmt: skip

Operation = Literal["set", "up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a control's name asks.

    Attributes:
        property: the protocol's own word for what is set; empty when it is something to do.
        value: what is set when the name says it all: TurnOn sets `on`.
    """

    property: str
    operation: Operation = "set"
    value: str | None = None


def _numbers(property_name: str, word: str) -> dict[str, Order]:
    return {
        f"Set{word}": Order(property=property_name),
        f"AdjustUp{word}": Order(property=property_name, operation="up"),
        f"AdjustDown{word}": Order(property=property_name, operation="down"),
    }


ORDERS: Mapping[str, Order] = {
    "TurnOn": Order(property="powerstate", value="on"),
    "TurnOff": Order(property="powerstate", value="off"),
    "SelectChannel": Order(property="channel"),
    "AdjustUpChannel": Order(property="channel", operation="up"),
    "AdjustDownChannel": Order(property="channel", operation="down"),
    "SetMute": Order(property="mute", value="on"),
    "CancelMute": Order(property="mute", value="off"),
    **_numbers("volume", "Volume"),
    **_numbers("brightness", "Brightness"),
    **_numbers("colorTemperature", "ColorTemperature"),
    "SetColor": Order(property="color"),
    **_numbers("temperature", "Temperature"),
    **_numbers("humidity", "Humidity"),
    **_numbers("windspeed", "WindSpeed"),
    "SetMode": Order(property="mode"),
    "OpenSwing": Order(property="swing", value="on"),
    "CloseSwing": Order(property="swing", value="off"),
}
"""Every control that sets something that can be asked for afterwards."""

DEEDS: Mapping[str, tuple[str, str, str]] = {
    "Play": ("play", "play", "播放"),
    "Pause": ("pause", "pause", "暂停"),
    "Continue": ("continue", "continue", "继续"),
    "Next": ("next", "next", "下一个"),
    "Previous": ("previous", "previous", "上一个"),
    "FastForward": ("fast_forward", "fast forward", "快进"),
    "CancelMode": ("cancel_mode", "leave the mode", "取消模式"),
    "OpenFunction": ("open_function", "switch a function on", "打开功能"),
    "CloseFunction": ("close_function", "switch a function off", "关闭功能"),
    "OpenUpSwing": ("swing_up", "swing up", "向上摆风"),
    "OpenDownSwing": ("swing_down", "swing down", "向下摆风"),
    "OpenLeftSwing": ("swing_left", "swing left", "向左摆风"),
    "OpenRightSwing": ("swing_right", "swing right", "向右摆风"),
    "OpenForwardSwing": ("swing_forward", "swing forward", "向前摆风"),
    "OpenBackSwing": ("swing_back", "swing back", "向后摆风"),
    "OpenUpAndDownSwing": ("swing_up_and_down", "swing up and down", "上下摆风"),
    "OpenLeftAndRightSwing": ("swing_left_and_right", "swing left and right", "左右摆风"),
    "OpenForwardAndBackSwing": ("swing_forward_and_back", "swing forward and back", "前后摆风"),
    "Cancel": ("cancel", "cancel", "取消"),
}
"""Every control that is something to do: service, and what it is called in both languages."""

WITH_FUNCTION = frozenset({"OpenFunction", "CloseFunction"})

QUERIES: Mapping[str, str] = {
    "QueryColor": "color",
    "QueryPowerState": "powerstate",
    "QueryTemperature": "temperature",
    "QueryHumidity": "humidity",
    "QueryWindSpeed": "windspeed",
    "QueryBrightness": "brightness",
    "QueryFog": "fog",
    "QueryMode": "mode",
    "QueryPM25": "pm2.5",
    "QueryDirection": "direction",
    "QueryAngle": "angle",
}
"""What asks for one property; `Query` asks for all."""

MODES: Mapping[str, tuple[int, str, str]] = {
    "auto": (0, "auto", "自动"),
    "cold": (1, "cool", "制冷"),
    "heat": (2, "heat", "制热"),
    "dehumidification": (3, "dry", "除湿"),
    "airsupply": (4, "fan only", "送风"),
    "sleep": (5, "sleep", "睡眠"),
    "ventilate": (6, "ventilate", "通风"),
    "mute": (7, "quiet", "静音"),
    "smart": (8, "smart", "智能"),
    "strong": (9, "strong", "强力"),
    "night": (10, "night", "夜间"),
    "reading": (11, "reading", "阅读"),
    "movie": (12, "film", "观影"),
    "energy": (13, "saving", "节能"),
    "standard": (14, "standard", "标准"),
    "quick": (15, "quick", "快速"),
    "soft": (16, "soft", "轻柔"),
    "eco": (17, "eco", "节能"),
    "manual": (18, "manual", "手动"),
}
"""The first five stand where our own air conditioners have them."""

MODE_ALIASES: Mapping[str, str] = {
    "cool": "cold", "dry": "dehumidification", "fan_only": "airsupply", "fan": "airsupply", "silent": "mute",
}  # fmt: skip

WIND_SPEEDS: Mapping[str, tuple[int, str, str]] = {
    "auto": (0, "auto", "自动"),
    "low": (1, "low", "低"),
    "medium": (2, "medium", "中"),
    "high": (3, "high", "高"),
}
WIND_ALIASES: Mapping[str, str] = {"mid": "medium", "middle": "medium", "min": "low", "max": "high"}

DIRECTIONS: Mapping[str, tuple[int, str, str]] = {
    "left": (0, "left", "左"), "right": (1, "right", "右"), "forward": (2, "forward", "前"),
    "back": (3, "back", "后"), "up": (4, "up", "上"), "down": (5, "down", "下"),
}  # fmt: skip

COLORS: Mapping[str, str] = {
    "Red": "#ff0000", "Yellow": "#ffe000", "Blue": "#0000ff", "White": "#ffffff", "Black": "#000000",
    "Green": "#00c000", "Purple": "#8000ff", "Orange": "#ff8000", "Pink": "#ff69b4", "Cyan": "#00ffff",
    "Violet": "#8f00ff", "Magenta": "#ff00ff", "Gold": "#ffd700", "Brown": "#8b4513", "Turquoise": "#40e0d0",
}  # fmt: skip
"""The platform's names of colours, as sRGB; as those of our own lights, so that a name comes back as itself."""

ON_WORDS = frozenset({"on", "1", "true", "open", "opened", "yes"})
OFF_WORDS = frozenset({"off", "0", "false", "close", "closed", "no"})

PLACES: Mapping[str, str] = {
    "门口": "doorway", "客厅": "living room", "卧室": "bedroom", "客房": "guest room", "主卧": "main bedroom",
    "次卧": "second bedroom", "书房": "study", "餐厅": "dining room", "厨房": "kitchen", "洗手间": "toilet",
    "浴室": "bathroom", "阳台": "balcony", "宠物房": "pet room", "老人房": "grandparents' room",
    "儿童房": "children's room", "婴儿房": "nursery", "保姆房": "nanny's room", "玄关": "entrance",
    "一楼": "ground floor", "二楼": "first floor", "三楼": "second floor", "四楼": "third floor", "楼梯": "stairs",
    "走廊": "corridor", "过道": "passage", "楼上": "upstairs", "楼下": "downstairs", "影音室": "media room",
    "娱乐室": "playroom", "工作间": "workshop", "杂物间": "store room", "衣帽间": "cloakroom", "吧台": "bar",
    "花园": "garden", "温室": "greenhouse", "车库": "garage", "休息室": "lounge", "办公室": "office",
    "起居室": "sitting room", "门厅": "hall", "健身房": "gym",
}  # fmt: skip
"""The places that a device may be in, and their English names."""

ALIASES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "灯": ("light", ("电灯", "灯泡", "照明", "灯光", "大灯")),
    "台灯": ("desk lamp", ("桌灯",)),
    "吊灯": ("pendant lamp", ("吸顶灯", "顶灯")),
    "落地灯": ("floor lamp", ("立灯",)),
    "床头灯": ("bedside lamp", ("床灯",)),
    "空调": ("air conditioner", ("冷气", "空调机")),
    "空气净化器": ("air purifier", ("净化器",)),
    "插座": ("socket", ("排插", "插排", "电源插座")),
    "开关": ("switch", ("墙壁开关",)),
    "窗帘": ("curtain", ("纱帘", "布帘")),
    "扫地机器人": ("robot vacuum", ("扫地机", "扫地机器")),
    "加湿器": ("humidifier", ("增湿器",)),
    "除湿机": ("dehumidifier", ("抽湿机",)),
    "风扇": ("fan", ("电风扇", "电扇", "吊扇")),
    "热水器": ("water heater", ("电热水器",)),
    "电视": ("television", ("电视机", "彩电")),
    "机顶盒": ("set-top box", ("盒子", "电视盒子")),
    "冰箱": ("fridge", ("电冰箱",)),
    "洗衣机": ("washing machine", ()),
    "电饭煲": ("rice cooker", ("饭煲", "电饭锅")),
    "烤箱": ("oven", ("电烤箱",)),
    "取暖器": ("heater", ("暖风机", "电暖器", "电暖气")),
    "传感器": ("sensor", ("感应器",)),
    "晾衣架": ("clothes hanger", ("晾衣机",)),
    "抽油烟机": ("cooker hood", ("油烟机",)),
    "饮水机": ("water dispenser", ()),
    "净水器": ("water purifier", ()),
    "音箱": ("speaker", ("音响",)),
    "摄像头": ("camera", ("摄像机", "监控")),
    "门锁": ("door lock", ("指纹锁", "智能门锁")),
    "手环": ("smart band", ("智能手环",)),
}
"""Name → English, further names. The keys and those are what a device may be called."""


def type_of(text: str) -> str:
    """A device type as the list spells it, whatever case it came in."""
    return _BY_LOWER.get(text.strip().lower(), text.strip())


def action_of(text: str) -> str:
    """An action as the list spells it, whatever case it came in."""
    return _ACTIONS_BY_LOWER.get(text.strip().lower(), text.strip())


_ACTIONS_BY_LOWER = {name.lower(): name for name in (*ORDERS, *DEEDS, *QUERIES, "Query")}
_BY_LOWER = {name.lower(): name for name in KINDS}
