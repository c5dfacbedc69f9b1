"""What the edge needs from others."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from jinn.edge.model import Who
from jinn.kernel import Names, ThingId
from jinn.language import Deed
from jinn.runtime import Statement
from jinn.things import Json, Product, Twin


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeThing:
    """A thing as rules know it."""

    id: ThingId
    names: Names
    product: Product


class Home(Protocol):
    """The things as they are now."""

    def thing(self, thing: ThingId) -> HomeThing | None:
        """None: there is no such thing, or not any more."""
        ...

    def twin(self, thing: ThingId) -> Twin: ...

    def twins(self) -> Iterable[Twin]:
        """Of everything that has ever said something."""
        ...

    def area(self, area: str) -> Names | None:
        """What an area is called, by its id; None: there is no such area."""
        ...


class Hands(Protocol):
    """How rules and scenes ask things for something. Neither raises: what did not work is a deed's outcome."""

    async def set(self, thing: ThingId, values: Mapping[str, Json], *, by: str) -> Sequence[Deed]: ...

    async def call(self, thing: ThingId, service: str, inputs: Mapping[str, Json], *, by: str) -> Sequence[Deed]: ...


class People(Protocol):
    """Who is at home."""

    def is_home(self, who: Who) -> bool | None:
        """Whether somebody, or everybody, is; None: nobody has ever told."""
        ...


class Holidays(Protocol):
    """Which days are none for work."""

    def is_workday(self, day: date) -> bool: ...


ONLINE = "$online"
"""The property of a past that says whether the thing was here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReport:
    """What a thing said of one property, and when."""

    thing: ThingId
    property: str
    value: Json
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvent:
    """Something that happened to a thing."""

    thing: ThingId
    event: str
    outputs: Mapping[str, Json]
    at_ms: int
    id: str = ""


class Past(Protocol):
    """What was so: what a dry run is made of."""

    def between(
        self,
        properties: Collection[tuple[ThingId, str]],
        events: Collection[tuple[ThingId, str]],
        *,
        from_ms: int,
        to_ms: int,
    ) -> AsyncIterator[PastReport | PastEvent]:
        """What these properties and events said, oldest first.

        Of each property first the last value before `from_ms`, where one is known.
        """
        ...  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command as the thing's own log has it.

    Attributes:
        by: who asked: `voice`, `screen`, `http`, `rule:<id>`, `scene:<id>`, or another part's name.
        outcome: None: it has not ended.
    """

    by: str
    values: Mapping[str, Json]
    at_ms: int
    outcome: str | None
    reported: Mapping[str, Json]
    service: str | None = None


class Notes(Protocol):
    """Small things to write down, for which nobody waits."""

    def add(self, *statements: Statement) -> None: ...


class CommandLog(Protocol):
    async def of_thing(self, thing: ThingId, *, count_max: int) -> Sequence[Asked]:
        """The newest first."""
        ...
