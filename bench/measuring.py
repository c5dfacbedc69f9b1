"""What every bench needs: percentiles, and one JSON line with its limit."""

import json
import statistics
import sys
from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of all lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def line(bench: str, value: float, unit: str, *, at_most: float | None = None, at_least: float | None = None,
         **facts: object) -> None:  # fmt: skip
    """Print one figure beside its limit."""
    entry: dict[str, object] = {"bench": bench, "value": round(value, 3), "unit": unit}
    if at_most is not None:
        entry |= {"limit": f"<= {at_most:g}", "met": value <= at_most}
    if at_least is not None:
        entry |= {"limit": f">= {at_least:g}", "met": value >= at_least}
    sys.stdout.write(json.dumps(entry | facts, ensure_ascii=False) + "\n")
    sys.stdout.flush()
