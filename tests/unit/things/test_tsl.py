"""What a TSL document may say, and how each fault is named."""

import copy

import msgspec
import pytest

from jinn.kernel import Invalid
from jinn.things.thing_model import ArrayType, EventKind, NumberType, StructType
from jinn.things.tsl import DOCUMENT_BYTES_MAX, read_model

LAMP: dict[str, object] = {
    "schema": "https://example.org/tsl.json",
    "profile": {"productKey": "a1LampLamp1"},
    "properties": [
        {"identifier": "on", "name": "power", "accessMode": "rw", "required": True,
         "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
        {"identifier": "brightness", "name": "brightness", "accessMode": "rw",
         "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1", "unit": "%"}}},
        {"identifier": "voltage", "accessMode": "r", "dataType": {"type": "double", "specs": {"min": "", "max": ""}}},
        {"identifier": "colors", "accessMode": "rw",
         "dataType": {"type": "array", "specs": {"size": "3", "item": {"type": "struct", "specs": [
             {"identifier": "hue", "name": "hue", "dataType": {"type": "int", "specs": {"min": "0", "max": "360"}}},
         ]}}}},
    ],
    "events": [
        {"identifier": "post", "type": "info", "method": "thing.event.property.post", "outputData": []},
        {"identifier": "hot", "type": "alert", "outputData": [
            {"identifier": "degrees", "dataType": {"type": "float", "specs": {}}}]},
    ],
    "services": [
        {"identifier": "get", "callType": "async", "inputData": ["on", "brightness"], "outputData": []},
        {"identifier": "set", "callType": "async", "inputData": [], "outputData": []},
        {"identifier": "blink", "callType": "sync", "inputData": [
            {"identifier": "times", "dataType": {"type": "int", "specs": {"min": "1", "max": "9"}}}], "outputData": []},
    ],
    "functionBlocks": [{"functionBlockId": "night", "properties": [
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {}}}]}],
}  # fmt: skip


def changed(**parts: object) -> bytes:
    return msgspec.json.encode(copy.deepcopy(LAMP) | parts)


def one_property(data_type: object, **rest: object) -> bytes:
    return msgspec.json.encode({"properties": [{"identifier": "p", "accessMode": "r", "dataType": data_type} | rest]})


def test_a_model_keeps_its_parts_and_its_document() -> None:
    model = read_model(changed())
    assert model.product_key == "a1LampLamp1"
    assert list(model.properties) == ["on", "brightness", "voltage", "colors", "night:on"]
    brightness = model.properties["brightness"].type
    assert brightness == NumberType(kind="int", min=0, max=100, step=1, unit="%")
    assert model.properties["voltage"].type == NumberType(kind="double")
    assert not model.properties["voltage"].is_writable
    colors = model.properties["colors"].type
    assert isinstance(colors, ArrayType)
    assert isinstance(colors.item, StructType)
    assert model.document == changed()


def test_what_is_generated_for_every_model_is_not_a_member() -> None:
    model = read_model(changed())
    assert list(model.events) == ["hot"]
    assert model.events["hot"].kind is EventKind.ALERT
    assert list(model.services) == ["blink"]
    assert model.services["blink"].is_sync


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "tsl-not-json"),
        (b"\xff\xfe", "tsl-not-json"),
        (b'{"desc":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "tsl-not-json"),
        (b"[]", "tsl-malformed"),
        (b'{"properties":{}}', "tsl-malformed"),
        (b'{"properties":[{"identifier":"p"}]}', "tsl-malformed"),
        (b"{}", "tsl-empty"),
        (b" " * (DOCUMENT_BYTES_MAX + 1), "tsl-too-large"),
        (changed(properties=[LAMP["properties"][0]] * 2), "duplicate-identifier"),  # type: ignore[index]
        (changed(functionBlocks=LAMP["functionBlocks"] * 2), "duplicate-identifier"),  # type: ignore[operator]
        (changed(functionBlocks=[{"functionBlockId": "a", "functionBlocks": [{}]}]), "nested-type"),
        (one_property({"type": "complex"}), "unknown-type"),
        (one_property({"type": "bool", "specs": {"2": "two"}}), "bad-specs"),
        (one_property({"type": "enum", "specs": {}}), "bad-specs"),
        (one_property({"type": "enum", "specs": {"one": "1"}}), "bad-specs"),
        (one_property({"type": "int", "specs": {"min": "9", "max": "1"}}), "bad-specs"),
        (one_property({"type": "int", "specs": {"min": "nan"}}), "bad-specs"),
        (one_property({"type": "int", "specs": {"min": "many"}}), "bad-specs"),
        (one_property({"type": "int", "specs": {"step": "-1"}}), "bad-specs"),
        (one_property({"type": "text", "specs": {"length": "10241"}}), "bad-specs"),
        (one_property({"type": "array", "specs": {"size": "0", "item": {"type": "int"}}}), "bad-specs"),
        (one_property({"type": "array", "specs": {"size": "1", "item": {"type": "array"}}}), "nested-type"),
        (one_property({"type": "array", "specs": {"size": "1", "item": {"type": "thing"}}}), "unknown-type"),
        (one_property({"type": "array"}), "tsl-malformed"),
        (one_property({"type": "struct", "specs": []}), "bad-specs"),
        (one_property({"type": "int"}, accessMode="x"), "bad-access-mode"),
        (one_property({"type": "int"}, identifier="time"), "reserved-identifier"),
        (one_property({"type": "int"}, identifier="灯"), "bad-identifier"),
        (changed(events=[{"identifier": "e", "type": "loud"}]), "bad-event-type"),
        (changed(services=[{"identifier": "s", "callType": "later"}]), "bad-call-type"),
    ],
)
def test_each_fault_has_its_code(document: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_model(document)
    assert caught.value.stable_code() == code


def test_a_model_that_contains_itself_is_refused_at_its_second_level() -> None:
    inner: object = {"type": "int"}
    for _ in range(200):
        inner = {"type": "struct", "specs": [{"identifier": "again", "name": "", "dataType": inner}]}
    with pytest.raises(Invalid) as caught:
        read_model(one_property(inner))
    assert caught.value.stable_code() == "nested-type"


def test_a_struct_may_not_hide_in_an_array_within_a_struct() -> None:
    hidden = {"type": "array", "specs": {"size": "1", "item": {"type": "struct", "specs": []}}}
    with pytest.raises(Invalid) as caught:
        read_model(one_property({"type": "struct", "specs": [{"identifier": "a", "dataType": hidden}]}))
    assert caught.value.stable_code() == "nested-type"


def test_a_model_may_not_have_more_members_than_anybody_could_show() -> None:
    many = [{"identifier": f"p{n}", "accessMode": "r", "dataType": {"type": "date"}} for n in range(1001)]
    with pytest.raises(Invalid) as caught:
        read_model(msgspec.json.encode({"properties": many}))
    assert caught.value.stable_code() == "tsl-too-large"
