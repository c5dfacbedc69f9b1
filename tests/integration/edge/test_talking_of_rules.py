"""A whole conversation about rules: made, read back, kept after a yes, listed, explained, paused and deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from integration.edge.rules_home import LAMP, RulesHome, a_home_with_rules

from jinn import language
from jinn.edge import open_talk
from jinn.kernel import Lang, SatelliteId, SystemClock
from jinn.language import Heard, Turn, Understander
from jinn.runtime import NatsBus
from jinn.things import RoomHands

pytestmark = pytest.mark.anyio
WORDS = Understander()
"""One for all tests: reading its sentences takes most of a second."""

PANEL, OTHER_PANEL = SatelliteId("panel"), SatelliteId("other")


class Talker:
    """Somebody who speaks to the home."""

    def __init__(self, home: RulesHome, conversing: language.Conversing) -> None:
        self.home = home
        self._conversing = conversing

    async def say(self, text: str, lang: Lang = Lang.EN, satellite: SatelliteId = PANEL) -> Turn:
        return await self._conversing.converse(Heard(text=text, lang=lang), satellite=satellite)


@pytest.fixture
async def talker(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Talker]:
    async with a_home_with_rules(tmp_path / "data", bus, others=(language.SCHEMA,)) as home:
        room, words = home.home.room, WORDS
        hands = RoomHands(room, bus, lambda name: None)
        talk = open_talk(rules=home.rules, things=room, words=words, hands=hands)
        skills = [language.Courtesy(SystemClock()), talk.skill]
        conversing = language.Conversing(
            understander=talk.words, names=room.names, skills=skills, turns=language.Turns(home.home.database),
            bus=bus, clock=SystemClock(), areas=language.SatelliteAreas(),
        )  # fmt: skip
        yield Talker(home, conversing)


EN = "when the porch lamp goes on, set the hall lamp to 30 percent"
ZH = "门廊灯开了就把门厅灯调到百分之三十"


async def test_a_rule_is_read_back_and_kept_only_after_a_yes(talker: Talker) -> None:
    asked = await talker.say(EN)
    assert asked.reply.said == "When the porch lamp goes on, set the hall lamp to 30 %. Shall I keep it?"
    assert asked.reply.follow_up
    assert talker.home.rules.book.rules() == ()
    kept = await talker.say("yes please")
    assert kept.reply.outcome == "done"
    (rule,) = talker.home.rules.book.rules()
    await talker.home.report(on=1)
    await talker.home.ended(rule)
    assert talker.home.lamp("brightness") == 30


async def test_so_it_is_in_mandarin(talker: Talker) -> None:
    asked = await talker.say(ZH, Lang.ZH)
    assert asked.reply.said == "门廊灯打开的时候，把门厅灯调到30%。要保存吗？"
    assert (await talker.say("好的", Lang.ZH)).reply.said == "好的，这条规则保存了。"
    assert len(talker.home.rules.book.rules()) == 1


async def test_a_no_keeps_nothing(talker: Talker) -> None:
    await talker.say(EN)
    await talker.say("no")
    await talker.say("yes")
    assert talker.home.rules.book.rules() == ()


async def test_the_yes_of_another_satellite_means_nothing(talker: Talker) -> None:
    await talker.say(EN)
    await talker.say("yes", satellite=OTHER_PANEL)
    assert talker.home.rules.book.rules() == ()


async def test_a_rule_that_goes_round_in_a_circle_is_refused_aloud(talker: Talker) -> None:
    await talker.say("when the porch lamp goes on, turn off the porch lamp")
    await talker.say("yes")
    refused = await talker.say("when the porch lamp goes off, turn on the porch lamp")
    assert refused.reply.outcome == "refused"
    assert "circle" in refused.reply.said
    assert len(talker.home.rules.book.rules()) == 1


async def test_rules_of_a_thing_are_told_paused_and_deleted(talker: Talker) -> None:
    await talker.say(EN)
    await talker.say("yes")
    told = await talker.say("what rules are there for the hall lamp")
    assert told.reply.said == "When the porch lamp goes on, set the hall lamp to 30 %."
    await talker.say("pause that rule")
    await talker.home.report(on=1)
    assert not talker.home.rules.book.rules()[0].draft.is_enabled
    assert (await talker.say("what rules are there")).reply.said.endswith("It rests.")
    await talker.say("resume the rule")
    asked = await talker.say("delete the rule for the hall lamp")
    assert asked.reply.said.endswith("Shall I delete it?")
    assert len(talker.home.rules.book.rules()) == 1
    await talker.say("yes")
    assert talker.home.rules.book.rules() == ()


async def test_why_names_the_rule_and_what_set_it_off(talker: Talker) -> None:
    await talker.say(EN)
    await talker.say("yes")
    await talker.home.report(on=1)
    await talker.home.ended(talker.home.rules.book.rules()[0])
    en = await talker.say("why did the hall lamp go on?")
    assert "because of the rule" in en.reply.said
    assert en.reply.said.endswith("The porch lamp went on.")
    zh = await talker.say("门厅灯为什么亮了", Lang.ZH)
    assert "因为规则" in zh.reply.said
    assert zh.reply.said.endswith("门廊灯打开了。")
    assert "because of the rule" in (await talker.say("who turned on the hall lamp")).reply.said


async def test_how_it_is_now_becomes_a_scene_that_can_be_started(talker: Talker) -> None:
    await talker.home.home.room.commander.set_properties(LAMP, {"on": 1, "brightness": 15}, by="test")
    assert (await talker.say("remember this as movie scene")).reply.outcome == "done"
    await talker.home.home.room.commander.set_properties(LAMP, {"on": 1, "brightness": 90}, by="test")
    with anyio.fail_after(30):
        started = await talker.say("activate the movie scene")
    assert started.reply.said == "Movie is set."
    assert talker.home.lamp("brightness") == 15


async def test_a_lamp_that_was_not_named_clearly_is_asked_back(talker: Talker) -> None:
    asked = await talker.say("every day at seven turn off the lamp")
    assert asked.reply.said.startswith("Which one")
    answered = await talker.say("the hall lamp")
    assert answered.reply.said == "Every day at 7:00, turn off the hall lamp. Shall I keep it?"


@pytest.mark.parametrize(
    ("said", "lang"),
    [("turn on the hall lamp", Lang.EN), ("what time is it", Lang.EN), ("打开门厅灯", Lang.ZH), ("亮一点", Lang.ZH)],
)
async def test_what_is_no_rule_is_understood_as_ever(talker: Talker, said: str, lang: Lang) -> None:
    turn = await talker.say(said, lang)
    assert all(not intent.name.startswith("JinnRule") for intent in turn.understood)
    assert talker.home.rules.book.rules() == ()
