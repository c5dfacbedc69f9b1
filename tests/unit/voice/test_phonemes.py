"""Which sounds words have, with dictionaries of a few words."""

from collections.abc import Iterator

import pytest

from jinn.voice.letters_en import sounded_out, spelt
from jinn.voice.phonemes_en import EnglishPhonemes, Entry
from jinn.voice.phonemes_zh import MandarinPhonemes

GOLD: dict[str, Entry] = {
    "light": "lˈIt",
    "lamp": "lˈæmp",
    "switch": "swˈɪʧ",
    "battery": "bˈæTəɹi",
    "dim": "dˈɪm",
    "turn": "tˈɜɹn",
    "heat": "hˈit",
    "close": {"DEFAULT": "klˈOs", "VERB": "klˈOz"},
    "read": {"DEFAULT": "ɹˈid", "VBN": "ɹˈɛd"},
    "is": "ɪz",
    "it": "ɪt",
    "was": "wʌz",
    "open": "ˈOpᵊn",
    "blue": "blˈu",
    "tooth": "tˈuθ",
    "Celsius": "sˈɛlsiəs",
}
english = EnglishPhonemes(GOLD, {"jarvis": "ʤˈɑɹvəs", "light": "never used"})


class Pairs:
    """Cuts characters two by two."""

    def cut(self, sentence: str) -> Iterator[str]:
        yield from (sentence[start : start + 2] for start in range(0, len(sentence), 2))


mandarin = MandarinPhonemes(Pairs(), lambda word: f"<{word}>", english)


@pytest.mark.parametrize(
    ("word", "sounds"),
    [
        ("lights", "lˈIts"),
        ("lamps", "lˈæmps"),
        ("switches", "swˈɪʧᵻz"),
        ("lamp's", "lˈæmps"),
        ("batteries", "bˈæTəɹiz"),
        ("dimmed", "dˈɪmd"),
        ("switched", "swˈɪʧt"),
        ("heated", "hˈiTᵻd"),
        ("turning", "tˈɜɹnɪŋ"),
        ("dimming", "dˈɪmɪŋ"),
        ("bluetooth", "blˈutˌuθ"),
        ("CELSIUS", "sˈɛlsiəs"),
        ("Jarvis", "ʤˈɑɹvəs"),
    ],
)
def test_forms_of_known_words_are_built(word: str, sounds: str) -> None:
    assert english(word) == sounds.replace("ɾ", "T")


def test_the_checked_dictionary_wins() -> None:
    assert english("light") == "lˈIt"


def test_the_sound_that_follows_decides_how_the_is_said() -> None:
    assert english("the light") == "ðə lˈIt"
    assert english("the open light") == "ði ˈOpᵊn lˈIt"


def test_a_command_and_a_description_are_said_differently() -> None:
    assert english("Close the light.") == "klˈOz ðə lˈIt."
    assert english("It is close.") == "ɪt ɪz klˈOs."
    assert english("It was read.") == "ɪt wʌz ɹˈɛd."


def test_capitals_are_spelt_and_punctuation_is_kept() -> None:
    assert english("TV, is it?") == "tˌivˈi, ɪz ɪt?"


@pytest.mark.parametrize("name", ["Xiaomi", "Zhang", "Nguyen", "Siobhan", "Brontë", "Kallax", "Ypsilon", "eee"])
def test_an_unknown_name_has_sounds_with_one_main_stress(name: str) -> None:
    assert english(name).count("ˈ") == 1


def test_names_without_vowels_are_spelt() -> None:
    assert english("hdmi") == sounded_out("hdmi")
    assert english("xyzzq"[2:]) == spelt("zzq")


@pytest.mark.parametrize("text", ["", "...", "😀", "日本"])
def test_what_has_no_english_sound_is_left_out(text: str) -> None:
    assert not any(sound.isascii() and sound.isalpha() for sound in english(text))


def test_chinese_words_are_kept_apart_and_marks_become_western() -> None:
    assert mandarin("客厅灯光，打开。") == "<客厅> <灯光>, <打开>."


def test_english_inside_chinese_keeps_its_sounds() -> None:
    assert mandarin("打开TV 吧") == "<打开> tˌivˈi <吧>"


def test_digits_inside_chinese_are_said_in_chinese() -> None:
    assert mandarin("26度") == "<二十> <六度>"


def test_what_has_no_sound_is_left_out() -> None:
    assert mandarin("灯😀。") == "<灯>."
