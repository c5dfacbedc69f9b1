"""The demo home: which areas and things a new home is furnished with."""

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from jinn.edge.rulebook import RuleBook
from jinn.edge.wire import RuleDraftWire, SceneDraftWire
from jinn.edge.writing import draft_of
from jinn.hub.demo_devices import DemoDevice
from jinn.kernel import AreaId, Lang, Names, ThingId
from jinn.people import Households
from jinn.things import Product, Registry, read_product_folder


class _Words(msgspec.Struct, frozen=True):
    en: str
    zh: str


class _Aliases(msgspec.Struct, frozen=True):
    en: list[str] = []
    zh: list[str] = []


class _Area(msgspec.Struct, frozen=True):
    id: str
    names: _Words
    aliases: _Aliases = _Aliases()


class _Thing(msgspec.Struct, frozen=True):
    id: str
    product: str
    names: _Words
    area: str | None = None
    aliases: _Aliases = _Aliases()
    initial: dict[str, object] = {}


class DemoHome(msgspec.Struct, frozen=True):
    """`products/demo_home.json`; its contract is contracts/demo_home.schema.json."""

    names: _Words
    areas: list[_Area]
    things: list[_Thing]
    scenes: list[SceneDraftWire] = []
    rules: list[RuleDraftWire] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnisher:
    """Puts the demo home into a household, once; what is there already stays as it is."""

    products: Path
    households: Households
    registry: Registry
    update_key: str
    """Who may sign firmware for the demo home's products."""

    async def furnish(self) -> None:
        """Add what is missing. Safe to be cut off at any point and run again."""
        document = self._document()
        known = {area.id for area in self.households.areas()}
        for area in document.areas:
            if area.id not in known:
                await self.households.add_area(_names(area.names, area.aliases), area_id=AreaId(area.id))
        for name in dict.fromkeys(thing.product for thing in document.things):
            product = read_product_folder(self.products / name)
            await self.registry.register_product(replace(product, update_key=self._key_of(product)))
        things = {thing.id for thing in self.registry.things()}
        for thing in document.things:
            if thing.id not in things:
                product = read_product_folder(self.products / thing.product)
                await self.registry.add_device(
                    product.product_key,
                    names=_names(thing.names, thing.aliases),
                    area=AreaId(thing.area) if thing.area else None,
                    device_name=thing.id,
                    thing_id=ThingId(thing.id),
                )

    async def furnish_rules(self, book: RuleBook) -> None:
        """Scenes and rules of a home that never had any: a rule that somebody deleted does not come back."""
        if await book.was_furnished():
            return
        document = self._document()
        for scene in document.scenes:
            await book.keep_scene(scene)
        for rule in document.rules:
            await book.add(draft_of(rule), by="demo")

    def devices(self) -> list[DemoDevice]:
        """A program for each demo thing that is still in the home."""
        things = {thing.id: thing for thing in self.registry.things()}
        return [
            DemoDevice(
                product=self.products / one.product / "product.json",
                product_key=thing.product_key,
                device_name=thing.device_name,
                device_secret=thing.secret,
                initial=one.initial,
                update_key=self.registry.product_of(thing).update_key or "",
            )
            for one in self._document().things
            if (thing := things.get(ThingId(one.id)))
        ]

    def _key_of(self, product: Product) -> str:
        """The one that is pinned already, else that of this home."""
        known = {one.product_key: one.update_key for one in self.registry.products()}
        return product.update_key or known.get(product.product_key) or self.update_key

    def _document(self) -> DemoHome:
        return msgspec.json.decode((self.products / "demo_home.json").read_bytes(), type=DemoHome)


def _names(words: _Words, aliases: _Aliases) -> Names:
    return Names(en=words.en, zh=words.zh, aliases={Lang.EN: tuple(aliases.en), Lang.ZH: tuple(aliases.zh)})
