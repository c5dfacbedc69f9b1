"""Where finished turns are kept."""

import msgspec

from jinn.kernel import NotFound
from jinn.language.wire import TurnWire
from jinn.runtime import Database, Sql, Statement


class Turns:
    """Every turn as one record, so that each answer can be explained later."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, turn: TurnWire) -> None:
        """Durable when this returns."""
        record = msgspec.json.encode(turn).decode()
        values: dict[str, Sql] = {"id": turn.id, "satellite": turn.satellite, "at_ms": turn.at_ms, "record": record}
        await self._database.write(Statement(query="language.add_turn", values=values, rows=1))

    async def get(self, turn_id: str) -> TurnWire:
        """One turn; `last` is the newest.

        Raises:
            NotFound: code `turn-not-found`.
        """
        if turn_id == "last":
            rows = await self._database.read("language.last_turns", count=1)
        else:
            rows = await self._database.read("language.get_turn", id=turn_id)
        if not rows:
            raise NotFound(f"There is no turn {turn_id!r}.", code="turn-not-found", turn=turn_id)
        return msgspec.json.decode(str(rows[0]["record"]), type=TurnWire)

    async def last(self, count: int) -> list[TurnWire]:
        """The newest turns first."""
        rows = await self._database.read("language.last_turns", count=count)
        return [msgspec.json.decode(str(row["record"]), type=TurnWire) for row in rows]

    async def forget_before(self, moment_ms: int) -> int:
        """Drop old turns; how many went."""
        counts = await self._database.write(
            Statement(query="language.forget_turns", values={"before_ms": moment_ms}),
        )
        return counts[0]
