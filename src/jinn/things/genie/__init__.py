"""AliGenie smart-home clouds, both ways: accounts at vendors' clouds, and this home as a vendor's cloud."""

from jinn.things.genie.finding import CloudFinder
from jinn.things.genie.http import (
    CALLBACK_PATH,
    Begun,
    DiscoveredAll,
    VendorBody,
    WireDiscovered,
    WireLink,
    platform_routes,
)
from jinn.things.genie.links import SCHEMA
from jinn.things.genie.platform import Platform, open_platform
from jinn.things.genie.saying import said_of_discovery

__all__ = [
    "CALLBACK_PATH",
    "SCHEMA",
    "Begun",
    "CloudFinder",
    "DiscoveredAll",
    "Platform",
    "VendorBody",
    "WireDiscovered",
    "WireLink",
    "open_platform",
    "platform_routes",
    "said_of_discovery",
]
