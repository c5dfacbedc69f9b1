"""Can these conditions ever be met together? Pure."""

from collections.abc import Sequence

from jinn.edge.model import Comparison, Condition, NotSo, PeopleTest, PropertyTest, SunCondition
from jinn.edge.truth import is_same
from jinn.kernel import ThingId


def contradict(conditions: Sequence[Condition]) -> bool:
    """Whether plain tests of one property exclude each other."""
    by_property: dict[tuple[ThingId, str], list[PropertyTest]] = {}
    for one in conditions:
        if isinstance(one, PropertyTest):
            by_property.setdefault((one.thing, one.property), []).append(one)
        if isinstance(one, NotSo) and one.of in conditions:
            return True
        if _opposite(one) in conditions:
            return True
    return any(not can_be(tests) for tests in by_property.values())


def _opposite(one: Condition) -> Condition | None:
    """By day and by night; somebody at home and everybody out."""
    match one:
        case SunCondition(is_up=is_up):
            return SunCondition(is_up=not is_up)
        case PeopleTest(who=who, is_home=is_home):
            return PeopleTest(who="everyone" if who == "anyone" else "anyone", is_home=not is_home)
        case _:
            return None


def can_be(tests: Sequence[PropertyTest]) -> bool:
    """Whether some value meets all of these tests of one property."""
    wanted = [test.value for test in tests if test.comparison is Comparison.IS]
    if any(not is_same(value, wanted[0]) for value in wanted[1:]):
        return False
    low = max(_bounds(tests, Comparison.ABOVE), default=None)
    high = min(_bounds(tests, Comparison.BELOW), default=None)
    if wanted:
        value = wanted[0]
        if any(t.comparison is Comparison.IS_NOT and is_same(t.value, value) for t in tests):
            return False
        if isinstance(value, int | float):
            return (low is None or value > low) and (high is None or value < high)
        return low is None and high is None
    return low is None or high is None or low < high


def _bounds(tests: Sequence[PropertyTest], comparison: Comparison) -> list[float]:
    return [
        float(test.value) for test in tests if test.comparison is comparison and isinstance(test.value, int | float)
    ]
