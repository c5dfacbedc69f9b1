"""How loud it is, for eyes: a level ten times a second."""

import math

from jinn.voice.model import loudness, to_samples

_WINDOWS = 3
"""96 ms."""

_QUIETEST = 1e-3
_RANGE_DB = 60


class Meter:
    """Makes of every three windows one level."""

    def __init__(self) -> None:
        self._loudest = _QUIETEST
        self._count = 0

    def take(self, window: bytes) -> float | None:
        """0 (60 dB below full scale) to 1, with each third window."""
        self._loudest = max(self._loudest, loudness(to_samples(window)))
        self._count += 1
        if self._count < _WINDOWS:
            return None
        level = 1 + 20 * math.log10(self._loudest) / _RANGE_DB
        self._loudest, self._count = _QUIETEST, 0
        return round(min(1.0, level), 3)
