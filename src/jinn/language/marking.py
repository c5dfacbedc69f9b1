"""A sentence with a sign in place of each phrase that points at something, ready for our own templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from jinn.language.homeindex import HomeIndex
from jinn.language.targets import Phrase, Reader, Target
from jinn.language.writing import Unit, joined

_FIRST_SIGN: Final = 0xE000
"""Signs come from Unicode's private use area, which nobody types and no template contains."""
_SIGNS_MAX: Final = 8
_PLACE_BEFORE: Final = frozenset({"in", "at", "for", "inside", "from", "on", "在", "of"})
_PLACE_AFTER: Final = frozenset({"的", "里", "里面", ",", "，"})
_NEGATIONS: Final = frozenset({"not", "never", "no", "别", "不", "勿", "甭", "莫", "休"})
_NEGATIONS_AHEAD: Final = ("without", "nobody", "没必要")


@dataclass(frozen=True, slots=True)
class Marked:
    """One way to read a sentence's phrases.

    Attributes:
        text: the sentence with signs.
        targets: what each sign stands for.
        place: an area that was said on its own and taken off: "in the kitchen, …".
        is_negated: something is said not to be done, or not to be so.
    """

    text: str
    targets: Mapping[str, Target] = field(default_factory=dict)
    place: Phrase | None = None
    is_negated: bool = False


def marked(units: Sequence[Unit], index: HomeIndex) -> list[Marked]:
    """The readings of a sentence, the likelier one first."""
    reader = Reader(units, index)
    readings: list[Marked] = []
    if any(reader.is_verb(at) for at in range(len(reader.words))):
        readings += _readings(*_with_signs(reader, with_verbs=True))
    return readings + _readings(*_with_signs(reader, with_verbs=False))


def _readings(pieces: list[str], targets: dict[str, Target]) -> list[Marked]:
    negated = any(piece in _NEGATIONS for piece in pieces)
    readings = [Marked(joined(pieces), targets, None, negated)] if pieces else []
    for sign, target in targets.items():
        if (place := target.place) is not None and not target.but:
            rest = _without(pieces, sign)
            if rest:
                others = {other: meant for other, meant in targets.items() if other != sign}
                readings.append(Marked(joined(rest), others, place, negated))
    return readings


def _with_signs(reader: Reader, *, with_verbs: bool) -> tuple[list[str], dict[str, Target]]:
    pieces: list[str] = []
    targets: dict[str, Target] = {}
    but: tuple[Phrase, ...] = ()
    hole = 0
    at = 0
    while at < len(reader.words):
        exception = reader.exception_at(at)
        if exception is not None:
            at, but, hole = exception[0], exception[1].phrases, len(pieces)
            continue
        literal = reader.skip(at, "literal")
        if literal != at:
            pieces += reader.words[at:literal]
            at = literal
            continue
        is_word = len(targets) >= _SIGNS_MAX or (with_verbs and reader.is_verb(at))
        found = None if is_word else reader.targets_at(at)
        if found is not None and pieces and pieces[-1] in targets and reader.skip(at, "all") == found[0]:
            # 灯全部关闭: the adverb repeats that all are meant.
            pieces += reader.words[at : found[0]]
            at = found[0]
            continue
        if found is None:
            pieces.append(reader.words[at])
            at += 1
            continue
        sign = chr(_FIRST_SIGN + len(targets))
        at, targets[sign] = found
        pieces.append(sign)
    if but:
        _leave_out(pieces, targets, but, hole)
    return pieces, targets


def _leave_out(pieces: list[str], targets: dict[str, Target], but: tuple[Phrase, ...], hole: int) -> None:
    """Narrow what the sentence points at; one that names nothing else means everything."""
    wide = {sign: target for sign, target in targets.items() if target.place is None}
    if not wide:
        sign = chr(_FIRST_SIGN + len(targets))
        wide = {sign: Target(phrases=(Phrase(is_everything=True, is_plural=True),))}
        pieces.insert(hole, sign)
    for sign, target in wide.items():
        phrases = tuple(replace(phrase, is_plural=True) for phrase in target.phrases)
        targets[sign] = Target(phrases=phrases, but=but)


def _without(pieces: list[str], sign: str) -> list[str]:
    at = pieces.index(sign)
    before, after = pieces[:at], pieces[at + 1 :]
    while before and before[-1] in _PLACE_BEFORE:
        before.pop()
    while after and after[0] in _PLACE_AFTER:
        after.pop(0)
    return before + after
