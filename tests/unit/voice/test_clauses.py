"""Where replies are cut."""

import pytest

from jinn.kernel import Lang
from jinn.voice.clauses import TEXT_MAX, clauses


def cut(text: str, lang: Lang = Lang.EN) -> list[str]:
    return [clause.text for clause in clauses(text, lang)]


def test_a_short_reply_is_said_in_one_piece() -> None:
    assert cut("The living room light is on.") == ["The living room light is on."]


def test_sentences_are_cut_apart() -> None:
    assert cut("The kitchen light is on. The curtain is closed.") == [
        "The kitchen light is on.",
        "The curtain is closed.",
    ]


def test_a_comma_cuts_where_both_sides_are_long_enough() -> None:
    assert cut("I asked the kitchen lamp, but it has not answered.") == [
        "I asked the kitchen lamp,",
        "but it has not answered.",
    ]


def test_a_short_beginning_stays_with_its_neighbour() -> None:
    assert cut("Well, the light is on.") == ["Well, the light is on."]


def test_a_decimal_point_ends_no_sentence() -> None:
    assert cut("It is 22.5 degrees in the bedroom.") == ["It is 22.5 degrees in the bedroom."]


def test_chinese_marks_cut_without_spaces() -> None:
    assert cut("客厅的灯开了。窗帘已经关上了。", Lang.ZH) == ["客厅的灯开了。", "窗帘已经关上了。"]


def test_a_closing_quotation_mark_stays_with_its_sentence() -> None:
    assert cut("他说“今天天气很好。”我们出去走走吧。", Lang.ZH)[0] == "他说“今天天气很好。”"


@pytest.mark.parametrize("text", ["", "   ", "…", "?!", "，。"])
def test_nothing_to_say_gives_no_clause(text: str) -> None:
    assert cut(text) == cut(text, Lang.ZH) == []


@pytest.mark.parametrize(("lang", "word"), [(Lang.EN, "light "), (Lang.ZH, "灯")])
def test_a_long_run_without_marks_is_cut_into_sayable_parts(lang: Lang, word: str) -> None:
    text = (word * 200)[: TEXT_MAX[lang]]

    parts = cut(text, lang)

    assert max(map(len, parts)) <= 120
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_letter_of_ten_thousand_characters_is_cut_short_at_a_sentence() -> None:
    parts = cut("This is one more sentence. " * 400)

    assert 0 < sum(map(len, parts)) <= TEXT_MAX[Lang.EN]
    assert parts[-1] == "This is one more sentence."


def test_the_pause_is_longer_after_a_sentence_and_none_at_the_end() -> None:
    first, second, third = clauses("The kitchen is bright now. If it is too bright, say so to me.", Lang.EN)

    assert first.pause_s > second.pause_s > third.pause_s == 0.0
