"""The plain MQTT broker: its listener, whom it lets in, and the things and programs behind it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import anyio.abc

from jinn import things
from jinn.hub.network import BridgeWire, BrokerWire
from jinn.hub.part import Part
from jinn.hub.screen_wire import NamesWire
from jinn.hub.settings import BrokerSettings, Settings
from jinn.kernel import Clock, HomeId, Invalid, Secret, Unavailable
from jinn.people import BrokerClients, Households, broker_routes
from jinn.runtime import (
    BROKER_ACCOUNT,
    Allowed,
    Broker,
    BrokerOptions,
    Bus,
    Callout,
    Database,
    NatsBus,
    NatsEngine,
)
from jinn.things import mqtt

BRIDGE_NAMES = NamesWire(en="Home Assistant discovery", zh="Home Assistant 自动发现")
BRIDGE_OFF = BridgeWire(name=mqtt.DiscoveryBridge.name, names=BRIDGE_NAMES, state="off", things=0)
_COUNT_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPart:
    """Attributes:
    finders: what discovers things there.
    """

    part: Part
    finders: tuple[things.Finder, ...]
    state: Callable[[], BrokerWire]
    bridges: Callable[[], tuple[BridgeWire, ...]]


def broker_options(settings: Settings) -> BrokerOptions | None:
    """None while it is off. Raises `Invalid`: `settings` when the engine is somebody else's."""
    chosen = settings.broker
    if not chosen.is_on:
        return None
    if settings.engine.nats_url:
        raise Invalid("broker.is_on needs the hub's own engine, and engine.nats_url names another.", code="settings")
    return BrokerOptions(
        host=chosen.host,
        port=chosen.port,
        certificate=Path(chosen.tls_cert) if chosen.tls_cert else None,
        key=Path(chosen.tls_key) if chosen.tls_key else None,
    )


def broker_part(
    chosen: BrokerSettings,
    *,
    engine: NatsEngine | None,
    bus: Bus,
    database: Database,
    room: things.ThingsRoom,
    households: Households,
    clock: Clock,
) -> BrokerPart:
    """Everything about the broker; nothing but its list of clients while it is off."""
    home = households.household().id
    clients = BrokerClients(database=database, devices=room.registry, clock=clock, home=home)
    if engine is None or not chosen.is_on:
        part = Part(routes=(broker_routes(clients, _nobody),))
        return BrokerPart(
            part=part, finders=(), state=lambda: BrokerWire(state="off", clients=0), bridges=lambda: (BRIDGE_OFF,)
        )
    watching = NatsBus(engine.system_link)
    broker = Broker(bus=watching, account=BROKER_ACCOUNT)
    census = Census(broker)
    callout = Callout(bus=bus, signer=engine.signer, account=BROKER_ACCOUNT, admit=_admit(clients))
    bridge = mqtt.DiscoveryBridge(
        room=room, bus=bus, database=database, areas=households, prefix=chosen.discovery_prefix,
        own_node=mqtt.node_of(home),
    )  # fmt: skip
    announcing = mqtt.Announcing(
        room=room, bus=bus, areas=households, home=home, prefix=chosen.discovery_prefix,
        lang=lambda: households.household().lang, is_foreign=mqtt.is_discovered, is_on=chosen.publish_things,
    )  # fmt: skip
    client = _client(home, engine, bridge, announcing, has_discovery=chosen.discovery)
    bridge.broker = announcing.broker = client
    services = (watching, callout, census, bridge.bridging, bridge, announcing, client)

    def bridges() -> tuple[BridgeWire, ...]:
        count = sum(found.joined is not None for found in bridge.found())
        state: Literal["up", "down"] = "up" if bridge.is_up else "down"
        return (BridgeWire(name=bridge.name, names=BRIDGE_NAMES, state=state, things=count),)

    return BrokerPart(
        part=Part(services=services, routes=(broker_routes(clients, broker.send_away),)),
        finders=(bridge,) if chosen.discovery else (),
        state=lambda: BrokerWire(state="up" if client.is_connected else "down", clients=census.count),
        bridges=bridges if chosen.discovery else lambda: (BRIDGE_OFF,),
    )


def _client(
    home: HomeId, engine: NatsEngine, bridge: mqtt.DiscoveryBridge, announcing: mqtt.Announcing, *, has_discovery: bool
) -> mqtt.MqttClient:
    # What this home announced in an earlier life must be heard even without discovery, to be taken back.
    filters = dict((*bridge.filters, *announcing.filters))
    listeners = (bridge, announcing) if has_discovery else (announcing,)
    return mqtt.MqttClient(
        engine.broker_link, client_id=f"jinn-{home}", filters=tuple(filters.items()),
        listener=mqtt.Together(listeners), will=announcing.will,
    )  # fmt: skip


def _admit(clients: BrokerClients) -> Callable[[str, Secret], Awaitable[Allowed]]:
    async def admit(name: str, password: Secret) -> Allowed:
        grant = await clients.admit(name, password)
        return Allowed(publish=grant.publish, subscribe=grant.subscribe, expires_ms=grant.expires_ms)

    return admit


async def _nobody(name: str) -> int:
    """Nobody is connected to a broker that is off."""
    return 0


class Census:
    """A service that counts the broker's clients now and then, for the page of the network."""

    name = "broker census"

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.count = 0

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        while True:
            try:
                self.count = len(await self._broker.clients())
            except Unavailable:
                self.count = 0
            await anyio.sleep(_COUNT_EVERY_S)
