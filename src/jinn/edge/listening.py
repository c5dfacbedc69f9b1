"""What hearing a rule needs of the home: what words mean, what things can do, and which scenes there are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from jinn.edge.model import Rule, Scene
from jinn.edge.ports import HomeThing
from jinn.kernel import AreaId, Lang, ThingId
from jinn.language import Ambiguous, HomeWords, Intent, Understanding, Understood
from jinn.things import Handle


class Understands(Protocol):
    """What words mean without rules: `language.Understander`."""

    def understand(
        self, text: str, lang: Lang, home: HomeWords, *, area: AreaId | None = None, focus: tuple[ThingId, ...] = ()
    ) -> Understanding: ...

    def complete(self, pending: Ambiguous, text: str, lang: Lang, home: HomeWords) -> Understanding | None: ...

    def revise(self, proposal: Intent, text: str, lang: Lang, home: HomeWords) -> Understanding | None: ...


class Things(Protocol):
    """The things as words can take hold of them."""

    def handle(self, thing: ThingId) -> Handle | None: ...

    def area(self, name: str) -> AreaId | None: ...


class Known(Protocol):
    """What is known of the home besides words."""

    def thing(self, thing: ThingId) -> HomeThing | None: ...

    def scenes(self) -> Sequence[Scene]: ...

    def rules(self) -> Sequence[Rule]:
        """The newest last."""
        ...


class WhichOne(Exception):
    """The words fit several things; somebody must say which."""

    def __init__(self, question: Ambiguous) -> None:
        super().__init__("which one?")
        self.question = question


class HowMuch(Exception):
    """A level that was not said, where none can be guessed: "dim the lamp" at a time that is not now."""

    def __init__(self, thing: ThingId, ability: str) -> None:
        super().__init__("how much?")
        self.thing = thing
        self.ability = ability


class NotAble(Exception):
    """A thing is asked for what it has not."""

    def __init__(self, thing: ThingId) -> None:
        super().__init__("it can't do that")
        self.thing = thing


PARTS_MAX = 64
"""Parts of one sentence that are tried. The most involved of 444 that households say needs 19; noise may have hundreds,
which would take seconds."""


class TooInvolved(Exception):
    """More parts of a sentence would have to be tried than any that makes sense has."""


class Parts:
    """`words` for one sentence: each part of it is tried once."""

    def __init__(self, words: Understands) -> None:
        self._words = words
        self._tried: dict[tuple[str, Lang, AreaId | None, tuple[ThingId, ...]], Understanding] = {}

    def understand(
        self, text: str, lang: Lang, home: HomeWords, *, area: AreaId | None = None, focus: tuple[ThingId, ...] = ()
    ) -> Understanding:
        """Raises `TooInvolved` after `PARTS_MAX` of them."""
        part = (text, lang, area, focus)
        if part not in self._tried:
            if len(self._tried) >= PARTS_MAX:
                raise TooInvolved
            self._tried[part] = self._words.understand(text, lang, home, area=area, focus=focus)
        return self._tried[part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One sentence's surroundings.

    Attributes:
        area: where the satellite stands.
        chosen: the things that answered "which one?".
        focus: the things that the sentence itself has spoken of already, which "it" means.
        level: what was answered to "at what brightness?".
    """

    words: Parts
    home: HomeWords
    things: Things
    known: Known
    lang: Lang
    area: AreaId | None = None
    chosen: tuple[ThingId, ...] = ()
    focus: tuple[ThingId, ...] = ()
    level: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What things and areas are called, in small letters."""
        called = [*(thing.names for thing in self.home.things), *(area.names for area in self.home.areas)]
        return tuple(dict.fromkeys(name.lower() for names in called for name in names.all_of(self.lang)))

    def understand(self, text: str) -> Understood | None:
        """What a part of the sentence wants. Raises `WhichOne`."""
        meant = self.words.understand(text, self.lang, self.home, area=self.area, focus=self.focus)
        if isinstance(meant, Ambiguous):
            picked = tuple(thing for thing in meant.choices if thing in self.chosen)
            if not picked:
                raise WhichOne(meant)
            return Understood(intents=(*meant.before, replace(meant.intent, targets=(*meant.intent.targets, *picked))))
        return meant if isinstance(meant, Understood) else None

    def candidates(self, text: str) -> tuple[ThingId, ...]:
        """The things that a part of the sentence may mean, several where it does not say which."""
        meant = self.words.understand(text, self.lang, self.home, area=self.area, focus=self.focus)
        if isinstance(meant, Ambiguous):
            picked = tuple(thing for thing in meant.choices if thing in self.chosen)
            return picked or meant.choices
        if isinstance(meant, Understood):
            return tuple(dict.fromkeys(thing for intent in meant.intents for thing in intent.targets))
        return ()

    def speaking_of(self, things: Sequence[ThingId]) -> "Situation":
        return replace(self, focus=tuple(dict.fromkeys(things)))
