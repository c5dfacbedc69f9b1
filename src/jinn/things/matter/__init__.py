"""Matter: devices of a fabric as things, through a Matter server; commissioning by code."""

from jinn.things.matter.bridge import MatterBridge
from jinn.things.matter.client import MatterClient
from jinn.things.matter.codes import SetupCode, read_code
from jinn.things.matter.http import matter_routes
from jinn.things.matter.joining import MatterCodes, MatterFinder
from jinn.things.matter.opening import Matter, open_matter

__all__ = [
    "Matter",
    "MatterBridge",
    "MatterClient",
    "MatterCodes",
    "MatterFinder",
    "SetupCode",
    "matter_routes",
    "open_matter",
    "read_code",
]
