"""The home as a screen sees and touches it: `screens.Home` on the real rooms."""

from collections.abc import Callable, Mapping, Sequence

from jinn.hub.screen_wire import AreaWire, NamesWire, names_to_wire
from jinn.kernel import Lang, Names, NotFound, ThingId
from jinn.language import Deed, Turns, TurnWire
from jinn.people import Households
from jinn.things import ServiceResult, ThingsRoom, WireThing, deed_of
from jinn.things.values import Json

SUGGESTIONS = {
    "light": ("turn on the {en}", "打开{zh}"),
    "fridge": ("is the fridge door open?", "冰箱门开着吗"),
    "shirt": ("what is my heart rate?", "我的心率是多少"),
    "vacuum": ("clean the kitchen", "打扫厨房"),
    "television": ("television channel 5", "电视换到5频道"),
    "curtain": ("open the {en}", "打开{zh}"),
    "air_conditioner": ("set the {en} to 24 degrees", "把{zh}调到24度"),
}
"""Things to say, by kind; each is a sentence that the home understands."""


class Panel:
    """Reads the rooms; keeps nothing."""

    def __init__(
        self,
        *,
        households: Households,
        room: ThingsRoom,
        turns: Turns,
        models: Callable[[], dict[str, str]],
    ) -> None:
        self._households = households
        self._room = room
        self._turns = turns
        self._models = models

    def names(self) -> NamesWire:
        return names_to_wire(self._households.household().names)

    def lang(self) -> Lang:
        return self._households.household().lang

    def areas(self) -> list[AreaWire]:
        return [AreaWire(id=area.id, names=names_to_wire(area.names)) for area in self._households.areas()]

    def things(self) -> list[WireThing]:
        return self._room.all_on_wire()

    def thing(self, thing_id: ThingId) -> WireThing | None:
        try:
            return self._room.on_wire(thing_id)
        except NotFound:
            return None

    def models(self) -> dict[str, str]:
        return self._models()

    def suggestions(self) -> list[NamesWire]:
        """One for each kind that is here, in the order of the table."""
        shortest: dict[str, Names] = {}
        for thing in self._room.registry.things():
            kind = self._room.registry.product_of(thing).kind
            if kind not in shortest or len(thing.names.en) < len(shortest[kind].en):
                shortest[kind] = thing.names
        return [
            NamesWire(en=en.format(en=shortest[kind].en.lower()), zh=zh.format(zh=shortest[kind].zh))
            for kind, (en, zh) in SUGGESTIONS.items()
            if kind in shortest
        ]

    async def last_turn(self) -> TurnWire | None:
        turns = await self._turns.last(1)
        return turns[0] if turns else None

    async def set_properties(self, thing: ThingId, values: dict[str, str | int | float | bool]) -> Sequence[Deed]:
        results = await self._room.commander.set_properties(thing, values, by="screen")
        return [deed_of(result) for result in results]

    async def call_service(self, thing: ThingId, service: str, inputs: Mapping[str, Json]) -> ServiceResult:
        return await self._room.commander.call_service(thing, service, inputs, by="screen")
