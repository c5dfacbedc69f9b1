"""What functions need of others."""

from collections.abc import Mapping
from typing import Protocol

from jinn.edge.functions.model import Ended, HomeEvent, Manifest
from jinn.kernel import Names, ThingId
from jinn.things import CommandResult, Json, ServiceResult


class Readings(Protocol):
    """What things last said."""

    def __call__(self, thing: str, name: str) -> object:
        """The value; None when there is no such thing or it has said nothing of it."""
        ...


class Sandbox(Protocol):
    """One version of one function, ready to work; each event is its own life."""

    manifest: Manifest

    async def work(self, event: HomeEvent, kept: bytes) -> Ended:
        """Work on one event. Never raises for what the function does: its failures are in `Ended`."""
        ...

    async def close(self) -> None:
        """Free what it holds."""
        ...


class Hands(Protocol):
    """How a function acts; the part of `things.Commander` that it needs."""

    async def set_properties(
        self, thing_id: ThingId, values: Mapping[str, Json], *, expires_s: float = ..., by: str
    ) -> tuple[CommandResult, ...]: ...

    async def call_service(
        self, thing_id: ThingId, service: str, inputs: Mapping[str, Json] | None = None, *, by: str
    ) -> ServiceResult: ...


class Voice(Protocol):
    """Says something to the household."""

    async def __call__(self, text: Names, *, by: str) -> None: ...


class Workshop(Protocol):
    """Makes sandboxes of one kind."""

    async def open(self, manifest: Manifest, code: bytes) -> Sandbox:
        """Raises `Invalid` for code that cannot run, `Refused` when this box cannot run it safely."""
        ...
