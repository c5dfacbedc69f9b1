"""Fakes that keep hearing's ports, and sound that is drawn: `#` a voice, `+` a soft one, `.` silence."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import anyio
import anyio.lowlevel
import numpy as np

from jinn.kernel import Invalid, Lang, SatelliteId, TurnId, Unavailable
from jinn.language import Heard, Outcome, Reply, Turn
from jinn.voice.model import RATE, WINDOW_SAMPLES, Down, Manners, Recognised, Samples, Up, loudness, to_pcm, to_samples

_AMPLITUDE = {"#": 0.5, "+": 0.1, ".": 0.0}
_VOICE_HZ = 200
_UTTERANCE_MAX_S = 60


def draw(sound: str) -> bytes:
    """PCM16 with one window of 32 ms for each character."""
    time_s = np.arange(WINDOW_SAMPLES, dtype=np.float32) / RATE
    voice = np.sin(2 * np.pi * _VOICE_HZ * time_s).astype(np.float32)
    return b"".join(to_pcm(_AMPLITUDE[window] * voice) for window in sound)


class DrawnVoiceActivity:
    """Takes what is loud for a voice."""

    def probability(self, window: bytes) -> float:
        level = loudness(to_samples(window))
        return 0.95 if level > 0.2 else 0.4 if level > 0.02 else 0.01

    def reset(self) -> None:
        pass


class ScriptedRecogniser:
    """Says its lines, one for each utterance that is not silent.

    Attributes:
        heard_ms: how long each utterance was.
        problem: raised instead of answering, when set.
    """

    def __init__(self, lines: Sequence[str], *, delay_s: float = 0.0) -> None:
        self._lines = list(lines)
        self._delay_s = delay_s
        self.heard_ms: list[int] = []
        self.problem: Unavailable | None = None

    async def recognise(self, samples: Samples, lang: Lang | None) -> Recognised:
        if samples.size > _UTTERANCE_MAX_S * RATE:
            raise Invalid("That was too long.", code="audio-too-long")
        await anyio.sleep(self._delay_s)
        if self.problem:
            raise self.problem
        self.heard_ms.append(1000 * samples.size // RATE)
        if loudness(samples) < 0.001 or not self._lines:
            return Recognised(text="", lang=lang or Lang.EN, confidence=0.0)
        text = self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]
        return Recognised(text=text, lang=lang or Lang.EN, confidence=0.9)


class LoudWakeWord:
    """Wakes at the first loud window."""

    def __init__(self) -> None:
        self.heard = 0

    async def hear(self, window: bytes) -> str | None:
        self.heard += 1
        return "hey_jarvis" if loudness(to_samples(window)) > 0.2 else None

    def reset(self) -> None:
        pass


class EchoConversation:
    """Answers with the words that it heard.

    Attributes:
        heard: everything, with who said it.
        questions: texts that are answered with a question.
    """

    def __init__(self, *, questions: frozenset[str] = frozenset(), delay_s: float = 0.0) -> None:
        self.heard: list[tuple[SatelliteId, Heard]] = []
        self._questions = questions
        self._delay_s = delay_s

    async def converse(self, heard: Heard, *, satellite: SatelliteId) -> Turn:
        self.heard.append((satellite, heard))
        await anyio.sleep(self._delay_s)
        asks = heard.text in self._questions
        reply = Reply(said=heard.text, outcome=Outcome.ASKED if asks else Outcome.DONE, follow_up=asks)
        return Turn(
            id=TurnId(f"turn{len(self.heard)}"),
            satellite=satellite,
            lang=heard.lang,
            heard=heard,
            understood=(),
            reply=reply,
            at_ms=int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000),
        )


class BeepingSpeaker:
    """Speaks each word as 20 ms of sound.

    Attributes:
        said: every text that it was given.
    """

    rate = 24_000

    def __init__(self) -> None:
        self.said: list[str] = []

    async def speak(self, text: str, lang: Lang) -> AsyncIterator[bytes]:
        self.said.append(text)
        for _ in text.split():
            await anyio.lowlevel.checkpoint()
            yield bytes(self.rate // 50 * 2)


class PuppetSatellite:
    """A satellite whose strings a test pulls.

    Attributes:
        shown: everything that it was told.
    """

    def __init__(self, id: str = "kitchen", manners: Manners | None = None) -> None:
        self.id = SatelliteId(id)
        self.manners = manners or Manners(lang=Lang.EN)
        self.shown: list[Down] = []
        self._said: deque[Up] = deque()
        self._pulled = anyio.Event()
        self._has_left = False
        self._news = anyio.Event()

    async def say(self, *ups: Up) -> None:
        self._said.extend(ups)
        self._pulled.set()
        await anyio.lowlevel.checkpoint()

    def leave(self) -> None:
        self._has_left = True
        self._pulled.set()

    async def until(self, kind: type[Down], *, count: int = 1, within_s: float = 5.0) -> Down:
        """Wait for that many of a kind; gives the last of them."""
        with anyio.fail_after(within_s):
            while len(self.all(kind)) < count:
                news = self._news
                await news.wait()
        return self.all(kind)[count - 1]

    def all(self, kind: type[Down]) -> list[Down]:
        return [down for down in self.shown if isinstance(down, kind)]

    async def ups(self) -> AsyncIterator[Up]:
        while True:
            while self._said:
                yield self._said.popleft()
            if self._has_left:
                return
            self._pulled = anyio.Event()
            await self._pulled.wait()

    async def show(self, down: Down) -> None:
        self.shown.append(down)
        news, self._news = self._news, anyio.Event()
        news.set()
