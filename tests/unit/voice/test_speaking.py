"""Replies spoken clause by clause, by a voice that only counts letters."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import pytest

from jinn.kernel import Lang, Unavailable
from jinn.voice.shelf import ModelShelf, Shelved
from jinn.voice.speaking import BLOCK_BYTES, KokoroSpeaker
from jinn.voice.spoken_cache import SpokenCache

pytestmark = pytest.mark.anyio

TWO = "The kitchen light is on. The curtain is closed."


@dataclass
class CountedUtterance:
    voice: "CountingVoice"
    text: str
    stopped: threading.Event = field(default_factory=threading.Event)

    def make(self) -> bytes:
        self.voice.made.append(self.text)
        if self.voice.is_stuck:
            assert self.stopped.wait(5)
            self.voice.given_up.set()
            raise RuntimeError("stopped")
        return bytes([len(self.text), 0]) * (BLOCK_BYTES // 2) * 3

    def stop(self) -> None:
        self.stopped.set()


class CountingVoice:
    """Three blocks for every clause."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.is_stuck = False
        self.given_up = threading.Event()

    def utter(self, text: str, lang: Lang) -> CountedUtterance:
        return CountedUtterance(self, text)


@asynccontextmanager
async def shelved(voice: CountingVoice) -> AsyncIterator[Shelved[CountingVoice]]:
    shelf = ModelShelf()
    place = shelf.add("speech", lambda: voice)
    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        await place.get()
        yield place
        tasks.cancel_scope.cancel()


def speaker_with(place: Shelved[CountingVoice], cache: SpokenCache | None = None) -> KokoroSpeaker[CountingVoice]:
    return KokoroSpeaker(place, cache or SpokenCache(None), identity="counting", quiet_s=0.0)


async def test_the_first_clause_is_heard_before_the_second_is_made() -> None:
    voice = CountingVoice()
    async with shelved(voice) as place:
        speech = speaker_with(place).speak(TWO, Lang.EN)

        first = await anext(speech)

        assert len(first) == BLOCK_BYTES
        assert voice.made == ["The kitchen light is on."]


async def test_a_reply_is_whole_and_in_order() -> None:
    voice = CountingVoice()
    async with shelved(voice) as place:
        sound = b"".join([block async for block in speaker_with(place).speak(TWO, Lang.EN)])

    assert voice.made == ["The kitchen light is on.", "The curtain is closed."]
    assert [sound[0], sound[-2]] == [len(text) for text in voice.made]


async def test_what_was_said_before_is_not_made_again() -> None:
    voice = CountingVoice()
    async with shelved(voice) as place:
        speaker = speaker_with(place)
        once, again = [[block async for block in speaker.speak(TWO, Lang.EN)] for _ in range(2)]

    assert once == again
    assert len(voice.made) == 2


async def test_the_same_words_in_the_other_language_are_made_anew() -> None:
    voice = CountingVoice()
    async with shelved(voice) as place:
        speaker = speaker_with(place)
        for lang in Lang:
            assert [block async for block in speaker.speak("TV", lang)]

    assert voice.made == ["TV", "TV"]


async def test_a_cancelled_reply_stops_the_model() -> None:
    voice = CountingVoice()
    voice.is_stuck = True
    async with shelved(voice) as place:
        with anyio.move_on_after(0.05):
            await anext(speaker_with(place).speak(TWO, Lang.EN))
        stopped = await anyio.to_thread.run_sync(voice.given_up.wait, 5)

    assert stopped


async def test_nothing_is_said_of_an_empty_reply() -> None:
    async with shelved(CountingVoice()) as place:
        assert [block async for block in speaker_with(place).speak(" … ", Lang.EN)] == []


async def test_an_absent_voice_is_told() -> None:
    def absent() -> CountingVoice:
        raise Unavailable("The voice is not installed.", code="model-absent")

    shelf = ModelShelf()
    place = shelf.add("speech", absent)
    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        with pytest.raises(Unavailable) as told:
            await anext(speaker_with(place).speak(TWO, Lang.EN))
        tasks.cancel_scope.cancel()

    assert told.value.stable_code() == "model-absent"


async def test_a_seventeenth_reply_at_once_is_refused() -> None:
    voice = CountingVoice()
    voice.is_stuck = True
    async with shelved(voice) as place, anyio.create_task_group() as tasks:
        speaker = speaker_with(place)

        async def ask(count: int) -> None:
            await anext(speaker.speak(f"Sentence number {count}.", Lang.EN))

        for count in range(16):
            tasks.start_soon(ask, count)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Unavailable) as told:
            await anext(speaker.speak("One too many.", Lang.EN))
        tasks.cancel_scope.cancel()

    assert told.value.stable_code() == "speech-busy"


async def test_a_prepared_sentence_is_made_before_anybody_asks() -> None:
    voice = CountingVoice()
    async with shelved(voice) as place, anyio.create_task_group() as tasks:
        speaker = speaker_with(place)
        await tasks.start(speaker.run)

        # One is begun when the one before it is kept.
        speaker.prepare([(TWO, Lang.EN), ("And more.", Lang.EN)])
        with anyio.fail_after(30):
            while len(voice.made) < 3:  # noqa: ASYNC110 - the voice works in a thread and has no event
                await anyio.sleep(0.001)
        before = list(voice.made)
        assert [block async for block in speaker.speak(TWO, Lang.EN)]
        tasks.cancel_scope.cancel()

    assert voice.made == before
