"""Entities that are one property, service or event: sensors, switches, numbers, choices, texts, buttons, locks."""

from collections.abc import Callable, Mapping
from typing import TypedDict

from jinn.kernel import Invalid, Names, Refused
from jinn.things.data_types import OPTIONS_MAX
from jinn.things.forms.ha_words import IDENTIFIERS, LABELS, UNIT_NAMES
from jinn.things.mqtt.discovery import Config
from jinn.things.mqtt.drawing import Drawing, Heard, figure, named, outgoing, said
from jinn.things.mqtt.templates import TemplateFailed, text_of
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, TextType
from jinn.things.values import Json

TEXT_CHARS_MAX = 255
_OPEN = frozenset({"door", "window", "garage_door", "opening"})
_SAID = """
temperature temperature 温度|humidity humidity 湿度|illuminance illuminance 光照|battery battery 电量|pm25 PM2.5 PM2.5
open open 打开|motion motion 人体移动|on power 开关|power power_draw 功率|energy energy 用电量|voltage voltage 电压
current current 电流|pressure air_pressure 气压|moisture water_leak 漏水|smoke smoke 烟雾|signal_strength signal 信号
carbon_dioxide CO₂ 二氧化碳
"""
_WORDS: Mapping[str, Names] = {
    key: Names(en=en.replace("_", " "), zh=zh)
    for key, en, zh in (entry.split() for entry in _SAID.strip().replace("\n", "|").split("|"))
}
"""Identifier or device class → what people call it."""

_USUAL = {**IDENTIFIERS, "garage_door": "open"}
_OPTIONS = {
    "open": {0: Names(en="closed", zh="关闭"), 1: Names(en="open", zh="打开")},
    "on": {0: Names(en="off", zh="关"), 1: Names(en="on", zh="开")},
    "motion": {0: Names(en="nobody", zh="无人"), 1: Names(en="motion", zh="有人")},
}


class _Unit(TypedDict):
    unit: str
    unit_name: str


def draw_sensor(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), _needed(config, "state_topic")
    device_class = config.text("device_class")
    options = config.words("options")
    read: Callable[[Heard], Json]
    if options or device_class == "enum":
        options = _few(options)
        data_type: DataType = EnumType(labels=dict(enumerate(options)))
        places = {word: place for place, word in enumerate(options)}

        def read(heard: Heard) -> Json:
            return _place(places, said(template, heard))
    elif _is_numeric(config):
        is_percent = device_class == "battery"
        data_type = NumberType(
            kind="double", min=0 if is_percent else None, max=100 if is_percent else None, **_unit(config)
        )

        def read(heard: Heard) -> Json:
            number = figure(said(template, heard))
            return min(100.0, max(0.0, number)) if is_percent else number
    else:
        data_type = TextType(length=TEXT_CHARS_MAX)

        def read(heard: Heard) -> Json:
            return text_of(said(template, heard))[:TEXT_CHARS_MAX]

    identifier = drawing.property(*_called(config, data_type), is_writable=False, names=_names(config))
    drawing.hear(topic, lambda heard: {identifier: read(heard)})


def draw_binary_sensor(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), _needed(config, "state_topic")
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    device_class = config.text("device_class")
    data_type = BoolType(labels=dict(LABELS.get("door" if device_class in _OPEN else device_class, {})))
    wanted, data = _called(config, data_type)
    identifier = drawing.property(wanted, data, is_writable=False, names=_names(config), options=_OPTIONS.get(wanted))
    drawing.hear(topic, lambda heard: {identifier: _either(said(template, heard), on, off)})


def draw_switch(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), config.topic("state_topic")
    command, command_template = _needed(config, "command_topic"), config.template("command_template")
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    state_on, state_off = config.text("state_on", on), config.text("state_off", off)
    wanted = "on" if "on" not in drawing.draft.properties and not config.name else config.key
    names = _names(config) if wanted != "on" else _WORDS["on"]
    identifier = drawing.property(
        wanted, BoolType(labels={0: "off", 1: "on"}), is_writable=True, names=names, options=_OPTIONS["on"]
    )
    drawing.hear(topic, lambda heard: {identifier: _either(said(template, heard), state_on, state_off)})
    drawing.tell(
        frozenset({identifier}),
        lambda values: outgoing(config, command, on if values[identifier] else off, command_template),
    )


def draw_lock(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), config.topic("state_topic")
    command, command_template = _needed(config, "command_topic"), config.template("command_template")
    lock, unlock = config.text("payload_lock", "LOCK"), config.text("payload_unlock", "UNLOCK")
    locked, unlocked = config.text("state_locked", "LOCKED"), config.text("state_unlocked", "UNLOCKED")
    identifier = drawing.property(
        "locked", BoolType(labels={0: "unlocked", 1: "locked"}), is_writable=True, names=Names(en="lock", zh="门锁"),
        options={0: Names(en="unlocked", zh="未上锁"), 1: Names(en="locked", zh="已上锁")},
    )  # fmt: skip
    drawing.hear(topic, lambda heard: {identifier: _either(said(template, heard), locked, unlocked)})
    drawing.tell(
        frozenset({identifier}),
        lambda values: outgoing(config, command, lock if values[identifier] else unlock, command_template),
    )


def draw_number(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), config.topic("state_topic")
    command, command_template = _needed(config, "command_topic"), config.template("command_template")
    low, high, step = config.number("min"), config.number("max"), config.number("step")
    # What is left out is 1, 100 and 1 for Home Assistant.
    low, high, step = 1.0 if low is None else low, 100.0 if high is None else high, abs(step or 1.0)
    if low >= high:
        raise Invalid("Its least is not below its most.", code="bad-discovery")
    is_whole = all(float(each).is_integer() for each in (low, high, step))
    data_type = NumberType(kind="int" if is_whole else "double", min=low, max=high, step=step, **_unit(config))
    identifier = drawing.property(*_called(config, data_type), is_writable=True, names=_names(config))

    def read(heard: Heard) -> Mapping[str, Json]:
        number = figure(said(template, heard))
        return {identifier: round(number) if is_whole else number}

    drawing.hear(topic, read)
    drawing.tell(
        frozenset({identifier}), lambda values: outgoing(config, command, values[identifier], command_template)
    )


def draw_select(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), config.topic("state_topic")
    command, command_template = _needed(config, "command_topic"), config.template("command_template")
    options = _few(config.words("options"))
    identifier = drawing.property(
        config.key, EnumType(labels=dict(enumerate(options))), is_writable=True, names=_names(config)
    )
    choosing(drawing, identifier, options, topic, lambda heard: said(template, heard))
    drawing.tell(
        frozenset({identifier}),
        lambda values: outgoing(config, command, chosen(options, values[identifier]), command_template),
    )


def draw_text(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), config.topic("state_topic")
    command, command_template = _needed(config, "command_topic"), config.template("command_template")
    most = int(min(TEXT_CHARS_MAX, max(1.0, config.number("max") or TEXT_CHARS_MAX)))
    identifier = drawing.property(config.key, TextType(length=most), is_writable=True, names=_names(config))
    drawing.hear(topic, lambda heard: {identifier: text_of(said(template, heard))[:most]})
    drawing.tell(
        frozenset({identifier}), lambda values: outgoing(config, command, values[identifier], command_template)
    )


def draw_button(drawing: Drawing, config: Config) -> None:
    command, template = _needed(config, "command_topic"), config.template("command_template")
    payload = config.text("payload_press", config.text("payload_on", "PRESS"))
    drawing.service(config.key, named(config, config.key), lambda: outgoing(config, command, payload, template))


def draw_event(drawing: Drawing, config: Config) -> None:
    template, topic = config.template("value_template"), _needed(config, "state_topic")
    for kind in _few(config.words("event_types")):
        word = f"{config.name} {kind}".strip()

        def is_it(heard: Heard, kind: str = kind) -> bool:
            if template is None:
                return heard.fields.get("event_type") == kind
            value = said(template, heard)
            return kind == (value.get("event_type") if isinstance(value, dict) else value) or (
                isinstance(value, str) and f'"{kind}"' in value and '"event_type"' in value
            )

        drawing.event(
            kind if len(config.words("event_types")) > 1 else config.key, Names(en=word, zh=word), topic, is_it
        )


def choosing(
    drawing: Drawing, identifier: str, options: list[str], topic: str, read: Callable[[Heard], object]
) -> None:
    """Hear words, and report their places among the options."""
    places = {word: place for place, word in enumerate(options)}
    drawing.hear(topic, lambda heard: {identifier: _place(places, read(heard))})


def chosen(options: list[str], value: Json) -> str:
    """The word of a place. Raises `Refused`."""
    if not isinstance(value, int) or not 0 <= value < len(options):
        raise Refused("There is no such choice.", code="unknown-choice")
    return options[value]


def _place(places: Mapping[str, int], value: object) -> int:
    place = places.get(text_of(value))
    if place is None:
        raise TemplateFailed("It is none of the words that it announced.")
    return place


def _either(value: object, on: str, off: str) -> Json:
    text = text_of(value)
    if text == on:
        return 1
    if text == off:
        return 0
    raise TemplateFailed("It is neither of its two payloads.")


def _is_numeric(config: Config) -> bool:
    if config.text("device_class") in ("timestamp", "date"):
        return False
    return any(
        config.fields.get(key) not in (None, "")
        for key in ("unit_of_measurement", "state_class", "device_class", "suggested_display_precision")
    )


def _unit(config: Config) -> _Unit:
    unit = config.text("unit_of_measurement")[:20]
    return {"unit": unit, "unit_name": UNIT_NAMES.get(unit, "")}


def _called(config: Config, data_type: DataType) -> tuple[str, DataType]:
    """What its class is usually called, so that it is understood; else its own key."""
    device_class = config.text("device_class")
    return _USUAL.get(device_class, device_class or config.key), data_type


def _names(config: Config) -> Names:
    device_class = config.text("device_class")
    known = _WORDS.get(_USUAL.get(device_class, device_class))
    if known is None:
        return named(config, config.key)
    return Names(en=config.name, zh=known.zh) if config.name else known


def _needed(config: Config, key: str) -> str:
    topic = config.topic(key)
    if not topic:
        raise Invalid(f"It announces no {key}.", code="bad-discovery")
    return topic


def _few(options: list[str]) -> list[str]:
    distinct = list(dict.fromkeys(options))[:OPTIONS_MAX]
    if not distinct:
        raise Invalid("It announces nothing to choose from.", code="bad-discovery")
    return distinct
