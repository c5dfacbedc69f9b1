"""Waiting for what things say, whichever hub took it in; and keeping this hub's view fresh."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import anyio
import anyio.abc
import msgspec

from jinn.kernel import ThingId
from jinn.runtime import Bus, follow
from jinn.things.registry import REGISTRY_SUBJECT, Registry, RegistryChanged
from jinn.things.thing_model import ThingModel
from jinn.things.twins import Twins
from jinn.things.values import Json, same
from jinn.things.wire import (
    PRESENCE_SUBJECT,
    REPLIED_SUBJECT,
    REPORTED_SUBJECT,
    PresenceBatch,
    Replied,
    RepliedBatch,
    Report,
    ReportedBatch,
)

_reports = msgspec.json.Decoder(ReportedBatch)
_presences = msgspec.json.Decoder(PresenceBatch)
_replies = msgspec.json.Decoder(RepliedBatch)
_changes = msgspec.json.Decoder(RegistryChanged)


class Waiter:
    """One command that waits for its thing.

    Attributes:
        reported: what the thing has said of the asked properties since.
        reply: the thing's own answer; of a set it says only that it was understood.
        is_gone: nobody holds the thing's connection.
    """

    def __init__(self, *, wire_id: str, asked: Mapping[str, Json], model: ThingModel) -> None:
        self.wire_id = wire_id
        self.reported: dict[str, Json] = {}
        self.reply: Replied | None = None
        self.is_gone = False
        self._asked = asked
        self._model = model
        self._met: set[str] = set()
        self._ended = anyio.Event()

    def ask_only(self, names: Collection[str]) -> None:
        """The others are so already; nobody waits for them."""
        self._asked = {name: value for name, value in self._asked.items() if name in names}
        self._end_if_met()

    async def wait(self) -> None:
        await self._ended.wait()

    def end(self) -> None:
        self._ended.set()

    def met(self, name: str) -> bool:
        """Whether the thing has said what was asked of that property."""
        return name in self.reported and same(self._model.properties[name].type, self.reported[name], self._asked[name])

    def take_report(self, properties: Mapping[str, Json]) -> None:
        for name, value in properties.items():
            if name not in self._asked or name in self._met:
                continue
            self.reported[name] = value
            if same(self._model.properties[name].type, value, self._asked[name]):
                self._met.add(name)
        self._end_if_met()

    def _end_if_met(self) -> None:
        if self._asked and self._met >= self._asked.keys():
            self.end()

    def take_reply(self, reply: Replied) -> None:
        """An answer ends a service call; of a set only a refusal is final, since its report is the truth."""
        self.reply = reply
        if not self._asked or reply.code != 200:
            self.end()

    def note_gone(self) -> None:
        self.is_gone = True
        self.end()


class Watch:
    """Reads the events of all hubs: wakes who waits, and refreshes what another hub has changed."""

    name = "things-watch"

    def __init__(self, *, bus: Bus, registry: Registry, twins: Twins) -> None:
        self._bus = bus
        self._registry = registry
        self._twins = twins
        self._waiters: dict[str, list[Waiter]] = {}

    @contextmanager
    def waiting(self, thing_id: ThingId, waiter: Waiter) -> Iterator[Waiter]:
        """From here on nothing that the thing says is missed."""
        self._waiters.setdefault(thing_id, []).append(waiter)
        try:
            yield waiter
        finally:
            others = self._waiters[thing_id]
            others.remove(waiter)
            if not others:
                del self._waiters[thing_id]

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            await tasks.start(follow, self._bus, REPORTED_SUBJECT, _reports.decode, self._take_reports)
            await tasks.start(follow, self._bus, PRESENCE_SUBJECT, _presences.decode, self._take_presences)
            await tasks.start(follow, self._bus, REPLIED_SUBJECT, _replies.decode, self._take_replies)
            await tasks.start(follow, self._bus, REGISTRY_SUBJECT, _changes.decode, self._take_registry)
            task_status.started()

    async def _take_reports(self, batch: ReportedBatch) -> None:
        for report in batch.reports:
            for waiter in tuple(self._waiters.get(report.thing, ())):
                waiter.take_report(report.properties)  # type: ignore[arg-type]  # JSON, as it was decoded.
            if self._is_news(report):
                await self._twins.reload(ThingId(report.thing))

    def _is_news(self, report: Report) -> bool:
        return self._twins.peek(ThingId(report.thing)).version < report.version

    async def _take_presences(self, batch: PresenceBatch) -> None:
        for presence in batch.presences:
            if self._twins.peek(ThingId(presence.thing)).is_online != presence.online:
                await self._twins.reload(ThingId(presence.thing))

    async def _take_replies(self, batch: RepliedBatch) -> None:
        for reply in batch.replies:
            for waiter in tuple(self._waiters.get(reply.thing, ())):
                if waiter.wire_id == reply.id:
                    waiter.take_reply(reply)

    async def _take_registry(self, changed: RegistryChanged) -> None:
        await self._registry.refresh(ThingId(changed.thing))
        if changed.kind == "removed":
            self._twins.drop(ThingId(changed.thing))
