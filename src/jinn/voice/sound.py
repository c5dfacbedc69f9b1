"""Recorded sound of any common kind, made into what the ears take: mono, 16 kHz."""

import io
import stat
from pathlib import Path

import numpy as np
import soundfile
import soxr

from jinn.kernel import Invalid
from jinn.voice.model import RATE, WINDOW_SAMPLES, Samples

SECONDS_MAX = 60
"""A command lasts seconds; whoever sends half an hour has sent the wrong file."""

BYTES_MAX = 64 << 20
"""60 s of 8 channels at 48 kHz with 24 bits, and room to spare."""

_CHANNELS_MAX = 8
_RATE_MIN, _RATE_MAX = 4_000, 192_000
_BLOCK_FRAMES = 1 << 16
_SILENT = 0.0005
"""66 dB below full scale, in the loudest window."""


def read_sound(source: Path | bytes) -> Samples:
    """A WAV, FLAC, Ogg or any other file that libsndfile reads, of any width; channels are mixed down.

    Raises:
        Invalid: code `audio-unreadable`, `audio-empty`, `audio-silent` or `audio-too-long`.
    """
    data = source if isinstance(source, bytes) else _load(source)
    if not data:
        raise Invalid("There is no sound in this file: it is empty.", code="audio-empty")
    if len(data) > BYTES_MAX:
        raise _too_long()
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            mono, rate = _read_mono(file), int(file.samplerate)
    except soundfile.SoundFileError as error:
        raise Invalid("This is no sound file that can be read (WAV, FLAC, Ogg).", code="audio-unreadable") from error
    if mono.size == 0:
        raise Invalid("There is no sound in this file: it is empty.", code="audio-empty")
    if not np.isfinite(mono).all():
        raise Invalid("This sound file holds values that are no numbers.", code="audio-unreadable")
    samples = mono if rate == RATE else np.asarray(soxr.resample(mono, rate, RATE), dtype=np.float32)
    if _is_silent(samples):
        raise Invalid("There is only silence in this file.", code="audio-silent")
    return samples


def _load(path: Path) -> bytes:
    try:
        # A device or a pipe might never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Invalid(f"{path.name} is not a file.", code="audio-unreadable")
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror}.", code="audio-unreadable") from error


def _read_mono(file: soundfile.SoundFile) -> Samples:
    if not (_RATE_MIN <= file.samplerate <= _RATE_MAX and file.channels <= _CHANNELS_MAX):
        raise Invalid(
            f"Sound with {file.channels} channels at {file.samplerate} Hz is not taken.", code="audio-unreadable"
        )
    frames_max = SECONDS_MAX * file.samplerate
    blocks: list[Samples] = []
    count = 0
    # Block by block: the header may promise fewer frames than there are.
    while (block := file.read(_BLOCK_FRAMES, dtype="float32", always_2d=True)).size:
        count += len(block)
        if count > frames_max:
            raise _too_long()
        blocks.append(block.mean(axis=1, dtype=np.float32))
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.float32)


def _is_silent(samples: Samples) -> bool:
    whole = samples[: samples.size // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(-1, WINDOW_SAMPLES)
    loudest = np.sqrt(np.mean(np.square(whole), axis=1)).max() if whole.size else np.abs(samples).max()
    return bool(loudest < _SILENT)


def _too_long() -> Invalid:
    return Invalid(f"A recording may last {SECONDS_MAX} seconds at most.", code="audio-too-long")
