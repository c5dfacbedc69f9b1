"""What a product can say and do: its properties, events and services, as its thing model (TSL) states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

NumberKind = Literal["int", "float", "double"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberType:
    """A number within bounds.

    Attributes:
        step: what the maker promises to move by; a value between two steps is tolerated.
        unit: the symbol, such as `%` or `°C`; empty when it has none.
    """

    kind: NumberKind
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str = ""
    unit_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoolType:
    """0 or 1, each with what it is called."""

    labels: Mapping[int, str] = field(default_factory=dict)
    kind: Literal["bool"] = "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumType:
    """One of some whole numbers, each with what it is called."""

    labels: Mapping[int, str]
    kind: Literal["enum"] = "enum"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextType:
    """Up to `length` characters."""

    length: int
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateType:
    """A moment: the digits of UTC milliseconds, as text."""

    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class StructType:
    """Named fields, none of which is a struct or an array of structs."""

    fields: Mapping[str, "Field"]
    kind: Literal["struct"] = "struct"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayType:
    """Up to `size` items of one type."""

    size: int
    item: "NumberType | TextType | StructType"
    kind: Literal["array"] = "array"


DataType = NumberType | BoolType | EnumType | TextType | DateType | StructType | ArrayType


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A named value: a member of a struct, or what an event or service carries."""

    identifier: str
    name: str
    type: DataType


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """Something a thing has.

    Attributes:
        identifier: with its module in front where it has one: `module:property`.
    """

    identifier: str
    name: str
    type: DataType
    is_writable: bool
    is_required: bool = False


class EventKind(StrEnum):
    """How much an event matters."""

    INFO = "info"
    ALERT = "alert"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens to a thing. The generated `post` is not kept as one."""

    identifier: str
    name: str
    kind: EventKind
    outputs: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something a thing can do. The generated `set` and `get` are not kept as ones.

    Attributes:
        is_sync: the caller waits for its output within one exchange.
    """

    identifier: str
    name: str
    is_sync: bool
    inputs: Mapping[str, Field]
    outputs: Mapping[str, Field]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingModel:
    """A validated thing model.

    Attributes:
        product_key: what the document calls its product; empty when it names none.
        document: the document as it came, for export.
    """

    product_key: str
    properties: Mapping[str, Property]
    events: Mapping[str, Event]
    services: Mapping[str, Service]
    document: bytes = field(repr=False, compare=False)
