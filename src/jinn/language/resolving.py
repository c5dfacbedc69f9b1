"""Which things of the home a reading means: all of them, one of several to be asked for, or none there is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jinn.kernel import AreaId, Lang, ThingId
from jinn.language.canon import canon_of
from jinn.language.families import PAST_STATES, Family, eligible, family_of, is_of_the_home, specialised
from jinn.language.homeindex import HomeIndex
from jinn.language.model import (
    Ambiguous,
    Intent,
    Layer,
    NotUnderstood,
    SlotValue,
    ThingWords,
    Understanding,
    Understood,
)
from jinn.language.reading import Reading
from jinn.language.targets import Phrase, Target

_GO_THERE = frozenset({"HassVacuumCleanArea"})
"""What they do happens at the place that was said; the thing itself may stand anywhere."""
_QUESTIONS = frozenset({"HassGetState", "JinnGetAbility", "HassClimateGetTemperature", "JinnPastAbility", *PAST_STATES})
_SWITCHES = frozenset({"HassTurnOn", "HassTurnOff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known besides the words.

    Attributes:
        area: where the satellite stands.
        focus: the things that were spoken of last.
    """

    index: HomeIndex
    lang: Lang
    area: AreaId | None = None
    focus: tuple[ThingId, ...] = ()
    layer: Layer = Layer.EXACT
    confidence: float = 1.0


@dataclass(slots=True)
class _Found:
    things: list[ThingId] = field(default_factory=list)
    choices: list[ThingId] = field(default_factory=list)
    missing: str | None = None

    def add(self, things: Iterable[ThingWords]) -> None:
        self.things += [thing.id for thing in things if thing.id not in self.things]


def resolve(reading: Reading, situation: Situation) -> Understanding:
    """The reading with its things."""
    settled = _settled(reading, situation)
    if settled is None:
        return NotUnderstood()
    reading = settled
    found = _things(reading, situation)
    if found.missing is not None:
        return NotUnderstood(unknown=found.missing or None)
    slots = _told(reading, situation)
    if found.choices:
        ways = intents_for(reading.intent, slots, found.choices, situation, form=reading.form)
        intent = ways[0] if len(ways) == 1 else replace(ways[0], name=reading.intent, slots=slots)
        return Ambiguous(intent=replace(intent, targets=tuple(found.things)), choices=tuple(found.choices))
    return Understood(intents=intents_for(reading.intent, slots, tuple(found.things), situation, form=reading.form))


def intents_for(
    name: str,
    slots: Mapping[str, SlotValue],
    things: Sequence[ThingId],
    situation: Situation,
    *,
    form: str | None = None,
) -> tuple[Intent, ...]:
    """One intent for each sort of thing: "turn up the lamp and the TV" brightens one and is louder on the other."""
    groups: dict[tuple[str, tuple[tuple[str, SlotValue], ...]], list[ThingId]] = {}
    for thing in things:
        special, told = specialised(name, slots, situation.index.things[thing])
        groups.setdefault((special, tuple(sorted(told.items()))), []).append(thing)
    if not groups:
        special, told = specialised(name, slots, None)
        groups[special, tuple(sorted(told.items()))] = []
    return tuple(
        Intent(
            name=special,
            canon=canon_of(special, dict(told), _domains(meant, situation.index)),
            slots=dict(told),
            targets=tuple(meant),
            confidence=situation.confidence,
            layer=situation.layer,
            form=form,
        )
        for (special, told), meant in groups.items()
    )


def fits(understanding: Understanding, index: HomeIndex) -> bool:
    """Whether the things that are meant can do what is asked of them, by their kind."""
    if not isinstance(understanding, Understood):
        return isinstance(understanding, Ambiguous)
    return all(
        not intent.targets or any(eligible(intent.name, intent.slots, index.things[thing]) for thing in intent.targets)
        for intent in understanding.intents
    )


_OF_THE_AIR = {"JinnWarmerLight": "JinnWarmer", "JinnCoolerLight": "JinnCooler"}
_OF_SOUND: Mapping[str, SlotValue] = {"JinnRaise": "up", "JinnLower": "down"}


def _settled(reading: Reading, situation: Situation) -> Reading | None:
    """What "it" is: the things that were just spoken of; else what such words mean without them, if anything.

    "Make it warmer" is about the air then, and "turn it up" about the sound; "turn it on" says nothing.
    """
    if reading.target is not None or reading.intent not in _VAGUE:
        return reading
    focused = tuple(
        thing
        for thing in situation.focus
        if reading.intent not in _OF_THE_AIR or eligible(reading.intent, {}, situation.index.things[thing])
    )
    if focused and reading.points_back:
        return replace(reading, target=Target(phrases=(Phrase(things=focused, is_plural=True, is_all=True),)))
    if reading.intent in _OF_THE_AIR:
        return replace(reading, intent=_OF_THE_AIR[reading.intent], slots={})
    if reading.intent in _OF_SOUND:
        slots = {**reading.slots, "volume_step": _OF_SOUND[reading.intent]}
        return replace(reading, intent="HassSetVolumeRelative", slots=slots)
    return reading if reading.place is not None or "domain" in reading.slots else None


_VAGUE = frozenset({*_OF_THE_AIR, *_OF_SOUND, "JinnSet", "HassTurnOn", "HassTurnOff"})


def _domains(things: Iterable[ThingId], index: HomeIndex) -> frozenset[str]:
    return frozenset(index.things[thing].domain for thing in things)


def _things(reading: Reading, situation: Situation) -> _Found:
    found = _Found()
    target = reading.target
    if target is None or (target.place is not None and reading.intent not in _SWITCHES):
        _unnamed(reading, target.place if target is not None else reading.place, situation, found)
        return found
    for phrase in target.phrases:
        located = phrase if reading.intent in _GO_THERE else _with_place(phrase, reading.place)
        _phrase(reading, located, situation, found)
    left_out = _Found()
    for phrase in target.but:
        _phrase(reading, replace(phrase, is_plural=True), situation, left_out)
    if target.but:
        found.things = [thing for thing in found.things if thing not in left_out.things]
        if not found.things and not found.choices and found.missing is None:
            found.missing = ""
    return found


def _with_place(phrase: Phrase, place: Phrase | None) -> Phrase:
    if place is None or phrase.areas or phrase.is_here:
        return phrase
    return replace(phrase, areas=place.areas, is_here=place.is_here)


def _unnamed(reading: Reading, place: Phrase | None, situation: Situation, found: _Found) -> None:
    """ "make it warmer", "volume up", "what's the temperature in the kitchen": the deed says what sort of thing."""
    index = situation.index
    wanted = _all_wanted(reading, index)
    if not wanted:
        return
    focused = [thing for thing in wanted if thing.id in situation.focus]
    if place is None and focused and reading.points_back:
        found.add(focused)
        return
    areas = _areas(place, situation) if place is not None else ()
    if areas and reading.intent not in _GO_THERE:
        inside = [thing for thing in wanted if thing.area in areas]
        if inside:
            found.add(inside)
        elif place is not None and place.areas:
            found.missing = place.said or ", ".join(index.areas[area].names.of(situation.lang) for area in areas)
        else:
            _one_of(wanted, situation, found)
        return
    _one_of(wanted, situation, found)


def _areas(place: Phrase, situation: Situation) -> tuple[AreaId, ...]:
    if place.areas:
        return place.areas
    return (situation.area,) if place.is_here and situation.area is not None else ()


def _one_of(wanted: list[ThingWords], situation: Situation, found: _Found) -> None:
    near = [thing for thing in wanted if situation.area is not None and thing.area == situation.area]
    wanted = near or wanted
    speakers = [thing for thing in wanted if family_of(thing) is Family.SPEAKER]
    televisions = [thing for thing in wanted if family_of(thing) is Family.TELEVISION]
    if speakers and len(speakers) + len(televisions) == len(wanted):
        wanted = speakers
    if len(wanted) == 1 or near:
        found.add(wanted)
    else:
        found.choices += [thing.id for thing in wanted]


def _phrase(reading: Reading, phrase: Phrase, situation: Situation, found: _Found) -> None:
    index = situation.index
    if phrase.things:
        pool = [index.things[thing] for thing in phrase.things]
    elif phrase.kind is not None:
        pool = [thing for thing in index.of_kind(phrase.kind) if phrase.kind.includes(thing)]
    else:
        pool = _all_that_fit(reading, phrase, index)
    areas = _areas(phrase, situation)
    inside = [thing for thing in pool if thing.area in areas] if areas else pool
    if not inside:
        if phrase.is_here and not phrase.areas and pool:
            inside, areas = pool, ()
        else:
            found.missing = phrase.said
            return
    if reading.intent in _QUESTIONS and phrase.kind is not None:
        near = [thing for thing in inside if situation.area is not None and thing.area == situation.area]
        found.add(near or inside)
    elif _means_all(phrase, inside, areas, situation):
        found.add(inside)
    else:
        _nearest(inside, phrase, situation, found)


def _means_all(phrase: Phrase, inside: list[ThingWords], areas: Sequence[AreaId], situation: Situation) -> bool:
    """All of a kind in an area that was named; of equal names, even there, only what was said in the plural."""
    if areas:
        return phrase.is_plural or len(inside) == 1 or not phrase.things
    return phrase.is_plural and not _is_loose_plural(phrase, situation)


def _is_loose_plural(phrase: Phrase, situation: Situation) -> bool:
    """ "the lights" are those around us; "all lights" are all."""
    return not phrase.is_all and situation.area is not None


def _nearest(pool: list[ThingWords], phrase: Phrase, situation: Situation, found: _Found) -> None:
    """Of several, those around the satellite, or those spoken of last, or ask."""
    near = [thing for thing in pool if situation.area is not None and thing.area == situation.area]
    if near and (len(near) == 1 or not phrase.things):
        found.add(near)
    elif len(pool) == 1 or phrase.is_plural:
        found.add(near or pool)
    elif focused := [thing for thing in pool if thing.id in situation.focus]:
        found.add(focused)
    else:
        found.choices += [thing.id for thing in pool]


def _all_that_fit(reading: Reading, phrase: Phrase, index: HomeIndex) -> list[ThingWords]:
    """Everything, or everything in an area, that can be asked for this; "the kitchen" to be lit means its lamps."""
    fitting = _all_wanted(reading, index)
    if reading.intent in ("JinnGetAbility", "JinnPastAbility") and "compartment" not in reading.slots:
        # A fridge's cold is no room's temperature.
        fitting = [thing for thing in fitting if family_of(thing) is not Family.FRIDGE]
    if reading.intent == "HassTurnOn" and not phrase.is_everything:
        return [thing for thing in fitting if family_of(thing) is Family.LIGHT]
    return fitting


def _told(reading: Reading, situation: Situation) -> dict[str, SlotValue]:
    """The slots, with the place and the kind that our own templates keep apart from them."""
    slots = dict(reading.slots)
    if reading.target is None and reading.place is not None and "area" not in slots:
        _add_areas(slots, reading.place.areas, situation)
    phrases = reading.target.phrases if reading.target is not None and "name" not in slots else ()
    is_single = len(phrases) == 1
    for phrase in phrases:
        if "area" not in slots and "floor" not in slots:
            _add_areas(slots, phrase.areas, situation)
        if phrase.kind is not None and phrase.kind.domain and "domain" not in slots and is_single:
            slots["domain"] = phrase.kind.domain
        elif phrase.things and "name" not in slots and is_single:
            slots["name"] = situation.index.things[phrase.things[0]].names.of(situation.lang)
    if reading.intent in _GO_THERE and reading.place is not None:
        _add_areas(slots, reading.place.areas, situation)
    return slots


def _add_areas(slots: dict[str, SlotValue], areas: Sequence[AreaId], situation: Situation) -> None:
    names = tuple(situation.index.areas[area].names.of(situation.lang) for area in areas)
    if names:
        slots["area"] = names[0] if len(names) == 1 else names


def _all_wanted(reading: Reading, index: HomeIndex) -> list[ThingWords]:
    if not is_of_the_home(reading.intent):
        return []
    return [thing for thing in index.home.things if eligible(reading.intent, reading.slots, thing)]
