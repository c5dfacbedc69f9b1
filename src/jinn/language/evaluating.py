"""Understanding one line of a test set: its own home instead of ours, and slots spelt as the set spells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jinn.kernel import AreaId, Invalid, Lang, Names, ThingId
from jinn.language.canon import canon_of
from jinn.language.model import AreaWords, HomeWords, NotUnderstood, SlotValue, ThingWords, Understood
from jinn.language.understanding import Understander

LineContext = Mapping[str, object]
"""`areas`, `floors` and `entities` as lists of objects with `name`, `area`, `floor`, `domain`; more is ignored."""

_UNSAID: Final = {
    (Lang.EN, "HassGetState"): frozenset({"domain"}),
    (Lang.EN, "HassLightSet"): frozenset({"domain"}),
    (Lang.ZH, "HassLightSet"): frozenset({"domain"}),
    (Lang.ZH, "HassSetPosition"): frozenset({"domain"}),
}
"""Slots that a template implies and Home Assistant's own tests leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """What was understood of one line; all None when nothing was.

    Attributes:
        slots: by Home Assistant's names, spelt as the context spells them.
    """

    canon: str | None = None
    intent: str | None = None
    slots: Mapping[str, SlotValue] | None = None
    confidence: float | None = None
    layer: str | None = None


def understand_line(
    understander: Understander, text: str, lang: Lang, context: LineContext | None = None, home: HomeWords | None = None
) -> LineAnswer:
    """The first intent of the sentence.

    Args:
        context: the line's own home; without one, `home` is meant.

    Raises:
        Invalid: the context is not of that shape.
    """
    if context is None and home is not None:
        understanding = understander.understand(text, lang, home)
        if isinstance(understanding, NotUnderstood):
            return LineAnswer()
        # What was wanted is clear, even when it must be asked of which thing.
        intent = understanding.intents[0] if isinstance(understanding, Understood) else understanding.intent
        return LineAnswer(
            canon=intent.canon,
            intent=intent.name,
            slots=intent.slots,
            confidence=intent.confidence,
            layer=intent.layer.value,
        )
    words = home_of(context or {})
    said = understander.said(text, lang, words)
    if said is None:
        return LineAnswer()
    unsaid = _UNSAID.get((lang, said.intent), frozenset())
    if lang is Lang.ZH and said.intent == "HassGetState" and "device_class" in said.slots:
        unsaid = frozenset({"domain"})
    domains = frozenset(thing.domain for thing in words.things if thing.names.of(lang) == said.slots.get("name"))
    return LineAnswer(
        canon=canon_of(said.intent, said.slots, domains),
        intent=said.intent,
        slots={name: value for name, value in said.slots.items() if name not in unsaid},
        confidence=said.confidence,
        layer=said.layer.value,
    )


def home_of(context: LineContext) -> HomeWords:
    """The home that a line's context describes."""
    floors = [_text(entry, "name") for entry in _entries(context, "floors")]
    areas: list[AreaWords] = []
    for number, entry in enumerate(_entries(context, "areas")):
        name = _text(entry, "name")
        floor = entry.get("floor")
        areas.append(
            AreaWords(id=AreaId(f"area{number}"), names=Names(en=name, zh=name), floor=str(floor) if floor else None)
        )
    known = {area.floor for area in areas}
    for number, floor in enumerate(name for name in floors if name not in known):
        nowhere = Names(en=f"\ue0fe{number}", zh=f"\ue0fe{number}")
        areas.append(AreaWords(id=AreaId(f"floor{number}"), names=nowhere, floor=floor))
    ids = {area.names.en: area.id for area in areas}
    things = []
    for number, entry in enumerate(_entries(context, "entities")):
        name, domain, area_name = _text(entry, "name"), _text(entry, "domain"), entry.get("area")
        things.append(
            ThingWords(
                id=ThingId(f"thing{number}"),
                names=Names(en=name, zh=name),
                area=ids.get(str(area_name)),
                kind=domain,
                domain=domain,
                device_class=_device_class(entry),
            )
        )
    return HomeWords(areas=tuple(areas), things=tuple(things))


def _entries(context: LineContext, name: str) -> Sequence[Mapping[str, object]]:
    entries = context.get(name) or ()
    if not isinstance(entries, Sequence) or not all(isinstance(entry, Mapping) for entry in entries):
        raise Invalid(f"{name!r} of a context is a list of objects.", code="context-invalid", field=name)
    return entries


def _text(entry: Mapping[str, object], name: str) -> str:
    value = entry.get(name)
    if not isinstance(value, str):
        raise Invalid(f"Every entry of a context has a text {name!r}.", code="context-invalid", field=name)
    return value


def _device_class(entry: Mapping[str, object]) -> str | None:
    attributes = entry.get("attributes")
    value = attributes.get("device_class") if isinstance(attributes, Mapping) else None
    return value if isinstance(value, str) else None
