"""Questions about what was, as people ask them, each with what it means in the demo home."""

import pytest
from unit.language.demo_home import HOME

from jinn.kernel import Lang
from jinn.language import Understander, Understood

LAST_WEEK = "week-1@00:00..week-0@00:00"
Row = tuple[str, str, str, str, str]
"""The words, the intent, the thing, the ability or state, and the span; empty where none was said."""

EN: tuple[Row, ...] = (
    ("how warm was the fridge last night?", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("what was the temperature in the bedroom at 3 pm", "Ability", "a2", "temperature", "~@15:00"),
    ("what was the bedroom temperature yesterday at half past seven", "Ability", "a2", "temperature", "-1@07:30"),
    ("was the front door open this morning?", "State", "d1", "open", "0@06:00..0@12:00"),
    ("when was the door last opened", "Change", "d1", "open", ""),
    ("how often did the front door open today", "Count", "d1", "open", "0@00:00..0@24:00"),
    ("what was the highest temperature of the fridge yesterday", "Ability", "f1", "cold", "-1@00:00..-1@24:00"),
    ("highest temperature in the bedroom yesterday", "Ability", "a2", "temperature", "-1@00:00..-1@24:00"),
    ("how long was the kitchen light on yesterday", "Duration", "l3", "on", "-1@00:00..-1@24:00"),
    ("was the bedroom light on last night", "State", "l2", "on", "-1@18:00..0@06:00"),
    ("when did the front door last open", "Change", "d1", "open", ""),
    ("how many times was the front door opened this week", "Count", "d1", "open", "week-0@00:00..now"),
    ("how cold was the freezer last night", "Ability", "f1", "freezer_temperature", "-1@18:00..0@06:00"),
    ("what was the fridge temperature two hours ago", "Ability", "f1", "cold", "-2h"),
    ("how hot did it get in the bedroom yesterday", "Ability", "a2", "temperature", "-1@00:00..-1@24:00"),
    ("did anyone open the front door last night", "State", "d1", "open", "-1@18:00..0@06:00"),
    ("when was the fridge last opened", "Change", "f1", "open", ""),
    ("how many steps did I take yesterday", "Ability", "h1", "steps", "-1@00:00..-1@24:00"),
    ("what was my heart rate at noon", "Ability", "h1", "heart_rate", "~@12:00"),
    ("how bright was the kitchen light last night", "Ability", "l3", "brightness", "-1@18:00..0@06:00"),
    ("was the living room curtain closed yesterday evening", "State", "c1", "closed", "-1@18:00..-1@24:00"),
    ("how loud was the TV last night", "Ability", "t1", "volume", "-1@18:00..0@06:00"),
    ("what was the lowest temperature of the fridge in the last three hours", "Ability", "f1", "cold", "-3h..now"),
    ("what was the average temperature of the fridge last week", "Ability", "f1", "cold", LAST_WEEK),
    ("how warm was it in the bedroom overnight", "Ability", "a2", "temperature", "-1@18:00..0@06:00"),
    ("was the fridge open between 9 and 11", "State", "f1", "open", "~@09:00|21..~@11:00|23"),
    ("was the kitchen light left on last night", "State", "l3", "on", "-1@18:00..0@06:00"),
    ("did someone turn on the hall light yesterday", "State", "l4", "on", "-1@00:00..-1@24:00"),
    ("how often was the fridge door opened today", "Count", "f1", "open", "0@00:00..0@24:00"),
    ("how many times did the fridge open since this morning", "Count", "f1", "open", "0@06:00..now"),
    ("when did the front door open this morning", "Change", "d1", "open", "0@06:00..0@12:00"),
    ("yesterday how warm was the fridge", "Ability", "f1", "cold", "-1@00:00..-1@24:00"),
    ("what was the coldest the fridge was last night", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("how long was the front door open today", "Duration", "d1", "open", "0@00:00..0@24:00"),
    ("was the TV on at 11 pm", "State", "t1", "on", "~@23:00"),
    ("was the front door closed on Monday", "State", "d1", "closed", "mon@00:00..mon@24:00"),
    ("what was the battery of the vacuum three days ago", "Ability", "v1", "battery", "-3@00:00..-3@24:00"),
    ("show me the temperature of the fridge over the last 24 hours", "Ability", "f1", "cold", "-24h..now"),
    ("since when is the front door open", "Change", "d1", "open", ""),
    ("what time was the front door opened yesterday", "Change", "d1", "open", "-1@00:00..-1@24:00"),
    ("has anybody opened the fridge since yesterday", "State", "f1", "open", "-1@00:00..now"),
)  # fmt: skip

ZH: tuple[Row, ...] = (
    ("昨晚冰箱里多少度", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("今天大门开了几次", "Count", "d1", "open", "0@00:00..0@24:00"),
    ("昨天冰箱最高温度是多少", "Ability", "f1", "cold", "-1@00:00..-1@24:00"),
    ("今天早上大门开过吗", "State", "d1", "open", "0@06:00..0@12:00"),
    ("大门上次是什么时候开的", "Change", "d1", "open", ""),
    ("昨天下午三点卧室温度多少", "Ability", "a2", "temperature", "-1@15:00"),
    ("厨房灯昨天开了多久", "Duration", "l3", "on", "-1@00:00..-1@24:00"),
    ("昨晚卧室灯开着吗", "State", "l2", "on", "-1@18:00..0@06:00"),
    ("冰箱昨天夜里的温度是多少", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("昨晚冷冻室多少度", "Ability", "f1", "freezer_temperature", "-1@18:00..0@06:00"),
    ("昨晚有没有人开过大门", "State", "d1", "open", "-1@18:00..0@06:00"),
    ("大门最后一次打开是什么时候", "Change", "d1", "open", ""),
    ("昨天我走了多少步", "Ability", "h1", "steps", "-1@00:00..-1@24:00"),
    ("昨天中午我的心率是多少", "Ability", "h1", "heart_rate", "-1@11:00..-1@14:00"),
    ("冰箱门今天开了多少次", "Count", "f1", "open", "0@00:00..0@24:00"),
    ("大门今天什么时候开的", "Change", "d1", "open", "0@00:00..0@24:00"),
    ("两个小时前冰箱几度", "Ability", "f1", "cold", "-2h"),
    ("客厅窗帘昨天晚上关了吗", "State", "c1", "closed", "-1@18:00..0@06:00"),
    ("大门开了多久了", "Change", "d1", "open", ""),
    ("请问昨天晚上冰箱里是多少度呢", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("卧室昨晚几度", "Ability", "a2", "temperature", "-1@18:00..0@06:00"),
    ("过去三个小时冰箱的温度怎么样", "Ability", "f1", "cold", "-3h..now"),
    ("上周冰箱平均温度是多少", "Ability", "f1", "cold", LAST_WEEK),
    ("昨天冰箱最低几度", "Ability", "f1", "cold", "-1@00:00..-1@24:00"),
    ("昨天夜里电视开着吗", "State", "t1", "on", "-1@18:00..0@06:00"),
    ("今天有没有人开过冰箱", "State", "f1", "open", "0@00:00..0@24:00"),
    ("门厅灯昨天开了几次", "Count", "l4", "on", "-1@00:00..-1@24:00"),
    ("大门这周开了多少次", "Count", "d1", "open", "week-0@00:00..now"),
    ("昨天晚上客厅灯一直开着吗", "State", "l1", "on", "-1@18:00..0@06:00"),
    ("厨房灯今天开了多长时间", "Duration", "l3", "on", "0@00:00..0@24:00"),
    ("大门昨天几点开的", "Change", "d1", "open", "-1@00:00..-1@24:00"),
    ("冰箱上次打开是什么时候", "Change", "f1", "open", ""),
    ("半小时前卧室多少度", "Ability", "a2", "temperature", "-30m"),
    ("九点到十一点之间大门开过吗", "State", "d1", "open", "~@09:00|21..~@11:00|23"),
    ("从昨天开始大门开了几次", "Count", "d1", "open", "-1@00:00..now"),
    ("周一冰箱多少度", "Ability", "f1", "cold", "mon@00:00..mon@24:00"),
    ("昨天晚上电视的音量是多少", "Ability", "t1", "volume", "-1@18:00..0@06:00"),
    ("扫地机器人昨天的电量是多少", "Ability", "v1", "battery", "-1@00:00..-1@24:00"),
    ("前天冰箱最高温度多少", "Ability", "f1", "cold", "-2@00:00..-2@24:00"),
    ("昨天卧室最热的时候多少度", "Ability", "a2", "temperature", "-1@00:00..-1@24:00"),
    ("大门什么时候开的", "Change", "d1", "open", ""),
    ("昨晚冰箱温度", "Ability", "f1", "cold", "-1@18:00..0@06:00"),
    ("昨天下午三点到五点冰箱多少度", "Ability", "f1", "cold", "-1@15:00..-1@17:00"),
)  # fmt: skip

PRESENT = (
    (Lang.EN, "is the front door open", "HassGetState"),
    (Lang.EN, "what's the temperature of the fridge", "JinnGetAbility"),
    (Lang.EN, "how warm is the fridge", "JinnGetAbility"),
    (Lang.EN, "turn on the kitchen light", "HassTurnOn"),
    (Lang.EN, "set the bedroom ac to twenty six", "HassClimateSetTemperature"),
    (Lang.ZH, "大门开着吗", "HassGetState"),
    (Lang.ZH, "冰箱多少度", "JinnGetAbility"),
    (Lang.ZH, "今天冰箱多少度", "JinnGetAbility"),
    (Lang.ZH, "打开厨房灯", "HassTurnOn"),
    (Lang.ZH, "门厅灯关了", "HassTurnOff"),
)


@pytest.fixture(scope="module")
def understander() -> Understander:
    understander = Understander()
    understander.prepare(HOME)
    return understander


@pytest.mark.parametrize(("lang", "row"), [*((Lang.EN, row) for row in EN), *((Lang.ZH, row) for row in ZH)])
def test_a_question_about_the_past_is_understood(understander: Understander, lang: Lang, row: Row) -> None:
    text, name, thing, what, span = row
    understood = understander.understand(text, lang, HOME)
    assert isinstance(understood, Understood), text
    (intent,) = understood.intents
    slots = intent.slots
    assert (intent.name, " ".join(intent.targets)) == (f"JinnPast{name}", thing)
    assert slots.get("ability", slots.get("state")) == {"cold": "cold_temperature"}.get(what, what)
    assert slots.get("span", "") == span
    assert intent.canon == "home.past.query"


@pytest.mark.parametrize(("lang", "text", "name"), PRESENT)
def test_what_is_about_now_stays_about_now(understander: Understander, lang: Lang, text: str, name: str) -> None:
    understood = understander.understand(text, lang, HOME)
    assert isinstance(understood, Understood)
    assert [intent.name for intent in understood.intents] == [name]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (Lang.EN, "was the front door not open last night"),
        (Lang.EN, "turn on the kitchen light last night"),
        (Lang.EN, "how warm was the sauna last night"),
        (Lang.ZH, "昨晚桑拿房多少度"),
    ],
)
def test_what_cannot_be_asked_of_the_past_is_not_answered_from_it(
    understander: Understander, lang: Lang, text: str
) -> None:
    understood = understander.understand(text, lang, HOME)
    names = [intent.name for intent in understood.intents] if isinstance(understood, Understood) else []
    assert not [name for name in names if name.startswith("JinnPast")]
