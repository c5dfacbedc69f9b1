"""Hearing and speaking with models that may run on another box: what is asked and answered, and both ends of it."""

from dataclasses import dataclass
from typing import Protocol

import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import msgspec

from jinn.kernel import Invalid, Lang, NotFound, Unavailable
from jinn.voice.model import RATE, Recognised, Samples, to_pcm, to_samples
from jinn.voice.ports import Recogniser
from jinn.voice.shelf import ModelShelf, ModelState, Shelved
from jinn.voice.synthesis import KokoroVoice

RECOGNITION = "recognition"
SPEECH = "speech"

SOUND_S_MAX = 30
"""Of one request: 960 kB, just under what a message of the bus may have."""

RECOGNISE_WITHIN_S, SPEAK_WITHIN_S = 15.0, 20.0
"""Long enough for another box to load the model, when the first one went in the middle of it."""


class Elsewhere(Protocol):
    """Where models run that are not here."""

    def is_here(self, model: str) -> bool:
        """Whether this box is the one that should do it."""
        ...

    async def ask(self, model: str, payload: bytes, *, within_s: float) -> bytes:
        """Raises `Unavailable` when it runs nowhere or nobody answers, and what the model itself raises."""
        ...


class Sound(msgspec.Struct, frozen=True, array_like=True):
    """A request to the recogniser; `pcm` is 16-bit little-endian mono at 16 kHz."""

    lang: Lang | None
    pcm: bytes


class Words(msgspec.Struct, frozen=True, array_like=True):
    """Its answer."""

    text: str
    lang: Lang
    confidence: float
    ms: float


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A request to the voice; its answer is 16-bit little-endian mono sound."""

    lang: Lang
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceModels:
    """The models of this box; what they are asked from another one comes to `work`."""

    shelf: ModelShelf
    recogniser: Recogniser
    voice: Shelved[KokoroVoice]

    def runs(self) -> frozenset[str]:
        return frozenset(name for name, state in self.shelf.states().items() if state is ModelState.READY)

    def offers(self) -> frozenset[str]:
        """All but those that turned out to be missing or broken."""
        broken = (ModelState.ABSENT, ModelState.FAILED)
        return frozenset(name for name, state in self.shelf.states().items() if state not in broken)

    async def work(self, model: str, payload: bytes) -> bytes:
        """One request of another box.

        Raises:
            Unavailable: the model is not loaded here, or too busy.
            Invalid: `bad-request`, or what the model does not take.
        """
        if model not in self.runs():
            raise Unavailable(f"The model {model} does not run here.", code="model-absent", model=model)
        try:
            if model == RECOGNITION:
                sound = msgspec.msgpack.decode(payload, type=Sound)
                found = await self.recogniser.recognise(to_samples(sound.pcm), sound.lang)
                return msgspec.msgpack.encode(Words(found.text, found.lang, found.confidence, found.ms))
            if model == SPEECH:
                wanted = msgspec.msgpack.decode(payload, type=Text)
                utterance = (await self.voice.get()).utter(wanted.text, wanted.lang)
                return await anyio.to_thread.run_sync(utterance.make)
        except (msgspec.MsgspecError, ValueError) as wrong:
            raise Invalid(f"That is no request to {model}: {wrong}", code="bad-request") from wrong
        raise NotFound(f"There is no model {model!r}.", code="model-absent")


class PlacedRecogniser:
    """Keeps the `Recogniser` port, here or elsewhere."""

    def __init__(self, here: Recogniser, elsewhere: Elsewhere) -> None:
        self._here = here
        self._elsewhere = elsewhere

    async def recognise(self, samples: Samples, lang: Lang | None) -> Recognised:
        if self._elsewhere.is_here(RECOGNITION):
            return await self._here.recognise(samples, lang)
        if len(samples) > SOUND_S_MAX * RATE:
            raise Invalid(f"A recogniser elsewhere takes {SOUND_S_MAX} s at once.", code="audio-too-long")
        request = msgspec.msgpack.encode(Sound(lang, to_pcm(samples)))
        answer = await self._elsewhere.ask(RECOGNITION, request, within_s=RECOGNISE_WITHIN_S)
        words = msgspec.msgpack.decode(answer, type=Words)
        return Recognised(text=words.text, lang=words.lang, confidence=words.confidence, ms=words.ms)


class PlacedVoice:
    """A place for the voice: the one on the shelf, or one that asks elsewhere."""

    def __init__(self, here: Shelved[KokoroVoice], elsewhere: Elsewhere) -> None:
        self._here = here
        self._elsewhere = elsewhere

    async def get(self, *, within_s: float = 10.0) -> "KokoroVoice | FarVoice":
        if self._elsewhere.is_here(SPEECH):
            return await self._here.get(within_s=within_s)
        return FarVoice(self._elsewhere, anyio.lowlevel.current_token())


class FarVoice:
    """Makes clauses on another box."""

    def __init__(self, elsewhere: Elsewhere, token: anyio.lowlevel.EventLoopToken) -> None:
        self._elsewhere = elsewhere
        self._token = token

    def utter(self, text: str, lang: Lang) -> "FarUtterance":
        return FarUtterance(self._elsewhere, self._token, Text(lang, text))


class FarUtterance:
    """One clause that another box makes; a thread of ours waits for it."""

    def __init__(self, elsewhere: Elsewhere, token: anyio.lowlevel.EventLoopToken, text: Text) -> None:
        self._elsewhere = elsewhere
        self._token = token
        self._text = text

    def make(self) -> bytes:
        return anyio.from_thread.run(self._ask, token=self._token)

    def stop(self) -> None:
        """The other box finishes its clause; nobody waits for it."""

    async def _ask(self) -> bytes:
        return await self._elsewhere.ask(SPEECH, msgspec.msgpack.encode(self._text), within_s=SPEAK_WITHIN_S)
