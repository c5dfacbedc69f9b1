"""What would a rule have done? The past told once more to the very parts that notice and decide, and nothing is asked.

What the rule itself would have changed is not made up: the past stays as it was. Who was at home is not kept, so a
condition about people is not met.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from jinn.edge.home import NowView, Surroundings
from jinn.edge.model import (
    Draft,
    EventTrigger,
    Found,
    PresenceTrigger,
    PropertyTest,
    Rule,
    RuleId,
    Run,
    RunId,
    RunOutcome,
    Who,
    all_tests,
)
from jinn.edge.noticing import Noticer, SetOff
from jinn.edge.ports import ONLINE, Past, PastEvent, PastReport
from jinn.edge.saying import Saying
from jinn.edge.truth import meets
from jinn.edge.walltime import WallMinute, minutes_passed
from jinn.kernel import Clock, Invalid, ThingId, new_id
from jinn.runtime import Statement
from jinn.things import (
    Happened,
    HappenedBatch,
    PresenceBatch,
    Presented,
    Report,
    Reported,
    ReportedBatch,
    Twin,
)

RUNS_MAX = 200
SPAN_MS_MAX = 31 * 86_400_000


class _NoNotes:
    """Nothing of a dry run is kept."""

    def add(self, *statements: Statement) -> None: ...


class _Nobody:
    def is_home(self, who: Who) -> bool | None:
        return None


class _PastClock:
    """The time that is being told."""

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    def monotonic_s(self) -> float:
        return self.at_ms / 1000


class DryRun:
    """One rule, told the past from one moment to another."""

    def __init__(self, draft: Draft, *, saying: Saying, around: Surroundings, clock: Clock, from_ms: int) -> None:
        self._clock = _PastClock(from_ms)
        self._ids = clock
        self._saying = saying
        self._around = Surroundings(zone=around.zone, place=around.place, people=_Nobody(), holidays=around.holidays)
        self._twins: dict[ThingId, Twin] = {}
        self._noticer = Noticer(twin=self._twin, around=self._around, clock=self._clock, later=_NoNotes())
        self._rule = Rule(
            id=RuleId("dry"), version=1, draft=replace(draft, is_enabled=True), created_ms=from_ms, changed_ms=from_ms
        )
        self._is_begun = False
        self._causes: set[str] = set()
        self.runs: list[Run] = []

    async def tell(self, past: Past, *, from_ms: int, to_ms: int) -> list[Run]:
        """The runs, newest first. Raises `Invalid` with code `bad-range`."""
        if not 0 <= from_ms < to_ms or to_ms - from_ms > SPAN_MS_MAX:
            raise Invalid("A dry run looks at 31 days at most, from the earlier to the later.", code="bad-range")
        properties, events = needs_of(self._rule.draft)
        async for one in past.between(properties, events, from_ms=from_ms, to_ms=to_ms):
            if one.at_ms >= from_ms:
                self._begin()
                self._advance(min(one.at_ms, to_ms))
            self._take(one)
            if len(self.runs) >= RUNS_MAX:
                break
        self._begin()
        self._advance(to_ms)
        return list(reversed(self.runs[:RUNS_MAX]))

    def _begin(self) -> None:
        """From here on what becomes so sets the rule off; what was so before is only known."""
        if not self._is_begun:
            self._is_begun = True
            self._noticer.put(self._rule)

    def _advance(self, to_ms: int) -> None:
        """The wall clock and what is due, up to a moment."""
        while (due_s := self._noticer.next_due_s()) is not None and due_s * 1000 <= to_ms:
            self._pass_minutes(int(due_s * 1000))
            self._set_off(self._noticer.take_due())
        self._pass_minutes(to_ms)

    def _pass_minutes(self, to_ms: int) -> None:
        while self._clock.at_ms < to_ms:
            step_ms = min(to_ms, self._clock.at_ms + 3_600_000)
            for minute in minutes_passed(self._clock.at_ms, step_ms, self._around.zone):
                self._take_minute(minute)
            self._clock.at_ms = step_ms

    def _take_minute(self, minute: WallMinute) -> None:
        before_ms, self._clock.at_ms = self._clock.at_ms, minute.at_ms
        self._set_off(self._noticer.take_minutes([minute]))
        self._clock.at_ms = max(before_ms, minute.at_ms)

    def _take(self, one: PastReport | PastEvent) -> None:
        thing = one.thing
        twin = self._twin(thing)
        version = twin.version + 1
        if isinstance(one, PastEvent):
            happened = Happened(
                id=one.id or f"{thing} {one.at_ms}", thing=thing, event=one.event, at_ms=one.at_ms,
                outputs=dict(one.outputs),
            )  # fmt: skip
            self._set_off(self._noticer.take_events(HappenedBatch(events=[happened])))
        elif one.property == ONLINE:
            self._twins[thing] = replace(twin, version=version, is_online=bool(one.value), seen_ms=one.at_ms)
            presence = Presented(thing=thing, online=bool(one.value), at_ms=one.at_ms)
            self._set_off(self._noticer.take_presences(PresenceBatch(presences=[presence])))
        else:
            reported = {**twin.reported, one.property: Reported(one.value, one.at_ms)}
            self._twins[thing] = replace(twin, version=version, reported=reported)
            report = Report(thing=thing, version=version, at_ms=one.at_ms, properties={one.property: one.value})
            self._set_off(self._noticer.take_reports(ReportedBatch(reports=[report])))

    def _set_off(self, all_of: Iterable[SetOff]) -> None:
        for _, trigger, cause in all_of:
            if not self._is_begun or len(self.runs) >= RUNS_MAX or cause.key in self._causes:
                continue  # A cause sets a rule off once: autumn shows an hour twice, and no minute of it comes twice.
            self._causes.add(cause.key)
            found = tuple(self._found())
            is_met = all(one.is_met for one in found)
            run = Run(
                id=RunId(new_id(self._ids)), rule=self._rule.id, rule_version=1, at_ms=self._clock.at_ms, cause=cause,
                because=self._saying.because(trigger, cause), found=found, is_dry=True,
                outcome=RunOutcome.DONE if is_met else RunOutcome.CONDITIONS_NOT_MET,
            )  # fmt: skip
            if not (is_met and self._is_cooling()):
                self.runs.append(run)

    def _is_cooling(self) -> bool:
        cooldown_ms = self._rule.draft.cooldown_s * 1000
        done = [run.at_ms for run in self.runs if run.outcome is RunOutcome.DONE]
        return bool(cooldown_ms and done and self._clock.at_ms - done[-1] < cooldown_ms)

    def _found(self) -> Iterator[Found]:
        view = NowView(
            twin=self._twin, since_ms=self._noticer.since_ms, now=self._clock.now(), surroundings=self._around
        )
        for one in self._rule.draft.conditions:
            yield Found(text=self._saying.condition(one), is_met=meets(one, view))

    def _twin(self, thing: ThingId) -> Twin:
        return self._twins.get(thing) or Twin(thing=thing)


def needs_of(draft: Draft) -> tuple[set[tuple[ThingId, str]], set[tuple[ThingId, str]]]:
    """The properties and the events that a rule looks at; whether a thing is here is the property `ONLINE`."""
    properties: set[tuple[ThingId, str]] = set()
    events: set[tuple[ThingId, str]] = set()
    for part in (*draft.triggers, *all_tests(draft.conditions)):
        match part:
            case PropertyTest(thing=thing, property=name):
                properties.add((thing, name))
            case PresenceTrigger(thing=thing):
                properties.add((thing, ONLINE))
            case EventTrigger(thing=thing, event=event):
                events.add((thing, event))
            case _:
                continue
    return properties, events


def day_before(now_ms: int) -> tuple[int, int]:
    """The stretch that is meant when none is named: the last 24 hours."""
    return now_ms - 86_400_000, now_ms
