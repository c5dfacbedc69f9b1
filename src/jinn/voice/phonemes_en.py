"""Which sounds does an English sentence have? American English in the phoneme alphabet that Kokoro was trained on.

The pronunciations are the two dictionaries that come with misaki (Apache-2.0); only those data files are read.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from jinn.voice.letters_en import sounded_out, spelt
from jinn.voice.spoken_en import spoken

VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")
_TAPPED_AFTER = frozenset("AIOWYiuæɑəɛɪɹʊʌ")
"""After these a t between vowels becomes a tap, as in "heated"."""

_PUNCTUATION = frozenset(';:,.!?—…"()“”')
_TOKEN_RE = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*'?|[;:,.!?—…\"()“”]")
_WORDS_IN_CAPITALS = frozenset({"OK", "ON", "OFF", "NO", "YES", "ALL", "NOT", "I", "A", "THE", "AND", "OR", "ECO"})
_BEFORE_A_VERB = frozenset((
    "to", "will", "would", "can", "could", "should", "may", "might", "must", "please", "not", "don't", "didn't",
    "won't", "can't", "cannot", "i", "you", "we", "they", "let's", "and",
))  # fmt: skip
_BEFORE_A_NOUN = frozenset((
    "the", "a", "an", "my", "your", "our", "their", "his", "her", "its", "this", "that", "each", "every", "no",
))  # fmt: skip
_BEFORE_A_PARTICIPLE = frozenset(("have", "has", "had", "was", "were", "is", "are", "been", "be", "being"))

_WEAK = {
    "the": ("ðə", "ðə", "ði"),
    "to": ("tu", "tə", "tʊ"),
    "a": ("ˈA", "ɐ", "ɐ"),
    "an": ("ˈæn", "ɐn", "ɐn"),
    "in": ("ˈɪn", "ɪn", "ɪn"),
    "i": ("ˌI", "ˌI", "ˌI"),
}
"""Words that sound otherwise at the end of a clause, before a consonant and before a vowel."""

Entry = str | Mapping[str, str | None]
"""One pronunciation, or several by part of speech with a `DEFAULT`."""


class EnglishPhonemes:
    """Text in, phonemes out.

    Attributes:
        gold: the checked dictionary; it wins.
        silver: the larger, less checked one.
    """

    def __init__(self, gold: Mapping[str, Entry], silver: Mapping[str, Entry]) -> None:
        self._gold = gold
        self._silver = silver

    @classmethod
    def load(cls, folder: Path) -> "EnglishPhonemes":
        """`folder` holds `us_gold.json` and `us_silver.json`; together about 183,000 words."""
        gold, silver = (json.loads((folder / name).read_bytes()) for name in ("us_gold.json", "us_silver.json"))
        return cls(gold, silver)

    def __call__(self, text: str) -> str:
        """Phonemes, stress marks, spaces and punctuation; empty when nothing in the text can be said."""
        tokens = _TOKEN_RE.findall(_unaccented(spoken(text)))
        said: list[str] = []
        after: str | None = None
        # Backwards, because "the", "a" and "to" depend on the sound that follows.
        for place in range(len(tokens) - 1, -1, -1):
            token = tokens[place]
            if token in _PUNCTUATION:
                said.append(token)
                after = None
                continue
            before = tokens[place - 1].lower() if place else ""
            sounds = self._in_sentence(token, before, after)
            said.append(f" {sounds}")
            after = next((sound for sound in sounds if sound not in "ˈˌ "), after)
        joined = "".join(reversed(said)).strip()
        # This version of the voices was trained with T for the tap and t for the glottal stop.
        return joined.replace("ɾ", "T").replace("ʔ", "t")

    def _in_sentence(self, word: str, before: str, after: str | None) -> str:
        weak = _WEAK.get(word.lower())
        if weak is None:
            return self.word(word, before=before, at_end=after is None)
        at_end, before_consonant, before_vowel = weak
        if after is None:
            return at_end
        return before_vowel if after in VOWELS else before_consonant

    def word(self, word: str, *, before: str = "", at_end: bool = False) -> str:
        """One word. `before` is the word before it in lower case, empty at the start of a sentence."""
        if word.isupper() and len(word) <= 3 and word not in _WORDS_IN_CAPITALS:
            whole = self._gold.get(word)
            return whole if isinstance(whole, str) and len(word) > 1 else spelt(word)
        found = self._known(word, before, at_end)
        if found is not None:
            return found
        if "-" in word:
            return " ".join(self.word(part, before=before) for part in word.split("-"))
        return self._compound(word.lower()) or self._unknown(word)

    def _known(self, word: str, before: str = "", at_end: bool = False) -> str | None:
        word = word.removesuffix("'") if word.endswith("s'") else word
        entry = self._entry(word)
        if entry is not None:
            return _chosen(entry, before, at_end)
        return self._with_s(word.lower()) or self._with_ed(word.lower()) or self._with_ing(word.lower())

    def _entry(self, word: str) -> Entry | None:
        for form in (word, word.lower(), word.lower().capitalize()):
            entry = self._gold.get(form) or self._silver.get(form)
            if entry is not None:
                return entry
        return None

    def _stem(self, *stems: str) -> str | None:
        for stem in stems:
            entry = self._entry(stem) if len(stem) > 1 else None
            if entry is not None:
                return _chosen(entry)
        return None

    def _with_s(self, word: str) -> str | None:
        sounds: str | None
        if word.endswith("'s"):
            sounds = self._known(word[:-2]) or self.word(word[:-2])
        elif not word.endswith("s") or word.endswith("ss"):
            return None
        else:
            sounds = self._stem(*(word[:-1], *([word[:-2]] if word.endswith("es") else [])))
            if sounds is None and word.endswith("ies"):
                sounds = self._stem(word[:-3] + "y")
        if not sounds:
            return None
        if sounds[-1] in "szʃʒʧʤ":
            return sounds + "ᵻz"
        return sounds + ("s" if sounds[-1] in "ptkfθ" else "z")

    def _with_ed(self, word: str) -> str | None:
        if not word.endswith("ed"):
            return None
        sounds = self._stem(*_stems(word[:-2]), word[:-1], *([word[:-3] + "y"] if word.endswith("ied") else []))
        if not sounds:
            return None
        if sounds[-1] in "pkfθʃsʧ":
            return sounds + "t"
        if sounds[-1] == "t" and len(sounds) > 1 and sounds[-2] in _TAPPED_AFTER:
            return sounds[:-1] + "ɾᵻd"
        return sounds + ("ᵻd" if sounds[-1] in "td" else "d")

    def _with_ing(self, word: str) -> str | None:
        if not word.endswith("ing"):
            return None
        sounds = self._stem(*_stems(word[:-3]), word[:-3] + "e")
        if not sounds:
            return None
        if sounds[-1] == "t" and len(sounds) > 1 and sounds[-2] in _TAPPED_AFTER:
            return sounds[:-1] + "ɾɪŋ"
        return sounds + "ɪŋ"

    def _compound(self, word: str) -> str | None:
        """Two known words written as one, as in "bluetooth": the longest first part wins."""
        for cut in range(len(word) - 3, 2, -1):
            first, second = self._gold.get(word[:cut]), self._gold.get(word[cut:])
            if first is not None and second is not None:
                return _chosen(first) + _chosen(second).replace("ˈ", "ˌ")
        return None

    def _unknown(self, word: str) -> str:
        is_acronym = (word.isupper() and len(word) <= 5) or not any(letter in "aeiouyAEIOUY" for letter in word)
        return spelt(word) if is_acronym else sounded_out(word)


def _chosen(entry: Entry, before: str = "", at_end: bool = False) -> str:
    """The pronunciation that the word before it makes likely; a tagger would cost more than it would mend here."""
    if isinstance(entry, str):
        return entry
    wanted = "DEFAULT"
    if at_end and "None" in entry:
        wanted = "None"
    elif before in _BEFORE_A_PARTICIPLE and "VBN" in entry:
        wanted = "VBN"
    elif before in _BEFORE_A_NOUN and "NOUN" in entry:
        wanted = "NOUN"
    elif (not before or before in _BEFORE_A_VERB or before in _PUNCTUATION) and "VERB" in entry:
        wanted = "VERB"
    return entry.get(wanted) or entry.get("DEFAULT") or ""


def _stems(stem: str) -> tuple[str, ...]:
    """ "dimm" is written for "dim" before a suffix."""
    doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "aeiou"
    return (stem, stem[:-1]) if doubled else (stem,)


def _unaccented(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
