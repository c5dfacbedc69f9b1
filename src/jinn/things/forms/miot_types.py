"""How does a TSL data type look as a MIoT format with range, list and unit, and back?"""

from collections.abc import Mapping

from jinn.things.data_types import OPTIONS_MAX, TEXT_LENGTH_MAX
from jinn.things.forms.miot_words import UNIT_OF, UNITS
from jinn.things.forms.reading import Node
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, TextType
from jinn.things.values import Json

_FORMATS: Mapping[str, tuple[int, int]] = {
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
}
_NARROW = frozenset({"uint8", "uint16", "int8", "int16"})
"""Their own range says something; that of the wide ones is only that they are wide."""


def stated_type(data_type: DataType) -> dict[str, Json]:
    """`format` with what belongs to it. What MIoT cannot say becomes a text."""
    match data_type:
        case NumberType():
            stated = _stated_number(data_type)
        case BoolType():
            stated = {"format": "bool"}
        case EnumType():
            values = list(data_type.labels)
            labelled: list[Json] = [{"value": value, "description": label} for value, label in data_type.labels.items()]
            stated = {"format": _format(min(values), max(values)), "value-list": labelled}
        case _:
            stated = {"format": "string"}
    return stated


def read_format(node: Node, name: str) -> DataType:
    """The data type of a property or argument; `name` is its standard name. Raises `Invalid`."""
    kind = node.text("format", "string")
    listed = node.nodes("value-list") or node.nodes("valueList")
    if kind == "bool":
        return BoolType(labels={0: "off", 1: "on"} if name == "on" else {})
    if listed:
        return _read_list(node, listed)
    if kind in _FORMATS or kind in ("float", "uint64"):
        return _read_number(node, kind)
    if kind not in ("string", "hex"):
        node.leave("format", f"{kind[:20]!r} becomes a text", "it is no format that is known")
    node.skip("max-length", "unit")
    return TextType(length=TEXT_LENGTH_MAX)


def _stated_number(number: NumberType) -> dict[str, Json]:
    is_whole = number.kind == "int"
    stated: dict[str, Json] = {"format": "float"}
    if is_whole:
        has_range = number.min is not None and number.max is not None
        low, high = (number.min or 0, number.max or 0) if has_range else _FORMATS["int64"]
        # A range that the format itself says need not be written, but then nothing would say that it was meant.
        stated["format"] = _format(int(low), int(high))
    if number.min is not None and number.max is not None:
        step = number.step if number.step is not None else 1 if is_whole else 0.1
        stated["value-range"] = [_tidy(number.min), _tidy(number.max), _tidy(step)]
    if number.unit in UNIT_OF:
        stated["unit"] = UNIT_OF[number.unit]
    return stated


def _format(low: int, high: int) -> str:
    return next((name for name, (least, most) in _FORMATS.items() if least <= low and high <= most), "int64")


def _tidy(figure: float) -> int | float:
    return int(figure) if float(figure).is_integer() and abs(figure) < 2**53 else figure


def _read_number(node: Node, kind: str) -> NumberType:
    bounds = node.figures("value-range") or node.figures("valueRange")
    if bounds and len(bounds) != 3:
        raise node.wrong("value-range", "a least value, a greatest one and a step")
    unit = node.text("unit")
    symbol, unit_name = UNITS.get(unit, ("" if unit in ("none", "rgb") else unit, ""))
    low: float | None = None
    high, step = low, low
    if bounds:
        low, high, step = min(bounds[:2]), max(bounds[:2]), abs(bounds[2]) or None
    elif kind in _NARROW:
        low, high = _FORMATS[kind]
    whole = kind != "float"
    return NumberType(kind="int" if whole else "double", min=low, max=high, step=step, unit=symbol, unit_name=unit_name)


def _read_list(node: Node, listed: list[Node]) -> DataType:
    labels: dict[int, str] = {}
    node.skip("unit", "value-range", "valueRange")
    for option in listed[:OPTIONS_MAX]:
        value = option.whole("value")
        if abs(value) >= 10**9 or value in labels:
            option.leave("value", "is left out", "it is there twice, or has more than nine digits")
            continue
        labels[value] = option.text("description")[:200]
        option.skip("name", "description-trans", "description_trans")
        option.close()
    if len(listed) > OPTIONS_MAX:
        node.leave("value-list", f"ends after {OPTIONS_MAX} values", "a thing model's enum has no more")
    if not labels:
        raise node.wrong("value-list", "a list of values")
    return EnumType(labels=labels)
