"""The rules of the edge put together: what the hub starts, and what other rooms talk to."""

from dataclasses import dataclass
from datetime import tzinfo

from jinn.edge.checking import examine
from jinn.edge.engine import Engine
from jinn.edge.explaining import Explaining
from jinn.edge.holidays import WeekAndHolidays
from jinn.edge.home import RoomCommandLog, RoomHands, RoomHome, Surroundings
from jinn.edge.later import Later
from jinn.edge.past import RoomPast
from jinn.edge.ports import Holidays, Past
from jinn.edge.presence import AtHome
from jinn.edge.rulebook import RuleBook
from jinn.edge.running import Runner
from jinn.edge.scenes import Scenes
from jinn.edge.sun import Place
from jinn.kernel import Clock
from jinn.runtime import Bus, Database, Service
from jinn.things import ThingsRoom


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRoom:
    """Everything that rules and scenes need.

    Attributes:
        services: to run, after those of things.
    """

    book: RuleBook
    scenes: Scenes
    engine: Engine
    explaining: Explaining
    people: AtHome
    around: Surroundings
    later: Later
    home: RoomHome
    past: Past

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.later, self.engine)


async def open_rules(
    *,
    database: Database,
    bus: Bus,
    things: ThingsRoom,
    clock: Clock,
    zone: tzinfo,
    place: Place | None = None,
    holidays: Holidays | None = None,
) -> RulesRoom:
    """Read what is kept, and put the parts together; nothing runs yet.

    Args:
        zone: of the clock on the wall.
        place: where the home is; None: nobody knows, and the sun sets nothing off.
    """
    people = AtHome(database=database, clock=clock)
    await people.load()
    around = Surroundings(zone=zone, place=place, people=people, holidays=holidays or WeekAndHolidays())
    home = RoomHome(things)
    book = RuleBook(database=database, bus=bus, clock=clock, home=home, examine=examine(home, around))
    await book.load()
    runner = Runner(database=database, bus=bus, hands=RoomHands(things), book=book, clock=clock)
    later = Later(database)
    engine = Engine(
        database=database, bus=bus, book=book, home=home, around=around, runner=runner, later=later, clock=clock
    )
    people.changed = engine.people_changed
    engine.prepare()
    things.ingest.add_witness(engine.unheard.witness)
    return RulesRoom(
        book=book,
        scenes=Scenes(book=book, runner=runner, home=home),
        engine=engine,
        explaining=Explaining(book=book, home=home, log=RoomCommandLog(database)),
        people=people,
        around=around,
        later=later,
        home=home,
        past=RoomPast(things),
    )
