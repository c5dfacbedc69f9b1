"""What can be asked of which thing, and what a general wish means for it: "up" is brighter, louder or warmer."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from jinn.language.kinds import kinds
from jinn.language.model import SlotValue, ThingWords


class Family(StrEnum):
    """Things that understand the same wishes."""

    LIGHT = "light"
    COVER = "cover"
    CLIMATE = "climate"
    FRIDGE = "fridge"
    SPEAKER = "speaker"
    TELEVISION = "television"
    VACUUM = "vacuum"
    FAN = "fan"
    CONTACT = "contact"
    OTHER = "other"


_BY_DOMAIN: Final = {
    "light": Family.LIGHT,
    "cover": Family.COVER,
    "valve": Family.COVER,
    "climate": Family.CLIMATE,
    "media_player": Family.SPEAKER,
    "vacuum": Family.VACUUM,
    "fan": Family.FAN,
}
_BY_KIND: Final = {
    "fridge": Family.FRIDGE,
    "television": Family.TELEVISION,
    "speaker": Family.SPEAKER,
    "vacuum": Family.VACUUM,
    "door_sensor": Family.CONTACT,
    "air_conditioner": Family.CLIMATE,
    "light": Family.LIGHT,
    "curtain": Family.COVER,
}

_SOUND: Final = frozenset({Family.SPEAKER, Family.TELEVISION})
_WANTED: Final[Mapping[str, frozenset[Family]]] = {
    **dict.fromkeys(
        ("HassLightSet", "JinnBrighten", "JinnDim", "JinnWarmerLight", "JinnCoolerLight"), frozenset({Family.LIGHT})
    ),
    **dict.fromkeys(("HassSetPosition", "HassStopMoving"), frozenset({Family.COVER})),
    **dict.fromkeys(
        (
            "HassClimateSetTemperature", "HassClimateSetFanMode", "JinnWarmer", "JinnCooler", "JinnSetMode",
            "HassClimateGetTemperature",
        ),
        frozenset({Family.CLIMATE}),
    ),
    "JinnSetFridge": frozenset({Family.FRIDGE}),
    **dict.fromkeys(("JinnSetChannel", "JinnChangeChannel"), frozenset({Family.TELEVISION})),
    **dict.fromkeys(
        (
            "HassSetVolume", "HassSetVolumeRelative", "HassMediaPlayerMute", "HassMediaPlayerUnmute", "HassMediaPause",
            "HassMediaUnpause", "HassMediaNext", "HassMediaPrevious", "HassMediaSearchAndPlay",
        ),
        _SOUND,
    ),
    **dict.fromkeys(
        ("HassVacuumStart", "HassVacuumReturnToBase", "HassVacuumCleanArea", "JinnVacuumPause"),
        frozenset({Family.VACUUM}),
    ),
    "HassFanSetSpeed": frozenset({Family.FAN}),
}  # fmt: skip

_SWITCHES: Final = frozenset({"HassTurnOn", "HassTurnOff"})
_SWITCHED_DOMAINS: Final = frozenset({"light", "switch", "fan", "media_player", "climate", "input_boolean"})
_NAMED_ONLY: Final = frozenset({"cover", "valve", "vacuum", "lock", "scene", "script", "button", "lawn_mower"})
_ABILITIES_ASKED: Final[Mapping[str, frozenset[str]]] = {
    "temperature": frozenset({"temperature"}),
    "fan_speed": frozenset({"fan_speed", "fan_mode"}),
    "volume": frozenset({"volume"}),
}
_OF_A_FRIDGE: Final = frozenset({"temperature", "target_temperature"})
_GENERAL: Final = frozenset({"state"})


def family_of(thing: ThingWords) -> Family:
    """The family by the thing's kind, else by its domain."""
    if thing.kind in _BY_KIND:
        return _BY_KIND[thing.kind]
    for kind, family in _BY_KIND.items():
        if kinds()[kind].includes(thing):
            return family
    return _BY_DOMAIN.get(thing.domain, Family.OTHER)


def eligible(intent: str, slots: Mapping[str, SlotValue], thing: ThingWords) -> bool:
    """Whether such a wish can be meant for this thing."""
    if intent in _SWITCHES:
        domain = slots.get("domain")
        if domain is not None:
            return thing.domain == domain
        return "power" in thing.abilities if thing.abilities else thing.domain in _SWITCHED_DOMAINS
    if intent == "JinnGetAbility":
        return _can_be_asked(slots, thing)
    if intent in _PAST:
        return _had(intent, slots, thing)
    if intent == "JinnAdjust":
        return family_of(thing) in _ADJUSTED[str(slots.get("ability"))]
    wanted = _WANTED.get(intent)
    return wanted is not None and family_of(thing) in wanted


def _had(intent: str, slots: Mapping[str, SlotValue], thing: ThingWords) -> bool:
    """Whether such a question can be asked of this thing's past."""
    if intent == "JinnPastAbility":
        is_of_a_room = (
            slots.get("ability") == "temperature" and "compartment" not in slots and family_of(thing) is Family.CLIMATE
        )
        return is_of_a_room or _can_be_asked(slots, thing)
    return bool(_HAS_STATES & thing.abilities) if thing.abilities else thing.domain in _SWITCHED_DOMAINS


PAST_STATES: Final = frozenset({"JinnPastState", "JinnPastChange", "JinnPastCount", "JinnPastDuration"})
"""Questions about when something was on or open."""
_PAST: Final = PAST_STATES | {"JinnPastAbility"}
_HAS_STATES: Final = frozenset({"contact", "power", "position", "motion", "activity"})


_ADJUSTED: Final[Mapping[str, frozenset[Family]]] = {
    "brightness": frozenset({Family.LIGHT}),
    "color_temperature": frozenset({Family.LIGHT}),
    "target_temperature": frozenset({Family.CLIMATE, Family.FRIDGE}),
    "channel": frozenset({Family.TELEVISION}),
}


def is_of_the_home(intent: str) -> bool:
    """Whether the intent is about things of the home at all; a timer is not."""
    asked = ("JinnGetAbility", "JinnAdjust", "JinnPastAbility")
    return intent in _WANTED or intent in _SWITCHES or intent in asked or intent in PAST_STATES


def _can_be_asked(slots: Mapping[str, SlotValue], thing: ThingWords) -> bool:
    if "compartment" in slots:
        return family_of(thing) is Family.FRIDGE
    quantity = str(slots.get("ability", "state"))
    if quantity in _GENERAL:
        return True
    if family_of(thing) is Family.FRIDGE and quantity in _OF_A_FRIDGE:
        return True
    return bool(_ABILITIES_ASKED.get(quantity, frozenset({quantity})) & thing.abilities)


def specialised(
    intent: str, slots: Mapping[str, SlotValue], thing: ThingWords | None
) -> tuple[str, dict[str, SlotValue]]:
    """The intent as this thing understands it."""
    if thing is None:
        return plain(intent, slots)
    name, told = _for_family(intent, dict(slots), family_of(thing))
    return plain(name, told)


def plain(intent: str, slots: Mapping[str, SlotValue]) -> tuple[str, dict[str, SlotValue]]:
    """The intent as skills know it: every wish for more or less is one intent with an ability and a direction."""
    if intent not in _ADJUSTMENTS:
        return intent, dict(slots)
    ability, direction = _ADJUSTMENTS[intent]
    told = {name: value for name, value in slots.items() if name not in ("about", "step")}
    told["ability"] = ability
    told["direction"] = direction or str(slots.get("step", "up"))
    return "JinnAdjust", told


_ADJUSTMENTS: Final = {
    "JinnBrighten": ("brightness", "up"),
    "JinnDim": ("brightness", "down"),
    "JinnWarmerLight": ("color_temperature", "down"),
    "JinnCoolerLight": ("color_temperature", "up"),
    "JinnWarmer": ("target_temperature", "up"),
    "JinnCooler": ("target_temperature", "down"),
    "JinnChangeChannel": ("channel", ""),
}
"""Warmer light is fewer kelvins."""


def _for_family(intent: str, told: dict[str, SlotValue], family: Family) -> tuple[str, dict[str, SlotValue]]:
    if intent in ("JinnGetAbility", "JinnPastAbility"):
        return _asked(intent, family, told)
    if intent == "JinnSet":
        return _set(family, told)
    if intent in ("JinnRaise", "JinnLower"):
        return _moved(intent == "JinnRaise", family, told)
    if intent == "HassClimateSetTemperature" and family is Family.FRIDGE:
        told = {"compartment": "cold", **told}
    if (intent == "HassGetState" or intent in PAST_STATES) and "state" in told:
        opens = family in (Family.COVER, Family.CONTACT, Family.FRIDGE)
        said = str(told["state"])
        told["state"] = (_OPENING if opens else _SWITCHING).get(said, said)
        if family is Family.VACUUM and intent in PAST_STATES:
            told["state"] = _WORKING.get(str(told["state"]), told["state"])
    return _SPECIAL.get((intent, family), intent), told


_OPENING: Final = {"on": "open", "off": "closed"}
_SWITCHING: Final = {"open": "on", "closed": "off"}
_WORKING: Final = {"on": "cleaning", "off": "docked"}
"""A vacuum that "ran" was cleaning."""
_SPECIAL: Final = {
    ("HassTurnOn", Family.VACUUM): "HassVacuumStart",
    ("HassTurnOff", Family.VACUUM): "JinnVacuumPause",
    ("HassStopMoving", Family.VACUUM): "JinnVacuumPause",
    ("HassStopMoving", Family.SPEAKER): "HassMediaPause",
    ("HassStopMoving", Family.TELEVISION): "HassMediaPause",
    ("HassClimateSetTemperature", Family.FRIDGE): "JinnSetFridge",
    ("JinnWarmerLight", Family.CLIMATE): "JinnWarmer",
    ("JinnCoolerLight", Family.CLIMATE): "JinnCooler",
    ("JinnWarmer", Family.LIGHT): "JinnWarmerLight",
    ("JinnCooler", Family.LIGHT): "JinnCoolerLight",
}


def _asked(intent: str, family: Family, told: dict[str, SlotValue]) -> tuple[str, dict[str, SlotValue]]:
    """What is asked for, by the name that it has in this family; a fridge has two temperatures."""
    if told.get("ability") == "state":
        return "HassGetState", {name: value for name, value in told.items() if name != "ability"}
    if family is Family.FRIDGE:
        is_freezer = told.get("compartment") == "freezer"
        names = {
            "temperature": "freezer_temperature" if is_freezer else "cold_temperature",
            "target_temperature": "freezer_target" if is_freezer else "cold_target",
        }
        told["ability"] = names.get(str(told.get("ability")), told.get("ability", "temperature"))
    return intent, told


_NUMBERS: Final = {
    Family.LIGHT: ("HassLightSet", "brightness"),
    Family.COVER: ("HassSetPosition", "position"),
    Family.SPEAKER: ("HassSetVolume", "volume_level"),
    Family.TELEVISION: ("HassSetVolume", "volume_level"),
    Family.FAN: ("HassFanSetSpeed", "percentage"),
    Family.CLIMATE: ("HassClimateSetTemperature", "temperature"),
    Family.FRIDGE: ("JinnSetFridge", "temperature"),
}


def _set(family: Family, told: dict[str, SlotValue]) -> tuple[str, dict[str, SlotValue]]:
    """A bare number, percentage or temperature, as what this family counts."""
    if family not in _NUMBERS:
        return "JinnSet", told
    intent, slot = _NUMBERS[family]
    if "temperature" in told and slot != "temperature":
        return "JinnSet", told
    told[slot] = told.pop("value") if "value" in told else told["temperature"]
    if family is Family.FRIDGE:
        told.setdefault("compartment", "cold")
    return intent, told


def _moved(up: bool, family: Family, told: dict[str, SlotValue]) -> tuple[str, dict[str, SlotValue]]:
    if family is Family.LIGHT:
        return ("JinnBrighten" if up else "JinnDim"), told
    if family in _SOUND:
        amount = told.pop("amount", None)
        step: SlotValue = "up" if up else "down"
        if isinstance(amount, int | float):
            step = amount if up else -amount
        return "HassSetVolumeRelative", {**told, "volume_step": step}
    if family is Family.CLIMATE:
        return ("JinnWarmer" if up else "JinnCooler"), told
    if family is Family.COVER:
        return ("HassTurnOn" if up else "HassTurnOff"), told
    return ("JinnRaise" if up else "JinnLower"), told
