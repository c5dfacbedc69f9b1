"""Our mel spectrogram is the one that Whisper was trained on."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor

from jinn.voice.mel import log_mel
from jinn.voice.model import RATE


@pytest.mark.parametrize("seconds", [0.1, 1.7, 3.0, 9.99])
def test_it_equals_the_reference_on_sound_followed_by_silence(seconds: float) -> None:
    noise = np.random.default_rng(7).normal(0, 0.1, int(seconds * RATE)).astype(np.float32)
    padded = np.zeros(10 * RATE, dtype=np.float32)
    padded[: noise.size] = noise

    ours, reference = log_mel(noise, 10)[0], FeatureExtractor()(padded, padding=0)

    assert ours.shape == reference.shape
    # The reference mirrors the end of the window, where ours ends in silence: its last two frames may differ.
    assert np.abs(ours - reference)[:, :-2].max() < 1e-4


def test_silence_and_nothing_are_taken() -> None:
    assert np.isfinite(log_mel(np.zeros(0, dtype=np.float32), 10)).all()
    assert np.isfinite(log_mel(np.zeros(RATE, dtype=np.float32), 10)).all()
