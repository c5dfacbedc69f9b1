"""What we send to things: the messages, and the way over the door that holds them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from jinn.kernel import Unavailable
from jinn.runtime import Bus
from jinn.things.alink import Request, encode_request
from jinn.things.frames import DownAnswer, DownMessage
from jinn.things.model import Thing
from jinn.things.registry import Registry
from jinn.things.topics import device_topic
from jinn.things.twin import Twin
from jinn.things.twins import Twins
from jinn.things.values import Json

Delivery = Literal["delivered", "offline", "expired", "slow"]
Holding = Literal["held", "not-held", "no-door"]
Way = Literal["async", "rrpc", "ext"]

_encoder = msgspec.msgpack.Encoder()
_answer_decoder = msgspec.msgpack.Decoder(DownAnswer)


def wire_id(command: str) -> str:
    """A command's id as devices read it: the digits of a 32-bit number, since C devices parse no more."""
    return str(zlib.crc32(command.encode()))


def set_message(
    thing: Thing, connection: Thing, values: Mapping[str, Json], command: str, expires_ms: int
) -> DownMessage:
    request = Request(id=wire_id(command), method="thing.service.property.set", params=dict(values))
    return DownMessage(
        device=connection.device,
        topic=device_topic(thing.device, "thing/service/property/set"),
        payload=encode_request(request),
        expires_ms=expires_ms,
    )


def service_message(
    thing: Thing,
    connection: Thing,
    service: str,
    inputs: Mapping[str, Json],
    *,
    command: str,
    expires_ms: int,
    way: Way,
) -> DownMessage:
    """A call on the service's own topic, or as an RRPC exchange in either of its two forms."""
    request = Request(id=wire_id(command), method=f"thing.service.{service}", params=dict(inputs))
    topic = device_topic(thing.device, f"thing/service/{service}")
    if way == "rrpc":
        topic = device_topic(thing.device, f"rrpc/request/{wire_id(command)}")
    elif way == "ext":
        topic = f"/ext/rrpc/{wire_id(command)}{topic}"
    return DownMessage(device=connection.device, topic=topic, payload=encode_request(request), expires_ms=expires_ms)


def open_wish_messages(thing: Thing, connection: Thing, twin: Twin, *, now_ms: int) -> list[DownMessage]:
    """What a thing that has come back is still asked, one message for each command."""
    by_command: dict[str, dict[str, Json]] = {}
    expiries: dict[str, int] = {}
    for name, wish in twin.open_wishes(now_ms).items():
        by_command.setdefault(wish.command, {})[name] = wish.value
        expiries[wish.command] = wish.expires_ms
    return [
        set_message(thing, connection, values, command, expiries[command]) for command, values in by_command.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The way to every door."""

    bus: Bus
    registry: Registry
    twins: Twins

    def connection_of(self, thing: Thing) -> Thing:
        """The thing whose connection it speaks over: its gateway, unless it has come by itself."""
        if thing.gateway is None:
            return thing
        gateway = self.registry.thing(thing.gateway)
        own = self.twins.peek(thing.id)
        return thing if own.is_online and own.session != self.twins.peek(gateway.id).session else gateway

    async def deliver(self, door: str, message: DownMessage, *, within_s: float) -> Delivery:
        """Hand a message to a door; a door that is gone holds nobody.

        Raises:
            Unavailable: the bus is away, or the door did not answer.
        """
        try:
            answer = await self.bus.request(f"dn.{door}", _encoder.encode(message), within_s=within_s)
        except Unavailable as error:
            if error.stable_code() == "no-responder":
                return "offline"
            raise
        return _outcome(door, answer)

    async def holds(self, door: str, device: str, *, within_s: float) -> Holding:
        """Whether a door holds that device's connection: it is offered a message that is too late to be delivered.

        Raises:
            Unavailable: the bus is away, or the door did not answer.
        """
        late = DownMessage(device=device, topic="", payload=b"", expires_ms=1)
        try:
            answer = await self.bus.request(f"dn.{door}", _encoder.encode(late), within_s=within_s)
        except Unavailable as error:
            if error.stable_code() == "no-responder":
                return "no-door"
            raise
        return "not-held" if _outcome(door, answer) == "offline" else "held"


def _outcome(door: str, answer: bytes) -> Delivery:
    try:
        return _answer_decoder.decode(answer).outcome
    except msgspec.DecodeError as error:
        raise Unavailable(f"The door {door} answered what is no answer.", code="door-answer") from error
