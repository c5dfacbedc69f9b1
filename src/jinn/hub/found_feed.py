"""What screens are told of joining: that something was discovered, or is gone again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import anyio
import anyio.abc

from jinn.hub.screen_wire import Change, FoundChanged
from jinn.things import Found, found_body

LOOK_EVERY_S = 1.0
"""Whoever waits for a thing to appear has just switched it on, and looks at the screen."""


class Screens(Protocol):
    """All screens of the hub."""

    @property
    def is_watched(self) -> bool: ...

    def tell(self, change: Callable[[int], Change]) -> None: ...


class FoundFeed:
    """A service. It looks at what the finders know while anybody looks at a screen."""

    name = "found-feed"

    def __init__(
        self, *, screens: Screens, found: Callable[[], Sequence[Found]], look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._screens = screens
        self._found = found
        self._look_every_s = look_every_s

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        told: list[Found] | None = None
        while True:
            await anyio.sleep(self._look_every_s)
            if not self._screens.is_watched:
                told = None
                continue
            found = list(self._found())
            # That it was seen once more is no news.
            lasting = [replace(one, seen_ms=0) for one in found]
            if lasting != told:
                told = lasting
                self._tell(found)

    def _tell(self, found: Sequence[Found]) -> None:
        bodies = [found_body(one) for one in found]
        self._screens.tell(lambda seq: FoundChanged(seq=seq, found=bodies))
