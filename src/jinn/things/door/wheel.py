"""Who must be looked at in this second? One wheel for all connections instead of a timer for each."""

from typing import Generic, Protocol, TypeVar


class Timed(Protocol):
    """Something with one due second, kept in the thing itself.

    Attributes:
        due_s: the second for which the wheel holds it; -1 when it does not.
    """

    due_s: int


Item = TypeVar("Item", bound=Timed)


class Wheel(Generic[Item]):
    """Things by the whole second at which they fall due; a thing is on the wheel at most once."""

    __slots__ = ("_seconds", "_turned_s")

    def __init__(self, now_s: int) -> None:
        self._turned_s = now_s
        self._seconds: dict[int, set[Item]] = {}

    def put(self, item: Item, at_s: int) -> None:
        """Look at it at `at_s`, or in the next second when that has passed; replaces what was said before."""
        self.drop(item)
        item.due_s = max(at_s, self._turned_s + 1)
        self._seconds.setdefault(item.due_s, set()).add(item)

    def drop(self, item: Item) -> None:
        if item.due_s < 0:
            return
        others = self._seconds[item.due_s]
        others.discard(item)
        if not others:
            del self._seconds[item.due_s]
        item.due_s = -1

    def turn(self, now_s: int) -> list[Item]:
        """All that fell due up to and including `now_s`; they are off the wheel."""
        due: list[Item] = []
        while self._turned_s < now_s:
            self._turned_s += 1
            for item in self._seconds.pop(self._turned_s, ()):
                item.due_s = -1
                due.append(item)
        return due
