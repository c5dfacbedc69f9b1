"""What gateways see nearby, as `joining.Finder`: letting one in makes a thing and asks its gateway to bring it."""

import hashlib
from collections.abc import Sequence

from jinn.kernel import AreaId, Names, NotFound
from jinn.things.joining import Found
from jinn.things.model import Product, Thing
from jinn.things.requests import names_for
from jinn.things.upkeep.upkeep import Upkeep

IGNORED_MAX = 500
"""Neighbours that nobody wants to see; beyond it the oldest are shown again."""


class GatewayFinder:
    """Of products that the home knows; a device of any other could not be understood."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._ignored: dict[str, None] = {}

    def found(self) -> Sequence[Found]:
        products = {product.product_key: product for product in self._upkeep.registry.products()}
        return [
            _found(gateway, products[key], name, at_ms)
            for gateway, key, name, at_ms in self._upkeep.found()
            if key in products and _id(key, name) not in self._ignored
        ]

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        gateway, key, name = self._seen(found_id)
        made = await self._upkeep.let_in(gateway.id, key, name, names or names_for(name))
        if area is not None:
            return await self._upkeep.registry.move(made.thing, area)
        return self._upkeep.registry.thing(made.thing)

    async def ignore(self, found_id: str) -> None:
        self._seen(found_id)
        self._ignored[found_id] = None
        while len(self._ignored) > IGNORED_MAX:
            del self._ignored[next(iter(self._ignored))]

    def _seen(self, found_id: str) -> tuple[Thing, str, str]:
        for gateway, key, name, _ in self._upkeep.found():
            if _id(key, name) == found_id:
                return gateway, key, name
        raise NotFound("That was not discovered, or is gone again.", code="found-not-found", found=found_id[:80])


def _found(gateway: Thing, product: Product, name: str, at_ms: int) -> Found:
    return Found(
        id=_id(product.product_key, name), via="alink", names=product.names, kind=product.kind,
        maker=gateway.names.en, model=name, area=gateway.area, seen_ms=at_ms,
    )  # fmt: skip


def _id(key: str, name: str) -> str:
    return "alink-" + hashlib.sha256(f"{key}&{name}".encode()).hexdigest()[:20]
