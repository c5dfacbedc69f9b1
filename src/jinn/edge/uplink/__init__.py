"""The hub as a leaf of a region: what it tells, what it is asked, and what neither side loses when the line is cut."""

from jinn.edge.uplink.home import Uplink, begin
from jinn.edge.uplink.http import routes
from jinn.edge.uplink.log import SCHEMA as HOME_SCHEMA
from jinn.edge.uplink.log import UplinkLog
from jinn.edge.uplink.model import Link, Mirrored
from jinn.edge.uplink.overseeing import Gap, HomeSeen, Overseer, Past, Wished
from jinn.edge.uplink.ports import Homes
from jinn.edge.uplink.region import SCHEMA as REGION_SCHEMA
from jinn.edge.uplink.region import Region

__all__ = [
    "HOME_SCHEMA",
    "REGION_SCHEMA",
    "Gap",
    "HomeSeen",
    "Homes",
    "Link",
    "Mirrored",
    "Overseer",
    "Past",
    "Region",
    "Uplink",
    "UplinkLog",
    "Wished",
    "begin",
    "routes",
]
