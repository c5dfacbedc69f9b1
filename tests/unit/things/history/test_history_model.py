"""What is worth a row, how rows become steps, and when nothing is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import ThingId
from jinn.things.history.joining import Slot, Window, line
from jinn.things.history.model import (
    HEARTBEAT_MS,
    HOLDS_OVER_MS,
    Told,
    absences,
    coarser,
    folded,
    is_worth_a_row,
    needless,
    series_id,
    written_value,
)

MINUTE = 60_000
FINE = 300_000

numbers = st.floats(-100, 100, allow_nan=False)
rows = st.dictionaries(st.integers(0, 20 * FINE), numbers, min_size=1, max_size=60).map(
    lambda told: [Told(at_ms, told[at_ms]) for at_ms in sorted(told)]
)


def test_a_value_that_stays_has_one_row_in_each_stretch() -> None:
    before = ("4", 10)
    assert not is_worth_a_row(before, ("4", 20))
    assert is_worth_a_row(before, ("4", HEARTBEAT_MS))
    assert is_worth_a_row(before, ("5", 20))
    assert is_worth_a_row(before, ("4", 5))
    assert is_worth_a_row(None, ("4", 5))


def test_a_series_has_the_same_number_everywhere_and_always() -> None:
    assert series_id(ThingId("fridge"), "door") == 5851576221116280675
    assert series_id(ThingId("fridge"), "door2") != series_id(ThingId("fridge2"), "door")


@pytest.mark.parametrize(
    ("value", "row"),
    [(1, (1.0, None)), ("red", (None, "red")), ([1, 2], (None, "[1,2]")), ("x" * 2_000, (None, "…"))],
)
def test_numbers_are_numbers_and_the_rest_is_text(value: object, row: tuple[float | None, str | None]) -> None:
    assert written_value(value) == row


def test_the_mean_of_a_step_is_weighted_by_time() -> None:
    (step,) = folded([Told(0, 4.0), Told(240_000, 9.0)], FINE, next_ms=None)
    assert (step.low, step.high, step.last, step.told, step.known_ms) == (4.0, 9.0, 9.0, 2, FINE)
    assert step.mean == pytest.approx(5.0)


@given(rows)
def test_folding_loses_no_row_and_no_extreme(told: list[Told]) -> None:
    fine = folded(told, FINE, next_ms=None)
    hours = coarser(fine, 12 * FINE)
    values = [row.value for row in told if row.value is not None]
    for steps in (fine, hours):
        assert sum(step.told for step in steps) == len(told)
        assert min(step.low for step in steps) == min(values)
        assert max(step.high for step in steps) == max(values)
        assert all(step.low <= step.mean <= step.high for step in steps)
        assert steps[-1].last == values[-1]


@given(rows, st.integers(1, 59))
def test_folding_in_two_goes_knows_for_how_long_each_value_held(told: list[Told], cut: int) -> None:
    whole = sum(step.known_ms for step in folded(told, FINE, next_ms=None))
    first, rest = told[:cut], told[cut:]
    parts = folded(first, FINE, next_ms=rest[0].at_ms if rest else None) + folded(rest, FINE, next_ms=None)
    assert sum(step.known_ms for step in parts) == whole


def test_only_repeats_within_a_stretch_are_needless() -> None:
    told = [Told(0, 1.0), Told(10, 1.0), Told(20, 0.0), Told(30, 0.0), Told(110, 0.0)]
    assert needless(told, stretch_ms=100) == [Told(10, 1.0), Told(30, 0.0)]
    assert needless(told[1:2], stretch_ms=100, before=told[0]) == [Told(10, 1.0)]


def test_nobody_knows_while_the_thing_or_every_hub_is_away() -> None:
    online = [Told(100, 0.0), Told(200, 1.0)]
    assert absences(online, [(0, 400)], from_ms=0, to_ms=500, was_online=True) == [(100, 200), (400, 500)]
    assert absences([], [(0, 500)], from_ms=0, to_ms=500, was_online=False) == [(0, 500)]
    assert absences([], [(0, 300), (100, 500)], from_ms=0, to_ms=500, was_online=True) == []


def slot(value: float, first_ms: int, last_ms: int) -> Slot:
    return Slot(low=value, high=value, area=value * 1000, known_ms=1000, count=1, first_ms=first_ms, last_ms=last_ms,
                last=value, carries=value)  # fmt: skip


WINDOW = Window(from_ms=0, to_ms=10 * MINUTE, step_ms=MINUTE, now_ms=6 * MINUTE)


def test_a_value_holds_until_the_next_and_nothing_is_said_of_the_future() -> None:
    points = line({1: slot(4, MINUTE, MINUTE)}, WINDOW, kind="number", before=None, gaps=())
    assert [point.value for point in points] == [None, 4, 4, 4, 4, 4]
    assert [point.count for point in points] == [0, 1, 0, 0, 0, 0]


def test_what_held_before_counts_towards_the_mean_of_its_step() -> None:
    half = slot(8, MINUTE + 30_000, MINUTE + 30_000)
    half.area, half.known_ms = 8 * 30_000.0, 30_000
    (_, mixed, *_) = line({1: half}, WINDOW, kind="number", before=Told(-5, 4.0), gaps=())
    assert (mixed.value, mixed.low, mixed.high) == (6, 4, 8)


def test_after_a_long_absence_a_value_is_known_only_when_it_is_told_again() -> None:
    window = Window(from_ms=0, to_ms=60 * MINUTE, step_ms=10 * MINUTE, now_ms=60 * MINUTE)
    long, short = (10 * MINUTE, 25 * MINUTE), (10 * MINUTE, 10 * MINUTE + HOLDS_OVER_MS)
    told = {0: slot(1, 0, 0), 4: slot(0, 40 * MINUTE, 40 * MINUTE)}
    points = line(told, window, kind="state", before=None, gaps=[long])
    assert [point.value for point in points] == [1, None, None, None, 0, 0]
    points = line(told, window, kind="state", before=None, gaps=[short])
    assert [point.value for point in points] == [1, 1, 1, 1, 0, 0]
