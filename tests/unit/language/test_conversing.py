"""Do words become one turn, with a true record, and never that of another satellite?"""

import pytest

from jinn.kernel import AreaId, Lang, ManualClock, Names, SatelliteId, ThingId
from jinn.language import (
    Ambiguous,
    Conversing,
    Deed,
    Heard,
    HomeWords,
    Intent,
    NotUnderstood,
    Outcome,
    Reply,
    SatelliteAreas,
    SpanMaker,
    ThingWords,
    Turns,
    Understanding,
    Understood,
)
from jinn.language.conversing import ANSWER_WITHIN_S, SPOKEN_OF_S, TEXT_CHARS_MAX
from jinn.language.remembering import SATELLITES_MAX, Remembered
from jinn.runtime import Row, Sql, Statement
from jinn.runtime.testing import InMemoryBus

pytestmark = pytest.mark.anyio

KITCHEN, HALL = ThingId("kitchen_light"), ThingId("hall_light")
PANEL, SPEAKER = SatelliteId("panel"), SatelliteId("speaker")


def thing(thing_id: ThingId, en: str) -> ThingWords:
    return ThingWords(id=thing_id, names=Names(en=en, zh=en), area=None, kind="light", domain="light")


HOME = HomeWords(things=(thing(KITCHEN, "kitchen light"), thing(HALL, "hall light")))
ON = Intent(name="HassTurnOn", canon="home.light.on", targets=(KITCHEN,))


class Script:
    """Understands exactly the sentences it was given."""

    def __init__(self, **known: Understanding) -> None:
        self.known = known
        self.areas: list[AreaId | None] = []
        self.focuses: list[tuple[ThingId, ...]] = []

    def understand(
        self,
        text: str,
        lang: Lang,
        home: HomeWords,
        *,
        area: AreaId | None = None,
        focus: tuple[ThingId, ...] = (),
    ) -> Understanding:
        self.areas.append(area)
        self.focuses.append(focus)
        return self.known.get(text.replace(" ", "_"), NotUnderstood())

    def revise(self, proposal: Intent, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        return None

    def complete(self, pending: Ambiguous, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        chosen = {"kitchen": KITCHEN, "hall": HALL}.get(text)
        if chosen is None:
            return None
        return Understood(intents=(Intent(name=pending.intent.name, canon=pending.intent.canon, targets=(chosen,)),))


class Lamps:
    """A skill that obeys and remembers."""

    intents = frozenset({"HassTurnOn"})

    def __init__(self) -> None:
        self.obeyed: list[tuple[ThingId, ...]] = []

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        with span("asked"):
            self.obeyed += [intent.targets for intent in intents]
        deed = Deed(thing=intents[0].targets[0], property="on", asked=1, reported=1, outcome="confirmed", ms=2.0)
        return Reply(said="It is on.", outcome=Outcome.DONE, did=(deed,))


class Shelf:
    """A database that holds turns only."""

    def __init__(self) -> None:
        self.records: list[dict[str, Sql]] = []

    async def read(self, query: str, **values: Sql) -> list[Row]:
        return list(reversed(self.records))[:1]

    async def write(self, *statements: Statement) -> list[int]:
        self.records += [dict(statement.values) for statement in statements]
        return [1 for _ in statements]


class NamesOfHome:
    def words(self) -> HomeWords:
        return HOME


class Table:
    """One conversation with all its parts at hand."""

    def __init__(self, **known: Understanding) -> None:
        self.clock, self.lamps, self.shelf, self.script = ManualClock(), Lamps(), Shelf(), Script(**known)
        self.areas = SatelliteAreas()
        self.turns = Turns(self.shelf)
        self.conversing = Conversing(
            understander=self.script, names=NamesOfHome(), skills=[self.lamps], turns=self.turns,
            bus=InMemoryBus(), clock=self.clock, areas=self.areas,
        )  # fmt: skip

    async def say(self, text: str, satellite: SatelliteId = PANEL):  # type: ignore[no-untyped-def]
        return await self.conversing.converse(Heard(text=text, lang=Lang.EN), satellite=satellite)


QUESTION = Ambiguous(intent=ON, choices=(KITCHEN, HALL))


async def test_a_sentence_becomes_a_turn_that_is_kept() -> None:
    table = Table(light_on=Understood(intents=(ON,)))
    turn = await table.say("light on")
    assert turn.reply.said == "It is on."
    assert [span.name for span in turn.spans] == ["understood", "asked"]
    assert (await table.turns.get("last")).id == turn.id


async def test_what_was_measured_while_hearing_comes_first_on_the_time_line() -> None:
    table = Table(light_on=Understood(intents=(ON,)))
    heard = Heard(text="light on", lang=Lang.EN, spans=(("recognition", 0.0, 140.0),))
    turn = await table.conversing.converse(heard, satellite=PANEL)
    assert [(span.name, span.start_ms) for span in turn.spans][:2] == [("recognition", 0.0), ("understood", 140.0)]


async def test_an_ambiguous_name_is_asked_back_and_the_answer_completes_it() -> None:
    table = Table(light_on=QUESTION)
    asked = await table.say("light on")
    assert asked.reply.said == "Which one: the kitchen light or the hall light?"
    assert asked.reply.follow_up
    assert table.lamps.obeyed == []
    await table.say("hall")
    assert table.lamps.obeyed == [(HALL,)]


async def test_an_answer_belongs_to_the_satellite_that_was_asked() -> None:
    table = Table(light_on=QUESTION)
    await table.say("light on", PANEL)
    stranger = await table.say("hall", SPEAKER)
    assert stranger.reply.outcome is Outcome.NOT_UNDERSTOOD
    assert table.lamps.obeyed == []


async def test_a_question_is_closed_after_a_while() -> None:
    table = Table(light_on=QUESTION)
    await table.say("light on")
    table.clock.advance(ANSWER_WITHIN_S + 1)
    assert (await table.say("hall")).reply.outcome is Outcome.NOT_UNDERSTOOD


async def test_something_new_instead_of_an_answer_is_understood_anew() -> None:
    table = Table(light_on=QUESTION, kitchen_on=Understood(intents=(ON,)))
    await table.say("light on")
    await table.say("kitchen on")
    assert table.lamps.obeyed == [(KITCHEN,)]


async def test_an_unknown_name_is_named() -> None:
    turn = await Table(garden_on=NotUnderstood(unknown="garden")).say("garden on")
    assert turn.reply.said == "There is no garden in this home."
    assert turn.understood == ()


async def test_an_intent_that_nobody_answers_is_refused() -> None:
    dance = Intent(name="Dance", canon="home.dance")
    turn = await Table(dance=Understood(intents=(dance,))).say("dance")
    assert turn.reply.outcome is Outcome.REFUSED


async def test_an_endless_sentence_is_refused_before_it_is_read() -> None:
    table = Table()
    turn = await table.say("a" * (TEXT_CHARS_MAX + 1))
    assert turn.reply.said == "That sentence is too long for me."
    assert table.script.areas == []


async def test_a_satellite_is_understood_from_where_it_stands() -> None:
    table = Table()
    table.areas.place(PANEL, AreaId("kitchen"))
    await table.say("light on", PANEL)
    await table.say("light on", SPEAKER)
    assert table.script.areas == [AreaId("kitchen"), None]


async def test_it_means_what_was_spoken_of_last() -> None:
    table = Table(light_on=Understood(intents=(ON,)))
    await table.say("light on")
    await table.say("turn it off")
    assert table.script.focuses == [(), (KITCHEN,)]


async def test_it_means_nothing_to_another_satellite_or_much_later() -> None:
    table = Table(light_on=Understood(intents=(ON,)))
    await table.say("light on")
    await table.say("turn it off", SPEAKER)
    table.clock.advance(SPOKEN_OF_S + 1)
    await table.say("turn it off")
    assert table.script.focuses == [(), (), ()]


async def test_after_several_things_it_means_none_of_them() -> None:
    both = Intent(name="HassTurnOn", canon="home.light.on", targets=(KITCHEN, HALL))
    table = Table(light_on=Understood(intents=(ON,)), all_on=Understood(intents=(both,)))
    await table.say("light on")
    await table.say("all on")
    await table.say("turn it off")
    assert table.script.focuses == [(), (KITCHEN,), ()]


async def test_satellites_that_nobody_hears_of_again_are_forgotten() -> None:
    remembered: Remembered[int] = Remembered(ManualClock(), for_s=10)
    for number in range(SATELLITES_MAX + 1):
        remembered.keep(SatelliteId(str(number)), number)
    assert remembered.get(SatelliteId("0")) is None
    assert remembered.get(SatelliteId("1")) == 1


class Proposing(Lamps):
    """Asks before it obeys."""

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        if intents[0].slots.get("is_sure"):
            return await super().answer(intents, lang=lang, span=span)
        sure = Intent(name="HassTurnOn", canon=ON.canon, slots={"is_sure": True}, targets=intents[0].targets)
        return Reply(said="Shall I?", outcome=Outcome.ASKED, follow_up=True, proposes=sure)


def asking() -> Table:
    table = Table(light_on=Understood(intents=(ON,)), other_thing=Understood(intents=(ON,)))
    table.lamps = Proposing()
    table.conversing = Conversing(
        understander=table.script, names=NamesOfHome(), skills=[table.lamps], turns=table.turns,
        bus=InMemoryBus(), clock=table.clock, areas=table.areas,
    )  # fmt: skip
    return table


@pytest.mark.parametrize(("answers", "obeyed"), [(["yes"], 1), (["no", "yes"], 0), (["something", "yes"], 0)])
async def test_what_a_reply_proposes_is_done_after_a_yes_and_nothing_else(answers: list[str], obeyed: int) -> None:
    table = asking()
    await table.say("light on")
    for answer in answers:
        await table.say(answer)
    assert len(table.lamps.obeyed) == obeyed


async def test_a_proposal_belongs_to_one_satellite_and_ends() -> None:
    table = asking()
    await table.say("light on", PANEL)
    await table.say("yes", SPEAKER)
    table.clock.advance(ANSWER_WITHIN_S + 1)
    await table.say("yes", PANEL)
    assert table.lamps.obeyed == []


CODE = Intent(name="JinnJoinCode", canon="home.join.code", slots={"code": "34970112332"})


class Joiner:
    """A skill that is told the code and says it back, which it should not."""

    intents = frozenset({"JinnJoinCode"})

    def __init__(self) -> None:
        self.codes: list[object] = []

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        self.codes += [intent.slots["code"] for intent in intents]
        return Reply(said=f"I am adding {intents[0].slots['code']}.", outcome=Outcome.DONE)


async def test_a_setup_code_reaches_its_skill_and_no_record() -> None:
    joiner = Joiner()
    table = Table(add_code_3497_0112_332=Understood(intents=(CODE,)))
    bus = InMemoryBus()
    talk = Conversing(
        understander=table.script, names=NamesOfHome(), skills=[joiner], turns=table.turns, bus=bus,
        clock=table.clock, areas=table.areas,
    )  # fmt: skip
    async with bus.subscribe("ev.turns.finished") as events:
        turn = await talk.converse(Heard(text="add code 3497 0112 332", lang=Lang.EN), satellite=PANEL)
        told = await anext(events)
    assert joiner.codes == ["34970112332"]
    assert turn.heard is not None
    assert (turn.heard.text, turn.reply.said) == ("add code •••", "I am adding •••.")
    kept = f"{table.shelf.records}{told.payload.decode()}{turn}".replace(" ", "")
    assert "•••" in kept
    assert not [piece for piece in ("34970112332", "0112", "3497") if piece in kept]


async def test_a_setup_code_that_nobody_understood_is_not_kept_either() -> None:
    table = Table()
    for text in ("ad device 3497-011-2332", "at MT:Y.K9042C00KA0648G00", "添加三四九七零幺幺二三三二", "配对码 3497"):
        turn = await table.say(text)
        assert turn.heard is not None
        assert "•••" in turn.heard.text
        assert not [piece for piece in ("3497", "Y.K90", "三四九七") if piece in str(table.shelf.records[-1])]


async def test_other_numbers_are_kept() -> None:
    table = Table()
    for text in ("set a timer for 1500 seconds", "亮度调到100", "what happened on 2026-11-22"):
        turn = await table.say(text)
        assert turn.heard is not None
        assert turn.heard.text == text
