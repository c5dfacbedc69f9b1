"""Numbers and durations as people say them, in both languages. Pure."""

import re

_ONES = dict(
    zero=0, one=1, two=2, three=3, four=4, five=5, six=6, seven=7, eight=8, nine=9, ten=10, eleven=11, twelve=12,
    thirteen=13, fourteen=14, fifteen=15, sixteen=16, seventeen=17, eighteen=18, nineteen=19,
)  # fmt: skip
_TENS = dict(twenty=20, thirty=30, forty=40, fifty=50, sixty=60, seventy=70, eighty=80, ninety=90)
_EN_WORD = "|".join((*_ONES, *_TENS, "hundred", "thousand", "a", "an"))
EN_NUMBER = rf"(?:-?\d+(?:\.\d+)?|(?:minus )?(?:{_EN_WORD})(?:[ -](?:and )?(?:{_EN_WORD}))*)"
ZH_NUMBER = r"(?:零下|负)?(?:-?\d+(?:\.\d+)?|[零一二两三四五六七八九十百千万]+(?:点[零一二三四五六七八九]+)?)"

_ZH_DIGITS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_ZH_PLACES = {"十": 10, "百": 100, "千": 1000}
_ZH_MYRIAD = 10_000


def number_en(text: str) -> float | None:
    """ "twenty five", "a hundred", "-3.5"; None: that is no number."""
    text = text.strip().replace("-", " ") if not re.fullmatch(r"-?\d+(?:\.\d+)?", text.strip()) else text.strip()
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return float(text)
    words = text.split()
    if words[:1] == ["minus"]:
        whole = _whole(words[1:])
        return None if whole is None else -whole
    return _whole(words)


def _whole(words: list[str]) -> float | None:
    total, thousands = 0, 0
    for word in words:
        if word == "hundred":
            total = max(total, 1) * 100
        elif word == "thousand":
            thousands, total = max(total, 1) * 1000, 0
        elif word in _WORTH:
            total += _WORTH[word]
        elif word != "and":
            return None
    return float(thousands + total) if words else None


_WORTH = {**_ONES, **_TENS, "a": 1, "an": 1}


def number_zh(text: str) -> float | None:
    """二十五, 一百零三, 三点五, 零下五; None: that is no number."""
    sign = -1 if text.startswith(("零下", "负")) else 1
    text = text.removeprefix("零下").removeprefix("负")
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return sign * float(text)
    whole, _, part = text.partition("点")
    total, digit = 0, 0
    for char in whole:
        if char in _ZH_DIGITS:
            digit = _ZH_DIGITS[char]
        elif char == "万":
            total, digit = (total + digit) * _ZH_MYRIAD, 0
        elif char in _ZH_PLACES:
            total += max(digit, 1) * _ZH_PLACES[char]
            digit = 0
        else:
            return None
    total += digit
    if not whole or any(char not in _ZH_DIGITS for char in part):
        return None
    return sign * float(f"{total}.{''.join(str(_ZH_DIGITS[char]) for char in part) or 0}")


_EN_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_ZH_UNITS = {
    "秒": 1,
    "秒钟": 1,
    "分": 60,
    "分钟": 60,
    "小时": 3600,
    "个小时": 3600,
    "钟头": 3600,
    "个钟头": 3600,
    "天": 86_400,
}

EN_DURATION = (
    rf"(?:half an hour|an hour and a half|a quarter of an hour|(?:{EN_NUMBER}) and a half (?:hours?|minutes?)"
    rf"|(?:{EN_NUMBER}) ?(?:seconds?|secs?|minutes?|mins?|hours?|days?)"
    rf"(?: (?:and )?(?:{EN_NUMBER}) (?:seconds?|minutes?))?)"
)
ZH_DURATION = (
    rf"(?:半个?(?:小时|钟头)|半分钟|一刻钟|{ZH_NUMBER}个半(?:小时|钟头)|{ZH_NUMBER}分半钟?"
    rf"|{ZH_NUMBER}(?:秒钟?|分钟?|个?小时|个?钟头|天)(?:{ZH_NUMBER}(?:秒钟?|分钟?))?)"
)


def duration_en(text: str) -> float | None:
    """Seconds; None: that is no duration."""
    text = text.strip()
    fixed = {"half an hour": 1800.0, "an hour and a half": 5400.0, "a quarter of an hour": 900.0}
    if text in fixed:
        return fixed[text]
    half = re.fullmatch(rf"(?P<n>{EN_NUMBER}) and a half (?P<u>hour|minute)s?", text)
    if half is not None and (count := number_en(half["n"])) is not None:
        return (count + 0.5) * _EN_UNITS[half["u"]]
    total, found = 0.0, False
    for part in re.finditer(rf"(?P<n>{EN_NUMBER}) ?(?P<u>second|sec|minute|min|hour|day)s?", text):
        count = number_en(part["n"])
        if count is None:
            return None
        total += count * _EN_UNITS[{"sec": "second", "min": "minute"}.get(part["u"], part["u"])]
        found = True
    return total if found else None


def duration_zh(text: str) -> float | None:
    """Seconds; None: that is no duration."""
    fixed = {"半小时": 1800.0, "半个小时": 1800.0, "半个钟头": 1800.0, "半分钟": 30.0, "一刻钟": 900.0}
    if text in fixed:
        return fixed[text]
    half = re.fullmatch(rf"(?P<n>{ZH_NUMBER})(?P<u>个半(?:小时|钟头)|分半钟?)", text)
    if half is not None and (count := number_zh(half["n"])) is not None:
        return (count + 0.5) * (3600 if half["u"].startswith("个半") else 60)
    total, found = 0.0, False
    for part in re.finditer(rf"(?P<n>{ZH_NUMBER})(?P<u>秒钟|秒|分钟|分|个小时|小时|个钟头|钟头|天)", text):
        count = number_zh(part["n"])
        if count is None:
            return None
        total += count * _ZH_UNITS[part["u"]]
        found = True
    return total if found else None
