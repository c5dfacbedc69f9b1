"""What is answered when somebody asks how things are. Pure: handles in, sentence out."""

from collections.abc import Sequence

from jinn.kernel import Lang, Names, mid_sentence
from jinn.language import Card, Intent
from jinn.things.telling import Told, listed, many_sentence, number, outcome_sentence, state_words
from jinn.things.wishes import Handle, Knob, Value

STATE_ABILITIES = ("contact", "power", "position", "mute", "activity")
"""What "on", "off", "open" and "closed" speak of, in the order in which a thing is asked."""

MAIN_ABILITIES = (
    "contact", "power", "position", "activity", "temperature", "cold_temperature", "heart_rate", "volume",
)  # fmt: skip
"""What a thing says first when it is asked how it is."""


def is_so(knob: Knob, state: str) -> bool | None:
    """Does the thing report this state? None: it has not reported, or cannot say."""
    if knob.value is None:
        return None
    if knob.ability == "position":
        return {"open": knob.value != 0, "closed": knob.value == 0}.get(state)
    if knob.ability == "activity":
        option = knob.option(knob.value)
        return option is not None and state in option.en.lower()
    return {"on": bool(knob.value), "off": not knob.value, "open": bool(knob.value), "closed": not knob.value}.get(
        state
    )


def state_knob(handle: Handle, state: str) -> Knob | None:
    """The knob that can say whether the thing is in `state`."""
    for ability in STATE_ABILITIES:
        knob = handle.knobs.get(ability)
        if knob is not None and (knob.value is None or is_so(knob, state) is not None):
            return knob
    return None


def answer_state(intent: Intent, handles: Sequence[Handle], lang: Lang) -> str:
    """ "Is it on?", "which lights are on?", "how many windows are open?", "how is the fridge?"."""
    state = intent.slots.get("state")
    if not isinstance(state, str):
        return " ".join(describe(handle, lang) for handle in handles)
    known = [(handle, knob, is_so(knob, state)) for handle in handles if (knob := state_knob(handle, state))]
    if not known:
        return _cannot_say(handles, lang)
    if len(known) == 1 and intent.form not in {"which", "how_many"}:
        handle, knob, holds = known[0]
        return _yes_or_no(handle, knob, holds, lang)
    return _of_many(intent, [(handle, knob, bool(holds)) for handle, knob, holds in known], lang)


def _yes_or_no(handle: Handle, knob: Knob, holds: bool | None, lang: Lang) -> str:
    if holds is None:
        return _no_report(handle, lang)
    words = state_words(knob.ability, knob.value, knob.option(knob.value), lang)
    name = handle.names.of(lang)
    if lang is Lang.EN:
        sentence = f"{'Yes' if holds else 'No'}, the {mid_sentence(name)} {words}."
    else:
        sentence = f"{'是的' if holds else '没有'}，{name}{words}。"
    return sentence + _if_offline(handle, lang)


def _of_many(intent: Intent, known: list[tuple[Handle, Knob, bool]], lang: Lang) -> str:
    so = [handle.names for handle, _, holds in known if holds]
    others = [handle.names for handle, _, holds in known if not holds]
    state = str(intent.slots["state"])
    if lang is Lang.EN:
        return _of_many_in_english(intent.form, state, so, others)
    return _of_many_in_chinese(intent.form, _STATE_ZH.get(state, state), so, others)


def _of_many_in_english(form: str | None, state: str, so: list[Names], others: list[Names]) -> str:
    names, count = listed(so, Lang.EN) if so else "", len(so) + len(others)
    if form == "how_many":
        return f"{len(so)} of {count} {_is_are(len(so))} {state}{f': {names}' if names else ''}."
    if form == "all":
        return f"No, not {listed(others, Lang.EN)}." if others else f"Yes, all {count} are {state}."
    if not so:
        return f"None is {state}." if form == "which" else f"No, none is {state}."
    sentence = f"{names} {_is_are(len(so))} {state}."
    return sentence[:1].upper() + sentence[1:] if form == "which" else f"Yes, {sentence}"


def _of_many_in_chinese(form: str | None, state: str, so: list[Names], others: list[Names]) -> str:
    names, count = listed(so, Lang.ZH) if so else "", len(so) + len(others)
    if form == "how_many":
        return f"{count}个里有{len(so)}个{state}{f'：{names}' if names else ''}。"
    if form == "all":
        return f"没有，{listed(others, Lang.ZH)}不是。" if others else f"是的，{count}个都{state}。"
    if not so:
        return f"都没{state}。" if form == "which" else f"没有，都没{state}。"
    return f"{'' if form == 'which' else '是的，'}{names}{state}。"


_STATE_ZH = {"on": "开着", "off": "关着", "open": "开着", "closed": "关着"}


def answer_ability(ability: str, handles: Sequence[Handle], lang: Lang) -> tuple[str, Card | None]:
    """A figure that a thing measures or is set to: the sentence, and a card with the figure large."""
    told, offline = [], ""
    for handle in handles:
        knob = handle.knobs.get(ability)
        if knob is None:
            continue
        if knob.value is None:
            return _no_report(handle, lang), None
        told.append(Told(names=handle.names, ability=ability, value=knob.value, outcome="confirmed",
                         option=knob.option(knob.value)))  # fmt: skip
        offline = offline or _if_offline(handle, lang)
    if not told:
        return _cannot_say(handles, lang), None
    # Said as a state, not as something just done.
    sentence = "".join(_as_state(one, lang) for one in told) if lang is Lang.ZH else many_sentence(told, lang)
    card = None
    if len(told) == 1:
        card = Card(title=told[0].names.of(lang), figure=_figure(ability, told[0].value))
    return sentence + offline, card


def describe(handle: Handle, lang: Lang) -> str:
    """How a thing is, by what matters most in its kind."""
    for ability in MAIN_ABILITIES:
        knob = handle.knobs.get(ability)
        if knob is not None and knob.value is not None:
            told = Told(names=handle.names, ability=ability, value=knob.value, outcome="confirmed",
                        option=knob.option(knob.value))  # fmt: skip
            said = outcome_sentence(told, lang) if lang is Lang.EN else _as_state(told, lang)
            return said + _if_offline(handle, lang)
    return _no_report(handle, lang)


def _as_state(told: Told, lang: Lang) -> str:
    return f"{told.names.of(lang)}{state_words(told.ability, told.value, told.option, lang)}。"


def _figure(ability: str, value: Value | None) -> str:
    unit = {"heart_rate": "", "steps": "", "channel": "", "color_temperature": " K"}.get(ability, "°")
    if ability in {"brightness", "volume", "position", "battery", "humidity"}:
        unit = "%"
    return f"{number(value)}{unit}"


def _if_offline(handle: Handle, lang: Lang) -> str:
    if handle.is_online:
        return ""
    return " That is the last it said; it is offline now." if lang is Lang.EN else "这是它最后报的，现在不在线。"


def _no_report(handle: Handle, lang: Lang) -> str:
    if lang is Lang.EN:
        return f"The {mid_sentence(handle.names.en)} has not reported yet."
    return f"{handle.names.zh}还没有报过状态。"


def _cannot_say(handles: Sequence[Handle], lang: Lang) -> str:
    if not handles:
        return "There is nothing like that in this home." if lang is Lang.EN else "家里没有这样的设备。"
    names = listed([handle.names for handle in handles], lang)
    return f"That is nothing {names} can tell." if lang is Lang.EN else f"{names}说不出这个。"


def _is_are(count: int) -> str:
    return "is" if count == 1 else "are"
