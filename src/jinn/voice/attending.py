"""One satellite, attended: every event of it passes through here, one at a time."""

import logging
from collections import deque
from contextlib import suppress
from dataclasses import replace

import anyio
import anyio.abc
from anyio.lowlevel import checkpoint
from anyio.streams.memory import MemoryObjectSendStream

from jinn.kernel import JinnError, Refused, Unavailable
from jinn.language import Heard, hide_codes
from jinn.voice.answering import Answer
from jinn.voice.endpointing import Endpoint, Endpointer, EndpointOptions
from jinn.voice.guessing import Guess
from jinn.voice.metering import Meter
from jinn.voice.model import (
    WINDOW_BYTES,
    WINDOW_MS,
    Aborted,
    Announcement,
    Down,
    Level,
    Played,
    Pressed,
    Recognised,
    Released,
    Sound,
    State,
    StateShown,
    Trouble,
    Up,
    Woken,
    Words,
)
from jinn.voice.moments import Moments
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.ports import Satellite, WakeWords
from jinn.voice.tidying import language_of, strip_wake_word

_log = logging.getLogger(__name__)

_MEANWHILE_WINDOWS = 64
"""Two seconds that are heard while we find out that only the wake word was said."""


class Gone:
    """The satellite has gone."""


Event = Up | Guess | Answer | Announcement | Gone

_UNSAID_MAX = 4
"""Announcements that wait until nobody is spoken with; older ones are no news any more."""


class Attention:
    """The state of one satellite: waiting, listening, thinking or speaking."""

    def __init__(
        self,
        *,
        satellite: Satellite,
        parts: Parts,
        options: HearingOptions,
        wake_words: WakeWords | None,
        tasks: anyio.abc.TaskGroup,
        inbox: MemoryObjectSendStream[Event],
    ) -> None:
        self._satellite = satellite
        self._parts = parts
        self._options = options
        self._wake_words = wake_words
        self._tasks = tasks
        self._inbox = inbox
        self._endpoint = options.patient if satellite.manners.patient else options.endpoint
        self._showing = anyio.Lock()
        self._voice = parts.voice_activity()
        self._state = State.WAITING
        self._rest = bytearray()
        self._ring: deque[bytes] = deque(maxlen=max(1, options.wake_tail_ms // WINDOW_MS))
        self._meanwhile: deque[bytes] = deque(maxlen=_MEANWHILE_WINDOWS)
        self._endpointer = Endpointer(self._endpoint)
        self._utterance: list[bytes] = []
        self._meter = Meter()
        self._guess: Guess | None = None
        self._answer: Answer | None = None
        self._wake_word: str | None = None
        self._moments = Moments()
        self._may_stay_silent = False
        self._unsaid: deque[Announcement] = deque(maxlen=_UNSAID_MAX)

    async def listen(self) -> None:
        """Bring what the satellite says into the one line of events."""
        async for up in self._satellite.ups():
            await self._inbox.send(up)
        await self._inbox.send(Gone())

    async def begin(self) -> None:
        await self._show(StateShown(state=State.WAITING))

    def announce(self, announcement: Announcement) -> None:
        """Have it said as soon as nobody is spoken with. One that has no speaker, or is stuck, says nothing."""
        if self._satellite.manners.has_speaker and self._parts.speaker:
            with suppress(anyio.WouldBlock):
                self._inbox.send_nowait(announcement)

    async def dismiss(self, reason: JinnError) -> None:
        """Tell it why, and let it go."""
        await self._show(Trouble(problem=reason))
        self._tasks.cancel_scope.cancel()

    async def take(self, event: Event) -> None:
        """One event. What was dropped meanwhile is known by no longer being ours."""
        match event:
            case Sound(pcm=pcm):
                await self._take_sound(pcm)
            case Pressed():
                # What was heard before was not meant for us.
                self._rest.clear()
                await self._listen_now(self._endpoint)
            case Released() if self._state is State.LISTENING:
                await (self._commit() if self._endpointer.is_speaking else self._hear_nobody())
            case Aborted():
                await self._wait()
            case Played() if self._answer:
                self._answer.played()
            case Guess() if event is self._guess:
                await self._weigh(event)
            case Answer() if event is self._answer:
                await self._go_on(event)
            case Announcement():
                self._unsaid.append(event)
                self._say_next()
            case _:
                pass

    async def _take_sound(self, pcm: bytes) -> None:
        if self._state is not State.LISTENING and self._wake_words is None:
            # Nobody asked us to listen: it is not even kept.
            return
        self._rest += pcm
        while len(self._rest) >= WINDOW_BYTES:
            window = bytes(self._rest[:WINDOW_BYTES])
            del self._rest[:WINDOW_BYTES]
            if self._state is State.LISTENING:
                await self._follow(window)
            elif self._wake_words is not None:
                await self._await_call(window, self._wake_words)
            # A large frame is 60 ms of work; other satellites are not kept waiting for it.
            await checkpoint()

    async def _await_call(self, window: bytes, wake_words: WakeWords) -> None:
        self._ring.append(window)
        self._meanwhile.append(window)
        word = await wake_words.hear(window)
        if word is None:
            return
        await self._show(Woken(word=word))
        tail = list(self._ring)
        await self._listen_now(self._endpoint, wake_word=word)
        self._moments.called_s = self._parts.clock.monotonic_s()
        # Kept for the recogniser, but its voice is that of the wake word: it begins no utterance.
        self._utterance.extend(tail)

    async def _follow(self, window: bytes) -> None:
        """The next window of what is addressed to us."""
        if (level := self._meter.take(window)) is not None:
            await self._show(Level(level=level))
        self._utterance.append(window)
        answer = self._endpointer.step(self._voice.probability(window))
        if not self._endpointer.is_speaking:
            # Only the pre-roll is kept of the silence before somebody speaks.
            del self._utterance[: -(self._endpoint.pre_roll_ms // WINDOW_MS)]
        elif self._endpointer.silence_ms == 0:
            self._moments.last_voice_s = self._parts.clock.monotonic_s()
        match answer:
            case Endpoint.STARTED:
                self._moments.begun_s = self._parts.clock.monotonic_s() - self._endpoint.start_ms / 1000
            case Endpoint.PAUSED:
                self._start_guess()
            case Endpoint.RESUMED:
                self._drop_guess()
            case Endpoint.ENDED:
                await self._commit()
            case Endpoint.NOBODY:
                await self._hear_nobody()
            case None:
                await self._commit_early()

    def _start_guess(self) -> None:
        self._drop_guess()
        self._guess = Guess(self._parts.clock)
        self._tasks.start_soon(self._recognise, self._guess, b"".join(self._utterance))

    def _drop_guess(self) -> None:
        if self._guess:
            self._guess.scope.cancel()
            self._guess = None

    async def _recognise(self, guess: Guess, pcm: bytes) -> None:
        await guess.run(self._parts.recogniser, pcm, self._satellite.manners.lang)
        await self._inbox.send(guess)

    async def _weigh(self, guess: Guess) -> None:
        if self._state is State.THINKING:
            await self._finish(guess)
            return
        if isinstance(guess.found, Recognised) and guess.found.text:
            await self._show(Words(text=hide_codes(guess.found.text), final=False, lang=guess.found.lang))
        await self._commit_early()

    async def _commit_early(self) -> None:
        """End the utterance now when what was recognised in this pause is a whole command."""
        guess = self._guess
        if guess is None or not self._endpointer.may_end_early or not isinstance(guess.found, Recognised):
            return
        if guess.is_whole is None:
            text = self._command(guess.found)
            guess.is_whole = bool(text) and self._parts.is_complete(text, guess.found.lang)
        if guess.is_whole:
            await self._commit()

    async def _commit(self) -> None:
        self._moments.committed_s = self._parts.clock.monotonic_s()
        self._meanwhile.clear()
        if self._guess is None:
            self._start_guess()
        await self._enter(State.THINKING)
        if self._guess and self._guess.found:
            await self._finish(self._guess)

    async def _finish(self, guess: Guess) -> None:
        self._guess = None
        match guess.found:
            case Recognised() as found if text := self._command(found):
                await self._converse(guess, found, text)
            case Recognised(text=text) if self._wake_word and text:
                # That was the wake word alone: the command is still to come, and may have begun.
                meanwhile = list(self._meanwhile)
                called_s = self._moments.called_s
                await self._listen_now(self._endpoint, wake_word=self._wake_word)
                self._moments.called_s = called_s
                for window in meanwhile:
                    if self._state is State.LISTENING:
                        await self._follow(window)
            case JinnError() as problem:
                await self._show(Trouble(problem=problem))
                await self._wait()
            case _:
                await self._hear_nobody()

    def _command(self, found: Recognised) -> str:
        return strip_wake_word(found.text, self._wake_word) if self._wake_word else found.text

    async def _converse(self, guess: Guess, found: Recognised, text: str) -> None:
        lang = self._satellite.manners.lang or language_of(text, found.lang)
        await self._show(Words(text=hide_codes(text), final=True, lang=lang))
        heard = Heard(text=text, lang=lang, confidence=found.confidence, spans=self._moments.spans(guess))
        self._answer = Answer(self._satellite, self._parts, self._options, self._show)
        self._tasks.start_soon(self._run_answer, self._answer, heard)

    async def _run_answer(self, answer: Answer, heard: Heard) -> None:
        await answer.run(heard, last_voice_s=self._moments.last_voice_s)
        await self._inbox.send(answer)

    def _say_next(self) -> None:
        if self._state is not State.WAITING or not self._unsaid:
            return
        said = self._unsaid.popleft()
        self._state = State.SPEAKING
        self._answer = Answer(self._satellite, self._parts, self._options, self._show)
        self._tasks.start_soon(self._run_announcement, self._answer, said)

    async def _run_announcement(self, answer: Answer, said: Announcement) -> None:
        lang = self._satellite.manners.lang or said.lang
        await answer.announce(said.text.of(lang), lang)
        await self._inbox.send(answer)

    async def _go_on(self, answer: Answer) -> None:
        self._answer = None
        if answer.listen_on and self._satellite.manners.has_speaker:
            follow_up = replace(self._endpoint, no_speech_ms=self._options.follow_up_ms)
            await self._listen_now(follow_up, may_stay_silent=True)
        else:
            await self._wait()

    async def _hear_nobody(self) -> None:
        if not self._may_stay_silent:
            await self._show(Trouble(problem=Refused("I heard nobody speak.", code="no-speech")))
        await self._wait()

    async def _listen_now(
        self, options: EndpointOptions, *, wake_word: str | None = None, may_stay_silent: bool = False
    ) -> None:
        self._forget()
        self._endpointer = Endpointer(options)
        self._wake_word = wake_word
        self._moments = Moments()
        self._may_stay_silent = may_stay_silent or wake_word is not None
        await self._enter(State.LISTENING)

    async def _wait(self) -> None:
        self._forget()
        if self._wake_words is not None:
            self._wake_words.reset()
        await self._enter(State.WAITING)
        self._say_next()

    def _forget(self) -> None:
        """No sound or word of this turn may reach the next."""
        self._drop_guess()
        if self._answer:
            self._answer.scope.cancel()
            self._answer = None
        self._utterance.clear()
        self._ring.clear()
        self._voice.reset()

    async def _enter(self, state: State) -> None:
        self._state = state
        await self._show(StateShown(state=state))

    async def _show(self, down: Down) -> None:
        """Tell the satellite; one that takes nothing has gone, and everything of it ends."""
        try:
            with anyio.fail_after(self._options.show_within_s):
                async with self._showing:
                    await self._satellite.show(down)
        except (TimeoutError, Unavailable) as error:
            _log.info("The satellite %s has gone: %s", self._satellite.id, error)
            self._tasks.cancel_scope.cancel()
