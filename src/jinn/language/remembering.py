"""What each satellite was last asked, and last spoke of: so that an answer completes, and "it" means something."""

from collections import OrderedDict
from typing import Generic, TypeVar

from jinn.kernel import Clock, SatelliteId

SATELLITES_MAX = 1_000
"""More than a home has; beyond it the satellite that was silent longest is forgotten."""

T = TypeVar("T")


class Remembered(Generic[T]):
    """One thing for each satellite, for a while."""

    def __init__(self, clock: Clock, *, for_s: float) -> None:
        self._clock = clock
        self._for_s = for_s
        self._kept: OrderedDict[SatelliteId, tuple[T, float]] = OrderedDict()

    def keep(self, satellite: SatelliteId, what: T) -> None:
        self._kept[satellite] = (what, self._clock.monotonic_s() + self._for_s)
        self._kept.move_to_end(satellite)
        if len(self._kept) > SATELLITES_MAX:
            self._kept.popitem(last=False)

    def get(self, satellite: SatelliteId) -> T | None:
        what, until_s = self._kept.get(satellite, (None, 0.0))
        return what if until_s > self._clock.monotonic_s() else None

    def take(self, satellite: SatelliteId) -> T | None:
        """As `get`, and it is forgotten."""
        what = self.get(satellite)
        self._kept.pop(satellite, None)
        return what
