"""What does a shirt feel on somebody who rests, walks and runs?"""

from jinn_os.boards.drift import toward
from jinn_os.boards.driver import Driver, Refusal

# Of an adult in fair health: heart rate in beats a minute, steps a second.
_ACTIVITIES = {"rest": (64, 0.0), "walk": (98, 1.8), "run": (148, 2.7)}
_DAY = (("rest", 240.0), ("walk", 60.0), ("rest", 180.0), ("run", 45.0))
_HEART_UP_S = 25.0
_HEART_DOWN_S = 60.0
_DRAIN_S_PER_PERCENT = 900.0


class Board(Driver):
    """Goes round a small day by itself until somebody says `activity rest`, `walk` or `run`."""

    def __init__(self, initial):
        super().__init__(initial)
        self._heart = float(self.state["heart_rate"])
        self._steps = float(self.state["steps"])
        self._charge = float(self.state["battery"])
        self._told = None
        self._hour = 0
        self._hour_s = 0.0

    def person(self, name, value):
        if name != "activity" or value not in _ACTIVITIES:
            raise Refusal("a shirt knows activity rest, walk and run")
        self._told = value

    def step(self, dt_s):
        rate, cadence = _ACTIVITIES[self._activity(dt_s)]
        self._heart = toward(self._heart, rate, dt_s, _HEART_UP_S if rate > self._heart else _HEART_DOWN_S)
        self._steps = min(1_000_000.0, self._steps + cadence * dt_s)
        self._charge = max(0.0, self._charge - dt_s / _DRAIN_S_PER_PERCENT)
        self.state["heart_rate"] = round(self._heart)
        self.state["steps"] = int(self._steps)
        self.state["battery"] = round(self._charge)

    def pace_s(self):
        return 5.0

    def bands(self):
        return {"heart_rate": 4, "steps": 20}

    def _activity(self, dt_s):
        if self._told:
            return self._told
        self._hour_s += dt_s
        if self._hour_s >= _DAY[self._hour][1]:
            self._hour_s = 0.0
            self._hour = (self._hour + 1) % len(_DAY)
        return _DAY[self._hour][0]
