"""Hearing what was missed: what was committed when this hub was killed, or what the bus lost."""

import logging
from collections.abc import Callable, Iterable, Sequence

import anyio

from jinn.edge import store
from jinn.edge.model import Found, Rule, Run, RunId, RunOutcome
from jinn.edge.noticing import Noticer, SetOff
from jinn.edge.ports import Notes
from jinn.edge.rulebook import RuleBook
from jinn.edge.running import Runner
from jinn.edge.unheard import LATE_MS_MAX, Unheard, is_too_late
from jinn.edge.wire import NamesWire, Noticed
from jinn.kernel import Clock, JinnError, Lang, Names, millis, new_id
from jinn.runtime import Database

LOOK_EVERY_S = 5.0
LEAST_MS = 3_000
"""What was committed less long ago is still on its way over the bus."""

_NAMED_MAX = 3
_log = logging.getLogger(__name__)
Hear = Callable[[Iterable[SetOff], Sequence[str]], None]
_TOO_LATE = Names(en=f"it was heard of within {LATE_MS_MAX // 1000} seconds", zh=f"在{LATE_MS_MAX // 1000}秒之内得知")


class CatchingUp:
    """Goes through what nobody has heard."""

    def __init__(
        self, *, unheard: Unheard, noticer: Noticer, book: RuleBook, runner: Runner, database: Database, later: Notes,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._unheard = unheard
        self._noticer = noticer
        self._book = book
        self._runner = runner
        self._database = database
        self._later = later
        self._clock = clock

    async def catch_up(self, hear: Hear, *, least_ms: int = -LATE_MS_MAX) -> None:
        """Let it set off what it would have set off; what is too late by now is kept and told as missed.

        Args:
            hear: does what rules are set off to do, and forgets these notes once that is kept.
            least_ms: how long nobody has heard of it.
        """
        missed: list[Rule] = []
        for key, at_ms, note in await self._unheard.notes(least_ms=least_ms):
            set_off = list(self._noticer.retell(note))
            if is_too_late(at_ms, millis(self._clock.now())):
                missed += [rule for one in set_off if (rule := await self._miss(one)) is not None]
                set_off = []
            hear(set_off, [key])
        if missed:
            await self._runner.notice(_missed_notice(missed))

    async def keep_looking(self, hear: Hear) -> None:
        """For what was committed and lost on its way, while this hub ran or another."""
        while True:
            await anyio.sleep(LOOK_EVERY_S)
            try:
                await self.catch_up(hear, least_ms=LEAST_MS)
            except JinnError as wrong:
                _log.warning("what rules have not heard of was not read: %s", wrong.sentence)

    async def _miss(self, one: SetOff) -> Rule | None:
        """Keep that a rule should have run; None when it has, or may not."""
        rule = self._book.peek(one.rule)
        if rule is None or not rule.may_run:
            return None
        if await self._database.read("edge.run_of_cause", rule=rule.id, cause_key=one.cause.key):
            return None
        run = Run(
            id=RunId(new_id(self._clock)), rule=rule.id, rule_version=rule.version, at_ms=millis(self._clock.now()),
            cause=one.cause, because=self._book.saying.because(one.trigger, one.cause), outcome=RunOutcome.FAILED,
            found=(Found(text=_TOO_LATE, is_met=False),),
        )  # fmt: skip
        self._later.add(store.begin_run(run, is_note=True), store.trim_runs(rule.id))
        await self._runner.tell(run)
        return rule


def _missed_notice(rules: Sequence[Rule]) -> Noticed:
    names = list({rule.id: rule.draft.names for rule in rules}.values())
    text = Names(
        en=f"While I was away something happened, and it is too late now for {_listed(names, Lang.EN)}.",
        zh=f"我不在的时候发生了一些事，现在再执行{_listed(names, Lang.ZH)}已经太晚了。",
    )
    return Noticed(text=NamesWire(en=text.en, zh=text.zh), severity="alert")


def _listed(names: Sequence[Names], lang: Lang) -> str:
    shown, more = names[:_NAMED_MAX], len(names) - _NAMED_MAX
    if lang is Lang.ZH:
        told = "、".join(f"规则“{one.zh}”" for one in shown)
        return f"{told}等{len(names)}条规则" if more > 0 else told
    listed = [f"the rule “{one.en}”" for one in shown]
    if more > 0:
        listed.append(f"{more} more" if more > 1 else "one more")
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
