"""What a sentence may have been before the recogniser misheard it."""

from collections.abc import Iterator
from typing import Final

from jinn.kernel import Lang
from jinn.language.homeindex import HomeIndex
from jinn.language.kinds import kinds
from jinn.language.sound import SoundIndex
from jinn.language.spelling import SpellingIndex

_DOOR: Final = "门"
"""A fridge's door is spoken of like a thing of its own."""


class Alike:
    """The words of one language that may be meant: those of the templates, and above them those of a home."""

    def __init__(self, lang: Lang, literals: set[str]) -> None:
        self.lang = lang
        words = literals | {word for kind in kinds().values() for word in kind.words[lang]}
        words |= {f"{word}{_DOOR}" for word in kinds()["fridge"].words[Lang.ZH]}
        self._fixed = SoundIndex(words) if lang is Lang.ZH else SpellingIndex(words)

    def of_home(self, index: HomeIndex) -> "SoundIndex | SpellingIndex":
        words = set(_names(index, self.lang))
        if isinstance(self._fixed, SoundIndex):
            return SoundIndex(words, self._fixed)
        return SpellingIndex(words, self._fixed)


def _names(index: HomeIndex, lang: Lang) -> Iterator[str]:
    """Every name, and each kind with its area before it: "kitchen light" is said of a lamp of any name."""
    for area in index.home.areas:
        yield from area.names.all_of(lang)
    gap = " " if lang is Lang.EN else ""
    for thing in index.home.things:
        yield from thing.names.all_of(lang)
        kind = kinds().get(thing.kind)
        area_of_it = index.areas.get(thing.area) if thing.area is not None else None
        if kind is not None and area_of_it is not None:
            yield f"{area_of_it.names.of(lang)}{gap}{kind.words[lang][0]}"
