"""Which products and things the home has: adding, renaming, moving, removing and finding them.

All of them are held in memory, so that understanding and ingest never wait for the database; what another
hub changes comes in through `ev.things.registry`.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from jinn.kernel import (
    AreaId,
    Clock,
    Conflict,
    Invalid,
    Lang,
    Names,
    NotFound,
    Refused,
    Secret,
    ThingId,
    millis,
    new_id,
)
from jinn.runtime import Database, Sql, Statement, event
from jinn.things import store
from jinn.things.model import DeviceCredentials, Product, Thing, checked_device_name, checked_name
from jinn.things.ports import Areas
from jinn.things.revising import refuse_changed_types

REGISTRY_SUBJECT = "ev.things.registry"
NAME_CHARS_MAX = 100
ALIASES_MAX = 50
THINGS_MAX = 20_000
"""Twice the largest home that the figures are measured with; a runaway import stops here."""

_SECRET_BYTES = 16
ChangeKind = Literal["added", "changed", "removed"]


class RegistryChanged(msgspec.Struct, frozen=True):
    """`ev.things.registry`: names, areas or things changed."""

    id: str
    kind: ChangeKind
    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A thing that is about to be: its statements belong into somebody's change, then `Registry.take` it."""

    thing: Thing
    statements: tuple[Statement, ...] = field(repr=False)


class Registry:
    """The products and things of the home."""

    def __init__(self, *, database: Database, clock: Clock, areas: Areas | None = None) -> None:
        self._database = database
        self._clock = clock
        self._areas = areas
        self._products: dict[str, Product] = {}
        self._things: dict[ThingId, Thing] = {}
        self._by_device: dict[str, ThingId] = {}
        self._behind: dict[ThingId, set[ThingId]] = {}
        self.generation = 0
        """Grows with every change; equal generations mean equal names."""

    async def load(self) -> None:
        """Read everything; before anything else is asked."""
        for row in await self._database.read("things.products"):
            product = store.product_of(row)
            self._products[product.product_key] = product
        for row in await self._database.read("things.things"):
            self.take(store.thing_of(row))

    async def refresh(self, thing_id: ThingId) -> None:
        """Read one thing again, since another hub has changed it."""
        rows = await self._database.read("things.thing", id=thing_id)
        if not rows:
            self._drop(thing_id)
            return
        thing = store.thing_of(rows[0])
        if self._things.get(thing_id) != thing or thing.product_key not in self._products:
            for row in await self._database.read("things.product", product_key=thing.product_key):
                self._products[thing.product_key] = store.product_of(row)
            self.take(thing)

    async def register_product(self, product: Product) -> Product:
        """Keep a product; known already, it gets a new version when its model or its facts differ.

        Its update key is pinned: once known it stays, also when a registration leaves it out.

        Raises:
            Refused: `update-key-differs`: whoever signs its firmware cannot be replaced like this.
            Conflict: another hub changed the same product at this moment; `type-changed`: a property that was there
                is of another type now, so that what things said and rules expect would be read wrong.
        """
        known = self._products.get(product.product_key)
        if known is not None and known.update_key is not None:
            if product.update_key not in (None, known.update_key):
                raise Refused(
                    f"Firmware of {product.product_key} is signed by another key than this.", code="update-key-differs"
                )
            product = replace(product, update_key=known.update_key)
        if known is not None and known == replace(product, version=known.version):
            return known
        if known is not None:
            refuse_changed_types(known.model, product.model)
        created_ms = millis(self._clock.now())
        version = 1 if known is None else known.version + 1
        values = store.product_values(product)
        if known is None:
            head = Statement(query="things.add_product", values={**values, "created_ms": created_ms})
        else:
            changed: dict[str, Sql] = {**values, "version": version, "was": known.version}
            head = Statement(query="things.change_product", values=changed, rows=1)
        model: dict[str, Sql] = {
            "product_key": product.product_key,
            "version": version,
            "document": product.model.document.decode(),
            "created_ms": created_ms,
        }
        await self._database.write(head, Statement(query="things.add_model", values=model))
        kept = replace(product, version=version)
        self._products[product.product_key] = kept
        self.generation += 1
        return kept

    async def add_device(
        self,
        product_key: str,
        *,
        names: Names,
        area: AreaId | None = None,
        device_name: str | None = None,
        thing_id: ThingId | None = None,
        secret: Secret | None = None,
    ) -> DeviceCredentials:
        """A new thing with the credentials its device connects with; what is not given is made.

        Raises:
            NotFound: `product-not-found`, `area-not-found`.
            Invalid: `bad-name`.
            Conflict: `thing-exists` when the id or the device name is taken.
        """
        self._check_area(area)
        addition = self.prepare(
            product_key, names=names, area=area, device_name=device_name, thing_id=thing_id, secret=secret
        )
        try:
            await self._database.write(*addition.statements)
        except Conflict as error:
            raise Conflict("There is such a thing already.", code="thing-exists") from error
        thing = addition.thing
        self.take(thing)
        return DeviceCredentials(
            thing=thing.id, product_key=product_key, device_name=thing.device_name, device_secret=thing.secret
        )

    def prepare(
        self,
        product_key: str,
        *,
        names: Names,
        area: AreaId | None = None,
        device_name: str | None = None,
        thing_id: ThingId | None = None,
        secret: Secret | None = None,
        gateway: ThingId | None = None,
    ) -> Addition:
        """What `add_device` would write, for a change that others are part of."""
        product = self.product(product_key)
        made_id = thing_id or ThingId(new_id(self._clock))
        thing = Thing(
            id=ThingId(checked_name(made_id, "thing's id")),
            product_key=product.product_key,
            device_name=checked_device_name(device_name or made_id),
            secret=secret or Secret(secrets.token_hex(_SECRET_BYTES)),
            names=checked_names(names),
            area=area,
            gateway=gateway,
            created_ms=self._next_moment(),
        )
        if thing.id in self._things or thing.device in self._by_device:
            raise Conflict(f"There is a thing {thing.device_name!r} already.", code="thing-exists")
        if len(self._things) >= THINGS_MAX:
            raise Invalid(f"A home has at most {THINGS_MAX} things.", code="too-many-things")
        return Addition(thing=thing, statements=(*store.add_thing(thing), self._event("added", thing.id)))

    async def rename(self, thing_id: ThingId, names: Names) -> Thing:
        """Call it otherwise. Raises: `NotFound`; `Invalid` `bad-names`."""
        return await self._change(replace(self.thing(thing_id), names=checked_names(names)))

    async def move(self, thing_id: ThingId, area: AreaId | None) -> Thing:
        """Put it elsewhere. Raises: `NotFound` `thing-not-found`, `area-not-found`."""
        self._check_area(area)
        return await self._change(replace(self.thing(thing_id), area=area))

    async def enable(self, thing_id: ThingId, *, is_enabled: bool) -> Thing:
        """Let it connect, or not any more; a connection that it has is its door's to end."""
        return await self._change(replace(self.thing(thing_id), is_enabled=is_enabled))

    async def remove(self, thing_id: ThingId) -> None:
        """Forget it with all that it said and did; what is behind it is behind nothing. Raises: `NotFound`."""
        self.thing(thing_id)
        freed = [replace(thing, gateway=None) for thing in self.things_behind(thing_id)]
        await self._database.write(
            *store.remove_thing(thing_id),
            self._event("removed", thing_id),
            *(statement for thing in freed for statement in self.rewritten(thing)),
        )
        for thing in freed:
            self.take(thing)
        self._drop(thing_id)

    async def remake(self, thing_id: ThingId, product_key: str) -> Thing:
        """It is of another product now: a device of a bridge announces itself anew. What it said and did is kept.

        Raises: `NotFound`; `Conflict` when that product has a device of its name.
        """
        product = self.product(product_key)
        remade = replace(self.thing(thing_id), product_key=product.product_key)
        values: dict[str, Sql] = {"id": thing_id, "product_key": product.product_key}
        change = Statement(query="things.remake_thing", values=values, rows=1)
        await self._database.write(change, self._event("changed", thing_id))
        self.take(remade)
        return remade

    def rewritten(self, thing: Thing) -> tuple[Statement, ...]:
        """What writes a changed thing, for a change that others are part of; `take` it afterwards."""
        return store.change_thing(thing), self._event("changed", thing.id)

    def take(self, thing: Thing) -> None:
        """Hold what has been written."""
        before = self._things.get(thing.id)
        if before is not None and before.gateway is not None:
            self._behind[before.gateway].discard(thing.id)
        if before is not None and before.device != thing.device:
            del self._by_device[before.device]
        if thing.gateway is not None:
            self._behind.setdefault(thing.gateway, set()).add(thing.id)
        self._things[thing.id] = thing
        self._by_device[thing.device] = thing.id
        self.generation += 1

    def thing(self, thing_id: ThingId) -> Thing:
        """Raises `NotFound` with code `thing-not-found`."""
        found = self._things.get(thing_id)
        if found is None:
            raise NotFound(f"There is no thing {thing_id[:80]!r}.", code="thing-not-found", thing=thing_id[:80])
        return found

    def thing_of_device(self, device: str) -> Thing | None:
        """By `productKey&deviceName`."""
        thing_id = self._by_device.get(device)
        return None if thing_id is None else self._things[thing_id]

    def product(self, product_key: str) -> Product:
        """Raises `NotFound` with code `product-not-found`."""
        found = self._products.get(product_key)
        if found is None:
            raise NotFound(f"There is no product {product_key[:80]!r}.", code="product-not-found")
        return found

    def product_of(self, thing: Thing) -> Product:
        return self._products[thing.product_key]

    def _next_moment(self) -> int:
        """Now, and later than every other thing: read again, they keep the order in which they were added."""
        newest_ms = max((thing.created_ms for thing in self._things.values()), default=0)
        return max(millis(self._clock.now()), newest_ms + 1)

    def things(self) -> tuple[Thing, ...]:
        """All of them, oldest first."""
        return tuple(self._things.values())

    def things_behind(self, gateway: ThingId) -> tuple[Thing, ...]:
        """Those that speak over that thing's connection."""
        return tuple(self._things[thing_id] for thing_id in sorted(self._behind.get(gateway, ())))

    def products(self) -> tuple[Product, ...]:
        return tuple(self._products.values())

    def find(self, name: str, lang: Lang) -> tuple[Thing, ...]:
        """The things of exactly that name or alias, upper or lower case."""
        wanted = name.casefold()
        return tuple(
            thing
            for thing in self._things.values()
            if any(wanted == word.casefold() for word in thing.names.all_of(lang))
        )

    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        """None when there is no such device, or it is disabled."""
        thing = self.thing_of_device(f"{product_key}&{device_name}")
        return thing.secret if thing is not None and thing.is_enabled else None

    async def _change(self, thing: Thing) -> Thing:
        if thing != self._things[thing.id]:
            await self._database.write(*self.rewritten(thing))
            self.take(thing)
        return thing

    def _drop(self, thing_id: ThingId) -> None:
        thing = self._things.pop(thing_id, None)
        if thing is None:
            return
        self._by_device.pop(thing.device, None)
        if thing.gateway is not None:
            self._behind.get(thing.gateway, set()).discard(thing_id)
        self.generation += 1

    def _check_area(self, area: AreaId | None) -> None:
        if area is None or self._areas is None:
            return
        if all(known.id != area for known in self._areas.areas()):
            raise NotFound(f"There is no area {area[:80]!r}.", code="area-not-found", area=area[:80])

    def _event(self, kind: ChangeKind, thing_id: ThingId) -> Statement:
        changed = RegistryChanged(id=new_id(self._clock), kind=kind, thing=thing_id)
        return event(REGISTRY_SUBJECT, store.encoded(changed).encode(), self._clock)


def checked_names(names: Names) -> Names:
    """Names that can be said and shown. Raises `Invalid` with code `bad-names`."""
    aliases: Sequence[str] = [word for words in names.aliases.values() for word in words]
    if len(aliases) > ALIASES_MAX:
        raise Invalid(f"A thing has at most {ALIASES_MAX} aliases.", code="bad-names")
    for word in (names.en, names.zh, *aliases):
        if not word.strip() or len(word) > NAME_CHARS_MAX or not word.isprintable():
            raise Invalid(f"{word[:40]!r} cannot be a name: 1 to {NAME_CHARS_MAX} characters.", code="bad-names")
    return names
