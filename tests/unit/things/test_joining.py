"""What was found and codes that were read, at one counter."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

import anyio
import pytest

from jinn.kernel import AreaId, Conflict, Invalid, Lang, ManualClock, Names, NotFound, Refused, Secret, ThingId
from jinn.language import Intent, Outcome
from jinn.things import Found, Joining, JoiningSkill, Thing
from jinn.things.joining import AT_ONCE_MAX

pytestmark = pytest.mark.anyio
LAMP = Thing(id=ThingId("t1"), product_key="p", device_name="d", secret=Secret("x"), names=Names(en="lamp", zh="灯"))


@dataclass
class OneFound:
    """`Finder` of one thing."""

    things: list[Found] = field(default_factory=lambda: [Found(id="f1", via="mqtt", names=LAMP.names, kind="light")])

    def found(self) -> list[Found]:
        return self.things

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        return LAMP

    async def ignore(self, found_id: str) -> None:
        self.things = []


@dataclass
class PlayedCodes:
    """`CodeReader` of codes that begin with its letter."""

    via = "matter"
    gate: anyio.Event = field(default_factory=anyio.Event)
    problem: Exception | None = None

    def is_mine(self, code: str) -> bool:
        return code.startswith("M")

    def check(self, code: str) -> None:
        if code == "M-wrong":
            raise Invalid("A letter is wrong.", code="bad-setup-code")

    async def join_code(
        self, code: str, *, names: Names | None, area: AreaId | None, told: Callable[[Names], None]
    ) -> Thing:
        told(Names(en="Pairing", zh="配对中"))
        await self.gate.wait()
        if self.problem is not None:
            raise self.problem
        return LAMP


async def running(joining: Joining, tasks: anyio.abc.TaskGroup) -> None:
    await tasks.start(lambda *, task_status: joining.run(task_status=task_status))


async def test_what_is_found_can_be_joined_or_ignored_and_nothing_else() -> None:
    joining = Joining(clock=ManualClock(), finders=[OneFound()])
    assert [found.id for found in joining.found()] == ["f1"]
    assert await joining.join("f1") == LAMP
    await joining.ignore("f1")
    for ask in (joining.join, joining.ignore):
        with pytest.raises(NotFound):
            await ask("f1")


async def test_a_code_is_tried_step_by_step_until_there_is_a_thing() -> None:
    codes = PlayedCodes()
    joining = Joining(clock=ManualClock(), readers=[codes])
    async with anyio.create_task_group() as tasks:
        await running(joining, tasks)
        begun = joining.try_code("M1")
        assert (begun.state, begun.via, begun.thing) == ("working", "matter", None)
        await anyio.wait_all_tasks_blocked()
        assert joining.attempt(begun.id).step.en == "Pairing"
        codes.gate.set()
        await anyio.wait_all_tasks_blocked()
        assert (joining.attempt(begun.id).state, joining.attempt(begun.id).thing) == ("done", LAMP.id)
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(
    ("problem", "code"), [(Refused("No.", code="wrong-code"), "wrong-code"), (ZeroDivisionError(), "joining-failed")]
)
async def test_an_attempt_that_fails_says_why(problem: Exception, code: str) -> None:
    codes = PlayedCodes(problem=problem)
    codes.gate.set()
    joining = Joining(clock=ManualClock(), readers=[codes])
    async with anyio.create_task_group() as tasks:
        await running(joining, tasks)
        begun = joining.try_code("M1")
        await anyio.wait_all_tasks_blocked()
        ended = joining.attempt(begun.id)
        assert ended.state == "failed"
        assert ended.problem is not None
        assert ended.problem.stable_code() == code
        tasks.cancel_scope.cancel()


async def test_unknown_codes_and_too_many_at_once_are_refused() -> None:
    joining = Joining(clock=ManualClock(), readers=[PlayedCodes()])
    async with anyio.create_task_group() as tasks:
        await running(joining, tasks)
        for code in ("X1", "", "M" * 999, "M-wrong"):
            with pytest.raises(Invalid):
                joining.try_code(code)
        for _ in range(AT_ONCE_MAX):
            joining.try_code("M1")
        with pytest.raises(Conflict):
            joining.try_code("M1")
        with pytest.raises(NotFound):
            joining.attempt("nobody")
        tasks.cancel_scope.cancel()


@pytest.mark.parametrize(("lang", "now"), [(Lang.EN, "I am adding it."), (Lang.ZH, "正在添加")])
async def test_what_takes_longer_than_somebody_waits_is_told_when_it_has_ended(lang: Lang, now: str) -> None:
    codes, told = PlayedCodes(), list[Names]()
    joining = Joining(clock=ManualClock(), readers=[codes])

    async def tell(text: Names) -> None:
        told.append(text)

    skill = JoiningSkill(joining, called=lambda _: LAMP.names, tell=tell, patience_s=0)
    intent = Intent(name="JinnJoinCode", canon="home.join.code", slots={"code": "M1"})
    async with anyio.create_task_group() as tasks:
        await running(joining, tasks)
        reply = await skill.answer((intent,), lang=lang, span=lambda _: nullcontext())
        assert reply.said.startswith(now)
        assert told == []
        codes.gate.set()
        await anyio.wait_all_tasks_blocked()
        assert [text.of(lang) for text in told] == [
            "lamp is part of the home now." if lang is Lang.EN else "灯已经加入家里了。"
        ]
        tasks.cancel_scope.cancel()


async def test_a_discovery_says_what_bridges_say_and_what_waits() -> None:
    async def look() -> Names | None:
        return Names(en="Nothing new.", zh="没有新设备。")

    async def tell(text: Names) -> None:
        raise AssertionError(text)

    joining = Joining(clock=ManualClock(), finders=[OneFound()], looks=[look])
    skill = JoiningSkill(joining, called=lambda _: LAMP.names, tell=tell)
    intent = Intent(name="JinnDiscover", canon="home.join.discover")
    english = await skill.answer((intent,), lang=Lang.EN, span=lambda _: nullcontext())
    assert (english.said, english.outcome) == ("Nothing new. 1 is waiting to be added: lamp.", Outcome.DONE)
    chinese = await skill.answer((intent,), lang=Lang.ZH, span=lambda _: nullcontext())
    assert chinese.said == "没有新设备。有1个设备等待添加：灯。"
