"""The wake word is listened for only while something stands out of the room."""

from jinn.voice.metering import Meter
from jinn.voice.testing import draw
from jinn.voice.waking import SoundGate


def opened(levels: list[float], after_ms: int = 96) -> str:
    gate = SoundGate(after_ms)
    return "".join("#" if gate.is_open(level) else "." for level in levels)


def test_a_silent_room_keeps_it_shut() -> None:
    assert "#" not in opened([0.0002] * 500)


def test_a_voice_opens_it_at_once_and_it_closes_after_a_while() -> None:
    assert opened([0.0002] * 5 + [0.05] * 4 + [0.0002] * 6) == "....." + "####" + "##...."


def test_a_steady_hum_closes_it_again() -> None:
    assert opened([0.01] * 600).endswith("....")


def test_a_voice_stands_out_of_a_steady_hum() -> None:
    assert opened([0.01] * 600 + [0.05] * 3).endswith("###")


def test_a_meter_gives_one_level_for_three_windows() -> None:
    meter, windows = Meter(), [draw(letter) for letter in "...###"]

    levels = [meter.take(window) for window in windows]

    assert levels[:2] == [None, None]
    assert levels[2] == 0
    assert levels[5] is not None
    assert levels[5] > 0.7
