"""How the home skill takes hold of things: the room's registry, twins and commands as handles."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import anyio
import msgspec

from jinn.kernel import AreaId, NotFound, ThingId
from jinn.language import DeedOutcome
from jinn.runtime import Bus, Message
from jinn.things.model import CommandOutcome, CommandResult, Product, Thing
from jinn.things.room import ThingsRoom
from jinn.things.skill import Done
from jinn.things.thing_model import EnumType, NumberType, Property
from jinn.things.twin import Twin
from jinn.things.values import Json
from jinn.things.wire import REPORTED_SUBJECT, ReportedBatch, value_names
from jinn.things.wishes import Handle, Knob, Value

BY = "voice"
"""Who asked, as commands are kept."""

REPORT_WITHIN_S = 0.5
"""A thing that did what a service asked reports its new state at once; one whose state did not change says nothing."""


class RoomHands:
    """`skill.Hands` on the real things."""

    def __init__(self, room: ThingsRoom, bus: Bus, area_called: Callable[[str], AreaId | None]) -> None:
        self._room = room
        self._bus = bus
        self._area_called = area_called

    def area(self, name: str) -> AreaId | None:
        return self._area_called(name)

    def handle(self, thing: ThingId) -> Handle | None:
        try:
            known = self._room.registry.thing(thing)
        except NotFound:
            return None
        return _handle(known, self._room.registry.product_of(known), self._room.twins.peek(thing))

    async def set(self, thing: ThingId, values: Mapping[str, Value]) -> Sequence[Done]:
        return [_done(result) for result in await self._room.commander.set_properties(thing, values, by=BY)]

    async def call(self, thing: ThingId, service: str, arguments: Mapping[str, Value]) -> Done:
        # Listened to from before the call, so that a report which overtakes the answer is not missed.
        async with self._bus.subscribe(REPORTED_SUBJECT) as reports:
            result = await self._room.commander.call_service(thing, service, arguments, by=BY)
            if result.outcome is CommandOutcome.CONFIRMED:
                with anyio.move_on_after(REPORT_WITHIN_S):
                    await _report_of(thing, reports)
        return Done(
            property=service,
            asked=None,
            reported=None,
            outcome=_outcome(result.outcome),
            ms=result.ms,
            code=result.code or None,
        )


async def _report_of(thing: ThingId, reports: AsyncIterator[Message]) -> None:
    async for message in reports:
        batch = msgspec.json.decode(message.payload, type=ReportedBatch)
        if any(report.thing == thing and report.properties for report in batch.reports):
            return


def _handle(thing: Thing, product: Product, twin: Twin) -> Handle:
    knobs: dict[str, Knob] = {}
    for identifier, ability in product.meaning.abilities.items():
        member = product.model.properties[identifier]
        knobs.setdefault(ability, _knob(product, member, ability, twin))
    services: dict[str, str] = {}
    for identifier, action in product.meaning.actions.items():
        services.setdefault(action, identifier)
    return Handle(
        id=thing.id,
        names=thing.names,
        kind=product.kind,
        is_online=twin.is_online,
        seen_ms=twin.seen_ms,
        knobs=knobs,
        services=services,
    )


def _knob(product: Product, member: Property, ability: str, twin: Twin) -> Knob:
    said = twin.reported.get(member.identifier)
    shape = member.type
    options = {}
    if isinstance(shape, EnumType):
        options = {value: names for value in shape.labels if (names := value_names(product, member.identifier, value))}
    return Knob(
        ability=ability,
        property=member.identifier,
        value=plain(said.value) if said else None,
        is_writable=member.is_writable,
        low=shape.min if isinstance(shape, NumberType) else None,
        high=shape.max if isinstance(shape, NumberType) else None,
        options=options,
    )


def _done(result: CommandResult) -> Done:
    return Done(
        property=result.property,
        asked=plain(result.asked),
        reported=plain(result.reported),
        outcome=_outcome(result.outcome),
        ms=result.ms,
        code=result.code or None,
    )


def plain(value: Json) -> Value | None:
    """A value that can be said; arrays and structs cannot."""
    return value if isinstance(value, str | int | float | bool) else None


_OUTCOMES: dict[CommandOutcome, DeedOutcome] = {
    CommandOutcome.CONFIRMED: "confirmed",
    CommandOutcome.UNCHANGED: "unchanged",
    CommandOutcome.REFUSED: "refused",
    CommandOutcome.TIMED_OUT: "timed_out",
    CommandOutcome.OFFLINE: "offline",
}


def _outcome(outcome: CommandOutcome) -> DeedOutcome:
    return _OUTCOMES[outcome]
