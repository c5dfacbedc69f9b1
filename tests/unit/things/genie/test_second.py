"""Are orders of the first version the same wishes in the second one, and back?"""

import pytest

from jinn.kernel import Invalid, Unavailable
from jinn.things.genie.devices import read_device
from jinn.things.genie.envelope import VendorError, read_answer
from jinn.things.genie.second import ADJUST, SET, answer_for, as_order, as_orders, is_second, typed
from jinn.things.values import Json

DEVICE = read_device({"deviceId": "d", "deviceType": "light", "extensions": {"productKey": "k"}})


@pytest.mark.parametrize(
    ("control", "value", "name", "params"),
    [
        ("TurnOn", "on", SET, {"a": 1}),
        ("TurnOff", "off", SET, {"a": 0}),
        ("SetBrightness", "40", SET, {"a": 40}),
        ("SetTemperature", "26.5", SET, {"a": 26.5}),
        ("SetMode", "cold", SET, {"a": "cold"}),
        ("AdjustUpTemperature", "2", ADJUST, {"a": 2}),
        ("AdjustDownBrightness", "25", ADJUST, {"a": -25}),
        ("AdjustDownBrightness", "min", ADJUST, {"a": -1}),
    ],
)
def test_a_control_becomes_a_property(control: str, value: str, name: str, params: dict[str, Json]) -> None:
    assert DEVICE is not None
    said, payload = as_order(DEVICE, control, "a", value)
    assert (said, payload["params"], payload["deviceIds"]) == (name, params, ["d"])
    assert payload["extensions"] == {"d": {"productKey": "k"}}


def test_what_is_no_property_has_no_word_in_the_second_version() -> None:
    assert DEVICE is not None
    with pytest.raises(Invalid, match="no word for Pause"):
        as_order(DEVICE, "Pause", "", "")


@pytest.mark.parametrize(
    ("name", "params", "orders"),
    [
        (SET, {"powerstate": 1}, [("TurnOn", "on")]),
        (SET, {"PowerState": "0"}, [("TurnOff", "off")]),
        (SET, {"powerstate": True, "brightness": 30}, [("TurnOn", "on"), ("SetBrightness", "30")]),
        (SET, {"mute": 1}, [("SetMute", "on")]),
        (ADJUST, {"brightness": -20}, [("AdjustDownBrightness", "20")]),
        (ADJUST, {"temperature": "1.5"}, [("AdjustUpTemperature", "1.5")]),
    ],
)
def test_properties_become_controls(name: str, params: dict[str, Json], orders: list[tuple[str, str]]) -> None:
    assert as_orders(name, params) == orders


def test_numbers_are_numbers_and_words_stay_words() -> None:
    assert [typed(text) for text in ("on", "OFF", "7", "7.0", "-1.5", "cold", "")] == [1, 0, 7, 7, -1.5, "cold", ""]
    assert [is_second(one) for one in (2, "2", 2.0, 1, "1", True, None, [2])] == [True] * 3 + [False] * 5


def test_of_several_answers_the_devices_own_counts() -> None:
    listed = b'{"header":{"name":"CorrectResponse"},"payload":{"deviceResponseList":[1,{"deviceId":"x"},%s]}}'
    good = read_answer(listed % b'{"deviceId":"d","errorCode":"SUCCESS","status":{"powerstate":1}}')
    assert answer_for("d", good).properties == [("powerstate", 1)]
    bad = read_answer(listed % b'{"deviceId":"d","errorCode":"IOT_DEVICE_OFFLINE","message":7}')
    with pytest.raises(VendorError) as told:
        answer_for("d", bad)
    assert told.value.code == "IOT_DEVICE_OFFLINE"
    with pytest.raises(Unavailable):
        answer_for("another", good)
