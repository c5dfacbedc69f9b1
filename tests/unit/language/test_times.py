"""Stretches of time in both languages: what words mean as spans, and what spans mean at a moment."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid, Lang
from jinn.language.times import SIGN, resolved, timed

SUNDAY = datetime(2026, 11, 22, 20, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

SAID = (
    (Lang.EN, "last night", "Sat 18:00", "Sun 06:00"),
    (Lang.EN, "yesterday", "Sat 00:00", "Sun 00:00"),
    (Lang.EN, "this morning", "Sun 06:00", "Sun 12:00"),
    (Lang.EN, "at 3 pm", "Sun 15:00", "Sun 15:01"),
    (Lang.EN, "at 3", "Sun 15:00", "Sun 15:01"),
    (Lang.EN, "at 9.15 p.m.", "Sat 21:15", "Sat 21:16"),
    (Lang.EN, "at noon yesterday", "Sat 12:00", "Sat 12:01"),
    (Lang.EN, "yesterday evening at eight", "Sat 20:00", "Sat 20:01"),
    (Lang.EN, "at quarter to seven in the morning", "Sun 06:45", "Sun 06:46"),
    (Lang.EN, "between 9 and 11", "Sun 09:00", "Sun 11:00"),
    (Lang.EN, "from 11 pm to 2 am", "Sat 23:00", "Sun 02:00"),
    (Lang.EN, "between 2 pm and 4 pm yesterday", "Sat 14:00", "Sat 16:00"),
    (Lang.EN, "since Monday", "Mon 00:00", "Sun 20:30"),
    (Lang.EN, "since 3 o'clock", "Sun 15:00", "Sun 20:30"),
    (Lang.EN, "since yesterday at noon", "Sat 12:00", "Sun 20:30"),
    (Lang.EN, "two hours ago", "Sun 18:30", "Sun 18:31"),
    (Lang.EN, "in the last half an hour", "Sun 20:00", "Sun 20:30"),
    (Lang.EN, "last Friday evening", "Fri 18:00", "Sat 00:00"),
    (Lang.EN, "last week", "Mon 00:00", "Mon 00:00"),
    (Lang.EN, "3 days ago", "Thu 00:00", "Fri 00:00"),
    (Lang.EN, "this evening", "Sun 18:00", "Sun 20:30"),
    (Lang.ZH, "昨晚", "Sat 18:00", "Sun 06:00"),
    (Lang.ZH, "昨天", "Sat 00:00", "Sun 00:00"),
    (Lang.ZH, "今天早上", "Sun 06:00", "Sun 12:00"),
    (Lang.ZH, "昨天下午三点半", "Sat 15:30", "Sat 15:31"),
    (Lang.ZH, "昨天晚上八点二十五分", "Sat 20:25", "Sat 20:26"),
    (Lang.ZH, "凌晨两点", "Sun 02:00", "Sun 02:01"),
    (Lang.ZH, "三点一刻", "Sun 15:15", "Sun 15:16"),
    (Lang.ZH, "昨天下午三点到五点", "Sat 15:00", "Sat 17:00"),
    (Lang.ZH, "昨天晚上十点到今天早上六点", "Sat 22:00", "Sun 06:00"),
    (Lang.ZH, "从昨天开始", "Sat 00:00", "Sun 20:30"),
    (Lang.ZH, "下午三点以后", "Sun 15:00", "Sun 20:30"),
    (Lang.ZH, "一个半小时前", "Sun 19:00", "Sun 19:01"),
    (Lang.ZH, "过去二十五分钟", "Sun 20:05", "Sun 20:30"),
    (Lang.ZH, "上周五", "Fri 00:00", "Sat 00:00"),
    (Lang.ZH, "前天夜里", "Fri 18:00", "Sat 06:00"),
    (Lang.ZH, "晚上", "Sun 18:00", "Sun 20:30"),
    (Lang.ZH, "大前天", "Thu 00:00", "Fri 00:00"),
)


@pytest.mark.parametrize(("lang", "words", "start", "end"), SAID)
def test_words_mean_a_stretch(lang: Lang, words: str, start: str, end: str) -> None:
    around = ("the door opened {}", "{}门开了几次")[lang is Lang.ZH].format(words)
    found = timed(around, lang)
    assert found is not None
    assert found.words.lower() == words.lower()
    assert SIGN in found.text
    stretch = resolved(found.span, SUNDAY)
    assert [f"{moment:%a %H:%M}" for moment in (stretch.start, stretch.end)] == [start, end]
    assert stretch.is_point == (f"{stretch.end - stretch.start}" == "0:01:00")


@pytest.mark.parametrize(
    ("lang", "text"),
    [(Lang.EN, "set it to 20 at 30 degrees"), (Lang.EN, "turn on the light"), (Lang.ZH, "打开灯"), (Lang.ZH, "亮一点")],
)
def test_not_every_number_is_a_time(lang: Lang, text: str) -> None:
    assert timed(text, lang) is None


def test_a_time_that_has_not_come_is_empty() -> None:
    morning = SUNDAY.replace(hour=5)
    stretch = resolved("0@06:00..0@12:00", morning)
    assert stretch.start >= morning


@pytest.mark.parametrize("span", ["", "..", "x@00:00", "0@0:0", "0@00:00..tue", "now", "--1@00:00"])
def test_what_is_no_span_is_refused(span: str) -> None:
    with pytest.raises(Invalid):
        resolved(span, SUNDAY)


moments = st.integers(1_700_000_000, 1_900_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))
pieces = {
    Lang.EN: [
        "at",
        "from",
        "between",
        "since",
        "last",
        "night",
        "yesterday",
        "3",
        "25:99",
        "pm",
        "morning",
        "two",
        "hours",
        "ago",
        "and",
        "to",
        "half",
        "past",
        "monday",
        "week",
        "the",
    ],
    Lang.ZH: list("昨今前天晚上下午早三二十半点刻分到从至周一以来小时过去最近个月"),
}


@given(st.sampled_from(Lang), st.data(), moments)
def test_any_words_are_read_and_no_stretch_ends_in_the_future(lang: Lang, data: st.DataObject, now: datetime) -> None:
    words = data.draw(st.lists(st.sampled_from(pieces[lang]), max_size=9))
    found = timed(("", " ")[lang is Lang.EN].join(words), lang)
    if found is not None:
        stretch = resolved(found.span, now)
        assert stretch.is_point or stretch.end <= now


@given(st.text(max_size=40), st.sampled_from(Lang))
def test_any_text_is_survived(text: str, lang: Lang) -> None:
    found = timed(text, lang)
    if found is not None:
        resolved(found.span, SUNDAY)
