"""What placement needs of a box."""

from typing import Protocol


class Models(Protocol):
    """The models of this box."""

    def offers(self) -> frozenset[str]:
        """Those that it could run."""
        ...

    def runs(self) -> frozenset[str]:
        """Those that are loaded now."""
        ...

    def free_mib(self) -> int:
        """What it could still take; below zero it is full."""
        ...

    async def load(self, model: str) -> None:
        """Have it loaded when this returns; at once when it is. Raises `Unavailable` when it cannot be."""
        ...

    def unload(self, model: str) -> None:
        """Give its memory back."""
        ...

    async def work(self, model: str, payload: bytes) -> bytes:
        """One request. Raises `Unavailable` when the model is not loaded, or what the model itself raises."""
        ...
