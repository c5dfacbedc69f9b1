"""A product as a MIoT instance: standard types where they mean the same, and strangers' instances as products."""

import json
from pathlib import Path

import pytest

from jinn.kernel import Invalid
from jinn.things.forms import export, read_any
from jinn.things.thing_model import BoolType, EnumType, NumberType

ROOT = Path(__file__).resolve().parents[4]


def product(folder: str) -> bytes:
    return (ROOT / f"products/{folder}/product.json").read_bytes()


def urn(section: str, rest: str) -> str:
    return f"urn:miot-spec-v2:{section}:{rest}:maker-lamp1:1"


LAMP = {
    "type": urn("device", "light:0000A001"),
    "description": "Light",
    "services": [
        {"iid": 1, "type": urn("service", "device-information:00007801"), "description": "Device Information",
         "properties": [{"iid": 1, "type": urn("property", "manufacturer:00000001"), "description": "Manufacturer",
                         "format": "string", "access": ["read"]}]},
        {"iid": 2, "type": urn("service", "light:00007802"), "description": "Light",
         "properties": [
             {"iid": 1, "type": urn("property", "on:00000006"), "description": "Switch Status", "format": "bool",
              "access": ["read", "write", "notify"]},
             {"iid": 2, "type": urn("property", "brightness:0000000D"), "description": "Brightness",
              "format": "uint8", "access": ["read", "write", "notify"], "unit": "percentage",
              "value-range": [1, 100, 1]},
             {"iid": 3, "type": urn("property", "mode:00000008"), "description": "Mode", "format": "uint8",
              "access": ["write"], "value-list": [{"value": 0, "description": "Day"},
                                                  {"value": 1, "description": "Night"}]},
             {"iid": 4, "type": urn("property", "color:0000000E"), "description": "Color", "format": "uint32",
              "access": ["read", "write", "notify"], "unit": "rgb", "value-range": [1, 16777215, 1]},
         ],
         "actions": [{"iid": 1, "type": urn("action", "toggle:00002811"), "description": "Toggle", "in": [],
                      "out": []}]},
        {"iid": 3, "type": "urn:maker-spec:service:ambient:00007801:maker-lamp1:1", "description": "Ambient",
         "properties": [{"iid": 1, "type": urn("property", "on:00000006"), "description": "Ambient", "format": "bool",
                         "access": ["read", "write", "notify"]}],
         "actions": [{"iid": 1, "type": "urn:maker-spec:action:fade:00002801:maker-lamp1:1", "description": "Fade",
                      "in": [1], "out": []}]},
    ],
}  # fmt: skip


def test_standard_types_are_used_where_they_mean_the_same() -> None:
    document = export(read_any(product("light")).product, "miot").document
    assert document["type"].startswith("urn:miot-spec-v2:device:light:0000A001:jinn-jinnLight01")
    light = document["services"][1]
    assert light["type"].startswith("urn:miot-spec-v2:service:light:00007802:")
    on, brightness, color_temperature = light["properties"]
    assert on["type"].startswith("urn:miot-spec-v2:property:on:00000006:")
    assert on["format"] == "bool"
    assert brightness["format"] == "uint8"
    assert brightness["unit"] == "percentage"
    assert brightness["value-range"] == [0, 100, 1]
    assert color_temperature["value-range"] == [2700, 6500, 1]
    assert color_temperature["unit"] == "kelvin"


def test_an_open_door_is_never_said_to_be_in_contact() -> None:
    document = json.dumps(export(read_any(product("door_sensor")).product, "miot").document)
    assert "contact-state" not in document


def test_what_the_vacuum_cleans_is_an_argument_that_is_also_its_property() -> None:
    document = export(read_any(product("vacuum")).product, "miot").document
    vacuum = document["services"][1]
    clean = next(action for action in vacuum["actions"] if "start-room-sweep" in action["type"])
    area = next(member for member in vacuum["properties"] if ":area:" in member["type"] and member["access"])
    argument = next(member for member in vacuum["properties"] if member["iid"] == clean["in"][0])
    assert argument["format"] == area["format"] == "string"


def test_a_strangers_instance_becomes_a_product_in_our_words() -> None:
    imported = read_any(json.dumps(LAMP).encode())
    found = imported.product
    assert (imported.form, found.kind, found.domain) == ("miot", "light", "light")
    properties = found.model.properties
    assert properties["on"].type == BoolType(labels={0: "off", 1: "on"})
    assert properties["brightness"].type == NumberType(
        kind="int", min=1, max=100, step=1, unit="%", unit_name="percent"
    )
    assert properties["mode"].type == EnumType(labels={0: "Day", 1: "Night"})
    assert found.meaning.abilities["brightness"] == "brightness"
    # The second switch does not fight for the name of the first.
    assert properties["ambient:on"].is_writable
    assert set(found.model.services["fade"].inputs) == {"on"}
    assert {loss.path for loss in imported.losses} == {
        "services[0].properties", "services[1].properties[2].access"
    }  # fmt: skip


def test_names_in_mandarin_travel_as_translations() -> None:
    original = read_any(product("air_conditioner")).product
    exported = export(original, "miot")
    again = read_any(json.dumps(exported.document).encode()).product
    assert exported.document["languages"]["zh_cn"]["service:002:property:002"] == "模式"
    assert again.option_names["mode"] == original.option_names["mode"]
    assert again.names.zh == "空调"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lamp: lamp.update(type="urn:nonsense:device"),
        lambda lamp: lamp["services"][1].update(type=urn("device", "light:0000A001")),
        lambda lamp: lamp["services"][1]["properties"][1].update({"value-range": [1, 100]}),
        lambda lamp: lamp["services"][1]["properties"][1].update({"value-range": ["1", "2", "3"]}),
        lambda lamp: lamp["services"][1].update(properties={"on": True}),
    ],
)
def test_an_instance_that_contradicts_itself_is_refused(spoil) -> None:
    lamp = json.loads(json.dumps(LAMP))
    spoil(lamp)
    with pytest.raises(Invalid):
        read_any(json.dumps(lamp).encode(), "miot")
