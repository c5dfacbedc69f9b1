"""Satellites come here: each is attended by itself, so that two can never cross."""

import anyio

from jinn.kernel import Conflict, Lang, Names, SatelliteId
from jinn.voice.attending import Attention, Event, Gone
from jinn.voice.model import Announcement
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.ports import Satellite


class Hearing:
    """From the sound of a satellite to a turn, and back to it with the reply."""

    def __init__(self, parts: Parts, options: HearingOptions | None = None) -> None:
        self._parts = parts
        self._options = options or HearingOptions()
        self._present: dict[SatelliteId, Attention] = {}

    async def attend(self, satellite: Satellite) -> None:
        """Listen and answer until the satellite goes. A newer satellite with the same id takes its place, unless either
        only visits."""
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
            try:
                if not satellite.manners.visits:
                    await self._take_place(satellite.id, attention)
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

    def announce(self, text: Names, lang: Lang) -> None:
        """Have every satellite that is here and has a speaker say it, each in its own language, else in `lang`."""
        for attention in tuple(self._present.values()):
            attention.announce(Announcement(text=text, lang=lang))

    async def _take_place(self, satellite: SatelliteId, attention: Attention) -> None:
        older = self._present.get(satellite)
        self._present[satellite] = attention
        if older is not None:
            await older.dismiss(Conflict("This satellite is connected anew elsewhere.", code="satellite-taken"))
