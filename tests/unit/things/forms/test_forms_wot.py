"""A product as a Thing Description: what W3C asks of one, and what strangers' ones become."""

import json
from pathlib import Path

import pytest

from jinn.kernel import Invalid
from jinn.things.forms import export, read_any
from jinn.things.thing_model import BoolType, EnumType, NumberType, TextType

ROOT = Path(__file__).resolve().parents[4]
PRODUCTS = {path.parent.name: path.read_bytes() for path in sorted(ROOT.glob("products/*/product.json"))}

LAMP = {
    "@context": "https://www.w3.org/2022/wot/td/v1.1",
    "id": "urn:uuid:300f4c4b-ca6b-484a-88cf-fd5224a9a61d",
    "title": "MyLampThing",
    "securityDefinitions": {"basic_sc": {"scheme": "basic", "in": "header"}},
    "security": "basic_sc",
    "properties": {
        "status": {"type": "string", "enum": ["on", "off"], "readOnly": True, "forms": [{"href": "/status"}]},
        "brightness": {"type": "integer", "minimum": 0, "maximum": 100, "unit": "percent", "forms": [{"href": "/b"}]},
        "tilt": {"type": "number", "exclusiveMinimum": 0, "forms": [{"href": "/t"}]},
    },
    "actions": {"fade": {"input": {"type": "integer", "minimum": 1}, "forms": [{"href": "/fade"}]}},
    "events": {"overheating": {"data": {"type": "string"}, "forms": [{"href": "/oh", "subprotocol": "longpoll"}]}},
}


@pytest.mark.parametrize("folder", PRODUCTS)
def test_a_thing_description_has_all_that_the_standard_demands(folder: str) -> None:
    document = export(read_any(PRODUCTS[folder]).product, "wot").document
    assert document["@context"][0] == "https://www.w3.org/2022/wot/td/v1.1"
    assert document["title"]
    assert document["security"] in document["securityDefinitions"]
    prefixes = {key for context in document["@context"][1:] for key in context}
    operations = {
        "properties": {"readproperty", "writeproperty"}, "actions": {"invokeaction"}, "events": {"subscribeevent"}
    }  # fmt: skip
    for section, allowed in operations.items():
        for affordance in document[section].values():
            assert {key.partition(":")[0] for key in affordance if ":" in key} <= prefixes
            for form in affordance["forms"]:
                assert form["href"]
                assert {form["op"]} if isinstance(form["op"], str) else set(form["op"]) <= allowed
    for member in document["properties"].values():
        assert ("writeproperty" in member["forms"][0]["op"]) is not member["readOnly"]


def test_a_strangers_thing_description_becomes_a_product_that_says_what_it_left() -> None:
    imported = read_any(json.dumps(LAMP).encode())
    model = imported.product.model
    assert imported.form == "wot"
    assert imported.product.names.en == "MyLampThing"
    assert model.properties["status"].type == EnumType(labels={0: "on", 1: "off"})
    assert model.properties["brightness"].type == NumberType(kind="int", min=0, max=100, unit="percent")
    assert not model.properties["status"].is_writable
    assert model.services["fade"].inputs["value_"].type == NumberType(kind="int", min=1)
    assert isinstance(model.events["overheating"].outputs["value_"].type, TextType)
    assert {loss.path for loss in imported.losses} == {"properties.status.enum", "properties.tilt.exclusiveMinimum"}


def test_a_boolean_keeps_what_its_values_are_called_in_both_languages() -> None:
    product = read_any(PRODUCTS["door_sensor"]).product
    again = read_any(json.dumps(export(product, "wot").document).encode()).product
    assert isinstance(again.model.properties["open"].type, BoolType)
    assert again.option_names["open"][1].zh == "开着"


def test_a_thing_description_without_anything_to_do_or_see_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_any(json.dumps({"@context": LAMP["@context"], "title": "nothing"}).encode())
    assert refused.value.stable_code() == "tsl-empty"
