"""What is compared by sound and what never is, as `sentences/sound.yaml` lists it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusions:
    """The lists of `sentences/sound.yaml`, each explained there.

    Attributes:
        deciding: every Chinese sign that is fixed.
        sacred: those that are fixed even between words of the very same sound.
    """

    fixed_en: frozenset[str]
    deciding: frozenset[str]
    sacred: frozenset[str]
    heard_alike: frozenset[str]
    singles: str
    near_singles: str
    near_initials: frozenset[frozenset[str]]
    near_finals: frozenset[frozenset[str]]
    akin_initials: frozenset[frozenset[str]]
    akin_finals: frozenset[frozenset[str]]
    to: frozenset[str]
    amount_units: frozenset[str]


@cache
def confusions() -> Confusions:
    raw = yaml.safe_load((files("jinn.language") / "sentences" / "sound.yaml").read_text("utf-8"))
    sacred = frozenset(raw["negations"] + raw["numerals"])
    return Confusions(
        fixed_en=frozenset(raw["fixed_en"]),
        deciding=sacred | frozenset(raw["directions"]),
        sacred=sacred | frozenset(raw["heard_alike"]),
        heard_alike=frozenset(raw["heard_alike"]),
        singles=raw["singles"],
        near_singles=raw["near_singles"],
        near_initials=_pairs(raw["near_initials"]),
        near_finals=_pairs(raw["near_finals"]),
        akin_initials=_pairs(raw["akin_initials"]),
        akin_finals=_pairs(raw["akin_finals"]),
        to=frozenset(raw["to"]),
        amount_units=frozenset(raw["amount_units"]),
    )


def _pairs(written: Iterable[str]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair.split("/")) for pair in written)
