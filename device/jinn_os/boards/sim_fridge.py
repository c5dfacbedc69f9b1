"""How does a fridge keep cold, and what when its door stays open?"""

from jinn_os.boards.drift import toward
from jinn_os.boards.driver import Driver

_KITCHEN_C = 22.0
_COOLING_S = 900.0
_OPEN_S = 600.0
_LEFT_OPEN_S = 60.0
_REMIND_S = 120.0


class Board(Driver):
    def __init__(self, initial):
        super().__init__(initial)
        self._cold_c = float(self.state["cold_temperature"])
        self._freezer_c = float(self.state["freezer_temperature"])
        self._open_s = 0.0
        self._remind_at_s = _LEFT_OPEN_S

    def step(self, dt_s):
        if self.state["door"]:
            self._cold_c = toward(self._cold_c, _KITCHEN_C, dt_s, _OPEN_S)
            self._watch_door(dt_s)
        else:
            self._cold_c = toward(self._cold_c, self.state["cold_target"], dt_s, _COOLING_S)
        # The freezer has a door of its own, which nobody opens in a demo.
        self._freezer_c = toward(self._freezer_c, self.state["freezer_target"], dt_s, _COOLING_S)
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

    def _watch_door(self, dt_s):
        self._open_s += dt_s
        if self._open_s >= self._remind_at_s:
            self.happened("door_left_open", {"seconds": int(self._open_s)})
            self._remind_at_s = self._open_s + _REMIND_S
