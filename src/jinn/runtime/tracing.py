"""How long each stage of something took: kept with the turn, and as OpenTelemetry spans."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from opentelemetry import trace as otel
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from jinn.kernel import Clock

_NAME = "jinn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stage. `start_ms` counts from the start of its trace."""

    name: str
    start_ms: float
    ms: float


class Trace:
    """The spans of one turn, in the order in which they ended.

    Costs under 50 µs a span, so every stage gets one.
    """

    def __init__(self, clock: Clock, *, name: str = "turn", tracer: otel.Tracer | None = None) -> None:
        self._clock = clock
        self._start_s = clock.monotonic_s()
        self._spans: list[Span] = []
        self._tracer = tracer or otel.get_tracer(_NAME)
        self._root = self._tracer.start_span(name)
        self._context = otel.set_span_in_context(self._root)

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(self._spans)

    def elapsed_ms(self) -> float:
        return (self._clock.monotonic_s() - self._start_s) * 1000

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """What happens inside is a stage of that name, also when it fails."""
        child = self._tracer.start_span(name, context=self._context)
        start_ms = self.elapsed_ms()
        try:
            yield
        finally:
            self._spans.append(Span(name=name, start_ms=start_ms, ms=self.elapsed_ms() - start_ms))
            child.end()

    def add(self, name: str, start_s: float, end_s: float) -> None:
        """A stage that was timed elsewhere, as in a worker thread; both times are the clock's `monotonic_s`."""
        span = Span(name=name, start_ms=(start_s - self._start_s) * 1000, ms=(end_s - start_s) * 1000)
        self._spans.append(span)
        self._tracer.start_span(name, context=self._context, attributes={"ms": span.ms}).end()

    def end(self) -> None:
        """The whole is over: its root span ends."""
        self._root.end()


class RecentSpans(SpanProcessor):
    """Keeps the last spans in memory; an exporter is added beside it where there is somebody to export to."""

    def __init__(self, count_max: int = 2_000) -> None:
        self._spans: deque[ReadableSpan] = deque(maxlen=count_max)

    def on_end(self, span: ReadableSpan) -> None:
        self._spans.append(span)

    def spans(self) -> Sequence[ReadableSpan]:
        return tuple(self._spans)


def tracer_for(recent: RecentSpans, *more: SpanProcessor) -> otel.Tracer:
    """A tracer whose spans end in `recent`, and in any exporter that is handed in."""
    provider = TracerProvider(resource=Resource({"service.name": _NAME}), shutdown_on_exit=False)
    for processor in (recent, *more):
        provider.add_span_processor(processor)
    return provider.get_tracer(_NAME)
