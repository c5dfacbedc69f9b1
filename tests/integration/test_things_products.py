"""What the reference products mean to the home."""

from pathlib import Path

import pytest

from jinn.things import read_product_folder
from jinn.things.meaning import DOMAINS, kind_of

FOLDERS = sorted(path.parent for path in (Path(__file__).parents[2] / "products").glob("*/product.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_everything_that_can_be_set_can_be_talked_about(folder: Path) -> None:
    product = read_product_folder(folder)
    silent = [
        name
        for name, member in product.model.properties.items()
        if member.is_writable and name not in product.meaning.abilities
    ]
    assert silent == []
    assert set(product.meaning.actions) == set(product.model.services)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_kind_that_is_stated_is_the_one_that_would_be_inferred(folder: Path) -> None:
    product = read_product_folder(folder)
    assert kind_of(product.meaning, product.model.properties) == product.kind
    assert DOMAINS[product.kind] == (product.domain, product.device_class)
