"""The real voice, heard by the real recogniser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import numpy as np
import numpy.typing as npt
import pytest
import soxr
from pypinyin import lazy_pinyin

from jinn.kernel import Lang, Unavailable
from jinn.voice import spoken_en, spoken_zh
from jinn.voice.kokoro import RATE
from jinn.voice.models import ModelOptions, find_model
from jinn.voice.shelf import ModelShelf
from jinn.voice.speaking import BLOCK_BYTES, KokoroSpeaker
from jinn.voice.spoken_cache import SpokenCache
from jinn.voice.synthesis import KokoroVoice, SpeechOptions, identity, load_voice
from jinn.voice.whisper import WHISPER_BASE, Whisper

SAMPLE_RATE_HEARD = 16_000


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def voice(cache: Path) -> KokoroVoice:
    return load_voice(SpeechOptions(models=ModelOptions(cache=cache), cache=cache))


@pytest.fixture(scope="module")
def whisper(cache: Path) -> Whisper:
    return Whisper(find_model(WHISPER_BASE, ModelOptions(cache=cache)))


@asynccontextmanager
async def speaking(voice: KokoroVoice, cache: SpokenCache) -> AsyncIterator[KokoroSpeaker[KokoroVoice]]:
    shelf = ModelShelf()
    place = shelf.add("speech", lambda: voice)
    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        speaker = KokoroSpeaker(place, cache, identity=voice.identity, quiet_s=0.0)
        await tasks.start(speaker.run)
        yield speaker
        tasks.cancel_scope.cancel()


def samples(pcm: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768


def heard(whisper: Whisper, pcm: bytes, lang: Lang) -> str:
    return whisper.recognise(soxr.resample(samples(pcm), RATE, SAMPLE_RATE_HEARD), lang).text


@pytest.mark.parametrize(
    "text",
    [
        "The living room light is on.",
        "The bedroom air conditioner is set to 24 degrees.",
        "The robot vacuum is cleaning the kitchen.",
        "The television is on channel 5.",
    ],
)
def test_english_is_heard_word_for_word(voice: KokoroVoice, whisper: Whisper, text: str) -> None:
    words = [re.findall(r"[a-z']+", spoken_en.spoken(each).lower())
             for each in (text, heard(whisper, voice.say(text, Lang.EN), Lang.EN))]  # fmt: skip

    assert words[0] == words[1]


@pytest.mark.parametrize("text", ["卧室空调调到了24度。", "窗帘开到了30%。", "客厅的灯关了。", "空调不在线。"])
def test_mandarin_is_heard_syllable_for_syllable(voice: KokoroVoice, whisper: Whisper, text: str) -> None:
    syllables = [lazy_pinyin(re.sub(r"\W", "", spoken_zh.spoken(each)))
                 for each in (text, heard(whisper, voice.say(text, Lang.ZH), Lang.ZH))]  # fmt: skip

    assert syllables[0] == syllables[1]


@pytest.mark.parametrize(("text", "lang"), [("The curtain is closed.", Lang.EN), ("窗帘关上了。", Lang.ZH)])
def test_a_clause_has_no_click_no_clipping_and_no_silent_ends(voice: KokoroVoice, text: str, lang: Lang) -> None:
    sound = samples(voice.say(text, lang))
    voiced = np.flatnonzero(np.abs(sound) > 0.02)

    assert 0.2 < np.abs(sound).max() <= 0.9
    assert max(abs(sound[0]), abs(sound[-1])) < 0.01
    assert voiced[0] / RATE < 0.1
    assert (sound.size - voiced[-1]) / RATE < 0.15


def test_an_unknown_name_and_a_foreign_letter_are_survived(voice: KokoroVoice) -> None:
    assert voice.say("Xyqqzz Ünïcødé 日本 😀 lamp", Lang.EN)
    assert voice.say("打开 Xyqqzz 的 ❄️ 灯 ㄅㄆ", Lang.ZH)
    assert voice.say("😀😀", Lang.ZH) == b""


def test_a_clause_that_nobody_wants_any_more_is_not_finished(voice: KokoroVoice) -> None:
    utterance = voice.utter("Nobody will ever hear these words.", Lang.EN)
    utterance.stop()

    with pytest.raises(Exception, match="terminate flag"):
        utterance.make()


@pytest.mark.anyio
async def test_a_reply_comes_in_blocks_as_long_as_its_clauses(voice: KokoroVoice) -> None:
    async with speaking(voice, SpokenCache(None)) as speaker:
        blocks = [block async for block in speaker.speak("The lamp is off. The curtain is closed.", Lang.EN)]

    assert max(map(len, blocks)) == BLOCK_BYTES
    assert 2.0 < sum(map(len, blocks)) / 2 / RATE < 5.0


@pytest.mark.anyio
async def test_prepared_sentences_are_spoken_after_a_start_while_the_model_is_away(
    voice: KokoroVoice, tmp_path: Path
) -> None:
    async with speaking(voice, SpokenCache(tmp_path)) as speaker:
        speaker.prepare([("好的。", Lang.ZH)])
        with anyio.fail_after(30):
            while not list(tmp_path.glob("*.pcm")):  # noqa: ASYNC110, ASYNC240 - another thread writes it
                await anyio.sleep(0.01)

    def absent() -> KokoroVoice:
        raise Unavailable("No voice.", code="model-absent")

    place = ModelShelf().add("speech", absent)
    restarted = KokoroSpeaker(place, SpokenCache(tmp_path), identity=voice.identity)
    assert [block async for block in restarted.speak("好的。", Lang.ZH)]


def test_the_disk_half_of_the_cache_keeps_its_bound(tmp_path: Path) -> None:
    cache = SpokenCache(tmp_path, disk_bytes_max=1000)
    for name in "abcdef":
        cache.keep(name, bytes(300), on_disk=True)

    assert sum(file.stat().st_size for file in tmp_path.glob("*.pcm")) <= 1000
    assert SpokenCache(tmp_path).find("f") == bytes(300)
    assert SpokenCache(tmp_path).find("a") is None


def test_a_torn_or_unreadable_entry_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "torn.pcm").write_bytes(b"\0\0\0")
    (tmp_path / "folder.pcm").mkdir()

    assert SpokenCache(tmp_path).find("torn") is None
    assert SpokenCache(tmp_path).find("folder") is None


def test_a_disk_that_cannot_be_written_costs_no_reply(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = SpokenCache(tmp_path / "file" / "below")

    cache.keep("key", b"\0\0", on_disk=True)

    assert cache.find("key") == b"\0\0"


def test_a_missing_voice_is_named_with_what_mends_it(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make setup") as told:
        load_voice(SpeechOptions(models=ModelOptions(cache=cache), cache=cache, voices=tmp_path))

    assert told.value.stable_code() == "model-absent"


def test_a_broken_voice_file_is_refused(cache: Path, tmp_path: Path) -> None:
    for name in ("af_heart", "zf_xiaoxiao"):
        (tmp_path / f"{name}.bin").write_bytes(b"not a voice")

    with pytest.raises(Unavailable) as told:
        load_voice(SpeechOptions(models=ModelOptions(cache=cache), cache=cache, voices=tmp_path))

    assert told.value.stable_code() == "bad-voice"


def test_another_voice_has_another_identity(cache: Path) -> None:
    models = ModelOptions(cache=cache)
    calm = SpeechOptions(models=models, cache=cache)
    other = SpeechOptions(models=models, cache=cache, voice={Lang.EN: "am_michael", Lang.ZH: "zm_yunxi"})

    assert identity(calm) != identity(other)
