"""Is what came of a wish said truthfully, in both languages?"""

import pytest

from jinn.kernel import Lang, Names
from jinn.things.telling import Told, many_sentence, outcome_sentence

LAMP = Names(en="Kitchen light", zh="厨房灯")
OTHER = Names(en="Hall light", zh="门厅灯")
TV = Names(en="TV", zh="电视")


def told(
    ability: str = "power", value: object = 1, outcome: str = "confirmed", names: Names = LAMP, **more: object
) -> Told:
    return Told(names=names, ability=ability, value=value, outcome=outcome, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "en", "zh"),
    [
        (told(), "The kitchen light is on.", "厨房灯开了。"),
        (told(value=0), "The kitchen light is off.", "厨房灯关了。"),
        (told(outcome="unchanged"), "The kitchen light was already on.", "厨房灯本来就开着。"),
        (told(outcome="timed_out"), "I asked the kitchen light, it has not answered.", "我叫了厨房灯，它还没有回应。"),
        (told(outcome="offline"), "The kitchen light is offline.", "厨房灯不在线。"),
        (told("brightness", 30), "The kitchen light is at 30 percent.", "厨房灯亮度调到30%了。"),
        (told("channel", 5, names=TV), "The TV is on channel 5.", "电视换到5频道了。"),
        (told("target_temperature", 24.0), "The kitchen light is set to 24 degrees.", "厨房灯设到24度了。"),
        (
            told("cold_target", 20, "refused", limits=(2.0, 8.0), code="out-of-range"),
            "The kitchen light takes 2 to 8, not 20.",
            "厨房灯只能设2到8，不能设20。",
        ),
        (
            told("activity", 1, option=Names(en="Cleaning", zh="清扫中")),
            "The kitchen light is cleaning.",
            "厨房灯清扫中。",
        ),
        (
            told("mode", 1, option=Names(en="cool", zh="制冷")),
            "The kitchen light is set to cool.",
            "厨房灯调到制冷了。",
        ),
    ],
)
def test_each_outcome_is_said_as_it_is(what: Told, en: str, zh: str) -> None:
    assert outcome_sentence(what, Lang.EN) == en
    assert outcome_sentence(what, Lang.ZH) == zh


def test_things_that_ended_alike_are_said_together() -> None:
    both = [told(value=0), told(value=0, names=OTHER)]
    assert many_sentence(both, Lang.EN) == "The kitchen light and the hall light are off."
    assert many_sentence(both, Lang.ZH) == "厨房灯、门厅灯都关了。"


def test_what_did_not_work_is_said_after_what_did() -> None:
    mixed = [told(value=0, outcome="offline"), told(value=0, names=OTHER)]
    assert many_sentence(mixed, Lang.EN) == "The hall light is off. The kitchen light is offline."


def test_more_than_four_names_are_counted() -> None:
    many = [told(value=0, names=Names(en=f"Lamp {n}", zh=f"灯{n}")) for n in range(7)]
    assert "3 more are off" in many_sentence(many, Lang.EN)
    assert "等7个" in many_sentence(many, Lang.ZH)
