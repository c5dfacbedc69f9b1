"""Recognition on trial: started in a pause, dropped when the voice comes back."""

import anyio

from jinn.kernel import Clock, JinnError, Lang
from jinn.voice.model import Recognised, to_samples
from jinn.voice.ports import Recogniser


class Guess:
    """The words of an utterance, should it have ended already.

    Attributes:
        found: None while the recogniser is busy with it.
        is_whole: whether the words are a complete command; None until somebody looked.
        begun_s, ended_s: on the monotonic clock; `begun_s` includes the wait for the recogniser.
    """

    def __init__(self, clock: Clock) -> None:
        self.scope = anyio.CancelScope()
        self.found: Recognised | JinnError | None = None
        self.is_whole: bool | None = None
        self.begun_s = clock.monotonic_s()
        self.ended_s = self.begun_s
        self._clock = clock

    async def run(self, recogniser: Recogniser, pcm: bytes, lang: Lang | None) -> None:
        with self.scope:
            try:
                self.found = await recogniser.recognise(to_samples(pcm), lang)
            except JinnError as problem:
                self.found = problem
            self.ended_s = self._clock.monotonic_s()
