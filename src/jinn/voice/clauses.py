"""Where may a reply be cut, so that its beginning is heard while the rest is still being made?"""

import re
from dataclasses import dataclass

from jinn.kernel import Lang

TEXT_MAX = {Lang.EN: 900, Lang.ZH: 300}
"""Characters of one reply that are spoken, about a minute; nobody listens longer, and the screen shows the rest."""

_CLAUSE_MIN = {Lang.EN: 12, Lang.ZH: 5}
"""A shorter clause sounds clipped when the model is given it alone; it is said together with its neighbour."""

_CLAUSE_MAX = {Lang.EN: 120, Lang.ZH: 40}
"""A longer one keeps the listener waiting and comes near the model's limit of 510 phonemes."""

_SENTENCE_PAUSE_S, _CLAUSE_PAUSE_S = 0.22, 0.09

# A full stop ends a sentence only before a space, so that "22.5" and "e.g.x" stay whole; Chinese marks always end one.
_END_RE = re.compile(r"(?:[.!?]+[\"”')]*|[,;:—])(?=\s)|(?:\.\.\.|…+|[。！？；，、：]+)[”」』）]*|\n+")
_SENTENCE_END_RE = re.compile(r"[.!?。！？…\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a reply that is synthesised at once.

    Attributes:
        pause_s: silence after it; 0 after the last one.
    """

    text: str
    pause_s: float


def clauses(text: str, lang: Lang) -> tuple[Clause, ...]:
    """The reply in order; empty when there is nothing to say. What goes past `TEXT_MAX` is left out."""
    parts = _joined(_cut(_shortened(text.strip(), TEXT_MAX[lang])), _CLAUSE_MIN[lang])
    pieces = [piece for part in parts for piece in _halved(part, _CLAUSE_MAX[lang])]
    last = len(pieces) - 1
    return tuple(
        Clause(text=piece.strip(), pause_s=0.0 if place == last else _pause_s(piece))
        for place, piece in enumerate(pieces)
    )


def _cut(text: str) -> list[str]:
    parts, start = [], 0
    for end in _END_RE.finditer(text):
        parts.append(text[start : end.end()])
        start = end.end()
    parts.append(text[start:])
    return [part for part in parts if any(letter.isalnum() for letter in part)]


def _joined(parts: list[str], least: int) -> list[str]:
    """Short neighbours together; only a sentence's own end keeps a short part alone."""
    joined: list[str] = []
    for part in parts:
        if joined and (len(joined[-1].strip()) < least or len(part.strip()) < least) and not _ends(joined[-1]):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _halved(part: str, most: int) -> list[str]:
    """A clause that is too long, cut between words (in Chinese, between characters)."""
    if len(part) <= most:
        return [part]
    middle = len(part) // 2
    spaces = [space.start() for space in re.finditer(r"\s", part)]
    cut = min(spaces, key=lambda place: abs(place - middle)) if spaces else middle
    if not 0 < cut < len(part) - 1:
        cut = middle
    return _halved(part[:cut], most) + _halved(part[cut:], most)


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    kept = text[:most]
    ends = [end.end() for end in _END_RE.finditer(kept)]
    return kept[: ends[-1]] if ends else kept


def _ends(part: str) -> bool:
    return bool(_SENTENCE_END_RE.search(part.rstrip(" ”\"')」』）")[-1:]))


def _pause_s(part: str) -> float:
    if _ends(part):
        return _SENTENCE_PAUSE_S
    return _CLAUSE_PAUSE_S if part.rstrip()[-1:] in ",;:—，、；：" else 0.0
