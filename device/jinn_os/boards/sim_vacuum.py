"""What does a robot vacuum do when? A state machine with a battery, a bin and a floor plan."""

from jinn_os.boards.driver import Driver, Refusal
from jinn_os.boards.floor import Floor

DOCKED, CLEANING, PAUSED, RETURNING, STUCK = 0, 1, 2, 3, 4

_CELL_S = 3.0
_RETURN_S = 8.0
_DRAIN_PER_S = 1 / 30
_CHARGE_PER_S = 1 / 20
_LOW_PERCENT = 15
BIN_CELLS = 120
"""Four rooms; then it goes home to empty its bin, and goes on."""
_EMPTY_S = 5.0


class Board(Driver):
    """`initial["rooms"]` is its plan: ids of the areas that it can reach, or `{id: [columns, rows]}` of half metres."""

    def __init__(self, initial):
        initial = dict(initial)
        self.floor = Floor(initial.pop("rooms", []))
        super().__init__(initial)
        self._charge = float(self.state["battery"])
        self._left_s = 0.0
        self.bin_cells = 0
        self._goes_on = False

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
            self._sweep(dt_s)
        elif state == RETURNING:
            self._drain(dt_s)
            self._left_s -= dt_s
            if self._left_s <= 0:
                self.state["state"] = DOCKED
                self._left_s = _EMPTY_S
        elif state == DOCKED:
            self._charge = min(100.0, self._charge + _CHARGE_PER_S * dt_s)
            self._empty(dt_s)
        self.state["battery"] = int(self._charge)

    def pace_s(self):
        if self.state["state"] in (CLEANING, RETURNING):
            return 1.0
        if self.state["state"] == DOCKED and (self.bin_cells or self._goes_on):
            return 1.0
        return 10.0 if self.state["state"] == DOCKED and self._charge < 100 else 60.0

    def bands(self):
        # Full is said exactly.
        return {} if self.state["battery"] == 100 else {"battery": 5}

    def _clean(self, area):
        if not self.floor.has(area):
            raise Refusal(f"there is no room {area} on its map")
        self._check_free()
        self.state["area"] = area
        self.state["state"] = CLEANING
        self._left_s = _CELL_S
        self._goes_on = False
        self.floor.begin(area)

    def _start(self):
        if self.state["state"] == PAUSED and self.floor.left():
            self._check_free()
            self.state["state"] = CLEANING
        else:
            self._clean("")

    def _dock(self):
        if self.state["state"] == STUCK:
            raise Refusal("it is stuck and must be freed first")
        self._goes_on = False
        if self.state["state"] not in (DOCKED, RETURNING):
            self._turn_home()

    def _turn_home(self):
        self.state["state"] = RETURNING
        self.state["area"] = ""
        self._left_s = _RETURN_S

    def _sweep(self, dt_s):
        """One cell after the other, until all are clean, the bin is full, or the battery is low."""
        self._left_s -= dt_s
        while self._left_s <= 0 and self.floor.left():
            self.floor.sweep()
            self.bin_cells += 1
            self._left_s += _CELL_S
            if self.bin_cells >= BIN_CELLS:
                break
        is_done = not self.floor.left()
        if is_done or self.bin_cells >= BIN_CELLS or self._charge <= _LOW_PERCENT:
            self._goes_on = not is_done and self._charge > _LOW_PERCENT
            self._turn_home()

    def _empty(self, dt_s):
        """At home its bin is emptied; a bin that was full was only a break."""
        if self.bin_cells or self._goes_on:
            self._left_s -= dt_s
            if self._left_s <= 0:
                self.bin_cells = 0
                if self._goes_on:
                    self._goes_on = False
                    self.state["state"] = CLEANING
                    self._left_s = _CELL_S

    def _check_free(self):
        if self.state["state"] == STUCK:
            raise Refusal("it is stuck and must be freed first")
        if self._charge <= _LOW_PERCENT:
            raise Refusal("its battery is too low")

    def _drain(self, dt_s):
        self._charge = max(0.0, self._charge - _DRAIN_PER_S * dt_s)
