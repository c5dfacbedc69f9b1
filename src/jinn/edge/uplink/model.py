"""What a home and its region say to each other, and how a mirror takes it: the rules, without I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

import msgspec

from jinn.kernel import JinnError

ROWS_MAX = 500
"""Of the log in one exchange: with some ten reports each still far from what the bus carries."""

LOG_ROWS_MAX = 500_000
"""What a home keeps for a region that is away, some 50 MB: 14 hours of ten things said a second."""

WISHES_MAX = 1_000
WISH_EXPIRES_S = 3_600.0
"""A wish that waited longer for its home is void: who went to bed does not want the light on any more."""


Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""What both databases and every language of the wire can hold: the other side may be anybody's program by now."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f]+\Z")]


class Said(msgspec.Struct, frozen=True):
    """A thing said so; its twin has this version since."""

    thing: Name
    version: Count
    at_ms: Count
    properties: dict[Name, object]


class Known(msgspec.Struct, frozen=True):
    """A thing with all that is known of it. `facts`: a thing as the contract has it."""

    thing: Name
    version: Count
    online: bool
    reported: dict[Name, tuple[object, Count]]
    facts: msgspec.Raw


class Seen(msgspec.Struct, frozen=True):
    """A thing came or went."""

    thing: Name
    online: bool


class Ended(msgspec.Struct, frozen=True):
    """What came of a wish of the region, after the report by which it was known."""

    id: Name
    outcome: Name
    at_ms: Count


class Missed(msgspec.Struct, frozen=True):
    """So many rows were thrown away, since the region was away for longer than the home could keep them."""

    rows: Count
    since_ms: Count
    until_ms: Count


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a home's log, in the order in which it holds; `is_whole`: these are all things there are."""

    said: list[Said] = []
    known: list[Known] = []
    seen: list[Seen] = []
    gone: list[Name] = []
    ended: list[Ended] = []
    is_whole: bool = False
    missed: Missed | None = None


class Row(msgspec.Struct, frozen=True):
    """A row with its number; numbers have no gaps."""

    seq: Count
    body: Entry


class WrittenRow(msgspec.Struct, frozen=True):
    """A `Row` as the home's log has it: what was written is sent, and only the region reads it."""

    seq: Count
    body: msgspec.Raw


class Wish(msgspec.Struct, frozen=True):
    """What a region wants of a thing; void after `expires_ms`.

    `seen`: what the region saw of these properties when it wished. What the home has changed since then, it keeps.
    """

    seq: Count
    id: Name
    thing: Name
    properties: dict[Name, object]
    expires_ms: Count
    seen: dict[Name, object] = {}


class Exchange(msgspec.Struct, frozen=True):
    """What a home says: its next rows, and up to which number it has kept the region's wishes.

    `epoch` is another one when the home's data were lost: then it counts anew. `told`: what the region should have.
    """

    rows: list[Row]
    heard: Count
    epoch: Name
    told: Count


class WrittenExchange(msgspec.Struct, frozen=True):
    """An `Exchange` with rows as they were written."""

    rows: list[WrittenRow]
    heard: Count
    epoch: Name
    told: Count


class Answer(msgspec.Struct, frozen=True):
    """What the region says: up to which number it has the rows, and wishes behind `heard`.

    `is_lost`: it does not have what came before these rows; the home must tell all things anew.
    """

    taken: Count
    wishes: list[Wish]
    is_lost: bool = False


LinkState = Literal["none", "up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way to the region, for network health: `Network.uplink` of contracts/edge.schema.json.

    Attributes:
        waiting: rows that the region does not have yet.
        problem: why it is down, where that could be found out.
    """

    state: LinkState
    since_ms: int | None
    waiting: int
    problem: JinnError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A thing of a home, as its region knows it.

    Attributes:
        told: reports that were merged; of each once.
        facts: a thing as the contract has it, as JSON; empty: only heard of.
    """

    thing: str
    version: int = 0
    is_online: bool = False
    told: int = 0
    facts: bytes = b"{}"
    reported: Mapping[str, tuple[object, int]] = field(default_factory=dict)

    def take_report(self, said: Said) -> "Mirrored":
        """Merged by version: an older report than what is known changes nothing but the count."""
        told = self.told + 1
        if said.version <= self.version:
            return replace(self, told=told)
        fresh = {name: (value, said.at_ms) for name, value in said.properties.items()}
        return replace(self, version=said.version, told=told, reported={**self.reported, **fresh})

    def take_known(self, known: Known) -> "Mirrored":
        """All that is known of it; its facts hold in any case."""
        if known.version < self.version:
            return replace(self, facts=bytes(known.facts), is_online=known.online)
        return replace(
            self, version=known.version, is_online=known.online, reported=known.reported, facts=bytes(known.facts)
        )


def merged(mirror: Mapping[str, Mirrored], rows: Iterable[Row]) -> dict[str, Mirrored | None]:
    """What these rows make of the things; None: it is gone. Only things that the rows speak of are in it."""
    changed: dict[str, Mirrored | None] = {}

    def known(thing: str) -> Mirrored:
        return changed.get(thing) or mirror.get(thing) or Mirrored(thing=thing)

    for row in rows:
        entry = row.body
        if entry.is_whole:
            named = {one.thing for one in entry.known}
            for thing in {*mirror, *changed} - named:
                changed[thing] = None
        for one in entry.known:
            changed[one.thing] = known(one.thing).take_known(one)
        for said in entry.said:
            changed[said.thing] = known(said.thing).take_report(said)
        for seen in entry.seen:
            changed[seen.thing] = replace(known(seen.thing), is_online=seen.online)
        for thing in entry.gone:
            changed[thing] = None
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be asked of one thing, and the wishes that it comes from.

    Attributes:
        parts: each wish with those of its properties that no later wish has taken over.
    """

    thing: str
    parts: tuple[tuple[Wish, frozenset[str]], ...]

    @property
    def values(self) -> dict[str, object]:
        return {name: wish.properties[name] for wish, names in self.parts for name in sorted(names)}

    def without(self, wishes: Iterable[Wish]) -> "Order":
        gone = {wish.seq for wish in wishes}
        return replace(self, parts=tuple(part for part in self.parts if part[0].seq not in gone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Wishes by what becomes of them before anything is asked."""

    orders: tuple[Order, ...]
    superseded: tuple[Wish, ...]
    expired: tuple[Wish, ...]


def newest(wishes: Iterable[Wish], now_ms: int) -> Sorted:
    """Of several wishes for one property the newest counts; one of which nothing counts any more is superseded."""
    owner: dict[tuple[str, str], int] = {}
    by_thing: dict[str, list[Wish]] = {}
    expired = []
    for wish in sorted(wishes, key=lambda one: one.seq):
        if wish.expires_ms <= now_ms:
            expired.append(wish)
            continue
        by_thing.setdefault(wish.thing, []).append(wish)
        owner.update({(wish.thing, name): wish.seq for name in wish.properties})
    orders, superseded = [], []
    for thing, each in by_thing.items():
        parts = []
        for wish in each:
            names = frozenset(name for name in wish.properties if owner[thing, name] == wish.seq)
            if names:
                parts.append((wish, names))
            else:
                superseded.append(wish)
        orders.append(Order(thing=thing, parts=tuple(parts)))
    return Sorted(orders=tuple(orders), superseded=tuple(superseded), expired=tuple(expired))


def is_outdated(wish: Wish, names: Iterable[str], now: Mapping[str, object], own: Mapping[str, object]) -> bool:
    """Whether the home has changed what the region saw when it wished.

    Args:
        names: the properties of the wish that still count.
        now: what the thing says of its properties.
        own: what it was brought to by an earlier wish of the region, which is no change of the home's.
    """
    return any(
        name in wish.seen and name in now and now[name] not in (wish.seen[name], wish.properties[name], own.get(name))
        for name in names
    )


def outcome_of(names: Iterable[str], outcomes: Mapping[str, str]) -> str:
    """Of a wish, from those of its properties: what failed counts before what was done."""
    found = {outcomes[name] for name in names if name in outcomes}
    failed = sorted(found - {"confirmed", "unchanged"})
    if failed:
        return failed[0]
    return "confirmed" if "confirmed" in found else "unchanged"
