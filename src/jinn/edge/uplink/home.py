"""The home's end: tells the region what things say, and carries out what it wishes; in its own time when cut off."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio
import anyio.abc
import msgspec

from jinn.edge.uplink.carrying_out import CarryingOut
from jinn.edge.uplink.log import UplinkLog
from jinn.edge.uplink.model import (
    LOG_ROWS_MAX,
    ROWS_MAX,
    WISHES_MAX,
    Answer,
    Ended,
    Entry,
    Known,
    Link,
    Missed,
    Seen,
    Wish,
    WrittenExchange,
    WrittenRow,
)
from jinn.kernel import Clock, Conflict, JinnError, ThingId, Unavailable, millis, new_id
from jinn.runtime import EXCHANGE, Bus, Database, Row, Sql, Statement, follow
from jinn.things import PRESENCE_SUBJECT, REGISTRY_SUBJECT, PresenceBatch, RegistryChanged, ThingsRoom

POLL_S = 1.0
"""How long a wish of the region may wait, and a change of ours that nobody woke us for."""

ANSWER_WITHIN_S = 5.0
RETRY_AFTER_S = 0.5
_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_answers = msgspec.json.Decoder(Answer)
_presences = msgspec.json.Decoder(PresenceBatch)
_changes = msgspec.json.Decoder(RegistryChanged)
_entries = msgspec.json.Decoder(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Up to where this home has written, told all things, and heard; since when it counts."""

    seq: int
    whole: int
    heard: int
    epoch: str


async def nobody_knows() -> JinnError | None:
    """Where nothing more can be found out about a region that is away."""
    return None


class Uplink:
    """A `Service` that is ready at once: the home does not wait for its region."""

    name = "uplink"

    def __init__(
        self,
        *,
        log: UplinkLog,
        room: ThingsRoom,
        database: Database,
        bus: Bus,
        clock: Clock,
        diagnose: Callable[[], Awaitable[JinnError | None]] = nobody_knows,
        rows_max: int = LOG_ROWS_MAX,
    ) -> None:
        """`diagnose`: asked why, once a region is away; None: nothing more is known than that it does not answer."""
        self._log = log
        self._room = room
        self._database = database
        self._bus = bus
        self._clock = clock
        self._state: bool | None = None
        self._since_ms: int | None = None
        self._waiting = 0
        self._diagnose = diagnose
        self._rows_max = rows_max
        self._problem: JinnError | None = None
        self._carrying_out = CarryingOut(log=log, room=room, database=database, clock=clock)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        if (await self._read_state()).whole == 0:
            await self._tell_whole()
        task_status.started()
        async with anyio.create_task_group() as tasks:
            await tasks.start(follow, self._bus, PRESENCE_SUBJECT, _presences.decode, self._take_presences)
            await tasks.start(follow, self._bus, REGISTRY_SUBJECT, _changes.decode, self._take_change)
            tasks.start_soon(self._carrying_out.run)
            await self._keep_exchanging()

    def link(self) -> Link:
        """For network health, as of the last try."""
        return Link(
            state="up" if self._state else "down", since_ms=self._since_ms, waiting=self._waiting, problem=self._problem
        )

    async def asked(self, *, count_max: int = 100) -> Sequence[Row]:
        """What the region has wished of this home and what came of it, the newest first."""
        return await self._database.read("uplink.asked", count_max=count_max)

    async def _keep_exchanging(self) -> None:
        while True:
            self._log.grew = anyio.Event()
            try:
                is_more = await self._exchange()
            except Unavailable as away:
                await self._note_away(away)
                await self._keep_within_bounds()
                await anyio.sleep(RETRY_AFTER_S)
                continue
            self._note_up()
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
            self._carrying_out.wake()
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
                "seen": _encoder.encode(wish.seen).decode(),
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

    async def _take_presences(self, batch: PresenceBatch) -> None:
        """Those that no commit of ours told of: a door that died."""
        # As it is by now: what was committed meanwhile has been told already.
        here = {one.thing: self._room.twins.peek(ThingId(one.thing)).is_online for one in batch.presences}
        await self._write(Entry(seen=[Seen(thing, online) for thing, online in here.items()]))

    async def _take_change(self, changed: RegistryChanged) -> None:
        if changed.kind == "removed":
            await self._write(Entry(gone=[changed.thing]))
        else:
            await self._write(Entry(known=self._known([ThingId(changed.thing)])))

    async def _keep_within_bounds(self) -> None:
        """A log that grew over its bound is thrown away, and all things are told as they are, and that it was so."""
        state = await self._read_state()
        found = await self._database.read("uplink.oldest", count_max=1)
        if not found or state.seq - int(found[0]["seq"] or 0) < self._rows_max:
            return
        oldest, first_seq = _entries.decode(str(found[0]["body"])), int(found[0]["seq"] or 0)
        before = oldest.missed
        now_ms = millis(self._clock.now())
        missed = Missed(
            rows=state.seq - first_seq + (before.rows if before is not None else 1),
            since_ms=before.since_ms if before is not None else _first_ms(oldest, self._since_ms or now_ms),
            until_ms=now_ms,
        )
        _log.warning("the region was away for longer than could be kept: %d changes will not reach it", missed.rows)
        await self._tell_whole(missed)

    async def _tell_whole(self, missed: Missed | None = None) -> None:
        """All things as they are; what was said before says nothing more."""
        things = [thing.id for thing in self._room.registry.things()]
        entry = Entry(known=self._known(things), is_whole=True, missed=missed, ended=await self._unsaid(missed))
        values: dict[str, Sql] = {"home": self._log.name}
        await self._database.write(
            *self._log.statements(entry),
            Statement(query="uplink.note_whole", values=values, rows=1),
            Statement(query="uplink.forget_before_whole", values=values),
        )

    async def _unsaid(self, missed: Missed | None) -> list[Ended]:
        """What came of wishes and stood in the rows that are thrown away."""
        if missed is None:
            return []
        rows = await self._database.read("uplink.ended_since", since_ms=missed.since_ms)
        return [Ended(str(row["id"]), str(row["outcome"]), int(row["ended_ms"] or 0)) for row in rows]

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

    def _note_up(self) -> None:
        if self._state is not True:
            _log.info("the region is reached")
            self._state, self._since_ms, self._problem = True, millis(self._clock.now()), None

    async def _note_away(self, away: Unavailable) -> None:
        if self._state is not False:
            _log.warning("the region is away, changes wait: %s", away.sentence)
            self._state, self._since_ms = False, millis(self._clock.now())
        problem = await self._diagnose()
        if problem is not None and (self._problem is None or problem.stable_code() != self._problem.stable_code()):
            _log.warning("the region cannot be reached: %s", problem.sentence)
        self._problem = problem

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


def _first_ms(entry: Entry, otherwise: int) -> int:
    return min((said.at_ms for said in entry.said), default=otherwise)
