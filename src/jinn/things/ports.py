"""What things needs from others."""

from typing import Protocol

from jinn.language import AreaWords


class Areas(Protocol):
    """Where the areas of the home are known."""

    def areas(self) -> tuple[AreaWords, ...]:
        """All of them; the same object until one was added, renamed or removed."""
        ...
