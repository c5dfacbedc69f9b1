"""What is to be done, as people say it: understanding's own intents, a few words to say, a scene, a pause."""

import re
from collections.abc import Sequence

from jinn.edge.listening import HowMuch, NotAble, Situation
from jinn.edge.model import Action, CallAction, SayAction, Scene, SceneAction, SetAction, WaitAction
from jinn.edge.spoken_numbers import EN_DURATION, ZH_DURATION, duration_en, duration_zh
from jinn.edge.spoken_wishes import otherwise
from jinn.kernel import Lang, Names, ThingId
from jinn.language import Intent
from jinn.things import Call, Handle, Json, Set, reached, wishes

UNSAID = Names(en="", zh="")
"""What is said where nobody said what: that which happened."""

_DEPTH_MAX = 4


def actions_of(text: str, situation: Situation, depth: int = 0) -> tuple[Action, ...] | None:
    """The actions that a part of a sentence names; None: it names none that the home can do.

    Raises:
        WhichOne: it may mean several things.
    """
    text = _bare(text, situation.lang)
    if not text or depth > _DEPTH_MAX:
        return None
    for read in (_scene, _first_wait, _wanted, _for_a_while, _joined, _later, _said):
        found = read(text, situation, depth)
        if found is not None:
            return found
    return None


def _bare(text: str, lang: Lang) -> str:
    text = text.strip(" ,，.。!！;；")
    if lang is Lang.EN:
        text = re.sub(
            r"^(?:(?:then|and|please|just|also|automatically|jinn|i want you to|you should|can you|could you"
            r"|would you) +)+",
            "", text,
        )  # fmt: skip
        return re.sub(r" (?:please|automatically|for me|again|too|as well)$", "", text)
    text = re.sub(
        r"^(?:就|那么|那就|那|请|帮我|给我|自动|然后|则|再|替我|麻烦你?|要|帮忙|都要|马上|赶紧|记得)+", "", text
    )
    # 电视就静音, 卧室灯自动关: said between the thing and what it does.
    return re.sub(r"(?<=.)(?:就|自动|自己|马上)(?=[开关亮灭打调静变设停暂回拉])", "", text)


_SAY_EN = re.compile(
    r"(?:(?:tell|remind|warn|notify|alert|inform) (?:me|us|everyone|everybody|the family)|let (?:me|us) know"
    r"|send (?:me |us )?a (?:message|notification|warning)|(?:say|announce)(?= ))"
    r"(?: that| to| about it| saying|:)?(?P<t> .*|)"
)
_SAY_ZH = re.compile(
    r"(?:(?:告诉|提醒|通知|警告|叫|喊)(?:我们|我|大家|家里人|家人)?|播报|报告|报警|广播|说(?!明)|夸夸?我)(?:一声"
    r"|一下|说)?[,，:：]?(?P<t>.*)"
)


def _said(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    found = (_SAY_EN if situation.lang is Lang.EN else _SAY_ZH).fullmatch(text)
    if found is None:
        return None
    words = found["t"].strip().strip("\"“”' ")
    if words.startswith(("if ", "whether ", "what ", "who ", "how ", "是不是", "是否")):
        return None  # That is a question to us.
    return (SayAction(text=Names(en=words, zh=words) if words else UNSAID),)


_SCENE_EN = re.compile(
    r"(?:activate|start|run|set|begin|turn on|switch to|enable|play|apply|use|go to) (?:the )?(?:scene )?"
    r"(?P<n>.+?)(?: (?:scene|mode))?"
)
_SCENE_ZH = re.compile(
    r"(?:启动|执行|打开|进入|切换到|切到|开启|运行|激活|开始|换到|来个)?(?P<n>.+?)(?:场景|模式|情景)?"
)


def scene_called(text: str, situation: Situation) -> Scene | None:
    """The scene that is named, with or without a verb before it."""
    wanted = {text.casefold(), re.sub(r" (?:scene|mode)$|(?:场景|模式|情景)$", "", text.casefold())}
    found = (_SCENE_EN if situation.lang is Lang.EN else _SCENE_ZH).fullmatch(text)
    if found is not None:
        wanted.add(found["n"].casefold())
    for scene in situation.known.scenes():
        for lang in Lang:
            for name in scene.names.all_of(lang):
                plain = re.sub(r" (?:scene|mode)$|(?:场景|模式|情景)$", "", name.casefold())
                if {name.casefold(), plain} & wanted:
                    return scene
    return None


def _scene(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    scene = scene_called(text, situation)
    return None if scene is None else (SceneAction(scene=scene.id),)


_FIRST_WAIT = re.compile(
    rf"(?:after|wait|in) (?P<a>{EN_DURATION})(?: later)?,?(?: then| and then| and)? (?P<x>.+)"
    rf"|(?P<b>{EN_DURATION}) later,? (?P<y>.+)"
)
_LATER = re.compile(rf"(?P<x>.+?) (?:after|in) (?P<a>{EN_DURATION})|(?P<y>.+?) (?P<b>{EN_DURATION}) later")
_FOR = re.compile(rf"(?P<x>.+?) for (?P<a>{EN_DURATION})")
_FIRST_WAIT_ZH = re.compile(rf"(?:过|等|等待)?(?P<a>{ZH_DURATION})(?:以后|之后|过后|后)?[,，]?(?:再|就)?(?P<x>.+)")
_FOR_ZH = re.compile(rf"(?P<x>.+?)(?P<a>{ZH_DURATION})")


def _first_wait(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    """ "After five minutes turn it off", 五分钟后关掉."""
    pattern = _FIRST_WAIT if situation.lang is Lang.EN else _FIRST_WAIT_ZH
    return _waited(pattern.fullmatch(text), situation, depth)


def _later(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    """ "Turn it off after five minutes"."""
    return _waited(_LATER.fullmatch(text), situation, depth) if situation.lang is Lang.EN else None


def _waited(found: "re.Match[str] | None", situation: Situation, depth: int) -> tuple[Action, ...] | None:
    if found is None:
        return None
    parts = found.groupdict()
    seconds = _seconds(parts["a"] or parts["b"], situation.lang)
    then = actions_of(parts["x"] or parts["y"], situation, depth + 1)
    return None if seconds is None or then is None else (WaitAction(for_s=seconds), *then)


def _for_a_while(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    """ "Turn on the light for five minutes"."""
    found = (_FOR if situation.lang is Lang.EN else _FOR_ZH).fullmatch(text)
    seconds = _seconds(found["a"], situation.lang) if found else None
    first = actions_of(found["x"], situation, depth + 1) if found and seconds is not None else None
    if seconds is None or first is None:
        return None
    back = _undone(first, situation)
    return (*first, WaitAction(for_s=seconds), *back) if back else None


def _seconds(said: str, lang: Lang) -> float | None:
    return (duration_en if lang is Lang.EN else duration_zh)(said)


def _undone(actions: Sequence[Action], situation: Situation) -> tuple[Action, ...]:
    """Off again what was switched on; anything else has no opposite that is plain."""
    back: list[Action] = []
    for action in actions:
        handle = situation.things.handle(action.thing) if isinstance(action, SetAction) else None
        power = handle.knobs.get("power") if handle else None
        if not isinstance(action, SetAction) or power is None or action.properties.get(power.property) != 1:
            return ()
        back.append(SetAction(thing=action.thing, properties={power.property: 0}))
    return tuple(back)


_CUTS_EN = (", and then ", " and then ", ", then ", " then ", ", and ", " and ", ", ")
_CUTS_ZH = ("，然后", "然后", "，并且", "并且", "，同时", "同时", "，再", "，并", "，", ",", "并", "再")


def _joined(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    """Two parts, each an action of its own."""
    for cut in _CUTS_EN if situation.lang is Lang.EN else _CUTS_ZH:
        at = text.find(cut)
        while at > 0:
            first = actions_of(text[:at], situation, depth + 1)
            if first is not None:
                spoken = [action.thing for action in first if isinstance(action, SetAction | CallAction)]
                second = actions_of(text[at + len(cut) :], situation.speaking_of(spoken or situation.focus), depth + 1)
                if second is not None:
                    return (*first, *second)
            at = text.find(cut, at + 1)
    for seam in _SEAM_ZH.finditer(text) if situation.lang is Lang.ZH else ():
        at = seam.start()
        first = actions_of(text[:at], situation, depth + 1) if at else None
        if first is not None:
            spoken = [action.thing for action in first if isinstance(action, SetAction | CallAction)]
            second = actions_of(text[at:], situation.speaking_of(spoken or situation.focus), depth + 1)
            if second is not None:
                return (*first, *second)
    return None


_SEAM_ZH = re.compile(
    rf"(?=(?:过|等)?(?:{ZH_DURATION})(?:以后|之后|过后|后))|(?=(?:叫|提醒|告诉|通知)(?:我|大家))|(?<=.)(?="
    rf"(?:打开|关掉|关上|把))"
)
"""Where the next wish begins without a word that joins them."""


def _wanted(text: str, situation: Situation, depth: int) -> tuple[Action, ...] | None:
    if (_SAY_EN if situation.lang is Lang.EN else _SAY_ZH).match(text):
        return None  # Words to be said may sound like a wish.
    said = _BARE_ZH.get(text, text) if situation.lang is Lang.ZH else text
    found = (situation.understand(words) for words in otherwise(said, situation.lang))
    understood = next((one for one in found if one is not None), None)
    if understood is None:
        return None
    actions: list[Action] = []
    for intent in understood.intents:
        of_intent = intent_actions(intent, situation)
        if not of_intent:
            return None
        actions += of_intent
    return tuple(actions)


_BARE_ZH = {
    **dict.fromkeys(("关掉", "关了", "关上", "关闭", "关", "再关掉"), "把它关掉"),
    **dict.fromkeys(("打开", "开", "开启"), "把它打开"),
}


def intent_actions(intent: Intent, situation: Situation) -> list[Action]:
    """What an intent wants of its things, as actions; nothing when none of them can do it."""
    actions: list[Action] = []
    for thing in intent.targets:
        handle = situation.things.handle(thing)
        if handle is not None:
            actions += _of_thing(intent, thing, handle, situation)
    if not actions and intent.targets and not intent.form:
        raise NotAble(intent.targets[0])
    return actions


def _plain_number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _of_thing(intent: Intent, thing: ThingId, handle: Handle, situation: Situation) -> list[Action]:
    values: dict[str, Json] = {}
    actions: list[Action] = []
    for wish in wishes(intent, handle):
        match wish:
            case Set(change=None):
                knob = handle.knobs[wish.ability]
                values[knob.property] = reached(knob, wish)
            case Set():
                # "Dimmer" than what it will be then: nobody knows it now.
                if situation.level is None:
                    raise HowMuch(thing, wish.ability)
                knob = handle.knobs[wish.ability]
                values[knob.property] = reached(knob, Set(ability=wish.ability, value=_plain_number(situation.level)))
            case Call():
                inputs: dict[str, Json] = dict(wish.arguments)
                if isinstance(name := inputs.get("area"), str):
                    inputs["area"] = situation.things.area(name) or name
                actions.append(CallAction(thing=thing, service=handle.services[wish.service], inputs=inputs))
            case _:
                continue
    if values:
        actions.insert(0, SetAction(thing=thing, properties=values))
    return actions
