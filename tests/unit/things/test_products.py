"""The reference products and what a product file may say."""

from pathlib import Path

import msgspec
import pytest

from jinn.kernel import Invalid, Lang, Unavailable
from jinn.things.products import assemble, read_product, read_product_folder, stated

GOOD: dict[str, object] = {
    "product_key": "pk1", "kind": "light", "domain": "light", "names": {"en": "lamp", "zh": "灯"},
    "aliases": {"en": ["light"], "zh": []},
    "option_names": {"on": {"0": {"en": "off", "zh": "关"}}},
    "model": {"properties": [{"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool"}}]},
}  # fmt: skip


def test_a_product_is_read_and_stated_again_without_loss() -> None:
    product = read_product(msgspec.json.encode(GOOD))
    assert product.names.all_of(Lang.EN) == ("lamp", "light")
    assert product.option_names["on"][0].zh == "关"
    again = assemble(
        msgspec.json.decode(msgspec.json.encode(stated(product)), type=type(stated(product))), product.model
    )
    assert again == product


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"product_key": "a b"}, "bad-name"),
        ({"names": {"en": "lamp"}}, "product-malformed"),
        ({"model": {"properties": []}}, "tsl-empty"),
        ({"model": {**GOOD["model"], "profile": {"productKey": "pk2"}}}, "product-key-differs"),  # type: ignore[dict-item]
    ],
)
def test_a_bad_product_is_refused_with_a_code(change: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_product(msgspec.json.encode({**GOOD, **change}))
    assert caught.value.stable_code() == code


def test_a_product_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable) as caught:
        read_product_folder(Path("/nowhere/at/all"))
    assert caught.value.stable_code() == "product-unreadable"
