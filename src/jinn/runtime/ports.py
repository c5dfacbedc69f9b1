"""What rooms may ask of the two engines: a bus for what moves, a database for what stays."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import anyio.abc

from jinn.kernel import Secret

Sql = str | int | float | None
Row = Mapping[str, Sql]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the bus.

    Attributes:
        reply: the subject on which the sender waits for one answer; empty when nobody waits.
    """

    subject: str
    payload: bytes
    reply: str = ""


class Bus(Protocol):
    """What moves. At most once: whoever needs more answers, repeats and recognises repeats."""

    async def publish(self, subject: str, payload: bytes, *, reply: str = "") -> None:
        """Hand a message over; raises `Unavailable` when the engine has been away for too long."""
        ...

    async def request(self, subject: str, payload: bytes, *, within_s: float) -> bytes:
        """Ask and wait for one answer.

        Raises:
            Unavailable: code `no-responder` at once when nobody listens there; `no-answer` after `within_s`.
        """
        ...

    def subscribe(
        self, subject: str, *, queue: str = "", pending_max: int = 65_536
    ) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Messages from now on, in order per sender. Members of one `queue` share them."""
        ...


class EventStream(Protocol):
    """A durable stream: what it has acknowledged survives any process."""

    async def open_stream(self, name: str, subjects: tuple[str, ...]) -> None:
        """Make the stream, or bring it to these subjects; raises `Unavailable`."""
        ...

    async def keep(self, subject: str, payload: bytes, *, event_id: str) -> None:
        """Publish and wait until it is stored; the same `event_id` twice within two minutes is stored once.

        Raises:
            Unavailable: not acknowledged; it may be stored all the same, so repeat with the same id.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One named SQL statement of a change.

    Attributes:
        query: `room.name`, from that room's `sql/queries.sql`.
        values: its named parameters.
        rows: how many rows it must touch; another count undoes the whole change (compare-and-set). None: any.
        each: it is done once for each of these instead of `values`; `rows` is then their sum.
    """

    query: str
    values: Mapping[str, Sql] = field(default_factory=dict)
    rows: int | None = None
    each: Sequence[Mapping[str, Sql]] = ()


class Database(Protocol):
    """What stays. The same on SQLite and PostgreSQL."""

    async def read(self, query: str, **values: Sql) -> list[Row]:
        """The rows of one named query, as of the last commit."""
        ...

    async def write(self, *statements: Statement) -> list[int]:
        """Do all statements or none; durable when this returns. Gives the row count of each.

        Raises:
            Conflict: a demanded row count was not met, or a UNIQUE rule was broken.
            Unavailable: code `disk-full` or `database`; nothing was changed.
        """
        ...


class Seal(Protocol):
    """Keeps what must be shown to others again, such as a vendor's token, unreadable in the database."""

    def seal(self, secret: Secret, *, purpose: str) -> str:
        """Printable text. `purpose`: whose and what it is, such as `genie_links.access_token/<id>`."""
        ...

    def unseal(self, sealed: str, *, purpose: str) -> Secret:
        """Raises: Refused `seal-broken`: sealed with another key, for another purpose, or changed since."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of one room: `queries.sql` and `migrations/NNNN_name.sql` in `folder`.

    Attributes:
        parts: of its sub-packages that keep tables of their own; they come right after the room's.
    """

    room: str
    folder: Path
    parts: "tuple[Schema, ...]" = ()


class Service(Protocol):
    """Something long-lived. `run` says `started()` when ready, and cleans up when cancelled."""

    name: str

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None: ...


async def run_all(services: Sequence[Service], *, start_within_s: float) -> None:
    """Start services in order, each one ready before the next, and run until one fails."""
    async with anyio.create_task_group() as tasks:
        for service in services:
            with anyio.fail_after(start_within_s):
                await tasks.start(service.run, name=service.name)
