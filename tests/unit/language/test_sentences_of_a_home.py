"""Home commands and questions as people say them, each with what it means in the demo home."""

import pytest
from unit.language.demo_home import HOME

from jinn.kernel import Lang
from jinn.language import SlotValue, Understander, Understood

POINTING_SLOTS = {"name", "area", "domain", "device_class"}
"""How the things were named; the targets say what it came to."""

Row = tuple[str, str, str, dict[str, SlotValue]]
"""The words, the canonical name, the things, and what else was said."""

EN: tuple[Row, ...] = (
    ("turn on the kitchen light", "home.light.on", "l3", {}),
    ("turn the kitchen light on", "home.light.on", "l3", {}),
    ("could you please turn on the lights in the bedroom", "home.light.on", "l2", {}),
    ("switch off all the lights", "home.light.off", "l1 l2 l3 l4", {}),
    ("turn off everything except the kitchen light", "home.device.off", "l1 l2 l4 a1 a2 t1", {}),
    ("turn off all the lights but the bedroom one", "home.light.off", "l1 l3 l4", {}),
    ("all lights off except for the kitchen", "home.light.off", "l1 l2 l4", {}),
    ("turn on the kitchen and bedroom lights", "home.light.on", "l2 l3", {}),
    ("turn off the light in the hall and the bedroom", "home.light.off", "l2 l4", {}),
    ("set the bedroom light to 30 percent", "home.light.brightness", "l2", {"brightness": 30}),
    ("set the bedroom light to thirty percent", "home.light.brightness", "l2", {"brightness": 30}),
    ("dim the kitchen light to 20%", "home.light.brightness", "l3", {"brightness": 20}),
    ("make the living room light blue", "home.light.color", "l1", {"color": "blue"}),
    ("make the lights blue please", "home.light.color", "l1 l2 l3 l4", {"color": "blue"}),
    ("dim the lights", "home.light.dim", "l1 l2 l3 l4", {"ability": "brightness", "direction": "down"}),
    ("dim the lights a bit", "home.light.dim", "l1 l2 l3 l4", {"ability": "brightness", "direction": "down"}),
    (
        "make the bedroom light a little brighter",
        "home.light.brighten",
        "l2",
        {"ability": "brightness", "direction": "up"},
    ),
    ("make the kitchen light warmer", "home.light.warmer", "l3", {"ability": "color_temperature", "direction": "down"}),
    ("close the curtain", "home.cover.close", "c1", {}),
    ("open the curtains halfway", "home.cover.set", "c1", {"position": 50}),
    ("set the curtain to 40 percent", "home.cover.set", "c1", {"position": 40}),
    ("open the living room curtain", "home.cover.open", "c1", {}),
    ("set the bedroom ac to twenty six", "home.climate.set", "a2", {"temperature": 26}),
    ("set the living room air conditioner to cooling mode", "home.climate.mode", "a1", {"mode": "cool"}),
    ("turn on the bedroom air conditioner", "home.device.on", "a2", {}),
    ("set the fridge to 4 degrees", "home.fridge.set", "f1", {"compartment": "cold", "temperature": 4}),
    ("set the freezer to minus 18 degrees", "home.fridge.set", "f1", {"compartment": "freezer", "temperature": -18}),
    ("is the fridge door open", "home.state.query", "f1", {"state": "open"}),
    ("is the fridge door closed?", "home.state.query", "f1", {"state": "closed"}),
    ("what's the temperature of the fridge", "home.state.query", "f1", {"ability": "cold_temperature"}),
    ("what's the fridge temperature", "home.state.query", "f1", {"ability": "cold_temperature"}),
    ("how cold is the freezer", "home.state.query", "f1", {"ability": "freezer_temperature", "compartment": "freezer"}),
    ("clean the kitchen", "home.vacuum", "v1", {}),
    ("vacuum the living room", "home.vacuum", "v1", {}),
    ("send the robot vacuum back to its dock", "home.vacuum.dock", "v1", {}),
    ("start the vacuum", "home.vacuum", "v1", {}),
    ("start cleaning", "home.vacuum", "v1", {}),
    ("how much battery does the vacuum have", "home.state.query", "v1", {"ability": "battery"}),
    ("is the front door open", "home.state.query", "d1", {"state": "open"}),
    ("is the hall door open", "home.state.query", "d1", {"state": "open"}),
    ("turn up the volume", "volume.up", "s1", {"volume_step": "up"}),
    ("volume up", "volume.up", "s1", {"volume_step": "up"}),
    ("set the volume to 40", "volume.set", "s1", {"volume_level": 40}),
    ("mute", "volume.mute", "s1", {}),
    ("mute the TV", "volume.mute", "t1", {}),
    ("unmute the speaker", "volume.unmute", "s1", {}),
    ("make it louder", "volume.up", "s1", {"volume_step": "up"}),
    ("turn on the tv", "home.device.on", "t1", {}),
    ("switch the tv to channel 5", "home.tv.channel", "t1", {"channel": 5}),
    ("change the channel to 12", "home.tv.channel", "t1", {"channel": 12}),
    ("next channel", "home.tv.channel", "t1", {"ability": "channel", "direction": "up"}),
    ("what's my heart rate", "health.query", "h1", {"ability": "heart_rate"}),
    ("how many steps have I taken today", "health.query", "h1", {"ability": "steps"}),
    ("is the kitchen light on", "home.state.query", "l3", {"state": "on"}),
    ("are the lights on", "home.state.query", "l1 l2 l3 l4", {"state": "on"}),
    ("are any lights on in the kitchen", "home.state.query", "l3", {"state": "on"}),
    ("what's the temperature in the living room", "home.climate.query", "a1", {}),
    ("what time is it", "datetime.query", "", {}),
    ("what's the date today", "datetime.query", "", {}),
    ("turn the lights off in the kitchen", "home.light.off", "l3", {}),
    ("in the kitchen turn on the lights", "home.light.on", "l3", {}),
    ("turn off the kitchen", "home.light.off", "l3", {}),
    ("lights out", "home.light.off", "l1 l2 l3 l4", {}),
    ("never mind", "dialog.stop", "", {}),
    ("what is the brightness of the bedroom light", "home.state.query", "l2", {"ability": "brightness"}),
    ("what's the volume", "home.state.query", "s1", {"ability": "volume"}),
    ("turn down the tv", "volume.down", "t1", {"volume_step": "down"}),
    ("turn the living room light up a bit", "home.light.brighten", "l1", {"ability": "brightness", "direction": "up"}),
    ("turn off the lights everywhere", "home.light.off", "l1 l2 l3 l4", {}),
    ("turn everything off", "home.device.off", "l1 l2 l3 l4 a1 a2 t1", {}),
    ("shut off the lights in the bedroom", "home.light.off", "l2", {}),
    ("kitchen light off", "home.light.off", "l3", {}),
    ("please turn the lights down", "home.light.dim", "l1 l2 l3 l4", {"ability": "brightness", "direction": "down"}),
    ("lower the volume please", "volume.down", "s1", {"volume_step": "down"}),
    ("have the vacuum clean the kitchen", "home.vacuum", "v1", {}),
    ("how bright is the kitchen light", "home.state.query", "l3", {"ability": "brightness"}),
    ("is the ac on", "home.state.query", "a1 a2", {"state": "on"}),
    ("did i leave the kitchen light on", "home.state.query", "l3", {"state": "on"}),
    ("close the curtain in the living room", "home.cover.close", "c1", {}),
    ("raise the curtain to 70 percent", "home.cover.set", "c1", {"position": 70}),
    (
        "set color temperature of the kitchen light to 3000 kelvin",
        "home.light.color_temperature",
        "l3",
        {"temperature": 3000},
    ),
)

ZH: tuple[Row, ...] = (
    ("打开厨房的灯", "home.light.on", "l3", {}),
    ("打开厨房灯", "home.light.on", "l3", {}),
    ("把厨房的灯打开", "home.light.on", "l3", {}),
    ("请帮我把卧室的灯关了", "home.light.off", "l2", {}),
    ("关掉所有的灯", "home.light.off", "l1 l2 l3 l4", {}),
    ("把所有的灯都关了", "home.light.off", "l1 l2 l3 l4", {}),
    ("除了厨房都关了", "home.device.off", "l1 l2 l4 a1 a2 t1", {}),
    ("除了厨房灯其他灯都关了", "home.light.off", "l1 l2 l4", {}),
    ("除了厨房以外所有的灯都关掉", "home.light.off", "l1 l2 l4", {}),
    ("打开客厅和卧室的灯", "home.light.on", "l1 l2", {}),
    ("把卧室灯调到百分之三十", "home.light.brightness", "l2", {"brightness": 30}),
    ("卧室灯亮度调到30%", "home.light.brightness", "l2", {"brightness": 30}),
    ("把厨房的灯调暗一点", "home.light.dim", "l3", {"ability": "brightness", "direction": "down"}),
    ("客厅的灯变成蓝色", "home.light.color", "l1", {"color": "blue"}),
    ("把客厅的灯调成红色", "home.light.color", "l1", {"color": "red"}),
    ("打开窗帘", "home.cover.open", "c1", {}),
    ("把客厅的窗帘拉上", "home.cover.close", "c1", {}),
    ("窗帘开一半", "home.cover.set", "c1", {"position": 50}),
    ("把窗帘打开一半", "home.cover.set", "c1", {"position": 50}),
    ("窗帘开到百分之四十", "home.cover.set", "c1", {"position": 40}),
    ("客厅空调26度", "home.climate.set", "a1", {"temperature": 26}),
    ("卧室空调调到二十六度", "home.climate.set", "a2", {"temperature": 26}),
    ("冰箱冷藏调到4度", "home.fridge.set", "f1", {"compartment": "cold", "temperature": 4}),
    ("把冰箱冷冻室调到零下十八度", "home.fridge.set", "f1", {"compartment": "freezer", "temperature": -18}),
    ("冰箱门开着吗", "home.state.query", "f1", {"state": "open"}),
    ("冰箱的门关了吗", "home.state.query", "f1", {"state": "closed"}),
    ("冰箱里多少度", "home.state.query", "f1", {"ability": "cold_temperature"}),
    ("冰箱的温度是多少", "home.state.query", "f1", {"ability": "cold_temperature"}),
    ("打扫厨房", "home.vacuum", "v1", {}),
    ("让扫地机器人打扫客厅", "home.vacuum", "v1", {}),
    ("扫地机器人回去充电", "home.vacuum.dock", "v1", {}),
    ("开始扫地", "home.vacuum", "v1", {}),
    ("扫地机器人还有多少电", "home.state.query", "v1", {"ability": "battery"}),
    ("门开着吗", "home.state.query", "d1", {"state": "open"}),
    ("大门关了吗", "home.state.query", "d1", {"state": "closed"}),
    ("音量调大一点", "volume.up", "s1", {"volume_step": "up"}),
    ("大声点", "volume.up", "s1", {"volume_step": "up"}),
    ("声音小一点", "volume.down", "s1", {"volume_step": "down"}),
    ("把音量调到40", "volume.set", "s1", {"volume_level": 40}),
    ("静音", "volume.mute", "s1", {}),
    ("取消静音", "volume.unmute", "s1", {}),
    ("打开电视", "home.device.on", "t1", {}),
    ("把电视调到5频道", "home.tv.channel", "t1", {"channel": 5}),
    ("电视换到第五频道", "home.tv.channel", "t1", {"channel": 5}),
    ("换台", "home.tv.channel", "t1", {"ability": "channel", "direction": "up"}),
    ("下一个频道", "home.tv.channel", "t1", {"ability": "channel", "direction": "up"}),
    ("我的心率是多少", "health.query", "h1", {"ability": "heart_rate"}),
    ("心率多少", "health.query", "h1", {"ability": "heart_rate"}),
    ("我今天走了多少步", "health.query", "h1", {"ability": "steps"}),
    ("客厅的灯开着吗", "home.state.query", "l1", {"state": "on"}),
    ("灯开着吗", "home.state.query", "l1 l2 l3 l4", {"state": "on"}),
    ("客厅灯关了吗", "home.state.query", "l1", {"state": "off"}),
    ("客厅现在多少度", "home.climate.query", "a1", {}),
    ("客厅的温度是多少", "home.climate.query", "a1", {}),
    ("现在几点了", "datetime.query", "", {}),
    ("今天星期几", "datetime.query", "", {}),
    ("打开 kitchen light", "home.light.on", "l3", {}),
    ("全屋的灯都关了", "home.light.off", "l1 l2 l3 l4", {}),
    ("算了", "dialog.stop", "", {}),
    ("卧室灯的亮度是多少", "home.state.query", "l2", {"ability": "brightness"}),
    ("现在音量是多少", "home.state.query", "s1", {"ability": "volume"}),
    ("打开客厅的灯和空调", "home.device.on", "l1 a1", {}),
    ("关闭一切设备", "home.device.off", "l1 l2 l3 l4 a1 a2 t1", {}),
    ("厨房灯亮一点", "home.light.brighten", "l3", {"ability": "brightness", "direction": "up"}),
    ("把客厅的灯关上", "home.light.off", "l1", {}),
    ("麻烦你开一下卧室的灯", "home.light.on", "l2", {}),
    ("卧室太暗了", "home.light.brighten", "l2", {"ability": "brightness", "direction": "up"}),
    ("把卧室空调温度调低一点", "home.climate.cooler", "a2", {"ability": "target_temperature", "direction": "down"}),
    ("窗帘拉开", "home.cover.open", "c1", {}),
    ("我想把窗帘关上", "home.cover.close", "c1", {}),
    ("空调开着吗", "home.state.query", "a1 a2", {"state": "on"}),
    ("把客厅灯色温调到4000k", "home.light.color_temperature", "l1", {"temperature": 4000}),
    ("打開廚房的燈", "home.light.on", "l3", {}),
)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


@pytest.mark.parametrize(("text", "canon", "targets", "slots"), EN, ids=[row[0] for row in EN])
def test_an_english_sentence_means(
    understander: Understander, text: str, canon: str, targets: str, slots: dict[str, SlotValue]
) -> None:
    assert meaning(understander, text, Lang.EN) == (canon, sorted(targets.split()), slots)


@pytest.mark.parametrize(("text", "canon", "targets", "slots"), ZH, ids=[row[0] for row in ZH])
def test_a_chinese_sentence_means(
    understander: Understander, text: str, canon: str, targets: str, slots: dict[str, SlotValue]
) -> None:
    assert meaning(understander, text, Lang.ZH) == (canon, sorted(targets.split()), slots)


def meaning(understander: Understander, text: str, lang: Lang) -> tuple[str, list[str], dict[str, SlotValue]]:
    understanding = understander.understand(text, lang, HOME)
    assert isinstance(understanding, Understood), understanding
    (intent,) = understanding.intents
    told = {name: value for name, value in intent.slots.items() if name not in POINTING_SLOTS}
    return intent.canon, sorted(intent.targets), told
