"""The small words of phrases that point at things, as `sentences/pointing.yaml` lists them."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from jinn.language.writing import key_of, units_of


@cache
def _raw() -> Mapping[str, list[str] | list[list[str]]]:
    raw: Mapping[str, list[str] | list[list[str]]] = yaml.safe_load(
        (files("jinn.language") / "sentences" / "pointing.yaml").read_text("utf-8")
    )
    return raw


@cache
def words(sort: str) -> frozenset[str]:
    """The keys of one list."""
    return frozenset(_key(str(word)) for word in _raw()[sort])


@cache
def ordinals() -> tuple[frozenset[str], ...]:
    """What says "the first", "the second" and so on."""
    return tuple(frozenset(_key(word) for word in spoken) for spoken in _raw()["ordinals"])


@cache
def small_words() -> frozenset[str]:
    """Every single word and sign that phrases are put together with."""
    sorts = (sort for sort in _raw() if sort not in ("ordinals", "none", "every_one", "last", "fillers", "verbs"))
    return frozenset(word for sort in sorts for key in words(sort) for word in key.split(" "))


def _key(word: str) -> str:
    return key_of(tuple(unit.text for unit in units_of(word)))
