"""What moves and what stays, and how both are watched: no business."""

from jinn.runtime.bus import NatsBus
from jinn.runtime.database import open_database
from jinn.runtime.engine import NatsEngine, NatsLink
from jinn.runtime.leash import leashed
from jinn.runtime.outbox import OutboxRelay, event
from jinn.runtime.ports import Bus, Database, EventStream, Message, Row, Schema, Service, Sql, Statement, run_all

__all__ = [
    "Bus",
    "Database",
    "EventStream",
    "Message",
    "NatsBus",
    "NatsEngine",
    "NatsLink",
    "OutboxRelay",
    "Row",
    "Schema",
    "Service",
    "Sql",
    "Statement",
    "event",
    "leashed",
    "open_database",
    "run_all",
]
