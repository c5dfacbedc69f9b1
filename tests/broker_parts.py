"""A broker that asks a real people room whom it may let in, and clients as others have them."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import paho.mqtt.client as paho

from jinn import people
from jinn.kernel import HomeId, Secret, SystemClock
from jinn.people import BrokerClients
from jinn.runtime import (
    BROKER_ACCOUNT,
    Allowed,
    Broker,
    BrokerOptions,
    Callout,
    Database,
    MqttLink,
    NatsBus,
    NatsEngine,
    Service,
    open_database,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDevices:
    """`DeviceSecrets` of nobody."""

    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        return None


@dataclass(slots=True, kw_only=True)
class ABroker:
    """Everything that a test of the broker acts on."""

    engine: NatsEngine
    bus: NatsBus
    broker: Broker
    callout: Callout
    clients: BrokerClients
    database: Database
    folder: Path

    @property
    def link(self) -> MqttLink:
        return self.engine.broker_link()


async def started(tasks: anyio.abc.TaskGroup, *services: Service) -> None:
    for service in services:
        await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))


@asynccontextmanager
async def a_broker(folder: Path, options: BrokerOptions | None = None) -> AsyncIterator[ABroker]:
    clock = SystemClock()
    engine = NatsEngine(folder, broker=options or BrokerOptions(port=0))
    bus, watching = NatsBus(engine.link), NatsBus(engine.system_link)
    async with open_database((people.SCHEMA,), folder=folder / "data") as database, anyio.create_task_group() as tasks:
        clients = BrokerClients(database=database, devices=NoDevices(), clock=clock, home=HomeId("home"))

        async def admit(name: str, password: Secret) -> Allowed:
            grant = await clients.admit(name, password)
            return Allowed(publish=grant.publish, subscribe=grant.subscribe, expires_ms=grant.expires_ms)

        callout = Callout(bus=bus, signer=engine.signer, account=BROKER_ACCOUNT, admit=admit)
        await started(tasks, engine, bus, watching, callout)
        yield ABroker(
            engine=engine, bus=bus, broker=Broker(bus=watching, account=BROKER_ACCOUNT), callout=callout,
            clients=clients, database=database, folder=folder,
        )  # fmt: skip
        tasks.cancel_scope.cancel()


@dataclass(slots=True, kw_only=True)
class PahoClient:
    """A client of paho 1.6.1 in its own thread; what it saw, as plain facts."""

    link: MqttLink
    name: str
    password: str
    client_id: str = ""
    clean: bool = True
    will: tuple[str, str] | None = None
    codes: list[int] = field(default_factory=list)
    granted: list[int] = field(default_factory=list)
    heard: list[tuple[str, str, int, bool]] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    losses: list[int] = field(default_factory=list)
    _client: "paho.Client | None" = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def client(self) -> paho.Client:
        assert self._client is not None
        return self._client

    def start(self) -> "PahoClient":
        client = paho.Client(self.client_id or f"paho-{self.name}", clean_session=self.clean)
        client.username_pw_set(self.name, self.password)
        if self.will is not None:
            client.will_set(self.will[0], self.will[1], qos=1, retain=True)
        client.on_connect = lambda _c, _u, _f, code: self.codes.append(code)
        client.on_subscribe = lambda _c, _u, _m, granted: self.granted.extend(granted)
        client.on_publish = lambda _c, _u, number: self.acked.append(number)
        client.on_disconnect = lambda _c, _u, code: self.losses.append(code)
        client.on_message = lambda _c, _u, said: self.heard.append(
            (said.topic, said.payload.decode(), said.qos, bool(said.retain))
        )
        client.reconnect_delay_set(1, 1)
        client.connect(self.link.host, self.link.port, keepalive=30)
        client.loop_start()
        self._client = client
        return self

    def stop(self, *, is_polite: bool = True) -> None:
        if is_polite:
            self.client.disconnect()
        else:
            socket = self.client.socket()
            assert socket is not None
            socket.shutdown(2)
        self.client.loop_stop()


async def until(is_so: Callable[[], object], within_s: float = 30) -> None:
    """What happens in another thread or process gives us no event to wait for."""
    with anyio.fail_after(within_s):
        while not is_so():  # noqa: ASYNC110
            await anyio.sleep(0.01)
