"""The region's end: a mirror of many homes in its own database, and what is wished of their things."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import anyio
import anyio.abc
import msgspec

from jinn.edge.uplink.model import (
    WISH_EXPIRES_S,
    WISHES_MAX,
    Answer,
    Exchange,
    Mirrored,
    Wish,
    merged,
)
from jinn.edge.uplink.model import Row as TakenRow
from jinn.kernel import Clock, Conflict, JinnError, NotFound, millis, new_id
from jinn.runtime import EXCHANGE, Bus, Database, Message, Row, Schema, Sql, Statement

SCHEMA = Schema(room="region", folder=Path(__file__).parent / "sql" / "region")

PAST_DAYS = 31
_MINUTE_MS = 60_000
_ENDED_WISHES_KEPT = 1_000

AT_ONCE = 8
"""Exchanges that are answered at a time; a home has only one under way."""

_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()
_exchanges = msgspec.json.Decoder(Exchange)
_reported = msgspec.json.Decoder(dict[str, tuple[object, int]])
_values = msgspec.json.Decoder(dict[str, object])


class Region:
    """A `Service` that answers homes; whom it hears is decided by the engine, which gives each home one subject."""

    name = "region"

    def __init__(self, *, database: Database, bus: Bus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._busy: dict[str, anyio.Lock] = {}

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with self._bus.subscribe(f"{EXCHANGE}.*") as messages, anyio.create_task_group() as tasks:
            task_status.started()
            async for message in messages:
                await self._limiter.acquire_on_behalf_of(message)
                tasks.start_soon(self._answer, message)

    async def _answer(self, message: Message) -> None:
        home = message.subject.rpartition(".")[2]
        try:
            async with self._busy.setdefault(home, anyio.Lock()):
                answer = await self.take(home, _exchanges.decode(message.payload))
            await self._bus.publish(message.reply, _encoder.encode(answer))
        except (JinnError, msgspec.DecodeError) as error:
            # It gets no answer and asks again.
            _log.warning("%s was not answered: %s", home, error)
        finally:
            self._limiter.release_on_behalf_of(message)

    async def take(self, home: str, asked: Exchange) -> Answer:
        """Merge a home's rows, each once, and say what is wished of it.

        Raises:
            Unavailable: nothing was kept.
            Conflict: another of the region's processes was first.
        """
        known = await self._home(home)
        is_new = known["epoch"] != asked.epoch
        # A home whose data were lost counts anew, and so do its twins: what we knew of it says nothing more.
        last = 0 if is_new else int(known["seq"] or 0)
        rows = [row for row in asked.rows if row.seq > last]
        if last < asked.told and not (rows and rows[0].body.is_whole):
            return Answer(taken=last, wishes=[], is_lost=True)
        mirror = {one.thing: one for one in await self.things(home)} if rows and not is_new else {}
        taken = rows[-1].seq if rows else last
        values: dict[str, Sql] = {
            "home": home, "epoch": asked.epoch, "seq": taken, "was": int(known["seq"] or 0), "heard": asked.heard,
            "now_ms": millis(self._clock.now()),
        }  # fmt: skip
        now_ms = values["now_ms"]
        await self._database.write(
            Statement(query="region.take", values=values, rows=1),
            *(_forgotten(home, now_ms) if is_new else []),
            *_kept(home, merged(mirror, rows)),
            *_past(home, rows, millis(self._clock.now())),
            *_ended(home, rows),
            *(
                [Statement(query="region.take_wishes", values={"home": home, "heard": asked.heard, "now_ms": now_ms})]
                if asked.heard != known["heard"]
                else []
            ),
        )
        return Answer(taken=taken, wishes=await self._wishes(home, asked.heard))

    async def wish(
        self,
        home: str,
        thing: str,
        values: Mapping[str, object],
        *,
        expires_s: float = WISH_EXPIRES_S,
        is_anyway: bool = False,
    ) -> str:
        """Want values of a thing, when its home can next be reached; the wish's id.

        Args:
            is_anyway: also when the home has changed them since the region last saw them.

        Raises:
            NotFound: the region knows no such thing.
        """
        if not await self._database.read("region.thing", home=home, thing=thing):
            raise NotFound(f"{home[:40]} has no thing {thing[:64]!r}.", code="thing-not-found")
        (made,) = await self.wish_all(home, [(thing, values)], expires_s=expires_s, is_anyway=is_anyway)
        return made

    async def wish_all(
        self,
        home: str,
        wanted: Sequence[tuple[str, Mapping[str, object]]],
        *,
        expires_s: float = WISH_EXPIRES_S,
        is_anyway: bool = False,
    ) -> list[str]:
        """Several at once, in order, all or none."""
        saw = {} if is_anyway else {one.thing: one.reported for one in await self.things(home)}
        now_ms = millis(self._clock.now())
        ids = [new_id(self._clock) for _ in wanted]
        statements = []
        for wish_id, (thing, values) in zip(ids, wanted, strict=True):
            known = saw.get(thing, {})
            seen = {name: known[name][0] for name in values if name in known}
            row: dict[str, Sql] = {
                "home": home, "id": wish_id, "thing": thing, "properties": _encoder.encode(values).decode(),
                "at_ms": now_ms, "expires_ms": now_ms + int(expires_s * 1000), "seen": _encoder.encode(seen).decode(),
            }  # fmt: skip
            statements.append(Statement(query="region.count_wish", values={"home": home}, rows=1))
            statements.append(Statement(query="region.add_wish", values=row, rows=1))
        await self._database.write(*statements)
        return ids

    async def forget(self, home: str) -> None:
        """All that is known of a home, which must not be heard any more by then."""
        async with self._busy.setdefault(home, anyio.Lock()):
            await self._database.write(
                *(
                    Statement(query=f"region.{query}", values={"home": home})
                    for query in ("forget_home", "drop_things", "forget_wishes", "forget_past", "forget_gaps")
                )
            )

    async def things(self, home: str) -> list[Mirrored]:
        """A home's things as they were told last."""
        return [_mirrored(row) for row in await self._database.read("region.things", home=home)]

    async def _home(self, home: str) -> Row:
        rows = await self._database.read("region.home", home=home)
        if not rows:
            values: dict[str, Sql] = {"home": home, "now_ms": millis(self._clock.now())}
            await self._database.write(Statement(query="region.begin", values=values))
            rows = await self._database.read("region.home", home=home)
        if not rows:
            raise Conflict("Another process has just forgotten this home.")
        return rows[0]

    async def _wishes(self, home: str, heard: int) -> list[Wish]:
        rows = await self._database.read("region.wishes_after", home=home, heard=heard, count_max=WISHES_MAX)
        return [
            Wish(
                int(row["seq"] or 0), str(row["id"]), str(row["thing"]), _values.decode(str(row["properties"])),
                int(row["expires_ms"] or 0), _values.decode(str(row["seen"])),
            )
            for row in rows
        ]  # fmt: skip


def _kept(home: str, changed: Mapping[str, Mirrored | None]) -> list[Statement]:
    each: list[dict[str, Sql]] = [
        {
            "home": home,
            "thing": one.thing,
            "facts": one.facts.decode(),
            "version": one.version,
            "reported": _encoder.encode(one.reported).decode(),
            "is_online": int(one.is_online),
            "told": one.told,
        }
        for one in changed.values()
        if one is not None
    ]
    drops: list[dict[str, Sql]] = [{"home": home, "thing": thing} for thing, one in changed.items() if one is None]
    statements = []
    if each:
        statements.append(Statement(query="region.keep_thing", each=each))
    if drops:
        statements.append(Statement(query="region.drop_thing", each=drops))
    return statements


def _forgotten(home: str, now_ms: Sql) -> list[Statement]:
    """Of a home that lost its data and counts anew."""
    return [
        Statement(query="region.drop_things", values={"home": home}),
        Statement(query="region.lose_wishes", values={"home": home, "now_ms": now_ms}),
    ]


def _past(home: str, rows: Iterable[TakenRow], now_ms: int) -> list[Statement]:
    """The last value of each minute, and where rows are missing."""
    minutes: dict[tuple[str, str, int], dict[str, Sql]] = {}
    gaps: list[dict[str, Sql]] = []
    for row in rows:
        if (missed := row.body.missed) is not None:
            gaps.append({"home": home, "since_ms": missed.since_ms, "until_ms": missed.until_ms, "missed": missed.rows})
        for said in row.body.said:
            minute = said.at_ms // _MINUTE_MS
            for name, value in said.properties.items():
                minutes[said.thing, name, minute] = {
                    "home": home, "thing": said.thing, "property": name, "minute": minute, "at_ms": said.at_ms,
                    "value": _encoder.encode(value).decode(),
                }  # fmt: skip
    oldest_ms = now_ms - PAST_DAYS * 86_400_000
    statements = []
    if minutes:
        statements.append(Statement(query="region.keep_past", each=list(minutes.values())))
        statements.append(Statement(query="region.trim_past", values={"home": home, "minute": oldest_ms // _MINUTE_MS}))
    if gaps:
        statements.append(Statement(query="region.keep_gap", each=gaps))
        statements.append(Statement(query="region.trim_gaps", values={"home": home, "since_ms": oldest_ms}))
    return statements


def _ended(home: str, rows: Iterable[TakenRow]) -> list[Statement]:
    each: list[dict[str, Sql]] = [
        {"home": home, "id": one.id, "outcome": one.outcome, "ended_ms": one.at_ms}
        for row in rows
        for one in row.body.ended
    ]
    if not each:
        return []
    return [
        Statement(query="region.end_wish", each=each),
        Statement(query="region.trim_wishes", values={"home": home, "kept": _ENDED_WISHES_KEPT}),
    ]


def _mirrored(row: Row) -> Mirrored:
    return Mirrored(
        thing=str(row["thing"]),
        version=int(row["version"] or 0),
        is_online=bool(row["is_online"]),
        told=int(row["told"] or 0),
        facts=str(row["facts"]).encode(),
        reported=_reported.decode(str(row["reported"])),
    )
