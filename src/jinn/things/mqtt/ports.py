"""What the rooms of MQTT need of a broker's client."""

from typing import Protocol


class Broker(Protocol):
    """A connection to a broker, kept up by itself."""

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, is_retained: bool = False) -> None:
        """Raises `Unavailable`: `broker-away` or `broker-slow`; `Refused` for a topic that cannot be published on."""
        ...

    def subscribe(self, *filters: tuple[str, int]) -> None:
        """Hear these too, each filter with its quality; what is retained there comes at once."""
        ...

    def unsubscribe(self, *filters: str) -> None: ...
