"""What may stand in a template: the filters, functions, methods and tests that those of real devices use."""

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

Value = object
"""What a template works with: JSON, or `UNDEFINED`."""

CHARS_MAX = 65_536
"""Of any text a template makes."""

ITEMS_MAX = 4_096
_DIGITS_MAX = 400


class TemplateFailed(Exception):
    """A template cannot say anything about this message."""


class Undefined:
    """What is not there."""

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()


def text_of(value: Value) -> str:
    """As it stands in a payload."""
    if isinstance(value, str):
        return value
    if value is UNDEFINED:
        return ""
    text = str(value)
    if len(text) > CHARS_MAX:
        raise TemplateFailed("The text is too long.")
    return text


def number_of(value: Value) -> int | float:
    """Raises `TemplateFailed` for what is none."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    raise TemplateFailed(f"{type(value).__name__} is no number.")


def _to_int(value: Value, default: Value = UNDEFINED, base: Value = 10) -> Value:
    try:
        if isinstance(value, str):
            if len(value) > _DIGITS_MAX:
                raise ValueError("It has too many digits.")
            is_plain = isinstance(base, int) and base != 10
            return int(value, base) if is_plain and isinstance(base, int) else int(float(value))
        return int(number_of(value))
    except (ValueError, OverflowError, TemplateFailed) as wrong:
        return _or_default(default, f"{text_of(value)[:40]!r} is no number", wrong)


def _to_float(value: Value, default: Value = UNDEFINED) -> Value:
    try:
        found = float(value[:_DIGITS_MAX]) if isinstance(value, str) else float(number_of(value))
    except (ValueError, OverflowError, TemplateFailed) as wrong:
        return _or_default(default, f"{text_of(value)[:40]!r} is no number", wrong)
    if not math.isfinite(found):
        return _or_default(default, "It is not finite", None)
    return found


def _or_default(default: Value, why: str, cause: Exception | None) -> Value:
    if default is UNDEFINED:
        raise TemplateFailed(f"{why}.") from cause
    return default


def _round(value: Value, precision: Value = 0, method: Value = "common", default: Value = UNDEFINED) -> Value:
    try:
        number = float(value) if isinstance(value, str) else float(number_of(value))
        places = int(number_of(precision))
        if not -15 <= places <= 15 or not math.isfinite(number):
            raise ValueError("It cannot be rounded so.")
        if method in ("ceil", "floor"):
            scaled = number * 10**places
            number = (math.ceil(scaled) if method == "ceil" else math.floor(scaled)) / 10**places
        else:
            number = round(number, places)
    except (ValueError, OverflowError, TemplateFailed) as wrong:
        return _or_default(default, "It cannot be rounded", wrong)
    return int(number) if places <= 0 else number


def _default(value: Value, default: Value = "", is_also_false: Value = False) -> Value:
    return default if value is UNDEFINED or (is_also_false and not value) else value


def _is_defined(value: Value) -> Value:
    if value is UNDEFINED:
        raise TemplateFailed("It is not there.")
    return value


def _to_json(value: Value) -> Value:
    if value is UNDEFINED:
        raise TemplateFailed("It is not there.")
    try:
        return text_of(json.dumps(value))
    except (TypeError, ValueError, RecursionError) as wrong:
        raise TemplateFailed("It is no JSON.") from wrong


def _from_json(value: Value, default: Value = UNDEFINED) -> Value:
    try:
        return json.loads(text_of(value))
    except (ValueError, RecursionError) as wrong:
        return _or_default(default, "It is no JSON", wrong)


def _length(value: Value) -> Value:
    if isinstance(value, str | list | dict):
        return len(value)
    raise TemplateFailed("It has no length.")


def _first(value: Value) -> Value:
    return value[0] if isinstance(value, str | list) and value else UNDEFINED


def _last(value: Value) -> Value:
    return value[-1] if isinstance(value, str | list) and value else UNDEFINED


def _join(value: Value, between: Value = "") -> Value:
    if not isinstance(value, list):
        raise TemplateFailed("Only a list can be joined.")
    return text_of(text_of(between).join(text_of(part) for part in value))


def _replace(value: Value, old: Value, new: Value) -> Value:
    text, wanted, put = text_of(value), text_of(old), text_of(new)
    if len(text) + text.count(wanted) * len(put) > CHARS_MAX:
        raise TemplateFailed("The text is too long.")
    return text.replace(wanted, put)


def _format(value: Value, *args: Value) -> Value:
    pattern = text_of(value)
    # A width is digits after a percent sign, and could ask for gigabytes.
    if any(len(run) > 2 for run in _digit_runs(pattern)) or "*" in pattern:
        raise TemplateFailed("Such a width is not needed.")
    try:
        return text_of(pattern % args)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise TemplateFailed("It cannot be written so.") from wrong


def _digit_runs(text: str) -> list[str]:
    return "".join(letter if letter.isdigit() else " " for letter in text).split()


def _choose(value: Value, yes: Value = True, no: Value = False, nothing: Value = UNDEFINED) -> Value:
    if value is None and nothing is not UNDEFINED:
        return nothing
    return yes if value else no


def _bool(value: Value, default: Value = UNDEFINED) -> Value:
    if isinstance(value, bool):
        return value
    word = text_of(value).lower()
    if word in ("1", "true", "yes", "on", "enable"):
        return True
    if word in ("0", "false", "no", "off", "disable"):
        return False
    return _or_default(default, f"{word[:40]!r} is neither yes nor no", None)


def _as_datetime(value: Value, default: Value = UNDEFINED) -> Value:
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).lstrip("-").isdigit():
            return datetime.fromisoformat(value).isoformat()
        return datetime.fromtimestamp(float(value) if isinstance(value, str) else number_of(value), UTC).isoformat()
    except (ValueError, OverflowError, OSError, TemplateFailed) as wrong:
        return _or_default(default, "It is no moment", wrong)


def _extreme(of: Callable[[list[float]], float]) -> Callable[..., Value]:
    def extreme(*values: Value) -> Value:
        listed = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
        if not isinstance(listed, list) or not listed:
            return UNDEFINED
        return of([number_of(value) for value in listed])

    return extreme


def _abs(value: Value) -> Value:
    return abs(number_of(value))


def _multiply(value: Value, by: Value, default: Value = UNDEFINED) -> Value:
    number = _to_float(value, default)
    return number_of(number) * number_of(by)


def _add(value: Value, more: Value, default: Value = UNDEFINED) -> Value:
    number = _to_float(value, default)
    return number_of(number) + number_of(more)


def _bits(combine: Callable[[int, int], int]) -> Callable[..., Value]:
    def bits(value: Value, other: Value) -> Value:
        return combine(int(number_of(value)), int(number_of(other)))

    return bits


def _list(value: Value) -> Value:
    if isinstance(value, str | list | dict):
        return list(value)
    raise TemplateFailed("It is no list.")


def _ordinal(value: Value) -> Value:
    if isinstance(value, str) and len(value) == 1:
        return ord(value)
    raise TemplateFailed("It is no letter.")


def _text(change: Callable[[str], str]) -> Callable[..., Value]:
    return lambda value: change(text_of(value))


_MAX, _MIN = _extreme(max), _extreme(min)

FILTERS: Mapping[str, Callable[..., Value]] = {
    "int": _to_int, "float": _to_float, "round": _round, "abs": _abs, "default": _default, "d": _default,
    "is_defined": _is_defined, "tojson": _to_json, "to_json": _to_json, "from_json": _from_json, "string": text_of,
    "length": _length, "count": _length, "first": _first, "last": _last, "join": _join, "replace": _replace,
    "format": _format, "iif": _choose, "bool": _bool, "as_datetime": _as_datetime, "max": _MAX, "min": _MIN,
    "multiply": _multiply, "add": _add, "bitwise_and": _bits(int.__and__), "bitwise_or": _bits(int.__or__),
    "list": _list, "ord": _ordinal, "lower": _text(str.lower), "upper": _text(str.upper), "trim": _text(str.strip),
    "title": _text(str.title), "capitalize": _text(str.capitalize),
}  # fmt: skip
"""`value | name(…)`."""


def _is_number(value: Value) -> bool:
    try:
        _to_float(value)
    except TemplateFailed:
        return False
    return True


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "int": _to_int, "float": _to_float, "bool": _bool, "iif": _choose, "max": _MAX, "min": _MIN, "is_number":
    _is_number, "as_datetime": _as_datetime,
}  # fmt: skip
"""`name(…)`."""


def _split(value: str, at: Value = None, most: Value = -1) -> Value:
    parts = value.split(None if at is None else text_of(at) or None, int(number_of(most)))
    if len(parts) > ITEMS_MAX:
        raise TemplateFailed("It has too many parts.")
    return parts


METHODS: Mapping[str, Callable[..., Value]] = {
    "split": _split,
    "lower": lambda value: value.lower(),
    "upper": lambda value: value.upper(),
    "title": lambda value: value.title(),
    "capitalize": lambda value: value.capitalize(),
    "strip": lambda value, letters=None: value.strip(None if letters is None else text_of(letters)),
    "replace": _replace,
    "startswith": lambda value, start: value.startswith(text_of(start)),
    "endswith": lambda value, end: value.endswith(text_of(end)),
}
"""`text.name(…)`; besides them `object.get(key, default)`."""

TESTS: Mapping[str, Callable[[Value], bool]] = {
    "defined": lambda value: value is not UNDEFINED,
    "undefined": lambda value: value is UNDEFINED,
    "none": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float),
    "string": lambda value: isinstance(value, str),
    "mapping": lambda value: isinstance(value, dict),
    "sequence": lambda value: isinstance(value, str | list),
    "iterable": lambda value: isinstance(value, str | list | dict),
    "boolean": lambda value: isinstance(value, bool),
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "odd": lambda value: int(number_of(value)) % 2 == 1,
    "even": lambda value: int(number_of(value)) % 2 == 0,
}
"""`value is name`."""
