"""Reading one TSL data type with its specs, whose numbers are written as text."""

import math
from collections.abc import Callable

import msgspec

from jinn.kernel import Invalid
from jinn.things.thing_model import (
    ArrayType,
    BoolType,
    DataType,
    DateType,
    EnumType,
    Field,
    NumberKind,
    NumberType,
    StructType,
    TextType,
)

TEXT_LENGTH_MAX = 10_240
ARRAY_SIZE_MAX = 512
OPTIONS_MAX = 256
FIELDS_MAX = 100

FieldReader = Callable[[msgspec.Raw], Field]
_Loose = str | int | float | None


class _WireType(msgspec.Struct):
    type: str
    specs: msgspec.Raw = msgspec.Raw(b"null")


class _NumberSpecs(msgspec.Struct, rename="camel"):
    min: _Loose = None
    max: _Loose = None
    step: _Loose = None
    unit: str | None = None
    unit_name: str | None = None


class _TextSpecs(msgspec.Struct):
    length: _Loose = None


class _ArraySpecs(msgspec.Struct):
    item: msgspec.Raw
    size: _Loose = None


_type_decoder = msgspec.json.Decoder(_WireType)
_number_decoder = msgspec.json.Decoder(_NumberSpecs | None)
_labels_decoder = msgspec.json.Decoder(dict[str, str] | None)
_text_decoder = msgspec.json.Decoder(_TextSpecs | None)
_array_decoder = msgspec.json.Decoder(_ArraySpecs)
_struct_decoder = msgspec.json.Decoder(list[msgspec.Raw])


def read_data_type(raw: msgspec.Raw, *, where: str, read_field: FieldReader) -> DataType:
    """One data type; `where` names its owner in refusals, `read_field` reads the members of a struct.

    Raises:
        Invalid: `tsl-malformed`, `unknown-type`, `nested-type`, `bad-specs`.
    """
    try:
        wire = _type_decoder.decode(raw)
        return _read(wire, where, read_field)
    except msgspec.ValidationError as error:
        raise Invalid(f"The data type of {where} is malformed: {error}.", code="tsl-malformed") from error


def _read(wire: _WireType, where: str, read_field: FieldReader) -> DataType:
    match wire.type:
        case "int" | "float" | "double":
            read: DataType = _number(wire.type, wire.specs, where)
        case "bool":
            read = BoolType(labels=_labels(wire.specs, where, among=(0, 1)))
        case "enum":
            read = _enum(wire.specs, where)
        case "text":
            specs = _text_decoder.decode(wire.specs) or _TextSpecs()
            read = TextType(length=_count(specs.length, where, most=TEXT_LENGTH_MAX))
        case "date":
            read = DateType()
        case "array":
            read = _array(wire.specs, where, read_field)
        case "struct":
            read = _struct(wire.specs, where, read_field)
        case other:
            raise Invalid(f"The data type {other[:40]!r} of {where} does not exist.", code="unknown-type", where=where)
    return read


def _number(kind: NumberKind, raw: msgspec.Raw, where: str) -> NumberType:
    specs = _number_decoder.decode(raw) or _NumberSpecs()
    low, high, step = (_figure(text, where) for text in (specs.min, specs.max, specs.step))
    if low is not None and high is not None and low > high:
        raise _bad_specs(where, f"its min {low:g} is above its max {high:g}")
    if step is not None and step < 0:
        raise _bad_specs(where, f"its step {step:g} is negative")
    return NumberType(
        kind=kind, min=low, max=high, step=step or None, unit=specs.unit or "", unit_name=specs.unit_name or ""
    )


def _enum(raw: msgspec.Raw, where: str) -> EnumType:
    labels = _labels(raw, where)
    if not labels:
        raise _bad_specs(where, "an enum needs at least one value")
    return EnumType(labels=labels)


def _labels(raw: msgspec.Raw, where: str, *, among: tuple[int, ...] | None = None) -> dict[int, str]:
    labels: dict[int, str] = {}
    specs = _labels_decoder.decode(raw) or {}
    if len(specs) > OPTIONS_MAX:
        raise _bad_specs(where, f"it has more than {OPTIONS_MAX} values")
    for text, label in specs.items():
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            raise _bad_specs(where, f"{text[:40]!r} is not a whole number")
        value = int(text)
        if value in labels or (among is not None and value not in among):
            raise _bad_specs(where, f"{value} is there twice or is no such value")
        labels[value] = label
    return labels


def _array(raw: msgspec.Raw, where: str, read_field: FieldReader) -> ArrayType:
    specs = _array_decoder.decode(raw)
    item_wire = _type_decoder.decode(specs.item)
    if item_wire.type not in ("int", "float", "double", "text", "struct"):
        is_known = item_wire.type in ("array", "bool", "enum", "date")
        raise Invalid(
            f"An array of {item_wire.type[:40]!r} in {where}: items are numbers, texts or structs.",
            code="nested-type" if is_known else "unknown-type",
            where=where,
        )
    # TSL lets the item of an array leave its specs out: then nothing but the type is asked of it.
    item = _read(item_wire, f"the items of {where}", read_field)
    assert isinstance(item, NumberType | TextType | StructType)
    return ArrayType(size=_count(specs.size, where, most=ARRAY_SIZE_MAX), item=item)


def _struct(raw: msgspec.Raw, where: str, read_field: FieldReader) -> StructType:
    raws = _struct_decoder.decode(raw)
    if not 0 < len(raws) <= FIELDS_MAX:
        raise _bad_specs(where, f"a struct has 1 to {FIELDS_MAX} fields")
    fields: dict[str, Field] = {}
    for member in raws:
        _refuse_nesting(member, where)
        field = read_field(member)
        if field.identifier in fields:
            raise Invalid(
                f"The field {field.identifier!r} of {where} is there twice.",
                code="duplicate-identifier",
                identifier=field.identifier,
            )
        fields[field.identifier] = field
    return StructType(fields=fields)


class _Member(msgspec.Struct, rename="camel"):
    data_type: _WireType


class _ItemSpecs(msgspec.Struct):
    item: _WireType


_member_decoder = msgspec.json.Decoder(_Member)
_item_decoder = msgspec.json.Decoder(_ItemSpecs)


def _refuse_nesting(member: msgspec.Raw, where: str) -> None:
    """Before the member is read, so that a model that contains itself cannot lead us down for ever."""
    wire = _member_decoder.decode(member).data_type
    is_nested = wire.type == "struct" or (
        wire.type == "array" and _item_decoder.decode(wire.specs).item.type == "struct"
    )
    if is_nested:
        raise Invalid(f"A struct inside the struct of {where}.", code="nested-type", where=where)


def _figure(text: _Loose, where: str) -> float | None:
    if text is None or text == "":
        return None
    try:
        figure = float(text)
    except (ValueError, OverflowError) as error:
        raise _bad_specs(where, f"{str(text)[:40]!r} is not a number") from error
    if not math.isfinite(figure):
        raise _bad_specs(where, f"{str(text)[:40]!r} is not finite")
    return figure


def _count(text: _Loose, where: str, *, most: int) -> int:
    """A length or size; the most there can be when none is stated."""
    figure = _figure(text, where)
    if figure is None:
        return most
    if figure != int(figure) or not 0 < figure <= most:
        raise _bad_specs(where, f"{figure:g} is not a whole number from 1 to {most}")
    return int(figure)


def _bad_specs(where: str, why: str) -> Invalid:
    return Invalid(f"The specs of {where} do not fit: {why}.", code="bad-specs", where=where)
