"""The ids that cross rooms, and how a new one is made."""

import secrets
from typing import NewType

from jinn.kernel.clock import Clock

HomeId = NewType("HomeId", str)
AreaId = NewType("AreaId", str)
MemberId = NewType("MemberId", str)
ThingId = NewType("ThingId", str)
SatelliteId = NewType("SatelliteId", str)
TurnId = NewType("TurnId", str)
CommandId = NewType("CommandId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 55
_TIME_MASK = (1 << 45) - 1
_PAIRS = tuple(one + other for one in _ALPHABET for other in _ALPHABET)
_SHIFTS = range(90, -1, -10)


def new_id(clock: Clock) -> str:
    """20 characters of `[0-9a-z]`: milliseconds first, so that ids sort by time; then 55 random bits.

    Only characters that are safe in a NATS subject, an MQTT topic, a file name and a URL.
    """
    millis = int(clock.now().timestamp() * 1000)
    # One number of 100 bits: the time, then the dice.
    number = (millis & _TIME_MASK) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])
