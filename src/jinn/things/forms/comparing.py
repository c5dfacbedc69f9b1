"""What of a product is gone after a round trip? Everything that differs, each with its path."""

from collections.abc import Iterator, Mapping

from jinn.kernel import Names
from jinn.things.forms.model import Loss
from jinn.things.forms.stating import tsl_type
from jinn.things.model import Product
from jinn.things.thing_model import DataType, Event, Field, Property, Service, StructType
from jinn.things.values import Json

_SHOWN_CHARS_MAX = 60


class _Absent:
    pass


_ABSENT = _Absent()
_Tree = Json | _Absent
_SECTIONS = ("properties", "events", "services")


def plain(product: Product) -> dict[str, Json]:
    """All that a product states, as a tree; its version is the hub's own count and is left out."""
    return {
        "product_key": product.product_key,
        "kind": product.kind,
        "domain": product.domain,
        "device_class": product.device_class,
        "names": _names(product.names),
        "properties": {name: _property(product, member) for name, member in product.model.properties.items()},
        "events": {name: _event(product, member) for name, member in product.model.events.items()},
        "services": {name: _service(product, member) for name, member in product.model.services.items()},
    }


def losses_between(
    product: Product, back: Product, renamed: Mapping[str, str], reasons: Mapping[str, str]
) -> tuple[Loss, ...]:
    """What `back` does not say as `product` said it."""
    one = plain(product)
    found: list[tuple[str, str]] = []
    for section in _SECTIONS:
        members = one[section]
        assert isinstance(members, dict)
        called = {name: renamed.get(f"{section}.{name}", name) for name in members}
        found += [(f"{section}.{name}.identifier", f"is called {new!r}") for name, new in called.items() if new != name]
        one[section] = {called[name]: member for name, member in members.items()}
    other = plain(back)
    for section in _SECTIONS:
        # Member by member, also when the other side has none: each is a loss of its own.
        found += _members(section, one.pop(section), other.pop(section))
    found += _differences("", one, other)
    return tuple(Loss(path=path, what=what, why=_reason(path, reasons)) for path, what in found)


def _members(path: str, one: _Tree, other: _Tree) -> Iterator[tuple[str, str]]:
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    for key in [*one, *(key for key in other if key not in one)]:
        yield from _differences(f"{path}.{key}" if path else key, one.get(key, _ABSENT), other.get(key, _ABSENT))


def _differences(path: str, one: _Tree, other: _Tree) -> Iterator[tuple[str, str]]:
    if isinstance(one, dict) and isinstance(other, dict) and one and other:
        yield from _members(path, one, other)
    elif _is_empty(other) and not _is_empty(one):
        yield path, f"{_shown(one)} is lost"
    elif _is_empty(one) and not _is_empty(other):
        yield path, f"{_shown(other)} is added"
    elif not (_is_empty(one) and _is_empty(other)) and one != other:
        yield path, f"{_shown(one)} becomes {_shown(other)}"


def _is_empty(tree: _Tree) -> bool:
    """Said nowhere, and said to be nothing, are the same."""
    return isinstance(tree, _Absent) or tree in (None, "", {}, [])


def _shown(tree: _Tree) -> str:
    shown = ", ".join(tree) if isinstance(tree, dict) else repr(tree)
    return shown if len(shown) <= _SHOWN_CHARS_MAX else f"{shown[:_SHOWN_CHARS_MAX]}…"


def _reason(path: str, reasons: Mapping[str, str]) -> str:
    return next((why for part, why in reasons.items() if part in path), "")


def _names(names: Names | None) -> dict[str, Json]:
    if names is None:
        return {}
    aliases: dict[str, Json] = {lang.value: list(words) for lang, words in names.aliases.items() if words}
    return {"en": names.en, "zh": names.zh, **({"aliases": aliases} if aliases else {})}


def _property(product: Product, member: Property) -> Json:
    options = product.option_names.get(member.identifier, {})
    return {
        "name": member.name,
        "type": _type(member.type),
        "writable": member.is_writable,
        "required": member.is_required,
        "names": _names(product.property_names.get(member.identifier)),
        "options": {str(value): _names(names) for value, names in options.items()},
    }


def _event(product: Product, member: Event) -> Json:
    return {
        "name": member.name,
        "kind": member.kind.value,
        "outputs": _fields(member.outputs),
        "names": _names(product.event_names.get(member.identifier)),
    }


def _service(product: Product, member: Service) -> Json:
    return {
        "name": member.name,
        "sync": member.is_sync,
        "inputs": _fields(member.inputs),
        "outputs": _fields(member.outputs),
        "names": _names(product.service_names.get(member.identifier)),
    }


def _fields(fields: Mapping[str, Field]) -> Json:
    return {name: {"name": field.name, "type": _type(field.type)} for name, field in fields.items()}


def _type(data_type: DataType) -> Json:
    if isinstance(data_type, StructType):
        return {"type": "struct", "fields": _fields(data_type.fields)}
    stated = tsl_type(data_type)
    specs = stated["specs"]
    assert isinstance(specs, dict)
    return {"type": stated["type"], **specs}
