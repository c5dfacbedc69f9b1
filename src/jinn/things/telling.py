"""How what came of a wish is said, truthfully, in both languages. Pure: facts in, sentence out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jinn.kernel import Lang, Names, mid_sentence
from jinn.things.colours import name_of

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One property of one thing, and what the thing said of it.

    Attributes:
        ability: the property's meaning, such as `power`.
        option: the label of an enum's value, in both languages, when the property is one.
        outcome: confirmed, unchanged, refused, timed_out or offline.
        limits: lowest and highest value, for a refusal that was out of range.
    """

    names: Names
    ability: str
    value: Value
    outcome: str
    option: Names | None = None
    limits: tuple[float, float] | None = None
    code: str | None = None


def number(value: Value) -> str:
    """As people say it: no `.0`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def state_words(ability: str, value: Value, option: Names | None, lang: Lang) -> str:
    """The state as a predicate: "is on", "is at 30 percent"; "开着", "亮度是百分之三十"."""
    if ability == "activity" and option is not None:
        return f"is {option.en.lower()}" if lang is Lang.EN else option.zh
    if option is not None:
        return f"is set to {option.en.lower()}" if lang is Lang.EN else f"是{option.zh}"
    words = _STATES.get(ability)
    if words is None:
        return f"is {number(value)}" if lang is Lang.EN else f"是{number(value)}"
    return words(value)[0 if lang is Lang.EN else 1]


def _switched(on: tuple[str, str], off: tuple[str, str]) -> Callable[[Value], tuple[str, str]]:
    return lambda value: on if value else off


def _figure(en: str, zh: str) -> Callable[[Value], tuple[str, str]]:
    return lambda value: (en.format(number(value)), zh.format(number(value)))


def _position(value: Value) -> tuple[str, str]:
    if value == 100:
        return "is open", "开着"
    if value == 0:
        return "is closed", "关着"
    return f"is {number(value)} percent open", f"开到{number(value)}%"


def _channel(value: Value) -> tuple[str, str]:
    return f"is on channel {number(value)}", f"在{number(value)}频道"


_STATES: dict[str, Callable[[Value], tuple[str, str]]] = {
    "power": _switched(("is on", "开着"), ("is off", "关着")),
    "contact": _switched(("is open", "开着"), ("is closed", "关着")),
    "mute": _switched(("is muted", "静音了"), ("is not muted", "没有静音")),
    "position": _position,
    "channel": _channel,
    "brightness": _figure("is at {} percent", "亮度是{}%"),
    "volume": _figure("is at volume {}", "音量是{}"),
    "color_temperature": _figure("is at {} kelvin", "色温是{}K"),
    "color": lambda value: (f"is {name_of(str(value), Lang.EN)}", f"是{name_of(str(value), Lang.ZH)}"),
    "target_temperature": _figure("is set to {} degrees", "设定在{}度"),
    "cold_target": _figure("is set to {} degrees", "冷藏设定在{}度"),
    "freezer_target": _figure("has its freezer set to {} degrees", "冷冻设定在{}度"),
    "cold_temperature": _figure("is at {} degrees", "冷藏室是{}度"),
    "freezer_temperature": _figure("has its freezer at {} degrees", "冷冻室是{}度"),
    "temperature": _figure("measures {} degrees", "现在{}度"),
    "humidity": _figure("measures {} percent humidity", "湿度是{}%"),
    "battery": _figure("has {} percent battery", "电量是{}%"),
    "heart_rate": _figure("measures {} beats a minute", "心率是每分钟{}次"),
    "steps": _figure("counts {} steps", "走了{}步"),
}


def outcome_sentence(told: Told, lang: Lang) -> str:
    """What came of one wish."""
    if lang is Lang.EN:
        return _in_english(told)
    return _in_chinese(told)


def _in_english(told: Told) -> str:
    name = _the(told.names.en)
    state = state_words(told.ability, told.value, told.option, Lang.EN)
    match told.outcome:
        case "confirmed":
            return f"{_capital(name)} {state}."
        case "unchanged":
            return f"{_capital(name)} {_already(state)}."
        case "timed_out":
            return f"I asked {name}, it has not answered."
        case "offline":
            return f"{_capital(name)} is offline."
    if told.limits:
        low, high = (number(limit) for limit in told.limits)
        return f"{_capital(name)} takes {low} to {high}, not {number(told.value)}."
    return f"{_capital(name)} refused that."


def _in_chinese(told: Told) -> str:
    name = told.names.zh
    state = state_words(told.ability, told.value, told.option, Lang.ZH)
    match told.outcome:
        case "confirmed":
            return f"{name}{_done(told, state)}。"
        case "unchanged":
            return f"{name}本来就{state}。"
        case "timed_out":
            return f"我叫了{name}，它还没有回应。"
        case "offline":
            return f"{name}不在线。"
    if told.limits:
        low, high = (number(limit) for limit in told.limits)
        return f"{name}只能设{low}到{high}，不能设{number(told.value)}。"
    return f"{name}拒绝了。"


def _opened(value: Value) -> str:
    return "打开了" if value == 100 else "关上了" if value == 0 else f"开到{number(value)}%了"


# A change that was made reads better in Chinese as a change than as a state.
_DONE_ZH: dict[str, Callable[[Value], str]] = {
    "power": lambda value: "开了" if value else "关了",
    "mute": lambda value: "静音了" if value else "取消静音了",
    "position": _opened,
    "brightness": lambda value: f"亮度调到{number(value)}%了",
    "volume": lambda value: f"音量调到{number(value)}了",
    "channel": lambda value: f"换到{number(value)}频道了",
    "target_temperature": lambda value: f"设到{number(value)}度了",
    "cold_target": lambda value: f"冷藏设到{number(value)}度了",
    "freezer_target": lambda value: f"冷冻设到{number(value)}度了",
    "color_temperature": lambda value: f"色温调到{number(value)}K了",
    "color": lambda value: f"换成{name_of(str(value), Lang.ZH)}了",
}


def many_sentence(told: Sequence[Told], lang: Lang) -> str:
    """Several results as one sentence: those that ended alike are counted, the others named."""
    if len(told) == 1:
        return outcome_sentence(told[0], lang)
    groups: dict[tuple[str, str, Value], list[Told]] = {}
    for one in told:
        settled = "confirmed" if one.outcome in {"confirmed", "unchanged"} else one.outcome
        groups.setdefault((one.ability, settled, one.value), []).append(one)
    # The good news first, then what did not work.
    ordered = sorted(groups.items(), key=lambda item: item[0][1] != "confirmed")
    sentences = [_group_sentence(key[1], group, lang) for key, group in ordered]
    return (" " if lang is Lang.EN else "").join(sentences)


def _group_sentence(settled: str, group: list[Told], lang: Lang) -> str:
    if len(group) == 1:
        return outcome_sentence(group[0], lang)
    first = group[0]
    state = state_words(first.ability, first.value, first.option, lang)
    names = listed([one.names for one in group], lang)
    if lang is Lang.ZH:
        endings = {
            "confirmed": f"都{state}"
            if any(one.outcome == "unchanged" for one in group)
            else f"都{_done(first, state)}",
            "timed_out": "还没有回应",
            "offline": "不在线",
        }
        return f"{names}{endings.get(settled, '拒绝了')}。"
    state = "are" + state.removeprefix("is") if state.startswith("is") else state
    endings = {"confirmed": state, "timed_out": "have not answered", "offline": "are offline"}
    return f"{_capital(names)} {endings.get(settled, 'refused that')}."


def _done(told: Told, state: str) -> str:
    if told.option is not None and told.ability in {"mode", "fan_speed"}:
        return f"{'风速' if told.ability == 'fan_speed' else ''}调到{told.option.zh}了"
    done = _DONE_ZH.get(told.ability)
    return done(told.value) if done and told.option is None else state


def listed(names: Sequence[Names], lang: Lang, *, shown_max: int = 4) -> str:
    """Names as a list that can be heard: at most four, the rest counted."""
    shown, more = names[:shown_max], len(names) - shown_max
    if lang is Lang.ZH:
        return "、".join(name.zh for name in shown) + (f"等{len(names)}个" if more > 0 else "")
    words = [_the(name.en) for name in shown]
    if more > 0:
        words.append(f"{more} more")
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _the(name: str) -> str:
    lowered = mid_sentence(name)
    return lowered if lowered.lower().startswith(("the ", "my ")) else f"the {lowered}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _already(state: str) -> str:
    head, _, tail = state.partition(" ")
    return f"was already {tail}" if head == "is" else f"already {state}"
