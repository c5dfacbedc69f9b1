"""What is known of enrolments, configurations and quiet things: in memory, as it is in the database."""

import logging
from collections import deque

import anyio
import anyio.abc

from jinn.kernel import JinnError, Secret, ThingId
from jinn.runtime import Bus, Database, Row, follow
from jinn.things.model import Thing
from jinn.things.upkeep.model import ANY_DEVICE, Access, Config, Given, may_fetch_secret

CHANGED_SUBJECT = "ev.things.upkeep"
FOUND_KEPT = 200
"""Devices that gateways have seen nearby and that are not ours yet; the oldest makes room."""

_log = logging.getLogger(__name__)


class Ledger:
    """Read when the hub starts, and again when another hub says that something changed."""

    name = "things-upkeep"

    def __init__(self, *, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._accesses: dict[str, Access] = {}
        self._given: dict[ThingId, Given] = {}
        self._configs: dict[str, Config] = {}
        self._quiet: set[str] = set()
        self._permits: dict[tuple[str, str, str], int] = {}
        self.found: deque[tuple[ThingId, str, str, int]] = deque(maxlen=FOUND_KEPT)
        """Gateway, product key, device name, when."""

    async def load(self) -> None:
        accesses = {str(row["product_key"]): _access(row) for row in await self._database.read("things.accesses")}
        given = {ThingId(str(row["thing"])): Given(str(row["state"])) for row in await self._database.read("things.enrolments")}  # noqa: E501  # fmt: skip
        configs = {str(row["owner"]): _config(row) for row in await self._database.read("things.configs")}
        quiet = {str(row["thing"]) for row in await self._database.read("things.quiet")}
        permits = dict(map(_permit, await self._database.read("things.permits")))
        self._accesses, self._given, self._configs, self._quiet = accesses, given, configs, quiet
        self._permits = permits

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await follow(self._bus, CHANGED_SUBJECT, bytes, lambda _: self.load(), task_status=task_status)

    async def changed(self) -> None:
        """Read anew what was just written, and tell the other hubs."""
        await self.load()
        try:
            await self._bus.publish(CHANGED_SUBJECT, b"")
        except JinnError as error:
            _log.warning("other hubs were not told of a change: %s", error)

    def access(self, product_key: str) -> Access | None:
        return self._accesses.get(product_key)

    def accesses(self) -> tuple[Access, ...]:
        return tuple(self._accesses.values())

    def is_permitted(self, gateway: ThingId, product_key: str, device_name: str, *, now_ms: int) -> bool:
        """Whether that gateway may bring that device, because it was named or because any may come for a while."""
        return any(self._permits.get((gateway, product_key, name), 0) > now_ms for name in (device_name, ANY_DEVICE))

    def may_fetch_secret(self, thing: Thing, *, was_here: bool) -> bool:
        return thing.is_enabled and may_fetch_secret(self._given.get(thing.id), was_here=was_here)

    def note_given(self, thing: ThingId) -> None:
        self._given[thing] = Given.GIVEN

    def note_free(self, thing: ThingId) -> None:
        self._given[thing] = Given.FREE

    def config_for(self, thing: Thing, *, is_product: bool = False) -> Config | None:
        """Its own, else its product's."""
        own = None if is_product else self._configs.get(thing.id)
        return own or self._configs.get(thing.product_key)

    def config_of(self, owner: str) -> Config | None:
        return self._configs.get(owner)

    def is_quiet(self, thing: ThingId) -> bool:
        return thing in self._quiet


def _access(row: Row) -> Access:
    return Access(product_key=str(row["product_key"]), secret=Secret(str(row["secret"])), is_open=bool(row["is_open"]))


def _permit(row: Row) -> tuple[tuple[str, str, str], int]:
    return (str(row["gateway"]), str(row["product_key"]), str(row["device_name"])), int(row["until_ms"] or 0)


def _config(row: Row) -> Config:
    return Config(
        id=str(row["id"]),
        owner=str(row["owner"]),
        size=int(row["size"] or 0),
        sha256=str(row["sha256"]),
        created_ms=int(row["created_ms"] or 0),
    )
