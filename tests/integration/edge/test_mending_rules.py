"""What somebody says instead of yes to a rule that was read back, and what is said when a rule cannot be made."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.edge.spoken_home import SpokenHome, brief, spoken_home

from jinn.edge.understanding import HOW, MAKE, RuleUnderstander, asked_how, keep_intent
from jinn.edge.writing import read_draft
from jinn.kernel import Lang
from jinn.language import Intent, Understood

pytestmark = pytest.mark.anyio
DOOR = "hall_door_sensor.open=1 | {} | {} on=1 brightness={}"
FRIDGE = "kitchen_fridge.door=1 for {} |  | say The kitchen fridge has been open for {} minutes."

TALKS: tuple[tuple[Lang, tuple[tuple[str, str], ...]], ...] = (
    (Lang.EN, (
        ("when the front door opens light the hall at 20 percent", DOOR.format("", "hall_light", 20)),
        ("make it ten percent instead", DOOR.format("", "hall_light", 10)),
        ("no, the kitchen", DOOR.format("", "kitchen_light", 10)),
        ("after ten at night", DOOR.format("22:00-06:00", "kitchen_light", 10)),
        ("no i meant the bedroom light", DOOR.format("22:00-06:00", "bedroom_light", 10)),
    )),
    (Lang.EN, (
        ("every day at seven open the curtains", "at 07:00 |  | living_room_curtain position=100"),
        ("no, at half past seven", "at 07:30 |  | living_room_curtain position=100"),
        ("on saturdays", "at 07:30 sat |  | living_room_curtain position=100"),
        ("halfway", "at 07:30 sat |  | living_room_curtain position=50"),
    )),
    (Lang.EN, (
        ("if the fridge door is open for two minutes tell me", FRIDGE.format(120, 2)),
        ("make that three minutes", FRIDGE.format(180, 3)),
    )),
    (Lang.EN, (
        ("when the tv goes on dim the living room light", "how brightness"),
        ("thirty percent", "television.on=1 |  | living_room_light on=1 brightness=30"),
    )),
    (Lang.EN, (
        ("when the door opens turn on the hall light and when it closes turn it off",
         "hall_door_sensor.open=1 |  | hall_light on=1 & hall_door_sensor.open=0 |  | hall_light on=0"),
    )),
    (Lang.EN, (("when the door opens make the hall light blue", "cannot hall_light"),)),
    (Lang.EN, (("when the garage door opens turn on the hall light", "not heard: the garage door opens"),)),
    (Lang.EN, (("every other day at ten start the vacuum", "beyond: every other day"),)),
    (Lang.ZH, (
        ("大门开了就把走廊灯调到百分之二十", DOOR.format("", "hall_light", 20)),
        ("改成百分之十", DOOR.format("", "hall_light", 10)),
        ("不是，是厨房", DOOR.format("", "kitchen_light", 10)),
        ("周末才要", DOOR.format("- sat,sun", "kitchen_light", 10)),
    )),
    (Lang.ZH, (
        ("每天早上七点打开窗帘", "at 07:00 |  | living_room_curtain position=100"),
        ("七点半", "at 07:30 |  | living_room_curtain position=100"),
        ("一半", "at 07:30 |  | living_room_curtain position=50"),
    )),
    (Lang.ZH, (
        ("冰箱门开了两分钟就提醒我", FRIDGE.format(120, 2)),
        ("不对，三分钟", FRIDGE.format(180, 3)),
    )),
    (Lang.ZH, (
        ("电视开了就把客厅灯调暗", "how brightness"),
        ("百分之三十", "television.on=1 |  | living_room_light on=1 brightness=30"),
    )),
    (Lang.ZH, (
        ("大门开了就打开走廊灯，大门关了就关掉走廊灯",
         "hall_door_sensor.open=1 |  | hall_light on=1 & hall_door_sensor.open=0 |  | hall_light on=0"),
    )),
    (Lang.ZH, (("大门一开就把走廊灯变成蓝色", "cannot hall_light"),)),
    (Lang.ZH, (("车库门开了就打开走廊灯", "not heard: 车库门开了"),)),
    (Lang.ZH, (("每隔一天上午十点扫地", "beyond: 每隔一天"),)),
)  # fmt: skip


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SpokenHome]:
    async with spoken_home(tmp_path / "data") as home:
        yield home


async def test_a_rule_is_mended_in_conversation_or_declined_with_the_reason(home: SpokenHome) -> None:
    words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
    names, wrong = home.room.names.words(), []
    for lang, talk in TALKS:
        proposed: Intent | None = None
        for said, meant in talk:
            understood = words.revise(proposed, said, lang, names) if proposed else None
            understood = understood or words.understand(said, lang, names)
            intent = understood.intents[0] if isinstance(understood, Understood) else None
            heard = _in_short(intent)
            proposed = _proposed(intent, lang)
            if heard != meant:
                wrong.append(f"{said}\n    heard {heard}\n    meant {meant}")
    assert not wrong, "\n".join(wrong)


async def test_a_level_may_be_answered_in_the_other_language(home: SpokenHome) -> None:
    words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
    names = home.room.names.words()
    asked = words.understand("when the tv goes on dim the living room light", Lang.EN, names)
    assert isinstance(asked, Understood)
    answered = words.revise(asked_how(asked.intents[0], Lang.EN), "百分之三十", Lang.ZH, names)
    assert isinstance(answered, Understood)
    assert _in_short(answered.intents[0]) == "television.on=1 |  | living_room_light on=1 brightness=30"


def _proposed(intent: Intent | None, lang: Lang) -> Intent | None:
    if intent is not None and intent.name == MAKE:
        return keep_intent(intent)
    return asked_how(intent, lang) if intent is not None and intent.name == HOW else None


def _in_short(intent: Intent | None) -> str:
    if intent is None:
        return "no"
    slots = intent.slots
    if intent.name == MAKE:
        drafts = [str(slots[name]) for name in ("draft", "next") if name in slots]
        return " & ".join(brief(read_draft(one)) for one in drafts)
    if intent.name == HOW:
        return f"how {slots['ability']}"
    if "part" in slots:
        return f"not heard: {slots['part']}"
    return f"beyond: {slots['words']}" if slots.get("words") else f"cannot {','.join(intent.targets)}"
