"""What hearing and speaking need from others, each in a few methods."""

from collections.abc import AsyncIterator
from typing import Protocol

from jinn.kernel import Lang, SatelliteId
from jinn.voice.model import Down, Manners, Recognised, Samples, Up


class Recogniser(Protocol):
    """Speech to words, one utterance at a time."""

    async def recognise(self, samples: Samples, lang: Lang | None) -> Recognised:
        """The words of one utterance; an empty text when nobody spoke. `lang` None: English or Mandarin, detected.

        Cancelling it is cheap: work that has not begun never begins.

        Raises:
            Invalid: code `audio-too-long`: more than the recogniser takes at once.
            Unavailable: code `model-loading`, `model-failed`, `model-absent`, or `recogniser-busy`: its queue is full.
        """
        ...


class VoiceActivity(Protocol):
    """Is somebody speaking? Keeps the state of one stream."""

    def probability(self, window: bytes) -> float:
        """0 to 1 for the next `WINDOW_BYTES` of the stream. Takes about 2 ms of one core."""
        ...

    def reset(self) -> None: ...


class WakeWords(Protocol):
    """Listens to one stream for the word that addresses us."""

    async def hear(self, window: bytes) -> str | None:
        """The wake word when it has just been said, else None. Takes the next `WINDOW_BYTES` of the stream."""
        ...

    def reset(self) -> None:
        """Forget what was heard: it was not addressed to us."""
        ...


class Speaker(Protocol):
    """Words to speech."""

    rate: int
    """Samples a second of what `speak` yields."""

    def speak(self, text: str, lang: Lang) -> AsyncIterator[bytes]:
        """PCM16 little-endian mono, in pieces, each as soon as it is made.

        Raises:
            Unavailable: code `model-loading`, `model-failed` or `model-absent`.
        """
        ...


class Satellite(Protocol):
    """Anything that hears for us."""

    id: SatelliteId
    manners: Manners

    def ups(self) -> AsyncIterator[Up]:
        """What it hears and what its buttons do, in order, until it goes."""
        ...

    async def show(self, down: Down) -> None:
        """Tell it something; may wait for a slow satellite, never for long.

        Raises:
            Unavailable: code `satellite-gone`.
        """
        ...
