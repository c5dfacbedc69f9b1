"""Whether a value fits its data type, when two values are the same, and how a value is written."""

from collections.abc import Mapping

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
    TextType,
    ThingModel,
)

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""What a value may be on the wire; a checked one holds no null, and 0 or 1 instead of a truth value."""

INT_ABS_MAX = 2**53
"""Beyond it a JSON number is not exact in every device."""

_EPSILON = 1e-6
_FLOAT_ABS_MAX = 1e300


def check_report(model: ThingModel, values: Mapping[str, Json]) -> dict[str, Json]:
    """What a thing says of its properties, in the form in which it is kept.

    Raises:
        Invalid: `unknown-property`, `wrong-type`, `out-of-range`.
    """
    return {name: check(known(model, name).type, value, name) for name, value in values.items()}


def check_set(model: ThingModel, values: Mapping[str, Json]) -> dict[str, Json]:
    """What somebody asks of a thing.

    Raises:
        Invalid: as `check_report`, and `read-only`.
    """
    for name in values:
        if not known(model, name).is_writable:
            raise Invalid(f"{name!r} can be read only.", code="read-only", property=name)
    return check_report(model, values)


def known(model: ThingModel, name: str) -> Property:
    """The property of that identifier, or `Invalid` with code `unknown-property`."""
    found = model.properties.get(name)
    if found is None:
        raise Invalid(f"There is no property {name[:80]!r}.", code="unknown-property", property=name[:80])
    return found


def check_fields(fields: Mapping[str, Field], values: Mapping[str, Json], what: str) -> dict[str, Json]:
    """The arguments of a service or the outputs of an event; each may be left out."""
    checked: dict[str, Json] = {}
    for name, value in values.items():
        field = fields.get(name)
        if field is None:
            raise Invalid(f"{what} has no {name[:80]!r}.", code="unknown-property", property=name[:80])
        checked[name] = check(field.type, value, name)
    return checked


def check(data_type: DataType, value: Json, name: str) -> Json:
    """`value` in the form in which it is kept, or `Invalid`."""
    match data_type:
        case NumberType():
            return _number(data_type, value, name)
        case BoolType() | EnumType():
            return _option(value, (0, 1) if isinstance(data_type, BoolType) else data_type.labels, name)
        case TextType():
            return _text(data_type, value, name)
        case DateType():
            return _date(value, name)
        case ArrayType():
            return _array(data_type, value, name)
    if not isinstance(value, dict):
        raise _wrong(name, "a struct")
    return check_fields(data_type.fields, value, f"{name!r}")


def same(data_type: DataType, one: Json, other: Json) -> bool:
    """Whether a thing that reports `one` has done what asked for `other`: half a step is no difference."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        slack = _EPSILON
        if isinstance(data_type, NumberType) and data_type.step and data_type.kind != "int":
            slack = max(slack, data_type.step / 2)
        return abs(one - other) <= slack
    if isinstance(one, str) and isinstance(other, str) and one.startswith("#"):
        return one.casefold() == other.casefold()
    return one == other


def written(data_type: DataType, value: Json) -> str:
    """The value as people read it: with its label or unit, numbers without needless zeros."""
    if isinstance(data_type, BoolType | EnumType) and isinstance(value, int):
        return data_type.labels.get(value, str(value))
    if isinstance(data_type, NumberType) and isinstance(value, int | float):
        number = f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
        return f"{number}{data_type.unit if data_type.unit == '%' else ' ' + data_type.unit if data_type.unit else ''}"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)


def _number(data_type: NumberType, value: Json, name: str) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, "a number")
    if data_type.kind == "int":
        # Some devices write every number with a point.
        if isinstance(value, float):
            if not value.is_integer():
                raise _wrong(name, "a whole number")
            value = int(value)
        if abs(value) > INT_ABS_MAX:
            raise _outside(name, "too large to be exact")
    elif not abs(value) <= _FLOAT_ABS_MAX:
        raise _outside(name, "not finite")
    if data_type.min is not None and value < data_type.min - _EPSILON:
        raise _outside(name, f"below {data_type.min:g}", min=data_type.min, max=data_type.max)
    if data_type.max is not None and value > data_type.max + _EPSILON:
        raise _outside(name, f"above {data_type.max:g}", min=data_type.min, max=data_type.max)
    return value


def _option(value: Json, options: Mapping[int, str] | tuple[int, ...], name: str) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Many libraries write true for 1; nothing else that is not a whole number is taken for one.
    if not isinstance(value, int):
        raise _wrong(name, "one of its numbered values")
    if int(value) not in options:
        raise _outside(name, f"none of {', '.join(str(option) for option in list(options)[:12])}")
    return int(value)


def _text(data_type: TextType, value: Json, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "a text")
    if len(value) > data_type.length:
        raise _outside(name, f"longer than {data_type.length} characters")
    if "\x00" in value:
        raise _outside(name, "a text with a NUL character")
    return value


def _date(value: Json, name: str) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()):
        raise _wrong(name, "a moment in UTC milliseconds")
    if len(text) > 15:
        raise _outside(name, "too far away")
    return text


def _array(data_type: ArrayType, value: Json, name: str) -> Json:
    if not isinstance(value, list):
        raise _wrong(name, "an array")
    if len(value) > data_type.size:
        raise _outside(name, f"longer than {data_type.size} items")
    return [check(data_type.item, item, name) for item in value]


def _wrong(name: str, wanted: str) -> Invalid:
    return Invalid(f"{name!r} is {wanted}.", code="wrong-type", property=name)


def _outside(name: str, why: str, **facts: object) -> Invalid:
    return Invalid(f"The value for {name!r} is {why}.", code="out-of-range", property=name, **facts)
