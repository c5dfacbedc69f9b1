"""Which migrations a database still lacks, and whether this program may touch it at all."""

from collections.abc import Mapping, Sequence

from jinn.kernel import Refused
from jinn.runtime.queries import Migration

CREATE_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    room TEXT NOT NULL, number BIGINT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (room, number)
)
"""
SELECT_APPLIED = "SELECT room, number, digest FROM migrations"

Applied = Mapping[tuple[str, int], str]


def migrations_to_apply(migrations: Sequence[Migration], applied: Applied) -> list[Migration]:
    """The steps that are missing, in order.

    Raises:
        Refused: `migration-edited` when a step that was applied has another text now; `database-newer` when
            the database has steps that this program does not know.
    """
    known = {(step.room, step.number): step.digest for step in migrations}
    rooms = {step.room for step in migrations}
    for (room, number), digest in applied.items():
        if room in rooms and (room, number) not in known:
            raise Refused(
                f"The database was written by a newer jinn: it has step {number} of {room}.",
                code="database-newer",
                room=room,
                number=number,
            )
        if known.get((room, number), digest) != digest:
            raise Refused(
                f"Step {number} of {room} was applied with another text.",
                code="migration-edited",
                room=room,
                number=number,
            )
    return [step for step in migrations if (step.room, step.number) not in applied]
