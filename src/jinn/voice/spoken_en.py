"""How is a written English sentence read aloud? Numbers, units, times and signs become words."""

import re
from collections.abc import Callable

from num2words import num2words

_DIGITS_READ_AS_ONE_MAX = 12
"""A longer row of digits is a number of something (a phone, a card): people read it digit by digit."""

_UNITS = {
    "°C": "degrees Celsius",
    "°F": "degrees Fahrenheit",
    "°": "degrees",
    "%": "percent",
    "kWh": "kilowatt hours",
    "kW": "kilowatts",
    "W": "watts",
    "V": "volts",
    "K": "kelvin",
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "kg": "kilograms",
    "ml": "milliliters",
    "ms": "milliseconds",
    "lx": "lux",
    "dB": "decibels",
    "bpm": "beats per minute",
    "ppm": "parts per million",
    "hPa": "hectopascals",
    "min": "minutes",
    "h": "hours",
}
_SINGULAR = {
    "degrees Celsius": "degree Celsius",
    "degrees Fahrenheit": "degree Fahrenheit",
    "kilowatt hours": "kilowatt hour",
    "beats per minute": "beat per minute",
    "parts per million": "part per million",
    "percent": "percent",
    "lux": "lux",
    "kelvin": "kelvin",
}
_SIGNS = {"&": " and ", "+": " plus ", "=": " equals ", "@": " at ", "×": " times ", "/": " slash ", "#": " number "}
_CURRENCY = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny"), "¥": ("yuan", "fen")}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MONEY_RE = re.compile(rf"([$€£¥])\s?({_NUMBER})")
_TIME_RE = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")
_ORDINAL_RE = re.compile(r"\b(\d{1,6})(?:st|nd|rd|th)\b")
_RANGE_RE = re.compile(r"(?<=\d)\s?[-–—~]\s?(?=\d)")
_UNIT_RE = re.compile(
    rf"(?<![\w.])([-−]?(?:{_NUMBER}))\s?({'|'.join(map(re.escape, sorted(_UNITS, key=len, reverse=True)))})(?![A-Za-z])"
)
_NUMBER_RE = re.compile(rf"(?<![\w.])([-−]?)({_NUMBER})|(\d+)")
_FOLDED = str.maketrans({"’": "'", "‘": "'", "℃": "°C", "℉": "°F", "％": "%", "…": "..."})


def spoken(text: str) -> str:
    """The sentence in words, without digits and signs."""
    text = text.translate(_FOLDED)
    steps: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
        (_MONEY_RE, _money),
        (_TIME_RE, _time),
        (_ORDINAL_RE, lambda found: num2words(int(found[1]), to="ordinal")),
        (_RANGE_RE, lambda _: " to "),
        (_UNIT_RE, _measure),
        (_NUMBER_RE, _plain),
    )
    for pattern, words in steps:
        text = pattern.sub(words, text)
    for sign, words_of_sign in _SIGNS.items():
        text = text.replace(sign, words_of_sign)
    return " ".join(text.split())


def number_words(digits: str) -> str:
    """`digits` is a number without a sign, with or without a decimal point and thousands commas."""
    digits = digits.replace(",", "")
    whole, _, decimals = digits.partition(".")
    if len(whole) > _DIGITS_READ_AS_ONE_MAX or (len(whole) > 1 and whole[0] == "0"):
        said = _one_by_one(whole)
    else:
        said = num2words(int(whole)).replace(",", "")
    return f"{said} point {_one_by_one(decimals)}" if decimals else said


def _one_by_one(digits: str) -> str:
    return " ".join(num2words(int(digit)) for digit in digits)


def _signed(number: str) -> str:
    bare = number.lstrip("-−")
    return f"minus {number_words(bare)}" if bare != number else number_words(bare)


def _measure(found: re.Match[str]) -> str:
    unit = _UNITS[found[2]]
    if found[1].lstrip("-−") == "1":
        unit = _SINGULAR.get(unit, unit.removesuffix("s"))
    return f"{_signed(found[1])} {unit}"


def _plain(found: re.Match[str]) -> str:
    if found[3] is not None:
        # Digits inside a word, as in "A4" or "jinn2".
        return f" {number_words(found[3])} "
    sign, digits = found[1], found[2]
    if len(digits) == 4 and digits.isdigit() and "1900" <= digits <= "2099" and not sign:
        return str(num2words(int(digits), to="year"))
    return _signed(f"-{digits}" if sign else digits)


def _money(found: re.Match[str]) -> str:
    one, hundredth = _CURRENCY[found[1]]
    whole, _, decimals = found[2].replace(",", "").partition(".")
    said = [_counted(whole, one)] if whole.strip("0") or not decimals.strip("0") else []
    if decimals.strip("0"):
        said.append(_counted(decimals.ljust(2, "0")[:2].lstrip("0"), hundredth))
    return " and ".join(said)


def _counted(digits: str, noun: str) -> str:
    plural = {"penny": "pence", "yuan": "yuan", "fen": "fen"}.get(noun, f"{noun}s")
    return f"{number_words(digits or '0')} {noun if digits == '1' else plural}"


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if minute == 0:
        return f"{num2words(hour)} o'clock" if hour <= 12 else f"{num2words(hour)} hundred"
    said = f"oh {num2words(minute)}" if minute < 10 else num2words(minute)
    return f"{num2words(hour)} {said}"
