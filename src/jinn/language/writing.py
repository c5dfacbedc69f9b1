"""How a sentence is written before anything reads it: one script, one case, units instead of characters."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cn2an
from opencc import OpenCC

TEXT_CHARS_MAX: Final = 240
"""Longer sentences are nobody's command; matching them would only cost time."""

_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_CJK: Final = re.compile(f"[{_CJK}]")
_UNIT: Final = re.compile(rf"[{_CJK}]|-?\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?|[^\s\w]|_", re.UNICODE)
_UNIT_CJK_SPLIT: Final = re.compile(rf"[{_CJK}]|[^{_CJK}]+")
_END: Final = re.compile(r"[\s.!?,;:。！？，；：、…~]+$")

_DIGIT_SIGNS: Final = "零一二两三四五六七八九十百千"
_NUMERALS: Final = _DIGIT_SIGNS + "点"
_COUNTED: Final = "度|摄氏度|个百分点|成|档|频道|台|号|个?小时|分钟|分(?!之)|秒|开|点钟|%|℃"
_PERCENT: Final = re.compile(rf"百分之([{_NUMERALS}\d.]+)")
_AFTER_NEGATIVE: Final = re.compile(rf"(?:零下|负)([{_NUMERALS}\d.]+)")
_SPOKEN_NUMBER: Final = re.compile(
    rf"[{_NUMERALS}]*[十百千](?:[{_NUMERALS}]*[{_DIGIT_SIGNS}])?"
    rf"|[{_NUMERALS}]*[{_DIGIT_SIGNS}](?=(?:{_COUNTED}))"
    rf"|(?<=[到为成至])[{_NUMERALS}]*[{_DIGIT_SIGNS}](?![{_NUMERALS}些下点半]|分之)"
)
"""Never one that ends in 点: 一点 is "a little" and 七点 a time of day."""

_OFF_MISHEARD: Final = re.compile(r"\b(turn|switch|shut)\s+of\s+", re.IGNORECASE)
"""Nobody says "turn of the light"; recognisers write it."""
_CONTRACTIONS: Final = {
    "what's": "what is", "whats": "what is", "how's": "how is", "where's": "where is", "it's": "it is",
    "that's": "that is", "let's": "let us", "i'd": "i would", "i'm": "i am", "isn't": "is not",
    "don't": "do not", "dont": "do not", "can't": "can not", "cannot": "can not", "won't": "will not",
    "doesn't": "does not", "didn't": "did not", "aren't": "are not", "shouldn't": "should not",
    "mustn't": "must not", "tv's": "tv", "who's": "who is", "there's": "there is",
}  # fmt: skip
_FIGURES: Final = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """One Chinese character, one word, one number or one sign, and where it stands in the written text."""

    text: str
    start: int
    end: int


def tidy(text: str) -> str:
    """The sentence in Unicode's compatible form, without control signs, closing marks or doubled spaces."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    text = "".join(" " if unicodedata.category(char)[0] == "C" else char for char in text)
    text = _END.sub("", " ".join(text.split()))
    return _simplified(text) if _HAS_CJK.search(text) else text


def has_cjk(text: str) -> bool:
    return _HAS_CJK.search(text) is not None


def units_of(text: str) -> tuple[Unit, ...]:
    """The units of a tidy text, in lower case and without possessives."""
    units: list[Unit] = []
    for match in _UNIT.finditer(text):
        for piece in _UNIT_CJK_SPLIT.finditer(match.group()):
            start = match.start() + piece.start()
            units.append(Unit(_bare(piece.group().lower()), start, match.start() + piece.end()))
    return tuple(units)


def _bare(word: str) -> str:
    """The word without the possessive: "the fridge's door" speaks of the fridge."""
    return word[:-2] if word.endswith("'s") and len(word) > 2 else word


def key_of(units: tuple[str, ...]) -> str:
    """What two spellings of one name have in common."""
    return " ".join(units)


def name_key(name: str) -> str:
    return key_of(tuple(unit.text for unit in units_of(plain_numbers(tidy(name)))))


def joined(pieces: list[str]) -> str:
    """A sentence from units: no space beside a Chinese character, one everywhere else."""
    out: list[str] = []
    for piece in filter(None, pieces):
        if out and not (_HAS_CJK.match(out[-1][-1]) or _HAS_CJK.match(piece[0]) or piece == "%"):
            out.append(" ")
        out.append(piece)
    return "".join(out)


def spelled_out(text: str) -> str:
    """English contractions in full, so that one template serves both forms."""
    text = _OFF_MISHEARD.sub(r"\1 off ", text)
    words = [_CONTRACTIONS.get(word.lower(), word) for word in text.split(" ")]
    return " ".join(words)


def plain_numbers(text: str) -> str:
    """Chinese numerals that count something, as digits: 二十六度 becomes 26度, 百分之三十 becomes 30%.

    A lone numeral that belongs to a word (一下, 一楼, 统一) stays as it is.
    """
    if not any(char in text for char in _NUMERALS):
        return text
    text = _AFTER_NEGATIVE.sub(lambda m: "-" + _digits(m.group(1)), text)
    text = _PERCENT.sub(lambda m: _digits(m.group(1)) + "%", text)
    return _SPOKEN_NUMBER.sub(lambda m: _digits(m.group()), text)


def numbers_in(text: str) -> list[str]:
    """The figures of a sentence, those that `plain_numbers` makes among them."""
    return _FIGURES.findall(plain_numbers(text))


@lru_cache(maxsize=1024)
def _digits(numeral: str) -> str:
    try:
        number = cn2an.cn2an(numeral, "smart")
    except (ValueError, KeyError, IndexError):
        return numeral
    return str(int(number)) if float(number).is_integer() else str(number)


def warm_up() -> None:
    """Read the dictionary of Chinese scripts now; the first Chinese sentence would wait for it."""
    _simplified_char("燈")


_converter: OpenCC | None = None


@lru_cache(maxsize=4096)
def _simplified_char(char: str) -> str:
    global _converter  # noqa: PLW0603 - its dictionaries are read once, when the first Chinese text comes
    if _converter is None:
        _converter = OpenCC("t2s")
    converted: str = _converter.convert(char)
    return converted


def _simplified(text: str) -> str:
    """Character by character, which keeps lengths; phrase rules differ only in words no home command uses."""
    return "".join(_simplified_char(char) if char > "\u3400" else char for char in text)
