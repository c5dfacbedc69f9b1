"""Who falls due when, and who may come in now."""

from jinn.things.door.arriving import Arrivals
from jinn.things.door.wheel import Wheel


class Item:
    def __init__(self) -> None:
        self.due_s = -1


def test_a_thing_falls_due_at_its_second() -> None:
    wheel: Wheel[Item] = Wheel(100)
    item = Item()
    wheel.put(item, 105)
    assert wheel.turn(104) == []
    assert wheel.turn(105) == [item]
    assert wheel.turn(1000) == []


def test_a_wheel_that_was_late_misses_nobody() -> None:
    wheel: Wheel[Item] = Wheel(0)
    items = [Item() for _ in range(5)]
    for index, item in enumerate(items):
        wheel.put(item, index * 3)
    assert wheel.turn(20) == items


def test_a_second_that_has_passed_is_the_next_one() -> None:
    wheel: Wheel[Item] = Wheel(50)
    item = Item()
    wheel.put(item, 10)
    assert wheel.turn(51) == [item]


def test_the_last_word_counts() -> None:
    wheel: Wheel[Item] = Wheel(0)
    item = Item()
    wheel.put(item, 5)
    wheel.put(item, 9)
    assert wheel.turn(8) == []
    assert wheel.turn(9) == [item]


def test_a_dropped_thing_does_not_fall_due() -> None:
    wheel: Wheel[Item] = Wheel(0)
    item = Item()
    wheel.put(item, 5)
    wheel.drop(item)
    wheel.drop(item)
    assert wheel.turn(10) == []


def test_an_address_may_come_as_often_as_its_bucket_holds() -> None:
    arrivals = Arrivals(per_s=2, burst=3)
    assert [arrivals.admit("a", 10.0) for _ in range(4)] == [True, True, True, False]
    assert arrivals.admit("b", 10.0)


def test_a_bucket_fills_again() -> None:
    arrivals = Arrivals(per_s=2, burst=3)
    for _ in range(3):
        arrivals.admit("a", 10.0)
    assert arrivals.admit("a", 10.5)
    assert not arrivals.admit("a", 10.5)


def test_a_full_bucket_is_forgotten_and_no_other() -> None:
    arrivals = Arrivals(per_s=1, burst=2)
    arrivals.admit("a", 0.0)
    arrivals.admit("a", 0.0)
    arrivals.sweep(1.0)
    assert arrivals.admit("a", 1.0)
    assert not arrivals.admit("a", 1.0)
    arrivals.sweep(100.0)
    assert arrivals.admit("a", 100.0)
