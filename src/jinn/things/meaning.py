"""What the identifiers of a thing model mean, in neutral words, and what kind of thing that makes.

Two vocabularies are known: our own products' identifiers, and those of Alibaba's published standard models.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, Property, StructType, TextType, ThingModel

Shape = Literal["switch", "number", "choice", "color", "any"]

_ABILITIES: Mapping[str, tuple[Shape, str]] = {
    "power": ("switch", "on power powerswitch powerstate powerstatus lightswitch switch onoff mainswitch workswitch"),
    "brightness": ("number", "brightness lightbrightness bright luminance dimmer"),
    "color": ("color", "color hsvcolor rgbcolor hslcolor colour lightcolor"),
    "color_temperature": ("number", "colortemperature colortemp cct colorTemperatureInKelvin"),
    "position": ("number", "position curtainposition targetposition openpercent coverposition"),
    "target_temperature": ("number", "targettemperature settemperature temperatureset settemp targettemp"),
    "cold_target": ("number", "coldtarget refrigeratortargettemperature coldtargettemperature"),
    "freezer_target": ("number", "freezertarget freezertargettemperature"),
    "cold_temperature": ("number", "coldtemperature refrigeratortemperature refrigeratorcurrenttemperature"),
    "freezer_temperature": ("number", "freezertemperature freezercurrenttemperature"),
    "mode": ("choice", "mode workmode lightmode airconditionermode runmode hvacmode"),
    "fan_speed": ("any", "fan fanspeed windspeed windlevel fanmode"),
    "volume": ("number", "volume speakervolume"),
    "mute": ("switch", "mute muted ismuted speakermute"),
    "channel": ("number", "channel tvchannel channelnumber"),
    "temperature": ("number", "temperature currenttemperature indoortemperature roomtemperature envtemperature"),
    "humidity": ("number", "humidity relativehumidity currenthumidity indoorhumidity"),
    "illuminance": ("number", "illuminance lux lightlux measuredilluminance"),
    "contact": ("switch", "door open contact contactstate doorstate dooropen doorstatus doorcontactstate"),
    "motion": ("switch", "motion motionalarmstate infraredalarmstate presence occupancy"),
    "battery": ("number", "battery batterypercentage batterylevel batterypercent"),
    "heart_rate": ("number", "heartrate pulse"),
    "steps": ("number", "steps stepcount stepnumber"),
    "activity": ("choice", "state workstate workstatus cleanstate robotstate vacuumstate"),
    "cleaning_area": ("any", "area cleaningarea currentarea"),
    "child_lock": ("switch", "childlock childlockonoff"),
    "pm25": ("number", "pm25 pm25value"),
}

_ACTIONS: Mapping[str, str] = {
    "clean_area": "cleanarea cleanroom roomclean selectroomclean",
    "start": "start startclean startcleaning begin",
    "pause": "pause pauseclean",
    "stop": "stop stopclean",
    "dock": "dock charge returntobase recharge gohome backcharge returntodock",
    "open": "open opencurtain",
    "close": "close closecurtain",
    "locate": "locate findrobot",
    "toggle": "toggle",
}


def _plain(identifier: str) -> str:
    """`light:PowerSwitch_1` → `powerswitch`."""
    own = identifier.rpartition(":")[2]
    return re.sub(r"[^a-z0-9]", "", re.sub(r"_\d+$", "", own).casefold())


_ABILITY_OF = {_plain(word): ability for ability, (_, words) in _ABILITIES.items() for word in words.split()}
_ACTION_OF = {_plain(word): action for action, words in _ACTIONS.items() for word in words.split()}

DOMAINS: Mapping[str, tuple[str, str | None]] = {
    "light": ("light", None),
    "curtain": ("cover", "curtain"),
    "air_conditioner": ("climate", None),
    "fridge": ("sensor", None),
    "vacuum": ("vacuum", None),
    "door_sensor": ("binary_sensor", "door"),
    "motion_sensor": ("binary_sensor", "motion"),
    "speaker": ("media_player", "speaker"),
    "television": ("media_player", "tv"),
    "shirt": ("sensor", None),
    "fan": ("fan", None),
    "switch": ("switch", None),
    "sensor": ("sensor", None),
    "generic": ("sensor", None),
}
"""Kind → Home Assistant's domain and device class."""

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("vacuum", frozenset({"dock"})),
    ("vacuum", frozenset({"clean_area"})),
    ("fridge", frozenset({"cold_target"})),
    ("fridge", frozenset({"freezer_target"})),
    ("air_conditioner", frozenset({"target_temperature"})),
    ("television", frozenset({"channel"})),
    ("speaker", frozenset({"volume"})),
    ("curtain", frozenset({"position"})),
    ("light", frozenset({"brightness"})),
    ("light", frozenset({"color"})),
    ("light", frozenset({"color_temperature"})),
    ("shirt", frozenset({"heart_rate", "steps"})),
    ("fan", frozenset({"power", "fan_speed"})),
    ("switch", frozenset({"power"})),
    ("door_sensor", frozenset({"contact"})),
    ("motion_sensor", frozenset({"motion"})),
    ("sensor", frozenset({"temperature"})),
    ("sensor", frozenset({"humidity"})),
    ("sensor", frozenset({"illuminance"})),
    ("sensor", frozenset({"heart_rate"})),
    ("sensor", frozenset({"steps"})),
    ("sensor", frozenset({"pm25"})),
)
"""The first whose words are all there is the kind: what tells most comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A model in neutral words.

    Attributes:
        abilities: property identifier → ability, for those that have one.
        actions: service identifier → action, likewise.
    """

    abilities: Mapping[str, str]
    actions: Mapping[str, str]

    def words(self) -> frozenset[str]:
        """Every ability and action."""
        return frozenset(self.abilities.values()) | frozenset(self.actions.values())

    def property_for(self, ability: str) -> str | None:
        """The first property with that ability."""
        return _key_of(self.abilities, ability)

    def service_for(self, action: str) -> str | None:
        """The first service for that action."""
        return _key_of(self.actions, action)


def meaning_of(model: ThingModel) -> Meaning:
    """What is known of the model's identifiers; what is not known is left out."""
    abilities = {name: ability for name, member in model.properties.items() if (ability := _ability(name, member))}
    actions = {name: action for name in model.services if (action := _ACTION_OF.get(_plain(name)))}
    return Meaning(abilities=abilities, actions=actions)


def kind_of(meaning: Meaning, identifiers: Iterable[str] = ()) -> str:
    """What kind of thing has these abilities; `identifiers` tell a bare lamp from a bare switch."""
    words = meaning.words()
    if words >= {"power"} and any(_plain(name).startswith("light") for name in identifiers):
        return "light"
    return next((kind for kind, needed in _KINDS if needed <= words), "generic")


def _ability(name: str, member: Property) -> str | None:
    ability = _ABILITY_OF.get(_plain(name))
    if ability == "temperature" and member.is_writable:
        ability = "target_temperature"
    if ability is None or not _fits(_ABILITIES[ability][0], member.type):
        return None
    return ability


def _fits(shape: Shape, data_type: DataType) -> bool:
    match shape:
        case "switch":
            return isinstance(data_type, BoolType) or (
                isinstance(data_type, EnumType) and set(data_type.labels) == {0, 1}
            )
        case "number":
            return isinstance(data_type, NumberType)
        case "choice":
            return isinstance(data_type, EnumType)
        case "color":
            return isinstance(data_type, TextType | StructType | NumberType)
        case "any":
            return True


def _key_of(words: Mapping[str, str], wanted: str) -> str | None:
    return next((identifier for identifier, word in words.items() if word == wanted), None)
