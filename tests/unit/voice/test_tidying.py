"""Loops are cut, noise gives no words, and what people really say twice stays."""

import pytest

from jinn.kernel import Lang
from jinn.voice.tidying import cut_repeats, is_silence, language_of, strip_wake_word


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Turn on the light. Turn on the light. Turn on the light.", "Turn on the light."),
        ("打开客厅的灯打开客厅的灯", "打开客厅的灯"),
        ("打开客厅的灯,打开客厅的灯,打开", "打开客厅的灯"),
        ("no no no no no no no", "no"),
        ("请打开请打开请打开", "请打开"),
    ],
)
def test_a_loop_of_the_decoder_is_cut(written: str, kept: str) -> None:
    assert cut_repeats(written) == kept


@pytest.mark.parametrize(
    "said",
    [
        "Turn on the light in the kitchen and the light in the hall.",
        "It is very very cold",
        "频道一一零",
        "my code is one two three one two three",
        "密码是一二三一二三",
        "把客厅的灯和卧室的灯打开",
        "",
        "bye bye",
    ],
)
def test_what_people_say_stays_as_it_is(said: str) -> None:
    assert cut_repeats(said) == said


@pytest.mark.parametrize(
    ("text", "speechless", "confidence", "silence"),
    [
        ("", 0.0, 1.0, True),
        ("...", 0.0, 1.0, True),
        ("Thank you.", 0.5, 0.7, True),
        ("谢谢观看!", 0.5, 0.7, True),
        ("Thank you.", 0.02, 0.9, False),
        ("Turn on the light.", 0.5, 0.9, False),
        ("Turn on the light.", 0.7, 0.2, True),
    ],
)
def test_words_made_of_noise_are_silence(text: str, speechless: float, confidence: float, silence: bool) -> None:
    assert is_silence(text, speechless=speechless, confidence=confidence) is silence


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hey Jarvis, turn on the light.", "turn on the light."),
        ("jarvis turn on the light", "turn on the light"),
        ("Hey, Jarvis!", ""),
        ("Jarvis，打开灯", "打开灯"),
        ("Turn on the light", "Turn on the light"),
        ("Jarvision is on", "Jarvision is on"),
    ],
)
def test_the_wake_word_is_no_part_of_the_command(text: str, rest: str) -> None:
    assert strip_wake_word(text, "hey_jarvis") == rest


@pytest.mark.parametrize(
    ("text", "heard", "written"),
    [("打开light", Lang.EN, Lang.ZH), ("turn on", Lang.ZH, Lang.EN), ("26", Lang.ZH, Lang.ZH)],
)
def test_the_language_of_words_is_that_of_their_letters(text: str, heard: Lang, written: Lang) -> None:
    assert language_of(text, heard) is written
