"""How does a TSL data type look as a WoT data schema, and back?"""

from collections.abc import Mapping
from decimal import Decimal

from jinn.kernel import Names
from jinn.things.data_types import ARRAY_SIZE_MAX, FIELDS_MAX, OPTIONS_MAX, TEXT_LENGTH_MAX
from jinn.things.forms.drafting import fresh
from jinn.things.forms.reading import Node
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
from jinn.things.values import Json

Options = Mapping[int, Names]

_NESTED = "a struct of a thing model holds no struct, and an array only numbers, texts and structs"


def schema_of(data_type: DataType, options: Options) -> dict[str, Json]:
    """The data schema of one type; `options` name the values of a bool or enum."""
    schema: dict[str, Json]
    match data_type:
        case NumberType():
            schema = _number_schema(data_type)
        case BoolType():
            labelled = sorted({*data_type.labels, *options})
            schema = {"type": "boolean", **_one_of(data_type.labels, options, labelled, as_flags=True)}
        case EnumType():
            schema = {"type": "integer", **_one_of(data_type.labels, options, list(data_type.labels))}
        case TextType():
            schema = {"type": "string", "maxLength": data_type.length}
        case DateType():
            schema = {"type": "string", "pattern": "^[0-9]{1,15}$", "jinn:kind": "date"}
        case StructType():
            members: dict[str, Json] = {
                name: {**titles(field.name, None), **schema_of(field.type, {})}
                for name, field in data_type.fields.items()
            }
            schema = {"type": "object", "properties": members}
        case ArrayType():
            schema = {"type": "array", "maxItems": data_type.size, "items": schema_of(data_type.item, {})}
    return schema


def titles(label: str, names: Names | None) -> dict[str, Json]:
    """`title` is the model's own label, `titles` what people call it."""
    stated: dict[str, Json] = {"title": label} if label else {}
    return {**stated, "titles": {"en": names.en, "zh": names.zh}} if names else stated


def named(node: Node) -> str:
    """The model's own label."""
    return node.text("title")[:200]


def read_names(node: Node) -> Names | None:
    """What it is called in both languages; None when nothing is said."""
    inner = node.node("titles")
    title = node.name("title")
    node.skip("description", "descriptions", "@type")
    if inner is None:
        return Names(en=title, zh=title) if title and node.path == "" else None
    english, mandarin = inner.name("en"), ""
    for key in inner.present():
        if key.startswith("zh"):
            mandarin = mandarin or inner.name(key)
        elif not english and key.startswith("en"):
            english = inner.name(key)
    inner.close()
    english = english or title
    return Names(en=english or mandarin, zh=mandarin or english) if english or mandarin else None


def read_options(node: Node) -> dict[int, Names]:
    """What the values of a bool or enum are called, by value."""
    found: dict[int, Names] = {}
    for option in node.nodes("oneOf"):
        value = option.get("const")
        if isinstance(value, bool | int) and option.has("titles") and (names := read_names(option)):
            found[int(value)] = names
    return found


def read_fields(node: Node | None) -> dict[str, Field]:
    """What an action takes or gives, or an event carries: the members of an object, else one value."""
    if node is None:
        return {}
    if node.text("type") == "object" or node.has("properties"):
        fields = _members(node, is_inside=False)
        node.skip("required", "type", "title", "titles", "description")
    else:
        fields = {"value_": Field(identifier="value_", name=node.name("title"), type=read_type(node, "value_"))}
    node.close()
    return fields


def read_type(node: Node, where: str) -> DataType:
    """The TSL type that fits a data schema best; what does not fit is noted. Raises `Invalid`."""
    kind = node.text("type")
    choices = _choices(node)
    node.skip("type", "default", "contentEncoding", "contentMediaType", "format")
    if kind == "boolean":
        return BoolType(labels={value: label for value, label in choices.items() if value in (0, 1)})
    if choices:
        return EnumType(labels=choices)
    if kind in ("integer", "number"):
        return _read_number(node, kind)
    if kind == "object":
        node.skip("required")
        return StructType(fields=_members(node)) if node.has("properties") else _as_text(node, "an object of no shape")
    if kind == "array":
        return _read_array(node, where)
    return _read_text(node)


def _number_schema(number: NumberType) -> dict[str, Json]:
    stated: dict[str, Json] = {"type": "integer" if number.kind == "int" else "number"}
    if number.kind == "float":
        stated["jinn:kind"] = "float"
    if number.min is not None:
        stated["minimum"] = _tidy(number.min)
    if number.max is not None:
        stated["maximum"] = _tidy(number.max)
    if number.step is not None:
        # `multipleOf` counts from zero, a step of TSL from the least value: the same only when that is a multiple.
        is_multiple = number.min is None or Decimal(repr(number.min)) % Decimal(repr(number.step)) == 0
        stated["multipleOf" if is_multiple else "jinn:step"] = _tidy(number.step)
    if number.unit:
        stated["unit"] = number.unit
    if number.unit_name:
        stated["jinn:unitName"] = number.unit_name
    return stated


def _tidy(figure: float) -> int | float:
    return int(figure) if float(figure).is_integer() and abs(figure) < 2**53 else figure


def _one_of(
    labels: Mapping[int, str], options: Options, values: list[int], *, as_flags: bool = False
) -> dict[str, Json]:
    stated: list[Json] = [
        {"const": bool(value) if as_flags else value, **titles(labels.get(value, ""), options.get(value))}
        for value in values
    ]
    return {"oneOf": stated} if stated else {}


def _choices(node: Node) -> dict[int, str]:
    """Numbered values with their labels, of `oneOf` with `const`, or of `enum`."""
    found: dict[int, str] = {}
    for option in node.nodes("oneOf"):
        value = option.get("const")
        if isinstance(value, bool | int) and abs(int(value)) < 10**9 and len(found) < OPTIONS_MAX:
            found[int(value)] = option.text("title")
        else:
            option.leave("const", "is left out", "values of a thing model's enum are whole numbers")
    stated = node.items("enum")
    for index, value in enumerate(stated[:OPTIONS_MAX]):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
            found.setdefault(value, str(value))
        elif isinstance(value, str) and index not in found:
            node.leave("enum", "becomes numbered values", "values of a thing model's enum are whole numbers")
            found[index] = value[:100]
    return found


def _read_number(node: Node, kind: str) -> NumberType:
    low, high = _bound(node, "minimum", "exclusiveMinimum"), _bound(node, "maximum", "exclusiveMaximum")
    step = node.figure("jinn:step") or node.figure("multipleOf")
    number_kind: NumberKind = "float" if node.text("jinn:kind") == "float" else "double"
    if low is not None and high is not None and low > high:
        raise node.wrong("maximum", f"at least {low:g}")
    return NumberType(
        kind="int" if kind == "integer" else number_kind,
        min=low,
        max=high,
        step=abs(step) if step else None,
        unit=node.text("unit"),
        unit_name=node.text("jinn:unitName"),
    )


def _bound(node: Node, key: str, exclusive: str) -> float | None:
    figure, open_figure = node.figure(key), node.figure(exclusive)
    if open_figure is not None:
        node.leave(exclusive, "is taken for inclusive", "bounds of a thing model are inclusive")
    return open_figure if figure is None else figure


def _read_text(node: Node) -> DataType:
    if node.text("jinn:kind") == "date":
        node.skip("pattern")
        return DateType()
    if node.has("pattern"):
        node.leave("pattern", "is left out", "texts of a thing model have a length and no pattern")
    if node.has("minLength"):
        node.leave("minLength", "is left out", "texts of a thing model have no least length")
    length = node.whole("maxLength", TEXT_LENGTH_MAX)
    return TextType(length=min(max(1, length), TEXT_LENGTH_MAX))


def _read_array(node: Node, where: str) -> DataType:
    items = node.node("items") if isinstance(node.get("items"), dict) else None
    if items is None:
        return _as_text(node, "an array of no one type")
    item = read_type(items, where)
    if not isinstance(item, NumberType | TextType | StructType):
        return _as_text(node, "an array of such items")
    items.skip("title", "titles")
    items.close()
    node.skip("minItems", "uniqueItems")
    return ArrayType(size=min(max(1, node.whole("maxItems", ARRAY_SIZE_MAX)), ARRAY_SIZE_MAX), item=item)


def _members(node: Node, *, is_inside: bool = True) -> dict[str, Field]:
    """The members of an object; inside a struct none of them is a struct itself."""
    fields: dict[str, Field] = {}
    for name, member in node.members("properties"):
        if len(fields) >= FIELDS_MAX:
            raise node.wrong("properties", f"at most {FIELDS_MAX} members")
        identifier = fresh(name, fields.__contains__)
        data_type = read_type(member, identifier)
        if is_inside and (
            isinstance(data_type, StructType)
            or (isinstance(data_type, ArrayType) and isinstance(data_type.item, StructType))
        ):
            data_type = _as_text(member, "a struct in a struct")
        member.skip("titles", "description", "readOnly", "writeOnly")
        fields[identifier] = Field(identifier=identifier, name=member.text("title")[:200], type=data_type)
        member.close()
    return fields


def _as_text(node: Node, what: str) -> TextType:
    node.leave("type", f"{what} becomes JSON as text", _NESTED)
    node.skip("properties", "items", "required", "maxItems", "minItems", "uniqueItems", "additionalProperties")
    return TextType(length=TEXT_LENGTH_MAX)
