"""Which model runs where: a pure plan from what models need and what boxes have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

BoxKind = Literal["speaker", "hub", "region"]

BETTER_BY = 0.3
"""A model moves to a quicker box only for this share of its time: moving costs seconds of loading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a model asks of a box.

    Attributes:
        work_ms: of one request on a box of speed 1.
        latency_max_ms: with the way there and back; a box where it takes longer is only taken when there is no other.
        importance: the more important is placed first, and leaves last.
    """

    model: str
    memory_mib: int
    work_ms: float
    latency_max_ms: float
    importance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What a box says of itself.

    Attributes:
        free_mib: what it could still take; below zero it is full and wants to be rid of something.
        speed: 1 is the reference box.
        round_trip_ms: from the hub and back; 0 for the hub itself.
        offers: the models that it could run.
        runs: those that are loaded there now.
    """

    name: str
    kind: BoxKind
    free_mib: int
    speed: float = 1.0
    round_trip_ms: float = 0.0
    offers: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()


Why = Literal["stays", "best", "box-full", "quicker", "box-gone", "slow", "nowhere"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """Where one model is to run.

    Attributes:
        box: None: no box has room for it.
        why: `stays`; `best`: it ran nowhere; `box-full`, `box-gone`, `quicker`: why it moves; `slow`: nowhere is it
            quick enough; `nowhere`: no box offers it or has room.
    """

    model: str
    box: str | None
    why: Why
    latency_ms: float = 0.0


@dataclass(slots=True)
class _Room:
    """What is left of the boxes while the plan is made."""

    left: dict[str, int]
    leaving: dict[str, set[str]] = field(default_factory=dict)

    def fits(self, need: Need, box: Box) -> bool:
        if need.model in box.runs:
            return need.model not in self.leaving[box.name]
        return self.left[box.name] >= need.memory_mib

    def take(self, need: Need, box: Box) -> None:
        if need.model not in box.runs:
            self.left[box.name] -= need.memory_mib


def plan(needs: Sequence[Need], boxes: Sequence[Box], now: Mapping[str, str]) -> tuple[Placing, ...]:
    """Where every model is to run; the same answer for the same question, in whatever order the boxes come.

    Args:
        now: model → box, as it was planned before.
    """
    ordered = sorted(boxes, key=lambda box: box.name)
    room = _Room(left={box.name: max(0, box.free_mib) for box in ordered})
    room.leaving = {box.name: _leaving(box, needs) for box in ordered}
    return tuple(
        _place(need, ordered, now.get(need.model), room)
        for need in sorted(needs, key=lambda need: (-need.importance, need.model))
    )


def latency_ms(need: Need, box: Box) -> float:
    return box.round_trip_ms + need.work_ms / box.speed


def _leaving(box: Box, needs: Sequence[Need]) -> set[str]:
    """The least important models of a full box that together make enough room."""
    missing, leaving = -box.free_mib, set()
    for need in sorted(needs, key=lambda need: (need.importance, need.model)):
        if missing > 0 and need.model in box.runs:
            leaving.add(need.model)
            missing -= need.memory_mib
    return leaving


def _place(need: Need, boxes: Sequence[Box], was: str | None, room: _Room) -> Placing:
    offered = [box for box in boxes if need.model in box.offers]
    fitting = [box for box in offered if room.fits(need, box)]
    before = next((box for box in offered if box.name == was), None)
    if not fitting:
        # A full box keeps what nobody else can take: a slow answer is better than none.
        if before is not None and need.model in before.runs:
            return Placing(model=need.model, box=before.name, why="stays", latency_ms=latency_ms(need, before))
        return Placing(model=need.model, box=None, why="nowhere")
    best = min(fitting, key=lambda box: (latency_ms(need, box), box.name))
    chosen, why = best, _why(need, before, best, was, room)
    if before in fitting and before is not None and why == "stays":
        chosen = before
    room.take(need, chosen)
    took = latency_ms(need, chosen)
    if took > need.latency_max_ms and why in ("best", "stays"):
        why = "slow"
    return Placing(model=need.model, box=chosen.name, why=why, latency_ms=took)


def _why(need: Need, before: Box | None, best: Box, was: str | None, room: _Room) -> Why:
    if was is None:
        return "best"
    if before is None:
        return "box-gone"
    if not room.fits(need, before):
        return "box-full"
    is_late = latency_ms(need, before) > need.latency_max_ms
    if best is not before and (is_late or latency_ms(need, best) < (1 - BETTER_BY) * latency_ms(need, before)):
        return "quicker"
    return "stays"
