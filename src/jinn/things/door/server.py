"""The door: MQTT 3.1.1 in front, the bus behind, one connection to it for all devices."""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Clock, millis, new_id
from jinn.people import Grant
from jinn.runtime import Bus
from jinn.things.door.admitting import (
    BAD_CREDENTIALS,
    NOT_AUTHORISED,
    UNAVAILABLE,
    Admission,
    Refusal,
    Registered,
)
from jinn.things.door.allowing import AllowLists
from jinn.things.door.arriving import Arrivals
from jinn.things.door.codec import Connect, Publish, publish_bytes
from jinn.things.door.connection import Connection
from jinn.things.door.downlink import Downlink, Outbox
from jinn.things.door.listening import BACKLOG, listen, tls_context
from jinn.things.door.model import TAKEOVER_SUBJECT, Counts, Limits, Takeover
from jinn.things.door.ports import Authorize, Provisioning
from jinn.things.door.signing import Claim
from jinn.things.door.uplink import Uplink
from jinn.things.door.wheel import Wheel

_log = logging.getLogger(__name__)

_LOGIN_ROOT = "/ext/session/"
_REGISTERED_STAY_S = 10
"""A device that has been given its secret disconnects by itself; this is for one that does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorOptions:
    """Attributes:
    port: 0 lets the system choose; `Door.port` tells which.
    certificate, key: PEM files; with both, the door speaks TLS only.
    client_authority: a PEM file; with it a device also shows a certificate, signed by that authority, on its own name.
    id: in `dn.<id>`; of `[A-Za-z0-9_-]`, and no two doors of one bus share it.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    certificate: Path | None = None
    key: Path | None = None
    client_authority: Path | None = None
    id: str = "door"
    limits: Limits = field(default_factory=Limits)


class Door:
    """A service; `run` listens until it is cancelled, then tells the hub that its devices are gone.

    Attributes:
        counts: what has happened, for metrics.
        connections: the admitted ones, by `productKey&deviceName`.
        now_s: seconds of the clock, renewed once a second.
    """

    def __init__(
        self,
        *,
        options: DoorOptions,
        bus: Bus,
        authorize: Authorize,
        clock: Clock,
        provisioning: Provisioning | None = None,
    ) -> None:
        self.name = f"door {options.id}"
        self.counts = Counts()
        self.connections: dict[str, Connection] = {}
        self.now_s = int(clock.monotonic_s())
        self._options = options
        self._limits = limits = options.limits
        self.unread_bytes_max = limits.unread_bytes_max
        self._clock = clock
        self._admission = Admission(authorize=authorize, provisioning=provisioning, within_s=limits.authorize_within_s)
        self._arrivals = Arrivals(per_s=limits.connects_per_s, burst=limits.connects_burst)
        self._allow_lists = AllowLists()
        self._wheel: Wheel[Connection] = Wheel(self.now_s)
        self._outbox = Outbox(bus=bus, limits=limits, counts=self.counts)
        self._downlink = Downlink(
            bus=bus,
            door=options.id,
            clock=clock,
            limits=limits,
            counts=self.counts,
            outbox=self._outbox,
            connections=self.connections,
        )
        self._uplink = Uplink(
            bus=bus,
            door=options.id,
            clock=clock,
            limits=limits,
            counts=self.counts,
            write=self._downlink.write,
        )
        self._admitting = 0
        self._late_s = 0
        self._everyone: set[Connection] = set()
        self._too_soon: set[Connection] = set()
        self._emptied = anyio.Event()
        self._tasks: anyio.abc.TaskGroup | None = None
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None, "the door is not running"
        return int(self._server.sockets[0].getsockname()[1])

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        options = self._options
        tls = tls_context(options.certificate, options.key, options.client_authority)
        listener = listen(options.host, options.port)
        carrying = anyio.CancelScope(shield=True)
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            tasks.start_soon(self._carry, carrying, name=f"{self.name}: carry")
            try:
                await tasks.start(self._downlink.run, name=f"{self.name}: down")
                await tasks.start(self._watch, name=f"{self.name}: takeovers")
                tasks.start_soon(self._turn_wheel, name=f"{self.name}: wheel")
                # Told again, since the loop listens once more and would leave room for its own hundred only.
                self._server = await asyncio.get_running_loop().create_server(
                    self._connection, sock=listener, ssl=tls, backlog=BACKLOG
                )
                task_status.started()
                await anyio.sleep_forever()
            finally:
                self._tasks = None
                if self._server is None:
                    listener.close()
                with anyio.move_on_after(self._limits.farewell_within_s, shield=True):
                    await self._farewell()
                carrying.cancel()

    async def _carry(self, scope: anyio.CancelScope) -> None:
        # Shielded: at a stop the devices' leaving still has to reach the hub.
        with scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._uplink.run)
                tasks.start_soon(self._outbox.run)

    async def _watch(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await self._downlink.watch(self._taken_elsewhere, task_status=task_status)

    async def _farewell(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._everyone):
            connection.abort()
        if self._everyone:
            await self._emptied.wait()
        await self._uplink.drained()

    async def _turn_wheel(self) -> None:
        while True:
            await anyio.sleep(1)
            self.sweep()

    def sweep(self) -> None:
        """Look at what has fallen due; called once a second."""
        now_s = int(self._clock.monotonic_s())
        self._late_s, self.now_s = max(0, now_s - self.now_s - 1), now_s
        for connection in self._wheel.turn(now_s):
            self._look_at(connection)
        self._downlink.sweep()
        self._arrivals.sweep(now_s)

    def _look_at(self, connection: Connection) -> None:
        if self._late_s and (not connection.session or self._is_silent(connection)):
            # The door itself was held up, and may not have read what lies there.
            self._wheel.put(connection, self.now_s + self._late_s)
        elif not connection.session:
            self.counts.expired += 1
            connection.abort()
        elif connection.expires_s and self.now_s >= connection.expires_s:
            self.counts.expired += 1
            connection.close()
        elif self._is_silent(connection):
            self.counts.expired += 1
            connection.abort()
        else:
            self._put_on_wheel(connection)

    def _is_silent(self, connection: Connection) -> bool:
        if not connection.silence_max_s or connection.is_held:
            # One that is held cannot be heard.
            return False
        return self.now_s >= connection.heard_s + connection.silence_max_s

    def _put_on_wheel(self, connection: Connection) -> None:
        due = [connection.expires_s] if connection.expires_s else []
        if connection.silence_max_s:
            due.append(connection.heard_s + connection.silence_max_s)
        if due:
            self._wheel.put(connection, min(due))

    def _connection(self) -> Connection:
        return Connection(self, connect_bytes_max=self._limits.connect_bytes_max)

    # What connections call.

    def opened(self, connection: Connection) -> bool:
        self._everyone.add(connection)
        self.counts.connections += 1
        if self.counts.connections > self._limits.connections_max:
            self.counts.shunned += 1
            return False
        if not self._arrivals.admit(connection.address, self._clock.monotonic_s()):
            # Told to come later instead of cut off: devices repeat a broken connect at once and a refused one later.
            self.counts.shunned += 1
            self._too_soon.add(connection)
        self._wheel.put(connection, self.now_s + self._limits.connect_within_s)
        return True

    def asked(self, connection: Connection, connect: Connect) -> None:
        if connection in self._too_soon:
            self._refuse(connection, Refusal(code=UNAVAILABLE, why="Too many connects at once from there."))
            return
        claim = self._admission.read(connect)
        if isinstance(claim, Refusal):
            self._refuse(connection, claim)
        elif self._options.client_authority is not None and claim.device not in connection.certified:
            self._refuse(connection, Refusal(code=BAD_CREDENTIALS, why=f"Its certificate is not {claim.device}'s."))
        elif self._tasks is None or self._admitting >= self._limits.admitting_max:
            self._refuse(connection, Refusal(code=UNAVAILABLE, why="Too many logins at once."))
        elif self._uplink.is_away(claim.device):
            self._refuse(connection, Refusal(code=UNAVAILABLE, why="The hub does not answer."))
        else:
            self._admitting += 1
            self._tasks.start_soon(self._admit, connection, connect, claim, name=f"{self.name}: login")

    def posted(self, connection: Connection, publish: Publish) -> None:
        if connection.may_publish.permits(publish.topic, connection.own):
            if publish.topic.startswith(_LOGIN_ROOT):
                connection.is_gateway = True
        elif not connection.is_gateway:
            # MQTT 3.1.1 cannot say no to a PUBLISH, and an acknowledgement would be a lie.
            self.broke(connection, "It may not publish there.")
            connection.abort()
            return
        self._uplink.post(connection, publish)

    def acknowledged(self, connection: Connection, packet_id: int) -> None:
        self._downlink.acknowledged(connection, packet_id)

    def broke(self, connection: Connection, why: str) -> None:
        self.counts.broken += 1
        _log.info("closing the connection of %s: %s", connection.device or "a stranger", why)

    def lagged(self, connection: Connection) -> None:
        self.counts.slow += 1
        _log.info("closing the connection of %s: it does not read", connection.device)

    def lost(self, connection: Connection) -> None:
        self._everyone.discard(connection)
        self._too_soon.discard(connection)
        self.counts.connections -= 1
        self._wheel.drop(connection)
        self._leave(connection)
        if self._tasks is None and not self._everyone:
            self._emptied.set()

    # Sessions.

    async def _admit(self, connection: Connection, connect: Connect, claim: Claim) -> None:
        try:
            decision = await self._admission.decide(claim)
        finally:
            self._admitting -= 1
        if not connection.is_open:
            return
        match decision:
            case Refusal():
                self._refuse(connection, decision)
            case Registered(topic=topic, payload=payload):
                connection.admit(packet_bytes_max=self._limits.connect_bytes_max)
                connection.send(publish_bytes(topic, payload))
                self._wheel.put(connection, self.now_s + _REGISTERED_STAY_S)
            case Grant():
                self._open(connection, connect, claim, decision)

    def _refuse(self, connection: Connection, refusal: Refusal) -> None:
        self.counts.refused += 1
        _log.info("refusing a CONNECT from %s with %d: %s", connection.address, refusal.code, refusal.why)
        connection.refuse(refusal.code)

    def _open(self, connection: Connection, connect: Connect, claim: Claim, grant: Grant) -> None:
        now_ms = millis(self._clock.now())
        if grant.expires_ms is not None:
            left_s = (grant.expires_ms - now_ms) // 1000
            if left_s <= 0:
                self._refuse(connection, Refusal(code=NOT_AUTHORISED, why="The grant has ended."))
                return
            connection.expires_s = self.now_s + left_s
        self._take_over(claim.device)
        own = f"{claim.proof.product_key}/{claim.proof.device_name}"
        connection.device = claim.device
        connection.own = own
        connection.session = new_id(self._clock)
        connection.may_publish = self._allow_lists.of(grant.publish, own)
        connection.may_subscribe = self._allow_lists.of(grant.subscribe, own)
        connection.will = connect.will
        # One second more, since the clock of the door ticks in seconds.
        connection.silence_max_s = connect.keepalive_s * 3 // 2 + 1 if connect.keepalive_s else 0
        connection.heard_s = self.now_s
        self.connections[claim.device] = connection
        self.counts.admitted += 1
        self._wheel.drop(connection)
        self._put_on_wheel(connection)
        self._uplink.tell(connection, is_online=True, at_ms=now_ms)
        self._outbox.put(
            TAKEOVER_SUBJECT,
            msgspec.msgpack.encode(Takeover(claim.device, connection.session, self._options.id)),
        )
        connection.admit(packet_bytes_max=self._limits.packet_bytes_max)

    def _take_over(self, device: str) -> None:
        older = self.connections.get(device)
        if older is not None:
            self.counts.taken_over += 1
            self._leave(older)
            older.abort()

    def _taken_elsewhere(self, takeover: Takeover) -> None:
        if takeover.door != self._options.id:
            self._take_over(takeover.device)

    def _leave(self, connection: Connection) -> None:
        """The end of a session: told to the hub once, before the same device's next session begins."""
        self._uplink.forget(connection)
        self._downlink.lost(connection)
        if self.connections.get(connection.device) is not connection:
            return
        del self.connections[connection.device]
        will = connection.will
        has_will = will is not None and not connection.has_said_goodbye
        self._uplink.tell(
            connection,
            is_online=False,
            at_ms=millis(self._clock.now()),
            will=(will.topic, will.payload) if will is not None and has_will else None,
        )
