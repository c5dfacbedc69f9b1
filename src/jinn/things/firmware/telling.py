"""Who hears that an update went on? Changes of state surely, steps of a download if it can be."""

import logging
from collections.abc import Callable

import msgspec

from jinn.kernel import Clock, JinnError
from jinn.runtime import Bus, Statement, event
from jinn.things.firmware.model import Image, Update
from jinn.things.firmware.wire import FIRMWARE_SUBJECT, update_on_wire

_encoder = msgspec.json.Encoder()
_log = logging.getLogger(__name__)


class Teller:
    """Tells screens, and the leader that there is something to do."""

    def __init__(self, *, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.on_change: Callable[[], None] = _nothing

    def kept(self, update: Update, image: Image) -> Statement:
        """The event of a change, in the change itself."""
        return event(FIRMWARE_SUBJECT, _encoder.encode(update_on_wire(update, image.version)), self._clock)

    async def mention(self, update: Update, image: Image) -> None:
        """A step of a download: at most once, the next one tells the same."""
        try:
            await self._bus.publish(FIRMWARE_SUBJECT, _encoder.encode(update_on_wire(update, image.version)))
        except JinnError as error:
            _log.warning("a step of an update was not told: %s", error)

    def changed(self) -> None:
        """The owner decided something; the leader need not wait for its next look."""
        self.on_change()


def _nothing() -> None:
    """Nobody leads yet."""
