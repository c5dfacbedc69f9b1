"""What a series says to a question: lowest and highest, when something was so, how often it became so. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinn.things.history.joining import holds
from jinn.things.history.model import Point, Series, Told

Gaps = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A number over a stretch; the moments are those of the steps in which it was so."""

    low: float
    low_ms: int
    high: float
    high_ms: int
    mean: float


def figures(series: Series) -> Figures | None:
    """None: nothing is known of the whole stretch."""
    known = [point for point in series.points if point.value is not None]
    if not known:
        return None
    lowest = min(known, key=_low)
    highest = max(known, key=_high)
    # The steps are of one length but the last, which has begun only.
    mean = sum(point.value or 0.0 for point in known) / len(known)
    return Figures(low=_low(lowest), low_ms=lowest.at_ms, high=_high(highest), high_ms=highest.at_ms, mean=mean)


def _low(point: Point) -> float:
    return point.low if point.low is not None else point.value or 0.0


def _high(point: Point) -> float:
    return point.high if point.high is not None else point.value or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time for which a state was known; `is_so` tells which. `began`: it was seen to become so at its start."""

    start_ms: int
    end_ms: int
    is_so: bool
    began: bool


def spells(
    rows: Sequence[Told], gaps: Gaps, *, from_ms: int, to_ms: int, is_so: Callable[[float], bool]
) -> list[Spell]:
    """The known times from one moment to another, in order; what is not covered is not known.

    Args:
        rows: oldest first, with the one before the stretch in front.
        gaps: those that are long enough to end a value.
    """
    found: list[Spell] = []
    for index, row in enumerate(rows):
        if row.value is None:
            continue
        until = rows[index + 1].at_ms if index + 1 < len(rows) else to_ms
        lost = min((start for start, end in gaps if end > row.at_ms and start < until), default=until)
        end = min(to_ms, max(row.at_ms, min(until, lost)))
        start = max(from_ms, row.at_ms)
        if end < start or start >= to_ms:
            continue
        so = is_so(row.value)
        before = rows[index - 1] if index else None
        is_continued = before is not None and before.value is not None and holds(before.at_ms, row.at_ms, gaps)
        if found and found[-1].is_so == so and is_continued and found[-1].end_ms == start:
            found[-1] = Spell(start_ms=found[-1].start_ms, end_ms=end, is_so=so, began=found[-1].began)
            continue
        began = row.at_ms >= from_ms and before is not None and before.value is not None and is_so(before.value) != so
        found.append(Spell(start_ms=start, end_ms=end, is_so=so, began=began))
    return [spell for spell in found if spell.end_ms > spell.start_ms or spell.began]


def times_of(found: Sequence[Spell]) -> list[int]:
    """When it was seen to become so."""
    return [spell.start_ms for spell in found if spell.is_so and spell.began]


def known_ms(found: Sequence[Spell]) -> int:
    return sum(spell.end_ms - spell.start_ms for spell in found)


def unknown(found: Sequence[Spell], *, from_ms: int, to_ms: int, least_ms: int) -> list[tuple[int, int]]:
    """The holes between the known times that are worth a word."""
    holes, at_ms = [], from_ms
    for spell in found:
        if spell.start_ms - at_ms >= least_ms:
            holes.append((at_ms, spell.start_ms))
        at_ms = max(at_ms, spell.end_ms)
    if to_ms - at_ms >= least_ms:
        holes.append((at_ms, to_ms))
    return holes


def holes_of(series: Series, *, to_ms: int, least_ms: int) -> list[tuple[int, int]]:
    """The same of a series."""
    known = [
        Spell(start_ms=point.at_ms, end_ms=min(to_ms, point.at_ms + series.step_ms), is_so=True, began=False)
        for point in series.points
        if point.value is not None
    ]
    return unknown(known, from_ms=series.from_ms, to_ms=to_ms, least_ms=least_ms)
