"""May a product's model become this one? It may grow, shrink and move its bounds; no property may change its type."""

from collections.abc import Mapping

from jinn.kernel import Conflict
from jinn.things.thing_model import ArrayType, DataType, Field, StructType, ThingModel

_NUMBERS = frozenset({"float", "double"})
"""One written twice as long is the same number."""


def refuse_changed_types(before: ThingModel, after: ThingModel) -> None:
    """Raises `Conflict` with code `type-changed` for the first property whose type is another one."""
    for name, member in before.properties.items():
        new = after.properties.get(name)
        if new is None:
            continue
        changed = _changed(name, member.type, new.type)
        if changed is not None:
            where, was, becomes = changed
            raise Conflict(
                f"{where!r} was of type {was} and cannot become {becomes}: give it a new identifier.",
                code="type-changed",
                property=name,
            )


def _changed(where: str, was: DataType, becomes: DataType) -> tuple[str, str, str] | None:
    """Where the two differ in kind, and how; None when they do not."""
    if was.kind != becomes.kind and {was.kind, becomes.kind} != _NUMBERS:
        return where, was.kind, becomes.kind
    if isinstance(was, ArrayType) and isinstance(becomes, ArrayType):
        return _changed(f"{where}[]", was.item, becomes.item)
    if isinstance(was, StructType) and isinstance(becomes, StructType):
        return _changed_field(where, was.fields, becomes.fields)
    return None


def _changed_field(where: str, was: Mapping[str, Field], becomes: Mapping[str, Field]) -> tuple[str, str, str] | None:
    for name, field in was.items():
        if name in becomes:
            changed = _changed(f"{where}.{name}", field.type, becomes[name].type)
            if changed is not None:
                return changed
    return None
