"""The way to one screen: its own numbers, a bound, and of each thing only its latest state."""

import heapq
from collections import deque
from collections.abc import Callable
from typing import Final

import anyio
import msgspec

from jinn.hub.screen_wire import Answer, Change, Snapshot, ThingRemoved
from jinn.kernel import SatelliteId, ThingId
from jinn.things import WireThing

PENDING_MAX: Final = 256
"""What one screen may be behind, apart from states of things; a slower one is let go, and takes a new snapshot."""

THING_EVERY_S: Final = 0.05
"""A thing is told of so often at most: an eye sees no more than twenty states of a number in a second."""

FORMS_MAX: Final = 512
"""Things whose form is kept for the next screen: some 1 MB."""

_encoder = msgspec.json.Encoder()


class ThingLine(msgspec.Struct, frozen=True, kw_only=True, tag="thing"):
    """`ThingChanged`, with the thing as all screens share it."""

    seq: int
    thing: msgspec.Raw


class Forms:
    """Things as they go to screens: made when the first screen is sent one, and the same for the others."""

    def __init__(self, thing: Callable[[ThingId], WireThing | None]) -> None:
        self._thing = thing
        self._made: dict[ThingId, msgspec.Raw | None] = {}

    def changed(self, thing_id: ThingId) -> None:
        self._made.pop(thing_id, None)

    def clear(self) -> None:
        self._made.clear()

    def of(self, thing_id: ThingId) -> msgspec.Raw | None:
        """None: there is no such thing any more."""
        try:
            return self._made[thing_id]
        except KeyError:
            thing = self._thing(thing_id)
        form = msgspec.Raw(_encoder.encode(thing)) if thing is not None else None
        if len(self._made) >= FORMS_MAX:
            self._made.clear()
        self._made[thing_id] = form
        return form


class Pace:
    """Says when a thing may be told of: at once, unless it was a moment ago; then when that moment is over."""

    def __init__(self, every_s: float = THING_EVERY_S) -> None:
        self._every_s = every_s
        self._told_s: dict[ThingId, float] = {}
        self._waiting: set[ThingId] = set()
        self._due: list[tuple[float, ThingId]] = []

    def is_now(self, thing_id: ThingId, now_s: float) -> bool:
        """Whether to tell of it now; when not, it will be among those of `take`."""
        if thing_id in self._waiting:
            return False
        due_s = self._told_s.get(thing_id, 0.0) + self._every_s
        if due_s <= now_s:
            self._told_s[thing_id] = now_s
            return True
        self._waiting.add(thing_id)
        heapq.heappush(self._due, (due_s, thing_id))
        return False

    def next_s(self) -> float | None:
        """When the next is due."""
        return self._due[0][0] if self._due else None

    def take(self, now_s: float) -> list[ThingId]:
        """Those whose time has come."""
        taken = []
        while self._due and self._due[0][0] <= now_s:
            thing_id = heapq.heappop(self._due)[1]
            self._waiting.discard(thing_id)
            self._told_s[thing_id] = now_s
            taken.append(thing_id)
        return taken

    def clear(self) -> None:
        """Nobody looks: nothing is to be told, and nothing was."""
        self._told_s.clear()
        self._waiting.clear()
        self._due.clear()


class ScreenLine:
    """What waits for one open screen; a message gets its number and its form when it is its turn."""

    _count = 0

    def __init__(self, forms: Forms) -> None:
        ScreenLine._count += 1
        self.satellite = SatelliteId(f"screen-{ScreenLine._count}")
        self._forms = forms
        self._seq = 0
        # Of things at most as many wait as there are; of the rest PENDING_MAX.
        self._waiting: deque[ThingId | Callable[[int], Change] | Answer | Snapshot] = deque()
        self._things: set[ThingId] = set()
        self._wake = anyio.Event()
        self.is_too_slow = False

    def tell(self, message: Callable[[int], Change] | Answer | Snapshot) -> None:
        """Let it have this; a screen that is too far behind gets nothing more."""
        if len(self._waiting) - len(self._things) >= PENDING_MAX:
            self.is_too_slow = True
        else:
            self._waiting.append(message)
        self._wake.set()

    def tell_thing(self, thing_id: ThingId) -> None:
        """Let it have the thing, as it is by the time of sending; one that waits already is not sent twice."""
        if thing_id not in self._things:
            self._things.add(thing_id)
            self._waiting.append(thing_id)
            self._wake.set()

    async def next(self) -> str | None:
        """What to send now; waits for it. None: the screen is too slow, and is to be let go."""
        while not self._waiting and not self.is_too_slow:
            self._wake = anyio.Event()
            await self._wake.wait()
        if self.is_too_slow:
            return None
        return _encoder.encode(self._numbered(self._waiting.popleft())).decode()

    def _numbered(
        self, waited: ThingId | Callable[[int], Change] | Answer | Snapshot
    ) -> Change | ThingLine | Answer | Snapshot:
        if isinstance(waited, Answer | Snapshot):
            return waited
        self._seq += 1
        if not isinstance(waited, str):
            return waited(self._seq)
        self._things.discard(waited)
        form = self._forms.of(waited)
        return ThingLine(seq=self._seq, thing=form) if form is not None else ThingRemoved(seq=self._seq, id=waited)
