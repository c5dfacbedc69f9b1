"""Whatever is sent as a rule, a scene, a file, a calendar or a sentence: read, or refused with one sentence."""

from contextlib import suppress

import msgspec
import yaml
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.holidays import read_calendar
from jinn.edge.spoken_numbers import duration_en, duration_zh, number_en, number_zh
from jinn.edge.spoken_times import times_in
from jinn.edge.writing import read_draft, read_scene, write_draft
from jinn.edge.yaml_rules import read_rules, write_rules
from jinn.kernel import Invalid, Lang

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = st.sampled_from(
    ["type", "thing", "property", "is", "value", "for_s", "at", "days", "of", "names", "en", "zh", "triggers",
     "conditions", "actions", "event", "after", "before", "properties", "who", "at_home", "online", "text", "scene"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["property", "event", "presence", "time", "sun", "people", "any", "not", "set", "call", "scene", "say", "wait",
     "is", "above", "07:00", "24:00", "mon", "sunset", "anyone", "lamp", "on"]
)  # fmt: skip
PARTS = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=30,
)
RULES = st.fixed_dictionaries(
    {"names": st.just({"en": "a", "zh": "b"}) | PARTS},
    optional={
        "triggers": st.lists(PARTS, max_size=3),
        "conditions": st.lists(PARTS, max_size=3),
        "actions": st.lists(PARTS, max_size=3),
        "enabled": SCALARS,
        "mode": WORDS,
        "cooldown_s": SCALARS,
    },
)
QUICK = examples(80)


@QUICK
@given(RULES)
def test_a_rule_is_read_whole_or_refused(document: object) -> None:
    try:
        written = msgspec.json.encode(document)
        draft = read_draft(written)
    except (Invalid, msgspec.MsgspecError, UnicodeEncodeError):
        return
    assert read_draft(write_draft(draft)) == draft


@QUICK
@given(st.binary(max_size=200) | PARTS.map(lambda part: repr(part).encode()))
def test_bytes_that_are_no_rule_or_scene_are_refused(document: bytes) -> None:
    for read in (read_draft, read_scene):
        with suppress(Invalid):
            read(document)


@QUICK
@given(st.text(max_size=300) | RULES.map(lambda rule: yaml.safe_dump({"rules": [rule]}, allow_unicode=True)))
def test_a_file_is_read_or_refused(text: str) -> None:
    try:
        rules = read_rules(text)
    except Invalid:
        return
    assert read_rules(write_rules(rules)) == rules if rules else True


ICS = st.lists(
    st.sampled_from(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART;VALUE=DATE:20260101", "DTEND:20260103", "DTSTART:",
         "SUMMARY:New Year", "SUMMARY:补班", " folded", "DTSTART:99999999", "DTEND;X=Y", "END:VCALENDAR"]
    ),
    max_size=20,
)  # fmt: skip


@QUICK
@given(st.text(max_size=200) | ICS.map("\r\n".join))
def test_a_calendar_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        read_calendar(text)


_SPOKEN = """
when if the door opens after ten light hall at 20 % between and every day on mondays half past quarter to sunset minutes
before for two hours 如果 晚上 十点 以后 门 开了 就 把 灯 打开 每天 早上 七点 半 日落 前 两 分钟 百分之 二十 的时候
周一 到 周五 ， 零下 点
"""
PIECES = st.sampled_from(_SPOKEN.split())


@QUICK
@given(st.lists(PIECES, max_size=14), st.sampled_from(list(Lang)))
def test_any_words_have_some_time_or_none(pieces: list[str], lang: Lang) -> None:
    text = (" " if lang is Lang.EN else "").join(pieces)
    times = times_in(text, lang)
    assert len(times.rest) <= len(text)
    for minute in (times.at_min, times.after_min, times.before_min):
        assert minute is None or 0 <= minute < 1440
    for read in (number_en, number_zh, duration_en, duration_zh):
        read(text)
