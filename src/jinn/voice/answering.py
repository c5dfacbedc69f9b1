"""From words to a finished turn and its spoken reply, for one satellite."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import anyio

from jinn.kernel import JinnError, Lang, Unavailable
from jinn.language import Heard, Turn
from jinn.voice.model import Down, Manners, Speech, SpeechBegins, SpeechEnds, State, StateShown, Trouble, TurnDone
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.ports import Satellite, Speaker

_log = logging.getLogger(__name__)

Show = Callable[[Down], Awaitable[None]]

_BYTES_PER_SAMPLE = 2


class Answer:
    """One turn on its way: understood, done and spoken.

    Attributes:
        scope: cancelling it ends the turn wherever it is.
        listen_on: the reply was a question; known once `run` has returned.
    """

    def __init__(self, satellite: Satellite, parts: Parts, options: HearingOptions, show: Show) -> None:
        self.scope = anyio.CancelScope()
        self.listen_on = False
        self._satellite = satellite
        self._parts = parts
        self._options = options
        self._show = show
        self._played = anyio.Event()

    def played(self) -> None:
        """The satellite has played the reply to its end."""
        self._played.set()

    async def run(self, heard: Heard, *, last_voice_s: float) -> None:
        """Converse and speak. What goes wrong is shown; nothing is raised."""
        with self.scope:
            try:
                turn = await self._parts.conversation.converse(heard, satellite=self._satellite.id)
                await self._show(TurnDone(turn=turn))
                self.listen_on = turn.reply.follow_up
                if self._parts.speaker and self._manners.has_speaker and turn.reply.said:
                    begin = partial(self._begin_reply, turn, last_voice_s)
                    await self._speak(turn.reply.said, turn.lang, self._parts.speaker, begin)
            except JinnError as problem:
                await self._show(Trouble(problem=problem))
            except Exception:  # noqa: BLE001 - a task ends here: a bug fails one turn, not the satellite
                _log.exception("A turn of %s failed", self._satellite.id)
                await self._show(Trouble(problem=Unavailable("Something went wrong inside.", code="internal")))

    async def announce(self, text: str, lang: Lang) -> None:
        """Speak without having been asked. What goes wrong is shown; nothing is raised."""
        with self.scope:
            try:
                if self._parts.speaker:
                    await self._speak(text, lang, self._parts.speaker, self._begin_announcement)
            except JinnError as problem:
                await self._show(Trouble(problem=problem))

    @property
    def _manners(self) -> Manners:
        return self._satellite.manners

    async def _speak(self, text: str, lang: Lang, speaker: Speaker, begin: Callable[[int], Awaitable[None]]) -> None:
        size = 0
        speech = speaker.speak(text, lang)
        try:
            async for pcm in speech:
                if self.scope.cancel_called:
                    return
                if not size:
                    await begin(speaker.rate)
                size += len(pcm)
                await self._show(Speech(pcm=pcm))
        finally:
            if isinstance(speech, AsyncGenerator):
                with anyio.CancelScope(shield=True), anyio.move_on_after(1):
                    await speech.aclose()
        if size:
            await self._show(SpeechEnds())
            with anyio.move_on_after(size / _BYTES_PER_SAMPLE / speaker.rate + self._options.played_margin_s):
                await self._played.wait()

    async def _begin_announcement(self, rate: int) -> None:
        await self._show(StateShown(state=State.SPEAKING))
        await self._show(SpeechBegins(rate=rate))

    async def _begin_reply(self, turn: Turn, last_voice_s: float, rate: int) -> None:
        await self._begin_announcement(rate)
        if self._parts.on_first_sound:
            self._parts.on_first_sound(turn.id, (self._parts.clock.monotonic_s() - last_voice_s) * 1000)
