"""The ground every room stands on: money, ids, words, time and errors; no I/O."""

from jinn.kernel.clock import Clock, ManualClock, SystemClock, millis
from jinn.kernel.errors import Conflict, Forbidden, Invalid, JinnError, NotFound, Refused, Unavailable
from jinn.kernel.ids import AreaId, CommandId, HomeId, MemberId, SatelliteId, ThingId, TurnId, new_id
from jinn.kernel.money import Money
from jinn.kernel.secret import Secret
from jinn.kernel.words import Lang, Names, mid_sentence

__all__ = [
    "AreaId",
    "Clock",
    "CommandId",
    "Conflict",
    "Forbidden",
    "HomeId",
    "Invalid",
    "JinnError",
    "Lang",
    "ManualClock",
    "MemberId",
    "Money",
    "Names",
    "NotFound",
    "Refused",
    "SatelliteId",
    "Secret",
    "SystemClock",
    "ThingId",
    "TurnId",
    "Unavailable",
    "mid_sentence",
    "millis",
    "new_id",
]
