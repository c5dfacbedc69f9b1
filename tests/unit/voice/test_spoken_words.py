"""Digits, units and signs become words."""

import pytest

from jinn.voice import spoken_en, spoken_zh


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It is 26°C.", "It is twenty-six degrees Celsius."),
        ("at -18 °C", "at minus eighteen degrees Celsius"),
        ("1 degree, 1°", "one degree, one degree"),
        ("45% and 100 %", "forty-five percent and one hundred percent"),
        ("22.5 degrees", "twenty-two point five degrees"),
        ("1,234 steps", "one thousand two hundred and thirty-four steps"),
        ("at 7:05 and 7:30", "at seven oh five and seven thirty"),
        ("at 12:00", "at twelve o'clock"),
        ("$3.50 or ¥1", "three dollars and fifty cents or one yuan"),
        ("on the 3rd of May 2026", "on the third of May twenty twenty-six"),
        ("2700K", "two thousand seven hundred kelvin"),
        ("16-30 degrees", "sixteen to thirty degrees"),
        ("channel 007", "channel zero zero seven"),
    ],
)
def test_english_is_read_aloud(written: str, said: str) -> None:
    assert spoken_en.spoken(written) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("26°C", "二十六度"),
        ("26℃和18摄氏度", "二十六度和十八度"),
        ("零下：-18°C", "零下：零下十八度"),
        ("亮度50%", "亮度百分之五十"),
        ("22.5度", "二十二点五度"),
        ("2盏灯", "两盏灯"),
        ("2度", "二度"),
        ("12个", "十二个"),
        ("7:05出门，2:00回来", "七点零五分出门，两点整回来"),
        ("2026年", "二零二六年"),
        ("3-5分钟", "三到五分钟"),
        ("2700K", "二千七百开尔文"),
        ("10086", "一万零八十六"),
        ("打开TV", "打开TV"),
    ],
)
def test_chinese_is_read_aloud(written: str, said: str) -> None:
    assert spoken_zh.spoken(written) == said


@pytest.mark.parametrize("digits", ["9" * 400, "0" * 400])
def test_an_endless_number_is_read_digit_by_digit(digits: str) -> None:
    assert len(spoken_en.spoken(digits).split()) == 400
    assert len(spoken_zh.spoken(digits)) == 400
