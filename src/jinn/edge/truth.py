"""Is it so? Comparisons and conditions against the home as it is at one moment. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jinn.edge.model import (
    WEEK,
    AnyOf,
    Comparison,
    Condition,
    Day,
    NotSo,
    PeopleTest,
    PropertyTest,
    SunCondition,
    TimeCondition,
    Who,
)
from jinn.kernel import ThingId
from jinn.things import Json

_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Known:
    """A property's value, and since when it has been so."""

    value: Json
    since_ms: int


class PeopleView(Protocol):
    def is_home(self, who: Who) -> bool | None:
        """Whether somebody, or everybody, is at home; None: nobody has told."""
        ...


class View(PeopleView, Protocol):
    """The home at one moment, as conditions see it."""

    @property
    def now_ms(self) -> int: ...

    @property
    def local(self) -> datetime:
        """The wall clock."""
        ...

    def known(self, thing: ThingId, name: str) -> Known | None:
        """None: the thing has never said."""
        ...

    def days(self) -> Collection[Day]:
        """What day it is: of the week, and a workday or a holiday."""
        ...

    def is_sun_up(self) -> bool | None:
        """None: nobody knows where the home is."""
        ...


def compares(comparison: Comparison, value: Json, wanted: Json) -> bool:
    """Whether a reported value is as it was asked for; what cannot be compared is not."""
    match comparison:
        case Comparison.IS:
            return is_same(value, wanted)
        case Comparison.IS_NOT:
            return not is_same(value, wanted)
        case _:
            if not _is_number(value) or not _is_number(wanted):
                return False
            assert isinstance(value, int | float)
            assert isinstance(wanted, int | float)
            return value > wanted if comparison is Comparison.ABOVE else value < wanted


def is_same(one: Json, other: Json) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _EPSILON
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return one == other


def meets(condition: Condition, view: View) -> bool:
    """Whether a condition holds; what nobody knows does not hold."""
    return _so(condition, view) is True


def unmet(conditions: Sequence[Condition], view: View) -> list[Condition]:
    return [condition for condition in conditions if not meets(condition, view)]


def _so(condition: Condition, view: View) -> bool | None:
    """None: nobody knows; and what is not known is not known of its opposite either."""
    match condition:
        case PropertyTest():
            return _property(condition, view)
        case TimeCondition():
            return _time(condition, view)
        case SunCondition():
            is_up = view.is_sun_up()
            return None if is_up is None else is_up is condition.is_up
        case PeopleTest():
            return people_test(condition, view)
        case AnyOf():
            answers = [_so(one, view) for one in condition.of]
            return True if True in answers else None if None in answers else False
        case NotSo():
            answer = _so(condition.of, view)
            return None if answer is None else not answer


def people_test(test: PeopleTest, view: PeopleView) -> bool | None:
    """ "Everyone is out" is the opposite of "anyone is at home"."""
    asked: Who = test.who if test.is_home else ("anyone" if test.who == "everyone" else "everyone")
    answer = view.is_home(asked)
    return None if answer is None else answer is test.is_home


def _property(test: PropertyTest, view: View) -> bool | None:
    known = view.known(test.thing, test.property)
    if known is None:
        return None
    if not compares(test.comparison, known.value, test.value):
        return False
    return not test.for_s or view.now_ms - known.since_ms >= test.for_s * 1000


def _time(condition: TimeCondition, view: View) -> bool:
    local = view.local
    now_min = local.hour * 60 + local.minute
    days = set(view.days())
    if condition.days and not days & set(condition.days):
        # "From ten at night to six, on Fridays" is the night that began on Friday.
        if not (_is_over_midnight(condition) and condition.before_min is not None and now_min < condition.before_min):
            return False
        yesterday = WEEK[(local.weekday() - 1) % 7]
        return yesterday in condition.days
    return is_between(now_min, condition.after_min, condition.before_min)


def _is_over_midnight(condition: TimeCondition) -> bool:
    after, before = condition.after_min, condition.before_min
    return after is not None and before is not None and after > before


def is_between(now_min: int, after_min: int | None, before_min: int | None) -> bool:
    """From `after`, up to but without `before`; over midnight when `after` is the later."""
    if after_min is None:
        return before_min is None or now_min < before_min
    if before_min is None:
        return now_min >= after_min
    if after_min <= before_min:
        return after_min <= now_min < before_min
    return now_min >= after_min or now_min < before_min


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
