"""Which replies a home will say most: those are worth making before they are needed."""

from collections.abc import Iterator

from jinn.kernel import Lang
from jinn.things.registry import Registry
from jinn.things.telling import Told, outcome_sentence

LIKELY = {"power": (1, 0), "position": (100, 0)}
"""The abilities whose replies have no number in them."""


def likely_replies(registry: Registry) -> Iterator[tuple[str, Lang]]:
    """What is said when a thing was switched, opened or closed, in both languages."""
    for thing in registry.things():
        abilities = registry.product_of(thing).meaning.words()
        for ability, values in LIKELY.items():
            if ability not in abilities:
                continue
            for value in values:
                told = Told(names=thing.names, ability=ability, value=value, outcome="confirmed")
                for lang in Lang:
                    yield outcome_sentence(told, lang), lang
