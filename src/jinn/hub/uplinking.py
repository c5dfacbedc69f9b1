"""Whether this hub has a region above it, and what network health says of the way there."""

from pathlib import Path

from jinn.edge.uplink import Uplink, UplinkLog, begin
from jinn.hub.network import NO_UPLINK, UplinkWire
from jinn.hub.settings import Settings
from jinn.kernel import Clock, Invalid
from jinn.runtime import Database, LeafOptions, read_leaf


def leaf_of(settings: Settings) -> LeafOptions | None:
    """Where the region is; None: there is none.

    Raises:
        Invalid: code `uplink-url` or `uplink-credentials`.
    """
    engine = settings.engine
    if engine.uplink is None:
        return None
    if engine.uplink_credentials is None:
        raise Invalid("An uplink needs engine.uplink_credentials, which the region gives.", code="uplink-credentials")
    if engine.nats_url is not None:
        raise Invalid("The uplink is a leaf of the hub's own engine: engine.nats_url names another.", code="uplink-url")
    return read_leaf(engine.uplink, Path(engine.uplink_credentials))


async def open_log(settings: Settings, *, database: Database, clock: Clock) -> UplinkLog | None:
    """What the region must be told, from the first commit on."""
    leaf = leaf_of(settings)
    if leaf is None:
        return None
    await begin(database, leaf.name, clock)
    return UplinkLog(leaf.name)


def uplink_wire(uplink: Uplink | None) -> UplinkWire:
    """For network health."""
    if uplink is None:
        return NO_UPLINK
    link = uplink.link()
    return UplinkWire(state=link.state, since_ms=link.since_ms, waiting=link.waiting)
