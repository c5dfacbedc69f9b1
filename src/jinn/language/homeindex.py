"""Which names of the home occur in a sentence: looked up by what was said, never by walking through the home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinn.kernel import AreaId, Lang, ThingId
from jinn.language.kinds import Kind, kind_words
from jinn.language.model import AreaWords, HomeWords, ThingWords
from jinn.language.pointing import small_words
from jinn.language.sound import SoundIndex
from jinn.language.spelling import SpellingIndex
from jinn.language.writing import Unit, key_of, name_key

UNITS_MAX = 14
"""A name longer than this many words or characters is not looked for."""


@dataclass(slots=True)
class Named:
    """All that goes by one name."""

    things: tuple[ThingId, ...] = ()
    areas: tuple[AreaId, ...] = ()
    is_floor: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a sentence, from unit `first` up to unit `stop`."""

    first: int
    stop: int
    key: str
    named: Named


class HomeIndex:
    """The names of one home by their keys, in both languages at once: people mix them."""

    def __init__(self, home: HomeWords) -> None:
        self.home = home
        self.things: dict[ThingId, ThingWords] = {thing.id: thing for thing in home.things}
        self.areas: dict[AreaId, AreaWords] = {area.id: area for area in home.areas}
        self.in_area: dict[AreaId, list[ThingWords]] = {}
        self.names: dict[str, Named] = {}
        for thing in home.things:
            if thing.area is not None:
                self.in_area.setdefault(thing.area, []).append(thing)
            for key in _keys(thing):
                named = self.names.setdefault(key, Named())
                if thing.id not in named.things:
                    named.things += (thing.id,)
        for area in home.areas:
            for key in _keys(area):
                self._name_area(key, area.id)
            if area.floor:
                self._name_area(name_key(area.floor), area.id, is_floor=True)
        self.sounds: dict[Lang, SoundIndex | SpellingIndex] = {}
        self._by_sort: dict[str, list[ThingWords]] = {}
        for thing in home.things:
            for sort in {
                thing.kind,
                thing.domain,
                thing.device_class or "",
                *(f"can {can}" for can in thing.abilities),
            }:
                self._by_sort.setdefault(sort, []).append(thing)
        self._words = {word for key in (*self.names, *kind_words()) for word in key.split(" ")}
        self.units_max = min(UNITS_MAX, max((key.count(" ") + 1 for key in self.names), default=0))

    def mentions(self, units: Sequence[Unit]) -> Iterator[Mention]:
        """Every name in the sentence, overlapping ones too, from left to right, the longest first."""
        words = [unit.text for unit in units]
        for first in range(len(words)):
            for stop in range(min(len(words), first + self.units_max), first, -1):
                key = key_of(tuple(words[first:stop]))
                named = self.names.get(key) or self._possessive(key)
                if named is not None:
                    yield Mention(first, stop, key, named)

    def has_word(self, word: str) -> bool:
        """Whether this word or sign can stand in a phrase that points at something of this home."""
        return word in self._words or word in small_words()

    def of_kind(self, kind: Kind) -> list[ThingWords]:
        """The things that may be of a kind; the kind itself has the last word."""
        sorts = {kind.id, kind.domain or "", *kind.device_classes} - {""}
        seen: dict[ThingId, ThingWords] = {}
        for sort in sorts:
            seen.update((thing.id, thing) for thing in self._by_sort.get(sort, ()))
        return list(seen.values())

    def spelled(self, things: Sequence[ThingId], lang: Lang) -> tuple[str, ...]:
        return tuple(self.things[thing].names.of(lang) for thing in things)

    def _possessive(self, key: str) -> Named | None:
        return self.names.get(key[:-2]) if key.endswith("'s") else None

    def _name_area(self, key: str, area: AreaId, *, is_floor: bool = False) -> None:
        named = self.names.setdefault(key, Named())
        named.is_floor = is_floor or named.is_floor
        if area not in named.areas:
            named.areas += (area,)


def _keys(words: ThingWords | AreaWords) -> set[str]:
    keys = {name_key(name) for lang in Lang for name in words.names.all_of(lang)}
    return keys - {""}
