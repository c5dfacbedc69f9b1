"""What the past needs from the room around it."""

from typing import Protocol

from jinn.kernel import ThingId
from jinn.things.model import Product, Thing


class Models(Protocol):
    """Where things and their models are known."""

    def thing(self, thing_id: ThingId) -> Thing:
        """Raises `NotFound`."""
        ...

    def product_of(self, thing: Thing) -> Product: ...
