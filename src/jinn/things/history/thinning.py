"""Making the past coarser with its age, in small steps that two hubs may try at once."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import anyio
import anyio.abc
import anyio.lowlevel

from jinn.kernel import Clock, Conflict, JinnError, millis, new_id
from jinn.runtime import Database, Row, Sql, Statement
from jinn.things.history.filing import Filing, told_of
from jinn.things.history.model import Step, Told, coarser, folded, needless

DAY_MS: Final = 86_400_000
FINE_MS: Final = 300_000
HOUR_MS: Final = 3_600_000
STATE_STRETCH_MS: Final = 6 * HOUR_MS
"""Of a switch that stays as it is, one row for each such stretch is kept: every change stays for the whole time."""

ALIVE_EVERY_S: Final = 30.0
"""How exactly it is known when no hub was running."""

FILE_EVERY_S: Final = 2.0
"""Of a busy home some hundred rows come together in that time, of a quiet one none."""

_ROWS_MAX: Final = 2_000
"""In one change: some 10 ms of the writer, so that no report waits long behind it."""

_LOOKS_MAX: Final = 2_000
"""Series in one round; a home of 20,000 things is gone through in a few hours."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long the past is kept, and how finely.

    Attributes:
        rows_max: of one property as it was told; of a flood the older part is thinned before its time.
    """

    told_ms: int = 2 * DAY_MS
    fine_ms: int = 30 * DAY_MS
    all_ms: int = 730 * DAY_MS
    rows_max: int = 20_000


class Thinner:
    """A `Service`: goes through all series in turn, and notes that a hub is running."""

    name = "history"

    def __init__(
        self,
        *,
        database: Database,
        filing: Filing,
        clock: Clock,
        keeping: Keeping | None = None,
        every_s: float = 60.0,
    ) -> None:
        self._database = database
        self._filing = filing
        self._clock = clock
        self._keeping = keeping or Keeping()
        self._every_s = every_s
        self._after = -1
        self._seen: dict[int, tuple[int, Told | None]] = {}
        self._hub = new_id(clock)
        self._since_ms: int | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await self._sure(self.note_running)
        task_status.started()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stay_noted)
            tasks.start_soon(self._keep_filing)
            while True:
                await self._sure(self.look)
                await anyio.sleep(self._every_s)

    async def _stay_noted(self) -> None:
        while True:
            await anyio.sleep(ALIVE_EVERY_S)
            await self._sure(self.note_running)

    async def _keep_filing(self) -> None:
        while True:
            await self._sure(self._filing.file)
            await anyio.sleep(FILE_EVERY_S)

    async def _sure(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except JinnError as error:
            _log.warning("the past was not tended: %s", error)

    async def note_running(self) -> None:
        """This hub is running now."""
        now_ms = millis(self._clock.now())
        if self._since_ms is None:
            values: dict[str, Sql] = {"hub": self._hub, "at_ms": now_ms}
            old: dict[str, Sql] = {"before_ms": now_ms - self._keeping.all_ms}
            await self._database.write(
                Statement(query="history.start_running", values=values),
                Statement(query="history.forget_running", values=old),
            )
            self._since_ms = now_ms
            return
        values = {"hub": self._hub, "from_ms": self._since_ms, "at_ms": now_ms}
        await self._database.write(Statement(query="history.keep_running", values=values))

    async def look(self) -> None:
        """One round."""
        await self._filing.take_over_old()
        await self._filing.file()
        await self._forget_gone()
        rows = await self._database.read("history.series_after", after=self._after, count_max=_LOOKS_MAX)
        for row in rows:
            series, kind = int(row["series"] or 0), str(row["kind"])
            try:
                while await self._thin(series, kind):
                    await anyio.lowlevel.checkpoint()
            except Conflict:
                _log.debug("another hub thins series %d", series)
        self._after = int(rows[-1]["series"] or 0) if len(rows) == _LOOKS_MAX else -1

    async def _thin(self, series: int, kind: str) -> bool:
        """One step of one series. Says whether there may be more to do."""
        now_ms = millis(self._clock.now())
        excess = await self._database.read("history.excess_value", series=series, kept=self._keeping.rows_max)
        flood_ms = int(excess[0]["at_ms"] or 0) + 1 if excess else 0
        before_ms = max(now_ms - self._keeping.told_ms, flood_ms)
        if kind == "number":
            is_more = await self._fold_values(series, before_ms)
            is_more = await self._fold_steps(series, now_ms - self._keeping.fine_ms) or is_more
            return await self._end_steps(series, now_ms - self._keeping.all_ms) or is_more
        oldest_ms = max(now_ms - self._keeping.all_ms, flood_ms)
        return await self._drop_repeats(series, before_ms, oldest_ms)

    async def _fold_values(self, series: int, before_ms: int) -> bool:
        was = await self._thinned(series)
        rows = await self._database.read(
            "history.oldest_values", series=series, before_ms=before_ms, count_max=_ROWS_MAX + 1
        )
        if not rows:
            return False
        told = [told_of(row) for row in rows]
        taken = told[:_ROWS_MAX]
        steps = folded(taken, FINE_MS, next_ms=told[_ROWS_MAX].at_ms if len(told) > _ROWS_MAX else None)
        drop: dict[str, Sql] = {"series": series, "from_ms": taken[0].at_ms, "to_ms": taken[-1].at_ms}
        await self._change(
            series,
            was,
            [add_step(series, FINE_MS, step) for step in steps],
            Statement(query="history.drop_values", values=drop, rows=len(taken)),
        )
        return len(told) > _ROWS_MAX

    async def _fold_steps(self, series: int, before_ms: int) -> bool:
        was = await self._thinned(series)
        rows = await self._database.read(
            "history.oldest_steps", series=series, step_ms=FINE_MS, before_ms=before_ms, count_max=_ROWS_MAX
        )
        if not rows:
            return False
        steps = [step_of(row) for row in rows]
        drop: dict[str, Sql] = {
            "series": series, "step_ms": FINE_MS, "from_ms": steps[0].at_ms, "to_ms": steps[-1].at_ms,
        }  # fmt: skip
        await self._change(
            series,
            was,
            [add_step(series, HOUR_MS, step) for step in coarser(steps, HOUR_MS)],
            Statement(query="history.drop_steps", values=drop, rows=len(steps)),
        )
        return len(rows) == _ROWS_MAX

    async def _end_steps(self, series: int, before_ms: int) -> bool:
        was = await self._thinned(series)
        rows = await self._database.read(
            "history.oldest_steps", series=series, step_ms=HOUR_MS, before_ms=before_ms, count_max=_ROWS_MAX
        )
        if not rows:
            return False
        steps = [step_of(row) for row in rows]
        drop: dict[str, Sql] = {
            "series": series, "step_ms": HOUR_MS, "from_ms": steps[0].at_ms, "to_ms": steps[-1].at_ms,
        }  # fmt: skip
        await self._change(series, was, [], Statement(query="history.drop_steps", values=drop, rows=len(steps)))
        return len(rows) == _ROWS_MAX

    async def _drop_repeats(self, series: int, before_ms: int, oldest_ms: int) -> bool:
        """Of switches, choices and texts: what repeats itself, and what is too old or too much."""
        cursor, before = self._seen.get(series, (0, None))
        if cursor and await self._database.read(
            "history.values_between", series=series, from_ms=0, to_ms=oldest_ms, count_max=1
        ):
            cursor, before = 0, None
        while True:
            was = await self._thinned(series)
            rows = await self._database.read(
                "history.values_between", series=series, from_ms=cursor, to_ms=before_ms, count_max=_ROWS_MAX
            )
            told = [told_of(row) for row in rows]
            useless = [row for row in told if row.at_ms < oldest_ms]
            useless += needless(told[len(useless) :], stretch_ms=STATE_STRETCH_MS, before=before)
            if useless:
                drops: list[dict[str, Sql]] = [{"series": series, "at_ms": row.at_ms} for row in useless]
                drop = Statement(query="history.drop_value", each=drops, rows=len(drops))
                await self._change(series, was, [], drop)
            if told:
                before, cursor = told[-1], told[-1].at_ms + 1
                self._seen[series] = cursor, before
            if len(told) < _ROWS_MAX:
                return False

    async def _thinned(self, series: int) -> int:
        """How often; read before the rows, so that a change of them by another hub is noticed."""
        rows = await self._database.read("history.thinned", series=series)
        return int(rows[0]["thinned"] or 0) if rows else -1

    async def _change(self, series: int, was: int, made: Sequence[Statement], drop: Statement) -> None:
        """Made and dropped together, or neither; `rows` of the drop notices what came late meanwhile."""
        claim = Statement(query="history.claim", values={"series": series, "was": was}, rows=1)
        await self._database.write(claim, *made, drop)

    async def _forget_gone(self) -> None:
        """One removed series at a time."""
        while rows := await self._database.read("history.gone"):
            series = int(rows[0]["series"] or 0)
            told = await self._database.read(
                "history.values_between", series=series, from_ms=0, to_ms=2**53, count_max=_ROWS_MAX
            )
            if told:
                values: dict[str, Sql] = {"series": series, "to_ms": int(told[-1]["at_ms"] or 0)}
                await self._database.write(Statement(query="history.forget_values", values=values))
                continue
            await self._database.write(
                Statement(query="history.forget_steps", values={"series": series}),
                Statement(query="history.forget_gone", values={"series": series}),
            )


def step_of(row: Row) -> Step:
    return Step(
        at_ms=int(row["at_ms"] or 0),
        low=float(row["low"] or 0),
        high=float(row["high"] or 0),
        mean=float(row["mean"] or 0),
        known_ms=int(row["known_ms"] or 0),
        told=int(row["told"] or 0),
        last=float(row["last"] or 0),
        last_ms=int(row["last_ms"] or 0),
    )


def add_step(series: int, step_ms: int, step: Step) -> Statement:
    values: dict[str, Sql] = {"series": series, "step_ms": step_ms, **step._asdict()}
    return Statement(query="history.add_step", values=values)
