"""The home as rules see it and take hold of it: the ports on the real rooms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import cast

from jinn.edge.model import WEEK, Day, Who
from jinn.edge.ports import Asked, Holidays, HomeThing, People
from jinn.edge.sun import Place, is_sun_up
from jinn.edge.truth import Known
from jinn.kernel import JinnError, Names, NotFound, ThingId
from jinn.language import Deed, DeedOutcome
from jinn.runtime import Database
from jinn.things import CommandOutcome, Json, ThingsRoom, Twin, commands_of, deed_of

EXPIRES_S = 5.0
"""Nobody stands beside a rule: a slow thing may take longer than when somebody waits."""


class RoomHome:
    """`ports.Home` on the things room."""

    def __init__(self, room: ThingsRoom) -> None:
        self._room = room

    def thing(self, thing: ThingId) -> HomeThing | None:
        try:
            known = self._room.registry.thing(thing)
        except NotFound:
            return None
        return HomeThing(id=known.id, names=known.names, product=self._room.registry.product_of(known))

    def twin(self, thing: ThingId) -> Twin:
        return self._room.twins.peek(thing)

    def twins(self) -> Iterable[Twin]:
        return self._room.twins.all()

    def area(self, area: str) -> Names | None:
        return next((one.names for one in self._room.names.words().areas if one.id == area), None)


class RoomHands:
    """`ports.Hands` on the room's commander."""

    def __init__(self, room: ThingsRoom) -> None:
        self._room = room

    async def set(self, thing: ThingId, values: Mapping[str, Json], *, by: str) -> Sequence[Deed]:
        try:
            results = await self._room.commander.set_properties(thing, values, expires_s=EXPIRES_S, by=by)
        except JinnError as no:
            return [_undone(thing, name, value, no) for name, value in values.items()]
        return [deed_of(result) for result in results]

    async def call(self, thing: ThingId, service: str, inputs: Mapping[str, Json], *, by: str) -> Sequence[Deed]:
        try:
            result = await self._room.commander.call_service(thing, service, inputs, expires_s=EXPIRES_S, by=by)
        except JinnError as no:
            return [_undone(thing, service, None, no)]
        outcome = _OUTCOMES[result.outcome]
        return [Deed(thing=thing, property=service, asked=None, reported=None, outcome=outcome, ms=result.ms)]


_OUTCOMES: dict[CommandOutcome, DeedOutcome] = {
    CommandOutcome.CONFIRMED: "confirmed",
    CommandOutcome.UNCHANGED: "unchanged",
    CommandOutcome.REFUSED: "refused",
    CommandOutcome.TIMED_OUT: "timed_out",
    CommandOutcome.OFFLINE: "offline",
}


def _undone(thing: ThingId, name: str, value: Json, no: JinnError) -> Deed:
    asked = value if isinstance(value, str | int | float | bool) else None
    outcome: DeedOutcome = "refused" if no.code != "unavailable" else "timed_out"
    return Deed(thing=thing, property=name, asked=asked, reported=None, outcome=outcome, ms=0.0)


class RoomCommandLog:
    """`ports.CommandLog` on the commands that things keep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_thing(self, thing: ThingId, *, count_max: int) -> Sequence[Asked]:
        return [
            Asked(
                by=one.by, values=one.asked, at_ms=one.at_ms, outcome=one.outcome.value if one.outcome else None,
                reported=one.reported, service=one.service,
            )
            for one in await commands_of(self._database, thing, count_max=count_max)
        ]  # fmt: skip


class NowView:
    """`truth.View` of the home at this moment."""

    def __init__(
        self,
        *,
        twin: Callable[[ThingId], Twin],
        since_ms: Mapping[tuple[ThingId, str], int],
        now: datetime,
        surroundings: "Surroundings",
    ) -> None:
        self._twin = twin
        self._since_ms = since_ms
        self._around = surroundings
        self.now_ms = int(now.timestamp() * 1000)
        self.local = now.astimezone(surroundings.zone)
        self._now = now

    def known(self, thing: ThingId, name: str) -> Known | None:
        said = self._twin(thing).reported.get(name)
        if said is None:
            return None
        return Known(said.value, self._since_ms.get((thing, name), said.at_ms))

    def days(self) -> frozenset[Day]:
        return days_of(self.local.date(), self._around.holidays)

    def is_sun_up(self) -> bool | None:
        place = self._around.place
        return None if place is None else is_sun_up(self._now, place)

    def is_home(self, who: Who) -> bool | None:
        return self._around.people.is_home(who)


class Surroundings:
    """What is so around the things: where the home is, its clock, its people and its holidays."""

    def __init__(self, *, zone: tzinfo, place: Place | None, people: People, holidays: Holidays) -> None:
        self.zone = zone
        self.place = place
        self.people = people
        self.holidays = holidays


def days_of(day: date, holidays: Holidays) -> frozenset[Day]:
    return frozenset({WEEK[day.weekday()], Day.WORKDAY if holidays.is_workday(day) else Day.HOLIDAY})


def json_values(values: Mapping[str, object]) -> dict[str, Json]:
    """What was decoded from JSON, and can be nothing else."""
    return cast("dict[str, Json]", dict(values))
