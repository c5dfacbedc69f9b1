"""Whether this hub has a region above it, and what network health says of the way there."""

from functools import partial
from pathlib import Path

import msgspec
from litestar import Router, get

from jinn.edge.uplink import Uplink, UplinkLog, begin
from jinn.hub.network import NO_UPLINK, UplinkWire
from jinn.hub.screen_wire import ProblemWire
from jinn.hub.settings import Settings
from jinn.kernel import Clock, Invalid
from jinn.runtime import Bus, Database, LeafOptions, read_leaf, why_away
from jinn.things import ThingsRoom

_values = msgspec.json.Decoder(dict[str, object])


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


def open_uplink(
    settings: Settings, *, log: UplinkLog | None, room: ThingsRoom, database: Database, bus: Bus, clock: Clock
) -> Uplink | None:
    """The way up; None: there is none."""
    leaf = leaf_of(settings)
    if leaf is None or log is None:
        return None
    return Uplink(log=log, room=room, database=database, bus=bus, clock=clock, diagnose=partial(why_away, leaf))


def uplink_wire(uplink: Uplink | None) -> UplinkWire:
    """For network health."""
    if uplink is None:
        return NO_UPLINK
    link = uplink.link()
    problem = link.problem
    return UplinkWire(
        state=link.state,
        since_ms=link.since_ms,
        waiting=link.waiting,
        problem=msgspec.UNSET if problem is None else ProblemWire(code=problem.stable_code(), message=problem.sentence),
    )


class AskedWire(msgspec.Struct, frozen=True):
    """A wish of the region and what came of it here; no outcome: it is being asked."""

    id: str
    thing: str
    properties: dict[str, object]
    outcome: str | None
    ended_ms: int | None


def uplink_routes(uplink: Uplink) -> Router:
    """What the region has asked of this home: `/api/uplink/wishes`."""

    @get("/wishes", summary="What the region has asked of this home, the newest first")
    async def wishes() -> list[AskedWire]:
        return [
            AskedWire(
                id=str(row["id"]), thing=str(row["thing"]), properties=_values.decode(str(row["properties"])),
                outcome=None if row["outcome"] is None else str(row["outcome"]),
                ended_ms=None if row["ended_ms"] is None else int(row["ended_ms"]),
            )
            for row in await uplink.asked()
        ]  # fmt: skip

    return Router("/api/uplink", route_handlers=[wishes], tags=["uplink"])
