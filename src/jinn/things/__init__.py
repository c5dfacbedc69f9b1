"""The home's things: their models, what they say of themselves, and what is asked of them."""

from jinn.things.commanding import Commander
from jinn.things.deeds import deed_of
from jinn.things.foreseeing import likely_replies
from jinn.things.hands import RoomHands
from jinn.things.history import History, Sample, Series
from jinn.things.http import routes
from jinn.things.meaning import Meaning
from jinn.things.model import CommandOutcome, CommandResult, DeviceCredentials, Product, ServiceResult, Thing
from jinn.things.names import NamesOfThings
from jinn.things.ports import Areas
from jinn.things.products import product_from_model, read_product, read_product_folder
from jinn.things.registry import Registry
from jinn.things.room import ThingsRoom, open_things
from jinn.things.skill import HomeSkill
from jinn.things.store import SCHEMA
from jinn.things.thing_model import Property, ThingModel
from jinn.things.tsl import read_model
from jinn.things.twin import Reported, Twin
from jinn.things.twins import Twins
from jinn.things.values import Json, written
from jinn.things.wire import PRESENCE_SUBJECT, REPORTED_SUBJECT, WireThing, value_names

__all__ = [
    "PRESENCE_SUBJECT",
    "REPORTED_SUBJECT",
    "SCHEMA",
    "Areas",
    "CommandOutcome",
    "CommandResult",
    "Commander",
    "DeviceCredentials",
    "History",
    "HomeSkill",
    "Json",
    "Meaning",
    "NamesOfThings",
    "Product",
    "Property",
    "Registry",
    "Reported",
    "RoomHands",
    "Sample",
    "Series",
    "ServiceResult",
    "Thing",
    "ThingModel",
    "ThingsRoom",
    "Twin",
    "Twins",
    "WireThing",
    "deed_of",
    "likely_replies",
    "open_things",
    "product_from_model",
    "read_model",
    "read_product",
    "read_product_folder",
    "routes",
    "value_names",
    "written",
]
