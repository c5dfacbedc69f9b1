"""A model may grow and move its bounds; a property that changes its type is another property."""

import json

import pytest

from jinn.kernel import Conflict
from jinn.things.revising import refuse_changed_types
from jinn.things.thing_model import ThingModel
from jinn.things.tsl import read_model


def model(**types: object) -> ThingModel:
    properties = [{"identifier": name, "dataType": kind} for name, kind in types.items()]
    return read_model(json.dumps({"properties": properties}).encode())


def number(kind: str = "int", most: str = "9") -> dict[str, object]:
    return {"type": kind, "specs": {"min": "0", "max": most}}


TEXT = {"type": "text", "specs": {"length": "9"}}


def struct(**fields: object) -> dict[str, object]:
    specs = [{"identifier": name, "dataType": kind} for name, kind in fields.items()]
    return {"type": "struct", "specs": specs}


def array(item: object) -> dict[str, object]:
    return {"type": "array", "specs": {"size": "3", "item": item}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (number(), number(most="99")),
        (number("float"), number("double")),
        (struct(a=number(), b=TEXT), struct(a=number(), c=TEXT)),
        (array(number()), array(number(most="3"))),
        ({"type": "enum", "specs": {"0": "a"}}, {"type": "enum", "specs": {"0": "a", "1": "b"}}),
    ],
)
def test_bounds_options_and_fields_may_change(before: object, after: object) -> None:
    refuse_changed_types(model(x=before), model(x=after))


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        (number(), TEXT, "x"),
        (number(), number("double"), "x"),
        ({"type": "bool", "specs": {}}, {"type": "enum", "specs": {"0": "a", "1": "b"}}, "x"),
        (struct(a=number()), struct(a=TEXT), "x.a"),
        (array(number()), array(TEXT), "x[]"),
    ],
)
def test_another_type_is_refused_and_named(before: object, after: object, where: str) -> None:
    with pytest.raises(Conflict) as refused:
        refuse_changed_types(model(x=before), model(x=after))
    assert refused.value.stable_code() == "type-changed"
    assert repr(where) in refused.value.sentence


def test_a_property_may_come_go_and_return_under_a_new_name() -> None:
    refuse_changed_types(model(x=number(), y=TEXT), model(x_text=TEXT, z=number()))
