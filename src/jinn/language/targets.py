"""What the words of a sentence point at: names, kinds and areas, joined by "and", narrowed by "except".

"the kitchen and bedroom lights", "everything but the fan", 除了厨房的所有灯: such phrases are alike in every sentence,
so they are found once, before any template is tried, and a template sees a single sign in their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from jinn.kernel import AreaId, ThingId
from jinn.language.homeindex import HomeIndex, Mention
from jinn.language.kinds import Kind, kind_words, kinds
from jinn.language.pointing import words
from jinn.language.writing import Unit, joined, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One noun phrase.

    Attributes:
        areas: where it must be; empty when nothing was said of it.
        is_here: "in here", 这里: where the speaker is.
        is_everything: no kind was said, all that fits is meant.
        is_plural: several are meant if there are several.
        is_all: "all", 所有: those elsewhere too.
        said: the words themselves.
    """

    things: tuple[ThingId, ...] = ()
    kind: Kind | None = None
    areas: tuple[AreaId, ...] = ()
    is_here: bool = False
    is_everything: bool = False
    is_plural: bool = False
    is_all: bool = False
    said: str = ""

    @property
    def is_place(self) -> bool:
        return not self.things and self.kind is None and not self.is_everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """All that one sentence points at, and what it leaves out."""

    phrases: tuple[Phrase, ...] = ()
    but: tuple[Phrase, ...] = ()

    @property
    def place(self) -> Phrase | None:
        """The only phrase, when that is an area and nothing else."""
        return self.phrases[0] if len(self.phrases) == 1 and self.phrases[0].is_place else None


_WORDS_MAX = 5
_SPOKEN_NAME_ENDS = ("s",)


def says_all(said: Sequence[str]) -> bool:
    """Whether these words mean all of the home, not only what is near: "all lights", "the lights in the house"."""
    return bool(words("says_all") & set(said)) or any(key in key_of(tuple(said)) for key in _ELSEWHERE)


_ELSEWHERE: Final = ("所 有", "家 里", "其 他", "其 它", "别 的")


@dataclass(slots=True)
class Reader:
    """Finds the phrases of one sentence."""

    units: Sequence[Unit]
    index: HomeIndex
    words: list[str] = field(init=False)
    starts: dict[int, list[Mention]] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [unit.text for unit in self.units]
        self.starts = {}
        for mention in self.index.mentions(self.units):
            self.starts.setdefault(mention.first, []).append(mention)

    def targets_at(self, first: int) -> tuple[int, Target] | None:
        """The longest list of phrases that begins here."""
        found = self._phrase(first)
        if found is None:
            return None
        stop, phrase = found
        phrases = [phrase]
        while True:
            after = self.skip(stop, "and")
            more = self._phrase(after) if after != stop else None
            if more is None:
                return stop, Target(phrases=tuple(phrases))
            stop, phrase = more
            phrases.append(self._beside(phrase, phrases[-1]))

    def _beside(self, phrase: Phrase, before: Phrase) -> Phrase:
        """客厅的灯和空调: the second is in the same area, if there is one."""
        if phrase.kind is None or phrase.areas or phrase.is_here or not before.areas:
            return phrase
        there = [thing for area in before.areas for thing in self.index.in_area.get(area, ())]
        return replace(phrase, areas=before.areas) if any(phrase.kind.includes(thing) for thing in there) else phrase

    def is_verb(self, at: int) -> bool:
        """Whether this word for a thing may as well be a verb here."""
        return self.skip(at, "verbs") == at + 1 and at + 1 < len(self.words)

    def exception_at(self, first: int) -> tuple[int, Target] | None:
        """ "except the kitchen and the hall", 除了厨房以外."""
        start = self.skip(first, "except")
        if start == first:
            return None
        found = self.targets_at(start)
        if found is None:
            return None
        return self.skip(found[0], "except_end"), found[1]

    def skip(self, first: int, sort: str) -> int:
        """Behind the longest word of this sort that stands here; `first` itself when none does."""
        known = words(sort)
        for stop in range(min(len(self.words), first + 2 * _WORDS_MAX), first, -1):
            if key_of(tuple(self.words[first:stop])) in known:
                return stop
        return first

    def _phrase(self, first: int) -> tuple[int, Phrase] | None:
        best: tuple[int, Phrase] | None = None
        for found in (self._plain(first), self._after_words(first)):
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if best is None:
            return None
        said = self.words[first : best[0]]
        return best[0], replace(best[1], said=joined(said), is_all=best[1].is_everything or says_all(said))

    def _after_words(self, first: int) -> tuple[int, Phrase] | None:
        """A phrase behind articles and quantifiers."""
        everything = self.skip(first, "everything")
        alone = self.skip(first, "everything_alone")
        start, is_all = first, False
        while True:
            behind = self.skip(start, "all")
            is_all = is_all or behind != start
            behind = self.skip(behind, "determiners")
            if behind == start:
                break
            start = behind
        found = self._plain(start) if start != first else None
        if found is not None and is_all:
            found = found[0], replace(found[1], is_plural=True)
        if found is not None and found[0] >= everything:
            return found
        for stop in (everything, alone):
            if stop != first:
                return self._located(stop, Phrase(is_everything=True, is_plural=True))
        return None

    def _plain(self, first: int) -> tuple[int, Phrase] | None:
        noun = self._noun(first)
        if noun is not None:
            noun = self._located(*noun)
        place = self._areas(first)
        if place is None:
            return noun
        stop, where = place
        inside = self._all_of(self.skip(self.skip(stop, "room"), "room"))
        found = self._noun(inside[0])
        everything = self.skip(inside[0], "everything")
        if found is not None:
            thing = replace(
                found[1], areas=where.areas, is_here=where.is_here, is_plural=found[1].is_plural or inside[1]
            )
            placed: tuple[int, Phrase] = (found[0], thing)
        elif everything != inside[0]:
            placed = (everything, replace(where, is_everything=True, is_plural=True))
        else:
            placed = (self._room(stop), where)
        return noun if noun is not None and noun[0] >= placed[0] else placed

    def _room(self, stop: int) -> int:
        return self.skip(stop, "one")

    def _all_of(self, first: int) -> tuple[int, bool]:
        behind = self.skip(first, "all_inside")
        return self.skip(behind, "determiners"), behind != first

    def _areas(self, first: int) -> tuple[int, Phrase] | None:
        here = self.skip(first, "here")
        if here != first:
            return here, Phrase(is_here=True)
        one = self._area(first)
        if one is None:
            return None
        stop, areas = one
        while True:
            after = self.skip(stop, "and")
            more = self._area(self.skip(after, "determiners")) if after != stop else None
            if more is None:
                return stop, Phrase(areas=areas)
            stop, areas = more[0], areas + tuple(area for area in more[1] if area not in areas)

    def _area(self, first: int) -> tuple[int, tuple[AreaId, ...]] | None:
        for mention in self.starts.get(first, ()):
            if mention.named.areas:
                return mention.stop, mention.named.areas
        return None

    def _noun(self, first: int) -> tuple[int, Phrase] | None:
        if self.skip(first, "literal") != first:
            return None
        named = self._named(first)
        kind = self._kind(first)
        if named is not None and (
            kind is None or named[0] > kind[0] or (named[0] == kind[0] and len(named[1].things) == 1)
        ):
            return self._door_of(*named)
        return self._door_of(*kind) if kind is not None else None

    def _named(self, first: int) -> tuple[int, Phrase] | None:
        for mention in self.starts.get(first, ()):
            if mention.named.things:
                return mention.stop, Phrase(things=mention.named.things)
        for stop in range(min(len(self.words), first + self.index.units_max), first, -1):
            if self.words[stop - 1].endswith(_SPOKEN_NAME_ENDS):
                key = key_of((*self.words[first : stop - 1], self.words[stop - 1][:-1]))
                named = self.index.names.get(key)
                if named is not None and named.things:
                    return stop, Phrase(things=named.things, is_plural=True)
        return None

    def _kind(self, first: int) -> tuple[int, Phrase] | None:
        for stop in range(min(len(self.words), first + _WORDS_MAX), first, -1):
            word = kind_words().get(key_of(tuple(self.words[first:stop])))
            if word is not None:
                return stop, Phrase(kind=word.kind, is_plural=word.plural)
        return None

    def _door_of(self, stop: int, phrase: Phrase) -> tuple[int, Phrase]:
        """ "the fridge door" is the fridge: it has no name of its own."""
        fridge = kinds()["fridge"]
        is_fridge = phrase.kind is fridge or any(fridge.includes(self.index.things[thing]) for thing in phrase.things)
        return (self.skip(stop, "door") if is_fridge else stop), phrase

    def _located(self, stop: int, phrase: Phrase) -> tuple[int, Phrase]:
        """The phrase with what follows it: "… in the kitchen", "… everywhere"."""
        everywhere = self.skip(stop, "everywhere")
        if everywhere != stop:
            return everywhere, replace(phrase, is_plural=True)
        inside = self.skip(stop, "in")
        if inside == stop:
            here = self.skip(stop, "here")
            return (
                (here, replace(phrase, is_here=True)) if here != stop and self.words[stop] == "here" else (stop, phrase)
            )
        place = self._areas(self.skip(inside, "determiners")) or self._areas(inside)
        if place is None:
            return stop, phrase
        return self._room(place[0]), replace(phrase, areas=place[1].areas, is_here=place[1].is_here)
