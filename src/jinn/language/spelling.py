"""English by its sound: words of the home and of our templates in place of what a recogniser wrote instead of them.

More restrained than for Chinese: whole names are compared, by their consonants and by their letters, and words that
decide what is done (on, off, up, down, not, numbers) are never changed and never brought in.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

from jellyfish import levenshtein_distance, metaphone

from jinn.language.confusions import confusions
from jinn.language.lattice import Edge, best_paths, may_be_misheard
from jinn.language.writing import spelled_out, units_of

DISTANCE_MAX: Final = 0.28
"""Measured to lie between slips and other words: 0.25-0.30."""
_LETTERS_MAX: Final = 0.45
_KEPT_SHARE_MAX: Final = 0.5
_PATHS: Final = 3
_WORDS_MAX: Final = 4
_LETTERS_MIN: Final = 3


class SpellingIndex:
    """Known phrases by their consonants."""

    def __init__(self, phrases: Iterable[str], parent: "SpellingIndex | None" = None) -> None:
        self._parent = parent
        self._by_key: dict[str, list[tuple[str, ...]]] = {}
        self._exact: set[tuple[str, ...]] = set()
        for phrase in phrases:
            words = tuple(unit.text for unit in units_of(spelled_out(phrase)))
            if words in self._exact or not 0 < len(words) <= _WORDS_MAX:
                continue
            self._exact.add(words)
            if sum(map(len, words)) < _LETTERS_MIN or set(words) <= confusions().fixed_en:
                continue
            for key in _keys(_consonants(words)):
                self._by_key.setdefault(key, []).append(words)

    def rewritings(self, text: str, knows: Callable[[str], bool]) -> list[tuple[str, float]]:
        """Sentences that sound like the text, nearest first, each with the largest distance of a changed phrase."""
        units = [unit.text for unit in units_of(spelled_out(text))]
        if not may_be_misheard(units, knows):
            return []
        edges = {at: self._edges(units, at) for at in range(len(units))}
        return [
            (" ".join(path.pieces), path.distance)
            for path in best_paths(units, edges, _PATHS, knows)
            if path.changed_units > 0 and path.kept_units <= _KEPT_SHARE_MAX * len(units)
        ]

    def _edges(self, units: Sequence[str], at: int) -> list[Edge]:
        edges: list[Edge] = []
        for stop in range(at + 1, min(len(units), at + _WORDS_MAX) + 1):
            span = tuple(units[at:stop])
            if self._knows(span):
                edges.append(Edge(stop, " ".join(span), 0.0))
            if sum(map(len, span)) < _LETTERS_MIN or set(span) <= confusions().fixed_en:
                continue
            for words in self._near(span):
                far = distance(span, words)
                if far is not None and 0 < far <= DISTANCE_MAX:
                    edges.append(Edge(stop, " ".join(words), far))
        return edges

    def _knows(self, span: tuple[str, ...]) -> bool:
        return span in self._exact or (self._parent is not None and self._parent._knows(span))

    def _near(self, span: tuple[str, ...]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for key in _keys(_consonants(span)):
            found.update(self._by_key.get(key, ()))
        if self._parent is not None:
            found |= self._parent._near(span)
        return found


def distance(written: Sequence[str], meant: Sequence[str]) -> float | None:
    """How far two phrases sound apart, 0 to 1; None when a fixed word would be changed or brought in."""
    if written == meant:
        return 0.0
    if [word for word in written if _is_fixed(word)] != [word for word in meant if _is_fixed(word)]:
        return None
    one, other = "".join(written), "".join(meant)
    letters = levenshtein_distance(one, other) / max(len(one), len(other))
    if letters > _LETTERS_MAX or (min(len(one), len(other)) <= _LETTERS_MIN and one[0] != other[0]):
        return None
    sound_one, sound_other = _consonants(written), _consonants(meant)
    sounds = levenshtein_distance(sound_one, sound_other) / max(len(sound_one), len(sound_other), 1)
    return max(0.02, (2 * sounds + letters) / 3)


def _is_fixed(word: str) -> bool:
    return word in confusions().fixed_en or not word.isalpha()


@lru_cache(maxsize=8192)
def _code(word: str) -> str:
    return metaphone(word) if word.isascii() and word.isalpha() else word


def _consonants(words: Sequence[str]) -> str:
    return "".join(_code(word) for word in words)


def _keys(code: str) -> set[str]:
    """The code and the same with each letter in turn left out: codes one slip apart share a key."""
    return {code, *(code[:at] + code[at + 1 :] for at in range(len(code)))}
