"""Which part is made of what: every room opened on the two engines, and joined to the others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import msgspec
from anyio.abc import TaskGroup, TaskStatus
from litestar import WebSocket
from litestar.datastructures import State
from litestar.types import ControllerRouterHandler

from jinn import edge, language, people, things, voice
from jinn.edge import functions, uplink
from jinn.hub.demo_devices import DemoDevices
from jinn.hub.edge_feed import EdgeFeed
from jinn.hub.found_feed import FoundFeed
from jinn.hub.http import hub_routes
from jinn.hub.network import Lines, Network
from jinn.hub.packaged import device_program
from jinn.hub.panel import Panel
from jinn.hub.part import Part
from jinn.hub.screens import Screens
from jinn.hub.settings import Settings
from jinn.hub.static import screen_routes
from jinn.hub.uplinking import leaf_of, uplink_routes, uplink_wire
from jinn.hub.wiring_broker import broker_options, broker_part
from jinn.hub.wiring_firmware import firmware_part
from jinn.hub.wiring_forms import forms_part, matter_part
from jinn.hub.wiring_functions import functions_part
from jinn.hub.wiring_genie import genie_part
from jinn.hub.wiring_home import Ground, Home, open_home
from jinn.hub.wiring_http import http_server
from jinn.hub.wiring_joining import joining_part
from jinn.hub.wiring_voice import Complete, Told, Voice, open_voice
from jinn.hub.wiring_workers import workers_part
from jinn.hub.workers import listen_options, worker_users
from jinn.kernel import Clock, Names, Secret, SystemClock, Unavailable
from jinn.people import Grant, Pairing
from jinn.runtime import (
    HttpServer,
    NatsBus,
    NatsEngine,
    NatsLink,
    OutboxRelay,
    Service,
    open_database,
    record_spans,
)
from jinn.things import firmware, genie, mqtt
from jinn.things.door import Door

SCHEMAS = (
    people.SCHEMA,
    things.SCHEMA,
    firmware.SCHEMA,
    genie.SCHEMA,
    mqtt.SCHEMA,
    language.SCHEMA,
    edge.SCHEMA,
    functions.SCHEMA,
    uplink.HOME_SCHEMA,
)
START_WITHIN_S = 30.0

Step = Callable[[str], None]
"""Told what is being started, for a line of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A running hub, as those who start it see it."""

    http: HttpServer
    door: Door
    pairing: Pairing
    room: things.ThingsRoom
    devices: DemoDevices | None
    ears: voice.Ears | None
    conversation: language.Conversation
    turns: language.Turns
    models: Callable[[], dict[str, str]]


@asynccontextmanager
async def open_hub(settings: Settings, data: Path, token: Secret, step: Step) -> AsyncIterator[Hub]:
    """Everything that a hub is, started in order; stopped in the opposite order when the block is left."""
    record_spans()
    step("database")
    url = Secret(settings.engine.database_url) if settings.engine.database_url else None
    async with open_database(SCHEMAS, folder=data, url=url) as database, anyio.create_task_group() as tasks:
        start = partial(_start, tasks, step)
        engine, bus = await _open_bus(settings, data, start)
        await start(OutboxRelay(database=database, bus=bus))
        ground = Ground(settings=settings, data=data, token=token, database=database, bus=bus, clock=SystemClock())
        hub, services = await _assemble(ground, engine)
        for service in services:
            await start(service)
        yield hub
        tasks.cancel_scope.cancel()


async def _start(tasks: TaskGroup, step: Step, service: Service) -> None:
    """One service, ready before the next is begun."""
    step(service.name)
    try:
        with anyio.fail_after(START_WITHIN_S):
            await tasks.start(_runner(service), name=service.name)
    except TimeoutError as late:
        raise Unavailable(f"{service.name} was not ready in {START_WITHIN_S:.0f} s.", code="start-late") from late


def _runner(service: Service) -> Callable[..., Coroutine[object, object, None]]:
    async def run(*, task_status: TaskStatus[None]) -> None:
        await service.run(task_status=task_status)

    return run


async def _open_bus(
    settings: Settings, data: Path, start: Callable[[Service], Awaitable[None]]
) -> tuple[NatsEngine | None, NatsBus]:
    """A nats-server of our own, else the one that the settings name."""
    engine = None
    broker = broker_options(settings)
    if settings.engine.nats_url:
        link = NatsLink(url=settings.engine.nats_url)
        bus = NatsBus(lambda: link)
    else:
        engine = NatsEngine(
            data, broker=broker, leaf=leaf_of(settings), listen=listen_options(settings.workers, data, SystemClock()),
            users=worker_users(data) if settings.workers.is_on else (),
        )  # fmt: skip
        await start(engine)
        bus = NatsBus(engine.link)
    await start(bus)
    return engine, bus


async def _assemble(ground: Ground, engine: NatsEngine | None) -> tuple[Hub, list[Service]]:
    home = await open_home(ground)
    room, bus, clock = home.room, ground.bus, ground.clock
    understander = language.Understander()
    warm, turns = Warm(understander, room.names), language.Turns(ground.database)
    served = Served()
    broker = broker_part(
        ground.settings.broker, engine=engine, bus=bus, database=ground.database, room=room,
        households=home.households, clock=clock,
    )  # fmt: skip
    workers = workers_part(ground.settings, ground.data, engine, clock)
    parts = [broker.part, workers.part, *await _open_parts(ground, home, understander, served, broker.finders)]
    talk = edge.open_talk(rules=home.rules, things=room, words=understander, hands=home.hands)
    skills: list[language.Skill] = [
        things.HomeSkill(home.hands),
        things.PastSkill(history=room.history, handle=home.hands.handle, clock=clock),
        language.Courtesy(clock),
        talk.skill,
        *(skill for part in parts for skill in part.skills),
    ]
    conversing = language.Conversing(
        understander=talk.words, names=room.names, skills=skills, turns=turns, bus=bus, clock=clock,
        areas=language.SatelliteAreas(),
    )  # fmt: skip
    models_told = Told()
    hearing = open_voice(
        ground, conversing=conversing, is_complete=Complete(understander, room.names), on_models=models_told
    )
    workers.crew = hearing.crew if hearing is not None else None
    panel = Panel(households=home.households, room=room, turns=turns, models=partial(_models, warm, hearing))
    screens = Screens(home=panel, conversation=conversing, bus=bus)
    models_told.tell = warm.tell = screens.tell_models
    network = Network(
        lines=Lines(
            door=home.door, is_engine_up=lambda: bus.is_connected, uplink=partial(uplink_wire, home.uplink),
            broker=broker.state,
            bridges=lambda: [*broker.bridges(), *(line for part in parts for line in part.lines())],
        ),
        room=room, bus=bus, database=ground.database, clock=clock, screens=screens,
    )  # fmt: skip
    routes = [
        screens.route(),
        network.route(),
        *([uplink_routes(home.uplink)] if home.uplink is not None else []),
        *_own_routes(home, turns, conversing, hearing, clock),
        *hub_routes(models=panel.models, names=room.names, understander=understander),
        *(route for part in parts for route in part.routes),
    ]
    http = http_server(ground, home, routes)
    served.http = http
    devices = _open_devices(ground, home)
    services: list[Service] = [
        *room.services,
        *home.rules.services,
        *([home.uplink] if home.uplink is not None else []),
        *(service for part in parts for service in part.services),
        home.door,
        warm,
        *(hearing.services if hearing else ()),
        screens,
        EdgeFeed(screens=screens, bus=bus, announce=_announcing(home, hearing)),
        FoundFeed(screens=screens, found=lambda: [one for part in parts for one in part.found()]),
        network,
        http,
        *([devices] if devices is not None else []),
    ]
    hub = Hub(
        http=http, door=home.door, pairing=home.pairing, room=room, devices=devices,
        ears=hearing.ears if hearing else None, conversation=conversing, turns=turns, models=panel.models,
    )  # fmt: skip
    return hub, services


def _announcing(home: Home, hearing: Voice | None) -> Callable[[Names], None] | None:
    if hearing is None:
        return None
    return lambda text: hearing.ears.hearing.announce(text, home.households.household().lang)


class Served:
    """Where the pages of this hub are, for those who tell others; known once it serves."""

    http: HttpServer

    def port(self) -> int:
        return self.http.port


async def _open_parts(
    ground: Ground,
    home: Home,
    understander: language.Understander,
    served: Served,
    finders: Sequence[things.Finder],
) -> list[Part]:
    """The rooms that a hub could do without."""
    settings, room = ground.settings, home.room

    def base_url() -> str:
        return (settings.http.public_url or f"http://{settings.http.host}:{served.port()}").rstrip("/")

    room.upkeep.configuring.base_url = base_url
    clouds, platform = await genie_part(
        settings.genie, database=ground.database, bus=ground.bus, room=room, areas=home.households, tokens=home.tokens,
        pairing=home.pairing, admit=home.admitting.admit, base_url=base_url, data=ground.data, clock=ground.clock,
    )  # fmt: skip
    devices, matter = matter_part(settings.matter, room=room, bus=ground.bus, areas=home.households)
    programs = firmware_part(
        settings, database=ground.database, bus=ground.bus, room=room, areas=home.households, desk=home.desk,
        data=ground.data, clock=ground.clock, port=served.port,
    )  # fmt: skip
    own = functions_part(
        settings.functions, database=ground.database, bus=ground.bus, room=room, data=ground.data, clock=ground.clock
    )
    joining = joining_part(
        room=room, areas=home.households, bus=ground.bus, clock=ground.clock, finders=finders, platform=platform,
        matter=matter,
    )  # fmt: skip
    forms = forms_part(room=room, bus=ground.bus, understander=understander)
    return [joining, programs, forms, devices, clouds, own]


def _own_routes(
    home: Home, turns: language.Turns, conversing: language.Conversing, hearing: Voice | None, clock: Clock
) -> list[ControllerRouterHandler]:
    ears = hearing.ears.hearing if hearing else None
    return [
        *screen_routes(),
        people.routes(home.households, home.pairing, home.tokens),
        things.routes(home.room, home.households),
        edge.routes(home.rules, clock),
        language.routes(turns, voice.turn_route(conversing, ears)),
        *(voice.routes(ears, admit=_admitted, encode_turn=_encode_turn) if ears else ()),
    ]


def _open_devices(ground: Ground, home: Home) -> DemoDevices | None:
    if not ground.settings.home.demo:
        return None
    return DemoDevices(
        home.furnisher.devices(), program=device_program(), folder=ground.data / "devices", port=lambda: home.door.port
    )


class Warm:
    """A service that has understanding read its sentences and the names of the home before somebody speaks."""

    name = "understanding"

    def __init__(self, understander: language.Understander, names: language.HomeNames) -> None:
        self._understander = understander
        self._names = names
        self.state = "loading"
        self.tell: Callable[[], None] = lambda: None

    async def run(self, *, task_status: TaskStatus[None]) -> None:
        # Ready means ready: a sentence that came earlier would have to wait for this all the same.
        await anyio.to_thread.run_sync(self._understander.prepare, self._names.words())
        self.state = "ready"
        self.tell()
        task_status.started()


def _models(warm: Warm, hearing: Voice | None) -> dict[str, str]:
    return {"understanding": warm.state, **(hearing.states() if hearing else {})}


async def _admitted(socket: WebSocket[object, object, State]) -> bool:
    """The server's guard has let the socket in already, or it would not be here."""
    return isinstance(socket.state.grant, Grant)


def _encode_turn(turn: language.Turn) -> bytes:
    return msgspec.json.encode(language.turn_to_wire(turn))
