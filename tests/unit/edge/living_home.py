"""The real engine of rules in a home whose time stands still until it is moved: nothing is read, kept or waited for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, tzinfo

import anyio
import anyio.abc
import anyio.lowlevel
from unit.edge.rule_parts import a_home, around

from jinn.edge.checking import examine
from jinn.edge.engine import Engine
from jinn.edge.later import Later
from jinn.edge.model import Draft, Rule, RuleId
from jinn.edge.rulebook import RuleBook
from jinn.edge.running import Runner
from jinn.edge.testing import ObedientHands
from jinn.kernel import Conflict, ManualClock, ThingId, millis
from jinn.runtime import Row, Sql, Statement
from jinn.runtime.testing import InMemoryBus
from jinn.things import Happened, HappenedBatch, Json, PresenceBatch, Presented, Report, ReportedBatch

_DEEDS = {"edge.begin_run": "done", "edge.note_run": ""}


class RunLedger:
    """As much of a database as runs need: one for each rule and cause."""

    def __init__(self) -> None:
        self.runs: list[tuple[int, str, str]] = []
        self._causes: set[tuple[Sql, Sql]] = set()

    async def read(self, query: str, **values: Sql) -> list[Row]:
        return []

    async def write(self, *statements: Statement) -> list[int]:
        for statement in statements:
            if statement.query not in _DEEDS:
                continue
            values = statement.values
            cause = values["rule"], values["cause_key"]
            if cause in self._causes:
                if statement.query == "edge.begin_run":
                    raise Conflict("It ran.", rule="unique")
                continue
            self._causes.add(cause)
            outcome = _DEEDS[statement.query] or str(values["outcome"])
            self.runs.append((int(values["at_ms"] or 0), str(values["cause_key"]), outcome))
        return [1 for _ in statements]


class LivingHome:
    """One rule at work."""

    def __init__(self, rule: Draft, start: datetime, zone: tzinfo, tasks: anyio.abc.TaskGroup) -> None:
        self.clock, self.home, self.ledger, self.hands = ManualClock(start), a_home(), RunLedger(), ObedientHands()
        surroundings = around(zone=zone)
        bus = InMemoryBus()
        self.book = RuleBook(
            database=self.ledger, bus=bus, clock=self.clock, home=self.home, examine=examine(self.home, surroundings)
        )
        runner = Runner(database=self.ledger, bus=bus, hands=self.hands, book=self.book, clock=self.clock)
        self.later = Later(self.ledger)
        self.engine = Engine(
            database=self.ledger, bus=bus, book=self.book, home=self.home, around=surroundings, runner=runner,
            later=self.later, clock=self.clock,
        )  # fmt: skip
        self.engine._tasks = tasks
        self.engine._wall_ms = self.now_ms
        self._rule = rule
        self._events = 0

    @property
    def now_ms(self) -> int:
        return millis(self.clock.now())

    def begin(self) -> None:
        """From here on the rule is watched for."""
        rule = Rule(id=RuleId("r"), version=1, draft=self._rule, created_ms=self.now_ms, changed_ms=self.now_ms)
        self.book._rules[rule.id] = rule
        self.engine.noticer.put(rule)

    async def settle(self) -> None:
        """Until everything that was set off has come to its end."""
        await anyio.lowlevel.checkpoint()
        while self.engine._under_way:
            await anyio.lowlevel.checkpoint()
        await self.later.flush()

    async def advance_to(self, moment: datetime) -> None:
        """Each minute and whatever is due comes at its own time."""
        while (now := self.clock.now()) < moment:
            steps = [moment, now.replace(second=0, microsecond=0) + timedelta(minutes=1)]
            due_s = self.engine.noticer.next_due_s()
            if due_s is not None:
                steps.append(now + timedelta(seconds=max(0.001, due_s - self.clock.monotonic_s())))
            self.clock.advance((min(steps) - now).total_seconds())
            await self.look()

    async def look(self) -> None:
        """What a running engine does every second."""
        self.engine.look_at_timers()
        self.engine.look_at_clock()
        await self.settle()

    async def say(self, thing: ThingId, name: str, value: Json) -> None:
        twin = self.home.say(thing, self.now_ms, **{name: value})
        report = Report(thing=thing, version=twin.version, at_ms=self.now_ms, properties={name: value})
        self.engine.set_off(self.engine.noticer.take_reports(ReportedBatch(reports=[report])))
        await self.settle()

    async def come_or_go(self, thing: ThingId, *, is_here: bool) -> None:
        presence = Presented(thing=thing, online=is_here, at_ms=self.now_ms)
        self.engine.set_off(self.engine.noticer.take_presences(PresenceBatch(presences=[presence])))
        await self.settle()

    async def happen(self, thing: ThingId, event: str) -> None:
        self._events += 1
        happened = Happened(id=f"e{self._events}", thing=thing, event=event, at_ms=self.now_ms, outputs={})
        self.engine.set_off(self.engine.noticer.take_events(HappenedBatch(events=[happened])))
        await self.settle()


@asynccontextmanager
async def a_living_home(rule: Draft, start: datetime, zone: tzinfo) -> AsyncIterator[LivingHome]:
    async with anyio.create_task_group() as tasks:
        yield LivingHome(rule, start, zone, tasks)
        tasks.cancel_scope.cancel()
