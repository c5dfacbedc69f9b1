"""The hub as a leaf of a region: what it tells, what it is asked, and what neither side loses when the line is cut."""

from jinn.edge.uplink.home import SCHEMA as HOME_SCHEMA
from jinn.edge.uplink.home import Uplink, UplinkLog, begin
from jinn.edge.uplink.model import Link, Mirrored
from jinn.edge.uplink.region import SCHEMA as REGION_SCHEMA
from jinn.edge.uplink.region import Region

__all__ = ["HOME_SCHEMA", "REGION_SCHEMA", "Link", "Mirrored", "Region", "Uplink", "UplinkLog", "begin"]
