"""Chinese by its sound: a sentence rewritten with words of the home and of our templates that sound nearly the same.

A recogniser writes homophones (灯 as 等, 空调 as 空跳). Words are compared by pinyin without tones, syllable by
syllable; what people confuse (l/n, zh/z, in/ing …) counts little. What turns a wish into its opposite or into another
number never takes part: on and off, up and down, negations and numerals stay as they were written.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials

from jinn.language.confusions import confusions
from jinn.language.lattice import STRANGE_SHARE, Edge, Path, best_paths, may_be_misheard
from jinn.language.writing import has_cjk, joined, numbers_in, units_of

DISTANCE_MAX: Final = 0.42
"""A changed word further than this from its sound, for each syllable, is another word (0.40-0.45 measured)."""
_KEPT_SHARE_MAX: Final = 0.5
"""A sentence of which more than this is no known word is not about the home."""
_PATHS: Final = 3
_WORD_UNITS_MAX: Final = 10

_CONFUSED: Final = 0.25
_AKIN: Final = 0.35
_OTHER_PART: Final = 0.6
_SAME_SOUND: Final = 0.05
_NEAR_SINGLE: Final = 0.35
_STRANGE_SHARE_MAX: Final = 0.5
"""Recognisers write whole Chinese names in signs that no template knows; of longer sentences fewer may be strange."""
_COMMAND_UNITS_MAX: Final = 14
_DOUBTFUL: Final = 0.25
_CLEARER_BY: Final = 0.08
"""A likeness that is doubtful counts only when no other known word is nearly as alike; both for each syllable."""
_ANY_VERB: Final = "调"
_OBJECT_MARKS: Final = frozenset({"把", "将"})


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable without its tone."""

    initial: str
    final: str


class SoundIndex:
    """Known words by their sound."""

    def __init__(self, words: Iterable[str], parent: "SoundIndex | None" = None) -> None:
        self._parent = parent
        self._by_key: dict[str, list[tuple[str, ...]]] = {}
        self._units_max: int = parent._units_max if parent is not None else 0
        seen: set[tuple[str, ...]] = set()
        for word in words:
            units = tuple(unit.text for unit in units_of(word))
            if units in seen or not 1 < len(units) <= _WORD_UNITS_MAX or not has_cjk(word):
                continue
            seen.add(units)
            self._units_max = max(self._units_max, len(units))
            for key in _keys(units):
                self._by_key.setdefault(key, []).append(units)

    def rewritings(self, text: str, knows: Callable[[str], bool]) -> list[tuple[str, float]]:
        """Sentences that sound like the text, nearest first, each with its distance for one changed syllable."""
        units = [unit.text for unit in units_of(text)]
        strange = _STRANGE_SHARE_MAX if len(units) <= _COMMAND_UNITS_MAX else STRANGE_SHARE
        if len(units) < 2 or not may_be_misheard(units, knows, strange):
            return []
        edges = {at: self._edges(units, at) for at in range(len(units))}
        said = numbers_in(text)
        found = [
            (joined(list(path.pieces)), path.distance / path.changed_units)
            for path in best_paths(units, edges, _PATHS, knows)
            if _is_worth_reading(path, len(units))
        ]
        # 单一 may be read as 到一, but then nobody said a number.
        return [(meant, far) for meant, far in found if numbers_in(meant) == said]

    def _edges(self, units: Sequence[str], at: int) -> list[Edge]:
        best: dict[tuple[int, str], float] = {}
        for stop in range(at + 2, min(len(units), at + self._units_max) + 1):
            for text, far in self._alike(tuple(units[at:stop])).items():
                best[stop, text] = far
        for single, far in _singles_like(units[at]):
            best[at + 1, single] = far
        if _is_any_verb(units, at):
            best.setdefault((at + 1, _ANY_VERB), _AKIN)
        return [Edge(stop, text, far) for (stop, text), far in best.items()]

    def _alike(self, span: tuple[str, ...]) -> dict[str, float]:
        """The known words that this may be, but no name of the home when it is doubtful which."""
        found = self._parent._alike(span) if self._parent is not None else {}
        own: dict[str, float] = {}
        for word in self._near(span):
            far = distance(span, word)
            if far is not None and far <= DISTANCE_MAX * len(span):
                own[joined(list(word))] = far
        return found if self._parent is not None and _is_doubtful(own.values(), len(span)) else {**found, **own}

    def _near(self, span: tuple[str, ...]) -> set[tuple[str, ...]]:
        found: set[tuple[str, ...]] = set()
        for key in _keys(span):
            found.update(self._by_key.get(key, ()))
        return found


def _is_doubtful(distances: Iterable[float], size: int) -> bool:
    nearest = sorted(distances)[:2]
    return len(nearest) == 2 and nearest[0] > _DOUBTFUL * size and nearest[1] - nearest[0] < _CLEARER_BY * size


@lru_cache(maxsize=8192)
def _singles_like(sign: str) -> tuple[tuple[str, float], ...]:
    """The single signs that may stand in place of this one, each with its distance."""
    found: list[tuple[str, float]] = []
    for single in confusions().singles:
        far = distance((sign,), (single,))
        limit = _NEAR_SINGLE if single in confusions().near_singles else _SAME_SOUND
        if far is not None and far <= limit:
            found.append((single, far))
    return tuple(found)


def _is_any_verb(units: Sequence[str], at: int) -> bool:
    """Whether only what stands around this sign says what is wished: 把…X到30%, where X decides nothing itself."""
    known = confusions()
    if units[0] not in _OBJECT_MARKS or at < 2 or at + 2 >= len(units) or not has_cjk(units[at]):
        return False
    if units[at] in known.deciding or units[at + 1] not in known.to:
        return False
    amount = units[at + 2 :]
    return bool(numbers_in(joined([units[at + 1], *amount]))) and (
        amount[-1] in known.amount_units or list(amount[:3]) == ["百", "分", "之"]
    )


def _is_worth_reading(path: Path, unit_count: int) -> bool:
    return path.changed_units > 0 and path.kept_units <= _KEPT_SHARE_MAX * unit_count


def distance(written: Sequence[str], meant: Sequence[str]) -> float | None:
    """How far two words of one length sound from each other: 0 the same, 1 for each wholly other syllable.

    None when a fixed sign would be changed or brought in.
    """
    signs = list(zip(written, meant, strict=True))
    if not all(one == other or (has_cjk(one) and has_cjk(other)) for one, other in signs):
        return None
    apart = [0.0 if one == other else _apart(syllable(one), syllable(other)) for one, other in signs]
    is_same_sound = len(signs) > 1 and not any(apart)
    if any(
        one != other and not _may_change(one, other, far, is_same_sound)
        for (one, other), far in zip(signs, apart, strict=True)
    ):
        return None
    return sum(apart) + _SAME_SOUND * sum(one != other for one, other in signs)


def _may_change(one: str, other: str, far: float, is_same_sound: bool) -> bool:
    """Whether one sign may be read as another, as far as what they decide is concerned."""
    known = confusions()
    if one in known.sacred or (one in known.deciding and not is_same_sound):
        return False
    return other not in known.deciding or (other in known.heard_alike and far == 0)


@lru_cache(maxsize=8192)
def syllable(sign: str) -> Syllable:
    spoken = lazy_pinyin(sign, style=Style.NORMAL)[0]
    return Syllable(to_initials(spoken, strict=False), to_finals(spoken, strict=False))


@lru_cache(maxsize=65536)
def _apart(one: Syllable, other: Syllable) -> float:
    known = confusions()
    initials = _parts_apart(one.initial, other.initial, known.near_initials, known.akin_initials)
    return min(initials + _parts_apart(one.final, other.final, known.near_finals, known.akin_finals), 1.0)


def _parts_apart(one: str, other: str, near: frozenset[frozenset[str]], akin: frozenset[frozenset[str]]) -> float:
    if one == other:
        return 0.0
    pair = frozenset((one, other))
    if pair in near:
        return _CONFUSED
    return _AKIN if pair in akin else _OTHER_PART


def _keys(units: tuple[str, ...]) -> list[str]:
    """The word's sound, and the same with each syllable in turn left open: words that differ in one share a key."""
    sounds = [_folded(unit) for unit in units]
    keys = [" ".join(sounds)]
    for at in range(len(sounds)):
        keys.append(" ".join((*sounds[:at], "*", *sounds[at + 1 :])))
    return keys


_FOLDED: Final = {"n": "l", "r": "l", "zh": "z", "ch": "c", "sh": "s", "f": "h", "p": "b", "m": "b", "d": "b", "t": "b"}


@lru_cache(maxsize=8192)
def _folded(unit: str) -> str:
    """The syllable with what people confuse most folded together."""
    if not has_cjk(unit):
        return unit
    spoken = syllable(unit)
    initial = _FOLDED.get(spoken.initial, spoken.initial)
    return initial + spoken.final.replace("ng", "n")
