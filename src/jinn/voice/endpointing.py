"""When somebody begins to speak, hesitates, and has finished: a state machine over voice probabilities."""

from dataclasses import dataclass
from enum import StrEnum

from jinn.voice.model import WINDOW_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointOptions:
    """All times are counted in windows of sound, so a late packet changes nothing."""

    voice_on: float = 0.5
    voice_off: float = 0.35
    """Speech begins above the first and lasts until below the second: a soft syllable does not end a word."""

    start_ms: int = 96
    """Voice that begins an utterance; a click is shorter."""

    pre_roll_ms: int = 704
    """Sound kept from before the beginning was noticed. With 320 ms, 16 % of the syllables of Mandarin in noise and
    echo were recognised wrongly, with this 12 %; silence of our own making in front makes it worse."""

    pause_ms: int = 224
    """Silence after which recognition starts on trial. 4 of 19 real recordings hold a longer pause inside."""

    early_ms: int = 384
    """Silence that ends an utterance whose words are a complete command already. Between two commands of one sentence
    our recordings hold up to 344 ms."""

    end_ms: int = 640
    """Silence that ends any utterance; longer waits cut off fewer slow speakers."""

    no_speech_ms: int = 8_000
    """Nobody spoke: stop listening."""

    utterance_ms: int = 20_000
    """The longest utterance; what follows is not heard."""


class Endpoint(StrEnum):
    """What the newest window changed."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    NOBODY = "nobody"


class Endpointer:
    """Follows one utterance. After `ENDED` or `NOBODY` it is used up.

    Attributes:
        silence_ms: how long nobody has been speaking by now.
        is_speaking: an utterance has started.
    """

    def __init__(self, options: EndpointOptions) -> None:
        self._options = options
        self._elapsed_ms = 0
        self._voiced_ms = 0
        self._spoken_ms = 0
        self._is_voiced = False
        self.silence_ms = 0
        self.is_speaking = False

    @property
    def is_paused(self) -> bool:
        return self.is_speaking and self.silence_ms >= self._options.pause_ms

    @property
    def may_end_early(self) -> bool:
        return self.is_speaking and self.silence_ms >= self._options.early_ms

    def step(self, probability: float) -> Endpoint | None:
        """Take the voice probability of the next window."""
        options = self._options
        self._is_voiced = probability >= (options.voice_off if self._is_voiced else options.voice_on)
        if not self.is_speaking:
            return self._step_before_speech()
        self._spoken_ms += WINDOW_MS
        if self._spoken_ms >= options.utterance_ms:
            return Endpoint.ENDED
        if self._is_voiced:
            was_paused = self.is_paused
            self.silence_ms = 0
            return Endpoint.RESUMED if was_paused else None
        self.silence_ms += WINDOW_MS
        if self.silence_ms >= options.end_ms:
            return Endpoint.ENDED
        has_just_paused = options.pause_ms <= self.silence_ms < options.pause_ms + WINDOW_MS
        return Endpoint.PAUSED if has_just_paused else None

    def _step_before_speech(self) -> Endpoint | None:
        self._elapsed_ms += WINDOW_MS
        # One soft window between two voiced ones does not start the count anew.
        self._voiced_ms = self._voiced_ms + WINDOW_MS if self._is_voiced else max(0, self._voiced_ms - WINDOW_MS)
        if self._voiced_ms >= self._options.start_ms:
            self.is_speaking = True
            self._spoken_ms = self._voiced_ms
            return Endpoint.STARTED
        return Endpoint.NOBODY if self._elapsed_ms >= self._options.no_speech_ms and not self._is_voiced else None
