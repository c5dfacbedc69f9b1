"""What a home and its region say to each other, and how a mirror takes it: the rules, without I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

ROWS_MAX = 500
"""Of the log in one exchange: with some ten reports each still far from what the bus carries."""

WISHES_MAX = 1_000
WISH_EXPIRES_S = 3_600.0
"""A wish that waited longer for its home is void: who went to bed does not want the light on any more."""


class Said(msgspec.Struct, frozen=True):
    """A thing said so; its twin has this version since."""

    thing: str
    version: int
    at_ms: int
    properties: dict[str, object]


class Known(msgspec.Struct, frozen=True):
    """A thing with all that is known of it. `facts`: a thing as the contract has it."""

    thing: str
    version: int
    online: bool
    reported: dict[str, tuple[object, int]]
    facts: msgspec.Raw


class Seen(msgspec.Struct, frozen=True):
    """A thing came or went."""

    thing: str
    online: bool


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row of a home's log, in the order in which it holds; `is_whole`: these are all things there are."""

    said: list[Said] = []
    known: list[Known] = []
    seen: list[Seen] = []
    gone: list[str] = []
    is_whole: bool = False


class Row(msgspec.Struct, frozen=True):
    """A row with its number; numbers have no gaps."""

    seq: int
    body: Entry


class WrittenRow(msgspec.Struct, frozen=True):
    """A `Row` as the home's log has it: what was written is sent, and only the region reads it."""

    seq: int
    body: msgspec.Raw


class Wish(msgspec.Struct, frozen=True):
    """What a region wants of a thing; void after `expires_ms`."""

    seq: int
    id: str
    thing: str
    properties: dict[str, object]
    expires_ms: int


class Exchange(msgspec.Struct, frozen=True):
    """What a home says: its next rows, and up to which number it has kept the region's wishes.

    `epoch` is another one when the home's data were lost: then it counts anew. `told`: what the region should have.
    """

    rows: list[Row]
    heard: int
    epoch: str
    told: int


class WrittenExchange(msgspec.Struct, frozen=True):
    """An `Exchange` with rows as they were written."""

    rows: list[WrittenRow]
    heard: int
    epoch: str
    told: int


class Answer(msgspec.Struct, frozen=True):
    """What the region says: up to which number it has the rows, and wishes behind `heard`.

    `is_lost`: it does not have what came before these rows; the home must tell all things anew.
    """

    taken: int
    wishes: list[Wish]
    is_lost: bool = False


LinkState = Literal["none", "up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way to the region, for network health: `Network.uplink` of contracts/edge.schema.json.

    Attributes:
        waiting: rows that the region does not have yet.
    """

    state: LinkState
    since_ms: int | None
    waiting: int


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


def newest(wishes: Iterable[Wish], now_ms: int) -> tuple[list[tuple[str, dict[str, object], list[int]]], list[int]]:
    """Wishes as what is still to be asked of each thing, by the newest for each property.

    Returns:
        for each thing the values and the numbers of the wishes that they come from; then the numbers of expired ones.
    """
    values: dict[str, dict[str, object]] = {}
    numbers: dict[str, list[int]] = {}
    void: list[int] = []
    for wish in sorted(wishes, key=lambda one: one.seq):
        if wish.expires_ms <= now_ms:
            void.append(wish.seq)
            continue
        values.setdefault(wish.thing, {}).update(wish.properties)
        numbers.setdefault(wish.thing, []).append(wish.seq)
    return [(thing, values[thing], numbers[thing]) for thing in values], void
