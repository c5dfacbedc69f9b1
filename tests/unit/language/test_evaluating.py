"""Lines of a test set, each with its own home."""

import pytest

from jinn.kernel import Invalid, Lang
from jinn.language import LineAnswer, Understander, understand_line

LAMP = {
    "areas": [{"name": "Kitchen"}],
    "entities": [{"name": "Lamp", "domain": "light", "area": "Kitchen", "state": "off"}],
}


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander()


def test_slots_are_spelt_as_the_context_spells_them(understander: Understander) -> None:
    answer = understand_line(understander, "set the lamp brightness to fifty percent", Lang.EN, LAMP)
    assert answer == LineAnswer(
        canon="home.light.brightness",
        intent="HassLightSet",
        slots={"name": "Lamp", "brightness": 50},
        confidence=1.0,
        layer="exact",
    )


def test_a_line_without_sense_is_answered_with_nothing(understander: Understander) -> None:
    assert understand_line(understander, "colourless green ideas", Lang.EN, LAMP) == LineAnswer()


def test_a_floor_needs_no_area(understander: Understander) -> None:
    context = {"floors": [{"name": "First Floor"}]}
    answer = understand_line(understander, "first floor volume up", Lang.EN, context)
    assert (answer.canon, answer.slots) == ("volume.up", {"floor": "First Floor", "volume_step": "up"})


def test_timers_and_lists_are_recognised_by_name(understander: Understander) -> None:
    timer = understand_line(understander, "set a timer for 1 hour 5 minutes", Lang.EN, {})
    assert (timer.canon, timer.slots) == ("timer.set", {"hours": 1, "minutes": 5})
    bought = understand_line(understander, "把苹果加到购物清单", Lang.ZH, {})
    assert (bought.canon, bought.slots) == ("list.add", {"item": "苹果"})


@pytest.mark.parametrize("context", [{"areas": "Kitchen"}, {"areas": [3]}, {"entities": [{"name": "Lamp"}]}])
def test_a_context_of_another_shape_is_refused(understander: Understander, context: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        understand_line(understander, "turn on the lamp", Lang.EN, context)
