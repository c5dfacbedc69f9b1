"""The cheapest ways to rewrite a sentence with known words, word by word or syllable by syllable."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

KEPT_COST: Final = 0.3
"""What it costs to leave a unit that no known word covers; less than the worst rewriting, more than a good one."""
_WORD_COST: Final = 0.05
"""Each word costs a little, so that one long name wins over its pieces."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A known word in place of the units up to `stop`; `distance` is 0 for the same word and at most 1 a unit."""

    stop: int
    text: str
    distance: float


STRANGE_SHARE: Final = 0.34


def may_be_misheard(
    units: Sequence[str], knows: Callable[[str], bool], strange_share_max: float = STRANGE_SHARE
) -> bool:
    """Whether enough of a sentence is known words; a recogniser's slips are few."""
    return sum(not knows(unit) for unit in units) <= max(2, strange_share_max * len(units))


@dataclass(frozen=True, slots=True, order=True)
class Path:
    """A rewriting: its cost in the search, how far it is from what was written, and its pieces."""

    cost: float
    distance: float
    changed_units: int
    kept_units: int
    pieces: tuple[str, ...]


def best_paths(
    units: Sequence[str], edges: Mapping[int, Sequence[Edge]], count: int, knows: Callable[[str], bool]
) -> list[Path]:
    """Up to `count` rewritings, the cheapest first.

    Args:
        knows: whether a unit may stay as it is: nothing matches a sentence with a word that no template knows.
    """
    reached: list[list[Path]] = [[] for _ in range(len(units) + 1)]
    reached[0] = [Path(0.0, 0.0, 0, 0, ())]
    for at, unit in enumerate(units):
        paths = heapq.nsmallest(count, reached[at])
        for path in paths:
            if knows(unit):
                kept = Path(
                    path.cost + KEPT_COST, path.distance, path.changed_units, path.kept_units + 1, (*path.pieces, unit)
                )
                reached[at + 1].append(kept)
            for edge in edges.get(at, ()):
                changed = edge.stop - at if edge.distance > 0 else 0
                reached[edge.stop].append(
                    Path(
                        path.cost + edge.distance + _WORD_COST,
                        path.distance + edge.distance,
                        path.changed_units + changed,
                        path.kept_units,
                        (*path.pieces, edge.text),
                    )
                )
    return heapq.nsmallest(count, reached[-1])
