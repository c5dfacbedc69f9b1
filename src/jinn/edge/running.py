"""Doing what a rule says, once it was set off: kept before anything is asked, ended with what came of it."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

import anyio
import anyio.lowlevel
import msgspec

from jinn.edge import store
from jinn.edge.heard import Hold
from jinn.edge.model import (
    Action,
    CallAction,
    Rule,
    Run,
    RunOutcome,
    SayAction,
    SceneAction,
    SetAction,
    WaitAction,
)
from jinn.edge.ports import Hands
from jinn.edge.rulebook import RuleBook
from jinn.edge.wire import NOTICE_SUBJECT, RUN_SUBJECT, Noticed, RuleRan
from jinn.edge.writing import names_to_wire, run_to_wire
from jinn.kernel import Clock, Conflict, JinnError, NotFound, ThingId, Unavailable, millis
from jinn.language import Deed
from jinn.runtime import Bus, Database

_log = logging.getLogger(__name__)

_BAD = {"refused": RunOutcome.REFUSED, "timed_out": RunOutcome.FAILED, "offline": RunOutcome.FAILED}


@dataclass(slots=True)
class _Gathered:
    """What the actions done at once came to."""

    did: list[Deed] = field(default_factory=list)
    is_lacking: bool = False


class Runner:
    """Runs rules and scenes."""

    def __init__(self, *, database: Database, bus: Bus, hands: Hands, book: RuleBook, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._hands = hands
        self._book = book
        self._clock = clock

    async def begin(self, rule: Rule, run: Run, *, hold: Hold | None = None, is_late: bool = False) -> None:
        """A whole run. A cause that set the rule off before, here or on another hub, is left alone.

        Args:
            hold: let go once it is kept that the run has begun, or that it had.
            is_late: its cause may have been heard before: then nothing is asked until that is known.
        """
        first = () if is_late else _harmless_start(rule, run)
        gathered = _Gathered()
        is_begun: list[bool] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._begin, run, is_begun, hold)
            if first:
                # Its write is queued before that of the first command, and mostly they are one commit.
                await anyio.lowlevel.checkpoint()
                gathered = await self.do(first, by=f"rule:{rule.id}")
        if is_begun:
            run = replace(run, step=len(first), did=tuple(gathered.did))
            await self.go_on(rule, run)

    async def _begin(self, run: Run, is_begun: list[bool], hold: Hold | None) -> None:
        try:
            await self._database.write(store.begin_run(run))
            is_begun.append(True)
        except Conflict:
            pass
        except Unavailable as away:
            _log.error("the rule %s did not run: %s", run.rule, away.sentence)
            return  # Not kept, so not forgotten either: it may still run when the database is back.
        if hold is not None:
            hold.let_go()

    async def go_on(self, rule: Rule, run: Run) -> None:
        """What is left of a run; its waits outlive a hub."""
        actions = rule.draft.actions
        is_lacking = False
        while run.step < len(actions):
            action = actions[run.step]
            if isinstance(action, WaitAction):
                run = await self._wait(run, action)
                continue
            at_once = list(takewhile(lambda one: not isinstance(one, WaitAction), actions[run.step :]))
            gathered = await self.do(at_once, by=f"rule:{rule.id}")
            is_lacking = is_lacking or gathered.is_lacking
            run = replace(run, step=run.step + len(at_once), did=(*run.did, *gathered.did))
        outcome = RunOutcome.FAILED if is_lacking else outcome_of(run.did)
        await self.end(replace(run, outcome=outcome, resume_ms=None))

    async def end(self, run: Run) -> None:
        """Keep and tell what came of it."""
        try:
            await self._database.write(store.save_run(run), store.trim_runs(run.rule))
        except JinnError as wrong:
            _log.error("the end of a run of %s was not kept: %s", run.rule, wrong.sentence)
        await self.tell(run)

    async def cut_off(self, run: Run) -> None:
        """It did not come to its end; what it did until then stays."""
        await self._database.write(store.cut_run(run.id))
        await self.tell(replace(run, outcome=RunOutcome.CUT_OFF, resume_ms=None))

    async def do(self, actions: Sequence[Action], *, by: str) -> _Gathered:
        """Ask everything at once; each thing in the order of the actions."""
        gathered = _Gathered()
        asks: dict[ThingId, list[Callable[[], Awaitable[Sequence[Deed]]]]] = {}
        for action in actions:
            match action:
                case SetAction():
                    asks.setdefault(action.thing, []).append(_setting(self._hands, action, by))
                case CallAction():
                    asks.setdefault(action.thing, []).append(_calling(self._hands, action, by))
                case SceneAction(scene=scene):
                    try:
                        wishes = self._book.scene(scene).wishes
                    except NotFound:
                        gathered.is_lacking = True
                        continue
                    for wish in wishes:
                        asks.setdefault(wish.thing, []).append(_setting(self._hands, wish, by))
                case SayAction(text=text):
                    await self.notice(Noticed(text=names_to_wire(text)))
                case WaitAction():
                    continue
        async with anyio.create_task_group() as tasks:
            for of_thing in asks.values():
                tasks.start_soon(_ask, of_thing, gathered.did)
        return gathered

    async def tell(self, run: Run) -> None:
        await self._publish(RUN_SUBJECT, RuleRan(run=run_to_wire(run)))

    async def notice(self, noticed: Noticed) -> None:
        await self._publish(NOTICE_SUBJECT, noticed)

    async def _wait(self, run: Run, action: WaitAction) -> Run:
        now_ms = millis(self._clock.now())
        if run.resume_ms is None:
            run = replace(run, resume_ms=now_ms + int(action.for_s * 1000))
            await self._database.write(store.save_run(run))
            await self.tell(run)
        assert run.resume_ms is not None
        # Never longer than was asked for, should the clock have been set back meanwhile.
        await anyio.sleep(min(action.for_s, max(0.0, (run.resume_ms - now_ms) / 1000)))
        return replace(run, step=run.step + 1, resume_ms=None)

    async def _publish(self, subject: str, event: msgspec.Struct) -> None:
        try:
            await self._bus.publish(subject, msgspec.json.encode(event))
        except JinnError as away:
            _log.warning("%s was not told: %s", subject, away.sentence)


def _harmless_start(rule: Rule, run: Run) -> tuple[SetAction, ...]:
    """What may be asked while the run is still being kept: only what does no harm when another hub asks it too.

    That is setting values, for a report that this hub has seen for the first time; a wall time may come twice.
    """
    if run.cause.version is None:
        return ()
    return tuple(action for action in takewhile(lambda one: isinstance(one, SetAction), rule.draft.actions)
                 if isinstance(action, SetAction))  # fmt: skip


async def _ask(asks: Sequence[Callable[[], Awaitable[Sequence[Deed]]]], did: list[Deed]) -> None:
    for ask in asks:
        did.extend(await ask())


def _setting(hands: Hands, action: SetAction, by: str) -> Callable[[], Awaitable[Sequence[Deed]]]:
    return lambda: hands.set(action.thing, action.properties, by=by)


def _calling(hands: Hands, action: CallAction, by: str) -> Callable[[], Awaitable[Sequence[Deed]]]:
    return lambda: hands.call(action.thing, action.service, action.inputs, by=by)


def outcome_of(did: Sequence[Deed]) -> RunOutcome:
    """As bad as the worst of its deeds."""
    found = {_BAD[deed.outcome] for deed in did if deed.outcome in _BAD}
    return RunOutcome.FAILED if RunOutcome.FAILED in found else next(iter(found), RunOutcome.DONE)
