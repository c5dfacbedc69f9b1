"""How a command is written down: before it is sent, and once more when its outcome is known."""

from collections.abc import Mapping
from dataclasses import dataclass

from jinn.kernel import CommandId
from jinn.runtime import Sql, Statement
from jinn.things import store
from jinn.things.model import CommandOutcome, Product, Thing
from jinn.things.twin import Twin
from jinn.things.values import Json


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
        "asked": store.encoded(values),
        "asked_by": by[:200],
        "at_ms": now_ms,
        "expires_ms": asked.expires_ms,
    }
    return Statement(query="things.add_command", values=row)


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
