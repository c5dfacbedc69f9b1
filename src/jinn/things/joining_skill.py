"""Joining as something that can be asked for: look for what is new, and add what has a code."""

from collections.abc import Callable, Mapping, Sequence

from jinn.kernel import JinnError, Lang, Names, ThingId
from jinn.language import Card, Intent, Outcome, Reply, SpanMaker
from jinn.things.joining import Attempt, Found, Joining, Tell

DISCOVER, JOIN_CODE = "JinnDiscover", "JinnJoinCode"

PATIENCE_S = 12.0
"""How long somebody waits for a spoken answer; what comes later is told as news."""

NAMED_MAX = 3
"""Finds that are named; more nobody listens to."""

_WORKING = Names(
    en="I am adding it. I will tell you when it is done.", zh="正在添加，好了我会告诉你。"
)  # fmt: skip
_NOTHING = Names(
    en="I found nothing new. If the device has a setup code, tell it to me.",
    zh="没有发现新设备。如果设备上有配对码，可以念给我听。",
)
_WHY_ZH: Mapping[str, str] = {
    "code-unknown": "没有任何接入方式认识这个配对码。",
    "bad-setup-code": "这个配对码不对，请核对每一位数字。",
    "matter-off": "这是Matter配对码，但家里还没有设置Matter服务器。请先启动一个，并在设置里填写matter.url。",
    "matter-away": "Matter服务器没有连上。",
    "matter-silent": "Matter服务器没有回答。",
    "matter-busy": "Matter服务器正忙，请稍后再试。",
    "matter-not-joined": "设备没有加入成功。请确认它已通电、离得够近，并处于可添加状态；配对码可能只能用一次。",
    "matter-empty": "设备的功能这里都不认识，没有添加。",
    "joining-busy": "正在添加别的设备，请稍后再试。",
    "joining-away": "系统正在停止。",
}


class JoiningSkill:
    """Says what was found and what came of adding; it calls something added only when it is a thing of the home."""

    intents = frozenset({DISCOVER, JOIN_CODE})

    def __init__(
        self, joining: Joining, *, called: Callable[[ThingId], Names], tell: Tell, patience_s: float = PATIENCE_S
    ) -> None:
        """Args: called: what a thing is called; tell: brings news to the people of the home later."""
        self._joining = joining
        self._called = called
        self._tell = tell
        self._patience_s = patience_s

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        intent = intents[0]
        if intent.name == DISCOVER:
            with span("discovered"):
                return await self._discover(lang)
        with span("joined"):
            return await self._join(str(intent.slots.get("code", "")), lang)

    async def _discover(self, lang: Lang) -> Reply:
        try:
            looked = await self._joining.look()
        except JinnError as error:
            return Reply(said=why(error).of(lang), outcome=Outcome.UNAVAILABLE)
        waiting = [found for found in self._joining.found() if found.joined is None]
        said = [*(one.of(lang) for one in looked), *([_waiting(waiting, lang)] if waiting else [])]
        facts = tuple(found.names.of(lang) for found in waiting[:NAMED_MAX])
        card = Card(title="New devices" if lang is Lang.EN else "新设备", figure=str(len(waiting)), facts=facts)
        gap = " " if lang is Lang.EN else ""
        return Reply(said=gap.join(said) if said else _NOTHING.of(lang), outcome=Outcome.DONE, card=card)

    async def _join(self, code: str, lang: Lang) -> Reply:
        try:
            attempt = self._joining.try_code(code)
        except JinnError as error:
            return Reply(said=why(error).of(lang), outcome=Outcome.REFUSED)
        attempt = await self._joining.wait(attempt.id, within_s=self._patience_s)
        if attempt.state == "working":
            self._joining.tell_later(attempt.id, self._came_of, self._tell)
            return Reply(said=_WORKING.of(lang), outcome=Outcome.DONE)
        outcome = Outcome.DONE if attempt.state == "done" else Outcome.UNAVAILABLE
        return Reply(said=self._came_of(attempt).of(lang), outcome=outcome)

    def _came_of(self, attempt: Attempt) -> Names:
        if attempt.problem is not None:
            return why(attempt.problem)
        assert attempt.thing is not None
        names = self._called(attempt.thing)
        return Names(en=f"{names.en} is part of the home now.", zh=f"{names.zh}已经加入家里了。")


def why(error: JinnError) -> Names:
    """What keeps something from joining, for people."""
    return Names(en=error.sentence, zh=_WHY_ZH.get(error.stable_code(), "没有添加成功。"))


def _waiting(found: Sequence[Found], lang: Lang) -> str:
    names = [one.names.of(lang) for one in found[:NAMED_MAX]]
    more = len(found) - len(names)
    if lang is Lang.EN:
        listed = ", ".join(names) + (f" and {more} more" if more else "")
        return f"{len(found)} {'is' if len(found) == 1 else 'are'} waiting to be added: {listed}."
    return f"有{len(found)}个设备等待添加：{'、'.join(names)}{'等' if more else ''}。"
