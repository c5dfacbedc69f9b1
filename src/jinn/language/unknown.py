"""Which part of a sentence looks like a thing of the home and is none."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from jinn.language.homeindex import HomeIndex
from jinn.language.marking import Marked, marked
from jinn.language.pointing import words
from jinn.language.reading import Sentences
from jinn.language.targets import Phrase, Target
from jinn.language.writing import has_cjk, joined, plain_numbers, spelled_out, units_of

_SIGN: Final = "\ue0f0"
_STRANGE_MAX: Final = 4
"""Words or signs of an unknown name; more of them are another subject."""
_UNITS_MAX: Final = 24
_AHEAD_MAX: Final = 4
"""An unknown Chinese name may contain known signs: 书房的窗帘."""
_INNER: Final = frozenset({"in", "on", "of", "at"})
_BEFORE: Final = _INNER | {"the", "my", "our", "your", "a", "an", "的", "这", "那"}
_AFTER: Final = frozenset({"的", "room"})
_OUTER: Final = frozenset({"the", "my", "our", "your", "a", "an", "in", "on", "of", "at", "的", "and", "这", "那"})


def unknown_in(text: str, sentences: Sentences, index: HomeIndex) -> str | None:
    """The words that would make the sentence one of ours if they were the name of a thing: "garden light"."""
    units = units_of(plain_numbers(spelled_out(text)))
    strange = [at for at, unit in enumerate(units) if not (sentences.knows(unit.text) or index.has_word(unit.text))]
    if not strange or strange[-1] - strange[0] >= _STRANGE_MAX or len(units) > _UNITS_MAX:
        return None
    for sentence in marked(units, index)[:1]:
        pieces = _pieces(sentence.text)
        for first, stop in _runs(pieces, sentences.knows, sentence.targets):
            said = _outer_stripped([_said(piece, sentence) for piece in pieces[first:stop]])
            if not said or sentence.is_negated:
                continue
            targets = {**sentence.targets, _SIGN: Target(phrases=(Phrase(said=said, is_everything=True),))}
            tried = Marked(joined([*pieces[:first], _SIGN, *pieces[stop:]]), targets)
            if any(reading.target is targets[_SIGN] for reading in sentences.read_marked(tried)):
                return said
    return None


def _pieces(text: str) -> list[str]:
    return [piece for word in text.split() for piece in (word if has_cjk(word) or not word.isascii() else [word])]


def _runs(pieces: Sequence[str], knows: Callable[[str], bool], signs: Collection[str]) -> list[tuple[int, int]]:
    """Stretches around unknown words, with the phrases and small words beside them: the widest first."""
    strange = [at for at, piece in enumerate(pieces) if piece not in signs and not knows(piece)]
    if not strange:
        return []
    first, stop = strange[0], strange[-1] + 1
    left, right = first, stop
    while left > 0 and (pieces[left - 1] in signs or pieces[left - 1] in _BEFORE):
        left -= 1
    ahead = next((at for at in range(stop, min(len(pieces), stop + _AHEAD_MAX)) if pieces[at] in signs), stop)
    right = ahead if has_cjk("".join(pieces[stop:ahead])) else right
    while right < len(pieces) and (pieces[right] in signs or pieces[right] in _AFTER):
        right += 1
    while left < first and pieces[left] in _INNER:
        left += 1
    return sorted({(left, right), (left, stop), (first, right), (first, stop)}, key=lambda run: run[0] - run[1])


def _said(piece: str, sentence: Marked) -> str:
    target = sentence.targets.get(piece)
    return " ".join(phrase.said for phrase in target.phrases) if target is not None else piece


def _outer_stripped(said: list[str]) -> str:
    while said and said[0] in words("determiners") | _OUTER:
        said.pop(0)
    while said and said[-1] in _OUTER:
        said.pop()
    return joined(said) if said else ""
