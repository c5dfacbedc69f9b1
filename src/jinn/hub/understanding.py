"""`jinn understand`: what sentences mean, without doing anything."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from jinn.hub import serving
from jinn.hub.client import HubClient
from jinn.kernel import Invalid, Lang
from jinn.language import LineAnswer, Understander, understand_line


class Line(msgspec.Struct, frozen=True):
    """One line in; `ctx` is a home to be understood in, instead of the household's own."""

    text: str
    lang: Lang
    ctx: Mapping[str, object] | None = None


class AnswerLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line out; all but `ms` are null when the sentence was not understood."""

    canon: str | None
    intent: str | None
    slots: Mapping[str, object] | None
    confidence: float | None
    layer: str | None
    ms: float


def understand_lines(source: BinaryIO, put: Callable[[AnswerLine], None], data: Path) -> None:
    """Answer each line of `source` in order.

    A line with a home of its own is understood here; one without is asked of the household's hub.

    Raises:
        Invalid: code `line-invalid`, naming the line.
    """
    here = Understander()
    with _household(data) as household:
        for number, raw in enumerate(source, start=1):
            if not raw.strip():
                continue
            line = _read(raw, number)
            started_s = time.perf_counter()
            if line.ctx is None:
                answer = household().understand(line.text, line.lang.value)
            else:
                answer = understand_line(here, line.text, line.lang, line.ctx)
            ms = (time.perf_counter() - started_s) * 1000
            put(_answer_line(answer, ms))


@contextmanager
def _household(data: Path) -> Iterator[Callable[[], HubClient]]:
    """The household's hub, reached or started when the first line needs it."""
    reached: list[serving.Reached] = []

    def ask() -> HubClient:
        if not reached:
            reached.append(serving.reach(data))
        return reached[0].client

    try:
        yield ask
    finally:
        for one in reached:
            one.close()


def _read(raw: bytes, number: int) -> Line:
    try:
        return msgspec.json.decode(raw, type=Line)
    except msgspec.MsgspecError as wrong:
        raise Invalid(f"Line {number} is no sentence: {wrong}", code="line-invalid", line=number) from wrong


def _answer_line(answer: LineAnswer, ms: float) -> AnswerLine:
    return AnswerLine(
        canon=answer.canon,
        intent=answer.intent,
        slots=answer.slots,
        confidence=answer.confidence,
        layer=answer.layer,
        ms=round(ms, 2),
    )
