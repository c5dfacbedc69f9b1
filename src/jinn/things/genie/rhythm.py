"""When each thing of an account is asked how it is: soon after something moved it, seldom while it rests. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from jinn.kernel import ThingId

QUICK_S = 3.0
"""Right after an order or a change; people who have just pressed one switch press it again."""

RESTING_S = 60.0
"""A switch that somebody presses by hand after a long time is seen within so long."""

SLOWING = 0.2
"""The pause is so much of the time since the last change: 3 s at first, 12 s after a minute, at last 60 s."""

EACH_S = 0.25
"""Of one account: clouds throttle who asks much more often. Three hundred resting things are asked within 75 s."""

BURST = 4
"""Things of one account that are asked at once."""

QUICK_MAX = 60
"""Quick asks of a thing that nobody here has ordered anything: one that changes for ever must not be asked for ever."""

QUICK_AGAIN_S = 30.0
"""Each of these comes back after so long."""

BACK_OFF_S_MAX = 600.0
SILENT_S = 3_600.0
"""A device that cannot be asked at all is tried again so seldom."""


@dataclass(slots=True)
class _Beat:
    due_s: float
    stirred_s: float | None = None
    failures: int = 0
    quick_left: float = QUICK_MAX
    refilled_s: float = 0.0


class Rhythm:
    """The things of one account. Times are a monotonic clock's."""

    def __init__(self, *, resting_s: float = RESTING_S, each_s: float = EACH_S) -> None:
        self._resting_s = resting_s
        self._each_s = each_s
        self._beats: dict[ThingId, _Beat] = {}
        self._allowed: float = BURST
        self._allowed_s: float | None = None

    def keep(self, things: Iterable[ThingId], now_s: float) -> None:
        """These are the account's things now. New ones are spread, so that a restart asks nobody for everything."""
        wanted = list(things)
        for place, thing in enumerate(wanted):
            if thing not in self._beats:
                wait_s = min(self._each_s * place, max(self._resting_s, self._each_s * len(wanted)))
                self._beats[thing] = _Beat(due_s=now_s + wait_s, refilled_s=now_s)
        for gone in self._beats.keys() - set(wanted):
            del self._beats[gone]

    def soon(self, thing: ThingId, now_s: float) -> None:
        """Ask at the next moment."""
        self._beats[thing] = _Beat(due_s=now_s, refilled_s=now_s)

    def ordered(self, thing: ThingId, now_s: float) -> None:
        """Somebody here has asked it for something: it may move for a while."""
        beat = self._beats.get(thing)
        if beat is not None:
            beat.quick_left = QUICK_MAX
            self._stir(beat, now_s)

    def changed(self, thing: ThingId, now_s: float) -> None:
        """It was seen to be otherwise than before."""
        beat = self._beats.get(thing)
        if beat is not None:
            self._stir(beat, now_s)

    def due(self, now_s: float) -> list[ThingId]:
        """Who is to be asked now, those first that wait longest for their measure; each counts against the account."""
        if self._allowed_s is not None:
            self._allowed = min(BURST, self._allowed + (now_s - self._allowed_s) / self._each_s)
        self._allowed_s = now_s
        waiting = [(self._lateness(beat, now_s), thing) for thing, beat in self._beats.items() if beat.due_s <= now_s]
        waiting.sort(key=lambda one: -one[0])
        chosen = [thing for _, thing in waiting[: int(self._allowed)]]
        self._allowed -= len(chosen)
        return chosen

    def answered(self, thing: ThingId, now_s: float) -> None:
        beat = self._beats.get(thing)
        if beat is None:
            return
        beat.failures = 0
        pause_s = self._pause_s(beat, now_s)
        if pause_s < self._resting_s:
            beat.quick_left -= 1
        beat.due_s = now_s + pause_s

    def failed(self, thing: ThingId, now_s: float) -> int:
        """No use asking as often as before. Gives how often it has failed in a row."""
        beat = self._beats.get(thing)
        if beat is None:
            return 0
        beat.failures += 1
        beat.due_s = now_s + min(self._resting_s * 2**beat.failures, BACK_OFF_S_MAX)
        return beat.failures

    def rest(self, thing: ThingId, now_s: float, for_s: float | None = None) -> None:
        """Ask again after its resting time, or after `for_s`, whatever moved it."""
        beat = self._beats.get(thing)
        if beat is not None:
            beat.stirred_s = None
            beat.due_s = now_s + (self._resting_s if for_s is None else for_s)

    def _stir(self, beat: _Beat, now_s: float) -> None:
        beat.stirred_s = now_s
        if beat.quick_left >= 1 and not beat.failures:
            beat.due_s = min(beat.due_s, now_s + min(QUICK_S, self._resting_s))

    def _pause_s(self, beat: _Beat, now_s: float) -> float:
        came_back = (now_s - beat.refilled_s) / QUICK_AGAIN_S
        beat.quick_left = min(QUICK_MAX, beat.quick_left + came_back)
        beat.refilled_s = now_s
        if beat.stirred_s is None or beat.quick_left < 1:
            return self._resting_s
        return min(max(QUICK_S, SLOWING * (now_s - beat.stirred_s)), self._resting_s)

    def _lateness(self, beat: _Beat, now_s: float) -> float:
        """In its own pauses, so that many quick things cannot keep a resting one waiting for ever."""
        quiet_s = self._resting_s / SLOWING if beat.stirred_s is None else now_s - beat.stirred_s
        return (now_s - beat.due_s) / min(max(QUICK_S, SLOWING * quiet_s), self._resting_s)
