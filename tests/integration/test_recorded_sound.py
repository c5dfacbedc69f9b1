"""Recordings of every common kind are heard; what is none is refused in one sentence."""

import io
import os
import threading
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Invalid, Lang, Refused, SatelliteId, SystemClock
from jinn.voice.files import hear_file
from jinn.voice.hearing import Hearing
from jinn.voice.model import RATE, Samples, loudness, to_samples
from jinn.voice.parts import Parts
from jinn.voice.sound import read_sound
from jinn.voice.testing import (
    BeepingSpeaker,
    DrawnVoiceActivity,
    EchoConversation,
    LoudWakeWord,
    ScriptedRecogniser,
    draw,
)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def tone(seconds: float, rate: int, *, amplitude: float = 0.3) -> Samples:
    return (amplitude * np.sin(2 * np.pi * 300 * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def as_file(samples: Samples, rate: int, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, subtype=subtype, format=kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("rate", "subtype", "kind", "channels"),
    [
        (16_000, "PCM_16", "WAV", 1),
        (48_000, "PCM_16", "WAV", 2),
        (44_100, "PCM_24", "FLAC", 2),
        (8_000, "PCM_U8", "WAV", 1),
        (22_050, "FLOAT", "WAV", 1),
        (48_000, "VORBIS", "OGG", 1),
        (16_000, "ULAW", "WAV", 1),
    ],
)
def test_every_rate_width_and_channel_count_becomes_the_same_sound(
    rate: int, subtype: str, kind: str, channels: int
) -> None:
    sound = np.repeat(tone(1.0, rate)[:, None], channels, axis=1)

    samples = read_sound(as_file(sound, rate, subtype, kind))

    assert abs(samples.size - RATE) <= RATE // 50
    assert loudness(samples) == pytest.approx(0.3 / np.sqrt(2), rel=0.1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "audio-empty"),
        (b"this is no sound at all", "audio-unreadable"),
        (as_file(tone(1, RATE), RATE)[:30], "audio-unreadable"),
        (as_file(np.zeros(0, dtype=np.float32), RATE), "audio-empty"),
        (as_file(np.zeros(RATE, dtype=np.float32), RATE), "audio-silent"),
        (as_file(tone(1, RATE, amplitude=0.0002), RATE, "PCM_24"), "audio-silent"),
        (as_file(tone(61, 8000), 8000), "audio-too-long"),
        (as_file(np.zeros(30 * 60 * 8000, dtype=np.float32), 8000, "PCM_U8"), "audio-too-long"),
        (as_file(tone(0.1, 1000), 1000), "audio-unreadable"),
        (as_file(np.full(RATE, np.nan, dtype=np.float32), RATE, "FLOAT"), "audio-unreadable"),
        (as_file(np.repeat(tone(0.1, RATE)[:, None], 9, axis=1), RATE), "audio-unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_heard_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sound(data)

    assert refusal.value.stable_code() == code
    assert refusal.value.sentence.endswith(".")


def test_a_file_that_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.wav", tmp_path, Path("/dev/zero")):
        with pytest.raises(Invalid) as refusal:
            read_sound(path)
        assert refusal.value.stable_code() == "audio-unreadable"


def test_a_pipe_that_never_ends_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "endless.wav"
    os.mkfifo(pipe)
    refused = threading.Event()

    def read() -> None:
        with pytest.raises(Invalid):
            read_sound(pipe)
        refused.set()

    threading.Thread(target=read, daemon=True).start()

    assert refused.wait(30)


@examples(150)
@given(
    head=st.sampled_from([b"", b"RIFF", b"fLaC", b"OggS", as_file(tone(0.05, RATE), RATE)[:44]]),
    rest=st.binary(max_size=300),
)
def test_no_bytes_do_more_than_be_refused(head: bytes, rest: bytes) -> None:
    with suppress(Invalid):
        samples = read_sound(head + rest)
        assert samples.dtype == np.float32
        assert np.isfinite(samples).all()


def make_hearing(recogniser: ScriptedRecogniser) -> Hearing:
    async def wake_words() -> LoudWakeWord:
        return LoudWakeWord()

    return Hearing(
        Parts(
            recogniser=recogniser,
            conversation=EchoConversation(),
            speaker=BeepingSpeaker(),
            clock=SystemClock(),
            voice_activity=DrawnVoiceActivity,
            wake_words=wake_words,
        )
    )


def recording(sound: str) -> bytes:
    return as_file(to_samples(draw(sound)), RATE)


@pytest.mark.anyio
@pytest.mark.parametrize("wake", [False, True])
async def test_a_recording_is_heard_as_one_command(wake: bool) -> None:
    recogniser = ScriptedRecogniser(["turn on the light"])
    # The pause inside is longer than the silence that ends a person's command.
    sound = recording("....." + "#" * 20 + "." * 22 + "#" * 20)

    turn = await hear_file(make_hearing(recogniser), sound, lang=Lang.EN, satellite=SatelliteId("file"), wake=wake)

    assert turn.heard is not None
    assert turn.heard.text == "turn on the light"
    assert recogniser.heard_ms[-1] > 1_800


@pytest.mark.anyio
async def test_in_real_time_the_end_is_noticed_as_a_persons_would_be() -> None:
    recogniser = ScriptedRecogniser(["turn on the light"])

    turn = await hear_file(
        make_hearing(recogniser),
        recording("#" * 20),
        lang=Lang.EN,
        satellite=SatelliteId("file"),
        real_time=True,
    )

    assert turn.heard is not None
    spans = {name: ms for name, _, ms in turn.heard.spans}
    assert 500 < spans["endpoint"] < 900


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sound", "wake", "code"),
    [("++++++++++++++++++", False, "no-speech"), ("++++++++++++++++++", True, "no-wake-word")],
)
async def test_a_recording_without_a_command_says_so(sound: str, wake: bool, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        await hear_file(
            make_hearing(ScriptedRecogniser(["?"])),
            recording(sound),
            lang=Lang.EN,
            satellite=SatelliteId("file"),
            wake=wake,
        )

    assert refusal.value.stable_code() == code
