"""Stand-ins for the engines that live in memory; they pass the contract tests of the real ones."""

import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel

from jinn.kernel import Invalid, Unavailable
from jinn.runtime.ports import Message


class InMemoryBus:
    """`Bus` and `EventStream` within one event loop.

    Attributes:
        is_away: set it to see what happens while the engine is gone: everything raises `Unavailable`.
        kept: what was given to the event streams: (id, subject, payload), each id once.
    """

    def __init__(self) -> None:
        self.is_away = False
        self.kept: list[tuple[str, str, bytes]] = []
        self._subscriptions: list[_Subscription] = []
        self._inboxes = itertools.count()
        self._turns = itertools.count()

    async def publish(self, subject: str, payload: bytes, *, reply: str = "") -> None:
        await anyio.lowlevel.checkpoint()
        self._check(subject)
        self._deliver(Message(subject=subject, payload=payload, reply=reply))

    async def request(self, subject: str, payload: bytes, *, within_s: float) -> bytes:
        self._check(subject)
        inbox = f"_INBOX.{next(self._inboxes)}"
        async with self.subscribe(inbox) as answers:
            if self._deliver(Message(subject=subject, payload=payload, reply=inbox)) == 0:
                raise Unavailable(f"Nobody listens on {subject}.", code="no-responder", subject=subject)
            with anyio.move_on_after(within_s):
                return (await anext(answers)).payload
        raise Unavailable(f"Nobody answered on {subject}.", code="no-answer", subject=subject)

    @asynccontextmanager
    async def subscribe(
        self, subject: str, *, queue: str = "", pending_max: int = 65_536
    ) -> AsyncIterator[AsyncIterator[Message]]:
        self._check(subject)
        subscription = _Subscription(subject.split("."), queue, pending_max)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

    async def open_stream(self, name: str, subjects: tuple[str, ...]) -> None:
        self._check(name)

    async def keep(self, subject: str, payload: bytes, *, event_id: str) -> None:
        await self.publish(subject, payload)
        if all(event_id != kept_id for kept_id, _, _ in self.kept):
            self.kept.append((event_id, subject, payload))

    def _deliver(self, message: Message) -> int:
        parts = message.subject.split(".")
        groups: dict[str, list[_Subscription]] = {}
        count = 0
        for subscription in self._subscriptions:
            if not subscription.matches(parts):
                continue
            count += 1
            if subscription.queue:
                groups.setdefault(subscription.queue, []).append(subscription)
            else:
                subscription.put(message)
        for members in groups.values():
            members[next(self._turns) % len(members)].put(message)
        return count

    def _check(self, subject: str) -> None:
        if self.is_away:
            raise Unavailable("The bus is away.", code="engine-away")
        if not subject or any(letter.isspace() for letter in subject):
            raise Invalid("That is not a subject.", code="bad-subject", subject=subject)


@dataclass(slots=True, eq=False)
class _Subscription:
    pattern: list[str]
    queue: str
    pending_max: int
    waiting: deque[Message] = field(default_factory=deque)
    arrived: anyio.Event = field(default_factory=anyio.Event)

    def matches(self, parts: list[str]) -> bool:
        for index, wanted in enumerate(self.pattern):
            if wanted == ">":
                return len(parts) > index
            if index >= len(parts) or wanted not in ("*", parts[index]):
                return False
        return len(parts) == len(self.pattern)

    def put(self, message: Message) -> None:
        if len(self.waiting) >= self.pending_max:
            self.waiting.popleft()
        self.waiting.append(message)
        self.arrived.set()

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        await anyio.lowlevel.checkpoint()
        while not self.waiting:
            self.arrived = anyio.Event()
            await self.arrived.wait()
        return self.waiting.popleft()
