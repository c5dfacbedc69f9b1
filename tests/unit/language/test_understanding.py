"""What is understood beyond single sentences: several wishes, ambiguity, refusal, sound and dialogue."""

import pytest
from unit.language.demo_home import HOME

from jinn.kernel import AreaId, Lang, Names, ThingId
from jinn.language import (
    Ambiguous,
    HomeWords,
    Layer,
    NotUnderstood,
    ThingWords,
    Understander,
    Understanding,
    Understood,
)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


def did(understanding: Understanding | None) -> list[tuple[str, tuple[str, ...]]]:
    """Canonical names with the things that are meant."""
    assert isinstance(understanding, Understood), understanding
    return [(intent.canon, intent.targets) for intent in understanding.intents]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("turn on the kitchen light and close the curtain", Lang.EN),
        ("turn on the kitchen light, then close the curtain", Lang.EN),
        ("打开厨房灯然后把窗帘关上", Lang.ZH),
        ("打开厨房灯，关上窗帘", Lang.ZH),
    ],
)
def test_two_commands_in_one_sentence_are_two_intents_in_their_order(
    understander: Understander, text: str, lang: Lang
) -> None:
    assert did(understander.understand(text, lang, HOME)) == [("home.light.on", ("l3",)), ("home.cover.close", ("c1",))]


def test_three_commands_are_three_intents(understander: Understander) -> None:
    text = "turn on the tv, set the volume to 30 and turn off the bedroom light"
    canons = [canon for canon, _ in did(understander.understand(text, Lang.EN, HOME))]
    assert canons == ["home.device.on", "volume.set", "home.light.off"]


def test_it_means_what_the_same_sentence_spoke_of(understander: Understander) -> None:
    understanding = understander.understand("turn on the light in the hall and dim it", Lang.EN, HOME)
    assert did(understanding) == [("home.light.on", ("l4",)), ("home.light.dim", ("l4",))]


def test_it_means_what_the_last_turn_spoke_of(understander: Understander) -> None:
    understanding = understander.understand("dim it", Lang.EN, HOME, focus=(ThingId("l2"),))
    assert did(understanding) == [("home.light.dim", ("l2",))]


@pytest.mark.parametrize(("text", "lang"), [("turn on the light", Lang.EN), ("开灯", Lang.ZH), ("把灯打开", Lang.ZH)])
def test_one_light_of_several_is_asked_for(understander: Understander, text: str, lang: Lang) -> None:
    understanding = understander.understand(text, lang, HOME)
    assert isinstance(understanding, Ambiguous)
    assert understanding.choices == ("l1", "l2", "l3", "l4")
    assert understanding.intent.canon == "home.light.on"


@pytest.mark.parametrize(
    ("text", "lang"), [("turn on the light", Lang.EN), ("turn on the lights", Lang.EN), ("开灯", Lang.ZH)]
)
def test_the_light_is_the_one_beside_the_satellite(understander: Understander, text: str, lang: Lang) -> None:
    understanding = understander.understand(text, lang, HOME, area=AreaId("kitchen"))
    assert did(understanding) == [("home.light.on", ("l3",))]


@pytest.mark.parametrize(("text", "lang"), [("turn off all the lights", Lang.EN), ("把所有的灯关了", Lang.ZH)])
def test_all_lights_are_all_wherever_the_satellite_stands(understander: Understander, text: str, lang: Lang) -> None:
    understanding = understander.understand(text, lang, HOME, area=AreaId("kitchen"))
    assert did(understanding) == [("home.light.off", ("l1", "l2", "l3", "l4"))]


def test_the_other_rooms_are_those_elsewhere_too(understander: Understander) -> None:
    text = "除了卧室其他房间的灯都关了"
    understanding = understander.understand(text, Lang.ZH, HOME, area=AreaId("living"))
    assert did(understanding) == [("home.light.off", ("l1", "l3", "l4"))]


def test_what_was_clear_before_a_question_is_kept(understander: Understander) -> None:
    understanding = understander.understand("close the curtain and turn on the light", Lang.EN, HOME)
    assert isinstance(understanding, Ambiguous)
    assert [intent.canon for intent in understanding.before] == ["home.cover.close"]
    answer = understander.complete(understanding, "the hall one", Lang.EN, HOME)
    assert did(answer) == [("home.cover.close", ("c1",)), ("home.light.on", ("l4",))]


@pytest.mark.parametrize(
    ("text", "lang", "unknown"),
    [
        ("turn on the garden light", Lang.EN, "garden light"),
        ("open the kitchen curtain", Lang.EN, "the kitchen curtain"),
        ("is the garage door open", Lang.EN, "garage door"),
        ("打开花园的灯", Lang.ZH, "花园的灯"),
        ("关闭厨房空调", Lang.ZH, "厨房空调"),
    ],
)
def test_a_thing_that_is_not_there_is_named(understander: Understander, text: str, lang: Lang, unknown: str) -> None:
    assert understander.understand(text, lang, HOME) == NotUnderstood(unknown=unknown)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("don't turn on the kitchen light", Lang.EN),
        ("do not turn the kitchen light on", Lang.EN),
        ("never turn off the fridge", Lang.EN),
        ("what happens if you turn on the light", Lang.EN),
        ("别开厨房灯", Lang.ZH),
        ("不要打开客厅的灯", Lang.ZH),
        ("不要把空调调到26度", Lang.ZH),
        ("今天天气真不错我们去公园玩", Lang.ZH),
        ("", Lang.EN),
        ("?!…", Lang.EN),
        ("turn on the kitchen light " * 400, Lang.EN),
        ("打开厨房灯" * 2_000, Lang.ZH),
    ],
)
def test_what_is_no_wish_is_not_understood(understander: Understander, text: str, lang: Lang) -> None:
    assert isinstance(understander.understand(text, lang, HOME), NotUnderstood)


@pytest.mark.parametrize(
    ("text", "lang", "meant"),
    [
        ("打开客厅等", Lang.ZH, ("home.light.on", ("l1",))),
        ("把客厅的动关掉", Lang.ZH, ("home.light.off", ("l1",))),
        ("把卧室空跳调到二十六度", Lang.ZH, ("home.climate.set", ("a2",))),
        ("打开除房的灯", Lang.ZH, ("home.light.on", ("l3",))),
        ("大开厨房灯", Lang.ZH, ("home.light.on", ("l3",))),
        ("冰香门开着吗", Lang.ZH, ("home.state.query", ("f1",))),
        ("船帘打开", Lang.ZH, ("home.cover.open", ("c1",))),
        ("turn on the kitchen like", Lang.EN, ("home.light.on", ("l3",))),
        ("turn off the kichen light", Lang.EN, ("home.light.off", ("l3",))),
        ("open the curtin", Lang.EN, ("home.cover.open", ("c1",))),
    ],
)
def test_what_a_recogniser_misheard_is_found_by_its_sound(
    understander: Understander, text: str, lang: Lang, meant: tuple[str, tuple[str, ...]]
) -> None:
    understanding = understander.understand(text, lang, HOME)
    assert did(understanding) == [meant]
    assert isinstance(understanding, Understood)
    assert understanding.intents[0].layer is Layer.SOUND
    assert 0.5 < understanding.intents[0].confidence < 1


def test_free_text_ranks_behind_what_the_home_can_do(understander: Understander) -> None:
    played = understander.understand("play some jazz", Lang.EN, HOME)
    assert did(played) == [("music.play", ("s1",))]
    assert did(understander.understand("mute the tv", Lang.EN, HOME)) == [("volume.mute", ("t1",))]


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("the kitchen one", "l3"),
        ("kitchen", "l3"),
        ("the kitchen light please", "l3"),
        ("the kichen one", "l3"),
        ("the second one", "l2"),
        ("the last one", "l4"),
        ("the hall and the kitchen", "l3 l4"),
        ("all but the bedroom", "l1 l3 l4"),
        ("all of them", "l1 l2 l3 l4"),
    ],
)
def test_an_answer_chooses(understander: Understander, answer: str, chosen: str) -> None:
    question = understander.understand("turn on the light", Lang.EN, HOME)
    assert isinstance(question, Ambiguous)
    completed = understander.complete(question, answer, Lang.EN, HOME)
    assert did(completed) == [("home.light.on", tuple(chosen.split()))]
    assert isinstance(completed, Understood)
    assert completed.intents[0].layer is Layer.DIALOGUE


@pytest.mark.parametrize(
    ("answer", "chosen"),
    [
        ("厨房的", "l3"),
        ("厨房那个", "l3"),
        ("第二个", "l2"),
        ("最后一个", "l4"),
        ("全部", "l1 l2 l3 l4"),
        ("除房的", "l3"),
    ],
)
def test_a_chinese_answer_chooses(understander: Understander, answer: str, chosen: str) -> None:
    question = understander.understand("关灯", Lang.ZH, HOME)
    assert isinstance(question, Ambiguous)
    completed = understander.complete(question, answer, Lang.ZH, HOME)
    assert did(completed) == [("home.light.off", tuple(chosen.split()))]


@pytest.mark.parametrize(("answer", "lang"), [("never mind", Lang.EN), ("算了", Lang.ZH)])
def test_an_answer_may_call_it_off(understander: Understander, answer: str, lang: Lang) -> None:
    question = understander.understand("关灯", Lang.ZH, HOME)
    assert isinstance(question, Ambiguous)
    assert did(understander.complete(question, answer, lang, HOME)) == [("dialog.stop", ())]


@pytest.mark.parametrize("text", ["what time is it", "close the curtain", "the light", "not the kitchen one", ""])
def test_something_else_is_no_answer(understander: Understander, text: str) -> None:
    question = understander.understand("turn on the light", Lang.EN, HOME)
    assert isinstance(question, Ambiguous)
    assert understander.complete(question, text, Lang.EN, HOME) is None


@pytest.mark.parametrize(
    ("text", "lang", "meant"),
    [
        ("stop the curtain", Lang.EN, ("home.cover.stop", ("c1",))),
        ("stop the vacuum", Lang.EN, ("home.vacuum.stop", ("v1",))),
        ("lower the lights in the bedroom", Lang.EN, ("home.light.dim", ("l2",))),
        ("raise the curtain", Lang.EN, ("home.cover.open", ("c1",))),
        ("turn it up", Lang.EN, ("volume.up", ("s1",))),
        ("how fast is my heart beating", Lang.EN, ("health.query", ("h1",))),
        ("set the fan speed of the bedroom ac to low", Lang.EN, ("home.climate.fan", ("a2",))),
        ("除了卧室其他房间的灯都关了", Lang.ZH, ("home.light.off", ("l1", "l3", "l4"))),
        ("所有的灯全部关闭", Lang.ZH, ("home.light.off", ("l1", "l2", "l3", "l4"))),
        ("把窗帘开到三分之一", Lang.ZH, ("home.cover.set", ("c1",))),
        ("停止窗帘", Lang.ZH, ("home.cover.stop", ("c1",))),
    ],
)
def test_a_general_verb_means_what_its_thing_can_do(
    understander: Understander, text: str, lang: Lang, meant: tuple[str, tuple[str, ...]]
) -> None:
    assert did(understander.understand(text, lang, HOME)) == [meant]


def test_equal_names_are_told_apart_by_the_satellite_or_asked_for(understander: Understander) -> None:
    names = Names(en="Reading lamp", zh="阅读灯")
    home = HomeWords(
        areas=HOME.areas,
        things=tuple(
            ThingWords(
                id=ThingId(area), names=names, area=AreaId(area), kind="light", domain="light",
                abilities=frozenset({"power"}),
            )
            for area in ("bedroom", "kitchen")
        ),
    )  # fmt: skip
    asked = understander.understand("turn on the reading lamp", Lang.EN, home)
    assert isinstance(asked, Ambiguous)
    assert asked.choices == ("bedroom", "kitchen")
    near = understander.understand("打开阅读灯", Lang.ZH, home, area=AreaId("kitchen"))
    assert did(near) == [("home.light.on", ("kitchen",))]
    told = understander.understand("turn on the reading lamp in the bedroom", Lang.EN, home)
    assert did(told) == [("home.light.on", ("bedroom",))]


def test_down_by_twenty_is_never_up_by_twenty(understander: Understander) -> None:
    up = understander.understand("turn the volume up by twenty percent", Lang.EN, HOME)
    down = understander.understand("turn the volume down by twenty percent", Lang.EN, HOME)
    assert isinstance(up, Understood)
    assert isinstance(down, Understood)
    assert (up.intents[0].slots["volume_step"], down.intents[0].slots["volume_step"]) == (20, -20)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("turn on the kitchen light close the curtain", Lang.EN),
        ("打开厨房的灯关上客厅的窗帘", Lang.ZH),
        ("打开厨房灯把窗帘关上", Lang.ZH),
    ],
)
def test_two_commands_that_nothing_joins_are_two_intents(understander: Understander, text: str, lang: Lang) -> None:
    assert did(understander.understand(text, lang, HOME)) == [("home.light.on", ("l3",)), ("home.cover.close", ("c1",))]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("don't turn on the kitchen light close the curtain", Lang.EN),
        ("turn on the kitchen light don't close the curtain", Lang.EN),
        ("别打开厨房的灯关上客厅的窗帘", Lang.ZH),
        ("打开厨房的灯别关上客厅的窗帘", Lang.ZH),
        ("打开厨房的灯关上", Lang.ZH),
    ],
)
def test_half_a_sentence_that_is_unclear_leaves_the_other_undone(
    understander: Understander, text: str, lang: Lang
) -> None:
    assert isinstance(understander.understand(text, lang, HOME), NotUnderstood)


@pytest.mark.parametrize(
    "text", ["把音箱的音量调单一点", "把音量调到一点", "音量掉道一点", "把客厅灯调道一点", "音量单一"]
)
def test_a_little_is_never_the_number_one(understander: Understander, text: str) -> None:
    understanding = understander.understand(text, Lang.ZH, HOME)
    intents = understanding.intents if isinstance(understanding, Understood) else ()
    assert not [value for intent in intents for value in intent.slots.values() if isinstance(value, int | float)]


@pytest.mark.parametrize(
    "text", ["把音箱的音量调单一点", "把音箱的音量调卿一点", "把厨房的灯调浪一点", "把厨房的灯蜜掉"]
)
def test_no_likeness_of_sound_brings_in_a_direction(understander: Understander, text: str) -> None:
    assert isinstance(understander.understand(text, Lang.ZH, HOME), NotUnderstood)


@pytest.mark.parametrize(
    ("text", "canon", "thing"),
    [
        ("关掉吴适的灯", "home.light.off", "l2"),
        ("打开客厅的床脸", "home.cover.open", "c1"),
        ("把客厅窗帘挪到40%", "home.cover.set", "c1"),
        ("让嫂帝激器人打嫂出房", "home.vacuum", "v1"),
        ("平箱门开着吗", "home.state.query", "f1"),
    ],
)
def test_names_are_heard_through_noise(understander: Understander, text: str, canon: str, thing: str) -> None:
    assert did(understander.understand(text, Lang.ZH, HOME)) == [(canon, (thing,))]


@pytest.mark.parametrize("text", ["把客厅窗帘别到40%", "把客厅窗帘不到40%", "客厅窗帘没到40%", "把客厅窗帘拿到四楼"])
def test_a_verb_that_decides_is_not_replaced_by_the_amount(understander: Understander, text: str) -> None:
    assert isinstance(understander.understand(text, Lang.ZH, HOME), NotUnderstood)
