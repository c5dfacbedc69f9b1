"""What language needs from others, and the seam through which it reaches every capability."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from jinn.kernel import Lang, SatelliteId
from jinn.language.model import Heard, HomeWords, Intent, Reply, Turn


class HomeNames(Protocol):
    """Where the names of the home come from."""

    def words(self) -> HomeWords:
        """The names as they are now; the same object until something was added, renamed or moved."""
        ...


SpanMaker = Callable[[str], AbstractContextManager[None]]
"""Opens a span of the current turn: `with span("asked"): …`."""


class Skill(Protocol):
    """A capability that can be talked to."""

    intents: frozenset[str]
    """The `Intent.name`s that this skill answers."""

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        """Act, and say truthfully what came of it. Never raises `JinnError`: it says it instead."""
        ...


class Conversation(Protocol):
    """Words in, a finished turn out: what satellites talk to."""

    async def converse(self, heard: Heard, *, satellite: SatelliteId) -> Turn: ...
