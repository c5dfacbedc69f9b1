"""`jinn region …`: the far side of homes' uplinks, as a process of its own."""

import secrets
from collections.abc import Callable
from pathlib import Path

import anyio
import msgspec

from jinn.edge.uplink import REGION_SCHEMA, Region
from jinn.kernel import Invalid, Secret, SystemClock, Unavailable
from jinn.runtime import NatsBus, NatsEngine, TrunkOptions, is_home_name, keep_file, open_database

_HOMES = "homes.json"
_decoder = msgspec.json.Decoder(dict[str, str])

Tell = Callable[[str], None]


def add_home(data: Path, name: str) -> str:
    """The credentials line of a new home; the region lets it in from its next start on.

    Raises:
        Invalid: code `bad-name`, or `home-exists`.
    """
    if not is_home_name(name):
        raise Invalid("A home's name is 1 to 40 of a-z, 0-9 and -.", code="bad-name")
    homes = read_homes(data)
    if name in homes:
        raise Invalid(f"There is a home {name!r} already.", code="home-exists")
    password = secrets.token_urlsafe(24)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    passwords = {**{known: one.reveal() for known, one in homes.items()}, name: password}
    keep_file(data / _HOMES, msgspec.json.encode(passwords))
    return f"{name}:{password}"


def read_homes(data: Path) -> dict[str, Secret]:
    """The password of each home. Raises `Unavailable` where the file is not what we wrote."""
    try:
        known = _decoder.decode((data / _HOMES).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(f"{data / _HOMES} cannot be read: {error}.", code="region-homes") from error
    return {name: Secret(password) for name, password in known.items()}


async def serve_region(data: Path, trunk: TrunkOptions, url: Secret | None, tell: Tell) -> None:
    """Run until cancelled: an engine for leaves, and the mirror in SQLite below `data`, or at `url`."""
    engine = NatsEngine(data, trunk=trunk)
    bus = NatsBus(engine.link)
    async with open_database((REGION_SCHEMA,), folder=data / "mirror", url=url) as database:
        region = Region(database=database, bus=bus, clock=SystemClock())
        async with anyio.create_task_group() as tasks:
            for service in (engine, bus, region):
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            tell(f"region  nats-leaf://{trunk.host}:{engine.trunk_port}  for {len(trunk.homes)} homes")
            await anyio.sleep_forever()
