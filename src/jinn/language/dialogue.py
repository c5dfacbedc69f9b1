"""The answer to "which one?": a name, an area, a place in the list, all of them, or none."""

from collections.abc import Sequence
from dataclasses import replace

from jinn.kernel import ThingId
from jinn.language.canon import canon_of
from jinn.language.homeindex import HomeIndex
from jinn.language.model import Ambiguous, Intent, Layer, Understood
from jinn.language.pointing import ordinals, words
from jinn.language.resolving import Situation, intents_for
from jinn.language.targets import Phrase, Reader
from jinn.language.writing import key_of, units_of


def answered(pending: Ambiguous, text: str, situation: Situation) -> Understood | None:
    """The pending intent with what a tidy answer chose; None when the words are no answer."""
    units = units_of(text)
    key = key_of(tuple(unit.text for unit in units))
    if key in words("none"):
        stop = Intent(name="HassNevermind", canon=canon_of("HassNevermind", {}), layer=Layer.DIALOGUE)
        return Understood(intents=(*pending.before, stop))
    chosen = _by_place(key, pending.choices)
    if chosen is None:
        chosen = _by_words(Reader(units, situation.index), pending.choices, situation.index)
    if not chosen:
        return None
    if len(chosen) == len(pending.choices) and len(chosen) > 1 and not _says_several(key, units_count=len(units)):
        return None
    intent = pending.intent
    told = replace(situation, layer=Layer.DIALOGUE, confidence=intent.confidence)
    return Understood(
        intents=(
            *pending.before,
            *intents_for(intent.name, intent.slots, (*intent.targets, *chosen), told, form=intent.form),
        )
    )


def _by_place(key: str, choices: Sequence[ThingId]) -> tuple[ThingId, ...] | None:
    """ "The second one", 最后一个, "both"."""
    if key in words("every_one"):
        return tuple(choices)
    if key in words("last"):
        return (choices[-1],)
    for number, spoken in enumerate(ordinals()):
        if key in spoken:
            return (choices[number],) if number < len(choices) else ()
    return None


def _by_words(reader: Reader, choices: Sequence[ThingId], index: HomeIndex) -> tuple[ThingId, ...]:
    """The choices that every phrase of the answer fits; nothing when some word is neither name nor filler."""
    chosen: list[ThingId] = []
    at = 0
    while at < len(reader.words):
        left_out = reader.exception_at(at)
        if left_out is not None:
            fewer = [c for c in (chosen or choices) if not any(_fits(c, p, index) for p in left_out[1].phrases)]
            chosen, at = fewer, left_out[0]
            continue
        found = reader.targets_at(at)
        if found is not None:
            for phrase in found[1].phrases:
                chosen += [choice for choice in choices if choice not in chosen and _fits(choice, phrase, index)]
            at = found[0]
            continue
        after = reader.skip(at, "fillers")
        if after == at:
            return ()
        at = after
    return tuple(chosen)


def _fits(thing: ThingId, phrase: Phrase, index: HomeIndex) -> bool:
    words_of_it = index.things[thing]
    if phrase.areas and words_of_it.area not in phrase.areas:
        return False
    if phrase.things and thing not in phrase.things:
        return False
    if phrase.kind is not None and not phrase.kind.includes(words_of_it):
        return False
    return bool(phrase.areas or phrase.things or phrase.kind or phrase.is_everything)


def _says_several(key: str, *, units_count: int) -> bool:
    """Whether all may have been chosen on purpose; "the light" fits every lamp and answers nothing."""
    return key in words("every_one") or any(f" {mark} " in f" {key} " for mark in _ALL_MARKS) or units_count > 4


_ALL_MARKS = ("all", "both", "every", "全", "都", "所 有", "and", "和")
