"""Which values are worth saying, and when? Pure."""

from jinn_os.port import ticks_diff


class Reporter:
    """Remembers what was said last and when, and tells what is to be said now.

    A value is due when it has changed by more than its dead band and its rate allows it. What a rate holds back is
    said as soon as the rate allows: the newest value, those between are lost as meant.
    """

    def __init__(self):
        self._said = {}
        self._said_ms = {}
        self._quiet_until_ms = None

    def forget(self):
        """The next report says everything."""
        self._said = {}
        self._said_ms = {}

    def rest(self, now_ms, time_ms):
        """Somebody is overwhelmed: say nothing of one's own accord for so long, and then everything."""
        self.forget()
        self._quiet_until_ms = now_ms + time_ms

    def due(self, values, bands, always=(), rates=(), now_ms=0):
        """Those of `values` to say now, and in how many milliseconds the next is due (None: nothing is held back).

        `bands`: how far a number may move unsaid. `rates`: the seconds between two reports of a value. `always`:
        said in any case, since somebody waits for it.
        """
        resting_ms = self._resting_ms(now_ms)
        out = {}
        next_ms = None
        for identifier, value in values.items():
            if identifier in always:
                out[identifier] = value
                continue
            if not self._has_moved(identifier, value, bands):
                continue
            held_ms = max(resting_ms, self._held_ms(identifier, rates, now_ms))
            if held_ms <= 0:
                out[identifier] = value
            elif next_ms is None or held_ms < next_ms:
                next_ms = held_ms
        return out, next_ms

    def said(self, values, now_ms=0):
        for identifier, value in values.items():
            self._said[identifier] = value
            self._said_ms[identifier] = now_ms

    def _resting_ms(self, now_ms):
        if self._quiet_until_ms is None:
            return 0
        left_ms = ticks_diff(self._quiet_until_ms, now_ms)
        if left_ms <= 0:
            self._quiet_until_ms = None
        return left_ms

    def _held_ms(self, identifier, rates, now_ms):
        if identifier not in rates or identifier not in self._said_ms:
            return 0
        return int(rates[identifier] * 1000) - ticks_diff(now_ms, self._said_ms[identifier])

    def _has_moved(self, identifier, value, bands):
        if identifier not in self._said:
            return True
        last = self._said[identifier]
        band = bands.get(identifier)
        if band and isinstance(value, (int, float)):
            return abs(value - last) >= band
        return value != last
