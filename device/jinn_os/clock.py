"""What time is it? The wall clock, corrected by what the hub says; and whether it can be believed."""

import json

from jinn_os.port import const, ticks_diff, ticks_ms, wall_ms

ROUND_TRIP_MS_MAX = const(5_000)
"""An answer that took longer could be wrong by half of that; it is not believed."""

ASK_AGAIN_S = const(3_600)
"""Cheap crystals go wrong by some ten parts in a million: 40 ms in an hour."""


class Clock:
    """Milliseconds since 1970. Before the first answer of the hub it is the board's own clock, which may be wrong.

    `corrected_ms` says by how much times that were taken in this run before the first answer must be moved.
    """

    def __init__(self, wall=wall_ms, ticks=ticks_ms):
        self.is_set = False
        self.corrected_ms = 0
        self._wall = wall
        self._ticks = ticks
        self._ahead_ms = 0
        self._asked_ms = 0
        self._asked_ticks = None

    def now_ms(self):
        return self._wall() + self._ahead_ms

    def ask(self):
        """The payload for the NTP topic."""
        self._asked_ms = self._wall()
        self._asked_ticks = self._ticks()
        return json.dumps({"deviceSendTime": str(self._asked_ms)}).encode()

    def heard(self, payload):
        """Take the hub's time; True when it was an answer to what was asked last."""
        try:
            answer = json.loads(payload)
            received, sent = int(answer["serverRecvTime"]), int(answer["serverSendTime"])
            asked = int(answer["deviceSendTime"])
        except (ValueError, TypeError, KeyError, RuntimeError, MemoryError):
            return False
        if self._asked_ticks is None or asked != self._asked_ms:
            return False
        # By ticks: the wall clock may be set by somebody else meanwhile.
        took_ms = ticks_diff(self._ticks(), self._asked_ticks)
        self._asked_ticks = None
        if not 0 <= took_ms <= ROUND_TRIP_MS_MAX or sent < received:
            return False
        self._set(sent + (took_ms - (sent - received)) // 2)
        return True

    def _set(self, now_ms):
        self._ahead_ms = now_ms - self._wall()
        if not self.is_set:
            self.corrected_ms = self._ahead_ms
            self.is_set = True
