"""What was committed and not heard of when a hub died sets its rules off when a hub is back: once, or it is missed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.edge.rules_home import LAMP, OTHER, RulesHome, a_home_with_rules, on, put
from integration.things_room import emptied

from jinn.edge import NOTICE_SUBJECT, Noticed, Rule
from jinn.edge.catching_up import LEAST_MS
from jinn.edge.unheard import LATE_MS_MAX, EventNote, ReportNote, add_notes
from jinn.kernel import Secret, SystemClock, millis
from jinn.runtime import NatsBus
from jinn.things import Happened

pytestmark = pytest.mark.anyio
DARK = {"type": "event", "thing": OTHER, "event": "hot"}


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest) -> Secret | None:
    return None if request.param == "sqlite" else await emptied(request.getfixturevalue("postgres_address"))


@asynccontextmanager
async def a_deaf_home(folder: Path, bus: NatsBus, url: Secret | None = None) -> AsyncIterator[RulesHome]:
    """As a hub is between a commit and its last breath: what is said is kept, and nobody hears it."""
    async with a_home_with_rules(folder, bus, url, is_hearing=False) as home:
        yield home


async def waiting(home: RulesHome) -> int:
    """Notes that nobody has taken away."""
    await home.rules.later.flush()
    return len(await home.rules.engine.unheard.notes(least_ms=-LATE_MS_MAX))


async def heard_all(home: RulesHome) -> None:
    with anyio.fail_after(30):
        while await waiting(home):  # noqa: ASYNC110 (what is waited for tells no event)
            await anyio.sleep(0.02)


async def test_a_report_that_nobody_heard_sets_its_rule_off_once(
    tmp_path: Path, bus: NatsBus, url: Secret | None
) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus, url) as home:
        rule = await home.add()
        event = await home.add(triggers=[DARK], actions=[put(LAMP, brightness=9)])
    async with a_deaf_home(folder, bus, url) as home:
        await home.report(on=1)
        await home.report(on=1, brightness=4)
        await home.say_hot(50)
        assert await waiting(home) == 2
        assert await home.runs(rule) == []
    for _ in range(2):
        async with a_home_with_rules(folder, bus, url) as home:
            (run,) = await home.ended(rule)
            assert (run.outcome, run.because.en) == ("done", "The porch lamp went on.")
            assert len(await home.ended(event)) == 1
            assert (home.lamp("on"), home.lamp("brightness")) == (1, 9)
            await heard_all(home)


async def test_what_went_on_and_off_again_unheard_is_heard_in_that_order(tmp_path: Path, bus: NatsBus) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus) as home:
        rule = await home.add(actions=[{"type": "say", "text": {"en": "on", "zh": "开"}}], mode="restart")
        off = await home.add(triggers=[on(OTHER, 0)], actions=[{"type": "say", "text": {"en": "off", "zh": "关"}}])
    async with a_deaf_home(folder, bus) as home:
        for value in (1, 0, 1, 0):
            await home.report(on=value)
    async with a_home_with_rules(folder, bus) as home:
        causes = sorted(run.cause.version or 0 for run in await home.ended(rule, 2))
        ends = sorted(run.cause.version or 0 for run in await home.ended(off, 2))
        assert causes[0] < ends[0] < causes[1] < ends[1]


async def test_a_live_home_leaves_no_notes_behind(tmp_path: Path, bus: NatsBus, url: Secret | None) -> None:
    async with a_home_with_rules(tmp_path / "data", bus, url) as home:
        rule = await home.add(conditions=[on(LAMP, 0)])
        for value in (1, 0, 1, 1, 0):
            await home.report(on=value, brightness=value)
        await home.ended(rule, 2)
        await heard_all(home)


async def note_again(home: RulesHome, rule: Rule, *, age_ms: int) -> None:
    """As if the hub had been killed after it had acted and before it took the note away."""
    twin = home.home.room.twins.peek(OTHER)
    note = ReportNote(OTHER, twin.version, millis(SystemClock().now()) - age_ms, {"on": 1}, {"on": 0})
    key = f"p {OTHER} {twin.version}"
    await home.home.database.write(add_notes("rules", [(key, note)], millis(SystemClock().now()) - age_ms))


@pytest.mark.parametrize("age_ms", [0, LATE_MS_MAX + 60_000])
async def test_what_was_acted_on_before_the_kill_is_not_acted_on_again(
    tmp_path: Path, bus: NatsBus, url: Secret | None, age_ms: int
) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus, url) as home:
        rule = await home.add()
        await home.report(on=1)
        await home.ended(rule)
        await home.home.door.post(home.home.lamp.device, {"on": 0}, message_id="by-hand")
        await heard_all(home)
        await note_again(home, rule, age_ms=age_ms)
    async with a_home_with_rules(folder, bus, url) as home:
        await heard_all(home)
        assert len(await home.runs(rule)) == 1
        assert home.lamp("on") == 0


async def test_what_happened_too_long_ago_is_missed_and_said_to_be(
    tmp_path: Path, bus: NatsBus, url: Secret | None
) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus, url) as home:
        rule = await home.add()
        await home.add(triggers=[DARK])
    long_ago = millis(SystemClock().now()) - LATE_MS_MAX - 1_000
    async with a_deaf_home(folder, bus, url) as home:
        await home.report(on=1)
        notes = await home.rules.engine.unheard.notes(least_ms=-LATE_MS_MAX)
        await home.home.database.write(home.rules.engine.unheard.heard([key for key, _, _ in notes]))
        hot = EventNote(Happened("x1", OTHER, "hot", long_ago, {"degrees": 3}))
        await home.home.database.write(
            add_notes("rules", [*((key, note) for key, _, note in notes), ("e x1", hot)], long_ago)
        )
    async with bus.subscribe(NOTICE_SUBJECT) as notices, a_home_with_rules(folder, bus, url) as home:
        with anyio.fail_after(20):
            told = msgspec.json.decode((await anext(notices)).payload, type=Noticed)
        assert told.text.en == (
            "While I was away something happened, and it is too late now for the rule “test rule” and the rule “test"
            " rule”."
        )
        assert "太晚了" in told.text.zh
        await heard_all(home)
        (run,) = await home.runs(rule)
        assert run.outcome == "failed"
        assert [(one.text.en, one.is_met) for one in run.found] == [("it was heard of within 60 seconds", False)]
        assert home.lamp("on") != 1


async def test_what_the_bus_lost_is_found_by_looking(tmp_path: Path, bus: NatsBus) -> None:
    async with a_home_with_rules(tmp_path / "data", bus) as home:
        rule = await home.add(triggers=[DARK])
        at_ms = millis(SystemClock().now()) - 2 * LEAST_MS
        lost = EventNote(Happened("x2", OTHER, "hot", at_ms, {"degrees": 3}))
        await home.home.database.write(add_notes("rules", [("e x2", lost)], at_ms))
        engine = home.rules.engine
        await engine._catching_up.catch_up(engine._hear_late, least_ms=LEAST_MS)
        (run,) = await home.ended(rule)
        assert run.outcome == "done"
        await heard_all(home)


async def test_what_lasts_is_timed_from_when_it_was_said_and_comes_once(tmp_path: Path, bus: NatsBus) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus) as home:
        rule = await home.add(triggers=[on(OTHER, 1, for_s=0.5)])
    async with a_deaf_home(folder, bus) as home:
        await home.report(on=1)
    await anyio.sleep(0.6)
    for _ in range(3):
        async with a_home_with_rules(folder, bus) as home:
            assert len(await home.ended(rule)) == 1
            await heard_all(home)
            # Said again, it lasts no less, but it is no new stretch: not even for the next hub.
            await home.report(on=1, brightness=3)
    async with a_home_with_rules(folder, bus) as home:
        await anyio.sleep(0.6)
        assert len(await home.runs(rule)) == 1
        await home.report(on=0)
        await home.report(on=1)
        assert len(await home.ended(rule, 2)) == 2
