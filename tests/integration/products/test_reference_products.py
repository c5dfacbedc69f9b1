"""The reference products and the demo home parse, and agree with themselves and with each other."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jinn.things.products import read_product_folder

ROOT = Path(__file__).resolve().parents[3]
PRODUCTS = {
    path.parent.name: json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("products/*/product.json"))
}
CONTRACTS: Registry = Registry().with_resources(
    (name, Resource.from_contents(json.loads((ROOT / f"contracts/{name}.schema.json").read_text("utf-8"))))
    for name in ("jinn", "edge")
)
HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))
# What a simulated thing knows of its surroundings beyond its own properties.
SURROUNDINGS = {"vacuum": {"rooms"}}


def schema(name: str) -> Draft202012Validator:
    document = json.loads((ROOT / f"contracts/{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document, registry=CONTRACTS)


def identifiers(product: dict, section: str) -> list[str]:
    return [entry["identifier"] for entry in product["model"][section]]


def test_every_kind_of_the_demo_home_is_a_product() -> None:
    kinds = "air_conditioner color_light curtain door_sensor fridge light shirt speaker television vacuum"
    assert set(PRODUCTS) == set(kinds.split())


@pytest.mark.parametrize("folder", PRODUCTS)
def test_a_product_obeys_its_contract(folder: str) -> None:
    schema("product").validate(PRODUCTS[folder])


@pytest.mark.parametrize("folder", PRODUCTS)
def test_a_product_has_one_key_and_no_identifier_twice(folder: str) -> None:
    product = PRODUCTS[folder]
    assert product["model"]["profile"]["productKey"] == product["product_key"]
    for section in ("properties", "events", "services"):
        assert len(set(identifiers(product, section))) == len(identifiers(product, section))


@pytest.mark.parametrize("folder", PRODUCTS)
def test_whatever_a_product_has_is_named_in_both_languages(folder: str) -> None:
    product = PRODUCTS[folder]
    assert set(product["property_names"]) == set(identifiers(product, "properties"))
    assert set(product.get("service_names", {})) == set(identifiers(product, "services"))
    assert set(product.get("event_names", {})) == set(identifiers(product, "events"))
    options = {
        entry["identifier"]: set(entry["dataType"]["specs"])
        for entry in product["model"]["properties"]
        if entry["dataType"]["type"] in ("bool", "enum")
    }
    assert {identifier: set(names) for identifier, names in product.get("option_names", {}).items()} == options


def test_product_keys_are_not_shared() -> None:
    keys = [product["product_key"] for product in PRODUCTS.values()]
    assert len(set(keys)) == len(keys)


def test_the_demo_home_obeys_its_contract() -> None:
    schema("demo_home").validate(HOME)


def test_every_room_of_the_demo_home_has_a_light() -> None:
    lit = {thing["area"] for thing in HOME["things"] if PRODUCTS[thing["product"]]["kind"] == "light"}
    assert lit == {area["id"] for area in HOME["areas"]} == {"living_room", "bedroom", "kitchen", "hall"}


def test_things_of_the_demo_home_stand_in_its_rooms_and_have_their_own_ids() -> None:
    areas = {area["id"] for area in HOME["areas"]} | {None}
    assert all(thing["area"] in areas for thing in HOME["things"])
    ids = [thing["id"] for thing in HOME["things"]]
    assert len(set(ids)) == len(ids) == 13


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_two_things_of_the_demo_home_answer_to_one_name(lang: str) -> None:
    names = [name.lower() for t in HOME["things"] for name in {t["names"][lang], *t["aliases"][lang]}]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("thing", HOME["things"], ids=lambda thing: thing["id"])
def test_a_thing_of_the_demo_home_starts_with_every_property_of_its_product(thing: dict) -> None:
    product = PRODUCTS[thing["product"]]
    expected = set(identifiers(product, "properties")) | SURROUNDINGS.get(product["kind"], set())
    assert set(thing["initial"]) == expected


@pytest.mark.parametrize("folder", PRODUCTS)
def test_the_hub_knows_what_every_property_and_service_of_a_product_means(folder: str) -> None:
    product = read_product_folder(ROOT / "products" / folder)
    assert product.kind == PRODUCTS[folder]["kind"]
    stated = {*identifiers(PRODUCTS[folder], "properties"), *identifiers(PRODUCTS[folder], "services")}
    assert len(product.meaning.words()) == len(stated)
