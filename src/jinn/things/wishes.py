"""What an intent wants of one thing: the bridge from words to properties and services. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jinn.kernel import Names, ThingId
from jinn.language import Intent, SlotValue
from jinn.things.colours import hex_of

Value = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One property of a thing, by its meaning.

    Attributes:
        property: the property's identifier in the thing's model.
        value: as last reported; None before the first report.
        options: an enum's values with their labels.
    """

    ability: str
    property: str
    value: Value | None
    is_writable: bool
    low: float | None = None
    high: float | None = None
    options: Mapping[int, Names] = field(default_factory=dict)

    def option(self, value: Value | None) -> Names | None:
        return self.options.get(int(value)) if self.options and isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """A thing as words can grasp it: its knobs and services by ability."""

    id: ThingId
    names: Names
    kind: str
    is_online: bool
    seen_ms: int | None
    knobs: Mapping[str, Knob]
    services: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Give an ability a value; or, with `change`, move it by so much from where it is."""

    ability: str
    value: Value | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Call a service, and hold it for done when `ability` reports `value`."""

    service: str
    arguments: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotDo:
    """The thing has nothing that could do this."""

    ability: str


Wish = Set | Call | CannotDo

STEP = {"volume": 10.0, "brightness": 20.0, "position": 25.0, "target_temperature": 1.0, "color_temperature": 800.0,
        "channel": 1.0, "cold_target": 1.0, "freezer_target": 1.0}  # fmt: skip
"""How far "a bit" goes, in each ability's own unit; about a tenth to a fifth of its range."""

MODES = {"auto": 0, "cool": 1, "heat": 2, "dry": 3, "fan_only": 4, "fan": 4}
PERCENT_ABILITIES = ("brightness", "position", "volume")
FAN_SPEEDS = {"auto": 0, "low": 1, "mid": 2, "medium": 2, "middle": 2, "high": 3}


def wishes(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    """What `intent` wants of this thing, in the order in which it must be done."""
    grant = _BY_NAME.get(intent.name)
    return grant(intent, handle) if grant else (CannotDo(ability=intent.name),)


def _switch(*, is_on: bool) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        if _is_settable(handle, "power"):
            return (Set(ability="power", value=int(is_on)),)
        if _is_settable(handle, "position"):
            return (Set(ability="position", value=100 if is_on else 0),)
        if handle.kind == "vacuum":
            return _call("start" if is_on else "dock")(intent, handle)
        if _is_settable(handle, "mute"):
            return (Set(ability="mute", value=int(not is_on)),)
        return (CannotDo(ability="power"),)

    return grant


def _slot(intent: Intent, *names: str) -> SlotValue | None:
    return next((intent.slots[name] for name in names if name in intent.slots), None)


def _figure(ability: str, *slots: str) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    """Sets an ability to the number that was said."""

    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        value = _slot(intent, *slots)
        if not _is_settable(handle, ability) or not isinstance(value, int | float):
            return (CannotDo(ability=ability),)
        return (Set(ability=ability, value=value),)

    return grant


def _light(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    """Brightness, colour or colour temperature; a light that is set to shine is switched on with it."""
    wanted: list[Wish] = []
    if isinstance(brightness := intent.slots.get("brightness"), int | float):
        wanted.append(Set(ability="brightness", value=brightness))
    if isinstance(kelvin := intent.slots.get("temperature"), int | float):
        wanted.append(Set(ability="color_temperature", value=kelvin))
    if isinstance(color := intent.slots.get("color"), str):
        wanted.append(Set(ability="color", value=hex_of(color) or color))
    missing = [wish for wish in wanted if isinstance(wish, Set) and not _is_settable(handle, wish.ability)]
    if missing or not wanted:
        return (CannotDo(ability=missing[0].ability if missing else "brightness"),)
    is_dark = brightness == 0
    if _is_settable(handle, "power"):
        wanted.insert(0, Set(ability="power", value=int(not is_dark)))
    return tuple(wanted)


def _relative(ability: str, slot: str) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    """Moves an ability up or down: by the number that was said, else by a step."""

    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        if not _is_settable(handle, ability):
            return (CannotDo(ability=ability),)
        step = intent.slots.get(slot)
        if isinstance(step, int | float):
            return (Set(ability=ability, change=float(step)),)
        sign = -1.0 if str(step) in {"down", "decrease", "cooler"} else 1.0
        amount = intent.slots.get("amount")
        size = float(amount) if isinstance(amount, int | float) else STEP[ability]
        return (Set(ability=ability, change=sign * size),)

    return grant


def _named(ability: str, slot: str, values: Mapping[str, int]) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    """Sets an enum by the word that was said."""

    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        word = intent.slots.get(slot)
        if not _is_settable(handle, ability) or str(word) not in values:
            return (CannotDo(ability=ability),)
        wish = Set(ability=ability, value=values[str(word)])
        # A mode is asked of an appliance that should run.
        if ability == "mode" and _is_settable(handle, "power"):
            return (Set(ability="power", value=1), wish)
        return (wish,)

    return grant


def _mute(*, is_muted: bool) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        if not _is_settable(handle, "mute"):
            return (CannotDo(ability="mute"),)
        return (Set(ability="mute", value=int(is_muted)),)

    return grant


def _call(service: str) -> Callable[[Intent, Handle], tuple[Wish, ...]]:
    def grant(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
        if service not in handle.services:
            return (CannotDo(ability=service),)
        area = intent.slots.get("area")
        arguments: dict[str, Value] = {}
        if service == "clean_area" and isinstance(area, str):
            arguments["area"] = area
        return (Call(service=service, arguments=arguments),)

    return grant


def _adjust(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    """ "A bit warmer", "dim it": the ability is in the words."""
    ability = str(intent.slots.get("ability"))
    if ability == "target_temperature" and "cold_target" in handle.knobs:
        ability = "cold_target"
    if ability == "fan_speed" and _is_settable(handle, ability):
        return _next_speed(intent, handle.knobs[ability])
    if ability not in STEP:
        return (CannotDo(ability=ability),)
    wanted = _relative(ability, "direction")(intent, handle)
    if ability == "brightness" and isinstance(wanted[0], Set) and _is_settable(handle, "power"):
        return (Set(ability="power", value=1), *wanted)
    return wanted


def _next_speed(intent: Intent, knob: Knob) -> tuple[Wish, ...]:
    """One speed up or down; automatic counts as the middle."""
    current = int(knob.value) if isinstance(knob.value, int | float) and knob.value else FAN_SPEEDS["mid"]
    step = -1 if intent.slots.get("direction") == "down" else 1
    return (Set(ability="fan_speed", value=max(FAN_SPEEDS["low"], min(FAN_SPEEDS["high"], current + step))),)


def _fridge(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    is_freezer = intent.slots.get("compartment") == "freezer"
    return _figure("freezer_target" if is_freezer else "cold_target", "temperature")(intent, handle)


def _temperature(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    if "cold_target" in handle.knobs:
        return _fridge(intent, handle)
    return _figure("target_temperature", "temperature")(intent, handle)


def _set(intent: Intent, handle: Handle) -> tuple[Wish, ...]:
    """ "Set it to 22 degrees", "put it at 40 percent": what the number means is up to the thing."""
    if "temperature" in intent.slots:
        return _temperature(intent, handle)
    ability = next((one for one in PERCENT_ABILITIES if _is_settable(handle, one)), "brightness")
    wanted = _figure(ability, "value", "brightness", "position", "volume_level", "percentage")(intent, handle)
    if ability == "brightness" and isinstance(wanted[0], Set) and _is_settable(handle, "power"):
        return (Set(ability="power", value=1), *wanted)
    return wanted


_BY_NAME: dict[str, Callable[[Intent, Handle], tuple[Wish, ...]]] = {
    "HassTurnOn": _switch(is_on=True),
    "HassTurnOff": _switch(is_on=False),
    "HassLightSet": _light,
    "HassSetPosition": _figure("position", "position"),
    "HassClimateSetTemperature": _temperature,
    "HassSetVolume": _figure("volume", "volume_level"),
    "HassSetVolumeRelative": _relative("volume", "volume_step"),
    "HassMediaPlayerMute": _mute(is_muted=True),
    "HassMediaPlayerUnmute": _mute(is_muted=False),
    "HassVacuumStart": _call("start"),
    "HassVacuumReturnToBase": _call("dock"),
    "HassVacuumCleanArea": _call("clean_area"),
    "JinnAdjust": _adjust,
    "JinnSet": _set,
    "JinnSetMode": _named("mode", "mode", MODES),
    "JinnSetChannel": _figure("channel", "channel"),
    "JinnSetFridge": _fridge,
    "JinnVacuumPause": _call("pause"),
    "HassClimateSetFanMode": _named("fan_speed", "fan_mode", FAN_SPEEDS),
}

GRANTED = frozenset(_BY_NAME)
"""The intents that change something."""


def _is_settable(handle: Handle, ability: str) -> bool:
    knob = handle.knobs.get(ability)
    return knob is not None and knob.is_writable


def reached(knob: Knob, wish: Set) -> Value:
    """The value that a wish leads to; a relative one ends at the limits of the property."""
    if wish.change is None:
        assert wish.value is not None
        return wish.value
    current = knob.value if isinstance(knob.value, int | float) else (knob.low or 0)
    value = current + wish.change
    if knob.low is not None:
        value = max(value, knob.low)
    if knob.high is not None:
        value = min(value, knob.high)
    return int(value) if float(value).is_integer() else value
