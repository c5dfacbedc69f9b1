"""Taking in what devices send: a frame at a time, committed before anything is answered."""

import logging
from collections.abc import Callable, Mapping, Sequence

from jinn.kernel import Clock, Conflict, NotFound, ThingId
from jinn.runtime import Database, Statement
from jinn.things import answers, gateways, posting, requests
from jinn.things.alink import AlinkError, Code, Envelope, encode_reply, is_reply_wanted, method_of, read_envelope
from jinn.things.delivering import open_wish_messages
from jinn.things.frames import DownMessage, Presence, UpAnswer, UpFrame, UpMessage, UpResult
from jinn.things.model import Thing
from jinn.things.registry import Registry
from jinn.things.topics import Address, Use, address_of
from jinn.things.twin import Twin, mark_of
from jinn.things.twins import Twins
from jinn.things.wire import Happened, Presented, Report
from jinn.things.work import Answer, Handler, Upward, Work

ATTEMPTS_MAX = 4
"""Another hub was first: more often than this in a row it is not chance."""

_HANDLERS: Mapping[Use, Handler] = {
    **posting.HANDLERS,
    **answers.HANDLERS,
    **requests.HANDLERS,
    **gateways.HANDLERS,
}
_BARE = frozenset({Use.NTP, Use.SHADOW, Use.USER, Use.RRPC_RESPONSE, Use.NOTED, Use.RAW_POST})
"""Messages that need be no Alink envelope."""

_WITH_SUBS = frozenset({*gateways.HANDLERS, Use.SUB_REGISTER, Use.SUB_PRODUCT_REGISTER})
_EMPTY = Envelope()

_log = logging.getLogger(__name__)
Told = Callable[[Work], None]


Witness = Callable[[Sequence[Report], Sequence[Presented], Sequence[Happened]], Sequence[Statement]]
"""Sees what a commit will tell others; what it answers is committed with it."""


class Ingest:
    """Frames in, durable twins, answers out."""

    def __init__(
        self,
        *,
        registry: Registry,
        twins: Twins,
        database: Database,
        clock: Clock,
        more: Mapping[Use, Handler] | None = None,
        witness: Witness | None = None,
    ) -> None:
        """
        Args:
            more: handlers that know more than a message and its work; they come before those of the same use here.
            witness: told of each commit, and adds to it what must not be lost.
        """
        self._witnesses = [witness] if witness is not None else []
        self._registry = registry
        self._twins = twins
        self._database = database
        self._clock = clock
        self._arrivals: dict[ThingId, tuple[str, int]] = {}
        self._handlers: Mapping[Use, Handler] = {**_HANDLERS, **(more or {})}

    def add_witness(self, witness: Witness) -> None:
        """From now on it sees each commit too."""
        self._witnesses.append(witness)

    async def take(self, frames: Sequence[UpFrame]) -> tuple[list[UpAnswer], Work]:
        """Do what the frames say, in order, as one change. Gives an answer for each, and what to tell others.

        Raises:
            Unavailable: nothing was kept.
            Conflict: another hub kept changing the same twins.
        """
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return await self._attempt(frames)
            except Conflict:
                for thing_id in self._involved(frames):
                    await self._twins.reload(thing_id)
        return await self._attempt(frames)

    async def _attempt(self, frames: Sequence[UpFrame]) -> tuple[list[UpAnswer], Work]:
        involved = self._involved(frames)
        async with self._twins.alone(involved):
            found = {thing_id: await self._twins.get(thing_id) for thing_id in involved}
            twins = {thing_id: twin for thing_id, twin in found.items() if twin is not None}
            work = Work(registry=self._registry, twins=twins, clock=self._clock, arrivals=self._arrivals)
            answers_made = [self._frame(work, frame) for frame in frames]
            statements = work.statements()
            if work.reports or work.presences or work.happened:
                for witness in self._witnesses:
                    statements += witness(work.reports, work.presences, work.happened)
            if statements:
                await self._database.write(*statements)
            for twin in work.changed_twins():
                self._twins.keep(twin)
            for thing in work.taken:
                self._registry.take(thing)
            for afterwards in work.afterwards:
                afterwards()
        return answers_made, work

    def _involved(self, frames: Sequence[UpFrame]) -> set[ThingId]:
        """The things whose twins the frames may read or change."""
        found: set[ThingId] = set()
        for frame in frames:
            for presence in frame.presences:
                found.update(self._ids(presence.device, is_with_subs=True))
            for message in frame.messages:
                address = address_of(message.topic)
                is_with_subs = address is not None and address.use in _WITH_SUBS
                found.update(self._ids(message.device, is_with_subs=is_with_subs))
                if address is not None and address.device and address.device != message.device:
                    found.update(self._ids(address.device, is_with_subs=False))
                for device in gateways.devices_named(message.payload) if is_with_subs else ():
                    found.update(self._ids(device, is_with_subs=False, is_with_gateway=True))
        return found

    def _ids(self, device: str, *, is_with_subs: bool, is_with_gateway: bool = False) -> set[ThingId]:
        thing = self._registry.thing_of_device(device)
        if thing is None:
            return set()
        behind = {other.id for other in self._registry.things_behind(thing.id)} if is_with_subs else set()
        before = {thing.gateway} if is_with_gateway and thing.gateway is not None else set()
        return {thing.id, *behind, *before}

    def _frame(self, work: Work, frame: UpFrame) -> UpAnswer:
        arrivals = [self._presence(work, frame.door, presence) for presence in frame.presences]
        results = [self._message(work, frame.door, message) for message in frame.messages]
        return UpAnswer(results=(*arrivals, *results))

    def _presence(self, work: Work, door: str, presence: Presence) -> UpResult:
        thing = self._registry.thing_of_device(presence.device)
        if thing is None or not work.has(thing.id):
            return UpResult(id=presence.id, is_kept=True)
        before = work.twin(thing.id)
        if presence.is_online:
            if before.is_online and before.session == presence.session:
                return UpResult(id=presence.id, is_kept=True)
            work.arrivals[thing.id] = presence.session, work.now_ms
            after = before.arrive(door=door, session=presence.session, at_ms=presence.at_ms)
            self._told(work, after)
            down = open_wish_messages(thing, thing, after, now_ms=work.now_ms)
            return UpResult(id=presence.id, is_kept=True, down=tuple(down))
        for other in (thing, *self._registry.things_behind(thing.id)):
            if work.has(other.id):
                gone = work.twin(other.id).leave(session=presence.session, at_ms=presence.at_ms)
                if gone is not work.twin(other.id):
                    self._told(work, gone)
        return UpResult(id=presence.id, is_kept=True)

    def _told(self, work: Work, twin: Twin) -> None:
        work.put(twin)
        work.tell_presence(twin)

    def _message(self, work: Work, door: str, message: UpMessage) -> UpResult:
        address = address_of(message.topic)
        connection = self._registry.thing_of_device(message.device)
        if connection is None or not work.has(connection.id):
            return _problem(message, address, Code.NO_DEVICE, "device not found")
        if address is None:
            return _problem(message, None, Code.BAD_TOPIC, "topic parse error")
        self._adopt(work, door, connection, message)
        try:
            thing = self._speaker(work, connection, address, message)
        except NotFound:
            # On its own error topic: not even an error goes to a topic that is somebody else's.
            _log.warning("%s spoke for another device and was not heard", message.device)
            return _problem(message, None, Code.NO_SESSION, "no active session")
        except AlinkError as error:
            return _problem(message, address, error.code, error.message)
        return self._handled(work, message, address, thing, connection)

    def _adopt(self, work: Work, door: str, connection: Thing, message: UpMessage) -> None:
        """A message of a connection whose arrival we missed tells of it too."""
        twin = work.twin(connection.id)
        if not twin.is_online and twin.session != message.session:
            self._told(work, twin.arrive(door=door, session=message.session, at_ms=work.now_ms))

    def _speaker(self, work: Work, connection: Thing, address: Address, message: UpMessage) -> Thing:
        """The thing that speaks: the connection's own, or a sub-device that is logged in over it.

        Raises:
            NotFound: it is neither.
            AlinkError: 520 when the sub-device is not logged in, 6204 when it is disabled.
        """
        thing = connection
        if address.device and address.device != message.device:
            other = work.thing_of_device(address.device)
            if other is None or other.gateway != connection.id:
                raise NotFound("Not a device of this connection.")
            twin = work.twin(other.id)
            if not twin.is_online or twin.session != message.session:
                raise AlinkError(Code.NO_SESSION, "no active session")
            thing = other
        if not thing.is_enabled:
            raise AlinkError(Code.DISABLED, "device forbidden")
        return thing

    def _handled(self, work: Work, message: UpMessage, address: Address, thing: Thing, connection: Thing) -> UpResult:
        envelope = _EMPTY
        method = method_of(message.topic)
        try:
            envelope = _envelope(message, address)
            up = Upward(
                message=message,
                address=address,
                envelope=envelope,
                thing=thing,
                product=self._registry.product_of(thing),
                connection=connection,
                mark=mark_of(message.topic, message.payload, message.session, message.id),
            )
            first = len(work.presences)
            with work.all_or_nothing():
                answer = self._handler(address.use)(work, up)
            pushes = self._pushes(work, connection, first) if address.use in _WITH_SUBS else []
        except AlinkError as error:
            payload = encode_reply(envelope, method=method, code=error.code, data={}, message=error.message)
            return _result(message, address, envelope, payload)
        return _result(message, address, envelope, _payload(answer, envelope, method), pushes)

    def _handler(self, use: Use) -> Handler:
        handler = self._handlers.get(use)
        if handler is None:
            raise AlinkError(Code.NO_METHOD, "nobody answers this here")
        return handler

    def _pushes(self, work: Work, connection: Thing, first: int) -> list[DownMessage]:
        """What sub-devices that have just logged in are still asked."""
        arrived = [ThingId(said.thing) for said in work.presences[first:] if said.online]
        return [
            message
            for thing_id in arrived
            for message in open_wish_messages(
                self._registry.thing(thing_id), connection, work.twin(thing_id), now_ms=work.now_ms
            )
        ]


def _envelope(message: UpMessage, address: Address) -> Envelope:
    try:
        return read_envelope(message.payload)
    except AlinkError:
        if address.use in _BARE:
            return _EMPTY
        raise


def _payload(answer: Answer, envelope: Envelope, method: str) -> bytes | None:
    if answer.is_silent:
        return None
    return answer.payload if answer.payload is not None else encode_reply(envelope, method=method, data=answer.data)


def _result(
    message: UpMessage,
    address: Address,
    envelope: Envelope,
    payload: bytes | None,
    pushes: Sequence[DownMessage] = (),
) -> UpResult:
    down: list[DownMessage] = []
    if payload is not None and address.reply and is_reply_wanted(envelope):
        down.append(DownMessage(device=message.device, topic=address.reply, payload=payload))
    return UpResult(id=message.id, is_kept=True, down=(*down, *pushes))


def _problem(message: UpMessage, address: Address | None, code: Code, text: str) -> UpResult:
    """An answer to what cannot be handled; without a topic of its own it goes to the device's error topic."""
    try:
        envelope = read_envelope(message.payload)
    except AlinkError:
        envelope = _EMPTY
    key, _, name = message.device.partition("&")
    topic = address.reply if address is not None else f"/ext/error/{key}/{name}"
    payload = encode_reply(envelope, method=method_of(message.topic), code=code, data={}, message=text)
    if not topic or not is_reply_wanted(envelope):
        return UpResult(id=message.id, is_kept=True)
    return UpResult(
        id=message.id, is_kept=True, down=(DownMessage(device=message.device, topic=topic, payload=payload),)
    )
