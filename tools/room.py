"""What does a clean voice become in a kitchen or across a room? Noise and echo at known levels, always the same.

Every function is deterministic for the same arguments, so that the recordings can be made again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SOUND_M_S = 343.0

HOTH_DB = {
    100: 32.4, 125: 30.9, 160: 29.1, 200: 27.6, 250: 26.0, 315: 24.4, 400: 22.7, 500: 21.1, 630: 19.5, 800: 17.8,
    1000: 16.2, 1250: 14.6, 1600: 12.9, 2000: 11.3, 2500: 9.6, 3150: 7.8, 4000: 5.4, 5000: 2.6, 6300: -1.3, 8000: -6.6,
}  # fmt: skip
"""Noise of ordinary rooms, hertz → dB for each hertz of width (Hoth 1941, as tabled in ITU-T P.800)."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shoebox:
    """A room with six walls that reflect alike.

    Attributes:
        size_m: length, width, height.
        talker_m, microphone_m: places inside it, same axes.
        rt60_s: time in which the sound should fall by 60 dB; the walls are chosen for it (Eyring).
    """

    size_m: tuple[float, float, float] = (5.2, 4.1, 2.7)
    talker_m: tuple[float, float, float] = (1.3, 1.4, 1.6)
    microphone_m: tuple[float, float, float] = (3.1, 2.7, 0.9)
    rt60_s: float = 0.4

    @property
    def distance_m(self) -> float:
        return float(np.linalg.norm(np.subtract(self.talker_m, self.microphone_m)))

    @property
    def reflection(self) -> float:
        """Share of the pressure that a wall gives back, 0 to 1."""
        length, width, height = self.size_m
        surface = 2 * (length * width + length * height + width * height)
        absorbed = 1 - np.exp(-0.161 * length * width * height / (surface * self.rt60_s))
        return float(np.sqrt(1 - absorbed))


def impulse_response(room: Shoebox, rate: int) -> Samples:
    """Image-source method (Allen and Berkley 1979), one sample per image; the direct sound has strength 1."""
    reach_m = SOUND_M_S * room.rt60_s
    per_axis = [_images(*axis, reach_m) for axis in zip(room.size_m, room.talker_m, room.microphone_m, strict=True)]
    (x, x_bounces), (y, y_bounces), (z, z_bounces) = per_axis
    distance = np.sqrt(x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2)
    bounces = x_bounces[:, None, None] + y_bounces[None, :, None] + z_bounces[None, None, :]
    is_near = distance < reach_m
    strength = room.reflection ** bounces[is_near] / distance[is_near]
    place = np.rint((distance[is_near] - room.distance_m) / SOUND_M_S * rate).astype(int)
    response = np.bincount(place, weights=strength * room.distance_m).astype(np.float32)
    # Images all push the same way; without this the room would boom at frequencies it does not have.
    return _high_passed(response, rate, 60.0)


def _images(size: float, talker: float, microphone: float, reach: float) -> tuple[Samples, NDArray[np.int64]]:
    """The talker's mirror images on one axis: where, seen from the microphone, and how often reflected."""
    order = np.arange(-int(reach / size) - 1, int(reach / size) + 2)
    even, odd = 2 * order * size + talker, 2 * order * size - talker
    offset = np.concatenate([even, odd]) - microphone
    bounces = np.concatenate([np.abs(2 * order), np.abs(2 * order - 1)])
    return offset.astype(np.float32), bounces


def measured_rt60_s(response: Samples, rate: int) -> float:
    """From the slope between -5 and -25 dB of the energy that is still to come (Schroeder 1965)."""
    left = np.cumsum(np.square(response[::-1].astype(np.float64)))[::-1]
    level_db = 10 * np.log10(left / left[0] + 1e-12)
    start, end = np.argmax(level_db < -5), np.argmax(level_db < -25)
    return float(3 * (end - start) / rate)


def household_noise(count: int, rate: int, seed: int) -> Samples:
    """`count` samples with RMS 1: `HOTH_DB`, a motor's hum at 100 Hz and its multiples, slowly swelling."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    level_db = np.interp(np.log(np.maximum(hertz, 1)), np.log(list(HOTH_DB)), list(HOTH_DB.values()))
    shape = np.where(hertz < 80, 0.0, 10 ** (level_db / 20))
    steady = np.fft.irfft(spectrum * shape, count)
    time = np.arange(count) / rate
    hum = sum(np.sin(2 * np.pi * 100 * k * time + random.uniform(0, 6.28)) / k for k in range(1, 6))
    swell = 1 + 0.25 * np.sin(2 * np.pi * 0.4 * time + random.uniform(0, 6.28))
    noise = (steady / steady.std() + 0.25 * np.asarray(hum)) * swell
    return np.asarray(noise / np.sqrt(np.mean(np.square(noise))), dtype=np.float32)


def voiced_rms(voice: Samples, rate: int) -> float:
    """RMS of the 20 ms frames within 30 dB of the loudest: the level of the speech, without its pauses."""
    width = rate // 50
    power = np.mean(np.square(voice[: voice.size // width * width].reshape(-1, width)), axis=1)
    return float(np.sqrt(np.mean(power[power > power.max() * 1e-3])))


def with_noise(voice: Samples, rate: int, snr_db: float, seed: int) -> Samples:
    """Noise over the whole clip, `snr_db` below the voiced parts of the voice."""
    level = voiced_rms(voice, rate) * 10 ** (-snr_db / 20)
    return voice + level * household_noise(voice.size, rate, seed)


def in_room(voice: Samples, response: Samples) -> Samples:
    """The voice as the room's microphone hears it, as loud and as long as before: the echo fades in its padding."""
    size = voice.size + response.size - 1
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(response, size), size)[: voice.size]
    loudness = np.sqrt(np.mean(np.square(voice)) / np.mean(np.square(heard)))
    return np.asarray(heard * loudness, dtype=np.float32)


def _high_passed(sound: Samples, rate: int, cut_hz: float) -> Samples:
    spectrum = np.fft.rfft(sound, 2 * sound.size)
    hertz = np.fft.rfftfreq(2 * sound.size, 1 / rate)
    gain = hertz**2 / (hertz**2 + cut_hz**2)
    return np.asarray(np.fft.irfft(spectrum * gain, 2 * sound.size)[: sound.size], dtype=np.float32)
