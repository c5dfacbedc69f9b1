"""What a home still has to tell its region, as rows that are written in the commits that they tell of."""

from collections.abc import Sequence
from pathlib import Path

import anyio
import msgspec

from jinn.edge.uplink.model import Entry, Said, Seen
from jinn.runtime import Schema, Sql, Statement
from jinn.things import Happened, Presented, Report

SCHEMA = Schema(room="uplink", folder=Path(__file__).parent / "sql" / "home")

_encoder = msgspec.json.Encoder()


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
