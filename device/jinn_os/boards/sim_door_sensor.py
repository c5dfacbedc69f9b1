"""What does a contact on a door know? Whether it is open, and how long its cell will last."""

from jinn_os.boards.driver import Driver

_CELL_S_PER_PERCENT = 6 * 86400.0
"""A coin cell lasts about two years."""


class Board(Driver):
    def __init__(self, initial):
        super().__init__(initial)
        self._charge = float(self.state["battery"])

    def person(self, name, value):
        """`door open` as well as `open 1`: that is how one says it."""
        super().person("open" if name == "door" else name, value)
        self._charge = float(self.state["battery"])

    def step(self, dt_s):
        self._charge = max(0.0, self._charge - dt_s / _CELL_S_PER_PERCENT)
        self.state["battery"] = round(self._charge)

    def pace_s(self):
        return 600.0
