"""What a sentence says, before anybody asks which things of the home it means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from hassil.intents import SlotList, TextSlotList
from hassil.recognize import RecognizeResult

from jinn.kernel import AreaId, Lang
from jinn.language.codes import CODE_SIGN, code_in
from jinn.language.homeindex import HomeIndex, Mention
from jinn.language.kinds import Kind
from jinn.language.marking import Marked, marked
from jinn.language.model import SlotValue
from jinn.language.targets import Phrase, Target, says_all
from jinn.language.templates import Grammar, home_assistant_grammar, own_grammar
from jinn.language.times import SIGN, TODAY, timed
from jinn.language.writing import Unit, name_key, plain_numbers, spelled_out, units_of

_FORMS: Final = frozenset({"one", "one_yesno", "any", "all", "which", "how_many"})
"""What Home Assistant's answers to questions are called; each is a form of question."""
HERE: Final = "\ue0ff"
"""Stands for the area of the satellite in templates that need one; never comes out as a slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One template that fits.

    Attributes:
        target: what the sentence points at; None when it points at nothing.
        place: an area said on its own.
        is_wild: some of it is free text.
        points_back: "it", 它: what was spoken of before.
        form: of a question, as `Intent.form` has it.
    """

    intent: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    target: Target | None = None
    place: Phrase | None = None
    is_wild: bool = False
    points_back: bool = False
    literal: int = 0
    form: str | None = None


class Sentences:
    """All templates of one language: those of home-assistant-intents and our own."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._theirs = home_assistant_grammar(lang)
        self._own = own_grammar(lang)
        self._past = own_grammar(lang, "past")
        self._joining = own_grammar(lang, "joining")

    def warm_up(self) -> None:
        self._theirs.warm_up()
        self._own.warm_up()
        self._past.warm_up()

    def literals(self) -> set[str]:
        """The fixed words of our own templates, the only ones that are also matched by sound."""
        return self._own.literals()

    def knows(self, word: str) -> bool:
        """Whether our own templates may contain this word or Chinese sign."""
        return self._own.knows(word)

    def readings(self, text: str, index: HomeIndex, *, wild: bool = False) -> Iterator[Reading]:
        """The readings of a tidy text, best first: theirs, then ours; with `wild` only those that take free text."""
        if not wild:
            yield from self.read_past(text, index)
            yield from self.read_joining(text)
        yield from self.read_theirs(text, index, wild=wild)
        if not wild:
            yield from self.read_own(text, index)

    def read_theirs(self, text: str, index: HomeIndex, *, wild: bool = False) -> list[Reading]:
        units = units_of(text)
        mentions = list(index.mentions(units))
        covered = {at for mention in mentions for at in range(mention.first, mention.stop)}
        others = [unit.text for at, unit in enumerate(units) if at not in covered]
        lists = _lists_of_home(text, units, mentions, index, self.lang)
        found = self._theirs.matches(text, lists, {"area": HERE}, others=others, wild=wild)
        return [_theirs(result, index) for result in sorted(found, key=_worth)]

    def read_own(self, text: str, index: HomeIndex) -> Iterator[Reading]:
        units = units_of(plain_numbers(spelled_out(text)))
        if all(self.knows(unit.text) or index.has_word(unit.text) for unit in units):
            for sentence in marked(units, index):
                yield from self.read_marked(sentence)

    def read_past(self, text: str, index: HomeIndex) -> Iterator[Reading]:
        """Questions about what was so; their stretch of time is found first, as one sign."""
        spelled = spelled_out(text)
        when = timed(spelled, self.lang)
        units = units_of(plain_numbers(when.text if when is not None else spelled))
        if not all(self._past.knows(unit.text) or index.has_word(unit.text) for unit in units):
            return
        spans = TextSlotList.from_tuples([(SIGN, SIGN)] if when is not None else [], allow_template=False)
        for sentence in marked(units, index):
            if sentence.is_negated:
                continue
            asked = sentence
            if self.lang is Lang.ZH:
                # Two signs side by side are two words to `joined`, but Chinese has no space between any.
                asked = replace(sentence, text=sentence.text.replace(" ", ""))
            for reading in self.read_marked(asked, grammar=self._past, more={"when": spans}):
                slots = dict(reading.slots)
                if (
                    when is not None
                    and when.span == TODAY
                    and self.lang is Lang.ZH
                    and set(slots) == {"ability", "when"}
                ):
                    continue  # 今天多少度 asks how it is now: there is no tense to tell.
                if when is not None:
                    slots |= {"when": when.words, "span": when.span}
                yield replace(reading, slots=slots)

    def read_joining(self, text: str) -> Iterator[Reading]:
        """Wishes for new things; a code among the words is found first, as one sign."""
        coded = code_in(text, self.lang)
        said = coded.text if coded is not None else text
        # Marks between the words say nothing here, and Chinese has no space between any.
        words = [unit.text for unit in units_of(spelled_out(said)) if unit.text.isalnum() or unit.text == CODE_SIGN]
        codes = TextSlotList.from_tuples([(CODE_SIGN, CODE_SIGN)] if coded is not None else [], allow_template=False)
        told = (" " if self.lang is Lang.EN else "").join(words)
        for result in self._joining.matches(told, {"code": codes}, {}, others=words, wild=False):
            slots = {"code": coded.code} if coded is not None else {}
            yield Reading(intent=result.intent.name, slots=slots, literal=result.text_chunks_matched)

    def read_marked(
        self, sentence: Marked, *, grammar: Grammar | None = None, more: Mapping[str, SlotList] | None = None
    ) -> list[Reading]:
        places = [sign for sign, target in sentence.targets.items() if target.place is not None]
        lists: dict[str, SlotList] = {
            "target": _signs(list(sentence.targets)), "place": _signs(places), **(more or {}),
        }  # fmt: skip
        others = [unit.text for unit in units_of(sentence.text)]
        results = (grammar or self._own).matches(sentence.text, lists, {}, others=others, wild=False)
        found = [_own(result, sentence) for result in results]
        allowed = [reading for reading in found if not sentence.is_negated or _may_be_negated(reading.intent)]
        return sorted(allowed, key=lambda reading: -reading.literal)


def _signs(signs: Sequence[str]) -> TextSlotList:
    return TextSlotList.from_tuples([(sign, sign) for sign in signs], allow_template=False)


def _may_be_negated(intent: str) -> bool:
    """Our templates contain negations only where they are meant: questions, "I can't hear you", 别说话."""
    return intent not in ("HassTurnOn", "JinnSet", "HassLightSet", "HassSetPosition") or intent.startswith("HassGet")


def _lists_of_home(
    text: str, units: Sequence[Unit], mentions: list[Mention], index: HomeIndex, lang: Lang
) -> dict[str, SlotList]:
    """The names that occur in the text, as the text spells them; a home of any size gives a few."""
    names: list[tuple[str, str, dict[str, object]]] = []
    areas: list[tuple[str, str]] = []
    floors: list[tuple[str, str]] = []
    for mention in mentions:
        said = text[units[mention.first].start : units[mention.stop - 1].end].removesuffix("'s")
        domains = {index.things[thing].domain: thing for thing in mention.named.things}
        for domain, thing in domains.items():
            names.append((said, index.things[thing].names.of(lang), {"domain": domain}))
        if mention.named.is_floor:
            floors.append((said, index.areas[mention.named.areas[0]].floor or said))
        elif mention.named.areas:
            areas.append((said, index.areas[mention.named.areas[0]].names.of(lang)))
    return {
        "name": TextSlotList.from_tuples(names, allow_template=False),
        "area": TextSlotList.from_tuples(areas, allow_template=False),
        "floor": TextSlotList.from_tuples(floors, allow_template=False),
    }


def _worth(result: RecognizeResult) -> tuple[int, int, int, str]:
    """Fewer wildcards, then the longest name, then the most fixed words, as Home Assistant itself ranks."""
    name = result.entities.get("name")
    named = len(name.text) if name is not None and not name.is_wildcard else 0
    wild = sum(1 for entity in result.entities_list if entity.is_wildcard)
    return wild, -named, -result.text_chunks_matched, result.intent.name


def _slots(result: RecognizeResult) -> dict[str, SlotValue]:
    slots: dict[str, SlotValue] = {}
    for entity in result.entities_list:
        value = entity.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value != HERE:
            slots[entity.name] = cast("SlotValue", value.strip() if isinstance(value, str) else value)
    return slots


def _theirs(result: RecognizeResult, index: HomeIndex) -> Reading:
    slots = _slots(result)
    wild = any(entity.is_wildcard for entity in result.entities_list)
    is_here = any(entity.value == HERE for entity in result.entities_list)
    domain = slots.get("domain")
    domains = (str(domain),) if domain else tuple(result.intent_data.requires_context.get("domain", ()))
    area, floor = slots.get("area"), slots.get("floor")
    areas: tuple[AreaId, ...] = ()
    for said in (area, floor):
        named = index.names.get(name_key(str(said))) if said is not None else None
        areas = named.areas if named is not None and named.areas else areas
    phrase = Phrase(areas=areas, is_here=is_here and not areas, said=str(area or ""))
    name = result.entities.get("name")
    words = [unit.text for unit in units_of(result.original_text)]
    if name is not None and not name.is_wildcard:
        meant = index.names.get(name_key(str(name.value)))
        things = meant.things if meant is not None else ()
        fitting = tuple(thing for thing in things if not domains or index.things[thing].domain in domains)
        phrase = replace(phrase, things=fitting or things, said=name.text)
    elif domain is not None or "device_class" in slots:
        classes = frozenset({str(slots["device_class"])} if "device_class" in slots else ())
        kind = Kind(id="", domain=str(domain) if domain else None, device_classes=classes, words={})
        phrase = replace(phrase, kind=kind, is_plural=_is_plural(words), is_all=says_all(words), said="")
    points = bool(phrase.things or phrase.kind)
    return Reading(
        intent=result.intent.name,
        slots=slots,
        target=Target(phrases=(phrase,)) if points else None,
        place=phrase if not points and (areas or is_here) else None,
        is_wild=wild,
        literal=result.text_chunks_matched,
        form=_form(result),
    )


def _form(result: RecognizeResult) -> str | None:
    return result.response if result.response in _FORMS else None


def _is_plural(words: Sequence[str]) -> bool:
    return says_all(words) or not {"lights", "are", "fans", "curtains", "windows"}.isdisjoint(words)


def _own(result: RecognizeResult, sentence: Marked) -> Reading:
    slots = _slots(result)
    sign = slots.pop("target", None)
    spot = slots.pop("place", None)
    place = sentence.targets[str(spot)].place if spot is not None else sentence.place
    target = sentence.targets[str(sign)] if sign is not None else None
    signs = {str(sign), str(spot)} & set(sentence.targets)
    return Reading(
        intent=result.intent.name,
        slots=slots,
        target=target,
        place=place,
        points_back=target is None,
        literal=result.text_chunks_matched - len(signs),
        form=_form(result),
    )


__all__ = ["HERE", "Grammar", "Reading", "Sentences"]
