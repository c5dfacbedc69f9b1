"""Questions about the past are answered from what was kept: truthfully, and with a picture."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from integration.history.test_history_kept import HOUR, THING, Past
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Lang, ThingId, millis
from jinn.language import Card, Intent, Reply
from jinn.runtime import NatsBus
from jinn.things import RoomHands
from jinn.things.history.skill import PastSkill

pytestmark = pytest.mark.anyio
MINUTE = 60_000


@contextmanager
def no_span(name: str) -> Iterator[None]:
    yield


class Asking:
    """Yesterday, as the test makes it up, and somebody who asks about it."""

    def __init__(self, home: Home, bus: NatsBus) -> None:
        self.past = Past(home)
        hands = RoomHands(home.room, bus, lambda name: None)
        self.skill = PastSkill(history=self.past.history, handle=hands.handle, clock=self.past.clock)

    async def begin(self, *, online: bool = True) -> None:
        """The story begins at a midnight of this machine's zone."""
        now = self.past.clock.now().astimezone()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.past.clock.advance((midnight - now).total_seconds() + 86_400)
        self.past.start_ms = millis(self.past.clock.now())

    async def ask(self, name: str, lang: Lang = Lang.EN, **slots: str) -> Reply:
        when = {"when": "yesterday" if lang is Lang.EN else "昨天", "span": "-1@00:00..-1@24:00"}
        chosen = {key: value for key, value in (when | slots).items() if value}
        intent = Intent(name=f"JinnPast{name}", canon="home.past.query", slots=chosen, targets=(THING,))
        return await self.skill.answer((intent,), lang=lang, span=no_span)


@pytest.fixture
async def asking(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Asking]:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        asking = Asking(home, bus)
        await asking.begin()
        yield asking


@pytest.fixture
async def warm(asking: Asking) -> Asking:
    """4 degrees, 8 from six to seven, 3.5 at eight; the lamp on twice."""
    past = asking.past
    await past.tell("temperature", [(0, 4.0), (6 * HOUR, 8.0), (7 * HOUR, 4.0), (8 * HOUR, 3.5), (9 * HOUR, 4.0)])
    await past.tell(
        "on", [(0, 0.0), (7 * HOUR, 1.0), (7 * HOUR + 12 * MINUTE, 0.0), (20 * HOUR, 1.0), (22 * HOUR, 0.0)]
    )
    await past.go_on(30 * HOUR)
    return asking


def card_of(reply: Reply) -> Card:
    assert reply.card is not None
    return reply.card


async def test_a_figure_of_a_day_is_told_with_its_ends_and_drawn(warm: Asking) -> None:
    reply = await warm.ask("Ability", ability="temperature")
    assert reply.said == "Yesterday the hall lamp was between 3.5 and 8 degrees, 4.1 on average."
    card = card_of(reply)
    assert (card.title, card.figure) == ("Hall lamp", "4.1 degrees")
    assert card.facts == ("Highest 8 degrees at 06:00", "Lowest 3.5 degrees at 08:00")
    assert card.chart is not None
    assert len(card.chart.points) == 120
    assert max(value for _, value in card.chart.points if value is not None) == 8
    reply = await warm.ask("Ability", Lang.ZH, ability="temperature")
    assert reply.said == "昨天门厅灯在3.5度到8度之间，平均4.1度。"


@pytest.mark.parametrize(
    ("figure", "en", "zh"),
    [
        ("highest", "Yesterday the highest of the hall lamp was 8 degrees, at 06:00.", "昨天门厅灯最高8度，在6点。"),
        ("lowest", "Yesterday the lowest of the hall lamp was 3.5 degrees, at 08:00.", "昨天门厅灯最低3.5度，在8点。"),
        ("mean", "Yesterday the hall lamp was at 4.1 degrees on average.", "昨天门厅灯平均4.1度。"),
    ],
)
async def test_one_end_is_told_when_one_is_asked_for(warm: Asking, figure: str, en: str, zh: str) -> None:
    assert (await warm.ask("Ability", ability="temperature", figure=figure)).said == en
    assert (await warm.ask("Ability", Lang.ZH, ability="temperature", figure=figure)).said == zh


async def test_a_moment_has_one_value(warm: Asking) -> None:
    reply = await warm.ask("Ability", ability="temperature", when="at 6:30 yesterday", span="-1@06:30")
    assert reply.said == "At 6:30 yesterday the hall lamp was at 8 degrees."
    reply = await warm.ask("State", state="on", when="at 9 pm yesterday", span="-1@21:00")
    assert reply.said == "Yes, at 9 pm yesterday the hall lamp was on."
    reply = await warm.ask("State", Lang.ZH, state="on", when="昨天中午", span="-1@12:00")
    assert reply.said == "没有，昨天中午门厅灯没有开。"


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        (
            "State",
            "Yes, yesterday the hall lamp was on from 07:00 to 07:12 and from 20:00 to 22:00.",
            "是的，昨天门厅灯7点到7点12分、20点到22点开着。",
        ),
        (
            "Count",
            "Yesterday the hall lamp was turned on 2 times, last at 20:00.",
            "昨天门厅灯开了2次，最后一次是20点。",
        ),
        ("Change", "Yesterday the hall lamp was turned on at 07:00 and 20:00.", "昨天门厅灯是7点、20点开的。"),
        (
            "Duration",
            "Yesterday the hall lamp was on for 2 hours and 12 minutes.",
            "昨天门厅灯开了2小时12分钟。",
        ),
    ],
)
async def test_when_it_was_so_how_often_and_how_long(warm: Asking, name: str, en: str, zh: str) -> None:
    reply = await warm.ask(name, state="on")
    assert reply.said == en
    chart = card_of(reply).chart
    assert chart is not None
    assert chart.is_steps
    assert {value for _, value in chart.points} == {0.0, 1.0}
    assert (await warm.ask(name, Lang.ZH, state="on")).said == zh


async def test_when_it_last_became_so(warm: Asking) -> None:
    reply = await warm.ask("Change", state="on", when="", span="")
    assert reply.said == "The hall lamp was last turned on yesterday at 20:00."
    reply = await warm.ask("Change", Lang.ZH, state="off", when="", span="")
    assert reply.said == "门厅灯最后一次关是昨天22点。"


async def test_what_stayed_all_day_is_told_so(asking: Asking) -> None:
    await asking.past.tell("temperature", [(0, 4.0)])
    await asking.past.tell("on", [(0, 1.0)])
    await asking.past.go_on(30 * HOUR)
    assert (await asking.ask("Ability", ability="temperature")).said == (
        "Yesterday the hall lamp was at 4 degrees all the time."
    )
    assert (await asking.ask("State", state="on")).said == "Yes, the hall lamp was on all the time yesterday."
    assert (await asking.ask("State", Lang.ZH, state="off")).said == "没有，昨天门厅灯没有关过。"
    assert (await asking.ask("Count", state="on")).said == "Yesterday the hall lamp was not turned on."
    never = await asking.ask("Change", state="on", when="", span="")
    assert never.said == "I have not seen the hall lamp being turned on; my record of it begins yesterday at 00:00."


async def test_a_gap_is_named(asking: Asking) -> None:
    await asking.past.tell("temperature", [(0, 4.0), (8 * HOUR, 5.0)])
    await asking.past.tell("$online", [(2 * HOUR, 0.0), (8 * HOUR, 1.0)])
    await asking.past.go_on(30 * HOUR)
    reply = await asking.ask("Ability", ability="temperature")
    assert reply.said.endswith(" Nothing is known from 02:00 to 08:00: it could not be reached.")
    reply = await asking.ask("Ability", Lang.ZH, ability="temperature")
    assert reply.said.endswith("2点到8点联系不上它，那段情况不清楚。")
    reply = await asking.ask("Ability", ability="temperature", when="at 5 am", span="-1@05:00")
    assert reply.said == "I know nothing of the hall lamp at 5 am: it could not be reached then."


async def test_where_nothing_was_told_nothing_is_made_up(asking: Asking) -> None:
    await asking.past.go_on(30 * HOUR)
    reply = await asking.ask("Ability", ability="temperature")
    assert (reply.said, reply.card) == (
        "I know nothing of the hall lamp yesterday: it had not reported anything yet.", None,
    )  # fmt: skip
    assert (await asking.ask("State", Lang.ZH, state="on")).said == "昨天门厅灯的情况我不知道，那时候它还没有报过。"
    assert (await asking.ask("Ability", ability="humidity")).said == "That is nothing the hall lamp can tell."
    assert (await asking.ask("State", state="on", span="1@00:00..1@06:00")).said == "That time has not come yet."
    nobody = Intent(name="JinnPastState", canon="home.past.query", slots={}, targets=(ThingId("nobody"),))
    reply = await asking.skill.answer((nobody,), lang=Lang.ZH, span=no_span)
    assert reply.said == "家里没有这样的设备。"
