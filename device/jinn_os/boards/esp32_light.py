"""How does a lamp shine that hangs on a real board? As the simulated one, through the ports that it was granted.

`"board": "esp32", "grants": {"lamp": ["pwm", 2], "button": ["pin", 0, "in"]}`; the button may be left out.
"""

from jinn_os.boards.sim_light import Board as Lamp


class Board(Lamp):
    """Pushing the button (it draws the pin low) switches it."""

    def __init__(self, initial, granted):
        super().__init__(initial)
        self._pwm = granted["lamp"]
        self._is_pushed = False
        self._has_button = "button" in granted
        if "button" in granted:
            granted["button"].on_change(self._felt)
        self._pwm.put(self.lamp.duty)

    def step(self, dt_s):
        if self._is_pushed:
            self._is_pushed = False
            self.apply({"on": 0 if self.state["on"] else 1})
        super().step(dt_s)
        self._pwm.put(self.lamp.duty)

    def pace_s(self):
        # Fast enough that a finger is answered at once.
        return 0.1 if self._has_button else super().pace_s()

    def close(self):
        self._pwm.put(0.0)

    def _felt(self, level):
        if not level:
            self._is_pushed = True
