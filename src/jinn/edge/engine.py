"""Rules at work: hears what happens, decides, and has it done. A service."""

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import anyio
import anyio.abc
import msgspec

from jinn.edge import store
from jinn.edge.catching_up import CatchingUp
from jinn.edge.heard import Heard, Hold
from jinn.edge.home import NowView, Surroundings
from jinn.edge.index import Place
from jinn.edge.later import Later
from jinn.edge.model import Found, Mode, Rule, RuleId, Run, RunId, RunOutcome, Trouble
from jinn.edge.noticing import Noticer, SetOff
from jinn.edge.ports import Home
from jinn.edge.rulebook import RuleBook
from jinn.edge.running import Runner
from jinn.edge.truth import meets
from jinn.edge.unheard import Unheard
from jinn.edge.walltime import LATE_MAX_MIN, minutes_passed
from jinn.edge.wire import RULES_SUBJECT, NamesWire, Noticed, RulesChanged
from jinn.kernel import Clock, JinnError, Names, millis, new_id
from jinn.runtime import Bus, Database, follow
from jinn.things import (
    HAPPENED_SUBJECT,
    PRESENCE_SUBJECT,
    REPORTED_SUBJECT,
    HappenedBatch,
    PresenceBatch,
    ReportedBatch,
)

RUNS_AT_ONCE_MAX = 500
"""Runs under way; more would only wait for the same things. Those that find no place are kept as failed."""

LOOP_RUNS_MAX, LOOP_WITHIN_S = 12, 10.0
"""A rule that is set off more often than this goes round in a circle, or hangs on something broken: it is stopped."""

RESTART_LATE_MS = 600_000
"""A wall time that passed while no hub ran is made up for when it was this long ago at most."""

_LOOK_EVERY_S = 1.0
"""How soon a clock that was set is noticed."""

_rules_changed = msgspec.json.Decoder(RulesChanged)
_log = logging.getLogger(__name__)
Batch = TypeVar("Batch", ReportedBatch, PresenceBatch, HappenedBatch)
Live = Callable[[Rule, Run], Awaitable[None]]


class Engine:
    """Every rule of the home, watched and run."""

    name = "rules"

    def __init__(
        self,
        *,
        database: Database,
        bus: Bus,
        book: RuleBook,
        home: Home,
        around: Surroundings,
        runner: Runner,
        later: Later,
        clock: Clock,
    ) -> None:
        self._database = database
        self._bus = bus
        self._book = book
        self._home = home
        self._around = around
        self._runner = runner
        self._later = later
        self._clock = clock
        self.noticer = Noticer(twin=home.twin, around=around, clock=clock, later=later)
        self.unheard = Unheard("rules", concerns=self.noticer, twin=home.twin, database=database, clock=clock)
        self._catching_up = CatchingUp(
            unheard=self.unheard, noticer=self.noticer, book=book, runner=runner, database=database, later=later,
            clock=clock,
        )  # fmt: skip
        self._recovered = anyio.Event()
        self._tasks: anyio.abc.TaskGroup | None = None
        self._running: dict[RuleId, anyio.CancelScope] = {}
        self._under_way = 0
        self._begun_s: dict[RuleId, deque[float]] = {}
        self._wall_ms = 0
        self._woken = anyio.Event()

    def prepare(self) -> None:
        """From here on each commit notes what concerns a rule, though nobody listens yet."""
        for rule in self._book.rules():
            self.noticer.know(rule)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            # Heard from before the twins are looked at, and taken after it, so that nothing falls in between.
            await tasks.start(self._read, REPORTED_SUBJECT, ReportedBatch, self.noticer.take_reports)
            await tasks.start(self._read, PRESENCE_SUBJECT, PresenceBatch, self.noticer.take_presences)
            await tasks.start(self._read, HAPPENED_SUBJECT, HappenedBatch, self.noticer.take_events)
            await self.recover()
            self._recovered.set()
            self._book.changed = self._rule_changed
            await tasks.start(self._follow_other_hubs)
            tasks.start_soon(self._watch_clock)
            tasks.start_soon(self._watch_timers)
            tasks.start_soon(self._catching_up.keep_looking, self._hear_late)
            task_status.started()

    async def recover(self) -> None:
        """Take up what an earlier hub left: its rules, its timers and its runs."""
        await self._book.load()
        for rule in self._book.rules():
            self.noticer.put(rule)
        for row in await self._database.read("edge.timers"):
            known = self._book.peek(RuleId(str(row["rule"])))
            if known is not None:
                place = Place(known.id, int(row["place"] or 0))
                self.noticer.restore(known, place, store.cause_of(str(row["cause"])), int(row["due_ms"] or 0))
        now_ms = millis(self._clock.now())
        marks = await self._database.read("edge.mark", name="wall")
        seen_ms = int(marks[0]["at_ms"] or 0) if marks else now_ms
        self._wall_ms = seen_ms if 0 <= now_ms - seen_ms <= RESTART_LATE_MS else now_ms
        for row in await self._database.read("edge.open_runs"):
            await self._take_up(store.run_of(row))
        self.noticer.begin_versions(self._home.twins())
        await self._catching_up.catch_up(self._hear_late)

    async def _take_up(self, run: Run) -> None:
        """A run that waits goes on with the rule as it was then; one that was cut off in a deed is said to be so."""
        rule = self._book.peek(run.rule)
        if rule is not None and rule.version == run.rule_version and run.resume_ms is not None:
            self._start(rule, run, self._runner.go_on)
        else:
            await self._runner.cut_off(run)

    def set_off(self, all_of: Iterable[SetOff], heard: Heard | None = None, *, is_late: bool = False) -> None:
        """Have rules do what they do, if they may.

        Args:
            heard: is held until it is kept that they have begun.
            is_late: told for the second time, perhaps.
        """
        for rule_id, trigger, cause in all_of:
            rule = self._book.peek(rule_id)
            if rule is None or not rule.may_run:
                continue
            run = Run(
                id=RunId(new_id(self._clock)),
                rule=rule.id,
                rule_version=rule.version,
                at_ms=millis(self._clock.now()),
                cause=cause,
                because=self._book.saying.because(trigger, cause),
                outcome=RunOutcome.RUNNING,
            )
            self._decide(rule, run, heard, is_late=is_late)

    def _hear(self, all_of: Iterable[SetOff], keys: Sequence[str], *, is_late: bool = False) -> None:
        heard = Heard(lambda: self._later.add(self.unheard.heard(keys))) if keys else None
        self.set_off(all_of, heard, is_late=is_late)
        if heard is not None:
            heard.done()

    def _hear_late(self, all_of: Iterable[SetOff], keys: Sequence[str]) -> None:
        self._hear(all_of, keys, is_late=True)
        self._wake_for_earlier()

    def _decide(self, rule: Rule, run: Run, heard: Heard | None, *, is_late: bool) -> None:
        found = tuple(self._found(rule))
        run = replace(run, found=found)
        if not all(one.is_met for one in found):
            self._note(replace(run, outcome=RunOutcome.CONDITIONS_NOT_MET))
        elif self._is_cooling(rule, run.at_ms):
            self._note(_kept_from(run, RunOutcome.CONDITIONS_NOT_MET, _COOLING))
        elif self._is_too_often(rule):
            self._stop(rule)
        elif rule.id in self._running and rule.draft.mode is Mode.SINGLE:
            self._note(_kept_from(run, RunOutcome.REFUSED, _STILL_RUNNING))
        elif self._under_way >= RUNS_AT_ONCE_MAX:
            self._note(_kept_from(run, RunOutcome.FAILED, _TOO_MANY))
        else:
            self._book.note_run(rule.id, run.at_ms)
            hold = heard.hold() if heard is not None else None
            self._start(rule, run, partial(self._runner.begin, hold=hold, is_late=is_late), hold)

    def _found(self, rule: Rule) -> Iterable[Found]:
        if not rule.draft.conditions:
            return ()
        view = NowView(
            twin=self._home.twin, since_ms=self.noticer.since_ms, now=self._clock.now(), surroundings=self._around
        )
        saying = self._book.saying
        return [Found(text=saying.condition(one), is_met=meets(one, view)) for one in rule.draft.conditions]

    def _is_cooling(self, rule: Rule, at_ms: int) -> bool:
        if not rule.draft.cooldown_s or rule.last_run_ms is None:
            return False
        # A clock that was set back must not make a rule rest for an hour.
        return 0 <= at_ms - rule.last_run_ms < rule.draft.cooldown_s * 1000

    def _is_too_often(self, rule: Rule) -> bool:
        now_s = self._clock.monotonic_s()
        begun = self._begun_s.setdefault(rule.id, deque(maxlen=LOOP_RUNS_MAX))
        is_full = len(begun) == LOOP_RUNS_MAX and now_s - begun[0] < LOOP_WITHIN_S
        begun.append(now_s)
        return is_full

    def _stop(self, rule: Rule) -> None:
        assert self._tasks is not None
        self._begun_s.pop(rule.id, None)
        self._tasks.start_soon(self._stop_and_tell, rule)

    async def _stop_and_tell(self, rule: Rule) -> None:
        names = rule.draft.names
        text = Names(
            en=f"The rule “{names.en}” ran {LOOP_RUNS_MAX} times within {LOOP_WITHIN_S:.0f} seconds and was stopped.",
            zh=f"规则“{names.zh}”在{LOOP_WITHIN_S:.0f}秒内执行了{LOOP_RUNS_MAX}次，已经停用。",
        )
        try:
            await self._book.stop(rule.id, Trouble(code="runs-too-often", message=text.en))
        except JinnError as wrong:
            _log.error("that the rule %s was stopped is not kept: %s", rule.id, wrong.sentence)
        await self._runner.notice(Noticed(text=NamesWire(en=text.en, zh=text.zh), severity="error"))

    def _note(self, run: Run) -> None:
        """Keep that nothing was done; nobody waits for it."""
        self._later.add(store.begin_run(run, is_note=True), store.trim_runs(run.rule))

    def _start(self, rule: Rule, run: Run, live: Live, hold: Hold | None = None) -> None:
        assert self._tasks is not None
        before = self._running.get(rule.id)
        if before is not None:
            before.cancel()
        scope = self._running[rule.id] = anyio.CancelScope()
        self._under_way += 1
        self._tasks.start_soon(self._live, rule, run, scope, live, hold)

    async def _live(self, rule: Rule, run: Run, scope: anyio.CancelScope, live: Live, hold: Hold | None) -> None:
        try:
            with scope:
                await live(rule, run)
            if scope.cancelled_caught:
                if hold is not None:
                    hold.let_go()
                await self._runner.cut_off(run)
        except JinnError as wrong:
            _log.error("a run of the rule %s broke off: %s", rule.id, wrong.sentence)
        finally:
            self._under_way -= 1
            if self._running.get(rule.id) is scope:
                del self._running[rule.id]

    def _rule_changed(self, rule_id: RuleId) -> None:
        rule = self._book.peek(rule_id)
        if rule is None:
            self.noticer.drop(rule_id)
            self._begun_s.pop(rule_id, None)
        else:
            self.noticer.put(rule)
        self._wake()

    def people_changed(self) -> None:
        """Somebody came or went."""
        self.set_off(self.noticer.take_people())

    def look_at_clock(self) -> None:
        """Take the wall minutes that went by since the last look."""
        now_ms = millis(self._clock.now())
        if now_ms < self._wall_ms - LATE_MAX_MIN * 60_000:
            # It was far ahead, and is right now: begin from here. What ran already on a day does not run again.
            self._wall_ms = now_ms
        if now_ms // 60_000 <= self._wall_ms // 60_000:
            return
        heard = Heard(lambda: self._later.add(store.keep_mark("wall", now_ms)))
        self.set_off(self.noticer.take_minutes(minutes_passed(self._wall_ms, now_ms, self._around.zone)), heard)
        self._wall_ms = now_ms
        heard.done()

    def look_at_timers(self) -> None:
        for one in self.noticer.take_due():
            heard = Heard(partial(self.noticer.timer_ran, one))
            self.set_off([one], heard)
            heard.done()

    async def _watch_clock(self) -> None:
        while True:
            self.look_at_clock()
            to_next_s = 60 - millis(self._clock.now()) % 60_000 / 1000
            await anyio.sleep(min(_LOOK_EVERY_S, to_next_s + 0.002))

    async def _watch_timers(self) -> None:
        while True:
            self.look_at_timers()
            self._woken = anyio.Event()
            due_s = self.noticer.next_due_s()
            wait_s = None if due_s is None else max(0.0, due_s - self._clock.monotonic_s())
            with anyio.move_on_after(wait_s):
                await self._woken.wait()

    def _wake(self) -> None:
        self._woken.set()

    async def _read(
        self,
        subject: str,
        form: type[Batch],
        take: Callable[[Batch], Iterable[SetOff]],
        *,
        task_status: anyio.abc.TaskStatus[None],
    ) -> None:
        decoder = msgspec.json.Decoder(form)
        async with self._bus.subscribe(subject) as messages:
            task_status.started()
            await self._recovered.wait()
            async for message in messages:
                try:
                    batch = decoder.decode(message.payload)
                    self._hear(take(batch), self.unheard.keys_of(batch))
                except msgspec.DecodeError as wrong:
                    _log.warning("an event on %s was not understood: %s", subject, wrong)
                self._wake_for_earlier()

    def _wake_for_earlier(self) -> None:
        if self.noticer.next_due_s() is not None:
            self._wake()

    async def _follow_other_hubs(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await follow(self._bus, RULES_SUBJECT, _rules_changed.decode, self._read_anew, task_status=task_status)

    async def _read_anew(self, changed: RulesChanged) -> None:
        if changed.by != self._book.hub:
            await self._book.load()


def _kept_from(run: Run, outcome: RunOutcome, why: Names) -> Run:
    return replace(run, outcome=outcome, found=(*run.found, Found(text=why, is_met=False)))


_COOLING = Names(en="it may run again: not so soon after the last time", zh="可以再次执行：离上次执行太近")
_STILL_RUNNING = Names(en="its last run has ended", zh="上一次执行已经结束")
_TOO_MANY = Names(en="there is room for one more run", zh="还能再执行一条规则")
