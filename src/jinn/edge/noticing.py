"""Which happening sets which rule off: a trigger fires when it becomes true, not each time that it is said to be so.

No I/O: what must be kept is handed to `later`, what is set off is returned.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from jinn.edge import store
from jinn.edge.home import Surroundings, days_of
from jinn.edge.index import Index, Place
from jinn.edge.model import (
    Cause,
    EventTrigger,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    Rule,
    RuleId,
    SunTrigger,
    TimeTrigger,
    Trigger,
    all_tests,
)
from jinn.edge.ports import Notes
from jinn.edge.sun import sun_times
from jinn.edge.timers import Timers
from jinn.edge.truth import compares, is_same, people_test
from jinn.edge.unheard import EventNote, Note, PresenceNote, ReportNote, values_of
from jinn.edge.walltime import WallMinute
from jinn.edge.wire import PARTS_MAX
from jinn.kernel import Clock, ThingId, millis
from jinn.things import HappenedBatch, Json, PresenceBatch, Presented, Report, Reported, ReportedBatch, Twin


class SetOff(NamedTuple):
    """A trigger of a rule, and what it was set off by."""

    rule: RuleId
    trigger: Trigger
    cause: Cause


class Noticer:
    """Remembers what was so, to see what becomes so."""

    def __init__(self, *, twin: Callable[[ThingId], Twin], around: Surroundings, clock: Clock, later: Notes) -> None:
        self._twin = twin
        self._around = around
        self._clock = clock
        self._later = later
        self._index = Index()
        self._met: dict[Place, bool] = {}
        self._versions: dict[ThingId, int] = {}
        self._last: dict[tuple[ThingId, str], Json] = {}
        self._timers: Timers[Place, SetOff] = Timers()
        self._ran: set[Place] = set()
        """Triggers whose time has come, and that have stayed true since."""
        self._sun_of: dict[date, tuple[tuple[str, datetime], ...]] = {}
        self.since_ms: dict[tuple[ThingId, str], int] = {}
        """Since when a property has had its value, where some condition asks for that."""

    def know(self, rule: Rule) -> None:
        """What the rule concerns must be noted from now on, before anybody watches for it."""
        self._index.put(rule)

    def put(self, rule: Rule) -> None:
        """Watch for a rule's triggers from now on; one that is true already is nothing new."""
        self.drop(rule.id)
        self._index.put(rule)
        if not rule.may_run:
            return
        for number, trigger in enumerate(rule.draft.triggers):
            place = Place(rule.id, number)
            match trigger:
                case PropertyTest():
                    self._begin_property(place, trigger)
                case PresenceTrigger():
                    twin = self._twin(trigger.thing)
                    self._met[place] = twin.seen_ms is not None and twin.is_online is trigger.is_online
                case PeopleTest():
                    self._met[place] = people_test(trigger, _PeopleOnly(self._around)) is True
                case _:
                    continue
        for test in _watched(rule):
            self._begin_watch(test.thing, test.property)

    def drop(self, rule: RuleId) -> None:
        self._index.drop(rule)
        for place in _places(rule):
            self._met.pop(place, None)
            self._timers.disarm(place)
            self._ran.discard(place)

    def restore(self, rule: Rule, place: Place, cause: Cause, due_ms: int) -> None:
        """A timer that an earlier hub armed: it goes on, unless it is not so any more.

        Args:
            due_ms: `store.RAN`: its time came, and it is not to come twice while it stays so.
        """
        if place.place >= len(rule.draft.triggers) or not rule.may_run or not self._met.get(place, False):
            self._later.add(store.disarm(*place))
            return
        if due_ms == store.RAN:
            self._timers.disarm(place)
            self._ran.add(place)
            return
        remaining_s = max(0.0, (due_ms - millis(self._clock.now())) / 1000)
        set_off = SetOff(rule.id, rule.draft.triggers[place.place], cause)
        self._timers.arm(place, self._clock.monotonic_s() + remaining_s, set_off)

    def take_reports(self, batch: ReportedBatch) -> Iterator[SetOff]:
        for report in batch.reports:
            thing = ThingId(report.thing)
            if not report.properties or report.version <= self._version(thing):
                continue  # Told before, or overtaken by a newer one.
            self._versions[thing] = report.version
            for name, said in report.properties.items():
                value: Json = said  # type: ignore[assignment]  # JSON, as it was decoded.
                if self._index.is_watched(thing, name):
                    self._note_value(thing, name, value, report.at_ms)
                for place, trigger in self._index.of_property(thing, name):
                    cause = _report_cause(place, thing, name, Reported(value, report.at_ms), report.version)
                    is_met = compares(trigger.comparison, value, trigger.value)
                    yield from self._turn(place, trigger, cause, is_met=is_met, for_s=trigger.for_s)

    def retell(self, note: Note) -> Iterator[SetOff]:
        """What was committed and not heard at its time; what was heard since stays as it is known."""
        match note:
            case ReportNote(thing=thing, version=version) if version > self._version(ThingId(thing)):
                report = Report(thing=thing, version=version, at_ms=note.at_ms, properties=note.properties)
                yield from self.take_reports(ReportedBatch(reports=[report]))
            case ReportNote():
                yield from self._retell_report(note)
            case PresenceNote(presence=presence):
                yield from self._retell_presence(presence)
            case EventNote(event=event):
                yield from self.take_events(HappenedBatch(events=[event]))

    def _retell_report(self, note: ReportNote) -> Iterator[SetOff]:
        thing = ThingId(note.thing)
        reported = self._twin(thing).reported
        for name, value, before, was_known in values_of(note):
            if self._index.is_watched(thing, name):
                self._note_value(thing, name, value, note.at_ms)
            for place, trigger in self._index.of_property(thing, name):
                was_met = was_known and compares(trigger.comparison, before, trigger.value)
                cause = _report_cause(place, thing, name, Reported(value, note.at_ms), note.version)
                is_met = compares(trigger.comparison, value, trigger.value)
                said = reported.get(name)
                is_now = said is not None and compares(trigger.comparison, said.value, trigger.value)
                yield from self._turned_before(place, trigger, cause, (was_met, is_met, is_now), trigger.for_s)

    def _retell_presence(self, one: Presented) -> Iterator[SetOff]:
        thing = ThingId(one.thing)
        for place, trigger in self._index.of_presence(thing):
            is_met = one.online is trigger.is_online
            is_now = self._twin(thing).is_online is trigger.is_online
            # Only comings and goings are told, so it was the other way round before.
            yield from self._turned_before(place, trigger, _presence_cause(place, one), (not is_met, is_met, is_now),
                                           trigger.for_s)  # fmt: skip

    def _turned_before(
        self, place: Place, trigger: Trigger, cause: Cause, so: tuple[bool, bool, bool], for_s: float
    ) -> Iterator[SetOff]:
        """As `_turn`, for what was so then: `so` is before it, then, and now."""
        was_met, is_met, is_now = so
        self._met[place] = is_now
        if was_met is is_met:
            return
        if not is_met:
            self._end_stretch(place)
            if is_now:
                self._met[place] = True
        elif not for_s:
            yield SetOff(place.rule, trigger, cause)
        elif is_now:
            ago_s = max(0.0, (millis(self._clock.now()) - cause.at_ms) / 1000)
            self._arm(place, trigger, cause, max(0.0, for_s - ago_s))

    def take_presences(self, batch: PresenceBatch) -> Iterator[SetOff]:
        for one in batch.presences:
            thing = ThingId(one.thing)
            for place, trigger in self._index.of_presence(thing):
                is_met = one.online is trigger.is_online
                cause = _presence_cause(place, one)
                yield from self._turn(place, trigger, cause, is_met=is_met, for_s=trigger.for_s)

    def take_events(self, batch: HappenedBatch) -> Iterator[SetOff]:
        for one in batch.events:
            thing = ThingId(one.thing)
            for place, trigger in self._index.of_event(thing, one.event):
                if _has_outputs(trigger, one.outputs):
                    cause = Cause(
                        key=f"e {one.id}", trigger=place.place, at_ms=one.at_ms, thing=thing, member=one.event,
                        value=dict(one.outputs),  # type: ignore[arg-type]  # JSON, as it was decoded.
                    )  # fmt: skip
                    yield SetOff(place.rule, trigger, cause)

    def take_people(self) -> Iterator[SetOff]:
        """Somebody came or went."""
        now_ms = millis(self._clock.now())
        for place, trigger in self._index.of_people():
            is_met = people_test(trigger, _PeopleOnly(self._around)) is True
            cause = Cause(key=f"w {now_ms}", trigger=place.place, at_ms=now_ms, value=trigger.is_home)
            yield from self._turn(place, trigger, cause, is_met=is_met, for_s=0.0)

    def take_minutes(self, minutes: Iterable[WallMinute]) -> Iterator[SetOff]:
        for minute in minutes:
            days = days_of(minute.day, self._around.holidays)
            at: list[tuple[Place, TimeTrigger | SunTrigger]] = list(self._index.at(minute.minute))
            at += self._suns_at(minute)
            for place, trigger in at:
                if not trigger.days or days & set(trigger.days):
                    cause = Cause(key=f"t {minute.key} {place.place}", trigger=place.place, at_ms=minute.at_ms)
                    yield SetOff(place.rule, trigger, cause)

    def take_due(self) -> Iterator[SetOff]:
        """Triggers that have stayed true for as long as they must."""
        for place, set_off in self._timers.take_due(self._clock.monotonic_s()):
            self._ran.add(place)
            yield set_off

    def timer_ran(self, set_off: SetOff) -> None:
        """What its time set off is kept: it does not come again while it stays so, not even after a restart."""
        if Place(set_off.rule, set_off.cause.trigger) in self._ran:
            self._later.add(store.arm(set_off.rule, set_off.cause, store.RAN))

    def next_due_s(self) -> float | None:
        """On the clock that never goes back."""
        return self._timers.next_due_s()

    def _turn(self, place: Place, trigger: Trigger, cause: Cause, *, is_met: bool, for_s: float) -> Iterator[SetOff]:
        was_met = self._met.get(place, False)
        self._met[place] = is_met
        if is_met is was_met:
            return
        if not is_met:
            self._end_stretch(place)
        elif not for_s:
            yield SetOff(place.rule, trigger, cause)
        else:
            self._arm(place, trigger, cause, for_s)

    def _arm(self, place: Place, trigger: Trigger, cause: Cause, after_s: float) -> None:
        self._ran.discard(place)
        self._timers.arm(place, self._clock.monotonic_s() + after_s, SetOff(place.rule, trigger, cause))
        due_ms = millis(self._clock.now()) + int(after_s * 1000)
        self._later.add(store.arm(place.rule, replace(cause, trigger=place.place), due_ms))

    def _end_stretch(self, place: Place) -> None:
        """It is not so any more."""
        if self._timers.disarm(place) or place in self._ran:
            self._ran.discard(place)
            self._later.add(store.disarm(*place))

    def _begin_property(self, place: Place, trigger: PropertyTest) -> None:
        twin = self._twin(trigger.thing)
        said = twin.reported.get(trigger.property)
        is_met = said is not None and compares(trigger.comparison, said.value, trigger.value)
        self._met[place] = is_met
        if said is None or not is_met or not trigger.for_s:
            return
        # It is so already: since when, is known at least. Its time may still come.
        now_ms = millis(self._clock.now())
        remaining_s = trigger.for_s - (now_ms - said.at_ms) / 1000
        if 0 < remaining_s <= trigger.for_s:
            cause = _report_cause(place, trigger.thing, trigger.property, said, twin.version)
            self._timers.arm(place, self._clock.monotonic_s() + remaining_s, SetOff(place.rule, trigger, cause))

    def _begin_watch(self, thing: ThingId, name: str) -> None:
        said = self._twin(thing).reported.get(name)
        if said is not None and (thing, name) not in self._last:
            self._last[thing, name], self.since_ms[thing, name] = said.value, said.at_ms

    def _note_value(self, thing: ThingId, name: str, value: Json, at_ms: int) -> None:
        key = (thing, name)
        if key not in self._last or not is_same(self._last[key], value):
            self._last[key], self.since_ms[key] = value, at_ms

    def _version(self, thing: ThingId) -> int:
        return self._versions.get(thing, 0)

    def begin_versions(self, twins: Iterable[Twin]) -> None:
        """What these twins know already is nothing new."""
        for twin in twins:
            self._versions[twin.thing] = max(twin.version, self._version(twin.thing))

    def _suns_at(self, minute: WallMinute) -> Iterator[tuple[Place, SunTrigger]]:
        place_of_home = self._around.place
        if place_of_home is None:
            return
        for place, trigger in self._index.of_sun():
            if any(
                _is_minute(at + timedelta(minutes=trigger.offset_min), minute, self._around.zone)
                for number in (-1, 0, 1)
                for event, at in self._suns(minute.day + timedelta(days=number))
                if event == trigger.event
            ):
                yield place, trigger

    def _suns(self, day: date) -> tuple[tuple[str, datetime], ...]:
        if day not in self._sun_of:
            if len(self._sun_of) > _DAYS_KEPT:
                self._sun_of.clear()
            assert self._around.place is not None
            times = sun_times(day, self._around.place)
            named = (("sunrise", times.sunrise), ("sunset", times.sunset))
            self._sun_of[day] = tuple((event, at) for event, at in named if at is not None)
        return self._sun_of[day]

    def reports(self, thing: ThingId, name: str) -> bool:
        """`unheard.Concerns`: whether some rule asks for it."""
        return self._index.is_watched(thing, name) or self._index.has_property(thing, name)

    def presences(self, thing: ThingId) -> bool:
        return self._index.has_presence(thing)

    def events(self, thing: ThingId, event: str) -> bool:
        return self._index.has_event(thing, event)


_DAYS_KEPT = 16


def _report_cause(place: Place, thing: ThingId, name: str, said: Reported, version: int) -> Cause:
    return Cause(
        key=f"p {thing} {name} {version}", trigger=place.place, at_ms=said.at_ms, thing=thing, member=name,
        value=said.value, version=version,
    )  # fmt: skip


def _presence_cause(place: Place, one: Presented) -> Cause:
    return Cause(
        key=f"c {one.thing} {one.online} {one.at_ms}", trigger=place.place, at_ms=one.at_ms, thing=ThingId(one.thing),
        value=one.online,
    )  # fmt: skip


def _places(rule: RuleId) -> Iterator[Place]:
    return (Place(rule, number) for number in range(PARTS_MAX))


class _PeopleOnly:
    """As much of a view as a test of people needs."""

    def __init__(self, around: Surroundings) -> None:
        self.is_home = around.people.is_home


def _watched(rule: Rule) -> Iterator[PropertyTest]:
    return (test for test in all_tests(rule.draft.conditions) if isinstance(test, PropertyTest) and test.for_s > 0)


def _has_outputs(trigger: EventTrigger, outputs: dict[str, object]) -> bool:
    return all(
        name in outputs and is_same(outputs[name], value)  # type: ignore[arg-type]  # JSON, as it was decoded.
        for name, value in trigger.outputs.items()
    )


def _is_minute(at: datetime, minute: WallMinute, zone: tzinfo) -> bool:
    local = at.astimezone(zone)
    return local.date() == minute.day and local.hour * 60 + local.minute == minute.minute
