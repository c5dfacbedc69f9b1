"""Is what was touched asked at once and often, what rests seldom, and no cloud more than it bears?"""

from itertools import pairwise

import pytest

from jinn.kernel import ManualClock, ThingId
from jinn.things.genie.rhythm import BACK_OFF_S_MAX, EACH_S, QUICK_MAX, QUICK_S, RESTING_S, SILENT_S, Rhythm

LAMP, SWITCH = ThingId("lamp"), ThingId("switch")


class Account:
    """A rhythm under a clock of our own: what was asked, and when."""

    def __init__(self, *things: ThingId) -> None:
        self.clock, self.rhythm, self.things = ManualClock(), Rhythm(), things
        self.asked: list[tuple[float, ThingId]] = []
        self.changing: set[ThingId] = set()
        self.failing: set[ThingId] = set()

    @property
    def now_s(self) -> float:
        return self.clock.monotonic_s()

    def live(self, seconds: float, step_s: float = 0.5) -> "Account":
        for _ in range(round(seconds / step_s)):
            self.rhythm.keep(self.things, self.now_s)
            for thing in self.rhythm.due(self.now_s):
                self.asked.append((self.now_s, thing))
                if thing in self.changing:
                    self.rhythm.changed(thing, self.now_s)
                if thing in self.failing:
                    self.rhythm.failed(thing, self.now_s)
                else:
                    self.rhythm.answered(thing, self.now_s)
            self.clock.advance(step_s)
        return self

    def times(self, thing: ThingId, since_s: float = 0.0) -> list[float]:
        return [at_s - since_s for at_s, one in self.asked if one == thing and at_s >= since_s]


def test_a_thing_that_rests_is_asked_once_a_minute() -> None:
    times = Account(LAMP).live(3_600).times(LAMP)
    assert {later - earlier for earlier, later in pairwise(times)} == {RESTING_S}


@pytest.mark.parametrize("stirred", ["ordered", "changed"])
def test_what_was_touched_is_asked_within_seconds_then_ever_more_seldom(stirred: str) -> None:
    account = Account(LAMP, SWITCH).live(100)
    touched_s = account.now_s
    getattr(account.rhythm, stirred)(LAMP, touched_s)
    times = account.live(900).times(LAMP, touched_s)
    pauses = [later - earlier for earlier, later in pairwise([0.0, *times])]
    assert pauses[:4] == [QUICK_S] * 4
    assert pauses == sorted(pauses)
    assert pauses[-1] == RESTING_S
    assert len([time for time in times if time < 60]) >= 9
    assert len(times) < 40
    assert len(account.times(SWITCH, touched_s)) <= 900 / RESTING_S + 1


def test_a_thing_that_changes_for_ever_is_not_asked_quickly_for_ever() -> None:
    account = Account(LAMP)
    account.changing.add(LAMP)
    account.live(3_600)
    first, later = account.times(LAMP)[:QUICK_MAX], account.times(LAMP, 1_800)
    assert first[-1] < 60 + QUICK_MAX * QUICK_S
    # Once in its resting time, and two quick ones that have come back.
    assert len(later) <= 3 * 1_800 / RESTING_S
    # An order of ours makes it worth watching again.
    account.rhythm.ordered(LAMP, account.now_s)
    ordered_s = account.now_s
    assert len(account.live(30).times(LAMP, ordered_s)) >= 9


def test_a_whole_home_switched_off_at_once_asks_no_cloud_more_than_it_bears() -> None:
    things = [ThingId(f"lamp{number}") for number in range(300)]
    account = Account(*things).live(80)
    for thing in things:
        account.rhythm.ordered(thing, account.now_s)
    since_s = account.now_s
    account.live(300)
    for second in range(int(since_s), int(since_s) + 290):
        asked = [at_s for at_s, _ in account.asked if second <= at_s < second + 1]
        assert len(asked) <= 1 / EACH_S + 1
    assert all(len(account.times(thing, since_s)) >= 3 for thing in things)


def test_what_was_just_touched_comes_before_hundreds_that_rest_and_starves_none() -> None:
    things = [ThingId(f"lamp{number}") for number in range(300)]
    account = Account(*things).live(200)
    since_s = account.now_s
    account.rhythm.ordered(things[7], since_s)
    account.live(150)
    assert account.times(things[7], since_s)[0] <= QUICK_S + 1
    assert len([time for time in account.times(things[7], since_s) if time < 30]) >= 5
    assert all(account.times(thing, since_s) for thing in things)


def test_a_cloud_that_fails_is_asked_ever_more_seldom_and_as_before_afterwards() -> None:
    account = Account(LAMP)
    account.failing.add(LAMP)
    pauses = [later - earlier for earlier, later in pairwise(account.live(4_000).times(LAMP))]
    assert pauses[0] == 2 * RESTING_S
    assert pauses[-1] == BACK_OFF_S_MAX
    account.failing.clear()
    account.rhythm.changed(LAMP, account.now_s)
    account.live(BACK_OFF_S_MAX)
    well_s = account.now_s
    assert len(account.live(600).times(LAMP, well_s)) >= 600 / RESTING_S - 1


def test_what_cannot_be_asked_is_let_alone() -> None:
    account = Account(LAMP).live(10)
    account.rhythm.ordered(LAMP, account.now_s)
    account.rhythm.rest(LAMP, account.now_s, SILENT_S)
    since_s = account.now_s
    assert account.live(SILENT_S + 5).times(LAMP, since_s) == [SILENT_S]


def test_a_thing_that_is_gone_is_asked_no_more() -> None:
    account = Account(LAMP, SWITCH).live(5)
    account.things = (SWITCH,)
    account.rhythm.ordered(LAMP, account.now_s)
    since_s = account.now_s
    assert account.live(200).times(LAMP, since_s + 0.5) == []
