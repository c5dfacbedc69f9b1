"""What is counted and measured while we run, in the text form that Prometheus reads."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters and gauges of one hub; a name is registered once."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()

    def counter(self, name: str, help_text: str, labels: tuple[str, ...] = ()) -> Counter:
        """Grows only. `name` ends in `_total`."""
        return Counter(name, help_text, labels, registry=self._registry)

    def gauge(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A figure that is read whenever somebody looks."""
        Gauge(name, help_text, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        return generate_latest(self._registry)
