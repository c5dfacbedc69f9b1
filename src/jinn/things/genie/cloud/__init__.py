"""This home as a vendor's smart-home cloud: its gateway, and the OAuth server that lets platforms in."""

from jinn.things.genie.cloud.gateway import Gateway
from jinn.things.genie.cloud.granting import Granting
from jinn.things.genie.cloud.http import AUTHORIZE_PATH, WireClient, cloud_routes

__all__ = ["AUTHORIZE_PATH", "Gateway", "Granting", "WireClient", "cloud_routes"]
