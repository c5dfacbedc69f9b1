"""What a recogniser wrote, made fit to be understood: repeats cut, nothing where nobody spoke."""

import re

from jinn.kernel import Lang

_CJK = re.compile(r"[㐀-鿿]")
_UNIT = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")

_SILENCE_SPEECHLESS = 0.6
_SILENCE_CONFIDENCE = 0.4
"""Whisper's own rule: probably no speech, and unsure of the words (a mean log-probability of about -1)."""

_PHRASE_UNITS_MIN = 3
"""A phrase of three words or characters that comes twice in a row is a loop of the decoder: "turn on the light turn on
the light". People do say "very very" and "一一零"."""

_NUMBER = re.compile(r"\d+|[零〇一二两三四五六七八九十百]|oh|zero|one|two|three|four|five|six|seven|eight|nine|ten")
"""A code may well be "one two three one two three"."""

_STUTTER_MAX = 4
"""A word or pair of words said more often than this in a row is one too."""

# What Whisper was taught by subtitles to write under noise. No command of a home is among them.
_PHANTOMS = frozenset(
    {
        "you",
        "bye",
        "thank you",
        "thanks for watching",
        "thank you for watching",
        "字幕由amaraorg社区提供",
        "请不吝点赞订阅转发打赏支持明镜与点点栏目",
        "谢谢观看",
        "谢谢大家",
        "谢谢",
        "以下是普通话的句子",
    }
)
_PHANTOM_SPEECHLESS = 0.25


def cut_repeats(text: str) -> str:
    """The text up to the first phrase that repeats what stands right before it."""
    units = list(_UNIT.finditer(text))
    folded = [re.sub(r"\W+", "", unit.group()).casefold() for unit in units]
    for start in range(len(units)):
        for size in range(1, (len(units) - start) // 2 + 1):
            again = _count_again(folded, start, size)
            is_phrase = size >= _PHRASE_UNITS_MIN and not all(map(_NUMBER.fullmatch, folded[start : start + size]))
            if again and (is_phrase or again >= _STUTTER_MAX):
                return text[: units[start + size - 1].end()].rstrip(" ,，、;；")
    return text


def is_silence(text: str, *, speechless: float, confidence: float) -> bool:
    """Whether these words were made out of noise.

    Attributes:
        speechless: the recogniser's probability that nobody spoke.
    """
    folded = re.sub(r"\W+", " ", text).strip().casefold()
    if not folded:
        return True
    if speechless > _SILENCE_SPEECHLESS and confidence < _SILENCE_CONFIDENCE:
        return True
    return speechless > _PHANTOM_SPEECHLESS and (folded in _PHANTOMS or folded.replace(" ", "") in _PHANTOMS)


def strip_wake_word(text: str, word: str) -> str:
    """The words after the wake word, which the first syllables of the recording may still hold.

    The recording may begin in the middle of it, so its last part alone counts as well: "Jarvis, turn on …".
    """
    parts = word.replace("_", " ").split()
    for first in range(len(parts)):
        spoken = r"\W+".join(re.escape(part) for part in parts[first:])
        if match := re.match(rf"\W*{spoken}\b\W*", text, flags=re.IGNORECASE):
            return text[match.end() :]
    return text


def language_of(text: str, heard: Lang) -> Lang:
    """The language that the words are written in; `heard` when they have no letters."""
    if _CJK.search(text):
        return Lang.ZH
    return Lang.EN if re.search(r"[A-Za-z]{3}", text) else heard


def _count_again(folded: list[str], start: int, size: int) -> int:
    phrase = folded[start : start + size]
    if not any(phrase):
        return 0
    count, at = 0, start + size
    while folded[at : at + size] == phrase:
        count, at = count + 1, at + size
    return count
