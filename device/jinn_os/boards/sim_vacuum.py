"""What does a robot vacuum do when? A state machine with a battery and a map."""

from jinn_os.boards.driver import Driver, Refusal

DOCKED, CLEANING, PAUSED, RETURNING, STUCK = 0, 1, 2, 3, 4

_ROOM_S = 90.0
_RETURN_S = 8.0
_DRAIN_PER_S = 1 / 30
_CHARGE_PER_S = 1 / 20
_LOW_PERCENT = 15


class Board(Driver):
    """`initial["rooms"]` is its map: the ids of the areas that it can reach."""

    def __init__(self, initial):
        initial = dict(initial)
        self._rooms = initial.pop("rooms", [])
        super().__init__(initial)
        self._charge = float(self.state["battery"])
        self._left_s = 0.0

    def call(self, service, arguments):
        if service == "clean_area":
            self._clean(arguments["area"])
        elif service == "start":
            self._start()
        elif service == "pause":
            if self.state["state"] != CLEANING:
                raise Refusal("it is not cleaning")
            self.state["state"] = PAUSED
        elif service == "dock":
            self._dock()
        else:
            raise Refusal(f"a vacuum cannot {service}")
        return {}

    def person(self, name, value):
        """It is caught by a carpet and freed again with `state` 4 and any other; the battery may be swapped."""
        if name not in ("state", "battery"):
            raise Refusal(f"{name}: there is nothing like that to touch")
        if name == "battery":
            self._charge = float(value)
        elif self.state["state"] == STUCK:
            value = PAUSED
        elif value != STUCK:
            raise Refusal("by hand it can only be caught and freed")
        self.state[name] = value

    def step(self, dt_s):
        state = self.state["state"]
        if state == CLEANING:
            self._drain(dt_s)
            self._left_s -= dt_s
            if self._left_s <= 0 or self._charge <= _LOW_PERCENT:
                self._turn_home()
        elif state == RETURNING:
            self._drain(dt_s)
            self._left_s -= dt_s
            if self._left_s <= 0:
                self.state["state"] = DOCKED
        elif state == DOCKED:
            self._charge = min(100.0, self._charge + _CHARGE_PER_S * dt_s)
        self.state["battery"] = int(self._charge)

    def pace_s(self):
        if self.state["state"] in (CLEANING, RETURNING):
            return 1.0
        return 10.0 if self.state["state"] == DOCKED and self._charge < 100 else 60.0

    def bands(self):
        # Full is said exactly.
        return {} if self.state["battery"] == 100 else {"battery": 5}

    def _clean(self, area):
        if area and self._rooms and area not in self._rooms:
            raise Refusal(f"there is no room {area} on its map")
        self._check_free()
        self.state["area"] = area
        self.state["state"] = CLEANING
        self._left_s = _ROOM_S if area else _ROOM_S * max(1, len(self._rooms))

    def _start(self):
        if self.state["state"] == PAUSED and self._left_s > 0:
            self._check_free()
            self.state["state"] = CLEANING
        else:
            self._clean("")

    def _dock(self):
        if self.state["state"] == STUCK:
            raise Refusal("it is stuck and must be freed first")
        if self.state["state"] not in (DOCKED, RETURNING):
            self._turn_home()

    def _turn_home(self):
        self.state["state"] = RETURNING
        self.state["area"] = ""
        self._left_s = _RETURN_S

    def _check_free(self):
        if self.state["state"] == STUCK:
            raise Refusal("it is stuck and must be freed first")
        if self._charge <= _LOW_PERCENT:
            raise Refusal("its battery is too low")

    def _drain(self, dt_s):
        self._charge = max(0.0, self._charge - _DRAIN_PER_S * dt_s)
