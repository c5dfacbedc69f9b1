"""What a product says survives the way into a form and back, or the losses name it; and they name nothing else."""

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from forms_models import products
from fuzzing import examples
from hypothesis import given

from jinn.kernel import Refused
from jinn.things.forms import FORMS, Exported, export, read_any
from jinn.things.forms.stating import tsl_bytes, tsl_document
from jinn.things.model import Product
from jinn.things.tsl import read_model

ROOT = Path(__file__).resolve().parents[2]
REAL = {path.parent.name: path.read_bytes() for path in sorted(ROOT.glob("products/*/product.json"))}

quick = examples(30)


def facts(product: Product) -> dict[str, object]:
    """Every single fact with its path, found without the code under test."""
    found: dict[str, object] = {}
    for name in ("product_key", "kind", "domain", "device_class", "names"):
        found.update(_leaves(name, getattr(product, name)))
    for section, members in (
        ("properties", product.model.properties),
        ("events", product.model.events),
        ("services", product.model.services),
    ):
        for key, member in members.items():
            found[f"{section}.{key}"] = True
            found.update(_leaves(f"{section}.{key}", member))
    for key, names in product.property_names.items():
        found.update(_leaves(f"properties.{key}.names", names))
    for key, names in product.service_names.items():
        found.update(_leaves(f"services.{key}.names", names))
    for key, names in product.event_names.items():
        found.update(_leaves(f"events.{key}.names", names))
    for key, options in product.option_names.items():
        for value, names in options.items():
            found.update(_leaves(f"properties.{key}.options.{value}", names))
    return {path: fact for path, fact in found.items() if fact not in (None, "")}


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _leaves(f"{path}.{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}", inner)
    else:
        yield path, value


def member_of(path: str) -> str:
    """`properties.on.type.min` → `properties.on`; other paths: their first word."""
    head, _, rest = path.partition(".")
    if head not in ("properties", "events", "services") or not rest:
        return head
    return f"{head}.{rest.partition('.')[0]}"


def exported_or_none(product: Product, form: str) -> Exported | None:
    """None when nothing of the product can be said in that form."""
    try:
        return export(product, form)
    except Refused as refused:
        if refused.stable_code() != "form-empty":
            raise
        return None


def check_round_trip(product: Product, form: str) -> None:
    exported = exported_or_none(product, form)
    if exported is None:
        return
    document = msgspec.json.encode(exported.document)
    back = read_any(document, form).product
    one, other = facts(product), facts(back)
    changed = {member_of(path) for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
    named = {member_of(loss.path) for loss in exported.losses}
    # A member that is called otherwise appears under its new name too.
    renamed = {f"{member_of(loss.path).partition('.')[0]}.{loss.what.partition(chr(39))[2].rstrip(chr(39))}"
               for loss in exported.losses if loss.path.endswith(".identifier")}  # fmt: skip
    assert changed <= named | renamed
    assert named <= changed | renamed
    assert all(loss.what and loss.why for loss in exported.losses)


@given(products())
@quick
def test_a_model_written_as_tsl_reads_as_itself(product: Product) -> None:
    model = product.model
    document = tsl_document(product.product_key, model.properties, model.events, model.services)
    again = read_model(tsl_bytes(document))
    assert (again.properties, again.events, again.services) == (model.properties, model.events, model.services)


@pytest.mark.parametrize("form", FORMS)
@given(product=products())
@quick
def test_whatever_a_form_loses_is_named_and_nothing_else_is(form: str, product: Product) -> None:
    check_round_trip(product, form)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("folder", REAL)
def test_our_own_products_lose_only_what_is_named(folder: str, form: str) -> None:
    check_round_trip(read_any(REAL[folder]).product, form)


@given(products())
@quick
def test_a_thing_description_loses_nothing_at_all(product: Product) -> None:
    assert export(product, "wot").losses == ()


@given(products())
@quick
def test_a_second_round_trip_loses_nothing_more(product: Product) -> None:
    for form in FORMS:
        exported = exported_or_none(product, form)
        if exported is None:
            continue
        first = read_any(msgspec.json.encode(exported.document), form).product
        assert [loss for loss in export(first, form).losses if loss.path.startswith("properties")] == [], form
