"""Which values fit, and which two are the same."""

import pytest

from jinn.kernel import Invalid
from jinn.things.thing_model import (
    ArrayType,
    BoolType,
    DataType,
    DateType,
    EnumType,
    Field,
    NumberType,
    Property,
    StructType,
    TextType,
    ThingModel,
)
from jinn.things.values import Json, check, check_report, check_set, same, written

PERCENT = NumberType(kind="int", min=0, max=100, step=5, unit="%")
DEGREES = NumberType(kind="double", min=16, max=30, step=0.5, unit="°C")
MODE = EnumType(labels={0: "auto", 1: "cool"})
POINT = StructType(fields={"x": Field(identifier="x", name="", type=PERCENT)})

FITS: list[tuple[DataType, Json, Json]] = [
    (PERCENT, 7, 7),  # Between two steps.
    (PERCENT, 7.0, 7),
    (DEGREES, 26, 26),
    (DEGREES, 26.25, 26.25),
    (BoolType(), True, 1),
    (BoolType(), 0, 0),
    (MODE, 1, 1),
    (TextType(length=3), "灯灯灯", "灯灯灯"),
    (DateType(), 1767225600000, "1767225600000"),
    (DateType(), "1767225600000", "1767225600000"),
    (ArrayType(size=2, item=PERCENT), [1, 2.0], [1, 2]),
    (POINT, {"x": 1}, {"x": 1}),
    (POINT, {}, {}),
]


@pytest.mark.parametrize(("data_type", "value", "kept"), FITS)
def test_what_fits_is_kept_in_one_form(data_type: DataType, value: Json, kept: Json) -> None:
    checked = check(data_type, value, "p")
    assert checked == kept
    assert type(checked) is type(kept)


@pytest.mark.parametrize(
    ("data_type", "value", "code"),
    [
        (PERCENT, 101, "out-of-range"),
        (PERCENT, -1, "out-of-range"),
        (PERCENT, 7.5, "wrong-type"),
        (PERCENT, "7", "wrong-type"),
        (PERCENT, True, "wrong-type"),
        (PERCENT, None, "wrong-type"),
        (NumberType(kind="int"), 2**53 + 1, "out-of-range"),
        (NumberType(kind="float"), float("inf"), "out-of-range"),
        (NumberType(kind="float"), float("nan"), "out-of-range"),
        (NumberType(kind="float"), 10**400, "out-of-range"),
        (BoolType(), 2, "out-of-range"),
        (BoolType(), "on", "wrong-type"),
        (MODE, 2, "out-of-range"),
        (MODE, 0.5, "wrong-type"),
        (TextType(length=3), "four", "out-of-range"),
        (TextType(length=3), "a\x00", "out-of-range"),
        (TextType(length=3), 1, "wrong-type"),
        (DateType(), "yesterday", "wrong-type"),
        (DateType(), "1" * 16, "out-of-range"),
        (ArrayType(size=1, item=PERCENT), [1, 2], "out-of-range"),
        (ArrayType(size=1, item=PERCENT), ["1"], "wrong-type"),
        (ArrayType(size=1, item=PERCENT), 1, "wrong-type"),
        (POINT, {"y": 1}, "unknown-property"),
        (POINT, [], "wrong-type"),
    ],
)
def test_what_does_not_fit_says_why(data_type: DataType, value: Json, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(data_type, value, "p")
    assert caught.value.stable_code() == code
    assert caught.value.facts["property"]


def a_model() -> ThingModel:
    properties = {
        "level": Property(identifier="level", name="", type=PERCENT, is_writable=True),
        "heat": Property(identifier="heat", name="", type=DEGREES, is_writable=False),
    }
    return ThingModel(product_key="", properties=properties, events={}, services={}, document=b"")


def test_a_thing_reports_what_nobody_may_set() -> None:
    assert check_report(a_model(), {"heat": 20}) == {"heat": 20}
    with pytest.raises(Invalid) as caught:
        check_set(a_model(), {"heat": 20})
    assert caught.value.stable_code() == "read-only"


def test_an_unknown_property_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        check_report(a_model(), {"weight": 1})
    assert caught.value.stable_code() == "unknown-property"
    assert caught.value.facts == {"property": "weight"}


def test_half_a_step_is_no_difference_and_a_whole_number_is_exact() -> None:
    assert same(DEGREES, 26.2, 26)
    assert not same(DEGREES, 26.5, 26)
    assert not same(PERCENT, 51, 50)
    assert same(BoolType(), 1, True)
    assert same(TextType(length=7), "#FFD8A8", "#ffd8a8")
    assert not same(TextType(length=7), "a", "A")


@pytest.mark.parametrize(
    ("data_type", "value", "text"),
    [(PERCENT, 50, "50%"), (DEGREES, 26.5, "26.5 °C"), (MODE, 1, "cool"), (NumberType(kind="int"), 3, "3")],
)
def test_a_value_is_written_as_people_read_it(data_type: DataType, value: Json, text: str) -> None:
    assert written(data_type, value) == text
