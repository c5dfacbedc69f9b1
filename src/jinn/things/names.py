"""What the home's things are called, as understanding needs it."""

from jinn.language import AreaWords, HomeWords, ThingWords
from jinn.people import Area
from jinn.things.model import Thing
from jinn.things.ports import Areas
from jinn.things.registry import Registry


class NamesOfThings:
    """`language.HomeNames`: made anew only when a thing or an area has changed."""

    def __init__(self, *, registry: Registry, areas: Areas) -> None:
        self._registry = registry
        self._areas = areas
        self._made_of: tuple[int, tuple[Area, ...]] | None = None
        self._words = HomeWords()

    def words(self) -> HomeWords:
        """The names as they are now; the same object until something was added, renamed or moved."""
        areas = self._areas.areas()
        made_of = self._made_of
        if made_of is None or made_of[0] != self._registry.generation or made_of[1] is not areas:
            things = tuple(self._words_of(thing) for thing in self._registry.things())
            words = tuple(AreaWords(id=area.id, names=area.names, floor=area.floor) for area in areas)
            self._words = HomeWords(areas=words, things=things)
            self._made_of = (self._registry.generation, areas)
        return self._words

    def _words_of(self, thing: Thing) -> ThingWords:
        product = self._registry.product_of(thing)
        return ThingWords(
            id=thing.id,
            names=thing.names,
            area=thing.area,
            kind=product.kind,
            domain=product.domain,
            device_class=product.device_class,
            abilities=product.meaning.words(),
        )
