"""How does a temperature approach another? By Newton's law of cooling."""

import math


def toward(value, goal, dt_s, time_constant_s):
    """`value` after `dt_s` seconds; it never overshoots, however long the step."""
    return goal + (value - goal) * math.exp(-dt_s / time_constant_s)
