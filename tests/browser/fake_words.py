"""What the fake hub understands, word for word, and what it answers."""

from browser.fake_home import Json

SORRY = {"en": "Sorry, I did not understand that.", "zh": "抱歉，我没听懂。"}
FRIDGE_CARD: dict[str, Json] = {
    "en": {"title": "Kitchen fridge", "figure": "4.2°", "facts": ["Freezer −17.8°", "Door closed"], "actions": []},
    "zh": {"title": "厨房冰箱", "figure": "4.2°", "facts": ["冷冻 −17.8°", "门关着"], "actions": []},
}
MEANINGS: dict[str, tuple[str, str, Json, str, str]] = {
    "turn on the kitchen light": ("home.light.on", "kitchen_light", {"on": 1}, "The kitchen light is on.", "done"),
    "turn on the living room light": (
        "home.light.on",
        "living_room_light",
        {"on": 1},
        "The living room light is on.",
        "done",
    ),
    "打开客厅灯": ("home.light.on", "living_room_light", {"on": 1}, "客厅灯打开了。", "done"),
    "打开厨房灯": ("home.light.on", "kitchen_light", {"on": 1}, "厨房灯打开了。", "done"),
    "is the fridge door open": ("home.question.state", "kitchen_fridge", {}, "No, the fridge door is closed.", "done"),
    "冰箱门开着吗": ("home.question.state", "kitchen_fridge", {}, "没有，冰箱门关着。", "done"),
    "make it warmer": (
        "home.climate.up",
        "living_room_air_conditioner",
        {},
        "Which one: living room or bedroom?",
        "asked",
    ),
    "调高温度": ("home.climate.up", "living_room_air_conditioner", {}, "哪一个，客厅还是卧室？", "asked"),
}
