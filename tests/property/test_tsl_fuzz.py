"""Whatever is read, the thing-model reader answers with a model or `Invalid`."""

import contextlib

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid
from jinn.things.thing_model import ThingModel
from jinn.things.tsl import read_model
from jinn.things.values import check_report

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["int", "float", "double", "enum", "bool", "text", "date", "array", "struct", "r", "rw", "0", "1"]),
)  # fmt: skip
keys = st.sampled_from(
    ["profile", "productKey", "properties", "events", "services", "functionBlocks", "functionBlockId", "identifier",
     "name", "accessMode", "required", "dataType", "type", "specs", "min", "max", "step", "unit", "length", "size",
     "item", "outputData", "inputData", "callType", "method"]
)  # fmt: skip
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=25,
)

identifiers = st.text("abc_1", min_size=1, max_size=3)
plain_types = st.one_of(
    st.builds(
        lambda kind, low, high: {"type": kind, "specs": {"min": str(low), "max": str(high), "step": "1"}},
        st.sampled_from(["int", "float", "double"]), st.integers(-9, 9), st.integers(-9, 9),
    ),
    st.just({"type": "bool", "specs": {"0": "off", "1": "on"}}),
    st.just({"type": "enum", "specs": {"0": "a", "7": "b"}}),
    st.builds(lambda n: {"type": "text", "specs": {"length": str(n)}}, st.integers(0, 10)),
    st.just({"type": "date"}),
)  # fmt: skip


def _nest(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    fields = st.lists(st.builds(lambda i, t: {"identifier": i, "dataType": t}, identifiers, inner), max_size=3)
    return st.one_of(
        st.builds(lambda f: {"type": "struct", "specs": f}, fields),
        st.builds(lambda t, n: {"type": "array", "specs": {"size": str(n), "item": t}}, inner, st.integers(-1, 3)),
    )


data_types = st.recursive(plain_types, _nest, max_leaves=6)
likely_models = st.builds(
    lambda properties: {"properties": properties},
    st.lists(
        st.builds(lambda i, t: {"identifier": i, "accessMode": "r", "dataType": t}, identifiers, data_types), max_size=4
    ),
)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_model_or_invalid(document: bytes) -> None:
    with contextlib.suppress(Invalid):
        assert isinstance(read_model(document), ThingModel)


@given(documents)
def test_any_json_gives_a_model_or_invalid(document: object) -> None:
    with contextlib.suppress(Invalid):
        read_model(msgspec.json.encode(document))


@given(likely_models, documents)
def test_any_value_is_kept_or_invalid_and_what_is_kept_fits_again(document: object, value: object) -> None:
    try:
        model = read_model(msgspec.json.encode(document))
    except Invalid:
        return
    for identifier in model.properties:
        try:
            kept = check_report(model, {identifier: value})  # type: ignore[dict-item]
        except Invalid:
            continue
        assert check_report(model, kept) == kept
        assert msgspec.json.decode(msgspec.json.encode(kept)) == kept
