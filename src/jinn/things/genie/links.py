"""The home's accounts at vendors' clouds: what they are, and where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import cast

import msgspec

from jinn.kernel import Clock, Invalid, Names, NotFound, Refused, Secret, ThingId, millis, new_id
from jinn.runtime import Database, Row, Schema, Seal, Sql, Statement
from jinn.things.genie.devices import VendorDevice
from jinn.things.genie.envelope import VERSION
from jinn.things.genie.fetching import check_url
from jinn.things.values import Json

SCHEMA = Schema(room="genie", folder=Path(__file__).parent / "sql")
VERSIONS = (1, 2)
LINKS_MAX = 20
"""Vendors in one home."""

FIELD_CHARS_MAX = 512
SECRETS = ("client_secret", "access_token", "refresh_token")
"""Columns that lie sealed."""


class LinkState(StrEnum):
    """`broken`: it was linked, and its cloud lets us in no more."""

    LINKED = "linked"
    BROKEN = "broken"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Where a vendor's cloud is, and who we are to it.

    Attributes:
        may_be_private: its addresses may be inside this network, and plain http; for a cloud of one's own.
        version: of the protocol, 1 or 2.
    """

    names: Names
    authorize_url: str
    token_url: str
    gateway_url: str
    client_id: str
    client_secret: Secret = field(repr=False)
    may_be_private: bool = False
    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One account.

    Attributes:
        expires_ms: of the access token; None: the cloud did not say.
        problem_code, problem: why it is broken; empty when it is not.
    """

    id: str
    vendor: Vendor
    state: LinkState = LinkState.UNLINKED
    access_token: Secret = field(default=Secret(""), repr=False, compare=False)
    refresh_token: Secret = field(default=Secret(""), repr=False, compare=False)
    expires_ms: int | None = None
    refreshed_ms: int | None = None
    problem_code: str = ""
    problem: str = ""
    created_ms: int = 0

    def broken(self, code: str, problem: str) -> "Link":
        return replace(self, state=LinkState.BROKEN, problem_code=code, problem=problem[:FIELD_CHARS_MAX])


class Links:
    """All of them in memory, as they are in the database."""

    def __init__(self, *, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._links: dict[str, Link] = {}
        self._devices: dict[ThingId, tuple[str, VendorDevice]] = {}

    async def load(self) -> None:
        """Read everything; what an older jinn left readable is sealed now."""
        for row in await self._database.read("genie.links"):
            link = self._opened(row)
            self._links[link.id] = link
            if not row["is_sealed"]:
                sealed: dict[str, Sql | Secret] = {
                    "id": link.id,
                    "client_secret": link.vendor.client_secret,
                    **_tokens(link),
                }
                await self._database.write(Statement(query="genie.seal_link", values=self._sealed(sealed)))
        for row in await self._database.read("genie.devices"):
            self._devices[ThingId(str(row["thing"]))] = (str(row["link"]), device_from(str(row["device"])))

    def all(self) -> tuple[Link, ...]:
        return tuple(self._links.values())

    def link(self, link_id: str) -> Link:
        """Raises `NotFound` with code `link-not-found`."""
        found = self._links.get(link_id)
        if found is None:
            raise NotFound(f"There is no link {link_id[:80]!r}.", code="link-not-found")
        return found

    async def add(self, vendor: Vendor) -> Link:
        """A new account, not linked yet. Invalid: `bad-url`, `private-address`, `bad-vendor`, `too-many-links`."""
        if len(self._links) >= LINKS_MAX:
            raise Invalid(f"A home has at most {LINKS_MAX} links.", code="too-many-links")
        for url in (vendor.authorize_url, vendor.token_url, vendor.gateway_url):
            check_url(url, may_be_private=vendor.may_be_private)
        fields = (vendor.client_id, vendor.client_secret.reveal(), vendor.names.en, vendor.names.zh)
        if vendor.version not in VERSIONS:
            raise Invalid("A vendor's cloud speaks version 1 or 2 of the protocol.", code="bad-vendor")
        if not all(0 < len(one) <= FIELD_CHARS_MAX and one.isprintable() for one in fields):
            raise Invalid("A vendor has a name, a client id and a client secret.", code="bad-vendor")
        link = Link(id=new_id(self._clock), vendor=vendor, created_ms=millis(self._clock.now()))
        await self._database.write(Statement(query="genie.add_link", values=self._sealed(_added(link))))
        self._links[link.id] = link
        return link

    async def change(self, link: Link) -> Link:
        await self._database.write(Statement(query="genie.change_link", values=self._sealed(_changed(link)), rows=1))
        self._links[link.id] = link
        return link

    def _sealed(self, facts: Mapping[str, Sql | Secret]) -> dict[str, Sql]:
        """A row whose secrets nobody can read who has the database alone."""
        link_id = str(facts["id"])
        return {
            name: self._seal.seal(value, purpose=_purpose(name, link_id)) if isinstance(value, Secret) else value
            for name, value in facts.items()
        }

    def _opened(self, row: Row) -> Link:
        """A row with its secrets; one that the key does not open is a broken account, and no reason not to start."""
        plain = dict(row)
        try:
            for name in SECRETS if row["is_sealed"] else ():
                plain[name] = self._seal.unseal(str(row[name]), purpose=_purpose(name, str(row["id"]))).reveal()
        except Refused as error:
            lost = _link(plain | dict.fromkeys(SECRETS, ""))
            return lost.broken(error.stable_code(), f"{error.sentence} Remove this account, and add it anew.")
        return _link(plain)

    async def remove(self, link_id: str) -> None:
        await self._database.write(Statement(query="genie.remove_link", values={"id": link_id}))
        self._links.pop(link_id, None)

    def device(self, thing: ThingId) -> tuple[Link, VendorDevice] | None:
        found = self._devices.get(thing)
        if found is None or found[0] not in self._links:
            return None
        return self._links[found[0]], found[1]

    def devices_of(self, link_id: str) -> dict[ThingId, VendorDevice]:
        return {thing: device for thing, (link, device) in self._devices.items() if link == link_id}

    async def keep_device(self, thing: ThingId, link_id: str, device: VendorDevice) -> None:
        if self._devices.get(thing) == (link_id, device):
            return
        values: dict[str, Sql] = {"thing": thing, "link": link_id, "device": device_text(device)}
        await self._database.write(Statement(query="genie.set_device", values=values))
        self._devices[thing] = (link_id, device)

    async def forget_device(self, thing: ThingId) -> None:
        self._devices.pop(thing, None)
        await self._database.write(Statement(query="genie.remove_device", values={"thing": thing}))


class _WireDevice(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    name: str
    type: str
    zone: str = ""
    brand: str = ""
    model: str = ""
    properties: dict[str, object] = {}
    actions: list[str] = []
    extensions: dict[str, object] = {}
    words: list[tuple[str, str]] = []


def device_text(device: VendorDevice) -> str:
    wire = _WireDevice(
        id=device.id, name=device.name, type=device.type, zone=device.zone, brand=device.brand, model=device.model,
        properties=dict(device.properties), actions=sorted(device.actions), extensions=dict(device.extensions),
        words=list(device.words),
    )  # fmt: skip
    return msgspec.json.encode(wire).decode()


def device_from(text: str) -> VendorDevice:
    wire = msgspec.json.decode(text, type=_WireDevice)
    return VendorDevice(
        id=wire.id, name=wire.name, type=wire.type, zone=wire.zone, brand=wire.brand, model=wire.model,
        properties=cast("dict[str, Json]", wire.properties), actions=frozenset(wire.actions),
        extensions=cast("dict[str, Json]", wire.extensions), words=tuple(wire.words),
    )  # fmt: skip


def _purpose(name: str, link_id: str) -> str:
    return f"genie_links.{name}/{link_id}"


def _tokens(link: Link) -> dict[str, Secret]:
    return {"access_token": link.access_token, "refresh_token": link.refresh_token}


def _changed(link: Link) -> dict[str, Sql | Secret]:
    return {
        "id": link.id,
        "state": link.state.value,
        **_tokens(link),
        "expires_ms": link.expires_ms,
        "refreshed_ms": link.refreshed_ms,
        "problem_code": link.problem_code,
        "problem": link.problem,
    }


def _added(link: Link) -> dict[str, Sql | Secret]:
    vendor = link.vendor
    return {
        **_changed(link),
        "name_en": vendor.names.en,
        "name_zh": vendor.names.zh,
        "authorize_url": vendor.authorize_url,
        "token_url": vendor.token_url,
        "gateway_url": vendor.gateway_url,
        "client_id": vendor.client_id,
        "client_secret": vendor.client_secret,
        "may_be_private": int(vendor.may_be_private),
        "version": vendor.version,
        "created_ms": link.created_ms,
    }


def _link(row: Row) -> Link:
    expires, refreshed = row["expires_ms"], row["refreshed_ms"]
    vendor = Vendor(
        names=Names(en=str(row["name_en"]), zh=str(row["name_zh"])),
        authorize_url=str(row["authorize_url"]),
        token_url=str(row["token_url"]),
        gateway_url=str(row["gateway_url"]),
        client_id=str(row["client_id"]),
        client_secret=Secret(str(row["client_secret"])),
        may_be_private=bool(row["may_be_private"]),
        version=int(row["version"] or VERSION),
    )
    return Link(
        id=str(row["id"]),
        vendor=vendor,
        state=LinkState(str(row["state"])),
        access_token=Secret(str(row["access_token"])),
        refresh_token=Secret(str(row["refresh_token"])),
        expires_ms=None if expires is None else int(expires),
        refreshed_ms=None if refreshed is None else int(refreshed),
        problem_code=str(row["problem_code"]),
        problem=str(row["problem"]),
        created_ms=int(row["created_ms"] or 0),
    )
