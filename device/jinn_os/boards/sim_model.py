"""How may a thing behave of which only its model is known? Plausibly: within bounds, by steps, and not at once."""

import math

from jinn_os.boards.drift import toward
from jinn_os.boards.driver import Driver

_FOLLOW_S = 300.0
"""Time constant with which a measured number follows the one that is wanted."""
_WAVE_S = 600.0
"""What follows nothing goes up and down once in ten minutes, about the middle of its range."""
_CELL_S_PER_PERCENT = 3600.0
_COUNTS_A_SECOND = 0.5
_COUNTERS = ("step", "count", "total", "energy", "distance", "runtime")
_CELLS = ("battery", "charge")
_GOALS = ("target_", "_target", "set_", "_set", "goal_", "_goal")

# What the states are called that these services lead to, in this order of liking.
_LEADS_TO = {
    "start": ("clean", "run", "work", "on"),
    "resume": ("clean", "run", "work", "on"),
    "pause": ("pause",),
    "stop": ("idle", "stop", "stand", "off"),
    "dock": ("dock", "return", "charg"),
}


class Board(Driver):
    """A driver for any model. What can be set is set at once; what is measured moves."""

    def __init__(self, initial, model):
        super().__init__({})
        self._properties = {entry["identifier"]: entry for entry in model["properties"]}
        self._services = {entry["identifier"]: entry for entry in model.get("services", ())}
        for name in self._properties:
            self.state[name] = first_value(self._properties[name]["dataType"])
        self.state.update({name: initial[name] for name in initial if name in self._properties})
        self._goal_of = {name: self._find_goal(name) for name in self._properties if self._is_measured(name)}
        # As fine as they move, not as coarse as they are said.
        self._exact = {name: float(self.state[name]) for name in self._goal_of}
        self._age_s = 0.0

    def step(self, dt_s):
        self._age_s += dt_s
        for name in self._exact:
            specs = self._properties[name]["dataType"]["specs"]
            self._exact[name] = self._moved(name, specs, dt_s)
            self.state[name] = on_a_step(self._properties[name]["dataType"], self._exact[name])

    def pace_s(self):
        return 10.0 if self._exact else 60.0

    def bands(self):
        """A hundredth of the range: fine enough for a picture, and no chatter."""
        found = {}
        for name in self._exact:
            low, high = bounds(self._properties[name]["dataType"]["specs"])
            found[name] = (high - low) / 100
        return found

    def call(self, service, arguments):
        for name in arguments:
            if name in self._properties:
                self.state[name] = arguments[name]
        self._lead(service)
        return {field["identifier"]: first_value(field["dataType"]) for field in self._services[service]["outputData"]}

    def person(self, name, value):
        super().person(name, value)
        if name in self._exact:
            self._exact[name] = float(self.state[name])

    def _is_measured(self, name):
        entry = self._properties[name]
        return entry["accessMode"] == "r" and entry["dataType"]["type"] in ("int", "float", "double")

    def _find_goal(self, name):
        """`temperature` follows `target_temperature`, `cold_temperature` `cold_target`; None follows nothing."""
        for other in self._properties:
            entry = self._properties[other]
            if entry["accessMode"] != "rw" or entry["dataType"]["type"] not in ("int", "float", "double"):
                continue
            for mark in _GOALS:
                stem = other.replace(mark, "")
                if stem != other and name in (stem, "current_" + stem, stem + "_" + name.split("_")[-1]):
                    return other
        return None

    def _moved(self, name, specs, dt_s):
        low, high = bounds(specs)
        value, goal = self._exact[name], self._goal_of[name]
        if goal is not None:
            value = toward(value, self.state[goal], dt_s, _FOLLOW_S)
        elif any(word in name for word in _CELLS):
            value -= dt_s / _CELL_S_PER_PERCENT
        elif any(word in name for word in _COUNTERS):
            value += dt_s * _COUNTS_A_SECOND
        else:
            middle, reach = (low + high) / 2, min((high - low) / 10, 5.0)
            value = middle + reach * math.sin(2 * math.pi * self._age_s / _WAVE_S)
        return max(low, min(high, value))

    def _lead(self, service):
        """Bring it into the state that the service is called for, where its states have such names."""
        for entry in self._properties.values():
            data_type = entry["dataType"]
            if data_type["type"] != "enum" or entry["accessMode"] != "r":
                continue
            for word in _LEADS_TO.get(service.split("_")[0], ()):
                for value in sorted(data_type["specs"]):
                    if word in data_type["specs"][value].lower():
                        self.state[entry["identifier"]] = int(value)
                        return


def board_of(model):
    """What makes a driver for that model, as a board's class would."""
    return lambda initial: Board(initial, model)


def bounds(specs):
    """Where a number may be; what has no bounds stays near nothing."""
    low = float(specs["min"]) if specs.get("min") not in (None, "") else None
    high = float(specs["max"]) if specs.get("max") not in (None, "") else None
    if low is None:
        low = 0.0 if high is None or high >= 0 else high - 100.0
    if high is None:
        high = low + 100.0
    return low, high


def on_a_step(data_type, value):
    """The nearest value that the model allows."""
    specs = data_type["specs"]
    low, high = bounds(specs)
    step = float(specs.get("step") or 0) or (1.0 if data_type["type"] == "int" else 0.1)
    count = round((value - low) / step)
    while count > 0 and low + count * step > high + 1e-9:
        count -= 1
    found = low + count * step
    return int(found) if data_type["type"] == "int" else round(found, 6)


def first_value(data_type):
    """A value that fits, for a thing that has just been made."""
    kind, specs = data_type["type"], data_type.get("specs")
    if kind in ("int", "float", "double"):
        low, high = bounds(specs or {})
        return on_a_step({"type": kind, "specs": specs or {}}, (low + high) / 2)
    if kind == "enum":
        return min([int(value) for value in specs])
    if kind == "text":
        return "#ffffff"[: int(specs.get("length", 7))]
    if kind == "struct":
        return {field["identifier"]: first_value(field["dataType"]) for field in specs}
    return {"bool": 0, "date": "0"}.get(kind, [])
