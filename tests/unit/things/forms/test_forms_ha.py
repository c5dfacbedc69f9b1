"""A product as MQTT discovery: entities that people know, and strangers' payloads, short keys and all, as products."""

import json
from pathlib import Path

from jinn.things.forms import export, read_any
from jinn.things.thing_model import BoolType, EnumType, NumberType, TextType

ROOT = Path(__file__).resolve().parents[4]


def components(folder: str) -> dict[str, dict[str, object]]:
    product = read_any((ROOT / f"products/{folder}/product.json").read_bytes()).product
    return export(product, "ha", address="one").document["components"]


def read(payload: object):
    return read_any(json.dumps(payload).encode(), "ha")


def test_a_lamp_is_one_light_and_not_three_switches() -> None:
    found = components("light")
    assert set(found) == {"light"}
    light = found["light"]
    assert light["brightness_scale"] == 100
    assert (light["min_kelvin"], light["max_kelvin"]) == (2700, 6500)
    assert light["command_topic"] == "jinn/one/on/set"
    assert light["unique_id"] == "one_light"


def test_a_vacuum_can_be_told_what_it_can_do_and_its_own_states_stay() -> None:
    found = components("vacuum")
    assert set(found["vacuum"]["supported_features"]) == {"start", "pause", "return_home", "status"}
    assert found["state"]["options"] == ["docked", "cleaning", "paused", "returning", "stuck"]


def test_what_can_only_be_read_is_a_sensor_and_what_can_be_set_is_not() -> None:
    found = components("fridge")
    assert found["cold_target"] | {"min": 2, "max": 8, "step": 1, "platform": "number"} == found["cold_target"]
    assert found["cold_temperature"]["platform"] == "sensor"
    assert found["cold_temperature"]["device_class"] == "temperature"
    assert found["door"] | {"platform": "binary_sensor", "device_class": "door"} == found["door"]
    assert found["door_left_open"]["event_types"] == ["door_left_open"]


def test_every_entity_has_its_own_id_and_says_its_platform() -> None:
    for path in sorted(ROOT.glob("products/*/product.json")):
        found = components(path.parent.name)
        assert len({entity["unique_id"] for entity in found.values()}) == len(found)
        assert all(entity["platform"] for entity in found.values())


def test_a_light_of_the_json_schema_in_short_keys_is_a_lamp() -> None:
    # The shape that Zigbee bridges publish.
    found = read({
        "schema": "json", "cmd_t": "z/lamp/set", "stat_t": "z/lamp", "brightness": True, "bri_scl": 254,
        "sup_clrm": ["color_temp", "xy"], "min_mirs": 153, "max_mirs": 500, "uniq_id": "0x1_light_z",
        "dev": {"ids": ["z_0x1"], "name": "Reading lamp", "mf": "Maker", "mdl": "L1"},
    }).product  # fmt: skip
    assert (found.kind, found.product_key, found.names.en) == ("light", "z_0x1", "Reading lamp")
    properties = found.model.properties
    assert set(properties) == {"on", "brightness", "color_temperature", "color"}
    assert properties["brightness"].type == NumberType(kind="int", min=0, max=254, step=1)
    assert properties["color_temperature"].type == NumberType(
        kind="int", min=2000, max=6536, step=1, unit="K", unit_name="kelvin"
    )
    assert found.property_names["brightness"].zh == "亮度"


def test_a_lone_contact_is_called_what_it_is_and_not_by_its_number() -> None:
    found = read({"platform": "binary_sensor", "device_class": "door", "state_topic": "a", "unique_id": "0x77_c"})
    assert found.product.kind == "door_sensor"
    assert found.product.model.properties["open"].type == BoolType(labels={0: "closed", 1: "open"})


def test_entities_of_one_device_keep_apart() -> None:
    found = read({
        "dev": {"ids": "heater", "name": "Heater"}, "o": {"name": "bridge"}, "cmps": {
            "hot": {"p": "climate", "temp_cmd_t": "t", "min_temp": 5, "max_temp": 30, "temp_step": 0.5,
                    "mode_cmd_t": "m", "modes": ["off", "heat"], "curr_temp_t": "c"},
            "lamp_a": {"p": "light", "cmd_t": "a"}, "lamp_b": {"p": "light", "cmd_t": "b"},
            "pick": {"p": "select", "options": ["one", "two"], "cmd_t": "s"},
            "note": {"p": "text", "cmd_t": "n", "max": 20},
            "cam": {"p": "camera", "topic": "x"},
        },
    })  # fmt: skip
    properties = found.product.model.properties
    assert properties["mode"].type == EnumType(labels={0: "off", 1: "heat"})
    assert properties["target_temperature"].type == NumberType(
        kind="double", min=5, max=30, step=0.5, unit="°C", unit_name="degree Celsius"
    )
    assert not properties["temperature"].is_writable
    assert {"on", "lamp_b:on"} <= set(properties)
    assert properties["note"].type == TextType(length=20)
    assert [loss.path for loss in found.losses] == ["components.cam.platform"]
