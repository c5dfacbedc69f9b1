"""Any words at all are heard as a rule or not, after few tries, and never break anything."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import pytest
from integration.edge.spoken_home import spoken_home
from integration.edge.test_hearing_rules import sentences

from jinn.edge.listening import PARTS_MAX
from jinn.edge.understanding import RuleUnderstander
from jinn.edge.writing import read_draft
from jinn.kernel import Lang
from jinn.language import Understander, Understanding, Understood

pytestmark = pytest.mark.anyio

P = ParamSpec("P")

PLAIN_EN = ("turn on the hall light", "set the living room light to 20 percent", "is the front door open", "stop",
            "turn off the light", "open the curtains a bit", "what time is it", "make it warmer", "volume up",
            "what is the temperature in the bedroom", "clean the kitchen", "turn everything off", "dim the lights",
            "set the air conditioner in the bedroom to 25 degrees", "remind me in ten minutes", "play some music",
            "tell me if there are any events from three to five", "what happened on friday")  # fmt: skip
PLAIN_ZH = ("打开门厅灯", "客厅灯调到百分之二十", "大门开着吗", "亮一点", "关灯", "把窗帘开一点",
            "现在几点", "太热了", "声音大一点",
            "卧室多少度", "打扫厨房", "全部关掉", "卧室空调调到二十五度", "十分钟后提醒我", "放点音乐", "今天星期几",
            "冰箱冷藏调到五度", "电视换到五频道")  # fmt: skip


class CountingWords:
    """The home's words, and how often they were asked."""

    def __init__(self, words: Understander) -> None:
        self.asked = 0
        self.understand = self._counted(words.understand)
        self.complete, self.revise = words.complete, words.revise

    def _counted(self, understand: Callable[P, Understanding]) -> Callable[P, Understanding]:
        def counted(*given: P.args, **named: P.kwargs) -> Understanding:
            self.asked += 1
            return understand(*given, **named)

        return counted


@pytest.mark.parametrize("lang", list(Lang))
async def test_words_in_any_order_are_tried_only_so_often(tmp_path: Path, lang: Lang) -> None:
    chance = random.Random(7)
    said = [one for one, _ in sentences(lang)]
    gap = " " if lang is Lang.EN else ""
    words = [
        word
        for one in said
        for word in (one.split() if lang is Lang.EN else [one[n : n + 3] for n in range(0, len(one), 3)])
    ]
    most = 0
    async with spoken_home(tmp_path / "data") as home:
        counting = CountingWords(home.understander)
        rules = RuleUnderstander(words=counting, things=home.hands, known=home.known, saying=home.saying)
        for _ in range(60):
            text = gap.join(chance.choice(words) for _ in range(chance.randint(1, 18)))
            counting.asked = 0
            rules.understand(text, lang, home.room.names.words())
            most = max(most, counting.asked)
    # And once more the sentence as a whole.
    assert 10 < most <= PARTS_MAX + 1


@pytest.mark.parametrize("lang", list(Lang))
async def test_plain_commands_and_questions_are_no_rules(tmp_path: Path, lang: Lang) -> None:
    async with spoken_home(tmp_path / "data") as home:
        words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
        for text in PLAIN_EN if lang is Lang.EN else PLAIN_ZH:
            with_rules = words.understand(text, lang, home.room.names.words())
            assert with_rules == home.understander.understand(text, lang, home.room.names.words()), text


async def test_a_rule_in_an_intent_can_be_read_again(tmp_path: Path) -> None:
    async with spoken_home(tmp_path / "data") as home:
        words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
        understood = words.understand("at sunset turn on the hall light", Lang.EN, home.room.names.words())
        assert isinstance(understood, Understood)
        draft = read_draft(str(understood.intents[0].slots["draft"]))
        assert draft.names.en == "At sunset, turn on the hall light"
