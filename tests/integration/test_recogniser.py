"""What every recogniser promises, and what Whisper makes of the recorded commands."""

import re
from collections.abc import AsyncIterator

import anyio
import numpy as np
import pytest
from pypinyin import lazy_pinyin
from voice_parts import Recording, recordings, whisper

from jinn.kernel import Invalid, Lang, Unavailable
from jinn.voice.model import RATE, Samples
from jinn.voice.ports import Recogniser
from jinn.voice.recognising import WhisperRecogniser
from jinn.voice.shelf import ModelShelf, Shelved
from jinn.voice.testing import ScriptedRecogniser
from jinn.voice.whisper import Whisper

pytestmark = pytest.mark.anyio

CLEAN = [recording for recording in recordings() if recording.condition == "clean"]


def spoken() -> Samples:
    return next(recording for recording in CLEAN if recording.text.startswith("Turn off the bedroom")).samples()


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


@pytest.fixture
async def ready() -> AsyncIterator[Shelved[Whisper]]:
    shelf = ModelShelf()
    place = shelf.add("recognition", whisper)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: shelf.run(task_status=task_status))
        await place.get()
        yield place
        tasks.cancel_scope.cancel()


@pytest.fixture(params=["real", "fake"])
def recogniser(request: pytest.FixtureRequest, ready: Shelved[Whisper]) -> Recogniser:
    return WhisperRecogniser(ready) if request.param == "real" else ScriptedRecogniser(["Turn off the bedroom light."])


async def test_words_come_with_language_and_confidence(recogniser: Recogniser) -> None:
    found = await recogniser.recognise(spoken(), Lang.EN)

    assert (found.text, found.lang) == ("Turn off the bedroom light.", Lang.EN)
    assert 0.5 < found.confidence <= 1


async def test_without_a_language_one_is_found(recogniser: Recogniser) -> None:
    assert (await recogniser.recognise(spoken(), None)).lang is Lang.EN


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 12.0])
async def test_nobody_speaking_gives_no_words(recogniser: Recogniser, seconds: float) -> None:
    found = await recogniser.recognise(silence(seconds), Lang.ZH)

    assert (found.text, found.lang, found.confidence) == ("", Lang.ZH, 0.0)


async def test_an_hour_is_refused(recogniser: Recogniser) -> None:
    with pytest.raises(Invalid) as refusal:
        await recogniser.recognise(silence(61), Lang.EN)

    assert refusal.value.stable_code() == "audio-too-long"


async def test_many_at_once_are_all_answered_one_after_the_other(recogniser: Recogniser) -> None:
    texts = []

    async def ask() -> None:
        texts.append((await recogniser.recognise(spoken(), Lang.EN)).text)

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(ask)

    assert len(texts) == 4


async def test_what_nobody_waits_for_is_dropped(ready: Shelved[Whisper]) -> None:
    recogniser = WhisperRecogniser(ready)

    with anyio.move_on_after(0.01) as scope:
        await recogniser.recognise(spoken(), Lang.EN)

    assert scope.cancelled_caught
    assert (await recogniser.recognise(spoken(), Lang.EN)).text


async def test_a_crowd_is_told_that_the_recogniser_is_busy(ready: Shelved[Whisper]) -> None:
    recogniser = WhisperRecogniser(ready)
    codes: list[str] = []
    refused = anyio.Event()

    async def ask() -> None:
        try:
            await recogniser.recognise(spoken(), Lang.EN)
        except Unavailable as problem:
            codes.append(problem.stable_code())
            refused.set()

    async with anyio.create_task_group() as tasks:
        for _ in range(9):
            tasks.start_soon(ask)
        await refused.wait()
        tasks.cancel_scope.cancel()

    assert codes == ["recogniser-busy"]


async def test_noise_gives_no_words(ready: Shelved[Whisper]) -> None:
    recogniser, rng = WhisperRecogniser(ready), np.random.default_rng(3)

    found = [
        await recogniser.recognise(rng.normal(0, level, 2 * RATE).astype(np.float32), lang)
        for level in (0.003, 0.1)
        for lang in Lang
    ]

    assert [one.text for one in found] == [""] * 4


async def test_long_speech_is_recognised_in_pieces(ready: Shelved[Whisper]) -> None:
    sentence, pause = spoken(), silence(14)
    speech = np.concatenate([sentence, pause, sentence, pause, sentence])

    found = await WhisperRecogniser(ready).recognise(speech, Lang.EN)

    assert speech.size > 30 * RATE
    assert found.text.lower().count("bedroom light") >= 2


def sounds(recording: Recording, text: str) -> list[str]:
    """Words of English; toneless syllables of Mandarin, as which homophones count as right."""
    plain = re.sub(r"[^\w%]+", " ", text).lower().strip()
    return plain.split() if recording.lang is Lang.EN else lazy_pinyin(plain.replace(" ", ""))


async def test_the_clean_recordings_are_recognised_and_so_is_their_language(ready: Shelved[Whisper]) -> None:
    recogniser = WhisperRecogniser(ready)

    found = [(recording, await recogniser.recognise(recording.samples(), None)) for recording in CLEAN]

    assert [one.path.name for one, words in found if words.lang is not one.lang] == []
    exact = {
        lang: [sounds(one, one.text) == sounds(one, words.text) for one, words in found if one.lang is lang]
        for lang in Lang
    }
    # Numbers are written as digits ("50%"), and are not counted as right here; understanding reads both.
    assert sum(exact[Lang.EN]) / len(exact[Lang.EN]) >= 0.7
    assert sum(exact[Lang.ZH]) / len(exact[Lang.ZH]) >= 0.65
