"""Does a dry run say what a rule would have done, by the past alone?"""

from datetime import UTC, datetime

import pytest
from unit.edge.rule_parts import DOOR, PORCH, a_book, around, draft, when

from jinn.edge.dry_running import DryRun
from jinn.edge.model import Run
from jinn.edge.ports import ONLINE, PastEvent, PastReport
from jinn.edge.testing import WrittenPast
from jinn.kernel import Invalid, ManualClock

pytestmark = pytest.mark.anyio
DAY = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000


def said(thing: str, name: str, value: object, hour: float) -> PastReport:
    return PastReport(thing=thing, property=name, value=value, at_ms=DAY + int(hour * HOUR))  # type: ignore[arg-type]


async def dry(told: list[PastReport | PastEvent], **parts: object) -> list[Run]:
    rule = draft(**parts)
    run = DryRun(rule, saying=a_book().saying, around=around(), clock=ManualClock(), from_ms=DAY)
    return list(reversed(await run.tell(WrittenPast(told), from_ms=DAY, to_ms=DAY + 24 * HOUR)))


def hours(runs: list[Run]) -> list[float]:
    return [(run.at_ms - DAY) / HOUR for run in runs if run.outcome == "done"]


async def test_it_runs_when_it_became_true_and_not_for_what_was_so_before() -> None:
    told = [
        said(DOOR, "open", value, hour) for hour, value in ((-1, 1), (1, 1), (2, 0), (3, 1), (4, 1), (5, 0), (6, 1))
    ]
    runs = await dry(told)
    assert hours(runs) == [3, 6]
    assert all(run.is_dry and not run.did for run in runs)
    assert runs[0].because.en == "The front door opened."


async def test_conditions_look_at_the_past_too() -> None:
    told = [said(DOOR, "open", 1, 2), said(DOOR, "open", 0, 3), said(PORCH, "on", 1, 4), said(DOOR, "open", 1, 5)]
    runs = await dry(told, conditions=[when(PORCH, "on", 1)])
    assert [(run.outcome, run.found[0].is_met) for run in runs] == [("conditions_not_met", False), ("done", True)]


async def test_what_must_last_and_the_wall_clock_pass_as_they_did() -> None:
    told = [said(DOOR, "open", 1, 2), said(DOOR, "open", 0, 2.4), said(DOOR, "open", 1, 5)]
    triggers = [when(DOOR, "open", 1, for_s=1800), {"type": "time", "at": "07:00"}]
    assert hours(await dry(told, triggers=triggers)) == [5.5, 7]


async def test_events_and_coming_and_going_count() -> None:
    told = [
        PastEvent(thing=DOOR, event="rang", outputs={"times": 2}, at_ms=DAY + HOUR),  # type: ignore[arg-type]
        said(PORCH, ONLINE, True, 2),
        said(PORCH, ONLINE, False, 3),
    ]
    triggers = [
        {"type": "event", "thing": DOOR, "event": "rang"},
        {"type": "presence", "thing": PORCH, "online": False},
    ]
    assert hours(await dry(told, triggers=triggers)) == [1, 3]


async def test_a_rule_that_rests_between_runs_does_so_here_too() -> None:
    told = [said(DOOR, "open", n % 2, 1 + n / 100) for n in range(20)]
    assert len(hours(await dry(told, cooldown_s=HOUR / 1000))) == 1


async def test_a_stretch_that_is_none_is_refused() -> None:
    run = DryRun(draft(), saying=a_book().saying, around=around(), clock=ManualClock(), from_ms=DAY)
    with pytest.raises(Invalid):
        await run.tell(WrittenPast(), from_ms=DAY, to_ms=DAY)
