"""Stand-ins for what the edge needs; they pass the same contract tests as the real parts."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jinn.edge.model import Who
from jinn.edge.ports import Asked, HomeThing, PastEvent, PastReport
from jinn.kernel import Names, ThingId
from jinn.language import Deed
from jinn.runtime import Statement
from jinn.things import Json, Product, Reported, Twin


@dataclass(slots=True)
class WrittenPast:
    """`Past` that somebody wrote down, in any order."""

    told: list[PastReport | PastEvent] = field(default_factory=list)

    async def between(
        self, properties: Collection[tuple[ThingId, str]], events: Collection[tuple[ThingId, str]], *,
        from_ms: int, to_ms: int,
    ) -> AsyncIterator[PastReport | PastEvent]:  # fmt: skip
        before: dict[tuple[ThingId, str], PastReport] = {}
        within: list[PastReport | PastEvent] = []
        for one in sorted(self.told, key=lambda one: one.at_ms):
            if isinstance(one, PastEvent):
                if (one.thing, one.event) in events and from_ms <= one.at_ms < to_ms:
                    within.append(one)
            elif (one.thing, one.property) in properties and one.at_ms < to_ms:
                if one.at_ms < from_ms:
                    before[one.thing, one.property] = one
                else:
                    within.append(one)
        for told in (*before.values(), *within):
            yield told


@dataclass(slots=True)
class WrittenHome:
    """`Home` that somebody wrote down; `say` changes what a thing reported."""

    things: dict[ThingId, HomeThing] = field(default_factory=dict)
    known: dict[ThingId, Twin] = field(default_factory=dict)
    areas: dict[str, Names] = field(default_factory=dict)

    def area(self, area: str) -> Names | None:
        return self.areas.get(area)

    def add(self, thing: ThingId, names: Names, product: Product) -> None:
        self.things[thing] = HomeThing(id=thing, names=names, product=product)

    def thing(self, thing: ThingId) -> HomeThing | None:
        return self.things.get(thing)

    def twin(self, thing: ThingId) -> Twin:
        return self.known.get(thing) or Twin(thing=thing)

    def twins(self) -> Iterable[Twin]:
        return tuple(self.known.values())

    def say(self, thing: ThingId, at_ms: int, **values: Json) -> Twin:
        known = self.twin(thing)
        reported = {**known.reported, **{name: Reported(value, at_ms) for name, value in values.items()}}
        self.known[thing] = Twin(
            thing=thing, version=known.version + 1, reported=reported, is_online=True, seen_ms=at_ms
        )
        return self.known[thing]


@dataclass(slots=True)
class ObedientHands:
    """`Hands` that remember what was asked, and obey."""

    asked: list[tuple[ThingId, dict[str, Json], str]] = field(default_factory=list)

    async def set(self, thing: ThingId, values: Mapping[str, Json], *, by: str) -> Sequence[Deed]:
        self.asked.append((thing, dict(values), by))
        return [
            Deed(thing=thing, property=name, asked=_plain(value), reported=_plain(value), outcome="confirmed", ms=1.0)
            for name, value in values.items()
        ]

    async def call(self, thing: ThingId, service: str, inputs: Mapping[str, Json], *, by: str) -> Sequence[Deed]:
        self.asked.append((thing, {service: dict(inputs)}, by))
        return [Deed(thing=thing, property=service, asked=None, reported=None, outcome="confirmed", ms=1.0)]


@dataclass(slots=True)
class WrittenPeople:
    """`People` that somebody wrote down."""

    home: dict[str, bool] = field(default_factory=dict)

    def is_home(self, who: Who) -> bool | None:
        if not self.home:
            return None
        return any(self.home.values()) if who == "anyone" else all(self.home.values())


@dataclass(slots=True)
class WrittenLog:
    """`CommandLog` that somebody wrote down, the newest first."""

    asked: dict[ThingId, list[Asked]] = field(default_factory=dict)

    async def of_thing(self, thing: ThingId, *, count_max: int) -> Sequence[Asked]:
        return self.asked.get(thing, [])[:count_max]


@dataclass(slots=True)
class NotesTaken:
    """`Notes` that only remember."""

    statements: list[Statement] = field(default_factory=list)

    def add(self, *statements: Statement) -> None:
        self.statements.extend(statements)


def _plain(value: Json) -> str | int | float | bool | None:
    return value if isinstance(value, str | int | float | bool) else None
