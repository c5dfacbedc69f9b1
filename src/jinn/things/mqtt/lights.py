"""A light as devices announce it, in any of the three schemas: what it says, and what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from jinn.kernel import Names, Refused
from jinn.things.forms.ha_words import OPTION_NAMES
from jinn.things.mqtt.discovery import Config
from jinn.things.mqtt.drawing import Drawing, Heard, Outgoing, figure, outgoing, rendered, said
from jinn.things.mqtt.hues import Rgb, from_hex, from_hs, from_xy, to_hex, to_hs, to_xy
from jinn.things.mqtt.templates import TemplateFailed, text_of
from jinn.things.thing_model import BoolType, NumberType, TextType
from jinn.things.values import Json

_COLOURFUL = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})
_SWITCHED = {0: Names(en="off", zh=OPTION_NAMES["on"]["off"]), 1: Names(en="on", zh=OPTION_NAMES["on"]["on"])}


@dataclass(slots=True, kw_only=True)
class Roles:
    """The identifiers of what a light has; empty for what it has not.

    Attributes:
        scale: what its full brightness is in its own numbers.
        is_kelvin: else its colour temperature is in mireds, a million by kelvins.
    """

    on: str
    brightness: str = ""
    warmth: str = ""
    colour: str = ""
    scale: float = 255.0
    is_kelvin: bool = False
    coolest: int = 6535
    warmest: int = 2000

    def taken(self) -> frozenset[str]:
        return frozenset({self.on, self.brightness, self.warmth, self.colour} - {""})

    def percent(self, value: object) -> int:
        """A lamp that shines at all is at 1 % or more."""
        number = figure(value) * 100 / self.scale
        return min(100, max(1 if number > 0 else 0, round(number)))

    def level(self, percent: Json) -> int:
        number = figure(percent)
        return max(1 if number > 0 else 0, round(number * self.scale / 100))

    def kelvin(self, value: object) -> int:
        number = figure(value)
        if number <= 0:
            raise TemplateFailed("It is no colour temperature.")
        found = number if self.is_kelvin else 1_000_000 / number
        return min(self.coolest, max(self.warmest, round(found)))

    def warmth_of(self, kelvin: Json) -> int:
        number = figure(kelvin)
        return round(number if self.is_kelvin else 1_000_000 / max(1.0, number))


def draw_light(drawing: Drawing, config: Config) -> None:
    schema = config.text("schema", "basic")
    if schema == "json":
        _draw_json(drawing, config)
    elif schema == "template":
        _draw_template(drawing, config)
    else:
        _draw_basic(drawing, config)


def _roles(drawing: Drawing, config: Config, *, has_brightness: bool, has_warmth: bool, has_colour: bool) -> Roles:
    roles = Roles(
        on=drawing.property(
            "on", BoolType(labels={0: "off", 1: "on"}), is_writable=True, names=Names(en="power", zh="开关"),
            options=_SWITCHED,
        ),
        scale=max(1.0, config.number("brightness_scale") or 255.0),
        is_kelvin=config.flag("color_temp_kelvin"),
    )  # fmt: skip
    if has_brightness:
        shape = NumberType(kind="int", min=0, max=100, step=1, unit="%", unit_name="percent")
        roles.brightness = drawing.property(
            "brightness", shape, is_writable=True, names=Names(en="brightness", zh="亮度")
        )
    if has_warmth:
        _bound_warmth(roles, config)
        shape = NumberType(kind="int", min=roles.warmest, max=roles.coolest, step=1, unit="K", unit_name="kelvin")
        roles.warmth = drawing.property(
            "color_temperature", shape, is_writable=True, names=Names(en="color temperature", zh="色温")
        )
    if has_colour:
        roles.colour = drawing.property(
            "color", TextType(length=7), is_writable=True, names=Names(en="color", zh="颜色")
        )
    return roles


def _bound_warmth(roles: Roles, config: Config) -> None:
    """In kelvin, whatever it announces its ends in."""
    warm, cold = config.number("max_mireds") or 500.0, config.number("min_mireds") or 153.0
    low, high = config.number("min_kelvin"), config.number("max_kelvin")
    ends = sorted((low or 1_000_000 / max(1.0, warm), high or 1_000_000 / max(1.0, cold)))
    roles.warmest, roles.coolest = round(ends[0]), round(ends[1])


# Each role on topics of its own.


def _draw_basic(drawing: Drawing, config: Config) -> None:
    command = config.topic("command_topic")
    colour_key = next((key for key in ("rgb", "hs", "xy") if config.topic(f"{key}_command_topic")), "")
    roles = _roles(
        drawing, config, has_brightness=bool(config.topic("brightness_command_topic")),
        has_warmth=bool(config.topic("color_temp_command_topic")), has_colour=bool(colour_key),
    )  # fmt: skip
    on, off = config.text("payload_on", "ON"), config.text("payload_off", "OFF")
    template = config.template("state_value_template") or config.template("value_template")

    def read_on(heard: Heard) -> Mapping[str, Json]:
        text = text_of(said(template, heard))
        if text not in (on, off):
            raise TemplateFailed("It is neither of its two payloads.")
        return {roles.on: int(text == on)}

    drawing.hear(config.topic("state_topic"), read_on)
    _hear_basic(drawing, config, roles, colour_key)
    order = config.text("on_command_type", "last")

    def write(values: Mapping[str, Json]) -> list[Outgoing]:
        switching = outgoing(config, command, on if values.get(roles.on, 1) else off) if command else []
        if roles.on in values and not values[roles.on]:
            return switching
        others = _basic_parts(config, roles, colour_key, values)
        if order == "brightness" and roles.brightness in values:
            return others
        # Told a level alone, a lamp that is on stays on and one that is off comes on, as its makers expect.
        return [*switching, *others] if order == "first" else [*others, *switching]

    drawing.tell(roles.taken(), write)


def _hear_basic(drawing: Drawing, config: Config, roles: Roles, colour_key: str) -> None:
    if roles.brightness:
        level = config.template("brightness_value_template")
        drawing.hear(
            config.topic("brightness_state_topic"),
            lambda heard: {roles.brightness: roles.percent(said(level, heard))},
        )
    if roles.warmth:
        warmth = config.template("color_temp_value_template")
        drawing.hear(
            config.topic("color_temp_state_topic"), lambda heard: {roles.warmth: roles.kelvin(said(warmth, heard))}
        )
    if roles.colour:
        colour = config.template(f"{colour_key}_value_template")
        drawing.hear(
            config.topic(f"{colour_key}_state_topic"),
            lambda heard: {roles.colour: to_hex(_from_parts(colour_key, text_of(said(colour, heard)).split(",")))},
        )


def _basic_parts(config: Config, roles: Roles, colour_key: str, values: Mapping[str, Json]) -> list[Outgoing]:
    found: list[Outgoing] = []
    if roles.brightness and roles.brightness in values:
        found += outgoing(
            config, config.topic("brightness_command_topic"), roles.level(values[roles.brightness]),
            config.template("brightness_command_template"),
        )  # fmt: skip
    if roles.warmth and roles.warmth in values:
        found += outgoing(
            config, config.topic("color_temp_command_topic"), roles.warmth_of(values[roles.warmth]),
            config.template("color_temp_command_template"),
        )  # fmt: skip
    if roles.colour and roles.colour in values:
        scope = _scope(colour_key, _colour(values[roles.colour]))
        template = config.template(f"{colour_key}_command_template")
        payload = rendered(template, scope) if template is not None else ",".join(str(part) for part in scope.values())
        found += outgoing(config, config.topic(f"{colour_key}_command_topic"), payload)
    return found


# All roles in one JSON object.


def _draw_json(drawing: Drawing, config: Config) -> None:
    modes = set(config.words("supported_color_modes"))
    colour_key = next((key for key in ("rgb", "hs", "xy") if config.flag(key) or key in modes), "")
    if not colour_key and modes & _COLOURFUL:
        colour_key = "rgb"
    has_brightness = config.flag("brightness") or bool(modes & {"brightness", "color_temp", *_COLOURFUL})
    roles = _roles(
        drawing, config, has_brightness=has_brightness,
        has_warmth=config.flag("color_temp") or "color_temp" in modes, has_colour=bool(colour_key),
    )  # fmt: skip
    drawing.hear(config.topic("state_topic"), lambda heard: _read_json(roles, heard))
    command = config.topic("command_topic")

    def write(values: Mapping[str, Json]) -> list[Outgoing]:
        payload = _json_command(roles, colour_key, values)
        return outgoing(config, command, msgspec.json.encode(payload).decode())

    if command:
        drawing.tell(roles.taken(), write)


def _read_json(roles: Roles, heard: Heard) -> Mapping[str, Json]:
    fields = heard.fields
    found: dict[str, Json] = {}
    state = fields.get("state")
    if state in ("ON", "OFF"):
        found[roles.on] = int(state == "ON")
    if roles.brightness and isinstance(fields.get("brightness"), int | float):
        found[roles.brightness] = roles.percent(fields["brightness"])
    if roles.warmth and isinstance(fields.get("color_temp"), int | float) and fields.get("color_temp"):
        found[roles.warmth] = roles.kelvin(fields["color_temp"])
    # A lamp that is in its white mode still tells the last colour that it had.
    colour = fields.get("color")
    is_colourful = isinstance(colour, dict) and fields.get("color_mode") in (None, *_COLOURFUL)
    rgb = _json_colour(colour) if isinstance(colour, dict) and is_colourful else None
    if roles.colour and rgb is not None:
        found[roles.colour] = to_hex(rgb)
    if not found:
        raise TemplateFailed("It says nothing of the light.")
    return found


def _json_colour(colour: Mapping[str, Json]) -> Rgb | None:
    for key, names in (("rgb", ("r", "g", "b")), ("hs", ("h", "s")), ("hs", ("hue", "saturation")), ("xy", ("x", "y"))):
        parts = [colour.get(name) for name in names]
        if all(isinstance(part, int | float) for part in parts):
            return _from_parts(key, [str(part) for part in parts])
    return None


def _json_command(roles: Roles, colour_key: str, values: Mapping[str, Json]) -> dict[str, object]:
    if roles.on in values and not values[roles.on]:
        return {"state": "OFF"}
    payload: dict[str, object] = {"state": "ON"}
    if roles.brightness and roles.brightness in values:
        payload["brightness"] = roles.level(values[roles.brightness])
    if roles.warmth and roles.warmth in values:
        payload["color_temp"] = roles.warmth_of(values[roles.warmth])
    if roles.colour and roles.colour in values:
        names = {"rgb": ("r", "g", "b"), "hs": ("h", "s"), "xy": ("x", "y")}[colour_key]
        payload["color"] = dict(zip(names, _scope(colour_key, _colour(values[roles.colour])).values(), strict=True))
    return payload


# All roles through templates of its own.


def _draw_template(drawing: Drawing, config: Config) -> None:
    colours = [config.template(f"{name}_template") for name in ("red", "green", "blue")]
    level, warmth = config.template("brightness_template"), config.template("color_temp_template")
    roles = _roles(
        drawing, config, has_brightness=level is not None, has_warmth=warmth is not None, has_colour=all(colours)
    )
    state, topic = config.template("state_template"), config.topic("state_topic")

    def read_on(heard: Heard) -> Mapping[str, Json]:
        text = text_of(said(state, heard)).lower()
        if text not in ("on", "off"):
            raise TemplateFailed("It is neither on nor off.")
        return {roles.on: int(text == "on")}

    if state is not None:
        drawing.hear(topic, read_on)
    if level is not None:
        drawing.hear(topic, lambda heard: {roles.brightness: roles.percent(said(level, heard))})
    if warmth is not None:
        drawing.hear(topic, lambda heard: {roles.warmth: roles.kelvin(said(warmth, heard))})
    if roles.colour:
        drawing.hear(topic, lambda heard: {
            roles.colour: to_hex(_from_parts("rgb", [text_of(said(part, heard)) for part in colours]))
        })  # fmt: skip
    if config.topic("command_topic"):
        drawing.tell(roles.taken(), lambda values: _write_template(config, roles, values))


def _write_template(config: Config, roles: Roles, values: Mapping[str, Json]) -> list[Outgoing]:
    is_off = roles.on in values and not values[roles.on]
    scope: dict[str, object] = {"state": "off" if is_off else "on"}
    if roles.brightness and roles.brightness in values:
        scope["brightness"] = roles.level(values[roles.brightness])
    if roles.warmth and roles.warmth in values:
        scope["color_temp"] = roles.warmth_of(values[roles.warmth])
    if roles.colour and roles.colour in values:
        scope |= _scope("rgb", _colour(values[roles.colour]))
    template = config.template("command_off_template" if is_off else "command_on_template")
    if template is None:
        raise Refused("It does not say how it is told that.", code="not-announced")
    return outgoing(config, config.topic("command_topic"), rendered(template, scope))


def _from_parts(key: str, parts: list[str]) -> Rgb:
    numbers = [figure(part) for part in parts]
    if key == "rgb" and len(numbers) >= 3:
        red, green, blue = (min(255, max(0, round(number))) for number in numbers[:3])
        return red, green, blue
    if len(numbers) == 2 and abs(numbers[0]) <= 1e6 and abs(numbers[1]) <= 1e6:
        return from_hs(*numbers) if key == "hs" else from_xy(*numbers)
    raise TemplateFailed("It is no colour.")


def _scope(key: str, color: Rgb) -> dict[str, object]:
    """The parts of a colour under the names that templates know."""
    if key == "hs":
        return dict(zip(("hue", "sat"), to_hs(color), strict=True))
    if key == "xy":
        return dict(zip(("x", "y"), to_xy(color), strict=True))
    return dict(zip(("red", "green", "blue"), color, strict=True))


def _colour(value: Json) -> Rgb:
    try:
        return from_hex(str(value))
    except ValueError as wrong:
        raise Refused("A colour reads #rrggbb.", code="bad-colour") from wrong
