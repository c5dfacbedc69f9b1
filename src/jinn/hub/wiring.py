"""Which part is made of what: every room opened on the two engines, and joined to the others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
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

from jinn import edge, language, people, things, voice
from jinn.edge import functions
from jinn.hub.demo_devices import DemoDevices
from jinn.hub.edge_feed import EdgeFeed
from jinn.hub.furnishing import Furnisher
from jinn.hub.http import hub_routes
from jinn.hub.network import Lines, Network
from jinn.hub.packaged import device_program, products_folder
from jinn.hub.panel import Panel
from jinn.hub.screens import Screens
from jinn.hub.settings import Settings, VoiceSettings, models_folder
from jinn.hub.static import screen_routes
from jinn.hub.whereabouts import holidays_of, place_of, zone_of
from jinn.hub.wiring_functions import functions_part
from jinn.kernel import AreaId, Lang, Names, Secret, SystemClock, Unavailable
from jinn.people import Admitting, Grant, Households, Pairing, TokenBook
from jinn.runtime import (
    Database,
    HttpOptions,
    HttpServer,
    Metrics,
    NatsBus,
    NatsEngine,
    NatsLink,
    OutboxRelay,
    Service,
    open_database,
    record_spans,
)
from jinn.things.door import Door, DoorOptions

SCHEMAS = (people.SCHEMA, things.SCHEMA, language.SCHEMA, edge.SCHEMA, functions.SCHEMA)
START_WITHIN_S = 30.0
HOME_NAMES = Names(en="Home", zh="家")

COMPLETE_CONFIDENCE = 0.85
"""Words so well understood end a command in the first pause; most Mandarin ones are heard with a homophone or two."""

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
        bus = await _open_bus(settings, data, start)
        await start(OutboxRelay(database=database, bus=bus))
        hub, services = await _assemble(settings, data, token, database, bus)
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


async def _open_bus(settings: Settings, data: Path, start: Callable[[Service], Awaitable[None]]) -> NatsBus:
    """A nats-server of our own, else the one that the settings name."""
    if settings.engine.nats_url:
        link = NatsLink(url=settings.engine.nats_url)
        bus = NatsBus(lambda: link)
    else:
        engine = NatsEngine(data)
        await start(engine)
        bus = NatsBus(engine.link)
    await start(bus)
    return bus


async def _assemble(
    settings: Settings, data: Path, token: Secret, database: Database, bus: NatsBus
) -> tuple[Hub, list[Service]]:
    clock = SystemClock()
    households = Households(database=database, clock=clock)
    await households.load(names=HOME_NAMES, lang=Lang(settings.home.lang))
    home = households.household().id
    room = await things.open_things(database=database, bus=bus, areas=households, clock=clock)
    furnisher = Furnisher(products=products_folder(), households=households, registry=room.registry)
    if settings.home.demo:
        await furnisher.furnish()
    rules = await edge.open_rules(
        database=database, bus=bus, things=room, clock=clock, zone=zone_of(settings.home),
        place=place_of(settings.home), holidays=holidays_of(settings.home),
    )  # fmt: skip
    if settings.home.demo:
        await furnisher.furnish_rules(rules.book)
    tokens = TokenBook(database=database, clock=clock, home=home, owner_token=token)
    pairing = Pairing(database=database, clock=clock, tokens=tokens)
    door = Door(
        options=_door_options(settings),
        bus=bus,
        authorize=partial(people.authorize, home=home, devices=room.registry, tokens=tokens, clock=clock),
        clock=clock,
        provisioning=room.upkeep.enrolling,
    )
    parts = [
        functions_part(settings.functions, database=database, bus=bus, room=room, data=data, clock=clock),
    ]
    turns = language.Turns(database)
    understander = language.Understander()
    hands = things.RoomHands(room, bus, partial(_area_called, households))
    talk = edge.open_talk(rules=rules, things=room, words=understander, hands=hands)
    conversing = language.Conversing(
        understander=talk.words,
        names=room.names,
        skills=[
            things.HomeSkill(hands),
            language.Courtesy(clock),
            talk.skill,
            *(skill for part in parts for skill in part.skills),
        ],
        turns=turns,
        bus=bus,
        clock=clock,
        areas=language.SatelliteAreas(),
    )
    screens_told = Told()
    ears = _ears(settings.voice, data, conversing, Complete(understander, room.names), screens_told)
    warm = Warm(understander, room.names)
    panel = Panel(households=households, room=room, turns=turns, models=partial(_models, warm, ears))
    screens = Screens(home=panel, conversation=conversing, bus=bus)
    screens_told.tell = warm.tell = screens.tell_models
    feed = EdgeFeed(screens=screens, bus=bus)
    network = Network(
        lines=Lines(door=door, is_engine_up=lambda: bus.is_connected),
        room=room, bus=bus, database=database, clock=clock, screens=screens,
    )  # fmt: skip
    admitting = Admitting(
        home=home, tokens=tokens, devices=room.registry, clock=clock, trust_loopback=settings.http.trust_loopback
    )
    metrics = Metrics()
    _measure(metrics, door, room, bus)
    http = HttpServer(
        [
            *screen_routes(),
            people.routes(households, pairing, tokens),
            things.routes(room, households),
            edge.routes(rules, clock),
            language.routes(turns, voice.turn_route(conversing, ears.hearing if ears else None)),
            *(voice.routes(ears.hearing, admit=_admitted, encode_turn=_encode_turn) if ears else ()),
            screens.route(),
            network.route(),
            *(route for part in parts for route in part.routes),
            *hub_routes(models=panel.models, names=room.names, understander=understander),
        ],
        admit=admitting.admit,
        options=HttpOptions(
            host=settings.http.host, port=settings.http.port, allowed_names=frozenset(settings.http.hosts)
        ),
        metrics=metrics,
        checks={"bus": partial(_check_bus, bus), "database": partial(_check_database, database)},
    )
    room.upkeep.configuring.base_url = lambda: settings.http.public_url or f"http://{settings.http.host}:{http.port}"
    devices = DemoDevices(
        furnisher.devices(), program=device_program(), folder=data / "devices", port=lambda: door.port
    ) if settings.home.demo else None  # fmt: skip
    added = [service for part in parts for service in part.services]
    services: list[Service] = [
        *room.services,
        *rules.services,
        *added,
        door,
        warm,
        *(ears.services if ears else ()),
        screens,
        feed,
        network,
        http,
    ]
    if devices is not None:
        services.append(devices)
    hub = Hub(
        http=http, door=door, pairing=pairing, room=room, devices=devices, ears=ears, conversation=conversing,
        turns=turns, models=panel.models,
    )  # fmt: skip
    return hub, services


class Told:
    """Passes on that a model's state changed, to whoever wants to know by then."""

    def __init__(self) -> None:
        self.tell: Callable[[], None] = lambda: None

    def __call__(self, states: object) -> None:
        self.tell()


class Complete:
    """Whether words are a whole command already: hearing need not wait for more of them."""

    def __init__(self, understander: language.Understander, names: language.HomeNames) -> None:
        self._understander = understander
        self._names = names

    def __call__(self, text: str, lang: Lang) -> bool:
        understood = self._understander.understand(text, lang, self._names.words())
        return isinstance(understood, language.Understood) and all(
            intent.confidence >= COMPLETE_CONFIDENCE for intent in understood.intents
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


def _models(warm: Warm, ears: voice.Ears | None) -> dict[str, str]:
    return {"understanding": warm.state, **(ears.states() if ears else {})}


def _ears(
    chosen: VoiceSettings, data: Path, conversing: language.Conversing, complete: Complete, told: Told
) -> voice.Ears | None:
    if not chosen.is_on:
        return None
    own = {recipe.name: Path(chosen.models_dir) / recipe.name for recipe in voice.RECIPES} if chosen.models_dir else {}
    options = voice.EarsOptions(
        models=voice.ModelOptions(cache=models_folder(), local=own, public_hub=chosen.may_download),
        spoken=data / "spoken",
        wake_word=chosen.wake_word,
        voice={Lang.EN: chosen.voice_en, Lang.ZH: chosen.voice_zh},
    )
    return voice.open_ears(options, conversation=conversing, clock=SystemClock(), is_complete=complete, on_models=told)


def _door_options(settings: Settings) -> DoorOptions:
    door = settings.door
    return DoorOptions(
        host=door.host,
        port=door.port,
        certificate=Path(door.tls_cert) if door.tls_cert else None,
        key=Path(door.tls_key) if door.tls_key else None,
    )


def _area_called(households: Households, name: str) -> AreaId | None:
    area = households.area_called(name)
    return area.id if area else None


async def _admitted(socket: WebSocket[object, object, State]) -> bool:
    """The server's guard has let the socket in already, or it would not be here."""
    return isinstance(socket.state.grant, Grant)


def _encode_turn(turn: language.Turn) -> bytes:
    return msgspec.json.encode(language.turn_to_wire(turn))


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
