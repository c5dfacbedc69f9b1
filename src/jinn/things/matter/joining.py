"""How does Matter take part in joining? Its setup codes can be entered, and nodes that are no things are seen."""

import re

from jinn.kernel import AreaId, Clock, Names, NotFound, ThingId, Unavailable, millis
from jinn.things.forms.matter_reading import NODE_LABEL
from jinn.things.forms.reading import spoken
from jinn.things.joining import Found, Told, Via
from jinn.things.matter.bridge import MatterBridge, Stranger
from jinn.things.matter.codes import read_code
from jinn.things.matter.opening import Matter
from jinn.things.model import Thing
from jinn.things.room import ThingsRoom

_DIGITS = frozenset({11, 21})
_PREFIX = "matter-"
_VENDOR, _PRODUCT = "0/40/1", "0/40/3"
_LABEL = f"0/40/{NODE_LABEL}"
_UNNAMED = Names(en="Matter device", zh="Matter设备")
_TALKING = Names(
    en="Talking to the device; that takes up to two minutes", zh="正在和设备通信，最多需要两分钟"
)  # fmt: skip


class MatterCodes:
    """A `CodeReader`. It is there without a Matter server too, to say what is missing."""

    via: Via = "matter"

    def __init__(self, matter: Matter | None, room: ThingsRoom) -> None:
        self._bridge: MatterBridge | None = matter.bridge if matter is not None else None
        self._room = room

    def is_mine(self, code: str) -> bool:
        plain = code.strip()
        digits = re.sub(r"[\s\-.]", "", plain)
        return plain[:3].upper() == "MT:" or (digits.isascii() and digits.isdigit() and len(digits) in _DIGITS)

    def check(self, code: str) -> None:
        read_code(code)
        self._there()

    async def join_code(self, code: str, *, names: Names | None, area: AreaId | None, told: Told) -> Thing:
        bridge = self._there()
        told(_TALKING)
        return self._room.registry.thing(await bridge.commission(code, names=names, area=area))

    def _there(self) -> MatterBridge:
        if self._bridge is None:
            raise Unavailable(
                "This is a Matter code, and the hub knows no Matter server. Start one, put its address into the "
                "settings as matter.url, and start the hub again.",
                code="matter-off",
            )
        return self._bridge


class MatterFinder:
    """A `Finder`: the nodes of the fabric. Those that can be things are already."""

    def __init__(self, matter: Matter, room: ThingsRoom, clock: Clock) -> None:
        self._bridge = matter.bridge
        self._room = room
        self._clock = clock
        self._first_seen: dict[int, int] = {}
        self._ignored: set[str] = set()

    def found(self) -> list[Found]:
        strangers = self._bridge.strangers
        now_ms = millis(self._clock.now())
        self._first_seen = {node_id: self._first_seen.get(node_id, now_ms) for node_id in strangers}
        things = [found for node_id, thing in self._bridge.nodes.items() if (found := self._joined(node_id, thing))]
        others = [self._stranger(node_id, stranger) for node_id, stranger in strangers.items()]
        return [*things, *(found for found in others if found.id not in self._ignored)]

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        node_id = self._node(found_id)
        thing = self._bridge.nodes.get(node_id)
        if thing is None:
            thing = await self._bridge.join_stranger(node_id, names=names, area=area)
        return self._room.registry.thing(thing)

    async def ignore(self, found_id: str) -> None:
        self._node(found_id)
        self._ignored.add(found_id)

    def _joined(self, node_id: int, thing_id: ThingId) -> Found | None:
        try:
            thing = self._room.registry.thing(thing_id)
        except NotFound:
            return None
        product = self._room.registry.product(thing.product_key)
        return Found(
            id=f"{_PREFIX}{node_id}", via="matter", names=thing.names, kind=product.kind, model=product.names.en,
            area=thing.area, seen_ms=self._room.twins.peek(thing_id).seen_ms or 0, joined=thing_id,
        )  # fmt: skip

    def _stranger(self, node_id: int, stranger: Stranger) -> Found:
        said = {path: _text(stranger.node.attributes.get(path)) for path in (_LABEL, _PRODUCT, _VENDOR)}
        called = said[_LABEL] or said[_PRODUCT]
        return Found(
            id=f"{_PREFIX}{node_id}", via="matter", names=Names(en=called, zh=called) if called else _UNNAMED,
            kind="generic", maker=said[_VENDOR] or None, model=said[_PRODUCT] or None,
            seen_ms=self._first_seen[node_id],
        )  # fmt: skip

    def _node(self, found_id: str) -> int:
        number = found_id.removeprefix(_PREFIX)
        node_id = int(number) if number.isascii() and number.isdigit() and len(number) < 21 else -1
        if node_id not in self._bridge.nodes and node_id not in self._bridge.strangers:
            raise NotFound("That was not discovered, or is gone again.", code="found-not-found", found=found_id[:80])
        return node_id


def _text(said: object) -> str:
    return spoken(said) if isinstance(said, str) else ""
