"""Words about rules and scenes, understood before anything else is tried; everything else goes on as before.

What is found becomes an intent of this room; `skill.py` answers it. A rule travels inside its intent as JSON, so that
a turn's record shows what was understood.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from jinn.edge.cutting import plain
from jinn.edge.hearing import half_heard, hear_rule, may_be_rule, two_rules
from jinn.edge.listening import HowMuch, Known, NotAble, Parts, Situation, Things, TooInvolved, Understands, WhichOne
from jinn.edge.model import Draft, things_of
from jinn.edge.revising import revised, what_instead
from jinn.edge.saying import Saying
from jinn.edge.spoken_acts import scene_called
from jinn.edge.spoken_limits import beyond_rules, without
from jinn.edge.spoken_numbers import number_en, number_zh
from jinn.edge.spoken_rules import spoken_of_rules
from jinn.edge.spoken_times import times_in
from jinn.edge.writing import read_draft, write_draft
from jinn.kernel import AreaId, Lang, ThingId
from jinn.language import Ambiguous, HomeWords, Intent, NotUnderstood, SlotValue, Understanding, Understood

MAKE, LIST, REMOVE, PAUSE, RESUME, WHY = (
    "JinnRuleMake", "JinnRuleList", "JinnRuleRemove", "JinnRulePause", "JinnRuleResume", "JinnWhy",
)  # fmt: skip
SCENE, KEEP_SCENE, LIST_SCENES, REMOVE_SCENE, AT_HOME = (
    "JinnScene", "JinnSceneKeep", "JinnSceneList", "JinnSceneRemove", "JinnAtHome",
)  # fmt: skip
CANNOT, UNDO, HOW = "JinnRuleCannot", "JinnRuleUndo", "JinnRuleHow"
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
            words=Parts(self.words), home=home, things=self.things, known=self.known, lang=lang, area=area, focus=focus
        )
        if len(text) <= TEXT_CHARS_MAX:
            found = self._about_rules(text, situation)
            if found is not None:
                return found
        meant = self.words.understand(text, lang, home, area=area, focus=focus)
        if isinstance(meant, NotUnderstood) and meant.unknown is None and len(text) <= TEXT_CHARS_MAX:
            part = half_heard(text, situation)
            if part is not None:
                return Understood(intents=(_intent(CANNOT, {"part": part, "text": text}),))
        return meant

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
            words=Parts(self.words),
            home=home,
            things=self.things,
            known=self.known,
            lang=lang,
            chosen=(*before, *chosen),
        )
        return self._about_rules(asked, situation) or answer

    def _about_rules(self, text: str, situation: Situation) -> Understanding | None:
        said = plain(text, situation.lang)
        for look in (self._why, self._change, _spoken_of_rules, self._scene, _home_or_away, self._rule):
            try:
                intent = look(said, situation)
            except WhichOne as which:
                # The sentence is heard once more with the answer; those that were chosen before stay so.
                name = WHY if look == self._why else MAKE
                asking = _intent(name, {"text": text}, targets=situation.chosen)
                return replace(which.question, intent=asking, before=())
            except TooInvolved:
                return None  # As a wrong rule would be worse than none, no reading of it counts.
            except NotAble as lack:
                intent = _intent(CANNOT, {"words": "", "text": said}, targets=(lack.thing,))
            except HowMuch as lack:
                intent = _intent(HOW, {"ability": lack.ability, "text": text}, targets=(lack.thing,))
            if intent is not None:
                return Understood(intents=(intent,))
        return None

    def revise(self, proposal: Intent, text: str, lang: Lang, home: HomeWords) -> Understanding | None:
        """A rule that was read back with one part another; or the level that it lacked."""
        asked, draft = proposal.slots.get("text"), proposal.slots.get("draft")
        if len(text) > TEXT_CHARS_MAX or proposal.name not in (KEEP, HOW):
            return self.words.revise(proposal, text, lang, home)
        situation = Situation(words=Parts(self.words), home=home, things=self.things, known=self.known, lang=lang)
        said = plain(text, lang)
        try:
            if proposal.name == HOW:
                return self._with_level(proposal, said, situation)
            changed = revised(read_draft(str(draft)), said, situation, self.saying)
        except NotAble as lack:
            return Understood(intents=(_intent(CANNOT, {"words": "", "text": said}, targets=(lack.thing,)),))
        except (WhichOne, HowMuch, TooInvolved):
            return None
        return None if changed is None else Understood(intents=(self._made(changed, str(asked), proposal.slots),))

    def _with_level(self, how: Intent, said: str, situation: Situation) -> Understanding | None:
        """The sentence once more, with the level that was answered; it may have been said in the other language."""
        level = level_in(what_instead(said, situation.lang), situation.lang)
        asking = Lang(str(how.slots.get("lang", situation.lang.value)))
        if level is None:
            return None
        return self._about_rules(str(how.slots["text"]), replace(situation, lang=asking, level=level))

    def _made(self, draft: Draft, said: str, slots: Mapping[str, SlotValue]) -> Intent:
        targets = tuple(dict.fromkeys(thing for part in draft.actions if (thing := getattr(part, "thing", None))))
        kept = {name: slots[name] for name in ("replaces", "next") if name in slots}
        return _intent(MAKE, {"draft": write_draft(draft), "text": said, **kept}, targets=targets)

    def _change(self, said: str, situation: Situation) -> Intent | None:
        """ "Change the rule about the hall to ten percent"."""
        found = next((match for form in _CHANGE[situation.lang] if (match := form.fullmatch(said))), None)
        if found is None:
            return None
        rules = list(self.known.rules())
        subject = found["s"]
        if subject:
            things = set(_things_called(subject, situation))
            rules = [rule for rule in rules if things & things_of(rule.draft)]
        if len(rules) != 1 and subject:
            return _intent(LIST, {"about": subject}, targets=_things_called(subject, situation))
        changed = revised(rules[-1].draft, found["x"], situation, self.saying) if rules else None
        if changed is None:
            return None
        return self._made(changed, said, {"replaces": rules[-1].id})

    def _rule(self, said: str, situation: Situation) -> Intent | None:
        if not (may_be_rule(said, situation.lang) or beyond_rules(said, situation.lang) or _is_timed(said, situation)):
            return None
        beyond = beyond_rules(said, situation.lang)
        try:
            draft = hear_rule(without(said, beyond) if beyond else said, situation, self.saying)
        except (WhichOne, NotAble):
            if (two := self._two(said, situation)) is None:
                raise
            return two
        if draft is None:
            return None if beyond else self._two(said, situation)
        if beyond is not None:
            return _intent(CANNOT, {"words": beyond, "text": said})
        return self._made(draft, said, {})

    def _two(self, said: str, situation: Situation) -> Intent | None:
        two = two_rules(said, situation, self.saying)
        return None if two is None else self._made(two[0], said, {"next": write_draft(two[1])})

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
    RESUME: "rule.resume", CANNOT: "rule.cannot", UNDO: "rule.undo", HOW: "rule.how", WHY: "rule.why",
    SCENE: "scene.start", KEEP_SCENE: "scene.keep", LIST_SCENES: "scene.list", REMOVE_SCENE: "scene.remove",
    AT_HOME: "people.at_home",
}  # fmt: skip


def keep_intent(made: Intent) -> Intent:
    """What a yes to this rule wants."""
    return _intent(KEEP, dict(made.slots))


def made_next(kept: Intent) -> Intent | None:
    """The second rule of the sentence, to be read back when the first is kept."""
    written = kept.slots.get("next")
    return _intent(MAKE, {"draft": written, "text": ""}) if isinstance(written, str) else None


def asked_how(how: Intent, lang: Lang) -> Intent:
    """What is open while somebody is asked for a level."""
    return replace(how, slots={**how.slots, "lang": lang.value})


_CHANGE = {
    Lang.EN: (
        re.compile(
            r"(?:change|edit|adjust|set|make|move)(?: the| my| that| this)? (?:(?P<s>.+?) )?rule(?: to| so that"
            r" it is)? (?P<x>.+)"
        ),
    ),
    Lang.ZH: (
        re.compile(
            r"(?:把|将)?(?:(?P<s>[^，]+?)的?)??(?:那一?条|这一?条|刚才那条|那个|这个)?(?:规则|自动化|规矩)"
            r"(?:改成|改为|改到|调成|调到|换成)(?P<x>.+)"
        ),
    ),
}


def level_in(said: str, lang: Lang) -> float | None:
    """ "Thirty percent", 一半: a level that was asked for."""
    if lang is Lang.EN:
        bare = re.sub(r"^(?:at|to|about) | ?(?:percent|%|degrees?)$", "", said)
        return {"half": 50.0, "full": 100.0, "maximum": 100.0}.get(bare, number_en(bare))
    bare = re.sub(r"^百分之|[%度]$|百分$", "", said)
    return {"一半": 50.0, "最亮": 100.0, "最大": 100.0}.get(bare, number_zh(bare))


def confirmed(intent: Intent, rule: str | None = None) -> Intent:
    """The same, and somebody has said yes to it; for that very rule, where one was read out."""
    named = {} if rule is None else {"rule": rule}
    return replace(intent, slots={**intent.slots, **named, "is_sure": True})


_NAMED_EN, _NAMED_ZH = r"(?P<n>[\w' -]{1,60}?)", r"(?P<n>[^，。]{1,30}?)"
_KEEP_SCENE_EN = re.compile(
    r"(?:remember|save|keep|store) (?:this|it|everything|the room|how it is)(?: now)? (?:as|under)(?: the| a| my)?"
    rf" {_NAMED_EN}(?: scene| mode)?"
)
_KEEP_SCENE_ZH = re.compile(
    rf"(?:把|将)?(?:现在|当前|这样|这个|目前)?(?:的)?(?:状态|样子|灯光|设置|布置)?(?:记住|保存|存|记|记下来?)"
    rf"(?:成|为|作|做){_NAMED_ZH}(?:场景)?"
)
_LIST_SCENES_EN = re.compile(
    r"(?:what|which) scenes (?:are there|do (?:i|we) have|exist)|list (?:all )?(?:the |my )?scenes"
)
_LIST_SCENES_ZH = re.compile(r"(?:都)?有(?:哪些|什么)场景|(?:列出|说说)(?:所有)?场景")
_REMOVE_SCENE_EN = re.compile(rf"(?:delete|remove|forget) (?:the |my )?(?:scene )?{_NAMED_EN}(?: scene)?")
_REMOVE_SCENE_ZH = re.compile(rf"(?:删除|删掉|去掉)(?:场景)?{_NAMED_ZH}(?:场景)?")

_WHY_EN: "tuple[tuple[re.Pattern[str], str], ...]" = (
    (re.compile(
        r"(?:why|how come)(?: (?:did|is|was|has|are|were|does|do))?(?P<s> (?:the |my )?.+?) (?:is |are |has )?"
        r"(?:just )?(?:been |still )?"
        r"(?:go|gone|went|turn(?:ed)?|switch(?:ed)?|come|came|open(?:ed|ing)?|clos(?:e|ed|ing)|on|off|start"
        r"(?:ed)?|stop(?:ped)?"
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
        r"(?:为什么|为啥|怎么)(?P<s>[^，]*?)(?:自己|突然|会|就|是|被|还|一直)*(?:亮|开|关|灭|打开|关掉|关上|变"
        r"|动|启动|停)(?:了|着|起来|的|掉)*(?:啊|呢|呀)?"),
     "{}开着吗"),
    (re.compile(
        r"(?P<s>[^，]*?)(?:为什么|为啥|怎么)(?:自己|突然|会|就|是|被|还|一直)*(?:亮|开|关|灭|打开|关掉|关上|变"
        r"|动|启动|停)(?:了|着|起来|的|掉)*(?:啊|呢|呀)?"),
     "{}开着吗"),
    (re.compile(r"(?:是)?谁(?:把)?(?:开|关|打开|关掉|关上|动|调)(?:了|的)?(?P<s>[^，]+?)(?:的)?"), "{}开着吗"),
    (re.compile(r"(?:是)?谁把?(?P<s>[^，]+?)(?:打开|关掉|关上|开|关|调)(?:了|的)*"), "{}开着吗"),
    (re.compile(r"(?P<s>[^，]+?)是谁(?:打开|关掉|关上|开|关|调)(?:的|了)?"), "{}开着吗"),
)  # fmt: skip


def _spoken_of_rules(said: str, situation: Situation) -> Intent | None:
    """Listing, deleting, pausing, resuming and taking back; of a thing, of an area, of the last one or of all."""
    spoken = spoken_of_rules(said, situation.lang)
    if spoken is None:
        return None
    name = _VERBS[spoken.verb]
    if spoken.verb == "undo":
        return _intent(name, {})
    slots: dict[str, SlotValue] = {"is_all": spoken.is_all}
    if spoken.until is not None:
        slots["until"] = spoken.until
    if spoken.which is not None:
        slots["which"] = spoken.which
    if spoken.subject is None:
        return _intent(name, slots)
    return _intent(name, {**slots, "about": spoken.subject}, targets=_things_called(spoken.subject, situation))


_VERBS = {"list": LIST, "remove": REMOVE, "pause": PAUSE, "resume": RESUME, "undo": UNDO}


def _things_called(subject: str, situation: Situation) -> tuple[ThingId, ...]:
    """The things that a rule is said to be about; those of the area where it is a place."""
    is_en = situation.lang is Lang.EN
    area = situation.things.area(re.sub(r"^(?:the|my|our) ", "", subject))
    if area is not None:
        return tuple(word.id for word in situation.home.things if word.area == area)
    return situation.candidates(f"what is the state of {subject}" if is_en else f"{subject}开着吗")


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
