"""Rules on a real bus and both databases: what happens is done once, kept with its cause, and outlives a hub."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.edge.rules_home import LAMP, OTHER, RulesHome, a_home_with_rules, draft, on, put, until
from integration.things_room import emptied

from jinn.edge import NOTICE_SUBJECT, Noticed
from jinn.edge.dry_running import DryRun
from jinn.kernel import Secret, SystemClock, millis
from jinn.runtime import NatsBus
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest) -> Secret | None:
    return None if request.param == "sqlite" else await emptied(request.getfixturevalue("postgres_address"))


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[RulesHome]:
    async with a_home_with_rules(tmp_path / "data", bus) as home:
        yield home


@pytest.fixture
async def either(tmp_path: Path, bus: NatsBus, url: Secret | None) -> AsyncIterator[RulesHome]:
    """On both databases, for what is kept."""
    async with a_home_with_rules(tmp_path / "data", bus, url) as home:
        yield home


async def test_a_report_has_a_rule_do_its_deed_and_keeps_why(either: RulesHome) -> None:
    home = either
    rule = await home.add()
    await home.report(on=1)
    (run,) = await home.ended(rule)
    assert run.outcome == "done"
    assert run.because.en == "The porch lamp went on."
    assert run.because.zh == "门廊灯开了。"
    assert [(deed.thing, deed.property, deed.asked, deed.outcome) for deed in run.did] == [(LAMP, "on", 1, "confirmed")]
    assert (run.cause.thing, run.cause.member, run.cause.value) == (OTHER, "on", 1)
    assert home.lamp("on") == 1


async def test_a_report_that_says_it_again_sets_nothing_off(home: RulesHome) -> None:
    rule = await home.add()
    for value in (1, 1, 0, 1, 1):
        await home.report(on=value)
    assert len(await home.ended(rule, 2)) == 2


async def test_unmet_conditions_are_kept_with_what_was_found(either: RulesHome) -> None:
    home = either
    rule = await home.add(conditions=[on(LAMP, 0), {"type": "people", "who": "anyone", "at_home": True}])
    await home.home.door.post(home.home.lamp.device, {"on": 0}, message_id="x")
    await home.report(on=1)
    (run,) = await home.ended(rule)
    assert run.outcome == "conditions_not_met"
    assert [(one.text.en, one.is_met) for one in run.found] == [
        ("the hall lamp is off", True),
        ("somebody is home", False),
    ]
    assert home.lamp("on") == 0
    assert home.rules.book.rule(rule.id).last_run_ms is None
    await home.rules.people.note("ann", is_home=True)
    await home.report(on=0)
    await home.report(on=1)
    assert [run.outcome for run in await home.ended(rule, 2)] == ["done", "conditions_not_met"]


async def test_an_event_a_service_and_a_word_for_everybody(home: RulesHome, bus: NatsBus) -> None:
    rule = await home.add(
        triggers=[{"type": "event", "thing": OTHER, "event": "hot"}],
        actions=[
            {"type": "say", "text": {"en": "It is hot.", "zh": "很热。"}},
            {"type": "call", "thing": LAMP, "service": "blink", "inputs": {"times": 2}},
        ],
    )

    async def blink(down: DownMessage) -> None:
        await home.home.answer(down, "thing/service/blink_reply")

    home.home.door.behaviours[home.home.lamp.device] = blink
    async with bus.subscribe(NOTICE_SUBJECT) as notices:
        await home.say_hot(90)
        with anyio.fail_after(30):
            told = msgspec.json.decode((await anext(notices)).payload, type=Noticed)
    assert (told.text.en, told.text.zh) == ("It is hot.", "很热。")
    (run,) = await home.ended(rule)
    assert run.outcome == "done"
    assert [(deed.property, deed.outcome) for deed in run.did] == [("blink", "confirmed")]


async def test_who_does_not_obey_is_told_of_and_the_others_obey(home: RulesHome) -> None:
    await home.home.door.disconnect(home.other.device, session="s2")
    rule = await home.add(
        triggers=[{"type": "event", "thing": LAMP, "event": "hot"}], actions=[put(OTHER, on=1), put(LAMP, on=1)]
    )
    await home.home.door.ask(home.home.lamp.device, "thing/event/hot/post", {"degrees": 1}, message_id="h")
    (run,) = await home.ended(rule)
    assert run.outcome == "failed"
    assert {deed.thing: deed.outcome for deed in run.did} == {OTHER: "offline", LAMP: "confirmed"}


async def test_a_wait_lies_between_two_deeds(home: RulesHome) -> None:
    rule = await home.add(actions=[put(LAMP, on=1), {"type": "wait", "for_s": 0.3}, put(LAMP, on=0)])
    await home.report(on=1)

    async def lit() -> bool | None:
        return True if home.lamp("on") == 1 else None

    await until(lit)
    assert [run.outcome for run in await home.runs(rule)] == ["running"]
    (run,) = await home.ended(rule)
    assert [deed.asked for deed in run.did] == [1, 0]
    assert home.lamp("on") == 0


async def test_a_single_rule_runs_once_at_a_time_and_a_restarting_one_anew(home: RulesHome) -> None:
    wait = [{"type": "wait", "for_s": 0.6}, put(LAMP, on=1)]
    single = await home.add(actions=wait)
    restart = await home.add(mode="restart", actions=[{"type": "wait", "for_s": 0.7}, put(LAMP, brightness=7)])
    for value in (1, 0, 1):
        await home.report(on=value)
    assert sorted(run.outcome for run in await home.ended(single, 2)) == ["done", "refused"]
    assert sorted(run.outcome for run in await home.ended(restart, 2)) == ["cut_off", "done"]


async def test_a_rule_that_cools_down_is_not_run_again_so_soon(home: RulesHome) -> None:
    rule = await home.add(cooldown_s=60)
    for value in (1, 0, 1):
        await home.report(on=value)
    assert sorted(run.outcome for run in await home.ended(rule, 2)) == ["conditions_not_met", "done"]


async def test_a_rule_that_runs_wild_is_stopped_and_says_so(home: RulesHome, bus: NatsBus) -> None:
    rule = await home.add(actions=[{"type": "say", "text": {"en": "again", "zh": "又"}}])
    async with bus.subscribe(NOTICE_SUBJECT) as notices:
        for number in range(40):
            await home.report(on=number % 2)
        with anyio.fail_after(30):
            while (
                "was stopped" not in (told := msgspec.json.decode((await anext(notices)).payload, type=Noticed)).text.en
            ):
                continue
    assert told.severity == "error"
    stopped = home.rules.book.rule(rule.id)
    assert stopped.problem is not None
    assert stopped.problem.code == "runs-too-often"
    assert not stopped.may_run
    again = await home.rules.book.enable(rule.id, is_enabled=True, by="test")
    assert again.may_run


async def test_what_takes_time_and_what_waits_outlives_a_hub(tmp_path: Path, bus: NatsBus, url: Secret | None) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus, url) as home:
        lasting = await home.add(triggers=[on(OTHER, 1, for_s=1.2)], actions=[put(LAMP, brightness=33)])
        waiting = await home.add(actions=[{"type": "wait", "for_s": 1.2}, put(LAMP, brightness=44)])
        await home.report(on=1)

        async def waits() -> bool | None:
            return True if [run for run in await home.runs(waiting) if run.resume_ms] else None

        await until(waits)
        await home.rules.later.flush()
    async with a_home_with_rules(folder, bus, url) as home:
        (done,) = await home.ended(waiting)
        assert done.outcome == "done"
        assert [deed.asked for deed in done.did] == [44]
        (run,) = await home.ended(lasting)
        assert run.because.en == "The porch lamp went on and stayed so for 1 second."
        await home.report(on=1)
        assert len(await home.runs(lasting)) == len(await home.runs(waiting)) == 1


async def test_a_run_that_a_hub_left_in_a_deed_is_said_to_be_cut_off(
    tmp_path: Path, bus: NatsBus, url: Secret | None
) -> None:
    folder = tmp_path / "data"
    async with a_home_with_rules(folder, bus, url) as home:
        home.home.door.behaviours[home.home.lamp.device] = silent
        rule = await home.add()
        await home.report(on=1)

        async def begun() -> bool | None:
            return True if await home.runs(rule) else None

        await until(begun)
    async with a_home_with_rules(folder, bus, url) as home:
        (run,) = await home.runs(rule)
        assert run.outcome == "cut_off"


def now_ms() -> int:
    return millis(SystemClock().now())


async def silent(down: object) -> None:
    """A lamp that hears and does nothing."""


async def test_the_same_happening_sets_a_rule_off_once_on_two_hubs(home: RulesHome) -> None:
    rule = await home.add()
    await home.report(on=1)
    (run,) = await home.ended(rule)
    await home.rules.engine._runner.begin(rule, run)  # As another hub that noticed it too would.
    assert len(await home.runs(rule)) == 1


async def test_why_and_who(either: RulesHome) -> None:
    home = either
    rule = await home.add(names={"en": "evening light", "zh": "晚灯"})
    assert (await home.rules.explaining.why(LAMP)).by == "nobody"
    await home.report(on=1)
    await home.ended(rule)
    why = await home.rules.explaining.why(LAMP, "on")
    assert (why.by, why.rule) == ("rule", rule.id)
    assert why.said.en == "The hall lamp went on because of the rule “evening light”. The porch lamp went on."
    assert why.said.zh == "门厅灯开了，因为规则“晚灯”。门廊灯开了。"
    assert why.run is not None
    await home.home.room.commander.set_properties(LAMP, {"on": 0}, by="voice")
    assert (await home.rules.explaining.why(LAMP, "on")).said.zh == "门厅灯关了，因为有人用语音要求的。"
    await home.home.door.post(home.home.lamp.device, {"on": 1}, message_id="by-hand")
    assert (await home.rules.explaining.why(LAMP, "on")).by == "thing"


async def test_only_the_newest_runs_of_a_rule_are_kept(either: RulesHome) -> None:
    home = either
    rule = await home.add(conditions=[on(LAMP, 1)], cooldown_s=0)
    for number in range(230):
        await home.report(on=number % 2)
    await home.rules.later.flush()
    rows = await home.home.database.read("edge.runs_of_rule", rule=rule.id, count_max=1000)
    assert 90 <= len(rows) <= 101


async def test_the_past_is_tried_as_it_was(home: RulesHome) -> None:
    for value in (0, 1, 0, 1):
        await home.report(on=value)
    dry = DryRun(
        draft(), saying=home.rules.book.saying, around=home.rules.around, clock=SystemClock(),
        from_ms=now_ms() - 60_000,
    )  # fmt: skip
    runs = await dry.tell(home.rules.past, from_ms=now_ms() - 60_000, to_ms=now_ms() + 1000)
    assert [run.outcome for run in runs] == ["done", "done"]
