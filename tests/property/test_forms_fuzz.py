"""Whatever a stranger hands us as a document, the answer is a product or a refusal."""

import contextlib

import msgspec
import pytest
from forms_models import products
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Refused
from jinn.things.forms import FORMS, export, read_any
from jinn.things.model import Product

hasty = examples(60)

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["on", "number", "light", "uint8", "a\x00b", "\ud7ff", "1/6/0"]),
)  # fmt: skip


def trees(keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=5)),
        max_leaves=20,
    )


@st.composite
def spoilt(draw: st.DrawFn, form: str) -> object:
    """A real document of the form, with some of its parts exchanged for anything."""
    product: Product = draw(products())
    try:
        document: object = msgspec.json.decode(msgspec.json.encode(export(product, form).document))
    except Refused:
        return draw(trees(st.text(max_size=4)))
    for _ in range(draw(st.integers(1, 4))):
        place = document
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            inner = place[key]
            if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 3)) == 0:
                place[key] = draw(trees(st.text(max_size=4)))
                break
            place = inner
    return document


@given(st.binary(max_size=200))
@hasty
def test_any_bytes_give_a_product_or_a_refusal(document: bytes) -> None:
    with contextlib.suppress(Refused):
        read_any(document)


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@hasty
def test_a_spoilt_document_gives_a_product_or_a_refusal(form: str, data: st.DataObject) -> None:
    document = data.draw(spoilt(form))
    with contextlib.suppress(Refused):
        assert isinstance(read_any(msgspec.json.encode(document), form).product, Product)


@pytest.mark.parametrize("form", FORMS)
def test_a_document_nested_without_end_is_refused(form: str) -> None:
    document = b'{"properties":' * 5_000 + b"1" + b"}" * 5_000
    with pytest.raises(Refused):
        read_any(document, form)
