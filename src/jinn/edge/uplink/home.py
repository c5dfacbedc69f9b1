"""The home's end: tells the region what things say, and carries out what it wishes; in its own time when cut off."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import anyio
import anyio.abc
import msgspec

from jinn.edge.uplink.model import (
    ROWS_MAX,
    WISHES_MAX,
    Answer,
    Entry,
    Known,
    Link,
    Said,
    Seen,
    Wish,
    WrittenExchange,
    WrittenRow,
    newest,
)
from jinn.kernel import Clock, Conflict, JinnError, ThingId, Unavailable, millis, new_id
from jinn.runtime import EXCHANGE, Bus, Database, Schema, Sql, Statement
from jinn.things import (
    PRESENCE_SUBJECT,
    REGISTRY_SUBJECT,
    Happened,
    Json,
    PresenceBatch,
    Presented,
    RegistryChanged,
    Report,
    ThingsRoom,
)

SCHEMA = Schema(room="uplink", folder=Path(__file__).parent / "sql" / "home")

POLL_S = 1.0
"""How long a wish of the region may wait, and a change of ours that nobody woke us for."""

ANSWER_WITHIN_S = 5.0
RETRY_AFTER_S = 0.5
AT_ONCE = 16
"""Things that are asked at a time for wishes of the region; a thing that does not answer holds up only one of them."""

BY = "region"
_WISHES_AT_ONCE = 20_000
"""Looked through for the newest of each property: what an hour of wishes comes to is asked once."""


_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_answers = msgspec.json.Decoder(Answer)
_presences = msgspec.json.Decoder(PresenceBatch)
_changes = msgspec.json.Decoder(RegistryChanged)
_values = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Up to where this home has written, told all things, and heard; since when it counts."""

    seq: int
    whole: int
    heard: int
    epoch: str


class UplinkLog:
    """What the region must still be told, written in the commit that takes a report."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.grew = anyio.Event()

    def witness(
        self, reports: Sequence[Report], presences: Sequence[Presented], happened: Sequence[Happened]
    ) -> list[Statement]:
        """`Ingest` asks it with each commit."""
        said = [Said(one.thing, one.version, one.at_ms, one.properties) for one in reports if one.properties]
        seen = [Seen(one.thing, one.online) for one in presences]
        return self.statements(Entry(said=said, seen=seen)) if said or seen else []

    def statements(self, entry: Entry) -> list[Statement]:
        self.grew.set()
        values: dict[str, Sql] = {"home": self.name}
        return [
            Statement(query="uplink.advance", values=values, rows=1),
            Statement(query="uplink.log", values={**values, "body": _encoder.encode(entry).decode()}, rows=1),
        ]


class Uplink:
    """A `Service` that is ready at once: the home does not wait for its region."""

    name = "uplink"

    def __init__(self, *, log: UplinkLog, room: ThingsRoom, database: Database, bus: Bus, clock: Clock) -> None:
        self._log = log
        self._room = room
        self._database = database
        self._bus = bus
        self._clock = clock
        self._state: bool | None = None
        self._since_ms: int | None = None
        self._waiting = 0
        self._wished = anyio.Event()

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        if (await self._read_state()).whole == 0:
            await self._tell_whole()
        task_status.started()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._watch_presence)
            tasks.start_soon(self._watch_registry)
            tasks.start_soon(self._carry_out)
            await self._keep_exchanging()

    def link(self) -> Link:
        """For network health, as of the last try."""
        return Link(state="up" if self._state else "down", since_ms=self._since_ms, waiting=self._waiting)

    async def _keep_exchanging(self) -> None:
        while True:
            self._log.grew = anyio.Event()
            try:
                is_more = await self._exchange()
            except Unavailable as away:
                self._note(is_up=False, why=away.sentence)
                await anyio.sleep(RETRY_AFTER_S)
                continue
            self._note(is_up=True)
            if not is_more:
                with anyio.move_on_after(POLL_S):
                    await self._log.grew.wait()

    async def _exchange(self) -> bool:
        """One question and its answer. Says whether there is more to say already."""
        state = await self._read_state()
        found = await self._database.read("uplink.oldest", count_max=ROWS_MAX)
        rows = [WrittenRow(int(row["seq"] or 0), msgspec.Raw(str(row["body"]).encode())) for row in found]
        told = rows[0].seq - 1 if rows else state.seq
        self._waiting = state.seq - told
        asked = WrittenExchange(rows=rows, heard=state.heard, epoch=state.epoch, told=told)
        reply = await self._bus.request(
            f"{EXCHANGE}.{self._log.name}", _encoder.encode(asked), within_s=ANSWER_WITHIN_S
        )
        try:
            answer = _answers.decode(reply)
        except msgspec.DecodeError as error:
            raise Unavailable("The region does not speak our language.", code="uplink-answer") from error
        if answer.is_lost:
            await self._tell_whole()
            return True
        if rows:
            await self._database.write(Statement(query="uplink.told", values={"seq": answer.taken}))
            self._waiting = max(0, state.seq - answer.taken)
        if answer.wishes:
            await self._keep_wishes(answer.wishes, state.heard)
        if len(answer.wishes) < WISHES_MAX:
            # Not before the last of them is here: those that are void by a later one need not be asked at all.
            self._wished.set()
        return len(rows) == ROWS_MAX or bool(answer.wishes)

    async def _keep_wishes(self, wishes: Sequence[Wish], heard: int) -> None:
        """Durable before the region is told so; a wish that is sent twice is kept once."""
        fresh = [wish for wish in wishes if wish.seq > heard]
        if not fresh:
            return
        each: list[dict[str, Sql]] = [
            {
                "seq": wish.seq,
                "id": wish.id,
                "thing": wish.thing,
                "properties": _encoder.encode(wish.properties).decode(),
                "expires_ms": wish.expires_ms,
            }
            for wish in fresh
        ]
        values: dict[str, Sql] = {"home": self._log.name, "heard": fresh[-1].seq, "was": heard}
        try:
            await self._database.write(
                Statement(query="uplink.note_heard", values=values, rows=1),
                Statement(query="uplink.keep_wish", each=each, rows=len(each)),
            )
        except Conflict:
            return  # Kept already.

    async def _carry_out(self) -> None:
        """Wishes that are kept, the newest of each property; those before it are void by it."""
        while True:
            self._wished = anyio.Event()
            try:
                while await self._carry_out_some():
                    pass
            except JinnError as error:
                _log.warning("wishes of the region wait: %s", error)
            await self._wished.wait()

    async def _carry_out_some(self) -> bool:
        found = await self._database.read("uplink.open_wishes", count_max=_WISHES_AT_ONCE)
        if not found:
            return False
        kept = [
            Wish(
                int(row["seq"] or 0), str(row["id"]), str(row["thing"]), _values.decode(str(row["properties"])),
                int(row["expires_ms"] or 0),
            )
            for row in found
        ]  # fmt: skip
        asked, void = newest(kept, millis(self._clock.now()))
        await self._end(void, "expired")
        limiter = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as tasks:
            for thing, values, numbers in asked:
                tasks.start_soon(self._ask, thing, values, numbers, limiter)
        await self._database.write(Statement(query="uplink.trim_wishes", values={"seq": kept[0].seq - 10_000}))
        return True

    async def _ask(
        self, thing: str, values: dict[str, object], numbers: Sequence[int], limiter: anyio.CapacityLimiter
    ) -> None:
        async with limiter:
            try:
                results = await self._room.commander.set_properties(
                    ThingId(thing), cast("dict[str, Json]", values), by=BY
                )
                outcome = next((one.outcome.value for one in results), "unchanged")
            except JinnError as no:
                outcome = no.stable_code()
        await self._end(numbers[:-1], "superseded")
        await self._end(numbers[-1:], outcome)

    async def _end(self, numbers: Sequence[int], outcome: str) -> None:
        if numbers:
            each: list[dict[str, Sql]] = [{"seq": seq, "outcome": outcome} for seq in numbers]
            await self._database.write(Statement(query="uplink.end_wish", each=each))

    async def _watch_presence(self) -> None:
        """Those that no commit of ours told of: a door that died."""
        async with self._bus.subscribe(PRESENCE_SUBJECT) as messages:
            async for message in messages:
                batch = _presences.decode(message.payload)
                # As it is by now: what was committed meanwhile has been told already.
                here = {one.thing: self._room.twins.peek(ThingId(one.thing)).is_online for one in batch.presences}
                await self._write(Entry(seen=[Seen(thing, online) for thing, online in here.items()]))

    async def _watch_registry(self) -> None:
        async with self._bus.subscribe(REGISTRY_SUBJECT) as messages:
            async for message in messages:
                changed = _changes.decode(message.payload)
                if changed.kind == "removed":
                    await self._write(Entry(gone=[changed.thing]))
                else:
                    await self._write(Entry(known=self._known([ThingId(changed.thing)])))

    async def _tell_whole(self) -> None:
        """All things as they are; what was said before says nothing more."""
        entry = Entry(known=self._known([thing.id for thing in self._room.registry.things()]), is_whole=True)
        values: dict[str, Sql] = {"home": self._log.name}
        await self._database.write(
            *self._log.statements(entry),
            Statement(query="uplink.note_whole", values=values, rows=1),
            Statement(query="uplink.forget_before_whole", values=values),
        )

    async def _write(self, entry: Entry) -> None:
        try:
            await self._database.write(*self._log.statements(entry))
        except Unavailable as away:
            _log.warning("the region will not hear of a change: %s", away)

    def _known(self, things: Sequence[ThingId]) -> list[Known]:
        known = []
        for thing in things:
            try:
                facts = _encoder.encode(self._room.on_wire(thing))
            except JinnError:
                continue  # It was removed meanwhile, and that is told too.
            twin = self._room.twins.peek(thing)
            reported: dict[str, tuple[object, int]] = {
                name: (said.value, said.at_ms) for name, said in twin.reported.items()
            }
            known.append(Known(thing, twin.version, twin.is_online, reported, msgspec.Raw(facts)))
        return known

    def _note(self, *, is_up: bool, why: str = "") -> None:
        if self._state == is_up:
            return
        if is_up:
            _log.info("the region is reached")
        else:
            _log.warning("the region is away, changes wait: %s", why)
        self._state, self._since_ms = is_up, millis(self._clock.now())

    async def _read_state(self) -> State:
        (row,) = await self._database.read("uplink.state", home=self._log.name)
        return State(
            seq=int(row["seq"] or 0),
            whole=int(row["whole"] or 0),
            heard=int(row["heard"] or 0),
            epoch=str(row["epoch"]),
        )


async def begin(database: Database, name: str, clock: Clock) -> None:
    """Before the first commit that is to be told; a home that has got another name begins anew."""
    values: dict[str, Sql] = {"home": name}
    await database.write(
        Statement(query="uplink.forget_log", values=values),
        Statement(query="uplink.forget_wishes", values=values),
        Statement(query="uplink.forget_others", values=values),
        Statement(query="uplink.begin", values={**values, "epoch": new_id(clock)}),
    )
