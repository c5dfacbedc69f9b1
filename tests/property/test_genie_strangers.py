"""Whatever a vendor's cloud answers and whatever a platform asks, there is an answer, and no fault of ours."""

import json
import tempfile
from contextlib import suppress
from pathlib import Path

import anyio
import msgspec
from fuzzing import examples
from genie_home import a_cloud
from hypothesis import example, given
from hypothesis import strategies as st

from jinn.kernel import JinnError, Refused, Unavailable
from jinn.runtime.testing import InMemoryBus
from jinn.things.genie.describing import describe
from jinn.things.genie.devices import read_device, read_devices
from jinn.things.genie.envelope import ErrorCode, VendorError, read_answer
from jinn.things.genie.linking import read_callback, read_tokens
from jinn.things.genie.links import device_from, device_text
from jinn.things.genie.speaking import control_for, grown, settled, values_of
from jinn.things.genie.vocabulary import COLORS, DEEDS, KINDS, ORDERS, QUERIES
from jinn.things.values import check_report

WORDS = ["powerstate", "PowerState_2", "powerstate-left", "brightness", "colorTemperature", "color", "temperature",
         "windspeed", "mode", "pm2.5", "direction", "angle", "fog", "气味", "", "set", "time", "a.b/c", "humidity",
         "volume", "channel", "mute", "swing"]  # fmt: skip
SAID = [
    "on",
    "off",
    "250",
    "-7",
    "ON",
    "true",
    "--",
    "40",
    "40%",
    "26.5℃",
    "1e5",
    "auto",
    "party",
    "Red",
    "#ff0000",
    "9" * 40,
    "",
]
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**66), 2**66), st.integers(-500, 500),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(SAID),
    st.text(max_size=12),
)  # fmt: skip
jsons = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*WORDS, "name", "value"]), inner, max_size=3)
    ),
    max_leaves=8,
)
pairs = st.lists(st.fixed_dictionaries({"name": st.sampled_from(WORDS), "value": jsons}), max_size=6)
actions = st.lists(st.sampled_from([*ORDERS, *DEEDS, *QUERIES, "Query", "Dance"]), max_size=12)
devices = st.fixed_dictionaries(
    {"deviceId": st.one_of(jsons, st.text(min_size=1, max_size=8))},
    optional={
        "deviceName": jsons, "deviceType": st.one_of(st.sampled_from([*KINDS, "LIGHT", "toaster"]), jsons),
        "zone": jsons, "brand": jsons, "model": jsons, "properties": st.one_of(pairs, jsons),
        "actions": st.one_of(actions, jsons), "extensions": jsons,
    },
)  # fmt: skip


@examples(200)
@given(body=st.one_of(st.binary(max_size=200), jsons.map(lambda value: json.dumps(value).encode())))
def test_any_answer_is_one_of_three_things(body: bytes) -> None:
    with suppress(VendorError, Unavailable):
        answer = read_answer(body)
        assert all(isinstance(name, str) for name, _ in answer.properties)
    with suppress(JinnError):
        read_tokens(200, body)
    read_callback(body.decode("latin-1"))


EXACT_COLORS = set(COLORS.values())


@examples(120)
@given(form=devices, said=pairs)
@example(form={"deviceId": 1}, said=[{"name": "color", "value": "on"}])
@example(form={"deviceId": 1}, said=[{"name": "color", "value": "00FFFF"}])
def test_any_device_becomes_a_thing_whose_words_come_back(form: dict[str, object], said: list[object]) -> None:
    device = read_device(form)  # type: ignore[arg-type]
    if device is None:
        return
    device, description = settled(device, link="l")
    assert device_from(device_text(device)) == device
    assert describe(device, link="l").product == description.product
    told = [(one["name"], one["value"]) for one in said if isinstance(one, dict)]
    taught = grown(device, description, told)
    description = describe(taught, link="l")
    values = values_of(description, told)
    assert check_report(description.product.model, values) == values
    for identifier, value in values.items():
        binding = description.bindings[identifier]
        if not binding.is_writable:
            continue
        with suppress(Refused):
            control = control_for(taught, binding, value, current=None)
            assert control is not None
            # A number is rounded, and a colour without a name becomes the nearest that has one.
            is_exact = binding.form in ("choice", "text") or (binding.form == "color" and value in EXACT_COLORS)
            if is_exact or (binding.form == "color" and not str(value).startswith("#")):
                assert values_of(description, [(binding.attribute, control.value)])[identifier] == value


@examples(100)
@given(payload=jsons)
def test_any_discovery_is_read(payload: object) -> None:
    if isinstance(payload, dict):
        found, skipped = read_devices({"devices": payload.get("value"), **payload})
        assert len({device.id for device in found}) == len(found)
        assert skipped >= 0


headers = st.dictionaries(st.sampled_from(["namespace", "name", "messageId", "payLoadVersion", "x"]), jsons, max_size=5)
orders = st.fixed_dictionaries({
    "namespace": st.sampled_from(["AliGenie.Iot.Device.Control", "AliGenie.Iot.Device.Query",
                                  "AliGenie.Iot.Device.Discovery"]),
    "name": st.sampled_from([*ORDERS, *DEEDS, *QUERIES, "Query", "DiscoveryDevices", "Dance"]),
    "messageId": st.text(max_size=5),
})  # fmt: skip
asked = st.one_of(
    st.binary(max_size=100),
    jsons.map(lambda value: json.dumps(value).encode()),
    st.tuples(st.one_of(headers, orders), st.dictionaries(
        st.sampled_from(["deviceId", "value", "attribute", "deviceType", "extensions"]),
        st.one_of(jsons, st.sampled_from(["hall_lamp", "max", "min", "50"])), max_size=5,
    )).map(lambda both: json.dumps({"header": both[0], "payload": {"accessToken": "TOKEN", **both[1]}}).encode()),
)  # fmt: skip


@examples(6)
@given(bodies=st.lists(asked, min_size=40, max_size=60))
def test_any_request_gets_an_answer_of_the_protocol(bodies: list[bytes]) -> None:
    anyio.run(_ask_all, bodies)


async def _ask_all(bodies: list[bytes]) -> None:
    """Many requests of one home, since opening one costs more than all of them."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_cloud(Path(folder) / "data", InMemoryBus()) as cloud:
            for body in bodies:
                answer = await cloud.gateway.answer(body.replace(b"TOKEN", cloud.token.encode()))
                told = msgspec.json.decode(answer)
                assert told["header"]["payLoadVersion"] == 1
                code = told["payload"].get("errorCode")
                assert code is None or code in set(ErrorCode)
                assert told["payload"].get("message") != "something went wrong here"
