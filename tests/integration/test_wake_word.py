"""The wake word is noticed in the recordings that begin with it, and in no other."""

import anyio.to_thread
import pytest
from voice_parts import Recording, recordings, whisper

from jinn.kernel import Invalid, Lang, SatelliteId, SystemClock
from jinn.voice.files import hear_file
from jinn.voice.hearing import Hearing
from jinn.voice.model import RATE, WINDOW_BYTES, Recognised, Samples, to_pcm
from jinn.voice.parts import Parts
from jinn.voice.ports import WakeWords
from jinn.voice.testing import EchoConversation
from jinn.voice.waking import OpenWakeWords, SileroVoiceActivity, WakeOptions

pytestmark = pytest.mark.anyio

CALLS = [recording for recording in recordings() if recording.wake]
OTHERS = [recording for recording in recordings() if not recording.wake and recording.condition == "clean"][::4]


async def wakes(words: WakeWords, recording: Recording) -> int:
    pcm = to_pcm(recording.samples()) + bytes(RATE * 2)
    windows = [pcm[start : start + WINDOW_BYTES] for start in range(0, len(pcm) - WINDOW_BYTES, WINDOW_BYTES)]
    return len([word for window in windows if (word := await words.hear(window)) == "hey_jarvis"])


async def test_a_call_wakes_once_and_a_command_alone_does_not() -> None:
    words = OpenWakeWords(WakeOptions())

    called = [await wakes(words, recording) for recording in CALLS]
    not_called = [await wakes(words, recording) for recording in OTHERS]

    assert called == [1] * len(CALLS)
    assert not_called == [0] * len(OTHERS)


def test_an_unknown_wake_word_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        OpenWakeWords(WakeOptions(word="hey_you"))

    assert refusal.value.stable_code() == "wake-word-unknown"


class Blocking:
    """Whisper without a shelf."""

    async def recognise(self, samples: Samples, lang: Lang | None) -> Recognised:
        return await anyio.to_thread.run_sync(whisper().recognise, samples, lang)


@pytest.mark.parametrize("recording", [one for one in CALLS if one.condition == "clean"], ids=lambda one: one.path.stem)
async def test_the_command_after_the_wake_word_is_heard_without_it(recording: Recording) -> None:
    async def wake_words() -> WakeWords:
        return OpenWakeWords(WakeOptions())

    hearing = Hearing(
        Parts(
            recogniser=Blocking(),
            conversation=EchoConversation(),
            speaker=None,
            clock=SystemClock(),
            voice_activity=SileroVoiceActivity,
            wake_words=wake_words,
        )
    )

    turn = await hear_file(hearing, recording.path, lang=Lang.EN, satellite=SatelliteId("file"), wake=True)

    assert turn.heard is not None
    assert turn.heard.text.lower().rstrip(".") == "turn on the kitchen light"
