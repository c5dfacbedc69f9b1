"""What the past is told of what things say: made here, committed with the report itself."""

import itertools
import secrets
from collections.abc import Sequence
from typing import Final

import msgspec

from jinn.kernel import ThingId
from jinn.runtime import Sql, Statement
from jinn.things.history.model import ONLINE, Sample, is_worth_a_row, kind_of, written_value
from jinn.things.thing_model import DataType
from jinn.things.twin import Reported, Twin

_HUB: Final = secrets.token_hex(4)
"""Keeps the notes of two hubs apart."""

_count = itertools.count()
_encoder = msgspec.json.Encoder()


def samples_of(
    thing: ThingId, name: str, data_type: DataType, values: Sequence[Reported], before: Reported | None
) -> list[Sample]:
    """The values of one property, oldest first, that are worth a row.

    Args:
        before: what the twin knew of it.
    """
    made = []
    for said in values:
        if is_worth_a_row(before, said):
            number, text = written_value(said[0])
            made.append(Sample(thing, name, kind_of(data_type), said[1], number, text))
        before = said
    return made


def presence_sample(before: Twin, after: Twin) -> Sample | None:
    """That a thing came or went; None when it did neither."""
    if before.is_online == after.is_online or after.seen_ms is None:
        return None
    return Sample(after.thing, ONLINE, "state", after.seen_ms, float(after.is_online))


def note(samples: Sequence[Sample], now_ms: int) -> list[Statement]:
    """One statement for all of them, and none for none; ids sort as they were made."""
    if not samples:
        return []
    values: dict[str, Sql] = {
        "id": f"{now_ms:014d}-{next(_count):012d}-{_HUB}",
        "samples": _encoder.encode(samples).decode(),
    }
    return [Statement(query="history.note", values=values)]


def remove_statements(thing: ThingId) -> tuple[Statement, ...]:
    """Nobody finds the thing's past any more; its rows go later, in small steps."""
    return (
        Statement(query="history.note_gone", values={"id": thing}),
        Statement(query="history.forget_series", values={"id": thing}),
    )
