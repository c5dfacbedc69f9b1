"""Remote configuration: kept for a product or a thing, pushed to those that are here, fetched with a ticket."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import anyio

from jinn.kernel import Clock, Forbidden, Invalid, NotFound, Secret, ThingId, millis, new_id
from jinn.runtime import Database, Sql, Statement
from jinn.things.model import Thing
from jinn.things.registry import Registry
from jinn.things.upkeep.ledger import Ledger
from jinn.things.upkeep.model import CONFIG_BYTES_MAX, CONFIG_URL_LIVES_S, Config, config_ticket
from jinn.things.upkeep.telling_devices import DeviceTeller

PUSHES_AT_ONCE = 16
"""A push is one request to a door; more at once would only stand in its queue."""

BaseUrl = Callable[[], str]
"""Where devices reach our HTTP server, such as `http://192.168.1.5:8320`."""


class Configuring:
    """Sets configurations and says where they are."""

    def __init__(
        self, *, registry: Registry, database: Database, ledger: Ledger, teller: DeviceTeller, clock: Clock
    ) -> None:
        self._registry = registry
        self._database = database
        self._ledger = ledger
        self._teller = teller
        self._clock = clock
        self.base_url: BaseUrl = lambda: "http://127.0.0.1"

    async def set_for(self, owner: str, document: str) -> tuple[Config, int]:
        """Keep a configuration for a product or a thing; gives it, and how many devices were told at once.

        Raises:
            NotFound: `config-owner` for what is neither.
            Invalid: `config-too-large`.
        """
        things = self._things_of(owner)
        raw = document.encode("utf-8", "surrogatepass")
        if len(raw) > CONFIG_BYTES_MAX:
            raise Invalid(f"A configuration has at most {CONFIG_BYTES_MAX} bytes.", code="config-too-large")
        config = Config(
            id=new_id(self._clock), owner=owner, size=len(raw), sha256=hashlib.sha256(raw).hexdigest(),
            created_ms=millis(self._clock.now()),
        )  # fmt: skip
        values: dict[str, Sql] = {
            "owner": owner, "id": config.id, "document": document, "size": config.size, "sha256": config.sha256,
            "created_ms": config.created_ms,
        }  # fmt: skip
        await self._database.write(Statement(query="things.set_config", values=values))
        await self._ledger.changed()
        told = await self._push_to([thing for thing in things if self._ledger.config_for(thing) == config])
        return config, told

    async def remove(self, owner: str) -> None:
        """Keep none for it any more."""
        await self._database.write(Statement(query="things.remove_config", values={"id": owner}))
        await self._ledger.changed()

    def told(self, thing: Thing, *, is_product: bool = False) -> Mapping[str, object]:
        """What a device is told of its configuration; nothing when it has none."""
        config = self._ledger.config_for(thing, is_product=is_product)
        if config is None:
            return {}
        expires_ms = millis(self._clock.now()) + CONFIG_URL_LIVES_S * 1000
        ticket = config_ticket(thing.secret, config.id, expires_ms)
        query = urlencode({"thing": thing.id, "expires": expires_ms, "ticket": ticket})
        return {
            "configId": config.id,
            "configSize": config.size,
            "sign": config.sha256,
            "signMethod": "Sha256",
            "url": f"{self.base_url()}/device-files/config/{config.id}?{query}",
            "getType": "file",
        }

    async def fetch(self, config: str, *, thing: str, expires_ms: int, ticket: str) -> bytes:
        """The text of a configuration, for who shows the ticket.

        Raises:
            Forbidden: `not-authorized`.
            NotFound: `config-not-found` when a newer one has replaced it.
        """
        known = next((one for one in self._registry.things() if one.id == thing), None)
        expected = config_ticket(known.secret if known else Secret("nobody"), config, expires_ms)
        is_right = known is not None and hmac.compare_digest(expected.encode(), ticket.encode("utf-8", "replace"))
        if not is_right or expires_ms <= millis(self._clock.now()):
            raise Forbidden("This is not known here.", code="not-authorized")
        rows = await self._database.read("things.config_document", id=config)
        if not rows:
            raise NotFound("This configuration is no more; ask again.", code="config-not-found")
        return str(rows[0]["document"]).encode()

    def _things_of(self, owner: str) -> list[Thing]:
        listed = [thing for thing in self._registry.things() if owner in (thing.id, thing.product_key)]
        if not listed and all(product.product_key != owner for product in self._registry.products()):
            raise NotFound(f"There is no product or thing {owner[:80]!r}.", code="config-owner")
        return listed

    async def _push_to(self, things: list[Thing]) -> int:
        told: list[ThingId] = []
        limit = anyio.CapacityLimiter(PUSHES_AT_ONCE)

        async def push(thing: Thing) -> None:
            async with limit:
                if await self._teller.push(thing, "thing/config/push", self.told(thing)) == "delivered":
                    told.append(thing.id)

        async with anyio.create_task_group() as tasks:
            for thing in things:
                tasks.start_soon(push, thing)
        return len(told)
