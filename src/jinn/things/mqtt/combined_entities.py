"""Entities of several roles: covers, fans, climate, vacuums, humidifiers."""

from collections.abc import Callable, Mapping

from jinn.kernel import Invalid, Names, Refused
from jinn.things.forms.ha_words import MODES, OPTION_NAMES, PRESSES
from jinn.things.mqtt.discovery import Config
from jinn.things.mqtt.drawing import Drawing, Heard, Outgoing, figure, outgoing, said
from jinn.things.mqtt.simple_entities import choosing, chosen
from jinn.things.mqtt.templates import TemplateFailed, text_of
from jinn.things.thing_model import BoolType, EnumType, NumberType
from jinn.things.values import Json

_POWER = Names(en="power", zh="开关")
_SWITCHED = {0: Names(en="off", zh="关"), 1: Names(en="on", zh="开")}
_PERCENT = NumberType(kind="int", min=0, max=100, step=1, unit="%", unit_name="percent")
_THEIR_MODES = {theirs: ours for ours, theirs in MODES.items()}
_COVER_STATES = ("closed", "open", "opening", "closing", "stopped")
_COVER_NAMES = dict(enumerate((
    Names(en="closed", zh="已关闭"), Names(en="open", zh="已打开"), Names(en="opening", zh="正在打开"),
    Names(en="closing", zh="正在关闭"), Names(en="stopped", zh="已停止"),
)))  # fmt: skip
_VACUUM_STATES = ("docked", "cleaning", "paused", "returning", "error", "idle")
_VACUUM_NAMES = dict(enumerate((
    Names(en="docked", zh="在充电座"), Names(en="cleaning", zh="清扫中"), Names(en="paused", zh="已暂停"),
    Names(en="returning", zh="回充中"), Names(en="error", zh="故障"), Names(en="idle", zh="空闲"),
)))  # fmt: skip


def draw_cover(drawing: Drawing, config: Config) -> None:
    closed, opened = config.number("position_closed") or 0.0, config.number("position_open")
    opened = 100.0 if opened is None else opened
    if closed == opened:
        raise Invalid("Its ends are one.", code="bad-discovery")
    template = config.template("position_template")
    target = config.topic("set_position_topic")
    if target or config.topic("position_topic"):
        position = drawing.property(
            "position", _PERCENT, is_writable=bool(target), names=Names(en="position", zh="开合度")
        )

        def read(heard: Heard) -> Mapping[str, Json]:
            share = (figure(said(template, heard)) - closed) / (opened - closed)
            return {position: min(100, max(0, round(share * 100)))}

        def write(values: Mapping[str, Json]) -> list[Outgoing]:
            value = round(closed + (opened - closed) * figure(values[position]) / 100)
            template = config.template("set_position_template")
            return outgoing(config, target, value, template, position=values[position])

        drawing.hear(config.topic("position_topic"), read)
        if target:
            drawing.tell(frozenset({position}), write)
    if config.topic("state_topic"):
        words = [config.text(f"state_{word}", word) for word in _COVER_STATES]
        state = drawing.property(
            "cover_state", EnumType(labels=dict(enumerate(_COVER_STATES))), is_writable=False,
            names=Names(en="state", zh="状态"), options=_COVER_NAMES,
        )  # fmt: skip
        value = config.template("value_template")
        choosing(drawing, state, words, config.topic("state_topic"), lambda heard: said(value, heard))
    _draw_presses(drawing, config, "cover", {"open": "OPEN", "close": "CLOSE", "stop": "STOP"})


def draw_fan(drawing: Drawing, config: Config) -> None:
    _draw_power(drawing, config, "command_topic", "state_topic", "state_value_template")
    if config.topic("percentage_command_topic"):
        low, high = config.number("speed_range_min") or 1.0, config.number("speed_range_max") or 100.0
        if high <= low - 1:
            raise Invalid("Its speeds have no range.", code="bad-discovery")
        steps = high - low + 1
        speed = drawing.property("fan_speed", _PERCENT, is_writable=True, names=Names(en="fan speed", zh="风速"))
        template = config.template("percentage_value_template")

        def read(heard: Heard) -> Mapping[str, Json]:
            number = figure(said(template, heard))
            return {speed: min(100, max(0, round((number - low + 1) * 100 / steps)))}

        def write(values: Mapping[str, Json]) -> list[Outgoing]:
            share = figure(values[speed]) / 100
            number = round(low - 1 + steps * share) if share else 0
            return outgoing(
                config, config.topic("percentage_command_topic"), number, config.template("percentage_command_template")
            )

        drawing.hear(config.topic("percentage_state_topic"), read)
        drawing.tell(frozenset({speed}), write)
    if config.topic("preset_mode_command_topic") and config.words("preset_modes"):
        _draw_choice(drawing, config, "preset_mode", "preset_modes", ("mode", Names(en="mode", zh="模式")))
    if config.topic("oscillation_command_topic"):
        on = config.text("payload_oscillation_on", "oscillate_on")
        off = config.text("payload_oscillation_off", "oscillate_off")
        _draw_switch(
            drawing, config, ("oscillation", Names(en="oscillation", zh="摇头")), (on, off),
            ("oscillation_command_topic", "oscillation_state_topic", "oscillation_value_template"),
        )  # fmt: skip


def draw_climate(drawing: Drawing, config: Config) -> None:
    if config.topic("power_command_topic"):
        on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
        _draw_switch(
            drawing, config, ("on", _POWER), (on, off),
            ("power_command_topic", "power_state_topic", "power_state_template"),
        )  # fmt: skip
    if config.topic("mode_command_topic"):
        _draw_modes(drawing, config, needs_power=not config.topic("power_command_topic"))
    if config.topic("temperature_command_topic"):
        _draw_target(drawing, config)
    if config.topic("fan_mode_command_topic"):
        _draw_choice(drawing, config, "fan_mode", "fan_modes", ("fan", Names(en="fan speed", zh="风速")))
    if config.topic("current_temperature_topic"):
        _draw_figure(
            drawing, config, "current_temperature", ("temperature", Names(en="room temperature", zh="室温")), "°C"
        )
    if config.topic("current_humidity_topic"):
        _draw_figure(drawing, config, "current_humidity", ("humidity", Names(en="humidity", zh="湿度")), "%")


def draw_humidifier(drawing: Drawing, config: Config) -> None:
    _draw_power(drawing, config, "command_topic", "state_topic", "state_value_template")
    target = drawing.property(
        "target_humidity",
        NumberType(
            kind="int", min=config.number("min_humidity") or 0.0, max=config.number("max_humidity") or 100.0, step=1,
            unit="%", unit_name="percent",
        ),
        is_writable=True, names=Names(en="target humidity", zh="目标湿度"),
    )  # fmt: skip
    template = config.template("target_humidity_state_template")
    command = config.template("target_humidity_command_template")
    topic = config.topic("target_humidity_command_topic")
    drawing.hear(
        config.topic("target_humidity_state_topic"), lambda heard: {target: round(figure(said(template, heard)))}
    )
    drawing.tell(frozenset({target}), lambda values: outgoing(config, topic, values[target], command))
    if config.topic("mode_command_topic") and config.words("modes"):
        _draw_choice(drawing, config, "mode", "modes", ("mode", Names(en="mode", zh="模式")))
    if config.topic("current_humidity_topic"):
        _draw_figure(drawing, config, "current_humidity", ("humidity", Names(en="humidity", zh="湿度")), "%")


def draw_vacuum(drawing: Drawing, config: Config) -> None:
    topic = config.topic("state_topic")
    state = drawing.property(
        "state", EnumType(labels=dict(enumerate(_VACUUM_STATES))), is_writable=False,
        names=Names(en="state", zh="状态"), options=_VACUUM_NAMES,
    )  # fmt: skip
    choosing(drawing, state, list(_VACUUM_STATES), topic, lambda heard: _field(heard, "state"))
    features = set(config.words("supported_features"))
    if "battery" in features or not features:
        battery = drawing.property("battery", _PERCENT, is_writable=False, names=Names(en="battery", zh="电量"))
        drawing.hear(topic, lambda heard: {battery: min(100, max(0, round(figure(_field(heard, "battery_level")))))})
    speeds, speed_topic = config.words("fan_speed_list"), config.topic("set_fan_speed_topic")
    if speeds and speed_topic:
        speed = drawing.property(
            "fan", EnumType(labels=dict(enumerate(speeds))), is_writable=True, names=Names(en="suction", zh="吸力")
        )
        choosing(drawing, speed, speeds, topic, lambda heard: _field(heard, "fan_speed"))
        drawing.tell(frozenset({speed}), lambda values: outgoing(config, speed_topic, chosen(speeds, values[speed])))
    words = {"start": "start", "pause": "pause", "stop": "stop", "dock": "return_home", "locate": "locate"}
    usual = {"start": "start", "pause": "pause", "stop": "stop", "dock": "return_to_base", "locate": "locate"}
    can = {word: payload for word, payload in usual.items() if not features or words[word] in features}
    _draw_presses(drawing, config, "vacuum", can)


def _field(heard: Heard, name: str) -> Json:
    value = heard.fields.get(name)
    if value is None:
        raise TemplateFailed(f"It says nothing of {name}.")
    return value


def _draw_presses(drawing: Drawing, config: Config, platform: str, usual: Mapping[str, str]) -> None:
    """Services by a payload on the one command topic; a payload of null takes one away."""
    topic = config.topic("command_topic")
    for word, key, names in PRESSES[platform] if topic else ():
        is_taken_away = key in config.fields and config.fields[key] is None
        if word in usual and not is_taken_away:
            payload = config.text(key, usual[word])
            drawing.service(word, names, _press(config, topic, payload))


def _press(config: Config, topic: str, payload: str) -> Callable[[], list[Outgoing]]:
    return lambda: outgoing(config, topic, payload)


def _draw_power(drawing: Drawing, config: Config, command: str, state: str, template: str) -> None:
    if config.topic(command):
        on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
        _draw_switch(drawing, config, ("on", _POWER), (on, off), (command, state, template))


def _draw_switch(
    drawing: Drawing, config: Config, what: tuple[str, Names], payloads: tuple[str, str], keys: tuple[str, str, str]
) -> None:
    """`keys`: of the command topic, the state topic and the value's template."""
    wanted, names = what
    on, off = payloads
    template, topic = config.template(keys[2]), config.topic(keys[0])
    command = config.template(keys[0].replace("topic", "template"))
    identifier = drawing.property(
        wanted, BoolType(labels={0: "off", 1: "on"}), is_writable=True, names=names, options=_SWITCHED
    )

    def read(heard: Heard) -> Mapping[str, Json]:
        text = text_of(said(template, heard))
        if text not in payloads:
            raise TemplateFailed("It is neither of its two payloads.")
        return {identifier: int(text == on)}

    drawing.hear(config.topic(keys[1]), read)
    drawing.tell(
        frozenset({identifier}), lambda values: outgoing(config, topic, on if values[identifier] else off, command)
    )


def _draw_choice(drawing: Drawing, config: Config, front: str, listed: str, what: tuple[str, Names]) -> None:
    """A list of words, by topics that begin with `front`."""
    wanted, names = what
    words = config.words(listed) or ["auto", "low", "medium", "high"]
    known = OPTION_NAMES.get(wanted, {})
    identifier = drawing.property(
        wanted, EnumType(labels=dict(enumerate(words))), is_writable=True, names=names,
        options={place: Names(en=word, zh=known[word]) for place, word in enumerate(words) if word in known},
    )  # fmt: skip
    template = config.template(f"{front}_state_template") or config.template(f"{front}_value_template")
    choosing(drawing, identifier, words, config.topic(f"{front}_state_topic"), lambda heard: said(template, heard))
    topic, command = config.topic(f"{front}_command_topic"), config.template(f"{front}_command_template")
    drawing.tell(
        frozenset({identifier}), lambda values: outgoing(config, topic, chosen(words, values[identifier]), command)
    )


def _draw_modes(drawing: Drawing, config: Config, *, needs_power: bool) -> None:
    """Of climate. Many have no power but a mode `off`; here people switch it on and off, so it has power too."""
    words = config.words("modes") or ["auto", "off", "cool", "heat", "dry", "fan_only"]
    labels = {place: _THEIR_MODES.get(word, word) for place, word in enumerate(words)}
    known = OPTION_NAMES["mode"]
    mode = drawing.property(
        "mode", EnumType(labels=labels), is_writable=True, names=Names(en="mode", zh="模式"),
        options={place: Names(en=word, zh=known[word]) for place, word in labels.items() if word in known},
    )  # fmt: skip
    template, topic = config.template("mode_state_template"), config.topic("mode_state_topic")
    command, command_template = config.topic("mode_command_topic"), config.template("mode_command_template")
    choosing(drawing, mode, words, topic, lambda heard: said(template, heard))
    ons = [word for word in words if word != "off"]
    power = ""
    last = [ons[0]] if ons else []
    if needs_power and "off" in words and ons:
        power = drawing.property(
            "on", BoolType(labels={0: "off", 1: "on"}), is_writable=True, names=_POWER, options=_SWITCHED
        )

        def read_power(heard: Heard) -> Mapping[str, Json]:
            word = text_of(said(template, heard))
            if word in ons:
                last[0] = word
            return {power: int(word != "off")}

        drawing.hear(topic, read_power)

    def write(values: Mapping[str, Json]) -> list[Outgoing]:
        if power and power in values and not values[power]:
            word = "off"
        elif mode in values:
            word = chosen(words, values[mode])
        else:
            # On without a mode: the one that it had last.
            word = last[0]
        return outgoing(config, command, word, command_template)

    drawing.tell(frozenset({mode, power} - {""}), write)


def _draw_target(drawing: Drawing, config: Config) -> None:
    low, high = config.number("min_temp"), config.number("max_temp")
    low, high = 7.0 if low is None else low, 35.0 if high is None else high
    if low >= high:
        raise Invalid("Its least is not below its most.", code="bad-discovery")
    unit = "°F" if config.text("temperature_unit", "C").upper().startswith("F") else "°C"
    target = drawing.property(
        "target_temperature",
        NumberType(kind="double", min=low, max=high, step=abs(config.number("temp_step") or 1.0), unit=unit),
        is_writable=True, names=Names(en="target temperature", zh="目标温度"),
    )  # fmt: skip
    template, topic = config.template("temperature_state_template"), config.topic("temperature_command_topic")
    command = config.template("temperature_command_template")

    def read(heard: Heard) -> Mapping[str, Json]:
        number = figure(said(template, heard))
        if not low <= number <= high:
            raise TemplateFailed("It is outside its own bounds.")
        return {target: number}

    drawing.hear(config.topic("temperature_state_topic"), read)

    def write(values: Mapping[str, Json]) -> list[Outgoing]:
        value = values[target]
        if not isinstance(value, int | float):
            raise Refused("A temperature is a number.", code="wrong-type")
        return outgoing(config, topic, int(value) if float(value).is_integer() else value, command)

    drawing.tell(frozenset({target}), write)


def _draw_figure(drawing: Drawing, config: Config, front: str, what: tuple[str, Names], unit: str) -> None:
    wanted, names = what
    template = config.template(f"{front}_template")
    identifier = drawing.property(wanted, NumberType(kind="double", unit=unit), is_writable=False, names=names)
    drawing.hear(config.topic(f"{front}_topic"), lambda heard: {identifier: figure(said(template, heard))})
