"""Rules and scenes as something that can be talked to. A rule is read back, and kept only after a yes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from jinn.edge import understanding as words
from jinn.edge.model import Draft, Finding, Rule, RuleId, SceneId, things_of
from jinn.edge.quarrelling import sets_of
from jinn.edge.room import RulesRoom
from jinn.edge.running import outcome_of
from jinn.edge.wire import NamesWire, SceneDraftWire, WishWire
from jinn.edge.writing import read_draft
from jinn.kernel import AreaId, JinnError, Lang, Names, ThingId
from jinn.language import Card, Intent, Outcome, Reply, SpanMaker

BY = "voice"
_SPOKEN_MAX = 3
"""Rules that are read out; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What was changed last by voice; one, in memory: it is for the moment after."""

    kind: Literal["kept", "removed", "paused", "resumed"]
    rules: tuple[Rule, ...]


class ThingsOfHome(Protocol):
    """Which things there are, and where."""

    def things_in(self, area: AreaId | None) -> Sequence[ThingId]:
        """All of them without an area."""
        ...


class RuleSkill:
    """Answers for every rule and scene."""

    intents = frozenset(
        {words.MAKE, words.KEEP, words.LIST, words.REMOVE, words.PAUSE, words.RESUME, words.WHY, words.SCENE,
         words.KEEP_SCENE, words.LIST_SCENES, words.REMOVE_SCENE, words.AT_HOME, words.CANNOT, words.UNDO, words.HOW}
    )  # fmt: skip

    def __init__(self, room: RulesRoom, things: ThingsOfHome) -> None:
        self._room = room
        self._things = things
        self._answers: dict[str, Callable[[Intent, Lang], Awaitable[Reply]]] = {
            words.MAKE: self._read_back,
            words.KEEP: self._keep,
            words.LIST: self._list,
            words.REMOVE: self._remove,
            words.PAUSE: self._pause,
            words.RESUME: self._resume,
            words.WHY: self._why,
            words.SCENE: self._scene,
            words.KEEP_SCENE: self._keep_scene,
            words.LIST_SCENES: self._list_scenes,
            words.REMOVE_SCENE: self._remove_scene,
            words.AT_HOME: self._at_home,
            words.CANNOT: self._cannot,
            words.UNDO: self._undo,
            words.HOW: self._how_much,
        }
        self._last: _Change | None = None

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        with span("acted"):
            try:
                return await self._answers[intents[0].name](intents[0], lang)
            except JinnError as no:
                zh = no.facts.get("zh")
                said = str(zh) if lang is Lang.ZH and zh else no.sentence
                return Reply(said=said, outcome=Outcome.REFUSED)

    async def _read_back(self, intent: Intent, lang: Lang) -> Reply:
        written = str(intent.slots["draft"])
        draft = read_draft(written)
        findings = self._room.book.check(draft)
        sentence = self._room.book.saying.rule(draft)
        errors = [one for one in findings if one.is_error]
        if errors:
            return Reply(said=_told(errors[:1], lang), outcome=Outcome.REFUSED)
        ask = Names(en="Shall I keep it?", zh="要保存吗？")
        told = [
            *_first(intent, lang),
            sentence.of(lang),
            *([_told(findings[:2], lang)] if findings else []),
            ask.of(lang),
        ]
        return Reply(
            said=_together(told, lang),
            outcome=Outcome.ASKED,
            card=Card(title=_say(lang, "New rule", "新规则"), facts=(sentence.of(lang),)),
            follow_up=True,
            proposes=words.keep_intent(intent),
        )

    async def _keep(self, intent: Intent, lang: Lang) -> Reply:
        draft, replaced = read_draft(str(intent.slots["draft"])), intent.slots.get("replaces")
        if isinstance(replaced, str):
            rule = await self._room.book.change(RuleId(replaced), draft, by=BY)
            said = _say(lang, "Good, I have changed that rule.", "好的，这条规则改好了。")
            return Reply(said=said, outcome=Outcome.DONE, card=Card(title=rule.draft.names.of(lang)))
        rule = await self._room.book.add(draft, by=BY)
        self._last = _Change(kind="kept", rules=(rule,))
        said = _say(lang, "Good, I keep that rule.", "好的，这条规则保存了。")
        second = words.made_next(intent)
        if second is not None:
            asked = await self._read_back(second, lang)
            return replace(asked, said=_together([said, asked.said], lang))
        return Reply(said=said, outcome=Outcome.DONE, card=Card(title=rule.draft.names.of(lang)))

    async def _how_much(self, intent: Intent, lang: Lang) -> Reply:
        thing = self._room.book.saying.thing(intent.targets[0]).of(lang)
        ability = str(intent.slots.get("ability"))
        en, zh = _LEVELS.get(ability, ("value", "数值"))
        said = _say(lang, f"To what {en} shall I set {thing} then?", f"到时候把{thing}的{zh}设为多少？")
        return Reply(said=said, outcome=Outcome.ASKED, follow_up=True, proposes=words.asked_how(intent, lang))

    async def _list(self, intent: Intent, lang: Lang) -> Reply:
        found = self._meant(intent)
        if not found:
            return Reply(said=_say(lang, "There are no such rules.", "没有这样的规则。"), outcome=Outcome.DONE)
        saying = self._room.book.saying
        spoken = [_state(rule, saying.rule(rule.draft), lang) for rule in found[:_SPOKEN_MAX]]
        more = len(found) - len(spoken)
        if more > 0:
            spoken.append(_say(lang, f"And {more} more.", f"还有{more}条。"))
        if len(found) > 1:
            spoken.insert(0, _say(lang, f"There are {len(found)} rules.", f"一共有{len(found)}条规则。"))
        title = _say(lang, "Rules", "规则")
        return Reply(
            said=_together(spoken, lang), outcome=Outcome.DONE,
            card=Card(title=title, facts=tuple(saying.rule(rule.draft).of(lang) for rule in found[:_SPOKEN_MAX])),
        )  # fmt: skip

    async def _cannot(self, intent: Intent, lang: Lang) -> Reply:
        part = intent.slots.get("part")
        if part is not None:
            half = _say(
                lang, f"I did not understand “{part}”, so I have made no rule.", f"我没听懂“{part}”，所以没有保存规则。"
            )
            return Reply(said=half, outcome=Outcome.NOT_UNDERSTOOD)
        said = str(intent.slots["words"])
        if intent.targets:
            thing = self._room.book.saying.thing(intent.targets[0])
            able = _say(lang, f"{thing.en[:1].upper()}{thing.en[1:]} can't do that, so I have made no rule.",
                        f"{thing.zh}没有这个功能，所以没有保存规则。")  # fmt: skip
            return Reply(said=able, outcome=Outcome.REFUSED)
        sentence = _say(
            lang,
            f"I can't keep “{said}” in a rule, so I have made none. A rule can wait for a time, for days of the"
            f" week, for "
            "the sun, for people or for something in the home.",
            f"规则里还不能设“{said}”，所以没有保存。规则可以按时间、星期、日出日落、有没有人在家，或者家里设备的变化来执行。",
        )  # fmt: skip
        return Reply(said=sentence, outcome=Outcome.REFUSED)

    async def _remove(self, intent: Intent, lang: Lang) -> Reply:
        meant = self._all_or_one(intent, lang)
        if isinstance(meant, Reply):
            return meant
        if not intent.slots.get("is_sure"):
            return self._sure(intent, meant, lang, _say(lang, "delete", "删除"))
        for rule in meant:
            await self._room.book.remove(rule.id)
        self._last = _Change(kind="removed", rules=tuple(meant))
        one, many = ("I have deleted that rule.", f"I have deleted {len(meant)} rules.")
        said = _say(
            lang,
            one if len(meant) == 1 else many,
            "规则删除了。" if len(meant) == 1 else f"{len(meant)}条规则都删除了。",
        )
        return Reply(said=said, outcome=Outcome.DONE)

    async def _pause(self, intent: Intent, lang: Lang) -> Reply:
        return await self._enable(intent, lang, is_enabled=False)

    async def _resume(self, intent: Intent, lang: Lang) -> Reply:
        return await self._enable(intent, lang, is_enabled=True)

    async def _enable(self, intent: Intent, lang: Lang, *, is_enabled: bool) -> Reply:
        meant = self._all_or_one(intent, lang)
        if isinstance(meant, Reply):
            return meant
        is_sure = bool(intent.slots.get("is_sure"))
        if not is_sure and not is_enabled and intent.slots.get("until"):
            return self._until(intent, meant, lang)
        if not is_sure and intent.slots.get("which") == "last_run":
            return self._sure(intent, meant, lang, _say(lang, "pause", "暂停"))
        for rule in meant:
            await self._room.book.enable(rule.id, is_enabled=is_enabled, by=BY)
        self._last = _Change(kind="resumed" if is_enabled else "paused", rules=tuple(meant))
        names = meant[0].draft.names.of(lang) if len(meant) == 1 else _say(lang, "all rules", "所有规则")
        said = (
            _say(lang, f"It works again: {names}.", f"已恢复：{names}。")
            if is_enabled
            else _say(lang, f"It rests now: {names}.", f"已暂停：{names}。")
        )
        return Reply(said=said, outcome=Outcome.DONE)

    def _until(self, intent: Intent, meant: Sequence[Rule], lang: Lang) -> Reply:
        """Nothing wakes a rule again by itself: that is told before it is laid to rest."""
        sentence = self._sentence(meant, lang)
        until = str(intent.slots["until"])
        ask = _say(
            lang,
            f"I can't wake a rule by myself later, so “{until}” would be up to you. Shall I pause it until you"
            f" tell me?",
            f"我还不能到时候自动恢复（“{until}”），要先一直暂停，等您说恢复吗？",
        )
        return self._asked(intent, meant, _together([sentence, ask], lang))

    def _sure(self, intent: Intent, meant: Sequence[Rule], lang: Lang, verb: str) -> Reply:
        many = len(meant) > 1
        ask = _say(lang, f"Shall I {verb} {'all of them' if many else 'it'}?", f"要{'全部' if many else ''}{verb}吗？")
        return self._asked(intent, meant, _together([self._sentence(meant, lang), ask], lang))

    def _asked(self, intent: Intent, meant: Sequence[Rule], said: str) -> Reply:
        sure = words.confirmed(intent, meant[0].id if len(meant) == 1 else None)
        return Reply(said=said, outcome=Outcome.ASKED, follow_up=True, proposes=sure)

    def _sentence(self, meant: Sequence[Rule], lang: Lang) -> str:
        if len(meant) > 1:
            return _say(lang, f"There are {len(meant)} rules.", f"一共有{len(meant)}条规则。")
        return self._room.book.saying.rule(meant[0].draft).of(lang)

    async def _undo(self, intent: Intent, lang: Lang) -> Reply:
        last = self._last
        if last is None:
            said = _say(
                lang, "I have changed no rule that I could take back.", "最近没有改过规则，没有什么可以撤销的。"
            )
            return Reply(said=said, outcome=Outcome.REFUSED)
        if not intent.slots.get("is_sure"):
            ask = _UNDONE[last.kind].of(lang)
            return self._asked_to_undo(intent, _together([self._sentence(last.rules, lang), ask], lang))
        for rule in last.rules:
            if last.kind == "kept":
                await self._room.book.remove(rule.id)
            elif last.kind == "removed":
                await self._room.book.add(rule.draft, by=BY)
            else:
                await self._room.book.enable(rule.id, is_enabled=last.kind == "paused", by=BY)
        self._last = None
        return Reply(said=_say(lang, "I have taken that back.", "已经撤销了。"), outcome=Outcome.DONE)

    def _asked_to_undo(self, intent: Intent, said: str) -> Reply:
        return Reply(said=said, outcome=Outcome.ASKED, follow_up=True, proposes=words.confirmed(intent))

    async def _why(self, intent: Intent, lang: Lang) -> Reply:
        told = [await self._room.explaining.why(thing) for thing in intent.targets[:_SPOKEN_MAX]]
        # Of several, those that are on and that somebody asked for: "the light" is the one that wonders.
        known = [one for one in told if one.at_ms is not None] or told
        newest = max(known, key=lambda one: one.at_ms or 0)
        return Reply(said=newest.said.of(lang), outcome=Outcome.DONE)

    async def _scene(self, intent: Intent, lang: Lang) -> Reply:
        scene = self._room.book.scene(SceneId(str(intent.slots["scene"])))
        did = tuple(await self._room.scenes.run(scene.id))
        bad = [deed for deed in did if deed.outcome not in ("confirmed", "unchanged")]
        name = scene.names.of(lang)
        if not bad:
            return Reply(said=_say(lang, f"{name} is set.", f"“{name}”好了。"), outcome=Outcome.DONE, did=did)
        thing = self._room.book.saying.thing(bad[0].thing).of(lang)
        count = len({deed.thing for deed in bad})
        rest = _say(lang, f" and {count - 1} more", f"等{count}个设备") if count > 1 else ""
        said = _say(lang, f"{name} is set, but for {thing}{rest}.", f"“{name}”好了，只有{thing}{rest}没有照做。")
        is_refused = outcome_of(did) == "refused"
        return Reply(said=said, outcome=Outcome.REFUSED if is_refused else Outcome.UNAVAILABLE, did=did)

    async def _keep_scene(self, intent: Intent, lang: Lang) -> Reply:
        name, area = str(intent.slots["name"]), intent.slots.get("area")
        wishes = self._room.scenes.snapshot(self._things.things_in(AreaId(str(area)) if area else None))
        known = next(
            (s for s in self._room.book.scenes() if name.casefold() in (s.names.en.casefold(), s.names.zh)), None
        )
        names = known.names if known else Names(en=name[:1].upper() + name[1:], zh=name)
        written = SceneDraftWire(
            names=NamesWire(en=names.en, zh=names.zh),
            wishes=[WishWire(thing=one.thing, properties=dict(one.properties)) for one in wishes],
        )
        scene = await self._room.book.keep_scene(written, known.id if known else None)
        count = len(scene.wishes)
        said = _say(
            lang,
            f"I remember {count} thing{'' if count == 1 else 's'} as {names.en}.",
            f"记住了{count}个设备，场景叫“{names.zh}”。",
        )
        return Reply(said=said, outcome=Outcome.DONE)

    async def _list_scenes(self, intent: Intent, lang: Lang) -> Reply:
        names = [scene.names.of(lang) for scene in self._room.book.scenes()]
        if not names:
            return Reply(said=_say(lang, "There are no scenes yet.", "还没有场景。"), outcome=Outcome.DONE)
        said = _say(lang, f"The scenes are {', '.join(names)}.", f"有这些场景：{'、'.join(names)}。")
        return Reply(said=said, outcome=Outcome.DONE)

    async def _remove_scene(self, intent: Intent, lang: Lang) -> Reply:
        scene = self._room.book.scene(SceneId(str(intent.slots["scene"])))
        name = scene.names.of(lang)
        if not intent.slots.get("is_sure"):
            said = _say(lang, f"Shall I delete the scene {name}?", f"要删除场景“{name}”吗？")
            return Reply(said=said, outcome=Outcome.ASKED, follow_up=True, proposes=words.confirmed(intent))
        await self._room.book.remove_scene(scene.id)
        return Reply(said=_say(lang, f"{name} is deleted.", f"“{name}”删除了。"), outcome=Outcome.DONE)

    async def _at_home(self, intent: Intent, lang: Lang) -> Reply:
        is_home = bool(intent.slots["is_home"])
        await self._room.people.note_all(is_home=is_home)
        said = (
            _say(lang, "Welcome home.", "欢迎回家。") if is_home else _say(lang, "See you later.", "好的，路上小心。")
        )
        return Reply(said=said, outcome=Outcome.DONE)

    def _meant(self, intent: Intent) -> list[Rule]:
        """The rules that touch these things, or all."""
        rules = list(self._room.book.rules())
        about = intent.slots.get("about")
        if about is None and not intent.targets:
            return rules
        wanted = set(intent.targets)
        touching = [rule for rule in rules if wanted & self._touched(rule.draft)]
        if touching or not isinstance(about, str):
            return touching
        return [
            rule for rule in rules if any(about in name.lower() for name in (rule.draft.names.en, rule.draft.names.zh))
        ]

    def _touched(self, draft: Draft) -> set[ThingId]:
        return things_of(draft) | {wish.thing for wish in sets_of(draft.actions, self._room.book)}

    def _all_or_one(self, intent: Intent, lang: Lang) -> Sequence[Rule] | Reply:
        if intent.slots.get("is_all"):
            meant = self._meant(intent)
            return meant or Reply(said=_none(lang), outcome=Outcome.REFUSED)
        rule = self._one_of(intent, lang)
        return rule if isinstance(rule, Reply) else [rule]

    def _one_of(self, intent: Intent, lang: Lang) -> Rule | Reply:
        """The one rule that is meant; without a word about it, the newest, or the one that ran last."""
        found = self._meant(intent)
        sure = intent.slots.get("rule")
        if sure is not None:
            found = [rule for rule in found if rule.id == sure]
        if intent.slots.get("which") == "last_run":
            found = sorted((rule for rule in found if rule.last_run_ms is not None), key=_ran)
        if not found:
            return Reply(said=_none(lang), outcome=Outcome.REFUSED)
        if len(found) == 1 or intent.slots.get("about") is None:
            return found[-1]
        named = [rule.draft.names.of(lang) for rule in found[:_SPOKEN_MAX]]
        said = _say(
            lang, f"There are {len(found)} such rules: {'; '.join(named)}. Which thing is only in the one you mean?",
            f"有{len(found)}条这样的规则：{'；'.join(named)}。您指的是哪一条？请说出只有它用到的设备。",
        )  # fmt: skip
        return Reply(said=said, outcome=Outcome.ASKED)


_LEVELS = {
    "brightness": ("brightness", "亮度"), "volume": ("volume", "音量"), "position": ("position", "开合度"),
    "target_temperature": ("temperature", "温度"), "color_temperature": ("colour temperature", "色温"),
    "channel": ("channel", "频道"), "cold_target": ("temperature", "温度"), "freezer_target": ("temperature", "温度"),
}  # fmt: skip


def _first(intent: Intent, lang: Lang) -> list[str]:
    if "replaces" in intent.slots:
        return [_say(lang, "The rule would then be:", "规则会改成：")]
    return [_say(lang, "These are two rules. The first:", "这是两条规则。第一条：")] if "next" in intent.slots else []


_UNDONE = {
    "kept": Names(en="That was kept last. Shall I delete it?", zh="这是刚才保存的规则。要删除它吗？"),
    "removed": Names(en="That was deleted last. Shall I bring it back?", zh="这是刚才删除的规则。要恢复它吗？"),
    "paused": Names(en="That was paused last. Shall it work again?", zh="这是刚才暂停的规则。要恢复吗？"),
    "resumed": Names(en="That was resumed last. Shall I pause it again?", zh="这是刚才恢复的规则。要重新暂停吗？"),
}


def _ran(rule: Rule) -> int:
    return rule.last_run_ms or 0


def _none(lang: Lang) -> str:
    return _say(lang, "There is no such rule.", "没有这样的规则。")


def _state(rule: Rule, sentence: Names, lang: Lang) -> str:
    if rule.problem is not None:
        return f"{sentence.of(lang)} {_say(lang, 'It was stopped.', '它已停用。')}"
    if not rule.draft.is_enabled:
        return f"{sentence.of(lang)} {_say(lang, 'It rests.', '它已暂停。')}"
    return sentence.of(lang)


def _told(findings: Sequence[Finding], lang: Lang) -> str:
    return _together([finding.message.of(lang) for finding in findings], lang)


def _together(sentences: Sequence[str], lang: Lang) -> str:
    return (" " if lang is Lang.EN else "").join(sentences)


def _say(lang: Lang, en: str, zh: str) -> str:
    return en if lang is Lang.EN else zh
