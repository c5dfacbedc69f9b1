"""Words to meaning: the layers in their order, from exact words to similar sounds to free text."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

from jinn.kernel import AreaId, Lang, ThingId
from jinn.language.alike import Alike
from jinn.language.dialogue import answered
from jinn.language.families import plain
from jinn.language.homeindex import HomeIndex
from jinn.language.model import Ambiguous, HomeWords, Intent, Layer, NotUnderstood, SlotValue, Understanding, Understood
from jinn.language.parts import PARTS_MAX, cuts, seams
from jinn.language.reading import Reading, Sentences
from jinn.language.resolving import Situation, fits, resolve
from jinn.language.sound import SoundIndex
from jinn.language.spelling import SpellingIndex
from jinn.language.unknown import unknown_in
from jinn.language.writing import TEXT_CHARS_MAX, plain_numbers, spelled_out, tidy, units_of, warm_up

_HOMES_KEPT: Final = 4
"""Indexes kept: the home as it is, and as it was while a turn still runs; tests use a few at once."""
_READINGS_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a sentence says, before its things are looked up."""

    intent: str
    slots: Mapping[str, SlotValue]
    confidence: float = 1.0
    layer: Layer = Layer.EXACT


class Understander:
    """Understands the sentences of homes.

    Loading takes about half a second and building the index of a large home a few; `prepare` does both off the hot
    path and may be called from any thread.
    """

    def __init__(self) -> None:
        self._sentences: dict[Lang, Sentences] = {}
        self._indexes: deque[HomeIndex] = deque(maxlen=_HOMES_KEPT)
        self._alikes: dict[Lang, Alike] = {}
        self._lock = Lock()

    def prepare(self, home: HomeWords) -> None:
        """Do now what the first sentence of this home would wait for."""
        warm_up()
        index = self.index(home)
        for lang in Lang:
            self.sentences(lang).warm_up()
            self._sounds(Situation(index=index, lang=lang))

    def understand(
        self,
        text: str,
        lang: Lang,
        home: HomeWords,
        *,
        area: AreaId | None = None,
        focus: tuple[ThingId, ...] = (),
    ) -> Understanding:
        """What a sentence wants.

        Args:
            area: where the satellite is; its things are meant when the words name no area.
            focus: the things of the last turn, which "it" means.
        """
        if len(text) > TEXT_CHARS_MAX:
            return NotUnderstood()
        text = tidy(text)
        if not text:
            return NotUnderstood()
        situation = Situation(index=self.index(home), lang=lang, area=area, focus=focus)
        exact = self._exact(text, situation)
        if not isinstance(exact, NotUnderstood):
            return exact
        alike = self._alike(text, situation)
        if alike is not None:
            return alike
        free = best(self.sentences(lang).readings(text, situation.index, wild=True), situation)
        if not isinstance(free, NotUnderstood) or exact.unknown:
            return exact if isinstance(free, NotUnderstood) else free
        return NotUnderstood(unknown=unknown_in(text, self.sentences(lang), situation.index))

    def complete(self, pending: Ambiguous, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        """The answer to "which one?", by name, area, place in `pending.choices`, "all of them" or "never mind".

        None when the words are no such answer: they may be a new wish.
        """
        if len(text) > TEXT_CHARS_MAX:
            return None
        text = tidy(text)
        situation = Situation(index=self.index(home), lang=lang)
        answer = answered(pending, text, situation)
        if answer is not None:
            return answer
        if not isinstance(self._exact(text, situation), NotUnderstood):
            return None
        heard = (answered(pending, meant, situation) for meant, _ in self._rewritings(text, situation))
        return next((answer for answer in heard if answer is not None), None)

    def revise(self, proposal: Intent, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        """None: what a skill proposes has no parts that are known here."""
        return None

    def _alike(self, text: str, situation: Situation) -> Understanding | None:
        """The same as another sentence of nearly the same sound."""
        for meant, distance in self._rewritings(text, situation):
            heard = replace(situation, layer=Layer.SOUND, confidence=round(1 - distance, 3))
            understanding = self._exact(meant, heard)
            if not isinstance(understanding, NotUnderstood):
                return understanding
        return None

    def said(self, text: str, lang: Lang, home: HomeWords) -> Said | None:
        """What the words of a sentence say, whether or not such things exist in the home."""
        text = tidy(text[:TEXT_CHARS_MAX])
        index = self.index(home)
        sentences = self.sentences(lang)
        for wild in (False, True):
            for reading in sentences.readings(text, index, wild=wild):
                name, slots = plain(reading.intent, reading.slots)
                return Said(intent=name, slots=slots)
        return None

    def _exact(self, text: str, situation: Situation) -> Understanding:
        whole = self._whole(text, situation)
        if not isinstance(whole, NotUnderstood):
            return whole
        several = self._several(text, situation)
        return several or whole

    def _whole(self, text: str, situation: Situation) -> Understanding:
        return best(self.sentences(situation.lang).readings(text, situation.index), situation)

    def _several(self, text: str, situation: Situation, depth: int = 1) -> Understanding | None:
        if depth >= PARTS_MAX:
            return None
        for first, rest in cuts(text):
            one = self._whole(first, situation)
            if isinstance(one, Understood):
                spoken_of = tuple(thing for intent in one.intents for thing in intent.targets)
                both = self._after(one, rest, replace(situation, focus=spoken_of), depth)
                if both is not None:
                    return both
        if not self._is_all_known(text, situation):
            return None
        for first, rest in seams(text):
            # Nothing joins them, so the second must say by itself what it is about.
            one = self._whole(first, situation)
            if isinstance(one, Understood) and any(intent.targets for intent in one.intents):
                both = self._after(one, rest, replace(situation, focus=()), depth)
                if both is not None:
                    return both
        return None

    def _after(self, one: Understood, rest: str, after: Situation, depth: int) -> Understanding | None:
        """The first wish with those that the rest of the sentence says; None when it says none."""
        other: Understanding | None = self._whole(rest, after)
        if isinstance(other, NotUnderstood):
            other = self._several(rest, after, depth + 1)
        if isinstance(other, Understood):
            return Understood(intents=one.intents + other.intents)
        if isinstance(other, Ambiguous):
            return replace(other, before=one.intents + other.before)
        return None

    def _is_all_known(self, text: str, situation: Situation) -> bool:
        knows, index = self.sentences(situation.lang).knows, situation.index
        return all(knows(unit.text) or index.has_word(unit.text) for unit in units_of(plain_numbers(spelled_out(text))))

    def _rewritings(self, text: str, situation: Situation) -> list[tuple[str, float]]:
        index, knows = situation.index, self.sentences(situation.lang).knows
        found = self._sounds(situation).rewritings(text, lambda word: knows(word) or index.has_word(word))
        nearest: dict[str, float] = {}
        for meant, distance in sorted(found, key=lambda one: one[1]):
            nearest.setdefault(meant, distance)
        return [(meant, distance) for meant, distance in nearest.items() if meant != text]

    def _sounds(self, situation: Situation) -> SoundIndex | SpellingIndex:
        key = situation.lang
        sounds = situation.index.sounds.get(key)
        if sounds is None:
            sounds = situation.index.sounds[key] = self.alike(key).of_home(situation.index)
        return sounds

    def alike(self, lang: Lang) -> Alike:
        if lang not in self._alikes:
            self._alikes[lang] = Alike(lang, self.sentences(lang).literals())
        return self._alikes[lang]

    def index(self, home: HomeWords) -> HomeIndex:
        for index in tuple(self._indexes):
            if index.home is home:
                return index
        with self._lock:
            for index in tuple(self._indexes):
                if index.home is home:
                    return index
            built = HomeIndex(home)
            self._indexes.append(built)
            return built

    def sentences(self, lang: Lang) -> Sentences:
        if lang not in self._sentences:
            with self._lock:
                if lang not in self._sentences:
                    self._sentences[lang] = Sentences(lang)
        return self._sentences[lang]


def best(readings: Iterable[Reading], situation: Situation) -> Understanding:
    """The first reading whose things exist and can do it; else the first that names something at all."""
    second: Understanding = NotUnderstood()
    for number, reading in enumerate(readings):
        if number >= _READINGS_MAX:
            break
        understanding = resolve(reading, situation)
        if fits(understanding, situation.index):
            return understanding
        if _says_more(understanding, second):
            second = understanding
    return second


def _says_more(one: Understanding, other: Understanding) -> bool:
    return _told(one) > _told(other)


def _told(understanding: Understanding) -> int:
    if isinstance(understanding, Understood):
        return 3
    if isinstance(understanding, Ambiguous):
        return 2
    return 1 if understanding.unknown else 0
