"""Boxes that lend their memory: who may, with which credentials, and how they are told no again."""

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import anyio
import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from jinn.edge.placement import Crew, worker_subjects
from jinn.hub.settings import WorkersSettings
from jinn.kernel import Clock, Invalid, NotFound, Refused, Secret, Unavailable
from jinn.runtime import Authority, LimitedUser, ListenOptions, NatsEngine, Steering, is_home_name, is_near

_FILE = "workers.json"
_USER = "worker-"

_passwords = msgspec.json.Decoder(dict[str, str])


class JoinFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a box needs to work for a hub. `authority`: of the hub's certificate; empty: both are one machine."""

    box: str
    url: str
    user: str
    password: str
    authority: str = ""


class NewWorker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=40)]


class WorkerWire(msgspec.Struct, frozen=True):
    """`state`: `up` when the box was heard in the last seconds. `runs`: the models that it works for us with."""

    name: str
    state: str
    runs: list[str]


def workers_folder(data: Path) -> Path:
    return data / "workers"


def listen_options(chosen: WorkersSettings, data: Path, clock: Clock) -> ListenOptions:
    """Where the engine listens; beyond this machine with a certificate of the hub's own authority."""
    if not chosen.is_on:
        return ListenOptions()
    if is_near(chosen.host):
        return ListenOptions(host=chosen.host, port=chosen.port)
    made = authority_of(data, clock).certified(_names(chosen))
    return ListenOptions(host=chosen.host, port=chosen.port, certificate=made.certificate, key=made.key)


def authority_of(data: Path, clock: Clock) -> Authority:
    return Authority(workers_folder(data), name="jinn hub", clock=clock)


def read_workers(data: Path) -> dict[str, Secret]:
    """The password of each box. Raises `Unavailable` where the file is not what we wrote."""
    path = workers_folder(data) / _FILE
    try:
        known = _passwords.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as wrong:
        raise Unavailable(f"{path} cannot be read: {wrong}.", code="workers-file") from wrong
    return {name: Secret(password) for name, password in known.items()}


def worker_users(data: Path) -> list[LimitedUser]:
    """As the engine knows them: each may use the subjects of its own box."""
    return [_user(name, password) for name, password in read_workers(data).items()]


class WorkerDesk:
    """Lets boxes in and out of the engine of a hub that runs."""

    def __init__(
        self,
        chosen: WorkersSettings,
        data: Path,
        *,
        own_box: str,
        engine: NatsEngine | None,
        steering: Steering | None,
        clock: Clock,
    ) -> None:
        self._chosen = chosen
        self._data = data
        self._own_box = own_box
        self._engine = engine
        self._steering = steering
        self._clock = clock
        self._alone = anyio.Lock()

    def names(self) -> Sequence[str]:
        return sorted(read_workers(self._data))

    async def add(self, name: str) -> JoinFile:
        """What the box needs, told once.

        Raises:
            Refused: `workers-off`.
            Invalid: `bad-name`, `worker-exists`.
        """
        engine, _ = self._ready()
        if not is_home_name(name) or name == self._own_box:
            raise Invalid("A box's name is 1 to 40 of a-z, 0-9 and -, and not this box's own.", code="bad-name")
        async with self._alone:
            known = read_workers(self._data)
            if name in known:
                raise Invalid(f"There is a worker {name!r} already.", code="worker-exists")
            password = Secret(secrets.token_urlsafe(24))
            await self._keep({**known, name: password})
        is_far = not is_near(self._chosen.host)
        host = _names(self._chosen)[0]
        address = f"[{host}]" if ":" in host else host
        return JoinFile(
            box=name,
            url=f"{'tls' if is_far else 'nats'}://{address}:{engine.port}",
            user=f"{_USER}{name}",
            password=password.reveal(),
            authority=authority_of(self._data, self._clock).pem() if is_far else "",
        )

    async def remove(self, name: str) -> None:
        """Its connection has ended when this returns. Raises `NotFound`: `worker-not-found`."""
        async with self._alone:
            known = read_workers(self._data)
            if name not in known:
                raise NotFound(f"There is no worker {name[:40]!r}.", code="worker-not-found")
            await self._keep({other: password for other, password in known.items() if other != name})

    async def _keep(self, workers: dict[str, Secret]) -> None:
        engine, steering = self._ready()
        _write(workers_folder(self._data), workers)
        engine.admit_users(worker_users(self._data))
        await steering.reload()

    def _ready(self) -> tuple[NatsEngine, Steering]:
        if self._engine is None or self._steering is None:
            raise Refused(
                "Workers are let in by the hub's own engine: set workers.is_on, and no engine.nats_url.",
                code="workers-off",
            )
        return self._engine, self._steering


def worker_routes(desk: WorkerDesk, crew: Callable[[], Crew | None]) -> Router:
    """Everything below `/api/workers`."""

    @get("/", summary="Boxes that may lend their memory, and what runs there")
    async def list_workers() -> list[WorkerWire]:
        planning = crew()
        seen = {box.name: box for box in (planning.boxes() if planning is not None else ())}
        return [
            WorkerWire(
                name=name, state="up" if name in seen else "away", runs=sorted(seen[name].runs) if name in seen else []
            )
            for name in desk.names()
        ]

    @post("/", summary="Let a box in; what it needs is told this once")
    async def add(data: JSONBody[NewWorker]) -> JoinFile:
        return await desk.add(data.name)

    @delete("/{name:str}", summary="Let a box in no more, and end its connection")
    async def remove(name: FromPath[str]) -> None:
        await desk.remove(name)

    return Router("/api/workers", route_handlers=[list_workers, add, remove], tags=["workers"])


def _user(name: str, password: Secret) -> LimitedUser:
    publish, subscribe = worker_subjects(name)
    return LimitedUser(name=f"{_USER}{name}", password=password, publish=publish, subscribe=subscribe)


def _names(chosen: WorkersSettings) -> list[str]:
    """By which boxes reach this hub, the one to be used first."""
    listens = [] if chosen.host in {"0.0.0.0", "::"} else [chosen.host]
    return list(dict.fromkeys([*chosen.names, *listens, socket.gethostname()]))


def _write(folder: Path, workers: dict[str, Secret]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{_FILE}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode({name: one.reveal() for name, one in workers.items()}))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(folder / _FILE)
