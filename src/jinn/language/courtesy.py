"""The few things that a speaker answers by itself: the time, the date, and "never mind"."""

from collections.abc import Callable
from datetime import datetime

from jinn.kernel import Clock, Lang
from jinn.language import phrases
from jinn.language.model import Card, Intent, Outcome, Reply
from jinn.language.ports import SpanMaker

_WEEKDAYS_ZH = "一二三四五六日"


class Courtesy:
    """A skill that needs nothing but a clock; times are those of this machine's time zone."""

    intents = frozenset({"HassNevermind", "HassGetCurrentTime", "HassGetCurrentDate"})

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        say: dict[str, Callable[[Lang], Reply]] = {
            "HassNevermind": _never_mind,
            "HassGetCurrentTime": self._time,
            "HassGetCurrentDate": self._date,
        }
        return say[intents[0].name](lang)

    def _now(self) -> datetime:
        return self._clock.now().astimezone()

    def _time(self, lang: Lang) -> Reply:
        now = self._now()
        figure = f"{now:%H:%M}"
        said = f"It is {figure}." if lang is Lang.EN else f"现在{now.hour}点{now.minute:02}分。"
        title = "Time" if lang is Lang.EN else "时间"
        return Reply(said=said, outcome=Outcome.DONE, card=Card(title=title, figure=figure))

    def _date(self, lang: Lang) -> Reply:
        now = self._now()
        if lang is Lang.EN:
            said = f"It is {now:%A}, {now.day} {now:%B} {now.year}."
        else:
            said = f"今天是{now.year}年{now.month}月{now.day}日，星期{_WEEKDAYS_ZH[now.weekday()]}。"
        return Reply(said=said, outcome=Outcome.DONE)


def _never_mind(lang: Lang) -> Reply:
    return Reply(said=phrases.never_mind(lang), outcome=Outcome.DONE)
