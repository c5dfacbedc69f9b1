"""The code of a device among spoken or typed words: digits as recognisers write them, or what a QR code says."""

import re
from dataclasses import dataclass
from typing import Final

from jinn.kernel import Lang

CODE_SIGN: Final = "\ue0fe"
"""Stands for a code in a sentence; a private sign that nobody says."""

DIGITS_MIN: Final = 4
"""Fewer are a number: "add 2 devices"."""

HIDDEN: Final = "•••"
"""Stands for a code in everything that is kept or shown."""

SETUP_DIGITS_MIN: Final = 11
"""So many digits in a row are hidden whatever is said around them, since setup codes have 11 or 21."""

_OF_CODES: Final = re.compile(
    r"\b(?:code|pin|passcode|pairing|matter|commission)\b|配对|设置码|设备码|安装码|密码|验证码", re.IGNORECASE
)
_TAIL: Final = re.compile(r"[\s\-.,，、]*$")
_DIGIT_WORDS: Final = {
    Lang.EN: {
        "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
        "seven": "7", "eight": "8", "nine": "9",
    },
    Lang.ZH: dict(zip("零〇一幺二三四五六七八九两", "0011234567892", strict=True)),
}  # fmt: skip
_TIMES: Final = {"double": 2, "triple": 3}
_QR: Final = re.compile(r"\bMT:[A-Z0-9.\-]+", re.IGNORECASE | re.ASCII)
_GAP: Final = r"[\s\-.,，、]*"
_RUNS: Final = {
    Lang.EN: re.compile(
        rf"\b(?:(?:double |triple )?(?:\d+|zero|oh|o|one|two|three|four|five|six|seven|eight|nine)\b{_GAP})+",
        re.IGNORECASE | re.ASCII,
    ),
    Lang.ZH: re.compile(rf"(?:[0-9零〇一幺二三四五六七八九两]{_GAP})+"),
}
_PIECE: Final = {Lang.EN: re.compile(r"\d|[a-z]+", re.ASCII), Lang.ZH: re.compile(r"\S")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A sentence with a sign where its code was.

    Attributes:
        code: digits without anything between them, or `MT:…`.
    """

    text: str
    code: str


def code_in(text: str, lang: Lang) -> Coded | None:
    """The longest code of a tidy sentence; None when there is nothing like one."""
    qr = _QR.search(text)
    if qr is not None:
        return Coded(text=_without(text, qr), code=qr.group().upper())
    runs = [(_digits(run.group(), lang), run) for run in _RUNS[lang].finditer(text)]
    code, found = max(runs, key=lambda one: len(one[0]), default=("", None))
    if found is None or len(code) < DIGITS_MIN:
        return None
    return Coded(text=_without(text, found), code=code)


def hide_codes(text: str, *, is_about_code: bool | None = None) -> str:
    """The text as it may be kept and shown: with a sign where a setup code stands, in either language.

    Args:
        is_about_code: four digits in a row are one then; None: when its words speak of codes.
    """
    is_about_code = is_about_code if is_about_code is not None else _OF_CODES.search(text) is not None
    fewest = DIGITS_MIN if is_about_code else SETUP_DIGITS_MIN
    text = _QR.sub(HIDDEN, text)
    for lang, runs in _RUNS.items():
        text = runs.sub(lambda run, lang=lang: _hidden(run.group(), lang, fewest), text)  # type: ignore[misc]
    return text


def _hidden(run: str, lang: Lang, fewest: int) -> str:
    tail = _TAIL.search(run)
    return HIDDEN + (tail.group() if tail else "") if len(_digits(run, lang)) >= fewest else run


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()].rstrip()} {CODE_SIGN} {text[found.end() :].lstrip()}".strip()


def _digits(run: str, lang: Lang) -> str:
    digits: list[str] = []
    times = 1
    for piece in _PIECE[lang].findall(run.lower()):
        if piece in _TIMES:
            times = _TIMES[piece]
            continue
        digit = piece if piece.isdecimal() else _DIGIT_WORDS[lang].get(piece, "")
        digits.append(digit * times)
        times = 1
    return "".join(digits)
