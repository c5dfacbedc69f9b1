"""New programs for things: images that their makers signed, and bringing them to many things in stages."""

from jinn.things.firmware.handlers import Desk
from jinn.things.firmware.http import downloads, routes
from jinn.things.firmware.images import Images
from jinn.things.firmware.manifest import Manifest, SignedManifest, read_signed
from jinn.things.firmware.model import Group, Image, Rollout, RolloutState, Update, UpdateState
from jinn.things.firmware.packing import Package, new_key, pack, public_of
from jinn.things.firmware.room import FirmwareOptions, FirmwareRoom, open_firmware
from jinn.things.firmware.store import SCHEMA
from jinn.things.firmware.wire import FIRMWARE_SUBJECT, WireUpdate

__all__ = [
    "FIRMWARE_SUBJECT",
    "SCHEMA",
    "Desk",
    "FirmwareOptions",
    "FirmwareRoom",
    "Group",
    "Image",
    "Images",
    "Manifest",
    "Package",
    "Rollout",
    "RolloutState",
    "SignedManifest",
    "Update",
    "UpdateState",
    "WireUpdate",
    "downloads",
    "new_key",
    "open_firmware",
    "pack",
    "public_of",
    "read_signed",
    "routes",
]
