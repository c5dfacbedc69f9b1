"""How the home's lines are: the engine, the uplink, the door, the broker, bridges, and things that come and go."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, NamedTuple, Protocol

import anyio
import anyio.abc
import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler

from jinn.hub.screen_wire import NamesWire, NetworkChanged, ProblemWire
from jinn.hub.screens import Screens
from jinn.kernel import Clock, ThingId, Unavailable, millis
from jinn.runtime import Bus, Database, follow
from jinn.things import PRESENCE_SUBJECT, PresenceBatch, ThingsRoom, Twin

_presences = msgspec.json.Decoder(PresenceBatch)
log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""How soon a screen learns that a line went; nobody looks at this page for less."""

SLOW_MS = 500.0
"""A lamp that takes longer than this feels slow to the hand that touched it."""

SLOW_OVER_MS = 3_600_000
LISTED_MAX = 50
"""Things that a page lists; a home with more of them has one cause, and counts say so."""

DROPS_TO_NAME = 3
"""Comings and goings of one day that make a thing unstable; a restart or a new battery is fewer."""


class BridgeWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    names: NamesWire
    state: Literal["up", "down", "off"]
    things: int
    problem: ProblemWire | msgspec.UnsetType = msgspec.UNSET


class EngineWire(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["up", "down"]
    since_ms: int | None


class UplinkWire(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`waiting`: changes that the far side has not taken yet; `problem`: why it is down, where that is known."""

    state: Literal["none", "up", "down"]
    since_ms: int | None
    waiting: int
    problem: ProblemWire | msgspec.UnsetType = msgspec.UNSET


class DoorWire(msgspec.Struct, frozen=True, kw_only=True):
    connections: int
    port: int


class BrokerWire(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["off", "up", "down"]
    clients: int


class ThingsWire(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    online: int


class SlowWire(msgspec.Struct, frozen=True, kw_only=True):
    thing: str
    round_trip_ms: float


class LostWire(msgspec.Struct, frozen=True, kw_only=True):
    thing: str
    since_ms: int | None
    drops_today: int


class NetworkWire(msgspec.Struct, frozen=True, kw_only=True):
    """`Network` of contracts/edge.schema.json."""

    engine: EngineWire
    uplink: UplinkWire
    door: DoorWire
    broker: BrokerWire
    bridges: Sequence[BridgeWire]
    things: ThingsWire
    slow: Sequence[SlowWire]
    lost: Sequence[LostWire]


class Listening(Protocol):
    """A door, as far as this page knows it."""

    @property
    def port(self) -> int: ...
    @property
    def connections(self) -> Mapping[str, object]: ...


NO_UPLINK = UplinkWire(state="none", since_ms=None, waiting=0)
NO_BROKER = BrokerWire(state="off", clients=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where the state of each line is asked; what the settings leave out says so by itself."""

    door: Listening
    is_engine_up: Callable[[], bool]
    uplink: Callable[[], UplinkWire] = lambda: NO_UPLINK
    broker: Callable[[], BrokerWire] = lambda: NO_BROKER
    bridges: Callable[[], Sequence[BridgeWire]] = lambda: ()


class _Drops(NamedTuple):
    day: int
    times: int
    since_ms: int | None


class Network:
    """A service: it counts what goes, and tells the screens when a line has changed.

    What it has counted today is in memory only, so a restart of the hub begins a new day.
    """

    name = "network health"

    def __init__(
        self, *, lines: Lines, room: ThingsRoom, bus: Bus, database: Database, clock: Clock, screens: Screens
    ) -> None:
        self._lines = lines
        self._room = room
        self._bus = bus
        self._database = database
        self._clock = clock
        self._screens = screens
        self._drops: dict[str, _Drops] = {}
        self._engine: EngineWire | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._look)
            await follow(self._bus, PRESENCE_SUBJECT, _presences.decode, self.note, task_status=task_status)

    def note(self, batch: PresenceBatch) -> None:
        """Things came or went."""
        for one in batch.presences:
            day = _day(one.at_ms)
            before = self._drops.get(one.thing)
            count = before.times if before is not None and before.day == day else 0
            self._drops[one.thing] = _Drops(day, count + (not one.online), None if one.online else one.at_ms)

    async def state(self) -> NetworkWire:
        """Every line as it is now. Raises `Unavailable` when the database is away."""
        now_ms = millis(self._clock.now())
        rows = await self._database.read("things.round_trips", since_ms=now_ms - SLOW_OVER_MS)
        things = [self._room.twins.peek(thing.id) for thing in self._room.registry.things()]
        known = {twin.thing for twin in things}
        trips = [(ThingId(str(row["thing"])), float(str(row["ms"]))) for row in rows]
        slow = [SlowWire(thing=thing, round_trip_ms=round(ms, 1)) for thing, ms in trips if thing in known]
        lost = [
            LostWire(
                thing=twin.thing,
                since_ms=None if twin.is_online else self._gone_ms(twin),
                drops_today=self._drops_of(twin.thing),
            )
            for twin in things
            if not twin.is_online or self._drops_of(twin.thing) >= DROPS_TO_NAME
        ]
        lines = self._lines
        return NetworkWire(
            engine=self._engine_now(now_ms),
            uplink=lines.uplink(),
            door=DoorWire(connections=len(lines.door.connections), port=lines.door.port),
            broker=lines.broker(),
            bridges=lines.bridges(),
            things=ThingsWire(total=len(things), online=sum(twin.is_online for twin in things)),
            slow=[each for each in slow if each.round_trip_ms > SLOW_MS][:LISTED_MAX],
            lost=lost[:LISTED_MAX],
        )

    def route(self) -> HTTPRouteHandler:
        """`GET /api/network`."""

        @get("/api/network", summary="How the home's lines are", tags=["hub"])
        async def network() -> NetworkWire:
            return await self.state()

        return network

    async def _look(self) -> None:
        told: NetworkWire | None = None
        while True:
            await anyio.sleep(LOOK_EVERY_S)
            if not self._screens.is_watched:
                continue
            try:
                now = await self.state()
            except Unavailable as away:
                log.warning("network health is not known: %s", away.sentence)
                continue
            if now != told:
                told = now
                self._screens.tell(partial(_changed, now))

    def _engine_now(self, now_ms: int) -> EngineWire:
        state: Literal["up", "down"] = "up" if self._lines.is_engine_up() else "down"
        if self._engine is None or self._engine.state != state:
            self._engine = EngineWire(state=state, since_ms=now_ms)
        return self._engine

    def _gone_ms(self, twin: Twin) -> int | None:
        drops = self._drops.get(twin.thing)
        return drops.since_ms if drops is not None and drops.since_ms is not None else twin.seen_ms

    def _drops_of(self, thing: str) -> int:
        drops = self._drops.get(thing)
        return drops.times if drops is not None and drops.day == _day(millis(self._clock.now())) else 0


def _changed(network: NetworkWire, seq: int) -> NetworkChanged:
    return NetworkChanged(seq=seq, network=network)


def _day(at_ms: int) -> int:
    """The day as the household counts it."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone().toordinal()
