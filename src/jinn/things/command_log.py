"""How a command is written down: before it is sent, and once more when its outcome is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import msgspec

from jinn.kernel import CommandId, ThingId
from jinn.runtime import Database, Row, Sql, Statement
from jinn.things import store
from jinn.things.model import CommandOutcome, Product, Thing
from jinn.things.twin import Twin
from jinn.things.values import Json

SECRET_INPUTS = frozenset({"pin"})
"""What a service may be told and nobody may read afterwards."""

HIDDEN = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who asks, since when, and for how long."""

    id: CommandId
    by: str
    started_s: float
    expires_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command under way."""

    id: CommandId
    thing: Thing
    product: Product
    twin: Twin
    started_s: float
    expires_ms: int


def add_command(
    asked: Asked, values: Mapping[str, Json], by: str, now_ms: int, *, service: str | None = None
) -> Statement:
    row: dict[str, Sql] = {
        "id": asked.id,
        "thing": asked.thing.id,
        "service": service,
        "asked": store.encoded(values if service is None else _shown(values)),
        "asked_by": by[:200],
        "at_ms": now_ms,
        "expires_ms": asked.expires_ms,
    }
    return Statement(query="things.add_command", values=row)


def _shown(inputs: Mapping[str, Json]) -> dict[str, Json]:
    return {name: HIDDEN if name in SECRET_INPUTS else value for name, value in inputs.items()}


def end_command(
    asked: Asked, outcome: CommandOutcome, code: str, reported: Mapping[str, object], now_ms: int
) -> tuple[Statement, Statement]:
    """The outcome; and room for the next, since a thing's commands are kept for a while only."""
    row: dict[str, Sql] = {
        "id": asked.id,
        "outcome": outcome.value,
        "code": code[:200],
        "reported": store.encoded(reported),
        "ended_ms": now_ms,
    }
    trim: dict[str, Sql] = {"thing": asked.thing.id, "kept": store.COMMANDS_KEPT}
    return Statement(query="things.end_command", values=row), Statement(query="things.trim_commands", values=trim)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCommand:
    """A command as it is kept.

    Attributes:
        by: who asked: `voice`, `screen`, `http`, or what a room calls itself, such as `rule:<id>`.
        service: of a call; None: `asked` are properties.
        outcome: None: it has not ended.
    """

    id: CommandId
    by: str
    asked: Mapping[str, Json]
    at_ms: int
    outcome: CommandOutcome | None
    reported: Mapping[str, Json]
    service: str | None = None


async def commands_of(database: Database, thing: ThingId, *, count_max: int) -> tuple[PastCommand, ...]:
    """What was asked of a thing, the newest first."""
    rows = await database.read("things.commands_of_thing", thing=thing, count_max=count_max)
    return tuple(_past(row) for row in rows)


def _past(row: Row) -> PastCommand:
    outcome, service, reported = row["outcome"], row["service"], row["reported"]
    return PastCommand(
        id=CommandId(str(row["id"])),
        by=str(row["asked_by"]),
        asked=_object(row["asked"]),
        at_ms=int(row["at_ms"] or 0),
        outcome=CommandOutcome(str(outcome)) if outcome is not None else None,
        reported=_object(reported) if reported is not None else {},
        service=str(service) if service is not None else None,
    )


def _object(text: Sql) -> dict[str, Json]:
    return cast("dict[str, Json]", msgspec.json.decode(str(text)))
