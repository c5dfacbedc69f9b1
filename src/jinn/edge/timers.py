"""What must happen later, by a clock that never goes back: armed, disarmed, and taken when it is due. Pure."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
What = TypeVar("What")


class Timers(Generic[Key, What]):
    """At most one for each key."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Key]] = []
        self._armed: dict[Key, tuple[int, What]] = {}
        self._count = 0

    def arm(self, key: Key, due_s: float, what: What) -> None:
        """A key that is armed already is armed anew."""
        self._count += 1
        self._armed[key] = (self._count, what)
        heapq.heappush(self._due, (due_s, self._count, key))
        if len(self._due) > 2 * len(self._armed) + 64:
            # Those that were disarmed would pile up where a door opens and shuts all day.
            self._due = [entry for entry in self._due if self._is_armed(entry)]
            heapq.heapify(self._due)

    def disarm(self, key: Key) -> bool:
        """Whether it was armed."""
        return self._armed.pop(key, None) is not None

    def is_armed(self, key: Key) -> bool:
        return key in self._armed

    def next_due_s(self) -> float | None:
        while self._due and not self._is_armed(self._due[0]):
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def take_due(self, now_s: float) -> list[tuple[Key, What]]:
        """Those whose time has come, the earliest first; they are armed no more."""
        taken: list[tuple[Key, What]] = []
        while (due_s := self.next_due_s()) is not None and due_s <= now_s:
            _, _, key = heapq.heappop(self._due)
            taken.append((key, self._armed.pop(key)[1]))
        return taken

    def _is_armed(self, entry: tuple[float, int, Key]) -> bool:
        armed = self._armed.get(entry[2])
        return armed is not None and armed[0] == entry[1]
