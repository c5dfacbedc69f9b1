"""What is done to a clause before it is played."""

import numpy as np
import numpy.typing as npt
import pytest

from jinn.voice.loudness import PEAK_MAX, TARGET_DBFS, ready_to_play, silence

RATE = 24_000


def tone(seconds: float, amplitude: float) -> npt.NDArray[np.float32]:
    time_s = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    return (amplitude * np.sin(2 * np.pi * 220 * time_s)).astype(np.float32)


def quiet(seconds: float) -> npt.NDArray[np.float32]:
    return np.zeros(int(seconds * RATE), dtype=np.float32)


def played(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.frombuffer(ready_to_play(sound, RATE), dtype="<i2").astype(np.float32) / 32767


def test_silence_around_the_voice_is_cut() -> None:
    heard = played(np.concatenate([quiet(0.5), tone(1.0, 0.2), quiet(0.8)]))

    assert 1.0 <= heard.size / RATE <= 1.1


def test_a_pause_inside_is_kept() -> None:
    heard = played(np.concatenate([tone(0.5, 0.2), quiet(0.4), tone(0.5, 0.2)]))

    assert heard.size / RATE == pytest.approx(1.4, abs=0.05)


@pytest.mark.parametrize("amplitude", [0.05, 0.2, 0.9])
def test_every_voice_comes_out_equally_loud(amplitude: float) -> None:
    middle = played(tone(1.0, amplitude))[RATE // 4 : 3 * RATE // 4]

    assert 20 * np.log10(np.sqrt(np.mean(middle**2))) == pytest.approx(TARGET_DBFS, abs=0.3)


def test_a_sharp_peak_never_clips() -> None:
    sound = tone(1.0, 0.02)
    sound[RATE // 2] = 1.0

    assert np.abs(played(sound)).max() <= PEAK_MAX + 1e-3


def test_it_begins_and_ends_without_a_click() -> None:
    heard = played(tone(0.5, 0.5) + 0.1)

    assert abs(heard[0]) < 0.01
    assert abs(heard[-1]) < 0.01
    assert np.abs(np.diff(heard)).max() < 0.03


@pytest.mark.parametrize("sound", [quiet(1.0), quiet(0.0), np.full(RATE, np.nan, dtype=np.float32), quiet(0.001)])
def test_silence_gives_nothing(sound: npt.NDArray[np.float32]) -> None:
    assert ready_to_play(sound, RATE) == b""


def test_a_pause_has_its_length() -> None:
    assert len(silence(0.25, RATE)) == 2 * RATE // 4
