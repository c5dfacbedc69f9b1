"""Moving what was noted into its series: many rows of one series at a time, which costs a tenth."""

from collections.abc import Iterable
from typing import Final

import anyio
import anyio.lowlevel
import msgspec

from jinn.kernel import Conflict, ThingId
from jinn.runtime import Database, Row, Sql, Statement
from jinn.things.history.model import Sample, Told, series_id, written_value

NOTES_MAX: Final = 200
"""In one change: with some ten rows each about 10 ms of the writer, so that no report waits long behind it."""

_OLD_MAX: Final = 500
_decoder = msgspec.json.Decoder(list[Sample])
_old_decoder = msgspec.json.Decoder()


class Filing:
    """The way from the inbox into the series; whoever reads lets it happen first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = anyio.Lock()

    async def file(self) -> None:
        """When this returns, all that was committed before is in its series."""
        if not await self._database.read("history.is_noted"):
            return
        async with self._lock:
            while await self._file_some():
                await anyio.lowlevel.checkpoint()

    async def _file_some(self) -> bool:
        rows = await self._database.read("history.inbox", count_max=NOTES_MAX)
        if not rows:
            return False
        samples = [sample for row in rows for sample in _decoder.decode(str(row["samples"]))]
        drop = Statement(query="history.drop_notes", values={"id": str(rows[-1]["id"])}, rows=len(rows))
        try:
            await self._database.write(*_filed(samples, "history.add_series"), drop)
        except Conflict:
            # Another hub files too, or committed one that sorts before these; the next look sees what is left.
            await anyio.sleep(0.01)
            return True
        return len(rows) == NOTES_MAX

    async def take_over_old(self) -> None:
        """What was kept before there were series."""
        while rows := await self._database.read("history.old_values", count_max=_OLD_MAX):
            samples = [_old_sample(row) for row in rows]
            drops: list[dict[str, Sql]] = [
                {"thing": sample.thing, "property": sample.property, "at_ms": sample.at_ms} for sample in samples
            ]
            drop = Statement(query="history.drop_old", each=drops, rows=len(drops))
            await self._database.write(*_filed(samples, "history.add_old_series"), drop)


def _filed(samples: Iterable[Sample], add_series: str) -> list[Statement]:
    """What puts the samples into their series; those of one series together, so that they go to one place."""
    series: dict[tuple[str, str], dict[str, Sql]] = {}
    rows: dict[tuple[str, str], list[dict[str, Sql]]] = {}
    for one in samples:
        key = one.thing, one.property
        into = series.get(key)
        if into is None:
            number = series_id(one.thing, one.property)
            into = series[key] = {"series": number, "thing": one.thing, "property": one.property, "kind": one.kind}
            rows[key] = []
        into["kind"] = one.kind
        rows[key].append({"series": into["series"], "at_ms": one.at_ms, "value": one.value, "text": one.text})
    each = [row for of_one in rows.values() for row in of_one]
    return [Statement(query=add_series, each=list(series.values())), Statement(query="history.add_value", each=each)]


def told_of(row: Row) -> Told:
    value, text = row["value"], row["text"]
    return Told(
        int(row["at_ms"] or 0), float(value) if value is not None else None, str(text) if text is not None else None
    )


def _old_sample(row: Row) -> Sample:
    number, text = written_value(_old_decoder.decode(str(row["value"])))
    thing, name, at_ms = ThingId(str(row["thing"])), str(row["property"]), int(row["at_ms"] or 0)
    return Sample(thing, name, "number" if number is not None else "text", at_ms, number, text)
