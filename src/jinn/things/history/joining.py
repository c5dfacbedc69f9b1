"""Rows of three finenesses as one line: what was so in each step, and where nothing is known. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinn.things.history.model import HOLDS_OVER_MS, Kind, Point, Told


@dataclass(slots=True, kw_only=True)
class Slot:
    """What was told in one step of the answer.

    Attributes:
        area: the sum of value times milliseconds, over `known_ms`.
        carries: what holds after it.
    """

    low: float
    high: float
    area: float
    known_ms: int
    count: int
    first_ms: int
    last_ms: int
    last: float | None
    carries: float | None
    text: str | None = None

    def add(self, other: "Slot") -> None:
        """The same step, told more finely or later."""
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.area, self.known_ms = self.area + other.area, self.known_ms + other.known_ms
        self.count += other.count
        self.first_ms = min(self.first_ms, other.first_ms)
        if other.last_ms >= self.last_ms:
            self.last_ms, self.last, self.carries, self.text = other.last_ms, other.last, other.carries, other.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which steps are asked for."""

    from_ms: int
    to_ms: int
    step_ms: int
    now_ms: int

    def starts(self) -> Iterable[tuple[int, int]]:
        """Each step and its first moment; none that lies in the future."""
        end = min(self.to_ms, self.now_ms)
        return enumerate(range(self.from_ms, end, self.step_ms))


def merged(tiers: Iterable[Mapping[int, Slot]]) -> dict[int, Slot]:
    slots: dict[int, Slot] = {}
    for tier in tiers:
        for number, slot in tier.items():
            if number in slots:
                slots[number].add(slot)
            else:
                slots[number] = slot
    return slots


def line(
    slots: Mapping[int, Slot], window: Window, *, kind: Kind, before: Told | None, gaps: Sequence[tuple[int, int]]
) -> tuple[Point, ...]:
    """A point for each step.

    Args:
        before: the value told before the window.
        gaps: when nobody could know, sorted.
    """
    held = _Held(before, gaps)
    points = []
    for number, start in window.starts():
        slot = slots.get(number)
        if slot is None:
            points.append(held.point(start, min(start + window.step_ms, window.to_ms)))
            continue
        lead = held.value if held.is_known_at(start) and slot.first_ms > start else None
        points.append(_point(start, slot, kind, lead))
        held.take(Told(slot.last_ms, slot.carries, slot.text))
    return tuple(points)


def _point(start: int, slot: Slot, kind: Kind, lead: float | None) -> Point:
    """One step in which something was told.

    Args:
        lead: the value that held until then.
    """
    if kind == "text":
        return Point(at_ms=start, value=None, count=slot.count, text=slot.text)
    low, high, area, known_ms = slot.low, slot.high, slot.area, slot.known_ms
    if lead is not None:
        low, high = min(low, lead), max(high, lead)
        area, known_ms = area + lead * (slot.first_ms - start), known_ms + slot.first_ms - start
    value = slot.last if kind == "state" else min(max(area / max(1, known_ms), low), high)
    return Point(at_ms=start, value=value, low=low, high=high, count=slot.count)


class _Held:
    """The value told last, and until when it holds."""

    def __init__(self, told: Told | None, gaps: Sequence[tuple[int, int]]) -> None:
        self._gaps = [gap for gap in gaps if gap[1] - gap[0] > HOLDS_OVER_MS]
        self._told = told

    @property
    def value(self) -> float | None:
        return self._told.value if self._told is not None else None

    def take(self, told: Told) -> None:
        self._told = told

    def is_known_at(self, at_ms: int) -> bool:
        return self._told is not None and holds(self._told.at_ms, at_ms, self._gaps)

    def point(self, start: int, end: int) -> Point:
        if self._told is None or not self.is_known_at((start + end) // 2):
            return Point(at_ms=start, value=None)
        value, text = self._told.value, self._told.text
        return Point(at_ms=start, value=value, low=value, high=value, text=text)


def holds(told_ms: int, at_ms: int, gaps: Sequence[tuple[int, int]]) -> bool:
    """Whether what was told then is still known at that moment: no longer absence lies between.

    Args:
        gaps: only those that are long enough to end a value.
    """
    return not any(start <= at_ms and end > told_ms for start, end in gaps)
