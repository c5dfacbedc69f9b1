"""How words become a turn: understand, let a skill act, and keep the record."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import msgspec

from jinn.kernel import AreaId, Clock, Lang, SatelliteId, ThingId, TurnId, Unavailable, millis, new_id
from jinn.language import phrases
from jinn.language.agreeing import agrees
from jinn.language.canon import canon_of
from jinn.language.codes import HIDDEN, hide_codes
from jinn.language.joining import join_replies
from jinn.language.model import (
    Ambiguous,
    Heard,
    HomeWords,
    Intent,
    Layer,
    NotUnderstood,
    Outcome,
    Reply,
    Span,
    Turn,
    Understanding,
    Understood,
)
from jinn.language.ports import HomeNames, Skill
from jinn.language.remembering import Remembered
from jinn.language.store import Turns
from jinn.language.wire import turn_to_wire
from jinn.runtime import Bus, Trace

log = logging.getLogger(__name__)

TEXT_CHARS_MAX = 1_000
"""A spoken command has fewer than 200; ten seconds of the fastest speech have about 300."""

ANSWER_WITHIN_S = 30.0
"""How long a question of ours stays open; a satellite listens for about eight seconds after it."""


SPOKEN_OF_S = 120.0
"""How long "it" means what was spoken of last."""


class Understands(Protocol):
    """The questions that a conversation asks of understanding."""

    def understand(
        self,
        text: str,
        lang: Lang,
        home: HomeWords,
        *,
        area: AreaId | None = None,
        focus: tuple[ThingId, ...] = (),
    ) -> Understanding:
        """`area`: where the satellite is; `focus`: the things that "it" means."""
        ...

    def complete(self, pending: Ambiguous, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        """None: this was no answer to the question, but something new."""
        ...

    def revise(self, proposal: Intent, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        """What was proposed, with one part another, as these words want it. None: they are about something new."""
        ...


class Conversing:
    """One home's conversation, for any number of satellites at once; none ever sees another's."""

    def __init__(
        self,
        *,
        understander: Understands,
        names: HomeNames,
        skills: Sequence[Skill],
        turns: Turns,
        bus: Bus,
        clock: Clock,
        areas: "SatelliteAreas",
    ) -> None:
        self._understander = understander
        self._names = names
        self._skills = {name: skill for skill in skills for name in skill.intents}
        self._turns = turns
        self._bus = bus
        self._clock = clock
        self._areas = areas
        self._questions: Remembered[Ambiguous] = Remembered(clock, for_s=ANSWER_WITHIN_S)
        self._proposals: Remembered[Intent] = Remembered(clock, for_s=ANSWER_WITHIN_S)
        self._spoken_of: Remembered[tuple[ThingId, ...]] = Remembered(clock, for_s=SPOKEN_OF_S)

    async def converse(self, heard: Heard, *, satellite: SatelliteId) -> Turn:
        """Understand, act, answer, keep the record. Raises nothing: what fails is said."""
        trace = Trace(self._clock)
        with trace.span("understood"):
            understanding = self._understand(heard, satellite)
        intents, reply = await self._answer(understanding, heard, satellite, trace)
        if reply.proposes is not None:
            self._proposals.keep(satellite, reply.proposes)
        turn = Turn(
            id=TurnId(new_id(self._clock)),
            satellite=satellite,
            lang=heard.lang,
            heard=heard,
            understood=intents,
            reply=reply,
            at_ms=millis(self._clock.now()),
            spans=_after(heard, trace),
        )
        turn = _without_codes(turn)
        await self._keep(turn)
        return turn

    def _understand(self, heard: Heard, satellite: SatelliteId) -> Understanding:
        if len(heard.text) > TEXT_CHARS_MAX:
            return NotUnderstood()
        home = self._names.words()
        proposal = self._proposals.take(satellite)
        if proposal is not None and (answer := agrees(heard.text, heard.lang)) is not None:
            return Understood(intents=(replace(proposal, layer=Layer.DIALOGUE) if answer else _NEVER_MIND,))
        if proposal is not None and (revised := self._understander.revise(proposal, heard.text, heard.lang, home)):
            return revised
        question = self._questions.take(satellite)
        if question is not None:
            completed = self._understander.complete(question, heard.text, heard.lang, home)
            if completed is not None:
                return completed
        area = self._areas.area_of(satellite)
        focus = self._spoken_of.get(satellite) or ()
        return self._understander.understand(heard.text, heard.lang, home, area=area, focus=focus)

    async def _answer(
        self, understanding: Understanding, heard: Heard, satellite: SatelliteId, trace: Trace
    ) -> tuple[tuple[Intent, ...], Reply]:
        match understanding:
            case Understood(intents=intents):
                self._remember(intents, satellite)
                return intents, await self._act(intents, heard.lang, trace)
            case Ambiguous(intent=intent, choices=choices):
                self._questions.keep(satellite, understanding)
                names = {thing.id: thing.names for thing in self._names.words().things}
                said = phrases.which_one([names[choice] for choice in choices], heard.lang)
                return (intent,), Reply(said=said, outcome=Outcome.ASKED, follow_up=True)
            case NotUnderstood(unknown=unknown):
                return (), Reply(said=_apology(heard, unknown), outcome=Outcome.NOT_UNDERSTOOD)

    def _remember(self, intents: tuple[Intent, ...], satellite: SatelliteId) -> None:
        """What "it" means from now on: one thing. After several, "the lamp" is asked about, and not all of them."""
        targets = {thing for intent in intents for thing in intent.targets}
        if len(targets) == 1:
            self._spoken_of.keep(satellite, tuple(targets))
        elif targets:
            self._spoken_of.take(satellite)

    async def _act(self, intents: tuple[Intent, ...], lang: Lang, trace: Trace) -> Reply:
        replies = []
        # Neighbouring intents of one skill go to it together, so that it can act on all at once.
        for skill, own in _runs(intents, self._skills):
            if skill is None:
                replies.append(Reply(said=phrases.nobody_answers(lang), outcome=Outcome.REFUSED))
            else:
                replies.append(await skill.answer(own, lang=lang, span=trace.span))
        return join_replies(replies, lang)

    async def _keep(self, turn: Turn) -> None:
        wire = turn_to_wire(turn)
        try:
            await self._turns.keep(wire)
            await self._bus.publish("ev.turns.finished", msgspec.json.encode(wire))
        except Unavailable as gone:
            # The deed is done and must be answered; that its record is missing is for the operator to know.
            log.error("turn %s was not kept: %s", turn.id, gone.sentence)


_NEVER_MIND = Intent(name="HassNevermind", canon=canon_of("HassNevermind", {}), layer=Layer.DIALOGUE)


class SatelliteAreas:
    """Where each satellite stands, so that "the light" means the one beside it."""

    def __init__(self) -> None:
        self._areas: dict[SatelliteId, AreaId] = {}

    def place(self, satellite: SatelliteId, area: AreaId) -> None:
        self._areas[satellite] = area

    def area_of(self, satellite: SatelliteId) -> AreaId | None:
        return self._areas.get(satellite)


def _without_codes(turn: Turn) -> Turn:
    """A setup code opens a device to everybody who reads it; the record says only that there was one."""
    is_about_code = any("code" in intent.slots for intent in turn.understood)
    understood = tuple(
        replace(intent, slots={**intent.slots, "code": HIDDEN}) if "code" in intent.slots else intent
        for intent in turn.understood
    )
    heard = turn.heard and replace(turn.heard, text=hide_codes(turn.heard.text, is_about_code=is_about_code or None))
    said = replace(turn.reply, said=hide_codes(turn.reply.said, is_about_code=is_about_code))
    return replace(turn, heard=heard, understood=understood, reply=said)


def _apology(heard: Heard, unknown: str | None) -> str:
    if len(heard.text) > TEXT_CHARS_MAX:
        return phrases.too_long(heard.lang)
    if not heard.text.strip():
        return phrases.nothing_heard(heard.lang)
    return phrases.not_understood(unknown, heard.lang)


def _after(heard: Heard, trace: Trace) -> tuple[Span, ...]:
    """The turn's spans behind those of hearing, on one time line that starts at the first of them."""
    before = tuple(Span(name=name, start_ms=start_ms, ms=ms) for name, start_ms, ms in heard.spans)
    offset_ms = max((span.start_ms + span.ms for span in before), default=0.0)
    after = (Span(name=one.name, start_ms=offset_ms + one.start_ms, ms=one.ms) for one in trace.spans)
    return (*before, *after)


def _runs(intents: tuple[Intent, ...], skills: dict[str, Skill]) -> list[tuple[Skill | None, tuple[Intent, ...]]]:
    runs: list[tuple[Skill | None, tuple[Intent, ...]]] = []
    for intent in intents:
        skill = skills.get(intent.name)
        if runs and runs[-1][0] is skill:
            runs[-1] = (skill, (*runs[-1][1], intent))
        else:
            runs.append((skill, (intent,)))
    return runs
