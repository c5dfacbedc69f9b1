"""The demo home as rules are heard in it: its real products and names, with no device behind them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from jinn import people, things
from jinn.edge.home import RoomHome
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Condition,
    Draft,
    EventTrigger,
    NotSo,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    Rule,
    SayAction,
    Scene,
    SceneAction,
    SceneId,
    SetAction,
    SunCondition,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from jinn.edge.ports import HomeThing
from jinn.edge.saying import Saying
from jinn.edge.understanding import MAKE, RuleUnderstander
from jinn.edge.writing import read_draft
from jinn.hub.furnishing import Furnisher
from jinn.kernel import AreaId, Lang, Names, SystemClock, ThingId
from jinn.language import Understander, Understood
from jinn.people import Households
from jinn.runtime import open_database
from jinn.runtime.testing import InMemoryBus

PRODUCTS = Path(__file__).parents[3] / "products"
WORDS = Understander()
"""One for all tests: reading its sentences takes most of a second."""

MOVIE = Scene(id=SceneId("movie"), names=Names(en="Movie", zh="电影模式"), wishes=())
NIGHT = Scene(id=SceneId("good_night"), names=Names(en="Good night", zh="晚安"), wishes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What hearing knows of the home besides words."""

    home: RoomHome
    all_scenes: tuple[Scene, ...] = (MOVIE, NIGHT)

    def thing(self, thing: ThingId) -> HomeThing | None:
        return self.home.thing(thing)

    def scenes(self) -> Sequence[Scene]:
        return self.all_scenes

    def rules(self) -> Sequence[Rule]:
        return ()


@dataclass(slots=True, kw_only=True)
class SpokenHome:
    room: things.ThingsRoom
    understander: Understander
    households: Households
    saying: Saying
    known: Known
    hands: things.RoomHands

    def hear(self, text: str, lang: Lang) -> Draft | None:
        """The rule that a whole understanding takes the sentence for; None: something else, or nothing."""
        words = RuleUnderstander(words=self.understander, things=self.hands, known=self.known, saying=self.saying)
        meant = words.understand(text, lang, self.room.names.words())
        intent = meant.intents[0] if isinstance(meant, Understood) else None
        return read_draft(str(intent.slots["draft"])) if intent and intent.name == MAKE else None


@asynccontextmanager
async def spoken_home(folder: Path) -> AsyncIterator[SpokenHome]:
    clock, bus = SystemClock(), InMemoryBus()
    async with open_database((people.SCHEMA, things.SCHEMA), folder=folder) as database:
        households = Households(database=database, clock=clock)
        await households.load(names=Names(en="Home", zh="家"), lang=Lang.EN)
        room = await things.open_things(database=database, bus=bus, areas=households, clock=clock)
        furnisher = Furnisher(
            products=PRODUCTS, households=households, registry=room.registry, update_key="0" * 64
        )  # fmt: skip
        await furnisher.furnish()

        def area_called(name: str) -> AreaId | None:
            area = households.area_called(name)
            return area.id if area else None

        home = RoomHome(room)
        scenes = {scene.id: scene for scene in (MOVIE, NIGHT)}
        yield SpokenHome(
            room=room, understander=WORDS, households=households, saying=Saying(home, scenes.get),
            known=Known(home=home), hands=things.RoomHands(room, bus, area_called),
        )  # fmt: skip


def brief(draft: Draft) -> str:
    """A rule in one line: `when; when | if; if | do; do`."""
    return " | ".join(
        (
            "; ".join(_when(one) for one in draft.triggers),
            "; ".join(_if(one) for one in draft.conditions),
            "; ".join(_do(one) for one in draft.actions),
        )
    )


def _test(one: PropertyTest) -> str:
    sign = {"is": "=", "is_not": "!=", "above": ">", "below": "<"}[one.comparison.value]
    return f"{one.thing}.{one.property}{sign}{one.value}" + (f" for {one.for_s:g}" if one.for_s else "")


def _people(one: PeopleTest) -> str:
    return f"{one.who} {'home' if one.is_home else 'out'}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(days: Sequence[str]) -> str:
    return " " + ",".join(days) if days else ""


def _when(one: Trigger) -> str:
    match one:
        case PropertyTest():
            return _test(one)
        case TimeTrigger():
            return f"at {_clock(one.at_min)}{_days([day.value for day in one.days])}"
        case SunTrigger():
            return f"{one.event}{one.offset_min:+}{_days([day.value for day in one.days])}"
        case PeopleTest():
            return _people(one)
        case PresenceTrigger():
            return f"{one.thing} {'online' if one.is_online else 'offline'}" + (
                f" for {one.for_s:g}" if one.for_s else ""
            )
        case EventTrigger():
            return f"{one.thing}!{one.event}"


def _if(one: Condition) -> str:
    match one:
        case PropertyTest():
            return _test(one)
        case TimeCondition():
            after = _clock(one.after_min) if one.after_min is not None else ""
            before = _clock(one.before_min) if one.before_min is not None else ""
            return f"{after}-{before}{_days([day.value for day in one.days])}"
        case SunCondition():
            return "sun up" if one.is_up else "sun down"
        case PeopleTest():
            return _people(one)
        case AnyOf():
            return "any(" + ", ".join(_if(inner) for inner in one.of) + ")"
        case NotSo():
            return f"not {_if(one.of)}"


def _do(one: Action) -> str:
    match one:
        case SetAction():
            return f"{one.thing} " + " ".join(f"{name}={value}" for name, value in one.properties.items())
        case CallAction():
            return f"{one.thing} {one.service}()" + "".join(f" {name}={value}" for name, value in one.inputs.items())
        case SceneAction():
            return f"scene {one.scene}"
        case SayAction():
            return f"say {one.text.en}"
        case WaitAction():
            return f"wait {one.for_s:g}"
