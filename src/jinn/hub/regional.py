"""`jinn region …`: the far side of homes' uplinks, as a process of its own."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import msgspec

from jinn.edge.uplink import REGION_SCHEMA, Overseer, Region, routes
from jinn.hub.client import LOCATION_FILE, Location
from jinn.kernel import Clock, Forbidden, Invalid, NotFound, Secret, SystemClock, Unavailable
from jinn.runtime import (
    Admission,
    Authority,
    Caller,
    Certified,
    HttpOptions,
    HttpServer,
    Metrics,
    NatsBus,
    NatsEngine,
    TrunkOptions,
    is_home_name,
    is_near,
    keep_file,
    open_database,
)

_HOMES = "homes.json"
RENEW_EVERY_S = 86_400.0

_decoder = msgspec.json.Decoder(dict[str, str])

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOptions:
    """How a region is served.

    Attributes:
        host, port: where homes connect; beyond this machine by TLS only.
        names: under which homes reach it, for its certificate.
        own: a certificate of the operator's own for homes, instead of one by the region's authority.
        http_host, http_port: of the operator's API; beyond this machine by TLS only, by the region's authority.
        database: a PostgreSQL address; None: SQLite in the data folder.
    """

    host: str = "127.0.0.1"
    port: int = 7422
    names: Sequence[str] = ()
    own: Certified | None = None
    http_host: str = "127.0.0.1"
    http_port: int = 8330
    database: Secret | None = None


def authority_of(data: Path, clock: Clock) -> Authority:
    return Authority(data, name="jinn region", clock=clock)


def add_home(data: Path, name: str, clock: Clock) -> str:
    """The content of a new home's credentials file: its line, and the certificate of the region's authority.

    Raises:
        Invalid: code `bad-name`, or `home-exists`.
    """
    if not is_home_name(name):
        raise Invalid("A home's name is 1 to 40 of a-z, 0-9 and -.", code="bad-name")
    homes = read_homes(data)
    if name in homes:
        raise Invalid(f"There is a home {name!r} already.", code="home-exists")
    password = secrets.token_urlsafe(24)
    _write_homes(data, {**homes, name: Secret(password)})
    return f"{name}:{password}\n{authority_of(data, clock).pem()}"


def remove_home(data: Path, name: str) -> None:
    """Raises `NotFound`: code `home-not-found`."""
    homes = read_homes(data)
    if name not in homes:
        raise NotFound(f"There is no home {name[:40]!r}.", code="home-not-found")
    _write_homes(data, {known: password for known, password in homes.items() if known != name})


def read_homes(data: Path) -> dict[str, Secret]:
    """The password of each home. Raises `Unavailable` where the file is not what we wrote."""
    try:
        known = _decoder.decode((data / _HOMES).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"{data / _HOMES} cannot be read: {error}.", code="region-homes") from error
    return {name: Secret(password) for name, password in known.items()}


def _write_homes(data: Path, homes: dict[str, Secret]) -> None:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_file(data / _HOMES, msgspec.json.encode({name: one.reveal() for name, one in homes.items()}))


class Desk:
    """Lets homes in and out of a region that runs; keeps the `Homes` port."""

    def __init__(self, data: Path, *, engine: NatsEngine, clock: Clock) -> None:
        self._data = data
        self._engine = engine
        self._clock = clock
        self._alone = anyio.Lock()

    def names(self) -> Sequence[str]:
        return sorted(read_homes(self._data))

    async def add(self, name: str) -> str:
        async with self._alone:
            line = add_home(self._data, name, self._clock)
            await self._engine.admit_homes(read_homes(self._data))
            return line

    async def remove(self, name: str) -> None:
        async with self._alone:
            remove_home(self._data, name)
            await self._engine.admit_homes(read_homes(self._data))


async def serve_region(data: Path, options: RegionOptions, token: Secret, tell: Tell) -> None:
    """Run until cancelled: an engine for leaves, the mirror, and the operator's API."""
    clock = SystemClock()
    engine, certify = _engine(data, options, clock)
    bus = NatsBus(engine.link)
    async with open_database((REGION_SCHEMA,), folder=data / "mirror", url=options.database) as database:
        region = Region(database=database, bus=bus, clock=clock)
        desk = Desk(data, engine=engine, clock=clock)
        api = routes(region, Overseer(database=database, clock=clock), desk)
        server = HttpServer(
            [api], admit=_admitting(token), options=_http_options(data, options, clock), metrics=Metrics(), checks={}
        )
        async with anyio.create_task_group() as tasks:
            for service in (engine, bus, region, server):
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            scheme = "tls" if _has_tls(options) else "nats-leaf"
            tell(f"region  {scheme}://{options.host}:{engine.trunk_port}  for {len(desk.names())} homes")
            with _location(data, options, server.port) as url:
                tell(f"api     {url}/api/region/homes")
                while True:
                    await anyio.sleep(RENEW_EVERY_S)
                    if certify():
                        await engine.restart()


def _engine(data: Path, options: RegionOptions, clock: Clock) -> tuple[NatsEngine, Callable[[], bool]]:
    """The engine, and what renews its certificate in time."""
    certified = options.own

    def certify() -> bool:
        """Whether there is a new one."""
        path = data / "server.pem"
        before = path.read_bytes() if path.exists() else b""
        return authority_of(data, clock).certified(_names(options)).certificate.read_bytes() != before

    if certified is None and _has_tls(options):
        certified = authority_of(data, clock).certified(_names(options))
    trunk = TrunkOptions(
        host=options.host, port=options.port, homes=read_homes(data),
        certificate=certified.certificate if certified else None, key=certified.key if certified else None,
    )  # fmt: skip
    is_ours = certified is not None and options.own is None
    return NatsEngine(data, trunk=trunk), certify if is_ours else (lambda: False)


def _has_tls(options: RegionOptions) -> bool:
    return options.own is not None or bool(options.names) or not is_near(options.host)


def _names(options: RegionOptions) -> list[str]:
    listens = [host for host in (options.host, options.http_host) if host not in {"0.0.0.0", "::"}]
    return list(dict.fromkeys([*options.names, *listens, socket.gethostname(), "localhost", "127.0.0.1"]))


def _http_options(data: Path, options: RegionOptions, clock: Clock) -> HttpOptions:
    if is_near(options.http_host):
        return HttpOptions(host=options.http_host, port=options.http_port)
    made = authority_of(data, clock).certified(_names(options))
    return HttpOptions(
        host=options.http_host, port=options.http_port, allowed_names=frozenset(options.names),
        certificate=made.certificate, key=made.key,
    )  # fmt: skip


def _admitting(token: Secret) -> Admission:
    async def admit(caller: Caller) -> bool:
        if caller.token is None or not token.matches(caller.token.reveal()):
            raise Forbidden("The region's token is needed.", code="not-authorized")
        return True

    return admit


@contextmanager
def _location(data: Path, options: RegionOptions, port: int) -> Iterator[str]:
    """Says in the data folder how this region is reached, for as long as it runs."""
    path = data / LOCATION_FILE
    scheme = "http" if is_near(options.http_host) else "https"
    host = "127.0.0.1" if options.http_host in {"0.0.0.0", "::", "localhost"} else options.http_host
    url = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    keep_file(path, msgspec.json.encode(Location(url=url, pid=os.getpid())))
    try:
        yield url
    finally:
        path.unlink(missing_ok=True)
