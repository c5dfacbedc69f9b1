"""The server of pages and routes: who may ask it, what it measures, what it checks."""

from functools import partial
from urllib.parse import urlsplit

from litestar.types import ControllerRouterHandler

from jinn import things
from jinn.hub.settings import Settings
from jinn.hub.wiring_home import Ground, Home
from jinn.kernel import Unavailable
from jinn.runtime import Database, HttpOptions, HttpServer, Metrics, NatsBus
from jinn.things import genie
from jinn.things.door import Door


def http_server(ground: Ground, home: Home, routes: list[ControllerRouterHandler]) -> HttpServer:
    """The one server of all pages and routes, with its checks and figures."""
    metrics = Metrics()
    _measure(metrics, home.door, home.room, ground.bus)
    return HttpServer(
        routes,
        admit=home.admitting.admit,
        options=_http_options(ground.settings),
        metrics=metrics,
        checks={"bus": partial(_check_bus, ground.bus), "database": partial(_check_database, ground.database)},
    )


def _http_options(settings: Settings) -> HttpOptions:
    http = settings.http
    public = urlsplit(http.public_url).hostname if http.public_url else None
    return HttpOptions(
        host=http.host,
        port=http.port,
        allowed_names=frozenset({*http.hosts, *([public] if public else [])}),
        foreign_posts=frozenset({genie.CALLBACK_PATH}),
    )


def _measure(metrics: Metrics, door: Door, room: things.ThingsRoom, bus: NatsBus) -> None:
    metrics.gauge("jinn_device_connections", "Devices that are connected now.", lambda: len(door.connections))
    metrics.gauge("jinn_things", "Things of the home.", lambda: len(room.registry.things()))
    metrics.gauge("jinn_bus_dropped_messages", "Messages whose reader was too slow.", lambda: bus.dropped)


async def _check_bus(bus: NatsBus) -> str | None:
    return None if bus.is_connected else "the bus is away"


async def _check_database(database: Database) -> str | None:
    try:
        await database.read("people.homes")
    except Unavailable as away:
        return away.sentence
    return None
