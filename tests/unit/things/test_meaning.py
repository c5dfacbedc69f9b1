"""What identifiers mean, and what kind of thing they make."""

import msgspec
import pytest

from jinn.things.meaning import DOMAINS, kind_of, meaning_of
from jinn.things.thing_model import ThingModel
from jinn.things.tsl import read_model

BOOL = {"type": "bool", "specs": {"0": "off", "1": "on"}}
INT = {"type": "int", "specs": {"min": "0", "max": "100"}}
ENUM = {"type": "enum", "specs": {"0": "auto", "1": "cool"}}
TEXT = {"type": "text", "specs": {}}
COLOR = {"type": "struct", "specs": [{"identifier": "Hue", "dataType": INT}]}


def model(types: dict[str, object], services: tuple[str, ...] = (), mode: str = "rw") -> ThingModel:
    properties = [{"identifier": name, "accessMode": mode, "dataType": kind} for name, kind in types.items()]
    return read_model(
        msgspec.json.encode({"properties": properties, "services": [{"identifier": name} for name in services]})
    )


@pytest.mark.parametrize(
    ("identifier", "data_type", "ability"),
    [
        ("on", BOOL, "power"), ("PowerSwitch", BOOL, "power"), ("powerstate", BOOL, "power"),
        ("LightSwitch", BOOL, "power"), ("PowerSwitch_1", BOOL, "power"), ("Brightness", INT, "brightness"),
        ("ColorTemperature", INT, "color_temperature"), ("HSVColor", COLOR, "color"), ("color", TEXT, "color"),
        ("TargetTemperature", INT, "target_temperature"), ("temperature", INT, "target_temperature"),
        ("WorkMode", ENUM, "mode"), ("WindSpeed", ENUM, "fan_speed"), ("fan", ENUM, "fan_speed"),
        ("CurtainPosition", INT, "position"), ("Volume", INT, "volume"), ("mute", BOOL, "mute"),
        ("channel", INT, "channel"), ("door", BOOL, "contact"), ("heart_rate", INT, "heart_rate"),
        ("cold_target", INT, "cold_target"), ("state", ENUM, "activity"),
    ],
)  # fmt: skip
def test_a_known_identifier_has_its_ability(identifier: str, data_type: object, ability: str) -> None:
    assert meaning_of(model({identifier: data_type})).abilities == {identifier: ability}


def test_a_measured_temperature_is_not_a_wanted_one() -> None:
    assert meaning_of(model({"temperature": INT}, mode="r")).abilities == {"temperature": "temperature"}


@pytest.mark.parametrize(("identifier", "data_type"), [("Brightness", TEXT), ("on", INT), ("Flux", INT)])
def test_what_is_unknown_or_of_another_shape_means_nothing(identifier: str, data_type: object) -> None:
    assert meaning_of(model({identifier: data_type})).abilities == {}


@pytest.mark.parametrize(
    ("types", "services", "kind"),
    [
        ({"on": BOOL, "brightness": INT}, (), "light"),
        ({"LightSwitch": BOOL}, (), "light"),
        ({"PowerSwitch": BOOL}, (), "switch"),
        ({"position": INT}, ("open", "close"), "curtain"),
        ({"on": BOOL, "mode": ENUM, "target_temperature": INT}, (), "air_conditioner"),
        ({"cold_target": INT, "door": BOOL}, (), "fridge"),
        ({"battery": INT}, ("clean_area", "dock"), "vacuum"),
        ({"open": BOOL, "battery": INT}, (), "door_sensor"),
        ({"volume": INT, "mute": BOOL}, (), "speaker"),
        ({"on": BOOL, "volume": INT, "channel": INT}, (), "television"),
        ({"heart_rate": INT, "steps": INT}, (), "shirt"),
        ({"humidity": INT}, (), "sensor"),
        ({"Flux": INT}, (), "generic"),
    ],
)
def test_abilities_make_the_kind(types: dict[str, object], services: tuple[str, ...], kind: str) -> None:
    found = model(types, services)
    assert kind_of(meaning_of(found), found.properties) == kind
    assert kind in DOMAINS


def test_services_have_actions() -> None:
    meaning = meaning_of(model({"battery": INT}, ("clean_area", "dock", "StartClean", "sing")))
    assert meaning.actions == {"clean_area": "clean_area", "dock": "dock", "StartClean": "start"}
    assert (meaning.service_for("start"), meaning.service_for("stop")) == ("StartClean", None)
    assert meaning.property_for("battery") == "battery"
