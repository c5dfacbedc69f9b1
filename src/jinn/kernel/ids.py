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
_TIME_CHARS = 9
_RANDOM_CHARS = 11


def new_id(clock: Clock) -> str:
    """20 characters of `[0-9a-z]`: milliseconds first, so that ids sort by time; then 55 random bits.

    Only characters that are safe in a NATS subject, an MQTT topic, a file name and a URL.
    """
    millis = int(clock.now().timestamp() * 1000)
    head = "".join(_ALPHABET[(millis >> (5 * place)) & 31] for place in reversed(range(_TIME_CHARS)))
    return head + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARS))
