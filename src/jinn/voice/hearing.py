"""Satellites come here: each is attended by itself, so that two can never cross."""

import anyio

from jinn.kernel import Conflict, Invalid, Lang, SatelliteId
from jinn.language import Heard, Turn
from jinn.voice.attending import Attention, Event, Gone
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.ports import Satellite

TEXT_MAX = 2_000
"""Characters of a typed sentence; the longest of real commands has 200."""


class Hearing:
    """From the sound of a satellite to a turn, and back to it with the reply."""

    def __init__(self, parts: Parts, options: HearingOptions | None = None) -> None:
        self._parts = parts
        self._options = options or HearingOptions()
        self._present: dict[SatelliteId, Attention] = {}

    async def attend(self, satellite: Satellite) -> None:
        """Listen and answer until the satellite goes. A newer satellite with the same id takes its place."""
        make_wake_words = self._parts.wake_words if satellite.manners.wake else None
        wake_words = await make_wake_words() if make_wake_words else None
        inbox, events = anyio.create_memory_object_stream[Event](self._options.inbox)
        async with inbox, events, anyio.create_task_group() as tasks:
            attention = Attention(
                satellite=satellite,
                parts=self._parts,
                options=self._options,
                wake_words=wake_words,
                tasks=tasks,
                inbox=inbox,
            )
            older = self._present.get(satellite.id)
            self._present[satellite.id] = attention
            try:
                if older is not None:
                    await older.dismiss(Conflict("This satellite is connected anew elsewhere.", code="satellite-taken"))
                await attention.begin()
                tasks.start_soon(attention.listen)
                async for event in events:
                    if isinstance(event, Gone):
                        break
                    await attention.take(event)
            finally:
                if self._present.get(satellite.id) is attention:
                    del self._present[satellite.id]
                tasks.cancel_scope.cancel()

    async def converse(self, text: str, lang: Lang, *, satellite: SatelliteId) -> Turn:
        """A typed sentence.

        Raises:
            Invalid: code `text-empty` or `text-too-long`.
        """
        words = " ".join(text.split())
        if not words:
            raise Invalid("There are no words in this sentence.", code="text-empty")
        if len(words) > TEXT_MAX:
            raise Invalid(
                f"A sentence has at most {TEXT_MAX} characters; this one has {len(words)}.", code="text-too-long"
            )
        return await self._parts.conversation.converse(Heard(text=words, lang=lang), satellite=satellite)
