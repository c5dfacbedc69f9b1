"""How is a reply spoken? Clause by clause, each one as soon as it is made, or at once when it was made before."""

import logging
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, Protocol, TypeVar

import anyio
import anyio.abc
import anyio.to_thread

from jinn.kernel import JinnError, Lang, Unavailable
from jinn.voice.clauses import Clause, clauses
from jinn.voice.kokoro import RATE
from jinn.voice.loudness import silence
from jinn.voice.spoken_cache import SpokenCache, key_of

_log = logging.getLogger(__name__)

BLOCK_BYTES = 2 * RATE // 10
"""What is yielded at once: 100 ms, so that a reply can be stopped between two blocks."""

_SPEAKERS_MAX = 16
"""Replies that are made or wait to be made. One takes about a second: more would come too late to be replies."""

_PREPARED_MAX = 512
"""Sentences that wait to be prepared: more than the hub has; a caller in a loop must not fill the memory."""

QUIET_S = 2.0
"""Nothing is prepared until nobody was spoken to for this long: preparing would take their core."""

_NICEST = 19

Sentence = tuple[str, Lang]


class Utterance(Protocol):
    """One clause that is being made."""

    def make(self) -> bytes:
        """PCM16 little-endian mono at `RATE`; empty when there is nothing to say. Blocks, about a second."""
        ...

    def stop(self) -> None:
        """Called from another thread: `make` is no longer waited for and may raise."""
        ...


class Voice(Protocol):
    """Makes clauses, several at once."""

    def utter(self, text: str, lang: Lang) -> Utterance: ...


V = TypeVar("V", bound=Voice)
V_co = TypeVar("V_co", bound=Voice, covariant=True)


class VoicePlace(Protocol[V_co]):
    """Where a voice is found, once it is there."""

    async def get(self, *, within_s: float = ...) -> V_co:
        """Raises `Unavailable`: `model-loading`, `model-failed`, `model-absent`."""
        ...


class KokoroSpeaker(Generic[V]):
    """Speaks for every satellite; a service, because it prepares known sentences while nobody speaks.

    Attributes:
        rate: samples a second of what `speak` yields.
    """

    name = "speaker"
    rate = RATE

    def __init__(self, voice: VoicePlace[V], cache: SpokenCache, *, identity: str, quiet_s: float = QUIET_S) -> None:
        """`identity` is that of the voice: what is in the cache belongs to it."""
        self._voice = voice
        self._cache = cache
        self._identity = identity
        self._waiting = 0
        self._quiet_s = quiet_s
        self._spoke_at = -quiet_s
        self._speaking = anyio.CapacityLimiter(1)
        self._preparing = anyio.CapacityLimiter(1)
        self._sentences: deque[Sentence] = deque()
        self._arrived = anyio.Event()

    async def speak(self, text: str, lang: Lang) -> AsyncIterator[bytes]:
        """PCM16 little-endian mono in blocks of at most 100 ms, nothing when the text has nothing to say.

        The next clause is made when it is asked for: ask as fast as the blocks come and pace the playing behind it.
        A consumer that stops asking costs nothing more; one that is cancelled stops the model within some ms.

        Raises:
            Unavailable: code `speech-busy` when too many replies wait; `model-loading`, `model-failed`, `model-absent`.
        """
        for clause in clauses(text, lang):
            sound = await self._sound(clause, lang)
            if not sound:
                continue
            sound += silence(clause.pause_s, RATE)
            for start in range(0, len(sound), BLOCK_BYTES):
                yield sound[start : start + BLOCK_BYTES]

    def prepare(self, sentences: Iterable[Sentence]) -> None:
        """Have these made when nobody speaks, and kept across starts. Those past the bound are made when said."""
        wanted = list(sentences)
        room = _PREPARED_MAX - len(self._sentences)
        self._sentences.extend(wanted[:room])
        self._arrived.set()
        if len(wanted) > room:
            _log.warning("%d sentences were not queued to be prepared", len(wanted) - room)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Prepare what `prepare` was given, for as long as the hub runs."""
        task_status.started()
        while True:
            await self._arrived.wait()
            self._arrived = anyio.Event()
            while self._sentences:
                text, lang = self._sentences.popleft()
                for clause in clauses(text, lang):
                    await self._quiet()
                    await self._prepare(clause, lang)

    async def _prepare(self, clause: Clause, lang: Lang) -> None:
        key = self._key(clause, lang)
        if await anyio.to_thread.run_sync(self._cache.find, key, limiter=self._preparing) is not None:
            return
        try:
            voice = await self._voice.get(within_s=60.0)
            sound = await _made(voice, clause, lang, self._preparing, is_background=True)
        except JinnError as problem:
            _log.info("%r is not prepared: %s", clause.text, problem.sentence)
            return
        await anyio.to_thread.run_sync(partial(self._cache.keep, key, sound, on_disk=True), limiter=self._preparing)

    async def _quiet(self) -> None:
        while True:
            left_s = self._quiet_s if self._waiting else self._spoke_at + self._quiet_s - anyio.current_time()
            if left_s <= 0:
                return
            await anyio.sleep(left_s)

    async def _sound(self, clause: Clause, lang: Lang) -> bytes:
        if self._waiting >= _SPEAKERS_MAX:
            raise Unavailable("Too many replies are being spoken at once.", code="speech-busy")
        self._waiting += 1
        try:
            key = self._key(clause, lang)
            found = await anyio.to_thread.run_sync(self._cache.find, key)
            if found is not None:
                return found
            sound = await _made(await self._voice.get(), clause, lang, self._speaking)
            self._cache.keep(key, sound, on_disk=False)
            return sound
        finally:
            self._waiting -= 1
            self._spoke_at = anyio.current_time()

    def _key(self, clause: Clause, lang: Lang) -> str:
        return key_of(self._identity, lang.value, clause.text)


async def _made(
    voice: Voice, clause: Clause, lang: Lang, limiter: anyio.CapacityLimiter, *, is_background: bool = False
) -> bytes:
    utterance = voice.utter(clause.text, lang)
    make = partial(_in_background, utterance.make) if is_background else utterance.make
    try:
        return await anyio.to_thread.run_sync(make, limiter=limiter, abandon_on_cancel=True)
    finally:
        # When nobody wants it any more, the model gives up at its next step instead of finishing the clause.
        utterance.stop()


def _in_background(make: Callable[[], bytes]) -> bytes:
    """Run it with what the processors have left over, so that no turn waits for it.

    In a thread of its own: only root may take a thread's niceness back, and pooled threads serve others afterwards.
    """

    def be_nice() -> None:
        # Linux knows niceness by thread.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICEST)

    with ThreadPoolExecutor(1, initializer=be_nice) as alone:
        return alone.submit(make).result()
