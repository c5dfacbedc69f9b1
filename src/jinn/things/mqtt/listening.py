"""One connection, several who listen."""

from collections.abc import Sequence

from jinn.things.door.codec import Publish
from jinn.things.mqtt.client import Listener


class Together:
    """A `Listener` that passes on to others, in their order."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = tuple(listeners)

    def connected(self) -> None:
        for listener in self._listeners:
            listener.connected()

    def heard(self, message: Publish) -> None:
        for listener in self._listeners:
            listener.heard(message)

    def disconnected(self) -> None:
        for listener in self._listeners:
            listener.disconnected()
