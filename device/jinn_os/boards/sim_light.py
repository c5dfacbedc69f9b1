"""How does a lamp behave? Its level and its switch belong together."""

from jinn_os.boards.dimming import Fade, duty
from jinn_os.boards.driver import Driver
from jinn_os.tsl import Unfit

FADE_S = 0.4
"""Quick enough to feel obeyed, slow enough to be gentle."""

_HEX = "0123456789abcdefABCDEF"


class Board(Driver):
    """Brightness asked of a dark lamp lights it; brightness 0 darkens it; switched on it shines as it did."""

    def __init__(self, initial):
        super().__init__(initial)
        self._last_level = self.state["brightness"] or 100
        self.lamp = Fade(self._due(), FADE_S)

    def apply(self, values):
        color = values.get("color")
        if color is not None and not _is_color(color):
            raise Unfit("color: must look like #ff8800")
        self.state.update(values)
        if "brightness" in values:
            if "on" not in values:
                self.state["on"] = 1 if values["brightness"] else 0
        elif self.state["on"] and not self.state["brightness"]:
            self.state["brightness"] = self._last_level
        self._last_level = self.state["brightness"] or self._last_level
        self.lamp.go(self._due())

    def step(self, dt_s):
        self.lamp.step(dt_s)

    def pace_s(self):
        return 0.1 if self.lamp.is_moving() else 60.0

    def _due(self):
        return duty(self.state["brightness"]) if self.state["on"] else 0.0


def _is_color(text):
    return len(text) == 7 and text[0] == "#" and all(digit in _HEX for digit in text[1:])
