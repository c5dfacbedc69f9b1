"""How does a curtain move? With a motor, at one speed, and it can be stopped on the way."""

from jinn_os.boards.driver import Driver, Refusal

_PERCENT_PER_S = 80.0
"""From one end to the other in 1.25 s, quicker than the 10 s of a real one, so that nobody waits in a demo."""


class Board(Driver):
    def __init__(self, initial):
        super().__init__(initial)
        self._at = float(self.state["position"])
        self._target = self._at

    def apply(self, values):
        self._target = float(values["position"])

    def call(self, service, arguments):
        if service == "open":
            self._target = 100.0
        elif service == "close":
            self._target = 0.0
        elif service == "stop":
            self._target = self._at = float(round(self._at))
        else:
            raise Refusal(f"a curtain cannot {service}")
        return {}

    def person(self, name, value):
        """Pulled by hand: it is there at once."""
        self.apply({"position": value})
        self._at = self._target
        self.state["position"] = round(self._at)

    def step(self, dt_s):
        way = self._target - self._at
        reach = _PERCENT_PER_S * dt_s
        self._at = self._target if abs(way) <= reach else self._at + (reach if way > 0 else -reach)
        self.state["position"] = round(self._at)

    def pace_s(self):
        return 0.1 if self._is_moving() else 60.0

    def bands(self):
        # A few words on the way, and where it stops exactly.
        return {"position": 25} if self._is_moving() else {}

    def _is_moving(self):
        return self._at != self._target
