"""Does this device do what its model says? Every check of its sheet, on the real thing, and everything set back."""

from collections.abc import Mapping

import anyio
import msgspec

from jinn.kernel import JinnError, ThingId, Unavailable, millis, new_id
from jinn.runtime import Bus, Message
from jinn.things.delivering import Doors, service_message, set_message
from jinn.things.forms.sheet import Check, CheckDone, SheetResult, sheet_of
from jinn.things.frames import DownMessage
from jinn.things.model import CommandOutcome, Thing
from jinn.things.room import ThingsRoom
from jinn.things.values import Json
from jinn.things.wire import REPLIED_SUBJECT, RepliedBatch

SET_WITHIN_S = 8.0
"""Curtains take their time; a lamp has answered long before."""

REPLY_WITHIN_S = 3.0
_OK = 200
_BY = "check"

_replies = msgspec.json.Decoder(RepliedBatch)


class Checking:
    """Holds devices against their models. One thing is checked by one caller at a time."""

    def __init__(self, *, room: ThingsRoom, bus: Bus) -> None:
        self._room = room
        self._bus = bus
        self._doors = Doors(bus=bus, registry=room.registry, twins=room.twins)
        self._turns: dict[ThingId, anyio.Lock] = {}

    async def check(self, thing_id: ThingId) -> SheetResult:
        """The whole sheet, in order.

        Raises:
            NotFound: `thing-not-found`.
            Unavailable: `thing-offline`: it must be there to be checked.
        """
        thing = self._room.registry.thing(thing_id)
        product = self._room.registry.product_of(thing)
        if not self._room.twins.peek(thing_id).is_online:
            raise Unavailable("It is not connected, so it cannot be checked.", code="thing-offline", thing=thing_id)
        async with self._turns.setdefault(thing_id, anyio.Lock()):
            before = {
                name: said.value
                for name, said in self._room.twins.peek(thing_id).reported.items()
                if name in product.model.properties and product.model.properties[name].is_writable
            }
            done = [await self._done(thing, check) for check in sheet_of(product).checks]
            is_restored = await self._restore(thing, before)
        return SheetResult(thing=thing.id, product=product.product_key, is_restored=is_restored, checks=done)

    async def _done(self, thing: Thing, check: Check) -> CheckDone:
        try:
            saw = await self._try(thing, check)
        except JinnError as error:
            saw = error.sentence
        return CheckDone(id=check.id, does=check.does, expects=check.expects, is_passed=not saw, saw=saw)

    async def _try(self, thing: Thing, check: Check) -> str:
        """Empty when it passed, else what there was instead."""
        match check.kind:
            case "reports":
                return "" if check.name in self._room.twins.peek(thing.id).reported else "it never said"
            case "sets":
                return await self._set(thing, check)
            case "calls":
                result = await self._room.commander.call_service(
                    thing.id, check.name, {}, expires_s=SET_WITHIN_S, by=_BY
                )
                answered = result.outcome in (CommandOutcome.CONFIRMED, CommandOutcome.REFUSED)
                return "" if answered else result.outcome.value
            case "refuses-call":
                message = self._message(thing, check)
                code = await self._raw(thing, message)
                return f"it answered {code}" if code == _OK else ""
            case _:
                return await self._refuses(thing, check)

    async def _set(self, thing: Thing, check: Check) -> str:
        value = _json(check.value)
        results = await self._room.commander.set_properties(
            thing.id, {check.name: value}, expires_s=SET_WITHIN_S, by=_BY
        )
        result = results[0]
        if result.outcome in (CommandOutcome.CONFIRMED, CommandOutcome.UNCHANGED):
            return ""
        return f"{result.outcome.value}; it says {result.reported!r}{f', {result.code}' if result.code else ''}"

    async def _refuses(self, thing: Thing, check: Check) -> str:
        """Asked past our own checks, which would never let such a value out."""
        before = self._reported(thing, check.name)
        code = await self._raw(thing, self._message(thing, check))
        after = self._reported(thing, check.name)
        if check.name and after == _json(check.value) and after != before:
            return f"it did it: {after!r}"
        if code is None:
            return "it did not answer"
        return f"it answered {code}" if code == _OK else ""

    def _reported(self, thing: Thing, name: str) -> Json:
        said = self._room.twins.peek(thing.id).reported.get(name)
        return said.value if said is not None else None

    def _message(self, thing: Thing, check: Check) -> DownMessage:
        command = new_id(self._room.clock)
        expires_ms = millis(self._room.clock.now()) + int(REPLY_WITHIN_S * 1000)
        connection = self._doors.connection_of(thing)
        if check.kind == "refuses-call":
            return service_message(
                thing, connection, check.name, {}, command=command, expires_ms=expires_ms, way="async"
            )
        return set_message(thing, connection, {check.name: _json(check.value)}, command, expires_ms)

    async def _raw(self, thing: Thing, message: DownMessage) -> int | None:
        """The code that it answers with; None when it does not answer."""
        sought = _request_id(message)
        async with self._bus.subscribe(REPLIED_SUBJECT) as replies:
            door = self._room.twins.peek(thing.id).door or ""
            outcome = await self._doors.deliver(door, message, within_s=REPLY_WITHIN_S)
            if outcome != "delivered":
                raise Unavailable(f"It could not be asked: {outcome}.", code="thing-offline")
            with anyio.move_on_after(REPLY_WITHIN_S):
                async for reply in replies:
                    for one in _read(reply):
                        if one[0] == thing.id and one[1] == sought:
                            return one[2]
        return None

    async def _restore(self, thing: Thing, before: Mapping[str, Json]) -> bool:
        """One after the other: what belongs together, such as brightness and power, may undo each other."""
        is_restored = True
        now = {name: self._reported(thing, name) for name in before}
        for name in sorted(before, key=lambda name: name in ("on", "power")):
            if before[name] is None or before[name] == now[name]:
                continue
            try:
                results = await self._room.commander.set_properties(
                    thing.id, {name: before[name]}, expires_s=SET_WITHIN_S, by=_BY
                )
            except JinnError:
                is_restored = False
                continue
            done = (CommandOutcome.CONFIRMED, CommandOutcome.UNCHANGED)
            is_restored = is_restored and all(result.outcome in done for result in results)
        return is_restored


class _Asked(msgspec.Struct):
    id: str


def _request_id(message: DownMessage) -> str:
    return msgspec.json.decode(message.payload, type=_Asked).id


def _read(message: Message) -> list[tuple[str, str, int]]:
    return [(reply.thing, reply.id, reply.code) for reply in _replies.decode(message.payload).replies]


def _json(value: object) -> Json:
    # A check's value was made by the sheet, of JSON and nothing else.
    assert value is None or isinstance(value, bool | int | float | str | list | dict)
    return value
