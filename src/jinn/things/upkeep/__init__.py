"""What keeps devices going beside their posting: enrolling, remote configuration, logs, word of what became of them."""

from jinn.things.upkeep.configuring import Configuring
from jinn.things.upkeep.enrolling import Enrolling
from jinn.things.upkeep.finding import GatewayFinder
from jinn.things.upkeep.http import upkeep_routes
from jinn.things.upkeep.upkeep import Upkeep, open_upkeep

__all__ = ["Configuring", "Enrolling", "GatewayFinder", "Upkeep", "open_upkeep", "upkeep_routes"]
