"""What travels between a satellite and the hub's ears: sound and events up, states, words and speech down."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from jinn.kernel import JinnError, Lang, Names
from jinn.language import Turn

RATE = 16_000
"""Samples a second of everything that is heard."""

WINDOW_SAMPLES = 512
WINDOW_BYTES = WINDOW_SAMPLES * 2
WINDOW_MS = 1000 * WINDOW_SAMPLES // RATE
"""Voice activity is judged in windows of 32 ms, the only size that the Silero network takes."""

Samples = npt.NDArray[np.float32]
"""Mono sound at `RATE`, -1 to 1, shape (n,)."""


def to_samples(pcm: bytes) -> Samples:
    """Little-endian int16 to samples."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768)


def to_pcm(samples: Samples) -> bytes:
    """Samples to little-endian int16; louder than full scale is clipped."""
    return np.clip(samples * 32768, -32768, 32767).astype("<i2").tobytes()


def loudness(samples: Samples) -> float:
    """Root mean square, 0 to 1."""
    return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What the recogniser made of one utterance.

    Attributes:
        text: simplified characters in Chinese; empty when nothing was said.
        confidence: the mean probability of its tokens, 0 to 1; 0 for an empty text.
        ms: how long the recogniser worked, without waiting in its queue.
    """

    text: str
    lang: Lang
    confidence: float
    ms: float = 0.0


class State(StrEnum):
    """What a satellite is told of where we are."""

    WAITING = "waiting"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class Sound:
    """Heard by the satellite: PCM16 little-endian mono at `RATE`, any whole number of samples."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Pressed:
    """What follows is addressed to us: the button was pressed."""


@dataclass(frozen=True, slots=True)
class Released:
    """The button was let go, or the sound ended: decode now."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """Be quiet, forget this turn."""


@dataclass(frozen=True, slots=True)
class Played:
    """The reply has been heard to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """Something that the home says without having been asked.

    Attributes:
        lang: for satellites that do not say which one they speak.
    """

    text: Names
    lang: Lang


Up = Sound | Pressed | Released | Aborted | Played


@dataclass(frozen=True, slots=True, kw_only=True)
class StateShown:
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Loudness of what is heard, 0 (60 dB below full scale) to 1, about 10 a second while listening."""

    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words as heard; said again until final."""

    text: str
    final: bool
    lang: Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDone:
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechBegins:
    """`Speech` follows at this rate until `SpeechEnds`."""

    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """PCM16 little-endian mono."""

    pcm: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnds:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something was refused or failed; the satellite may go on."""

    problem: JinnError


Down = StateShown | Level | Woken | Words | TurnDone | SpeechBegins | Speech | SpeechEnds | Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How one satellite wants to be heard.

    Attributes:
        lang: None: either of the two, detected for each utterance.
        wake: listen for the wake word; else only after `Pressed`.
        has_speaker: replies are spoken to it.
        patient: wait out long pauses and never commit early: a recording ends by itself.
        visits: comes with one utterance and goes, so that several of one id may be there at once.
    """

    lang: Lang | None = None
    wake: bool = False
    has_speaker: bool = True
    patient: bool = False
    visits: bool = False
