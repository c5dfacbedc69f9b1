"""What a series is, which values are worth a row, and how rows become steps: the rules, without I/O."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import msgspec

from jinn.kernel import ThingId
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType

Kind = Literal["number", "state", "text"]

ONLINE: Final = "$online"
"""The series of whether a thing was here. No property is called so: identifiers have no `$`."""

HEARTBEAT_MS: Final = 300_000
"""A value that stays the same gets a row in each such stretch in which it was told: "it was 4 degrees all night"."""

HOLDS_OVER_MS: Final = 600_000
"""A value still holds after an absence no longer than this; after a longer one only with the next report."""

TEXT_CHARS_MAX: Final = 1_000
"""Longer texts, arrays and structs have a past that says only that they changed."""


class Sample(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One value of one property at one moment; `text` for what is no number. An array in JSON.

    Of each post one is made for each property, written, and read again: a named tuple takes ten times as long to make.
    """

    thing: ThingId
    property: str
    kind: Kind
    at_ms: int
    value: float | None
    text: str | None = None


class Told(NamedTuple):
    """A row as it was told."""

    at_ms: int
    value: float | None
    text: str | None = None


class Step(NamedTuple):
    """A number over `step_ms` from `at_ms`; `mean` is weighted by the time for which it was known."""

    at_ms: int
    low: float
    high: float
    mean: float
    known_ms: int
    told: int
    last: float
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One step of a series as it is asked for.

    Attributes:
        value: the mean of a number over the step, or the last value of a switch or choice; None: nothing is known.
        count: rows in the step; 0: the value is the one told before.
        text: of a text, instead of a value.
    """

    at_ms: int
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A property over a stretch of time, in steps of equal length; none lies in the future."""

    thing: ThingId
    property: str
    kind: Kind
    from_ms: int
    to_ms: int
    step_ms: int
    points: tuple[Point, ...]
    unit: str = ""


_KINDS: Final[Mapping[type, Kind]] = {NumberType: "number", BoolType: "state", EnumType: "state"}


def kind_of(data_type: DataType) -> Kind:
    return _KINDS.get(type(data_type), "text")


def series_id(thing: ThingId, name: str) -> int:
    """63 bits of a hash: nobody has to ask for a number, and no two hubs give two. Of a million series two are the
    same once in 20 million homes.
    """
    digest = hashlib.blake2b(f"{thing}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def is_worth_a_row(before: tuple[object, int] | None, said: tuple[object, int]) -> bool:
    """Whether a value changed, came late, or is the first of its stretch.

    Args:
        before: the value told before it, and when.
    """
    if before is None or before[0] != said[0] or said[1] < before[1]:
        return True
    return said[1] // HEARTBEAT_MS != before[1] // HEARTBEAT_MS


def folded(rows: Sequence[Told], step_ms: int, *, next_ms: int | None) -> list[Step]:
    """Rows of a number as steps; a value holds until the next row or the end of its step.

    Args:
        rows: oldest first.
        next_ms: the moment of the row behind the last.
    """
    steps: dict[int, list[tuple[float, int, int]]] = {}
    for index, (at_ms, value, _) in enumerate(rows):
        if value is None:
            continue
        start = at_ms // step_ms * step_ms
        after = rows[index + 1].at_ms if index + 1 < len(rows) else next_ms
        until = start + step_ms if after is None else min(after, start + step_ms)
        steps.setdefault(start, []).append((value, max(1, until - at_ms), at_ms))
    return [_step(start, told) for start, told in steps.items()]


def _step(start: int, told: Sequence[tuple[float, int, int]]) -> Step:
    values = [value for value, _, _ in told]
    known_ms = sum(held for _, held, _ in told)
    mean = sum(value * (held / known_ms) for value, held, _ in told)
    low, high = min(values), max(values)
    return Step(start, low, high, min(max(mean, low), high), known_ms, len(told), values[-1], told[-1][2])


def coarser(steps: Sequence[Step], step_ms: int) -> list[Step]:
    """Fine steps as coarse ones."""
    groups: dict[int, list[Step]] = {}
    for step in steps:
        groups.setdefault(step.at_ms // step_ms * step_ms, []).append(step)
    return [_joined(start, group) for start, group in groups.items()]


def _joined(start: int, group: Sequence[Step]) -> Step:
    known_ms = sum(step.known_ms for step in group)
    newest = max(group, key=lambda step: step.last_ms)
    low, high = min(step.low for step in group), max(step.high for step in group)
    mean = sum(step.mean * (step.known_ms / known_ms) for step in group)
    return Step(
        start, low, high, min(max(mean, low), high), known_ms, sum(step.told for step in group), newest.last,
        newest.last_ms,
    )  # fmt: skip


def needless(rows: Sequence[Told], *, stretch_ms: int, before: Told | None = None) -> list[Told]:
    """Rows that repeat the one before them within one stretch; without them the past is the same."""
    found = []
    for row in rows:
        if before is not None and before[1:] == row[1:] and before.at_ms // stretch_ms == row.at_ms // stretch_ms:
            found.append(row)
        before = row
    return found


def absences(
    online: Sequence[Told], running: Iterable[tuple[int, int]], *, from_ms: int, to_ms: int, was_online: bool
) -> list[tuple[int, int]]:
    """When nobody could know: the thing was away, or no hub was running. Sorted; they may overlap.

    Args:
        online: when the thing came (1) and went (0), oldest first.
        running: when a hub was.
        was_online: whether the thing was here at `from_ms`.
    """
    away: list[tuple[int, int]] = []
    since = None if was_online else from_ms
    for row in online:
        if row.value and since is not None:
            away.append((since, row.at_ms))
            since = None
        elif not row.value and since is None:
            since = row.at_ms
    if since is not None:
        away.append((since, to_ms))
    covered = from_ms
    for start, end in sorted(running):
        if start > covered:
            away.append((covered, start))
        covered = max(covered, end)
    if covered < to_ms:
        away.append((covered, to_ms))
    return sorted((start, end) for start, end in away if end > start)


def written_value(value: object) -> tuple[float | None, str | None]:
    """A checked value as a row has it: a number, or a text; JSON for what is neither."""
    if isinstance(value, int | float):
        return float(value), None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return None, text if len(text) <= TEXT_CHARS_MAX else "…"
