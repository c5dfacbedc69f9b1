"""May another connection come from this address now?"""


class Arrivals:
    """A bucket of connects for each address, refilled at a steady rate.

    Full buckets are forgotten, so the table holds only addresses that were busy within `burst / per_s` seconds.
    """

    __slots__ = ("_buckets", "_burst", "_per_s")

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._buckets: dict[str, tuple[float, float]] = {}

    def admit(self, address: str, now_s: float) -> bool:
        left = self._left(address, now_s)
        if left < 1:
            return False
        self._buckets[address] = (left - 1, now_s)
        return True

    def sweep(self, now_s: float) -> None:
        for address in [one for one in self._buckets if self._left(one, now_s) >= self._burst]:
            del self._buckets[address]

    def _left(self, address: str, now_s: float) -> float:
        left, at_s = self._buckets.get(address, (float(self._burst), now_s))
        return min(self._burst, left + (now_s - at_s) * self._per_s)
