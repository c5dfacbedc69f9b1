"""Sound is drawn: `#` is a voiced window of 32 ms, `+` a soft one, `.` silence; the answers stand below it."""

from dataclasses import replace

import pytest

from jinn.voice.endpointing import Endpoint, Endpointer, EndpointOptions

LOUDNESS = {"#": 0.9, "+": 0.4, ".": 0.02}
LETTERS = {
    Endpoint.STARTED: "S",
    Endpoint.PAUSED: "P",
    Endpoint.RESUMED: "R",
    Endpoint.ENDED: "E",
    Endpoint.NOBODY: "N",
}

# Three windows of voice start, three of silence pause, six end, eight without a voice and nobody is there.
QUICK = EndpointOptions(start_ms=96, pause_ms=96, early_ms=128, end_ms=192, no_speech_ms=256, utterance_ms=640)


def listen(sound: str, options: EndpointOptions = QUICK) -> str:
    endpointer, answers = Endpointer(options), ""
    for window in sound:
        answer = endpointer.step(LOUDNESS[window])
        answers += LETTERS[answer] if answer else " "
        if answer in {Endpoint.ENDED, Endpoint.NOBODY}:
            break
    return answers.rstrip()


@pytest.mark.parametrize(
    ("sound", "answers"),
    [
        # A word between silences.
        ("..#####......",
         "    S    P  E"),
        # A hesitation inside.
        ("..####....###......",
         "    S   P R    P  E"),
        # A breath that is too short to be a pause.
        ("..####..####......",
         "    S         P  E"),
        # A click is not speech.
        ("..#...#....",
         "       N"),
        # A soft window inside the first syllable does not delay the beginning by much.
        ("..##.##......",
         "      S  P  E"),
        # Soft sounds keep a word going but never begin one.
        ("..+++++.",
         "       N"),
        ("..###++++......",
         "    S      P  E"),
        # Whoever talks on and on is stopped.
        ("####################",
         "  S                E"),
    ],
)  # fmt: skip
def test_what_is_heard_in(sound: str, answers: str) -> None:
    assert listen(sound) == answers


def test_a_voice_that_has_just_begun_is_not_taken_for_nobody() -> None:
    assert listen("......########......") == "        S       P  E"


def test_an_utterance_may_end_early_only_after_that_much_silence() -> None:
    endpointer = Endpointer(QUICK)
    for window in "..####...":
        endpointer.step(LOUDNESS[window])
    before = endpointer.may_end_early
    endpointer.step(LOUDNESS["."])

    assert (before, endpointer.may_end_early) == (False, True)


def test_nothing_ends_early_before_anybody_spoke() -> None:
    endpointer = Endpointer(QUICK)
    for window in "......":
        endpointer.step(LOUDNESS[window])

    assert not endpointer.may_end_early


def test_a_patient_listener_waits_out_the_same_silence() -> None:
    patient = replace(QUICK, end_ms=320, utterance_ms=3_200)

    assert listen("..####......##..........", patient) == "    S   P   R   P      E"


def test_the_real_times_end_a_command_640_ms_after_its_last_voice() -> None:
    answers = listen("." * 10 + "#" * 40 + "." * 30, EndpointOptions())

    assert (len(answers) - 50) * 32 == 640
