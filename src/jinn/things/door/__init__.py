"""The door: where devices' MQTT ends and the bus begins."""

from jinn.things.door.model import TAKEOVER_SUBJECT, Counts, Limits, Takeover
from jinn.things.door.ports import Authorize, DeviceToken, Provisioning
from jinn.things.door.server import Door, DoorOptions

__all__ = [
    "TAKEOVER_SUBJECT",
    "Authorize",
    "Counts",
    "DeviceToken",
    "Door",
    "DoorOptions",
    "Limits",
    "Provisioning",
    "Takeover",
]
