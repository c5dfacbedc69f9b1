"""A recording as a satellite: what `jinn hear` and an upload over HTTP speak through."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import anyio.to_thread

from jinn.kernel import Clock, Invalid, JinnError, Lang, SatelliteId, SystemClock
from jinn.language import Turn
from jinn.voice.hearing import Hearing
from jinn.voice.model import (
    RATE,
    Down,
    Manners,
    Played,
    Pressed,
    Released,
    Samples,
    Sound,
    Speech,
    SpeechEnds,
    State,
    StateShown,
    Trouble,
    TurnDone,
    Up,
    to_pcm,
)
from jinn.voice.sound import read_sound

_FRAME_S = 0.02
_FRAME_BYTES = int(RATE * _FRAME_S) * 2
_TAIL_S = 2.5
"""Silence after the recording, in which its end is noticed."""


class FileSatellite:
    """Plays a recording to the hub as a microphone would.

    Attributes:
        turn: what came of it, once attended.
        problem: what went wrong first, if anything did.
        speech: the reply as PCM16, when the satellite has a speaker.
        log: everything that it was told, with the seconds since its first sound.
    """

    def __init__(
        self,
        id: SatelliteId,
        samples: Samples,
        manners: Manners,
        *,
        real_time: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self.id = id
        self.manners = manners
        self.turn: Turn | None = None
        self.problem: JinnError | None = None
        self.speech = bytearray()
        self.log: list[tuple[float, Down]] = []
        self._pcm = to_pcm(samples)
        self._real_time = real_time
        self._clock = clock or SystemClock()
        self._begun_s = self._clock.monotonic_s()
        self._state = State.WAITING
        self._ended = anyio.Event()
        self._spoken = anyio.Event()

    async def ups(self) -> AsyncIterator[Up]:
        self._begun_s = self._clock.monotonic_s()
        if not self.manners.wake:
            yield Pressed()
        async for frame in self._frames():
            yield Sound(frame)
            if self._ended.is_set():
                return
        if self._state is State.WAITING and self.turn is None and self.manners.wake:
            self.problem = self.problem or Invalid("The wake word is not in this recording.", code="no-wake-word")
            return
        yield Released()
        if self.manners.has_speaker:
            await self._spoken.wait()
            yield Played()
        await self._ended.wait()

    async def show(self, down: Down) -> None:
        self.log.append((self._clock.monotonic_s() - self._begun_s, down))
        match down:
            case StateShown(state=state):
                self._state = state
                if self.turn or self.problem:
                    self._notice_end(state)
            case TurnDone(turn=turn):
                self.turn = turn
            case Trouble(problem=problem):
                self.problem = self.problem or problem
            case Speech(pcm=pcm):
                self.speech += pcm
            case SpeechEnds():
                self._spoken.set()
            case _:
                pass

    def _notice_end(self, state: State) -> None:
        if state in {State.WAITING, State.LISTENING}:
            self._spoken.set()
            self._ended.set()

    async def _frames(self) -> AsyncIterator[bytes]:
        tail = bytes(int(_TAIL_S * RATE) * 2) if self._real_time or self.manners.wake else b""
        for number, frame in enumerate(_cut(self._pcm + tail)):
            if self._real_time:
                due_s = self._begun_s + (number + 1) * _FRAME_S
                await anyio.sleep(max(0.0, due_s - self._clock.monotonic_s()))
            is_tail = number * _FRAME_BYTES >= len(self._pcm)
            if is_tail and self._state is State.THINKING:
                # Its command was heard; what is left is silence.
                return
            yield frame


def _cut(pcm: bytes) -> list[bytes]:
    return [pcm[start : start + _FRAME_BYTES] for start in range(0, len(pcm), _FRAME_BYTES)]


async def hear_file(
    hearing: Hearing,
    source: Path | bytes,
    *,
    lang: Lang | None,
    satellite: SatelliteId,
    wake: bool = False,
    real_time: bool = False,
) -> Turn:
    """One recorded command to its finished turn.

    Args:
        source: a file, or the bytes of one.
        lang: None: detected.
        wake: the command follows the wake word; else the recording is addressed to us as a whole.
        real_time: played as fast as it was spoken, and its end noticed as a person's would be.

    Raises:
        Invalid: code `audio-unreadable`, `audio-empty`, `audio-silent`, `audio-too-long` or `no-wake-word`.
        Refused: code `no-speech`.
        Unavailable: a model is not ready, or the recogniser is busy.
    """
    samples = await anyio.to_thread.run_sync(read_sound, source)
    manners = Manners(lang=lang, wake=wake, has_speaker=False, patient=not real_time, visits=True)
    player = FileSatellite(satellite, samples, manners, real_time=real_time)
    await hearing.attend(player)
    if player.turn is not None:
        return player.turn
    raise player.problem or Invalid("Nothing came of this recording.", code="no-speech")
