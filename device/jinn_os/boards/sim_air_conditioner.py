"""How does a room's temperature follow its air conditioner? Slowly, and only where the mode can push it."""

from jinn_os.boards.drift import toward
from jinn_os.boards.driver import Driver

_OUTDOOR_C = 29.0
_ROOM_S = 1800.0
"""Time constant of a closed room without help; with help it is a third or less, by fan speed."""
_HELPED_S = (500.0, 700.0, 500.0, 350.0)
_AUTO, _COOL, _HEAT, _DRY = 0, 1, 2, 3


class Board(Driver):
    def __init__(self, initial):
        super().__init__(initial)
        self._room_c = float(self.state["temperature"])

    def step(self, dt_s):
        target = self.state["target_temperature"]
        if self._can_push(target):
            self._room_c = toward(self._room_c, target, dt_s, _HELPED_S[self.state["fan"]])
        else:
            self._room_c = toward(self._room_c, _OUTDOOR_C, dt_s, _ROOM_S)
        self.state["temperature"] = round(self._room_c, 1)

    def pace_s(self):
        return 10.0

    def bands(self):
        return {"temperature": 0.3}

    def person(self, name, value):
        super().person(name, value)
        self._room_c = float(self.state["temperature"])

    def _can_push(self, target):
        if not self.state["on"]:
            return False
        mode = self.state["mode"]
        return (
            mode == _AUTO
            or (mode in (_COOL, _DRY) and self._room_c > target)
            or (mode == _HEAT and self._room_c < target)
        )
