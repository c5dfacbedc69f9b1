"""Words to meaning: the layers in their order, from exact words to similar sounds to free text."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from threading import Lock
from typing import Final

from jinn.kernel import AreaId, Lang, ThingId
from jinn.language.homeindex import HomeIndex
from jinn.language.model import Ambiguous, HomeWords, NotUnderstood, Understanding, Understood
from jinn.language.parts import PARTS_MAX, cuts
from jinn.language.reading import Reading, Sentences
from jinn.language.resolving import Situation, fits, resolve
from jinn.language.writing import TEXT_CHARS_MAX, tidy

_HOMES_KEPT: Final = 4
"""Indexes kept: the home as it is, and as it was while a turn still runs; tests use a few at once."""
_READINGS_MAX: Final = 6


class Understander:
    """Understands the sentences of homes.

    Loading takes about half a second and building the index of a large home a few; `prepare` does both off the hot
    path and may be called from any thread.
    """

    def __init__(self) -> None:
        self._sentences: dict[Lang, Sentences] = {}
        self._indexes: deque[HomeIndex] = deque(maxlen=_HOMES_KEPT)
        self._lock = Lock()

    def prepare(self, home: HomeWords) -> None:
        """Do now what the first sentence of this home would wait for."""
        self.index(home)
        for lang in Lang:
            self.sentences(lang).warm_up()

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
        return self._exact(text, situation)

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
            if not isinstance(one, Understood):
                continue
            spoken_of = tuple(thing for intent in one.intents for thing in intent.targets)
            after = Situation(index=situation.index, lang=situation.lang, area=situation.area, focus=spoken_of)
            other: Understanding | None = self._whole(rest, after)
            if isinstance(other, NotUnderstood):
                other = self._several(rest, after, depth + 1)
            if isinstance(other, Understood):
                return Understood(intents=one.intents + other.intents)
            if isinstance(other, Ambiguous):
                return replace(other, before=one.intents + other.before)
        return None

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
