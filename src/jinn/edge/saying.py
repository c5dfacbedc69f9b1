"""A rule as one sentence, and what set it off, in both languages. Pure but for the names it looks up."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from jinn.edge import saying_time, words
from jinn.edge.model import (
    Action,
    AnyOf,
    CallAction,
    Cause,
    Comparison,
    Condition,
    Draft,
    EventTrigger,
    NotSo,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    SayAction,
    Scene,
    SceneAction,
    SceneId,
    SetAction,
    SunCondition,
    SunTrigger,
    TimeCondition,
    TimeTrigger,
    Trigger,
    WaitAction,
)
from jinn.edge.ports import Home, HomeThing
from jinn.kernel import Lang, Names, ThingId, mid_sentence
from jinn.things import Json, Product, color_name, value_names

SCENE_GONE = Names(en="a scene that is gone", zh="一个已删除的场景")


class Saying:
    """Knows what things and scenes are called."""

    def __init__(self, home: Home, scene: Callable[[SceneId], Scene | None]) -> None:
        self._home = home
        self._scene = scene

    def rule(self, draft: Draft) -> Names:
        """ "When the front door opens and it is between 22:00 and 6:00, set the hall light to 20 %." """
        only_if = [self.condition(one) for one in draft.conditions]
        then = self._actions(draft.actions)
        is_time = all(isinstance(one, TimeTrigger | SunTrigger) for one in draft.triggers)
        if is_time:
            when = _joined(
                [_at(one) for one in draft.triggers if isinstance(one, TimeTrigger | SunTrigger)], " or ", "或"
            )
            en, zh = when.en, when.zh
        else:
            when = _joined([self.trigger(one) for one in draft.triggers], " or when ", "或")
            en, zh = f"When {when.en}", f"{when.zh}的时候"
        if only_if:
            if_en = " and ".join(one.en for one in only_if)
            if_zh = "，并且".join(one.zh for one in only_if)
            is_plain = not is_time and len(draft.triggers) == 1
            en = f"{en} and {if_en}" if is_plain else f"{en}, if {if_en}"
            zh = f"{zh}，如果{if_zh}，就"
        else:
            zh = f"{zh}，"
        return Names(en=f"{_capital(en)}, {then.en}.", zh=f"{zh}{then.zh}。")

    def _actions(self, actions: Sequence[Action]) -> Names:
        """One after the other; what is asked of several things at once is said once."""
        told: list[Names] = []
        at = 0
        while at < len(actions):
            first, run = actions[at], [actions[at]]
            if isinstance(first, SetAction):
                alike = self._form_of(first)
                while at + len(run) < len(actions) and self._form_of(actions[at + len(run)]) == alike:
                    run.append(actions[at + len(run)])
            told.append(self._of_several(run) if len(run) > 1 else self.action(first))
            at += len(run)
        zh = (
            told[0].zh + "".join(("，" if one.zh.startswith("等") else "，然后") + one.zh for one in told[1:])
            if told
            else ""
        )
        return Names(en=", then ".join(one.en for one in told), zh=zh)

    def _form_of(self, action: Action) -> Names | None:
        """The action's words without its thing."""
        if not isinstance(action, SetAction):
            return None
        said, name = self.action(action), self._name(action.thing)
        return Names(en=said.en.replace(name.en, "{x}", 1), zh=said.zh.replace(name.zh, "{x}", 1))

    def _of_several(self, run: Sequence[Action]) -> Names:
        form = self._form_of(run[0])
        assert form is not None
        names = [self._name(action.thing) for action in run if isinstance(action, SetAction)]
        en = f"{', '.join(name.en for name in names[:-1])} and {names[-1].en}"
        zh = f"{'、'.join(name.zh for name in names[:-1])}和{names[-1].zh}"
        return _put(form, Names(en=en, zh=zh))

    def happened(self, trigger: Trigger) -> Names:
        """What set a rule off, as a message to people: "The fridge has been open for 2 minutes"."""
        if isinstance(trigger, PropertyTest):
            turned = self._words(trigger)
            if trigger.for_s or turned is None:
                return self._lasted(trigger)
            return _put(turned.past, self._name(trigger.thing))
        if isinstance(trigger, TimeTrigger | SunTrigger):
            return saying_time.is_now(trigger)
        if isinstance(trigger, PeopleTest):
            return _PEOPLE_TURNED[trigger.who, trigger.is_home]
        told = self.trigger(trigger)
        return Names(en=told.en.replace(" goes offline", " has gone offline"), zh=told.zh.replace("离线", "离线了"))

    def trigger(self, trigger: Trigger) -> Names:
        match trigger:
            case PropertyTest():
                return self._turned(trigger)
            case EventTrigger(thing=thing, event=event):
                return _both("{0} says: {1}", "{0}发出“{1}”", self._name(thing), self._event(thing, event))
            case PresenceTrigger(thing=thing, is_online=is_online, for_s=for_s):
                came = _both("{0} is back", "{0}上线", self._name(thing))
                gone = _both("{0} goes offline", "{0}离线", self._name(thing))
                return _lasting(came if is_online else gone, for_s)
            case TimeTrigger():
                return saying_time.time_trigger(trigger)
            case SunTrigger():
                return saying_time.sun_trigger(trigger)
            case PeopleTest():
                return _PEOPLE_TURN[trigger.who, trigger.is_home]

    def because(self, trigger: Trigger, cause: Cause) -> Names:
        """What happened, as a sentence of the past."""
        match trigger:
            case PropertyTest():
                told = _lasting(self._became(trigger, cause.value), trigger.for_s, " and stayed so for ", "，持续了")
            case EventTrigger(thing=thing, event=event):
                told = _both("{0} said: {1}", "{0}发出了“{1}”", self._name(thing), self._event(thing, event))
            case PresenceTrigger(thing=thing, is_online=is_online, for_s=for_s):
                came = _both("{0} came back", "{0}上线了", self._name(thing))
                gone = _both("{0} went offline", "{0}离线了", self._name(thing))
                told = _lasting(came if is_online else gone, for_s, " and stayed so for ", "，持续了")
            case TimeTrigger() | SunTrigger():
                told = saying_time.came(trigger)
            case PeopleTest():
                told = _PEOPLE_TURNED[trigger.who, trigger.is_home]
        return Names(en=f"{_capital(told.en)}.", zh=f"{told.zh}。")

    def condition(self, condition: Condition) -> Names:
        match condition:
            case PropertyTest():
                return self._lasted(condition) if condition.for_s else self._state(condition)
            case TimeCondition():
                return saying_time.time_condition(condition)
            case SunCondition(is_up=is_up):
                return Names(en="it is light outside", zh="天亮着") if is_up else Names(en="it is dark", zh="天黑了")
            case PeopleTest():
                return _PEOPLE_STATE[condition.who, condition.is_home]
            case AnyOf(of=several):
                return _joined([self.condition(one) for one in several], " or ", "或者")
            case NotSo(of=inner):
                return self._not_so(inner)

    def action(self, action: Action) -> Names:
        match action:
            case SetAction(thing=thing, properties=properties):
                return self._set(thing, dict(properties))
            case CallAction():
                return self._call(action)
            case SceneAction(scene=scene):
                known = self._scene(scene)
                return _both("start the scene {0}", "执行场景“{0}”", known.names if known else SCENE_GONE)
            case SayAction(text=text):
                words_said = Names(en=text.en.rstrip("."), zh=text.zh.rstrip("。."))
                return _both("say “{0}”", "播报“{0}”", words_said)
            case WaitAction(for_s=for_s):
                return Names(en=f"wait {words.duration(for_s, Lang.EN)}", zh=f"等{words.duration(for_s, Lang.ZH)}")

    def changed(self, thing: ThingId, name: str, value: Json) -> Names:
        """That a property has this value now, as a sentence of the past without its stop: "the hall light went on"."""
        return self._became(PropertyTest(thing=thing, property=name, comparison=Comparison.IS, value=value), value)

    def thing(self, thing: ThingId) -> Names:
        return self._name(thing)

    def _not_so(self, inner: Condition) -> Names:
        if (
            isinstance(inner, PropertyTest)
            and inner.comparison in (Comparison.ABOVE, Comparison.BELOW)
            and not inner.for_s
        ):
            is_above = inner.comparison is Comparison.ABOVE
            return self._compared(
                inner, "{0} is at most {1}" if is_above else "{0} is at least {1}",
                "{0}不高于{1}" if is_above else "{0}不低于{1}",
            )  # fmt: skip
        if isinstance(inner, PropertyTest) and not inner.for_s:
            is_so = inner.comparison is Comparison.IS
            return self._state(replace(inner, comparison=Comparison.IS_NOT if is_so else Comparison.IS))
        said = self.condition(inner)
        if said.en.startswith("it is "):
            return Names(en=f"it is not {said.en.removeprefix('it is ')}", zh=f"不{said.zh}")
        return _both("it is not so that {0}", "并非{0}", said)

    def _lasted(self, test: PropertyTest) -> Names:
        """ "The door has been open for 2 minutes", 室温连续10分钟高于27°C; without a time: that it is so."""
        state = self._state(test)
        if not test.for_s:
            return Names(en=state.en, zh=state.zh)
        name = self._name(test.thing)
        en = re.sub(r" (?:is|sees)( |$)", r" has been\1", state.en, count=1)
        zh_for = words.duration(test.for_s, Lang.ZH)
        if self._words(test) is None:
            quantity = self._quantity(test.thing, test.property).zh
            zh = state.zh.replace(quantity, f"{quantity}连续{zh_for}", 1)
        else:
            zh = state.zh.replace(name.zh, f"{name.zh}连续", 1) + zh_for
        return Names(en=f"{en} for {words.duration(test.for_s, Lang.EN)}", zh=zh)

    def _turned(self, test: PropertyTest) -> Names:
        if test.for_s:
            return self._lasted(test)
        turned = self._words(test)
        if turned is not None:
            return _put(turned.now, self._name(test.thing))
        verb = {
            Comparison.IS: ("{0} becomes {1}", "{0}变成{1}"),
            Comparison.IS_NOT: ("{0} is no longer {1}", "{0}不再是{1}"),
            Comparison.ABOVE: ("{0} rises above {1}", "{0}高于{1}"),
            Comparison.BELOW: ("{0} falls below {1}", "{0}低于{1}"),
        }[test.comparison]
        return _lasting(self._compared(test, *verb), test.for_s)

    def _became(self, test: PropertyTest, value: Json) -> Names:
        turned = self._words(test)
        if turned is not None:
            return _put(turned.past, self._name(test.thing))
        quantity, said = self._quantity(test.thing, test.property), self._value(test.thing, test.property, value)
        return _both("{0} became {1}", "{0}变成了{1}", quantity, said)

    def _state(self, test: PropertyTest) -> Names:
        turned = self._words(test)
        if turned is not None:
            return _put(turned.state, self._name(test.thing))
        verb = {
            Comparison.IS: ("{0} is {1}", "{0}是{1}"),
            Comparison.IS_NOT: ("{0} is not {1}", "{0}不是{1}"),
            Comparison.ABOVE: ("{0} is above {1}", "{0}高于{1}"),
            Comparison.BELOW: ("{0} is below {1}", "{0}低于{1}"),
        }[test.comparison]
        return self._compared(test, *verb)

    def _compared(self, test: PropertyTest, en: str, zh: str) -> Names:
        quantity = self._quantity(test.thing, test.property)
        return _both(en, zh, quantity, self._value(test.thing, test.property, test.value))

    def _words(self, test: PropertyTest) -> words.Turned | None:
        """How this very state is said, where there are words for it: "opens" rather than "becomes open"."""
        ability = self._ability(test.thing, test.property)
        if ability == "activity" and isinstance(test.value, int) and test.comparison is Comparison.IS:
            return words.ACTIVITY.get(self._value(test.thing, test.property, test.value).en)
        value, comparison = test.value, test.comparison
        if not isinstance(value, int | float) or ability is None:
            return None
        is_switch = (ability, 1) in words.TURNED
        if comparison is Comparison.IS_NOT and value in (0, 1) and is_switch:
            value, comparison = 1 - value, Comparison.IS
        if comparison is Comparison.ABOVE and value == 0 and (ability, 100) in words.TURNED:
            value, comparison = 100, Comparison.IS
        return words.TURNED.get((ability, int(value))) if comparison is Comparison.IS else None

    def _set(self, thing: ThingId, values: dict[str, Json]) -> Names:
        abilities = {name: self._ability(thing, name) for name in values}
        if len(values) > 1:
            # A light that is set to 20 % is on; that need not be said.
            values = {name: value for name, value in values.items() if not (abilities[name] == "power" and value == 1)}
        return _joined([self._set_one(thing, name, value) for name, value in values.items()], " and ", "并")

    def _set_one(self, thing: ThingId, name: str, value: Json) -> Names:
        ability = self._ability(thing, name)
        if ability is not None and isinstance(value, int | float) and (ability, int(value)) in words.SET:
            return _put(words.SET[ability, int(value)], self._name(thing))
        said = self._value(thing, name, value)
        if ability in words.LEVEL:
            return _both("set {0} to {1}", "把{0}调到{1}", self._name(thing), said)
        if ability == "mode":
            return _both("set {0} to {1}", "把{0}调成{1}模式", self._name(thing), said)
        if ability == "color" and isinstance(value, str):
            color = Names(en=color_name(value, Lang.EN), zh=color_name(value, Lang.ZH))
            return _both("turn {0} {1}", "把{0}调成{1}", self._name(thing), color)
        if ability == "volume":
            return _both("set {0} to {1}", "把{0}调到{1}", self._quantity(thing, name), said)
        return _both("set {0} to {1}", "把{0}设为{1}", self._quantity(thing, name), said)

    def _call(self, action: CallAction) -> Names:
        known = self._home.thing(action.thing)
        meant = known.product.meaning.actions.get(action.service) if known else None
        if meant in words.SERVICES and (meant != "clean_area" or "area" in action.inputs):
            area = self._area(str(action.inputs.get("area", "")))
            form = words.SERVICES[meant]
            form = Names(en=form.en.replace("{area}", area.en), zh=form.zh.replace("{area}", area.zh))
            return _put(form, self._name(action.thing))
        service = known.product.service_names.get(action.service) if known else None
        label = service or Names(en=action.service, zh=action.service)
        return _both("have {0} do: {1}", "让{0}执行“{1}”", self._name(action.thing), label)

    def _area(self, area: str) -> Names:
        names = self._home.area(area)
        if names is None:
            return Names(en=area, zh=area)
        return Names(en=f"the {mid_sentence(names.en)}", zh=names.zh)

    def _name(self, thing: ThingId) -> Names:
        known = self._home.thing(thing)
        names = known.names if known else Names(en=thing, zh=thing)
        lowered = mid_sentence(names.en)
        return Names(en=lowered if lowered.lower().startswith(("the ", "my ")) else f"the {lowered}", zh=names.zh)

    def _quantity(self, thing: ThingId, name: str) -> Names:
        known = self._home.thing(thing)
        label = property_names(known, name)
        first, _, rest = label.en.partition(" ")
        if known is not None and rest and first.lower() in known.names.en.lower().split():
            label = Names(en=rest, zh=label.zh)  # The fridge's "fridge temperature" is its temperature.
        at = "at" if self._ability(thing, name) == "temperature" else "of"
        return _both(
            f"the {{1}} {at} {{0}}", "{0}的{1}", self._name(thing), Names(en=mid_sentence(label.en), zh=label.zh)
        )

    def _ability(self, thing: ThingId, name: str) -> str | None:
        known = self._home.thing(thing)
        return known.product.meaning.abilities.get(name) if known else None

    def _value(self, thing: ThingId, name: str, value: Json) -> Names:
        known = self._home.thing(thing)
        return (
            value_words(known.product, name, value) if known else Names(en=words.number(value), zh=words.number(value))
        )

    def _event(self, thing: ThingId, event: str) -> Names:
        known = self._home.thing(thing)
        member = known.product.model.events.get(event) if known else None
        stated = known.product.event_names.get(event) if known else None
        label = (member.name or event) if member else event
        return stated or Names(en=label, zh=label)


def property_names(known: HomeThing | None, name: str) -> Names:
    """What people call a property."""
    if known is None:
        return Names(en=name, zh=name)
    stated = known.product.property_names.get(name)
    member = known.product.model.properties.get(name)
    label = (member.name if member else "") or name
    return stated or Names(en=label, zh=label)


def value_words(product: Product, name: str, value: Json) -> Names:
    """A value with its label or its unit."""
    stated = value_names(product, name, value)
    if stated is not None:
        return Names(en=stated.en.lower(), zh=stated.zh)
    member = product.model.properties.get(name)
    unit = getattr(member.type, "unit", "") if member else ""
    said = words.number(value)
    return Names(en=f"{said} {unit}".strip(), zh=f"{said}{unit}")


def _lasting(names: Names, for_s: float, en: str = " for ", zh: str = "持续") -> Names:
    if not for_s:
        return names
    return Names(
        en=f"{names.en}{en}{words.duration(for_s, Lang.EN)}", zh=f"{names.zh}{zh}{words.duration(for_s, Lang.ZH)}"
    )


def _both(en: str, zh: str, *parts: Names) -> Names:
    return Names(en=en.format(*(part.en for part in parts)), zh=zh.format(*(part.zh for part in parts)))


def _put(form: Names, name: Names) -> Names:
    return Names(en=form.en.replace("{x}", name.en), zh=form.zh.replace("{x}", name.zh))


def _at(trigger: TimeTrigger | SunTrigger) -> Names:
    return saying_time.time_trigger(trigger) if isinstance(trigger, TimeTrigger) else saying_time.at_sun(trigger)


def _joined(parts: Sequence[Names], en: str, zh: str) -> Names:
    return Names(en=en.join(part.en for part in parts), zh=zh.join(part.zh for part in parts))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_PEOPLE_TURN = {
    ("anyone", True): Names(en="somebody comes home", zh="有人回家"),
    ("anyone", False): Names(en="somebody leaves home", zh="有人出门"),
    ("everyone", True): Names(en="everybody is home", zh="所有人都到家"),
    ("everyone", False): Names(en="everybody has left", zh="所有人都出门"),
}
_PEOPLE_TURNED = {
    ("anyone", True): Names(en="somebody came home", zh="有人回家了"),
    ("anyone", False): Names(en="somebody left home", zh="有人出门了"),
    ("everyone", True): Names(en="everybody came home", zh="所有人都到家了"),
    ("everyone", False): Names(en="everybody left", zh="所有人都出门了"),
}
_PEOPLE_STATE = {
    ("anyone", True): Names(en="somebody is home", zh="有人在家"),
    ("anyone", False): Names(en="somebody is out", zh="有人不在家"),
    ("everyone", True): Names(en="everybody is home", zh="所有人都在家"),
    ("everyone", False): Names(en="nobody is home", zh="没有人在家"),
}
