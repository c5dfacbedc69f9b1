"""Does the home skill ask for the right thing, and say only what was reported?"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from jinn.kernel import AreaId, Invalid, Lang, Names, ThingId
from jinn.language import DeedOutcome, Intent, Outcome
from jinn.things.skill import Done, HomeSkill
from jinn.things.wishes import Handle, Knob, Value

pytestmark = pytest.mark.anyio


def knob(
    ability: str,
    value: Value | None,
    low: float | None = None,
    high: float | None = None,
    *,
    is_writable: bool = True,
    options: Mapping[int, Names] | None = None,
) -> Knob:
    return Knob(ability=ability, property=ability, value=value, is_writable=is_writable, low=low, high=high,
                options=options or {})  # fmt: skip


def handle(name: str, kind: str, *knobs: Knob, services: Mapping[str, str] | None = None) -> Handle:
    return Handle(id=ThingId(name), names=Names(en=name.replace("_", " "), zh=name), kind=kind, is_online=True,
                  seen_ms=0, knobs={k.ability: k for k in knobs}, services=services or {})  # fmt: skip


class Home:
    """A home in which every thing obeys at once, unless told otherwise."""

    def __init__(self, *handles: Handle, outcome: DeedOutcome = "confirmed") -> None:
        self.handles = {one.id: one for one in handles}
        self.outcome: DeedOutcome = outcome
        self.asked: list[tuple[str, Mapping[str, Value]]] = []

    def handle(self, thing: ThingId) -> Handle | None:
        return self.handles.get(thing)

    def area(self, name: str) -> AreaId | None:
        return AreaId("kitchen") if name in {"Kitchen", "厨房"} else None

    async def set(self, thing: ThingId, values: Mapping[str, Value]) -> Sequence[Done]:
        self.asked.append((thing, dict(values)))
        one = self.handles[thing]
        for name, value in values.items():
            high = one.knobs[name].high
            if high is not None and isinstance(value, int | float) and value > high:
                raise Invalid("too much", code="out-of-range")
        reported = self.outcome in {"confirmed", "unchanged"}
        return [
            Done(property=name, asked=value, reported=value if reported else None, outcome=self.outcome, ms=1.0)
            for name, value in values.items()
        ]

    async def call(self, thing: ThingId, service: str, arguments: Mapping[str, Value]) -> Done:
        self.asked.append((thing, {"service": service, **arguments}))
        one = self.handles[thing]
        self.handles[thing] = replace(one, knobs={"activity": replace(one.knobs["activity"], value=1)})
        return Done(property=service, asked=None, reported=None, outcome="confirmed", ms=1.0)


@contextmanager
def no_span(name: str) -> Iterator[None]:
    yield


LAMP = handle("kitchen_light", "light", knob("power", 0), knob("brightness", 50, 0, 100))
HALL = handle("hall_light", "light", knob("power", 1), knob("brightness", 50, 0, 100))
CURTAIN = handle("curtain", "curtain", knob("position", 0, 0, 100))
FRIDGE = handle("fridge", "fridge", knob("cold_target", 4, 2, 8), knob("contact", 1, is_writable=False))
PHASES = {0: Names(en="docked", zh="已回充"), 1: Names(en="cleaning", zh="清扫中")}
VACUUM = handle(
    "vacuum", "vacuum",
    knob("activity", 0, is_writable=False, options=PHASES),
    services={"start": "start", "clean_area": "clean_area", "dock": "dock"},
)  # fmt: skip


def intent(name: str, *things: Handle, form: str | None = None, **slots: str | int) -> Intent:
    return Intent(name=name, canon="x", slots=slots, targets=tuple(t.id for t in things), form=form)


async def ask(home: Home, *intents: Intent, lang: Lang = Lang.EN):  # type: ignore[no-untyped-def]
    return await HomeSkill(home).answer(intents, lang=lang, span=no_span)


async def test_turning_on_is_said_after_the_report() -> None:
    home = Home(LAMP)
    reply = await ask(home, intent("HassTurnOn", LAMP))
    assert home.asked == [("kitchen_light", {"power": 1})]
    assert reply.said == "The kitchen light is on."
    assert reply.outcome is Outcome.DONE
    assert [deed.outcome for deed in reply.did] == ["confirmed"]


@pytest.mark.parametrize(("outcome", "ends"), [("timed_out", Outcome.UNAVAILABLE), ("offline", Outcome.UNAVAILABLE)])
async def test_silence_of_a_thing_is_never_called_done(outcome: DeedOutcome, ends: Outcome) -> None:
    reply = await ask(Home(LAMP, outcome=outcome), intent("HassTurnOn", LAMP))
    assert reply.outcome is ends
    assert " is on" not in reply.said


async def test_opening_a_curtain_moves_it() -> None:
    home = Home(CURTAIN)
    reply = await ask(home, intent("HassTurnOn", CURTAIN), lang=Lang.ZH)
    assert home.asked == [("curtain", {"position": 100})]
    assert reply.said == "curtain打开了。"


async def test_a_bit_brighter_ends_at_the_limit() -> None:
    home = Home(replace(LAMP, knobs={**LAMP.knobs, "brightness": knob("brightness", 95, 0, 100)}))
    await ask(home, intent("JinnAdjust", LAMP, ability="brightness", direction="up"))
    assert home.asked == [("kitchen_light", {"power": 1, "brightness": 100})]


async def test_a_value_out_of_range_is_refused_with_the_range() -> None:
    reply = await ask(Home(FRIDGE), intent("JinnSetFridge", FRIDGE, compartment="fridge", temperature=20))
    assert reply.outcome is Outcome.REFUSED
    assert reply.said == "The fridge takes 2 to 8, not 20."


async def test_what_a_thing_cannot_do_is_refused_and_not_asked() -> None:
    home = Home(FRIDGE)
    reply = await ask(home, intent("HassTurnOn", FRIDGE))
    assert home.asked == []
    assert reply.outcome is Outcome.REFUSED


async def test_everything_off_asks_only_what_can_be_off() -> None:
    home = Home(LAMP, HALL, FRIDGE)
    reply = await ask(home, intent("HassTurnOff", LAMP, HALL, FRIDGE))
    assert sorted(thing for thing, _ in home.asked) == ["hall_light", "kitchen_light"]
    assert reply.outcome is Outcome.DONE


async def test_two_commands_are_answered_in_the_order_of_the_words() -> None:
    home = Home(LAMP, CURTAIN)
    reply = await ask(home, intent("HassTurnOn", LAMP), intent("HassTurnOff", CURTAIN))
    assert reply.said == "The kitchen light is on. The curtain is closed."


async def test_cleaning_a_room_names_the_area_by_its_id() -> None:
    home = Home(VACUUM)
    reply = await ask(home, intent("HassVacuumCleanArea", VACUUM, area="厨房"), lang=Lang.ZH)
    assert home.asked == [("vacuum", {"service": "clean_area", "area": "kitchen"})]
    assert reply.said == "vacuum清扫中。"


@pytest.mark.parametrize(
    ("state", "lang", "said"),
    [
        ("open", Lang.EN, "Yes, the fridge is open."),
        ("closed", Lang.EN, "No, the fridge is open."),
        ("open", Lang.ZH, "是的，fridge开着。"),
    ],
)
async def test_a_question_is_answered_from_the_last_report(state: str, lang: Lang, said: str) -> None:
    reply = await ask(Home(FRIDGE), intent("HassGetState", FRIDGE, form="one_yesno", state=state), lang=lang)
    assert reply.said == said


async def test_which_and_how_many_name_those_that_are() -> None:
    home = Home(LAMP, HALL)
    which = await ask(home, intent("HassGetState", LAMP, HALL, form="which", state="on"))
    count = await ask(home, intent("HassGetState", LAMP, HALL, form="how_many", state="on"))
    assert which.said == "The hall light is on."
    assert count.said == "1 of 2 is on: the hall light."


async def test_a_figure_is_said_and_shown() -> None:
    reply = await ask(Home(FRIDGE), intent("JinnGetAbility", FRIDGE, ability="cold_target"))
    assert reply.said == "The fridge is set to 4 degrees."
    assert reply.card is not None
    assert reply.card.figure == "4°"


async def test_a_thing_that_never_reported_is_not_guessed() -> None:
    silent = replace(LAMP, knobs={"power": knob("power", None)})
    reply = await ask(Home(silent), intent("HassGetState", silent, form="one_yesno", state="on"))
    assert reply.said == "The kitchen light has not reported yet."
