"""The recogniser as everybody meets it: one worker, a short queue, and work that nobody wants is dropped."""

from time import perf_counter

import anyio
import anyio.from_thread
import anyio.to_thread

from jinn.kernel import Lang, Unavailable
from jinn.voice.model import Recognised, Samples
from jinn.voice.shelf import Shelved
from jinn.voice.whisper import Whisper

_QUEUE_MAX = 8
"""Each waits about 0.2 s for every one before it: the ninth would get its answer too late to be of use."""

_LOADING_S = 10.0


class WhisperRecogniser:
    """Keeps the `Recogniser` port with Whisper in a worker thread of its own."""

    def __init__(self, whisper: Shelved[Whisper]) -> None:
        self._whisper = whisper
        self._one_at_a_time = anyio.CapacityLimiter(1)
        self._inside = 0

    async def recognise(self, samples: Samples, lang: Lang | None) -> Recognised:
        whisper = await self._whisper.get(within_s=_LOADING_S)
        if self._inside >= _QUEUE_MAX:
            raise Unavailable("Too many people are speaking at once.", code="recogniser-busy")
        self._inside += 1
        try:
            # Not abandoned when cancelled: two decodes at once would both be slow. It looks up between its stages.
            return await anyio.to_thread.run_sync(self._recognise, whisper, samples, lang, limiter=self._one_at_a_time)
        finally:
            self._inside -= 1

    @staticmethod
    def _recognise(whisper: Whisper, samples: Samples, lang: Lang | None) -> Recognised:
        begun = perf_counter()
        found = whisper.recognise(samples, lang, still_wanted=anyio.from_thread.check_cancelled)
        return Recognised(
            text=found.text, lang=found.lang, confidence=found.confidence, ms=(perf_counter() - begun) * 1000
        )
