"""How does a fridge keep cold, what may its compressor do, and what when the door stays open?"""

from jinn_os.boards.drift import toward
from jinn_os.boards.driver import Driver

_KITCHEN_C = 22.0
_EVAPORATOR_C = -12.0
_COOLING_S = 2_400.0
"""From 10 °C to 4 °C in some quarter of an hour, as a household fridge does after the shopping."""
_WALLS_S = 20_000.0
"""Closed and off it gains about 3 °C an hour."""
_OPEN_S = 600.0
_FREEZING_S = 900.0

SWING_C = 0.2
"""Half of what the thermostat lets it drift; under the dead band, so that a closed fridge is quiet."""
OFF_S_MIN = 180.0
"""A compressor that starts against the pressure of its last run stalls: makers let it rest for three minutes."""
ON_S_MIN = 60.0

_LEFT_OPEN_S = 60.0
_REMIND_S = 120.0
_STEP_S = 5.0


class Compressor:
    """Switched by a thermostat, and never sooner than is good for it.

    Attributes:
        since_s: how long it has been as it is.
    """

    def __init__(self):
        self.is_on = False
        self.since_s = OFF_S_MIN

    def step(self, measured_c, target_c, dt_s):
        self.since_s += dt_s
        if not self.is_on and measured_c > target_c + SWING_C and self.since_s >= OFF_S_MIN:
            self._switch(True)
        elif self.is_on and measured_c < target_c - SWING_C and self.since_s >= ON_S_MIN:
            self._switch(False)

    def _switch(self, is_on):
        self.is_on = is_on
        self.since_s = 0.0


class Board(Driver):
    def __init__(self, initial):
        super().__init__(initial)
        self.compressor = Compressor()
        self._cold_c = float(self.state["cold_temperature"])
        self._freezer_c = float(self.state["freezer_temperature"])
        self._open_s = 0.0
        self._remind_at_s = _LEFT_OPEN_S

    def step(self, dt_s):
        left_s = dt_s
        # In small steps, or a long one would run the compressor far beyond its mark.
        while left_s > 0:
            self._pass(min(left_s, _STEP_S))
            left_s -= _STEP_S
        self.state["cold_temperature"] = round(self._cold_c, 1)
        self.state["freezer_temperature"] = round(self._freezer_c, 1)

    def pace_s(self):
        return 5.0 if self.state["door"] else 30.0

    def bands(self):
        return {"cold_temperature": 0.5, "freezer_temperature": 0.5}

    def person(self, name, value):
        super().person(name, value)
        if name == "door":
            self._open_s = 0.0
            self._remind_at_s = _LEFT_OPEN_S
        self._cold_c = float(self.state["cold_temperature"])
        self._freezer_c = float(self.state["freezer_temperature"])

    def _pass(self, dt_s):
        self.compressor.step(self._cold_c, self.state["cold_target"], dt_s)
        if self.state["door"]:
            self._cold_c = toward(self._cold_c, _KITCHEN_C, dt_s, _OPEN_S)
            self._watch_door(dt_s)
        else:
            self._cold_c = toward(self._cold_c, _KITCHEN_C, dt_s, _WALLS_S)
        if self.compressor.is_on:
            self._cold_c = toward(self._cold_c, _EVAPORATOR_C, dt_s, _COOLING_S)
        # The freezer has a compressor and a door of its own, which nobody opens in a demo.
        self._freezer_c = toward(self._freezer_c, self.state["freezer_target"], dt_s, _FREEZING_S)

    def _watch_door(self, dt_s):
        self._open_s += dt_s
        if self._open_s >= self._remind_at_s:
            self.happened("door_left_open", {"seconds": int(self._open_s)})
            self._remind_at_s = self._open_s + _REMIND_S
