"""What moves and what stays, and how both are watched: no business."""

from jinn.runtime.database import open_database
from jinn.runtime.ports import Bus, Database, Message, Row, Schema, Service, Sql, Statement, run_all

__all__ = [
    "Bus",
    "Database",
    "Message",
    "Row",
    "Schema",
    "Service",
    "Sql",
    "Statement",
    "open_database",
    "run_all",
]
