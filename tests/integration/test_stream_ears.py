"""What every voice detector and every wake word promises, the real ones and their fakes."""

from collections.abc import Callable

import numpy as np
import pytest
from voice_parts import recordings

from jinn.voice.model import RATE, WINDOW_BYTES, to_pcm
from jinn.voice.ports import VoiceActivity, WakeWords
from jinn.voice.testing import DrawnVoiceActivity, LoudWakeWord, draw
from jinn.voice.waking import OpenWakeWords, SileroVoiceActivity, WakeOptions

pytestmark = pytest.mark.anyio

SILENCE = bytes(2 * RATE)
CALL = to_pcm(next(one for one in recordings() if one.wake and one.condition == "clean").samples())
DRAWN = draw("." * 10 + "#" * 30)


def windows(pcm: bytes) -> list[bytes]:
    return [pcm[start : start + WINDOW_BYTES] for start in range(0, len(pcm) - WINDOW_BYTES + 1, WINDOW_BYTES)]


@pytest.mark.parametrize(
    ("make", "voice"), [(SileroVoiceActivity, CALL), (DrawnVoiceActivity, DRAWN)], ids=["silero", "fake"]
)
def test_a_voice_is_told_from_silence(make: Callable[[], VoiceActivity], voice: bytes) -> None:
    activity = make()

    silent = [activity.probability(window) for window in windows(SILENCE)]
    voiced = [activity.probability(window) for window in windows(voice)]

    assert all(0 <= probability <= 1 for probability in (*silent, *voiced))
    assert max(silent) < 0.35
    assert max(voiced) > 0.9


@pytest.mark.parametrize(
    ("make", "voice"), [(SileroVoiceActivity, CALL), (DrawnVoiceActivity, DRAWN)], ids=["silero", "fake"]
)
def test_a_reset_forgets_what_was_heard(make: Callable[[], VoiceActivity], voice: bytes) -> None:
    activity = make()
    first = [activity.probability(window) for window in windows(voice)]
    activity.reset()

    again = [activity.probability(window) for window in windows(voice)]

    np.testing.assert_allclose(first, again, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "call"),
    [(lambda: OpenWakeWords(WakeOptions()), CALL), (LoudWakeWord, DRAWN)],
    ids=["openwakeword", "fake"],
)
async def test_the_word_is_named_when_it_was_said_and_again_after_a_reset(
    make: Callable[[], WakeWords], call: bytes
) -> None:
    words = make()
    silent = [await words.hear(window) for window in windows(SILENCE)]
    called = [await words.hear(window) for window in windows(call + SILENCE)]
    words.reset()
    for _ in range(3):
        for window in windows(SILENCE):
            await words.hear(window)
    again = [await words.hear(window) for window in windows(call + SILENCE)]

    assert set(silent) == {None}
    assert "hey_jarvis" in called
    assert "hey_jarvis" in again
