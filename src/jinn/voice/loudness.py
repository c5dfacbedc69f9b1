"""How is a raw clause made ready to be played? Silence cut, one loudness, soft edges, 16-bit samples."""

import numpy as np
from numpy.typing import NDArray

TARGET_DBFS = -20.0
"""RMS of the voiced parts against full scale; with Kokoro's crest factor the peaks stay near -4 dBFS."""

PEAK_MAX = 0.89
"""-1 dBFS: room for the resampling that a satellite may do."""

_GAIN_RANGE = (0.1, 6.0)
_GATE_DB = -35.0
"""A frame this far below the loudest one is a pause or noise, and not counted as voice."""

_FRAME_S = 0.010
_LEAD_S, _TAIL_S = 0.020, 0.050
_FADE_IN_S, _FADE_OUT_S = 0.005, 0.020

Samples = NDArray[np.float32]


def ready_to_play(sound: Samples, rate: int) -> bytes:
    """Little-endian int16. Empty when the sound is silence."""
    voice = _trimmed(np.nan_to_num(sound), rate)
    if voice.size == 0:
        return b""
    levelled = _levelled(voice - np.float32(voice.mean()), rate)
    samples: NDArray[np.int16] = np.rint(_faded(levelled, rate) * 32767.0).astype("<i2")
    return samples.tobytes()


def silence(seconds: float, rate: int) -> bytes:
    return bytes(2 * int(seconds * rate))


def _frame_rms(sound: Samples, rate: int) -> Samples:
    width = int(_FRAME_S * rate)
    frames = sound[: sound.size // width * width].reshape(-1, width)
    return np.asarray(np.sqrt(np.mean(np.square(frames), axis=1)), dtype=np.float32)


def _voiced(sound: Samples, rate: int) -> NDArray[np.bool_]:
    rms = _frame_rms(sound, rate)
    if rms.size == 0 or rms.max() < 1e-4:
        return np.zeros(rms.size, dtype=np.bool_)
    return np.asarray(rms > rms.max() * 10 ** (_GATE_DB / 20), dtype=np.bool_)


def _trimmed(sound: Samples, rate: int) -> Samples:
    frames = np.flatnonzero(_voiced(sound, rate))
    if frames.size == 0:
        return sound[:0]
    width = int(_FRAME_S * rate)
    start = max(0, int(frames[0]) * width - int(_LEAD_S * rate))
    end = min(sound.size, (int(frames[-1]) + 1) * width + int(_TAIL_S * rate))
    return sound[start:end]


def _levelled(sound: Samples, rate: int) -> Samples:
    voiced = _voiced(sound, rate)
    rms = float(np.sqrt(np.mean(np.square(_frame_rms(sound, rate)[voiced])))) if voiced.any() else 0.0
    peak = float(np.abs(sound).max())
    if rms == 0.0 or peak == 0.0:
        return sound
    gain = float(np.clip(10 ** (TARGET_DBFS / 20) / rms, *_GAIN_RANGE))
    return sound * np.float32(min(gain, PEAK_MAX / peak))


def _faded(sound: Samples, rate: int) -> Samples:
    shaped = sound.copy()
    rise, fall = (min(int(seconds * rate), sound.size // 2) for seconds in (_FADE_IN_S, _FADE_OUT_S))
    shaped[:rise] *= np.linspace(0.0, 1.0, rise, dtype=np.float32)
    shaped[sound.size - fall :] *= np.linspace(1.0, 0.0, fall, dtype=np.float32)
    return shaped
