"""How sentences are written before they are read."""

import pytest

from jinn.language.writing import name_key, plain_numbers, spelled_out, tidy, units_of


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("空调调到二十六度", "空调调到26度"),
        ("百分之三十", "30%"),
        ("零下十八度", "-18度"),
        ("二十六点五度", "26.5度"),
        ("第五频道", "第5频道"),
        ("两小时", "2小时"),
        ("亮度调到八十", "亮度调到80"),
        ("调暗一点", "调暗一点"),
        ("等一下", "等一下"),
        ("打开一楼的灯", "打开一楼的灯"),
    ],
)
def test_numerals_that_count_become_digits(spoken: str, written: str) -> None:
    assert plain_numbers(spoken) == written


def test_traditional_signs_become_simplified_ones() -> None:
    assert tidy("打開廚房的燈！") == "打开厨房的灯"


def test_control_signs_and_doubled_spaces_are_dropped() -> None:
    assert tidy(" turn\x00 on\u200b the\n light?! ") == "turn on the light"


def test_a_mixed_sentence_falls_into_signs_and_words() -> None:
    assert [unit.text for unit in units_of("打开Kitchen light吧")] == ["打", "开", "kitchen", "light", "吧"]


def test_names_that_are_written_differently_are_one_name() -> None:
    assert name_key("Mum's  Lamp") == name_key("mum lamp")
    assert name_key("廚房燈") == name_key("厨房灯")


def test_contractions_and_the_misheard_off_are_written_in_full() -> None:
    assert spelled_out("what's the time") == "what is the time"
    assert spelled_out("turn of the light") == "turn off the light"
