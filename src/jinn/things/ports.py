"""What things needs from others."""

from typing import Protocol

from jinn.people import Area


class Areas(Protocol):
    """Where the areas of the home are known."""

    def areas(self) -> tuple[Area, ...]:
        """All of them; the same object until one was added, renamed or removed."""
        ...
