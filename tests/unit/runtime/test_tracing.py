"""A trace says how long each stage took."""

import pytest

from jinn.kernel import ManualClock
from jinn.runtime import RecentSpans, Span, Trace, tracer_for


def test_spans_say_when_they_began_and_how_long_they_took() -> None:
    clock = ManualClock()
    trace = Trace(clock)
    clock.advance(0.010)
    with trace.span("hear"):
        clock.advance(0.200)
    with trace.span("understand"):
        clock.advance(0.005)
    assert [(span.name, round(span.start_ms), round(span.ms)) for span in trace.spans] == [
        ("hear", 10, 200),
        ("understand", 210, 5),
    ]
    assert round(trace.elapsed_ms()) == 215


def test_a_stage_that_fails_is_recorded_too() -> None:
    trace = Trace(ManualClock())
    with pytest.raises(ValueError, match="boom"), trace.span("think"):
        raise ValueError("boom")
    assert [span.name for span in trace.spans] == ["think"]


def test_a_stage_timed_in_a_thread_fits_in() -> None:
    clock = ManualClock()
    clock.advance(5)
    trace = Trace(clock)
    trace.add("decode", 5.1, 5.25)
    (span,) = trace.spans
    assert span == Span(name="decode", start_ms=pytest.approx(100), ms=pytest.approx(150))


def test_each_span_is_an_opentelemetry_span_of_one_trace() -> None:
    recent = RecentSpans()
    trace = Trace(ManualClock(), name="turn", tracer=tracer_for(recent))
    with trace.span("hear"):
        pass
    trace.add("decode", 0, 1)
    trace.end()
    spans = recent.spans()
    assert [span.name for span in spans] == ["hear", "decode", "turn"]
    assert len({span.get_span_context().trace_id for span in spans}) == 1


def test_only_the_last_spans_are_kept() -> None:
    recent = RecentSpans(count_max=10)
    trace = Trace(ManualClock(), tracer=tracer_for(recent))
    for number in range(25):
        with trace.span(str(number)):
            pass
    assert [span.name for span in recent.spans()] == [str(number) for number in range(15, 25)]
