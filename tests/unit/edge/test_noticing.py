"""Does a trigger fire when it becomes true, once, and never else?"""

from datetime import UTC, datetime

import pytest
from unit.edge.rule_parts import DOOR, HALL, PORCH, a_home, around, rule, when

from jinn.edge.index import Place
from jinn.edge.model import Cause
from jinn.edge.noticing import Noticer
from jinn.edge.testing import NotesTaken, WrittenPeople
from jinn.edge.walltime import minutes_passed
from jinn.kernel import ManualClock, millis
from jinn.things import Happened, HappenedBatch, Json, PresenceBatch, Presented, Report, ReportedBatch

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Watching:
    """A noticer with one rule, and a home that says things."""

    def __init__(self, people: WrittenPeople | None = None, **parts: object) -> None:
        self.clock, self.home, self.notes = ManualClock(START), a_home(), NotesTaken()
        self.people = people or WrittenPeople()
        self.noticer = Noticer(
            twin=self.home.twin, around=around(people=self.people), clock=self.clock, later=self.notes
        )
        self.rule = rule(**parts)

    def begin(self) -> "Watching":
        self.noticer.put(self.rule)
        return self

    def say(self, thing: str, **values: Json) -> int:
        """How often the rule is set off."""
        twin = self.home.say(thing, millis(self.clock.now()), **values)  # type: ignore[arg-type]
        return self.again(thing, twin.version, **values)

    def again(self, thing: str, version: int, **values: Json) -> int:
        report = Report(thing=thing, version=version, at_ms=millis(self.clock.now()), properties=dict(values))
        return len(list(self.noticer.take_reports(ReportedBatch(reports=[report]))))

    def due(self) -> int:
        return len(list(self.noticer.take_due()))

    def until(self, moment: datetime) -> list[str]:
        """The wall times at which the rule is set off until then."""
        before = millis(self.clock.now())
        self.clock.advance((moment - self.clock.now()).total_seconds())
        passed = minutes_passed(before, millis(moment), UTC)
        return [one.cause.key for one in self.noticer.take_minutes(passed)]


def test_it_fires_when_it_becomes_true_and_not_on_every_report() -> None:
    watching = Watching().begin()
    assert [watching.say(DOOR, open=value) for value in (0, 1, 1, 1, 0, 0, 1)] == [0, 1, 0, 0, 0, 0, 1]


def test_the_first_that_a_thing_ever_says_counts() -> None:
    assert Watching().begin().say(DOOR, open=1) == 1


def test_what_was_so_before_the_rule_sets_nothing_off() -> None:
    watching = Watching()
    watching.home.say(DOOR, millis(START), open=1)
    watching.begin()
    assert watching.say(DOOR, open=1) == 0
    assert watching.say(DOOR, open=0) == 0
    assert watching.say(DOOR, open=1) == 1


def test_a_report_that_is_told_twice_or_late_counts_once() -> None:
    watching = Watching().begin()
    assert watching.say(DOOR, open=1) == 1
    assert watching.again(DOOR, 1, open=0) == 0
    assert watching.again(DOOR, 1, open=1) == 0


@pytest.mark.parametrize(
    ("comparison", "value", "said", "fires"),
    [
        ("above", 26, [25, 26, 26.1, 27, 26, 26.5], [0, 0, 1, 0, 0, 1]),
        ("below", 18, [20, 17.9, 17, 18, 17], [0, 1, 0, 0, 1]),
        ("is_not", 0, [0, 1, 2, 0, 3], [0, 1, 0, 0, 1]),
    ],
)
def test_a_limit_counts_when_it_is_crossed(comparison: str, value: float, said: list[float], fires: list[int]) -> None:
    watching = Watching(triggers=[when(HALL, "temperature", value, comparison)]).begin()
    watching.say(HALL, temperature=said[0])
    assert [watching.say(HALL, temperature=one) for one in said[1:]] == fires[1:]


def test_another_property_of_the_thing_concerns_nobody() -> None:
    assert Watching().begin().say(DOOR, on=1) == 0


def test_what_must_last_fires_after_that_long_and_once() -> None:
    watching = Watching(triggers=[when(DOOR, "open", 1, for_s=120)]).begin()
    assert watching.say(DOOR, open=1) == 0
    watching.clock.advance(60)
    watching.say(DOOR, open=1)
    watching.clock.advance(59.9)
    assert watching.due() == 0
    watching.clock.advance(0.2)
    assert watching.due() == 1
    watching.clock.advance(600)
    assert watching.due() == 0


def test_what_stops_before_its_time_does_not_fire() -> None:
    watching = Watching(triggers=[when(DOOR, "open", 1, for_s=120)]).begin()
    watching.say(DOOR, open=1)
    watching.clock.advance(100)
    watching.say(DOOR, open=0)
    watching.say(DOOR, open=1)
    watching.clock.advance(100)
    assert watching.due() == 0
    watching.clock.advance(20)
    assert watching.due() == 1


def test_a_timer_is_kept_and_let_go_with_its_cause() -> None:
    watching = Watching(triggers=[when(DOOR, "open", 1, for_s=120)]).begin()
    watching.say(DOOR, open=1)
    watching.say(DOOR, open=0)
    assert [one.query for one in watching.notes.statements] == ["edge.arm", "edge.disarm"]
    assert watching.notes.statements[0].values["due_ms"] == millis(START) + 120_000


def test_a_kept_timer_goes_on_only_while_it_is_still_so() -> None:
    for is_open, fires in ((1, 1), (0, 0)):
        watching = Watching(triggers=[when(DOOR, "open", 1, for_s=120)])
        watching.home.say(DOOR, millis(START) - 200_000, open=is_open)
        watching.begin()
        cause = Cause(key="p door open 1", trigger=0, at_ms=millis(START) - 200_000)
        watching.noticer.restore(watching.rule, Place(watching.rule.id, 0), cause, millis(START) - 80_000)
        assert watching.due() == fires


def test_a_clock_that_is_set_does_not_move_a_timer() -> None:
    watching = Watching(triggers=[when(DOOR, "open", 1, for_s=120)]).begin()
    watching.say(DOOR, open=1)
    watching.clock._now = datetime(2026, 3, 2, 13, tzinfo=UTC)  # An hour off; the other clock goes on.
    assert watching.due() == 0
    watching.clock.advance(121)
    assert watching.due() == 1


def test_a_rule_that_is_let_go_is_never_set_off_again() -> None:
    watching = Watching(triggers=[when(DOOR, "open", 1, for_s=1)]).begin()
    watching.say(DOOR, open=1)
    watching.noticer.drop(watching.rule.id)
    watching.clock.advance(5)
    assert watching.due() == 0
    assert watching.say(DOOR, open=0) == watching.say(DOOR, open=1) == 0


def test_coming_and_going_and_events_count() -> None:
    watching = Watching(
        triggers=[
            {"type": "presence", "thing": PORCH, "online": False},
            {"type": "event", "thing": DOOR, "event": "rang", "outputs": {"times": 2}},
        ]
    )
    watching.home.say(PORCH, millis(START), on=0)
    watching.begin()

    def presences(*online: bool) -> int:
        batch = PresenceBatch(presences=[Presented(thing=PORCH, online=one, at_ms=1) for one in online])
        return len(list(watching.noticer.take_presences(batch)))

    def rings(*times: int) -> int:
        events = [Happened(id=str(n), thing=DOOR, event="rang", at_ms=1, outputs={"times": n}) for n in times]
        return len(list(watching.noticer.take_events(HappenedBatch(events=events))))

    assert presences(True, False, False) == 1
    assert rings(1, 2, 3) == 1


def test_the_last_to_leave_counts_and_not_the_first() -> None:
    people = WrittenPeople(home={"a": True, "b": True})
    watching = Watching(people, triggers=[{"type": "people", "who": "everyone", "at_home": False}]).begin()
    counts = []
    for person in ("a", "b"):
        people.home[person] = False
        counts.append(len(list(watching.noticer.take_people())))
    assert counts == [0, 1]


@pytest.mark.parametrize(
    ("trigger", "keys"),
    [
        ({"type": "time", "at": "13:30"}, ["t 2026-03-02 13:30 0"]),
        ({"type": "time", "at": "13:30", "days": ["tue"]}, []),
        ({"type": "time", "at": "13:30", "days": ["workday"]}, ["t 2026-03-02 13:30 0"]),
        ({"type": "sun", "event": "sunset"}, []),
        ({"type": "sun", "event": "sunset", "offset_min": 180}, ["t 2026-03-02 12:52 0"]),
    ],
)
def test_the_wall_clock_and_the_sun_count_on_their_days(trigger: dict[str, object], keys: list[str]) -> None:
    watching = Watching(triggers=[trigger]).begin()
    found = watching.until(datetime(2026, 3, 2, 13, 1, tzinfo=UTC)) + watching.until(
        datetime(2026, 3, 2, 14, tzinfo=UTC)
    )
    assert found == keys
