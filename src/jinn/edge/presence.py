"""Who is at home, as people or their things have told."""

from collections.abc import Callable

from jinn.edge.model import Who
from jinn.kernel import Clock, Invalid, millis
from jinn.runtime import Database, Statement

PEOPLE_MAX = 100
SOMEBODY = "somebody"
"""Who says "I am leaving" to a speaker that does not know voices."""


class AtHome:
    """`ports.People`, kept in SQL."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._is_home: dict[str, bool] = {}
        self.changed: Callable[[], None] = lambda: None

    async def load(self) -> None:
        rows = await self._database.read("edge.people")
        self._is_home = {str(row["person"]): bool(row["is_home"]) for row in rows}

    def people(self) -> dict[str, bool]:
        """Each person who has ever told, and whether they are at home."""
        return dict(self._is_home)

    def is_home(self, who: Who) -> bool | None:
        if not self._is_home:
            return None
        return any(self._is_home.values()) if who == "anyone" else all(self._is_home.values())

    async def note(self, person: str, *, is_home: bool) -> None:
        """Somebody came or went. Raises `Invalid`: `bad-name`, `too-many-people`."""
        if not person.strip() or len(person) > 64 or not person.isprintable():
            raise Invalid("A person is named by 1 to 64 printable characters.", code="bad-name")
        if person not in self._is_home and len(self._is_home) >= PEOPLE_MAX:
            raise Invalid(f"At most {PEOPLE_MAX} people are kept.", code="too-many-people")
        await self._keep({person: is_home})

    async def note_all(self, *, is_home: bool) -> None:
        """Everybody who is known came or went."""
        await self._keep(dict.fromkeys(self._is_home or {SOMEBODY: True}, is_home))

    async def _keep(self, told: dict[str, bool]) -> None:
        now_ms = millis(self._clock.now())
        await self._database.write(
            *(
                Statement(query="edge.keep_person", values={"person": person, "is_home": int(is_home), "at_ms": now_ms})
                for person, is_home in told.items()
            )
        )
        self._is_home.update(told)
        self.changed()
