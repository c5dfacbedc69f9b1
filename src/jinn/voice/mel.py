"""The log-mel spectrogram that Whisper listens to, in plain NumPy.

The values are those of the reference (25 ms Hann windows each 10 ms, 80 Slaney bands); a test compares them with
faster-whisper's. Our own, because only the frames that hold sound are transformed: the zeros that fill the encoder's
window up are known beforehand, which is four fifths of the work of a short command.
"""

import numpy as np
import numpy.typing as npt

from jinn.voice.model import RATE, Samples

_FFT = 400
_HOP = 160
_BANDS = 80
FRAMES_PER_S = RATE // _HOP

_POWER_FLOOR = 1e-10
_RANGE_LOG10 = 8.0
"""Nothing is quieter than 80 dB below the loudest moment."""

_LINEAR_HZ_PER_MEL = 200 / 3
_LOG_FROM_HZ = 1000.0
_LOG_STEP = np.log(6.4) / 27
"""Slaney's scale: linear up to 1 kHz, then 27 mels for each factor of 6.4."""


def log_mel(samples: Samples, window_s: int) -> npt.NDArray[np.float32]:
    """Shape (1, 80, 100·window_s), for sound that is followed by silence up to `window_s`."""
    frame_count = window_s * FRAMES_PER_S
    # One more window than the sound fills, so that its last samples are seen by every frame that reaches them.
    heard = min(frame_count, samples.size // _HOP + 3)
    padded = np.zeros(_FFT // 2 + heard * _HOP + _FFT, dtype=np.float32)
    kept = min(samples.size, padded.size - _FFT // 2)
    padded[_FFT // 2 : _FFT // 2 + kept] = samples[:kept]
    # The reference mirrors the first half window instead of starting from silence.
    mirror = samples[1 : _FFT // 2 + 1][::-1]
    padded[_FFT // 2 - mirror.size : _FFT // 2] = mirror
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[: heard * _HOP : _HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _HANN, axis=1))).astype(np.float32)
    log_power = np.full((_BANDS, frame_count), np.log10(_POWER_FLOOR), dtype=np.float32)
    log_power[:, :heard] = np.log10(np.maximum(_FILTERS @ power.T, _POWER_FLOOR))
    log_power = np.maximum(log_power, log_power.max() - _RANGE_LOG10)
    return np.ascontiguousarray((log_power[None] + 4) / 4, dtype=np.float32)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    corner = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL
    return np.where(mel < corner, mel * _LINEAR_HZ_PER_MEL, _LOG_FROM_HZ * np.exp(_LOG_STEP * (mel - corner)))


def _filters() -> npt.NDArray[np.float32]:
    """Triangles of equal area, shape (80, 201)."""
    top_mel = _LOG_FROM_HZ / _LINEAR_HZ_PER_MEL + np.log(RATE / 2 / _LOG_FROM_HZ) / _LOG_STEP
    corners = _mel_to_hz(np.linspace(0, top_mel, _BANDS + 2))
    bins = np.fft.rfftfreq(_FFT, 1 / RATE)
    low, peak, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    triangles = np.maximum(0, np.minimum((bins - low) / (peak - low), (high - bins) / (high - peak)))
    return (triangles * 2 / (high - low)).astype(np.float32)


_HANN = np.hanning(_FFT + 1)[:-1].astype(np.float32)
_FILTERS = _filters()
