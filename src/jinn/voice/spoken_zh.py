"""How is a written Chinese sentence read aloud? Digits, units, times and signs become characters."""

import re
from collections.abc import Callable

from cn2an import an2cn

_DIGITS_READ_AS_ONE_MAX = 12
_ONE_BY_ONE = str.maketrans("0123456789", "零一二三四五六七八九")
_MEASURE_WORDS = "个盏台扇张条位种间杯份次件本部只把块瓶袋盒支首集遍天点分秒户层页度"
_TWO_AS_LIANG = frozenset("个盏台扇张条位种间杯份次件本部只把块瓶袋盒支首集遍天点户页")
"""Before these "2" is said 两; before 度, 分, 秒 and 层 it stays 二."""

_UNITS = {
    "kWh": "千瓦时", "kW": "千瓦", "W": "瓦", "V": "伏", "K": "开尔文", "km": "公里", "cm": "厘米", "mm": "毫米",
    "kg": "公斤", "ml": "毫升", "ms": "毫秒", "lx": "勒克斯", "dB": "分贝", "bpm": "次每分钟", "hPa": "百帕",
    "min": "分钟", "h": "小时", "m": "米",
}  # fmt: skip
_SIGNS = {"&": "和", "+": "加", "=": "等于", "×": "乘", "#": "号", "@": "艾特", "~": "到"}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_FOLDED = str.maketrans({"％": "%", "：": "：", "−": "-", "℃": "度", "～": "~", "’": "'"})
_DEGREES_RE = re.compile(r"\s*(?:°\s?C|摄氏度|°)")
_MINUS_DEGREES_RE = re.compile(rf"(?<![\d.])-\s?({_NUMBER})\s*度")
_TIME_RE = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：]([0-5]\d)(?!\d)")
_PERCENT_RE = re.compile(rf"(-?)({_NUMBER})\s*%")
_YEAR_RE = re.compile(r"(?<!\d)(\d{4})(?=年)")
_MONEY_RE = re.compile(rf"[¥￥]\s?({_NUMBER})")
_UNIT_RE = re.compile(rf"({_NUMBER})\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![A-Za-z])")
_RANGE_RE = re.compile(r"(?<=\d)\s?[-–—~]\s?(?=\d)")
_COUNTED_RE = re.compile(rf"(?<![\d.])2(?=[{_MEASURE_WORDS}])")
_NUMBER_RE = re.compile(rf"(-?)({_NUMBER})")


def spoken(text: str) -> str:
    """The sentence without digits or signs; English words stay as they are."""
    text = _DEGREES_RE.sub("度", text.translate(_FOLDED))
    steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (_TIME_RE, _time),
        (_RANGE_RE, lambda _: "到"),
        (_MINUS_DEGREES_RE, lambda found: f"零下{number_words(found[1])}度"),
        (_PERCENT_RE, lambda found: f"{'负' if found[1] else ''}百分之{number_words(found[2])}"),
        (_YEAR_RE, lambda found: found[1].translate(_ONE_BY_ONE)),
        (_MONEY_RE, lambda found: f"{number_words(found[1])}元"),
        (_UNIT_RE, lambda found: number_words(found[1]) + _UNITS[found[2]]),
        (_COUNTED_RE, _two),
        (_NUMBER_RE, lambda found: ("负" if found[1] else "") + number_words(found[2])),
    )
    for pattern, words in steps:
        text = pattern.sub(words, text)
    for sign, words_of_sign in _SIGNS.items():
        text = text.replace(sign, words_of_sign)
    return text.strip()


def number_words(digits: str) -> str:
    """`digits` is a number without a sign, with or without a decimal point and thousands commas."""
    digits = digits.replace(",", "")
    whole, _, decimals = digits.partition(".")
    if len(whole) > _DIGITS_READ_AS_ONE_MAX or (len(whole) > 1 and whole[0] == "0"):
        said = whole.translate(_ONE_BY_ONE)
    else:
        said = str(an2cn(whole, "low"))
        # Ten to nineteen are said without a leading 一.
        said = said[1:] if said.startswith("一十") else said
    return f"{said}点{decimals.translate(_ONE_BY_ONE)}" if decimals else said


def _two(found: re.Match[str]) -> str:
    return "两" if found.string[found.end()] in _TWO_AS_LIANG else "二"


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    said = "两点" if hour == 2 else f"{number_words(str(hour))}点"
    if minute == 0:
        return said if found.string[found.end() : found.end() + 1] == "整" else f"{said}整"
    return f"{said}{'零' if minute < 10 else ''}{number_words(str(minute))}分"
