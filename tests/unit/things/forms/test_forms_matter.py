"""A product as a Matter node: units scaled, meanings kept; and a recorded node as a product."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Refused
from jinn.things.forms import export, read_any
from jinn.things.forms.matter_acting import ACTORS, COLD_TARGET, MUTE
from jinn.things.forms.matter_reading import read_node
from jinn.things.forms.matter_scales import (
    hex_of_hue,
    hue_of_hex,
    kelvin_of_mireds,
    level_of_percent,
    lux_of,
    measured_of_lux,
    mireds_of_kelvin,
    percent_of_level,
)
from jinn.things.forms.matter_sensing import CONTACT, SENSORS
from jinn.things.forms.reading import Left, Node
from jinn.things.thing_model import EnumType, NumberType

ROOT = Path(__file__).resolve().parents[4]
RECORDED = ROOT / "tests/recordings/matter_node.json"
FEATURES = {feature.identifier: feature for feature in (*ACTORS, *SENSORS)}


def attributes(folder: str) -> dict[str, object]:
    product = read_any((ROOT / f"products/{folder}/product.json").read_bytes()).product
    return export(product, "matter").document["attributes"]


def test_a_recorded_node_is_a_lamp_with_its_sensors_beside_it() -> None:
    node = json.loads(RECORDED.read_text("utf-8"))
    read = read_node(Node(node, "", Left()))
    product = read.product
    assert (product.kind, product.names.en) == ("light", "Light")
    assert product.product_key.startswith("matter-fff1-8000-")
    properties = product.model.properties
    assert set(properties) == {"on", "brightness", "color_temperature", "temperature", "open"}
    assert properties["color_temperature"].type == NumberType(
        kind="int", min=2703, max=6536, step=1, unit="K", unit_name="kelvin"
    )
    values = {
        name: point.feature.value_of(read.attributes[point.endpoint][point.feature.cluster])
        for name, point in read.points.items()
    }
    assert values == {"on": 0, "brightness": 39, "color_temperature": 4000, "temperature": 21.5, "open": 0}


def test_a_node_is_known_by_its_attributes_alone() -> None:
    assert read_any(RECORDED.read_bytes()).form == "matter"


def test_the_device_type_says_how_much_a_lamp_can() -> None:
    assert attributes("light")["1/29/0"] == [{"0": 0x010C, "1": 1}]
    assert attributes("color_light")["1/29/0"] == [{"0": 0x010D, "1": 1}]


def test_each_compartment_of_a_fridge_is_an_endpoint_with_its_tag() -> None:
    found = attributes("fridge")
    assert found["1/29/0"] == [{"0": 0x0070, "1": 1}]
    assert found["2/29/4"] == [{"0": None, "1": 0x41, "2": 0}]
    assert (found["2/86/1"], found["2/86/2"]) == (200, 800)
    assert (found["3/86/1"], found["3/86/2"]) == (-2400, -1600)
    assert found["2/1026/2"] == 4500
    assert found["1/87/2"] is False


def test_a_shut_door_is_true_for_matter_and_closed_for_us() -> None:
    assert CONTACT.value_of({0: True}) == 0
    assert CONTACT.value_of({0: False}) == 1
    assert CONTACT.value_of({0: None}) is None
    assert attributes("door_sensor")["1/69/0"] is True


def test_an_open_curtain_has_no_lift_for_matter() -> None:
    position = FEATURES["position"]
    assert position.value_of({14: 0}) == 100
    assert position.value_of({14: 10_000}) == 0
    assert position.value_of({8: 30}) == 70
    assert position.order_of is not None
    order = position.order_of(30, {})
    assert (order.command, dict(order.payload)) == ("GoToLiftPercentage", {"liftPercent100thsValue": 7000})


def test_a_muted_speaker_is_off() -> None:
    assert MUTE.value_of({0: True}) == 0
    assert MUTE.order_of is not None
    assert MUTE.order_of(1, {}).command == "Off"


def test_a_set_point_counts_in_hundredths_of_a_degree() -> None:
    assert COLD_TARGET.order_of is not None
    assert dict(COLD_TARGET.order_of(4, {}).payload) == {"targetTemperature": 400}
    assert FEATURES["temperature"].value_of({0: 2150}) == 21.5


def test_a_thermostat_is_set_where_it_works_now() -> None:
    target = FEATURES["target_temperature"]
    assert target.order_of is not None
    heating, cooling = {65532: 3, 0x1C: 4, 0x11: 2600, 0x12: 2000}, {65532: 3, 0x1C: 3, 0x11: 2600, 0x12: 2000}
    assert target.order_of(21.5, heating).attribute == 0x12
    assert target.order_of(21.5, cooling).attribute == 0x11
    assert target.order_of(21.5, cooling).value == 2150
    assert target.value_of(heating) == 20
    assert FEATURES["mode"].type_of({65532: 1}) == EnumType(labels={0: "off", 4: "heat"})


def test_a_vacuum_starts_by_a_mode_and_docks_by_a_command() -> None:
    product = read_any((ROOT / "products/vacuum/product.json").read_bytes()).product
    read = read_node(Node(export(product, "matter").document, "", Left()))
    orders = {
        name: point.action.order_of(read.attributes[point.endpoint][point.action.cluster])
        for name, point in read.services.items()
    }
    assert dict(orders["start"].payload) == {"newMode": 1}
    assert (orders["dock"].cluster, orders["dock"].command) == (0x61, "GoHome")
    assert set(orders) == {"start", "pause", "dock"}


@given(st.integers(0, 100))
def test_every_percent_comes_back_from_its_level(percent: int) -> None:
    assert percent_of_level(level_of_percent(percent)) == percent


@given(st.integers(1, 65_279))
def test_every_mired_comes_back_from_its_kelvin_when_a_kelvin_is_finer(mireds: int) -> None:
    # Past a thousand mireds one of them is less than a kelvin.
    if mireds <= 1000:
        assert mireds_of_kelvin(kelvin_of_mireds(mireds)) == mireds


@given(st.integers(0, 254), st.integers(0, 254))
def test_every_hue_comes_back_from_its_colour_or_nearly(hue: int, saturation: int) -> None:
    found = hue_of_hex(hex_of_hue(hue, saturation))
    assert found is not None
    assert abs(found[1] - saturation) <= 1
    if saturation > 200:
        assert min(abs(found[0] - hue), 254 - abs(found[0] - hue)) <= 1


@given(st.integers(1, 47_710))
def test_every_measured_light_comes_back_or_is_too_dark_to_matter(measured: int) -> None:
    lux = lux_of(measured)
    assert abs(measured_of_lux(lux) - measured) <= 10_000 * 0.05 / lux + 1


def test_what_no_cluster_can_say_is_refused_and_not_written_half() -> None:
    book = {"properties": [{"identifier": "title", "dataType": {"type": "text", "specs": {"length": "9"}}}]}
    with pytest.raises(Refused) as refused:
        export(read_any(json.dumps(book).encode()).product, "matter")
    assert refused.value.stable_code() == "form-empty"
