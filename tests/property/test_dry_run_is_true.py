"""What a dry run says of the past is what the rule did in it: the real engine lives a day, and is then told of it."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.edge.living_home import a_living_home
from unit.edge.rule_parts import DOOR, HALL, PORCH, a_book, around, draft, when

from jinn.edge.dry_running import DryRun
from jinn.edge.model import Draft
from jinn.edge.ports import ONLINE, PastEvent, PastReport
from jinn.edge.testing import WrittenPast
from jinn.kernel import ManualClock, ThingId

SAY = {"type": "say", "text": {"en": "now", "zh": "现在"}}
TRIGGERS = [
    when(DOOR, "open", 1),
    when(DOOR, "open", 1, for_s=600),
    when(HALL, "temperature", 20, "above"),
    when(HALL, "temperature", 10, "below", for_s=90),
    {"type": "event", "thing": DOOR, "event": "rang"},
    {"type": "presence", "thing": PORCH, "online": False},
    {"type": "time", "at": "02:30"},
    {"type": "time", "at": "07:00", "days": ["workday"]},
    {"type": "sun", "event": "sunset", "offset_min": -30},
]
CONDITIONS = [
    when(PORCH, "on", 1),
    when(PORCH, "on", 1, for_s=300),
    {"type": "not", "of": when(HALL, "temperature", 25, "above")},
    {"type": "time", "after": "22:00", "before": "06:00"},
    {"type": "sun", "is": "up"},
]
SAID = st.one_of(
    st.tuples(st.just(DOOR), st.just("open"), st.integers(0, 1)),
    st.tuples(st.just(PORCH), st.just("on"), st.integers(0, 1)),
    st.tuples(st.just(HALL), st.just("temperature"), st.sampled_from([5.0, 15.0, 22.5, 30.0])),
    st.tuples(st.just(PORCH), st.just(ONLINE), st.integers(0, 1)),
    st.tuples(st.just(DOOR), st.just("rang"), st.just(0)),
)
DAYS: list[tuple[datetime, tzinfo]] = [
    (datetime(2026, 3, 2, tzinfo=UTC), UTC),
    (datetime(2026, 3, 28, 23, tzinfo=UTC), ZoneInfo("Europe/Berlin")),
    (datetime(2026, 10, 24, 22, tzinfo=UTC), ZoneInfo("Europe/Berlin")),
]
rules = st.builds(
    lambda triggers, conditions, cooldown_s: draft(
        triggers=triggers, conditions=conditions, cooldown_s=cooldown_s, actions=[SAY]
    ),
    st.lists(st.sampled_from(TRIGGERS), min_size=1, max_size=3, unique_by=str),
    st.lists(st.sampled_from(CONDITIONS), max_size=1),
    st.sampled_from([0, 0, 1_800]),
)
Told = tuple[ThingId, str, int | float]


async def lived(rule: Draft, start: datetime, zone: tzinfo, told: list[tuple[int, Told]]) -> tuple[
    list[tuple[int, str]], list[PastReport | PastEvent]
]:  # fmt: skip
    """What the rule did, and the past as history keeps it."""
    past: list[PastReport | PastEvent] = []
    async with a_living_home(rule, start, zone) as home:
        home.begin()
        for after_s, (thing, name, value) in told:
            await home.advance_to(home.clock.now() + timedelta(seconds=after_s))
            if name == "rang":
                await home.happen(thing, name)
                past.append(PastEvent(thing=thing, event=name, outputs={}, at_ms=home.now_ms, id=f"e{len(past)}"))
            elif name == ONLINE:
                home.home.say(thing, home.now_ms)
                await home.come_or_go(thing, is_here=bool(value))
                past.append(PastReport(thing=thing, property=name, value=bool(value), at_ms=home.now_ms))
            else:
                await home.say(thing, name, value)
                past.append(PastReport(thing=thing, property=name, value=value, at_ms=home.now_ms))
        await home.advance_to(start + timedelta(hours=26))
        return [(at_ms, outcome) for at_ms, _, outcome in home.ledger.runs], past


def rounded(runs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """What is due is looked at a thousandth of a second later at most; nothing else here lies between two seconds."""
    return sorted((at_ms // 1_000, outcome) for at_ms, outcome in runs)


@settings(max_examples=20)
@given(rules, st.sampled_from(DAYS), st.lists(st.tuples(st.integers(1, 9_000), SAID), max_size=14))
def test_a_dry_run_of_a_day_tells_what_the_rule_did_in_it(
    rule: Draft, day: tuple[datetime, tzinfo], told: list[tuple[int, Told]]
) -> None:
    start, zone = day
    from_ms, to_ms = int(start.timestamp() * 1000), int((start + timedelta(hours=26)).timestamp() * 1000)

    async def both() -> None:
        ran, past = await lived(rule, start, zone, told)
        dry = DryRun(rule, saying=a_book().saying, around=around(zone=zone), clock=ManualClock(), from_ms=from_ms)
        runs = await dry.tell(WrittenPast([one for one in past if one.at_ms < to_ms]), from_ms=from_ms, to_ms=to_ms)
        tried = [(run.at_ms, run.outcome.value) for run in reversed(runs)]
        if rule.cooldown_s:
            # What came too soon after the last run is kept as such, and not worth a word of a dry run.
            tried, ran = ([one for one in runs if one[1] == "done"] for runs in (tried, ran))
        assert rounded(tried) == rounded(ran)

    anyio.run(both)
