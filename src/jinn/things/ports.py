"""What things needs from others."""

from collections.abc import Mapping
from typing import Protocol

from jinn.people import Area
from jinn.things.model import Thing
from jinn.things.values import Json


class Areas(Protocol):
    """Where the areas of the home are known."""

    def areas(self) -> tuple[Area, ...]:
        """All of them; the same object until one was added, renamed or removed."""
        ...


class Bridge(Protocol):
    """The far side of things that speak another protocol: a vendor's cloud, a broker's clients, a Matter fabric.

    A bridge is a door of its own: `Bridging` gives its things sessions, so that twins, commands, presence and
    history know only one way. What it is asked is an order, not yet a fact: the fact is what it reports.
    """

    name: str
    """Of its door: `[a-z0-9-]`, the same at every start."""

    async def set_properties(self, thing: Thing, values: Mapping[str, Json]) -> None:
        """Pass on what is wanted of a thing.

        Raises:
            Refused: understood, and the answer is no.
            Unavailable: nobody answered; what became of it will be reported, or not.
        """
        ...

    async def call_service(self, thing: Thing, service: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
        """Have a thing do something; what it answers. Raises as `set_properties` does."""
        ...
