"""Words about rules and scenes, understood before anything else is tried; everything else goes on as before.

What is found becomes an intent of this room; `skill.py` answers it. A rule travels inside its intent as JSON, so that
a turn's record shows what was understood.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from jinn.edge.hearing import hear_rule, may_be_rule, plain
from jinn.edge.listening import Known, Situation, Things, Understands, WhichOne
from jinn.edge.saying import Saying
from jinn.edge.spoken_acts import scene_called
from jinn.edge.spoken_times import times_in
from jinn.edge.writing import write_draft
from jinn.kernel import AreaId, Lang, ThingId
from jinn.language import Ambiguous, HomeWords, Intent, NotUnderstood, SlotValue, Understanding, Understood

MAKE, LIST, REMOVE, PAUSE, RESUME, WHY = (
    "JinnRuleMake", "JinnRuleList", "JinnRuleRemove", "JinnRulePause", "JinnRuleResume", "JinnWhy",
)  # fmt: skip
SCENE, KEEP_SCENE, LIST_SCENES, REMOVE_SCENE, AT_HOME = (
    "JinnScene", "JinnSceneKeep", "JinnSceneList", "JinnSceneRemove", "JinnAtHome",
)  # fmt: skip
KEEP = "JinnRuleKeep"
"""What a yes to a rule that was read back wants."""

TEXT_CHARS_MAX = 240
"""Longer sentences are nobody's rule; as understanding has it for commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleUnderstander:
    """`language.Understands` with rules: in front of the understander that it is given."""

    words: Understands
    things: Things
    known: Known
    saying: Saying

    def understand(
        self, text: str, lang: Lang, home: HomeWords, *, area: AreaId | None = None, focus: tuple[ThingId, ...] = ()
    ) -> Understanding:
        situation = Situation(
            words=self.words, home=home, things=self.things, known=self.known, lang=lang, area=area, focus=focus
        )
        if len(text) <= TEXT_CHARS_MAX:
            found = self._about_rules(text, situation)
            if found is not None:
                return found
        return self.words.understand(text, lang, home, area=area, focus=focus)

    def complete(self, pending: Ambiguous, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        asked = pending.intent.slots.get("text")
        if pending.intent.name not in (MAKE, WHY) or not isinstance(asked, str):
            return self.words.complete(pending, text, lang, home)
        answer = self.words.complete(_plain_question(pending), text, lang, home)
        if not isinstance(answer, Understood):
            return answer
        chosen = tuple(thing for intent in answer.intents for thing in intent.targets)
        if not chosen:
            return answer
        before = pending.intent.targets
        situation = Situation(
            words=self.words, home=home, things=self.things, known=self.known, lang=lang, chosen=(*before, *chosen)
        )
        return self._about_rules(asked, situation) or answer

    def _about_rules(self, text: str, situation: Situation) -> Understanding | None:
        said = plain(text, situation.lang)
        for look in (self._scene, self._why, _spoken_of_rules, _home_or_away, self._rule):
            try:
                intent = look(said, situation)
            except WhichOne as which:
                # The sentence is heard once more with the answer; those that were chosen before stay so.
                name = WHY if look == self._why else MAKE
                asking = _intent(name, {"text": text}, targets=situation.chosen)
                return replace(which.question, intent=asking, before=())
            if intent is not None:
                return Understood(intents=(intent,))
        return None

    def _rule(self, said: str, situation: Situation) -> Intent | None:
        if not may_be_rule(said, situation.lang) and not _is_timed(said, situation):
            return None
        draft = hear_rule(said, situation, self.saying)
        if draft is None:
            return None
        targets = tuple(dict.fromkeys(thing for part in draft.actions if (thing := getattr(part, "thing", None))))
        return _intent(MAKE, {"draft": write_draft(draft), "text": said}, targets=targets)

    def _scene(self, said: str, situation: Situation) -> Intent | None:
        kept = (_KEEP_SCENE_EN if situation.lang is Lang.EN else _KEEP_SCENE_ZH).fullmatch(said)
        if kept is not None:
            slots: dict[str, SlotValue] = {"name": kept["n"].strip()}
            if situation.area is not None:
                slots["area"] = situation.area
            return _intent(KEEP_SCENE, slots)
        if (_LIST_SCENES_EN if situation.lang is Lang.EN else _LIST_SCENES_ZH).fullmatch(said):
            return _intent(LIST_SCENES, {})
        gone = (_REMOVE_SCENE_EN if situation.lang is Lang.EN else _REMOVE_SCENE_ZH).fullmatch(said)
        scene = scene_called(gone["n"] if gone else said, situation)
        return None if scene is None else _intent(REMOVE_SCENE if gone else SCENE, {"scene": scene.id})

    def _why(self, said: str, situation: Situation) -> Intent | None:
        for pattern, probe in _WHY_EN if situation.lang is Lang.EN else _WHY_ZH:
            found = pattern.fullmatch(said)
            if found is None:
                continue
            subject = found["s"] or ("it" if situation.lang is Lang.EN else "它")
            if subject in ("it", "that", "它", "这个", "那个", "这"):
                things = situation.focus
            else:
                things = situation.candidates(probe.format(subject))
                things = _named_ones(things, situation)
            if things:
                return _intent(WHY, {"text": said}, targets=things)
        return None


def _is_timed(said: str, situation: Situation) -> bool:
    """ "At seven open the curtains": a rule, unless it is a command as it stands."""
    if times_in(said, situation.lang).trigger is None:
        return False
    meant = situation.words.understand(said, situation.lang, situation.home, area=situation.area)
    return isinstance(meant, NotUnderstood)


def _named_ones(things: tuple[ThingId, ...], situation: Situation) -> tuple[ThingId, ...]:
    return tuple(thing for thing in things if thing in situation.chosen) or things


def _plain_question(pending: Ambiguous) -> Ambiguous:
    """The same choices, asked of an intent that understanding knows."""
    return replace(pending, intent=Intent(name="HassTurnOn", canon="home.on"), before=())


def _intent(name: str, slots: dict[str, SlotValue], targets: tuple[ThingId, ...] = ()) -> Intent:
    return Intent(name=name, canon=_CANON[name], slots=slots, targets=targets)


_CANON = {
    MAKE: "rule.make", KEEP: "rule.keep", LIST: "rule.list", REMOVE: "rule.remove", PAUSE: "rule.pause",
    RESUME: "rule.resume", WHY: "rule.why", SCENE: "scene.start", KEEP_SCENE: "scene.keep", LIST_SCENES: "scene.list",
    REMOVE_SCENE: "scene.remove", AT_HOME: "people.at_home",
}  # fmt: skip


def keep_intent(draft: str) -> Intent:
    """What a yes to this rule wants."""
    return _intent(KEEP, {"draft": draft})


def confirmed(intent: Intent) -> Intent:
    """The same, and somebody has said yes to it."""
    return replace(intent, slots={**intent.slots, "is_sure": True})


_NAMED_EN, _NAMED_ZH = r"(?P<n>[\w' -]{1,60}?)", r"(?P<n>[^，。]{1,30}?)"
_KEEP_SCENE_EN = re.compile(
    r"(?:remember|save|keep|store) (?:this|it|everything|the room|how it is)(?: now)? (?:as|under)(?: the| a| my)?"
    rf" {_NAMED_EN}(?: scene| mode)?"
)
_KEEP_SCENE_ZH = re.compile(
    rf"(?:把|将)?(?:现在|当前|这样|这个|目前)?(?:的)?(?:状态|样子|灯光|设置|布置)?(?:记住|保存|存|记|记下来?)(?:成|为|作|做){_NAMED_ZH}(?:场景)?"
)
_LIST_SCENES_EN = re.compile(
    r"(?:what|which) scenes (?:are there|do (?:i|we) have|exist)|list (?:all )?(?:the |my )?scenes"
)
_LIST_SCENES_ZH = re.compile(r"(?:都)?有(?:哪些|什么)场景|(?:列出|说说)(?:所有)?场景")
_REMOVE_SCENE_EN = re.compile(rf"(?:delete|remove|forget) (?:the |my )?(?:scene )?{_NAMED_EN}(?: scene)?")
_REMOVE_SCENE_ZH = re.compile(rf"(?:删除|删掉|去掉)(?:场景)?{_NAMED_ZH}(?:场景)?")

_WHY_EN: "tuple[tuple[re.Pattern[str], str], ...]" = (
    (re.compile(
        r"why (?:did|is|was|has|are|were|does|do)(?P<s> (?:the |my )?.+?) (?:just )?(?:been |still )?"
        r"(?:go|gone|went|turn(?:ed)?|switch(?:ed)?|come|came|open(?:ed|ing)?|clos(?:e|ed|ing)|on|off|start(?:ed)?|stop(?:ped)?"
        r"|chang(?:e|ed)|running|playing)(?: (?:on|off|out|up|down|by itself))*"),
     "what is the state of{}"),
    (re.compile(
        r"(?:who|what) (?:has )?(?:turned|switched|opened|closed|changed|started|stopped|set|dimmed|put|turn|switch)"
        r"(?: on| off)?"
        r"(?P<s> (?:the |my )?.+?)(?: on| off| open| up| down)?"),
     "what is the state of{}"),
)  # fmt: skip
_WHY_ZH: "tuple[tuple[re.Pattern[str], str], ...]" = (
    (re.compile(
        r"(?:为什么|为啥|怎么)(?P<s>[^，]*?)(?:自己|突然|会|就|是|被|还|一直)*(?:亮|开|关|灭|打开|关掉|关上|变|动|启动|停)(?:了|着|起来|的|掉)*(?:啊|呢|呀)?"),
     "{}开着吗"),
    (re.compile(
        r"(?P<s>[^，]*?)(?:为什么|为啥|怎么)(?:自己|突然|会|就|是|被|还|一直)*(?:亮|开|关|灭|打开|关掉|关上|变|动|启动|停)(?:了|着|起来|的|掉)*(?:啊|呢|呀)?"),
     "{}开着吗"),
    (re.compile(r"(?:是)?谁(?:把)?(?:开|关|打开|关掉|关上|动|调)(?:了|的)?(?P<s>[^，]+?)(?:的)?"), "{}开着吗"),
    (re.compile(r"(?:是)?谁把?(?P<s>[^，]+?)(?:打开|关掉|关上|开|关|调)(?:了|的)*"), "{}开着吗"),
    (re.compile(r"(?P<s>[^，]+?)是谁(?:打开|关掉|关上|开|关|调)(?:的|了)?"), "{}开着吗"),
)  # fmt: skip

_RULE_EN, _RULE_ZH = r"(?:rules?|automations?|routines?)", r"(?:规则|自动化)"
_OF_EN = r"(?: (?:for|about|with|of|on|in) (?P<s>.+))?"
_THAT_EN = rf"(?: the| my| that| this)?(?: last)? {_RULE_EN}"
_OF_ZH = rf"(?:(?:关于)?(?P<s>[^，]+?)的)?(?:那条|这条|上一条|刚才的|最后一条|那个|这个)?{_RULE_ZH}"

_OF_RULES: "tuple[tuple[Lang, str, re.Pattern[str]], ...]" = tuple(
    (lang, name, re.compile(pattern))
    for lang, name, pattern in (
        (Lang.EN, LIST, rf"(?:what|which) {_RULE_EN} (?:are there|do (?:i|we) have|exist|have i){_OF_EN}"),
        (Lang.EN, LIST, rf"(?:list|read|tell me|show)(?: me)?(?: all)?(?: the| my)? {_RULE_EN}{_OF_EN}"),
        (Lang.EN, LIST, rf"are there any {_RULE_EN}{_OF_EN}"),
        (Lang.EN, LIST, rf"what {_RULE_EN} (?:touch|use|control|concern)(?:es|s)? (?P<s>.+)"),
        (Lang.EN, REMOVE, rf"(?:delete|remove|forget|cancel){_THAT_EN}{_OF_EN}"),
        (Lang.EN, REMOVE, rf"(?:delete|remove|forget|cancel)(?: the| my)? (?P<s>.+?) {_RULE_EN}"),
        (Lang.EN, PAUSE, rf"(?:pause|disable|stop|suspend|switch off|turn off|deactivate){_THAT_EN}{_OF_EN}"),
        (Lang.EN, PAUSE, rf"(?:pause|disable|stop|suspend)(?: the| my)? (?P<s>.+?) {_RULE_EN}"),
        (Lang.EN, RESUME, rf"(?:resume|enable|continue|switch on|turn on|activate|restart){_THAT_EN}{_OF_EN}"),
        (Lang.EN, RESUME, rf"(?:resume|enable|continue)(?: the| my)? (?P<s>.+?) {_RULE_EN}"),
        (Lang.ZH, LIST, rf"(?:(?:关于|对)?(?P<s>[^，]+?)(?:都)?)?有(?:哪些|什么|几条){_RULE_ZH}"),
        (Lang.ZH, LIST, rf"(?:列出|说说|查看|看看|念一下)(?:所有)?{_OF_ZH}"),
        (Lang.ZH, LIST, rf"有(?:哪些|什么)(?:关于)?(?P<s>[^，]+?)的?{_RULE_ZH}"),
        (Lang.ZH, REMOVE, rf"(?:删除|删掉|取消|去掉|忘掉){_OF_ZH}"),
        (Lang.ZH, REMOVE, rf"把{_OF_ZH}(?:删除|删掉|取消|去掉)"),
        (Lang.ZH, PAUSE, rf"(?:暂停|停用|停掉|关闭|关掉|禁用){_OF_ZH}"),
        (Lang.ZH, RESUME, rf"(?:恢复|启用|继续|打开|开启){_OF_ZH}"),
    )
)


def _spoken_of_rules(said: str, situation: Situation) -> Intent | None:
    """Listing, deleting, pausing and resuming rules; of a thing, of an area or of all."""
    for lang, name, pattern in _OF_RULES:
        found = pattern.fullmatch(said) if lang is situation.lang else None
        if found is None:
            continue
        subject = found.groupdict().get("s")
        if not subject or subject in ("all", "all of them", "所有", "全部"):
            return _intent(name, {"is_all": bool(subject)})
        probe = f"what is the state of {subject}" if lang is Lang.EN else f"{subject}开着吗"
        things = situation.candidates(probe)
        return _intent(name, {"about": subject}, targets=things)
    return None


_AWAY: dict[Lang, Callable[[str], "re.Match[str] | None"]] = {
    Lang.EN: re.compile(
        r"(?:i am|i'm|we are|we're) (?:leaving|going out|off|out)(?: now| home| the house)?|everybody is out"
    ).fullmatch,
    Lang.ZH: re.compile(r"(?:我|我们)(?:要|现在|先)?(?:出门|走|出去|离家|离开家)(?:了|啦)|家里没人了").fullmatch,
}  # fmt: skip
_BACK: dict[Lang, Callable[[str], "re.Match[str] | None"]] = {
    Lang.EN: re.compile(r"(?:i am|i'm|we are|we're) (?:home|back|back home|at home)(?: now| again)?").fullmatch,
    Lang.ZH: re.compile(r"(?:我|我们)(?:回来|到家|回家|在家)(?:了|啦)").fullmatch,
}


def _home_or_away(said: str, situation: Situation) -> Intent | None:
    if _AWAY[situation.lang](said):
        return _intent(AT_HOME, {"is_home": False})
    if _BACK[situation.lang](said):
        return _intent(AT_HOME, {"is_home": True})
    return None
