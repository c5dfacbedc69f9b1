"""Strangers on the broker may announce and say what they like: it is understood, or passed over by name."""

import json

from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid, Refused
from jinn.things.mqtt.device import assemble_device
from jinn.things.mqtt.discovery import read_announcement
from jinn.things.mqtt.drawing import Heard
from jinn.things.mqtt.short_keys import KEYS
from jinn.things.mqtt.templates import TemplateFailed, read_template
from jinn.things.values import check_report

words = st.sampled_from([
    "{{", "}}", "{%", "%}", "{#", "#}", "value", "value_json", ".", "[", "]", "(", ")", "|", "int", "float", "round",
    "if", "else", "elif", "endif", "set", "x", "=", "==", "<", "in", "is", "not", "defined", "none", "and", "or", "+",
    "-", "*", "/", "//", "%", "~", ",", ":", "{", "}", "1", "0", "2.5", "'a'", '"b"', " ", "split", "get", "tojson",
    "format",
    "join", "replace", "default", "base=16", "99999999999", "'%5s'", "min", "max", "from_json", "\n", "-%}", "{{-",
])  # fmt: skip
templates = st.lists(words, max_size=30).map("".join) | st.lists(words, max_size=12).map(
    lambda parts: "{{ " + " ".join(parts) + " }}"
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
platforms = st.sampled_from([
    "light", "cover", "climate", "fan", "humidifier", "vacuum", "lock", "switch", "binary_sensor", "sensor", "number",
    "select", "text", "button", "event", "device", "camera",
])  # fmt: skip
keys = st.sampled_from(sorted({*KEYS, *KEYS.values(), "name", "schema", "min", "max", "modes", "~", "brightness"}))
likely = st.sampled_from(
    ["a", "~b", "{{ value }}", "{{ value_json.x }}", "json", ["a", "b"], 0, 100, True, None, {"ids": "1"}]
)
configs = st.dictionaries(keys, likely | values | templates, max_size=14)


@examples(300)
@given(text=templates | st.text(max_size=60), said=values)
def test_a_template_is_read_and_answers_or_is_refused(text: str, said: object) -> None:
    try:
        template = read_template(text)
    except Invalid as wrong:
        assert wrong.stable_code() == "bad-template"  # noqa: PT017
        return
    try:
        answer = template.render({"value": json.dumps(said), "value_json": said})
    except TemplateFailed:
        return
    assert len(answer) <= 65_536


@examples(300)
@given(
    platform=platforms, config=configs, payload=st.binary(max_size=40) | values.map(lambda v: json.dumps(v).encode())
)
def test_whatever_is_announced_gives_a_device_whose_values_fit_its_model_or_a_refusal(
    platform: str, config: dict[str, object], payload: bytes
) -> None:
    try:
        said = read_announcement(f"homeassistant/{platform}/x/config", json.dumps(config).encode(), "homeassistant")
        device = assemble_device(said.device, [said])
    except Invalid:
        return
    for topic in device.topics():
        values = device.read(Heard(topic, payload))
        assert check_report(device.product.model, values) == values
        device.happened(Heard(topic, payload))
    for name, member in device.product.model.properties.items():
        if member.is_writable:
            try:
                messages = device.written({name: 1})
            except Refused:
                continue
            assert all(message.topic and "#" not in message.topic and "+" not in message.topic for message in messages)
    for service in device.product.model.services:
        try:
            device.pressed(service)
        except Refused:
            continue


@given(payload=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_on_a_topic_of_discovery_are_a_device_or_refused(payload: bytes) -> None:
    try:
        read_announcement("homeassistant/sensor/x/config", payload, "homeassistant")
    except Invalid as wrong:
        assert wrong.stable_code() == "bad-discovery"  # noqa: PT017
