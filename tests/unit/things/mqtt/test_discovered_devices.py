"""Devices as they announce themselves: what each is here, what its messages mean, and what it is told."""

import json
from pathlib import Path

import pytest

from jinn.kernel import Invalid, NotFound, Refused
from jinn.things.mqtt.device import Device, assemble_device
from jinn.things.mqtt.discovery import Announcement, read_announcement
from jinn.things.mqtt.drawing import Heard, Outgoing
from jinn.things.mqtt.hues import from_hex, from_hs, from_xy, to_hex, to_hs, to_xy
from jinn.things.thing_model import EnumType

RECORDINGS = Path(__file__).resolve().parents[3] / "recordings" / "homeassistant"


def announced(topic: str, payload: object) -> Announcement:
    return read_announcement(topic, json.dumps(payload).encode(), "homeassistant")


def recorded(name: str) -> dict[str, Device]:
    by_device: dict[str, list[Announcement]] = {}
    for line in (RECORDINGS / name).read_text().splitlines():
        said = json.loads(line)
        one = announced(said["topic"], said["payload"])
        by_device.setdefault(one.device.id, []).append(one)
    devices = [assemble_device(every[0].device, every) for every in by_device.values()]
    return {device.info.name: device for device in devices}


def alone(platform: str, **fields: object) -> Device:
    one = announced(f"homeassistant/{platform}/x/config", fields)
    return assemble_device(one.device, [one])


def heard(topic: str, payload: object) -> Heard:
    return Heard(topic, payload.encode() if isinstance(payload, str) else json.dumps(payload).encode())


def told(messages: list[Outgoing]) -> list[tuple[str, str]]:
    return [(message.topic, message.payload) for message in messages]


def test_a_zigbee_lamp_is_a_light_in_our_units() -> None:
    lamp = recorded("zigbee2mqtt.jsonl")["Reading lamp"]
    assert lamp.product.kind == "light"
    assert lamp.left == ("update: a update is not used here",)
    state = {
        "state": "ON",
        "brightness": 127,
        "color_temp": 250,
        "color": {"x": 0.7006, "y": 0.2993},
        "color_mode": "xy",
    }
    read = lamp.read(heard("zigbee2mqtt/reading_lamp", state))
    assert {name: read[name] for name in ("on", "brightness", "color_temperature", "color")} == {
        "on": 1, "brightness": 50, "color_temperature": 4000, "color": "#ff0000",
    }  # fmt: skip
    [(topic, payload)] = told(lamp.written({"on": 1, "brightness": 100, "color_temperature": 4000}))
    assert topic == "zigbee2mqtt/reading_lamp/set"
    assert json.loads(payload) == {"state": "ON", "brightness": 254, "color_temp": 250}
    [(_, off)] = told(lamp.written({"on": 0, "brightness": 3}))
    assert json.loads(off) == {"state": "OFF"}
    assert json.loads(told(lamp.written({"color": "#ff0000"}))[0][1])["color"] == {"x": 0.6401, "y": 0.33}
    assert told(lamp.written({"power_on_behavior": 3})) == [
        ("zigbee2mqtt/reading_lamp/set/power_on_behavior", "previous")
    ]


def test_a_lamp_in_white_mode_keeps_the_colour_that_it_was_told_last() -> None:
    lamp = recorded("zigbee2mqtt.jsonl")["Reading lamp"]
    white = {"state": "ON", "color_mode": "color_temp", "color_temp": 370, "color": {"x": 0.45, "y": 0.4}}
    assert "color" not in lamp.read(heard("zigbee2mqtt/reading_lamp", white))


def test_a_contact_whose_payloads_are_truth_values_is_open_when_it_has_no_contact() -> None:
    door = recorded("zigbee2mqtt.jsonl")["Front door"]
    assert door.product.kind == "door_sensor"
    assert door.read(heard("zigbee2mqtt/front_door", {"contact": False, "battery": 91})) == {"open": 1, "battery": 91.0}
    assert door.read(heard("zigbee2mqtt/front_door", {"contact": True})) == {"open": 0}


def test_a_thermostat_without_power_is_switched_by_its_modes() -> None:
    radiator = recorded("zigbee2mqtt.jsonl")["Radiator"]
    said = {"system_mode": "heat", "local_temperature": 19.5, "occupied_heating_setpoint": 21}
    assert radiator.read(heard("zigbee2mqtt/heating", said)) == {
        "mode": 2, "on": 1, "target_temperature": 21.0, "temperature": 19.5,
    }  # fmt: skip
    assert told(radiator.written({"on": 0})) == [("zigbee2mqtt/heating/set/system_mode", "off")]
    assert told(radiator.written({"on": 1})) == [("zigbee2mqtt/heating/set/system_mode", "heat")]
    assert told(radiator.written({"target_temperature": 22.5, "mode": 1})) == [
        ("zigbee2mqtt/heating/set/system_mode", "auto"), ("zigbee2mqtt/heating/set/occupied_heating_setpoint", "22.5"),
    ]  # fmt: skip


def test_a_blind_has_a_position_and_can_be_told_to_open() -> None:
    blind = recorded("zigbee2mqtt.jsonl")["Blind"]
    assert blind.product.kind == "curtain"
    assert blind.read(heard("zigbee2mqtt/blind", {"position": 40})) == {"position": 40}
    assert told(blind.written({"position": 70})) == [("zigbee2mqtt/blind/set", '{ "position": 70 }')]
    assert told(blind.pressed("open")) == [("zigbee2mqtt/blind/set", "OPEN")]
    with pytest.raises(NotFound):
        blind.pressed("explode")


def test_a_knob_has_events() -> None:
    knob = recorded("zigbee2mqtt.jsonl")["Knob"]
    assert knob.happened(heard("zigbee2mqtt/knob", {"action": "double"})) == ["double"]
    assert knob.happened(heard("zigbee2mqtt/knob", {"battery": 3})) == []


def test_a_device_that_announces_itself_in_one_message_shares_its_topics() -> None:
    greenhouse = recorded("zigbee2mqtt.jsonl")["Greenhouse"]
    assert greenhouse.read(heard("zigbee2mqtt/greenhouse", {"temperature": 23, "humidity": 61})) == {
        "temperature": 23.0, "humidity": 61.0,
    }  # fmt: skip
    assert [one.topic for one in greenhouse.availabilities] == ["zigbee2mqtt/bridge/state"]


def test_short_keys_and_a_base_topic_are_spelt_out() -> None:
    devices = recorded("tasmota.jsonl")
    relay, strip = devices["Kitchen relay"], devices["Strip"]
    assert relay.read(heard("tasmota/kitchen/tele/STATE", {"POWER": "ON"})) == {"on": 1}
    assert relay.read(heard("tasmota/kitchen/tele/SENSOR", {"ENERGY": {"Power": 41}})) == {"power": 41.0}
    assert told(relay.written({"on": 0})) == [("tasmota/kitchen/cmnd/POWER", "OFF")]
    said = {"POWER": "ON", "Dimmer": 30, "Color": "255,128,0,0,0", "CT": 200}
    assert strip.read(heard("tasmota/strip/tele/STATE", said)) == {
        "on": 1, "brightness": 30, "color": "#ff8000", "color_temperature": 5000,
    }  # fmt: skip
    assert told(strip.written({"on": 1, "brightness": 20})) == [("tasmota/strip/cmnd/Dimmer", "20")]
    assert told(strip.written({"color": "#0000ff"})) == [
        ("tasmota/strip/cmnd/Color2", "0,0,255"), ("tasmota/strip/cmnd/POWER", "ON"),
    ]  # fmt: skip


def test_plain_topics_of_a_board_with_many_parts() -> None:
    garage = recorded("esphome.jsonl")["garage"]
    assert garage.read(heard("garage/sensor/outside_temperature/state", "-3.5")) == {"temperature": -3.5}
    assert garage.read(heard("garage/sensor/outside_temperature/state", "nan")) == {}
    assert garage.read(heard("garage/binary_sensor/motion/state", "ON")) == {"motion": 1}
    assert garage.read(heard("garage/fan/fan/speed_level/state", "3")) == {"fan_speed": 75}
    assert told(garage.written({"fan_speed": 50})) == [("garage/fan/fan/speed_level/command", "2")]
    assert told(garage.written({"oscillation": 1, "locked": 0})) == [
        ("garage/fan/fan/oscillation/command", "oscillate_on"), ("garage/lock/door/command", "UNLOCK"),
    ]  # fmt: skip
    assert told(garage.written({"threshold": 2.5, "sign": "hi"})) == [
        ("garage/number/threshold/command", "2.5"), ("garage/text/sign/command", "hi"),
    ]  # fmt: skip
    assert told(garage.pressed("restart")) == [("garage/button/restart/command", "PRESS")]


def test_a_vacuum_says_where_it_is_and_goes_home() -> None:
    robot = recorded("vacuum.jsonl")["Robot"]
    said = {"state": "cleaning", "battery_level": 64, "fan_speed": "high"}
    assert robot.read(heard("valetudo/robot_x/hass/state", said)) == {"state": 1, "battery": 64, "fan": 2}
    assert told(robot.pressed("dock")) == [("valetudo/robot_x/hass/command", "return_to_base")]


def test_two_of_a_kind_are_of_one_product_and_a_new_firmware_has_another() -> None:
    def lamp(number: str, *, has_brightness: bool = True) -> Device:
        payload = {
            "schema": "json", "cmd_t": f"z/{number}/set", "stat_t": f"z/{number}", "brightness": has_brightness,
            "uniq_id": number, "dev": {"ids": [number], "name": f"Lamp {number}", "mf": "M", "mdl": "L1"},
        }  # fmt: skip
        one = announced(f"homeassistant/light/{number}/light/config", payload)
        return assemble_device(one.device, [one])

    assert lamp("1").product == lamp("2").product
    assert lamp("1").info.id != lamp("2").info.id
    assert lamp("1").product.product_key != lamp("1", has_brightness=False).product.product_key


def test_a_light_of_the_template_schema_speaks_through_its_templates() -> None:
    light = alone(
        "light", schema="template", command_topic="t/set", state_topic="t",
        command_on_template="on,{{ brightness | default('') }},{{ red | default(0) }}", command_off_template="off",
        state_template="{{ value.split(',')[0] }}", brightness_template="{{ value.split(',')[1] }}",
        red_template="{{ value.split(',')[2] }}", green_template="0", blue_template="0",
    )  # fmt: skip
    assert light.read(heard("t", "on,255,16")) == {"on": 1, "brightness": 100, "color": "#100000"}
    assert told(light.written({"brightness": 50, "color": "#ff0000"})) == [("t/set", "on,128,255")]
    assert told(light.written({"on": 0})) == [("t/set", "off")]


def test_a_value_that_does_not_fit_is_left_out_and_the_others_stay() -> None:
    number = alone("number", command_topic="c", state_topic="s", min=0, max=10)
    assert number.read(heard("s", "11")) == {}
    assert number.read(heard("s", "7.4")) == {"x": 7}
    select = alone("select", command_topic="c", state_topic="s", options=["a", "b"])
    assert select.read(heard("s", "c")) == {}
    assert isinstance(select.product.model.properties["x"].type, EnumType)
    with pytest.raises(Refused):
        select.written({"x": 9})


def test_a_bad_template_spoils_its_entity_and_not_the_device() -> None:
    device = {"ids": "d", "name": "D"}
    good = announced("homeassistant/sensor/good/config", {"stat_t": "a", "dev": device})
    bad = announced("homeassistant/sensor/bad/config", {"stat_t": "b", "val_tpl": "{{ states('x') }}", "dev": device})
    both = assemble_device(good.device, [good, bad])
    assert set(both.product.model.properties) == {"good"}
    assert "bad: That template cannot be used here" in both.left[0]
    with pytest.raises(Invalid) as refused:
        assemble_device(bad.device, [bad])
    assert refused.value.stable_code() == "nothing-usable"


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/config",
        "homeassistant/sensor/config",
        "homeassistant/a b/c/config",
        "homeassistant/a/b/c/d/config",
        "other/a/b/config",
    ],
)
def test_a_topic_that_is_none_of_discovery_is_refused(topic: str) -> None:
    with pytest.raises(Invalid):
        announced(topic, {"state_topic": "a"})


@pytest.mark.parametrize(
    "payload", ["", "x", "[]", "1", '{"a":', "null", '{"components": [1]}', "[" * 50_000, '"' + "x" * 70_000 + '"']
)
def test_a_config_that_is_none_is_refused(payload: str) -> None:
    with pytest.raises(Invalid):
        read_announcement("homeassistant/device/x/config", payload.encode(), "homeassistant")


@pytest.mark.parametrize("topic", ["a/#", "a/+", "$SYS/x", "a b", "a>", "*", "", 5, ["a"], "x" * 600, "a\u0000"])
def test_a_topic_with_wildcards_or_of_the_system_is_never_used(topic: object) -> None:
    with pytest.raises(Invalid):
        alone("switch", state_topic="fine", command_topic=topic)


@pytest.mark.parametrize("color", ["#ff0000", "#00ff00", "#0000ff", "#ff8000", "#ffffff"])
def test_a_colour_survives_every_way_of_saying_it(color: str) -> None:
    plain = from_hex(color)
    assert to_hex(from_hs(*to_hs(plain))) == color
    near = from_xy(*to_xy(plain))
    assert all(abs(one - other) <= 3 for one, other in zip(near, plain, strict=True))
