"""When things happened to one utterance, for its spans."""

from dataclasses import dataclass

from jinn.voice.guessing import Guess


@dataclass(slots=True, kw_only=True)
class Moments:
    """On the monotonic clock, in seconds.

    Attributes:
        called_s: the wake word was noticed; None: nobody said it.
        begun_s: the first voiced window.
        last_voice_s: the last voiced window had arrived.
        committed_s: the utterance was taken to be over.
    """

    called_s: float | None = None
    begun_s: float = 0.0
    last_voice_s: float = 0.0
    committed_s: float = 0.0

    def spans(self, guess: Guess) -> tuple[tuple[str, float, float], ...]:
        """(name, start_ms, ms), counted from the last voiced sample; what was before it starts below zero."""
        wake = (("wake", self._since(self.called_s), 0.0),) if self.called_s is not None else ()
        return (
            *wake,
            ("speech", self._since(self.begun_s), -self._since(self.begun_s)),
            ("endpoint", 0.0, self._since(self.committed_s)),
            ("recognition", self._since(guess.begun_s), round((guess.ended_s - guess.begun_s) * 1000, 1)),
        )

    def _since(self, moment_s: float) -> float:
        return round((moment_s - self.last_voice_s) * 1000, 1)
