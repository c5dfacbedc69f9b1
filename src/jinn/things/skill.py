"""The home as something that can be talked to: intents become commands, and reports become sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import anyio

from jinn.kernel import AreaId, JinnError, Lang, ThingId
from jinn.language import Card, Deed, DeedOutcome, Intent, Outcome, Reply, SpanMaker, join_replies
from jinn.things import answering, telling
from jinn.things.telling import Told
from jinn.things.wishes import GRANTED, Call, CannotDo, Handle, Set, Value, Wish, reached, wishes

ASKED_ABILITY = {"HassClimateGetTemperature": "temperature"}
"""Intents that ask for one figure, whatever else was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One property or service, and what came of asking for it."""

    property: str
    asked: Value | None
    reported: Value | None
    outcome: DeedOutcome
    ms: float
    code: str | None = None


class Hands(Protocol):
    """How the skill takes hold of the home."""

    def handle(self, thing: ThingId) -> Handle | None: ...

    def area(self, name: str) -> AreaId | None:
        """The area that people call so, in either language."""
        ...

    async def set(self, thing: ThingId, values: Mapping[str, Value]) -> Sequence[Done]:
        """Ask for property values; one result each."""
        ...

    async def call(self, thing: ThingId, service: str, arguments: Mapping[str, Value]) -> Done: ...


class HomeSkill:
    """Answers for every thing of the home."""

    intents = GRANTED | {"HassGetState", "JinnGetAbility"} | ASKED_ABILITY.keys()

    def __init__(self, hands: Hands) -> None:
        self._hands = hands

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        """Commands of one sentence are asked for at once; answers keep the order of the words."""
        results: list[Reply | None] = [None] * len(intents)
        with span("acted"):
            async with anyio.create_task_group() as tasks:
                for index, intent in enumerate(intents):
                    tasks.start_soon(self._answer_into, results, index, intent, lang)
        return join_replies([reply for reply in results if reply is not None], lang)

    async def _answer_into(self, results: list[Reply | None], index: int, intent: Intent, lang: Lang) -> None:
        handles = [handle for thing in intent.targets if (handle := self._hands.handle(thing))]
        if not handles:
            said = "There is nothing like that in this home." if lang is Lang.EN else "家里没有这样的设备。"
            results[index] = Reply(said=said, outcome=Outcome.REFUSED)
        elif intent.name in GRANTED:
            results[index] = await self._grant(intent, handles, lang)
        else:
            results[index] = _tell(intent, handles, lang)

    async def _grant(self, intent: Intent, handles: list[Handle], lang: Lang) -> Reply:
        """Ask all things at once, and wait for what each of them reports."""
        told: list[list[Told]] = [[] for _ in handles]
        deeds: list[list[Deed]] = [[] for _ in handles]
        able = [(handle, wishes(intent, handle)) for handle in handles]
        if len(able) > 1 and any(not _is_impossible(wanted) for _, wanted in able):
            # "Everything off" means everything that can be off.
            able = [(handle, wanted) for handle, wanted in able if not _is_impossible(wanted)]
        if all(_is_impossible(wanted) for _, wanted in able):
            return _impossible([handle for handle, _ in able], lang)
        async with anyio.create_task_group() as tasks:
            for index, (handle, wanted) in enumerate(able):
                tasks.start_soon(self._ask, handle, wanted, told[index], deeds[index])
        flat = [one for group in told for one in group]
        did = tuple(deed for group in deeds for deed in group)
        said = telling.many_sentence(flat, lang)
        return Reply(said=said, outcome=_outcome(did), did=did, card=_card(flat, lang))

    async def _ask(self, handle: Handle, wanted: tuple[Wish, ...], told: list[Told], deeds: list[Deed]) -> None:
        values: dict[str, Value] = {}
        abilities: dict[str, str] = {}
        for wish in wanted:
            match wish:
                case Set():
                    knob = handle.knobs[wish.ability]
                    values[knob.property] = reached(knob, wish)
                    abilities[knob.property] = wish.ability
                case Call():
                    await self._call(handle, wish, told, deeds)
                case CannotDo():
                    continue
        if not values:
            return
        done = await self._set(handle, values)
        deeds.extend(_deed(handle, one) for one in done)
        told.extend(_worth_telling([_told(handle, abilities[one.property], one) for one in done]))

    async def _set(self, handle: Handle, values: Mapping[str, Value]) -> Sequence[Done]:
        try:
            return await self._hands.set(handle.id, values)
        except JinnError as no:
            return [
                Done(property=name, asked=value, reported=None, outcome="refused", ms=0.0, code=no.stable_code())
                for name, value in values.items()
            ]

    async def _call(self, handle: Handle, wish: Call, told: list[Told], deeds: list[Deed]) -> None:
        service = handle.services[wish.service]
        arguments = dict(wish.arguments)
        if isinstance(name := arguments.get("area"), str):
            arguments["area"] = self._hands.area(name) or name
        try:
            done = await self._hands.call(handle.id, service, arguments)
        except JinnError as no:
            done = Done(property=service, asked=None, reported=None, outcome="refused", ms=0.0, code=no.stable_code())
        deeds.append(_deed(handle, done))
        # What the thing reports of itself after the call is what is said.
        after = self._hands.handle(handle.id) or handle
        knob = after.knobs.get("activity")
        if knob is not None and done.outcome in {"confirmed", "unchanged"}:
            told.append(Told(names=handle.names, ability="activity", value=knob.value, outcome=done.outcome,
                             option=knob.option(knob.value)))  # fmt: skip
        else:
            told.append(
                Told(names=handle.names, ability=wish.service, value=None, outcome=done.outcome, code=done.code)
            )


def _tell(intent: Intent, handles: list[Handle], lang: Lang) -> Reply:
    ability = ASKED_ABILITY.get(intent.name) or intent.slots.get("ability")
    if isinstance(ability, str):
        if ability == "temperature":
            ability = next(
                (a for a in ("temperature", "cold_temperature") if any(a in h.knobs for h in handles)), ability
            )
        said, card = answering.answer_ability(ability, handles, lang)
        return Reply(said=said, outcome=Outcome.DONE, card=card)
    return Reply(said=answering.answer_state(intent, handles, lang), outcome=Outcome.DONE)


def _told(handle: Handle, ability: str, done: Done) -> Told:
    knob = handle.knobs[ability]
    is_settled = done.outcome in {"confirmed", "unchanged"}
    value = done.reported if is_settled and done.reported is not None else done.asked
    limits = None
    if done.code == "out-of-range" and knob.low is not None and knob.high is not None:
        limits = (knob.low, knob.high)
    return Told(names=handle.names, ability=ability, value=value, outcome=done.outcome, option=knob.option(value),
                limits=limits, code=done.code)  # fmt: skip


def _worth_telling(told: list[Told]) -> list[Told]:
    """A light that was set to 30 percent need not say that it is on, too; nor that it is offline twice."""
    bad = [one for one in told if one.outcome not in {"confirmed", "unchanged"}]
    if bad:
        return bad[:1]
    return [one for one in told if one.ability != "power"] or told


def _deed(handle: Handle, done: Done) -> Deed:
    return Deed(thing=handle.id, property=done.property, asked=done.asked, reported=done.reported,
                outcome=done.outcome, ms=done.ms)  # fmt: skip


def _outcome(did: Sequence[Deed]) -> Outcome:
    outcomes = {deed.outcome for deed in did}
    if outcomes & {"timed_out", "offline"}:
        return Outcome.UNAVAILABLE
    return Outcome.REFUSED if "refused" in outcomes else Outcome.DONE


def _is_impossible(wanted: tuple[Wish, ...]) -> bool:
    return all(isinstance(wish, CannotDo) for wish in wanted)


def _impossible(handles: list[Handle], lang: Lang) -> Reply:
    names = telling.listed([handle.names for handle in handles], lang)
    said = f"That is nothing {names} can do." if lang is Lang.EN else f"{names}做不了这个。"
    return Reply(said=said, outcome=Outcome.REFUSED)


def _card(told: Sequence[Told], lang: Lang) -> Card | None:
    if len(told) < 2:
        return None
    facts = tuple(telling.outcome_sentence(one, lang) for one in told[:3])
    return Card(title=telling.listed([one.names for one in told], lang), facts=facts)
