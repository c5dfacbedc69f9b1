"""Why is it so? The last one who asked for it, and for a rule what set it off."""

from jinn.edge.model import By, RuleId, Run, SceneId, Why
from jinn.edge.ports import Asked, CommandLog, Home
from jinn.edge.rulebook import RuleBook
from jinn.edge.truth import is_same
from jinn.kernel import Invalid, JinnError, Names, NotFound, ThingId
from jinn.things import Json

_LOOKED_AT = 50
_SAME_TIME_MS = 10_000


class Explaining:
    """Looks through what was asked of a thing, the newest first."""

    def __init__(self, *, book: RuleBook, home: Home, log: CommandLog) -> None:
        self._book = book
        self._home = home
        self._log = log

    async def why(self, thing: ThingId, name: str | None = None) -> Why:
        """Why a property is as it is; without a name, the one that was set last, else the thing's most telling one.

        Raises:
            NotFound: `thing-not-found`.
            Invalid: `unknown-property`.
        """
        known = self._home.thing(thing)
        if known is None:
            raise NotFound(f"There is no thing {thing[:80]!r}.", code="thing-not-found")
        if name is not None and name not in known.product.model.properties:
            raise Invalid(f"There is no property {name[:80]!r}.", code="unknown-property")
        asked = [one for one in await self._log.of_thing(thing, count_max=_LOOKED_AT) if _counts(one)]
        meaning = known.product.meaning
        chosen = name or next(
            (found for ability in _TELLING if (found := meaning.property_for(ability))),
            next(iter(known.product.model.properties), None),
        )
        if chosen is None:
            raise Invalid("This thing has no properties.", code="unknown-property")
        said = self._home.twin(thing).reported.get(chosen)
        if said is None:
            return self._unknown(thing, chosen)
        command = next((one for one in asked if chosen in one.values or one.service), None)
        return await self._explained(thing, chosen, said.value, command)

    async def _explained(self, thing: ThingId, name: str, value: Json, command: Asked | None) -> Why:
        became = self._book.saying.changed(thing, name, value)
        if command is None or (not command.service and not is_same(command.values[name], value)):
            said = Names(
                en=f"{_capital(became.en)}, as it says itself; nobody asked for it here.",
                zh=f"{became.zh}，这是它自己报告的，这里没有人要求。",
            )
            return Why(thing=thing, property=name, said=said, by="thing")
        by, _, which = command.by.partition(":")
        if by == "rule":
            return await self._by_rule(thing, name, became, command, RuleId(which))
        if by == "scene":
            return self._by_scene(thing, name, became, command, SceneId(which))
        who = _WHO.get(by, Names(en=f"{command.by} asked for it", zh=f"{command.by}要求的"))
        said = Names(en=f"{_capital(became.en)} because {who.en}.", zh=f"{became.zh}，因为{who.zh}。")
        known_by: By = by if by in ("voice", "screen", "http") else "other"  # type: ignore[assignment]
        return Why(thing=thing, property=name, said=said, by=known_by, at_ms=command.at_ms)

    async def _by_rule(self, thing: ThingId, name: str, became: Names, command: Asked, rule_id: RuleId) -> Why:
        rule = self._book.peek(rule_id)
        run = await self._run_of(rule_id, thing, command.at_ms)
        named = rule.draft.names if rule else Names(en="one that is gone", zh="一条已删除的规则")
        said = Names(
            en=f"{_capital(became.en)} because of the rule “{named.en}”.", zh=f"{became.zh}，因为规则“{named.zh}”。"
        )
        if run is not None:
            said = Names(en=f"{said.en} {run.because.en}", zh=f"{said.zh}{run.because.zh}")
        return Why(
            thing=thing, property=name, said=said, by="rule", at_ms=command.at_ms, rule=rule_id if rule else None,
            run=run,
        )  # fmt: skip

    def _by_scene(self, thing: ThingId, name: str, became: Names, command: Asked, scene_id: SceneId) -> Why:
        try:
            named = self._book.scene(scene_id).names
        except NotFound:
            named = Names(en="one that is gone", zh="一个已删除的场景")
        said = Names(
            en=f"{_capital(became.en)} because somebody started the scene {named.en}.",
            zh=f"{became.zh}，因为有人执行了场景“{named.zh}”。",
        )
        return Why(thing=thing, property=name, said=said, by="scene", at_ms=command.at_ms)

    async def _run_of(self, rule_id: RuleId, thing: ThingId, at_ms: int) -> Run | None:
        """The run during which that command was given."""
        try:
            runs = await self._book.runs(rule_id, count_max=_LOOKED_AT)
        except JinnError:
            return None
        begun = [run for run in runs if run.at_ms <= at_ms + _SAME_TIME_MS and any(d.thing == thing for d in run.did)]
        return (
            begun[0] if begun else next((run for run in runs if run.at_ms <= at_ms and run.outcome == "running"), None)
        )

    def _unknown(self, thing: ThingId, name: str) -> Why:
        names = self._book.saying.thing(thing)
        said = Names(en=f"{_capital(names.en)} has not said anything yet.", zh=f"{names.zh}还没有报告过状态。")
        return Why(thing=thing, property=name, said=said, by="nobody")


def _counts(asked: Asked) -> bool:
    """Whether a command was obeyed, as far as is known."""
    return asked.outcome in (None, "confirmed", "unchanged")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_TELLING = ("power", "position", "activity", "contact", "target_temperature", "mute", "cold_target")
"""What is meant by "why is it so?" when no property is named."""

_WHO = {
    "voice": Names(en="somebody asked for it by voice", zh="有人用语音要求的"),
    "screen": Names(en="somebody touched it on a screen", zh="有人在屏幕上操作的"),
    "http": Names(en="a program asked for it", zh="有程序通过接口要求的"),
}
