"""What a region needs from whoever lets homes in."""

from collections.abc import Sequence
from typing import Protocol


class Homes(Protocol):
    """The homes that may come in."""

    def names(self) -> Sequence[str]: ...

    async def add(self, name: str) -> str:
        """The content of its credentials file, told once. Raises `Invalid`: `bad-name`, `home-exists`."""
        ...

    async def remove(self, name: str) -> None:
        """Let it in no more and end its line, before this returns. Raises `NotFound`: `home-not-found`."""
        ...
