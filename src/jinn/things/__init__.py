"""The home's things: their models, what they say of themselves, and what is asked of them."""

from jinn.things.bridging import Bridging
from jinn.things.colours import name_of as color_name
from jinn.things.command_log import PastCommand, commands_of
from jinn.things.commanding import Commander
from jinn.things.deeds import deed_of
from jinn.things.foreseeing import likely_replies
from jinn.things.hands import RoomHands
from jinn.things.history import History, Sample, Series
from jinn.things.history.skill import PastSkill
from jinn.things.http import routes
from jinn.things.joining import CodeReader, Finder, Found, Joining
from jinn.things.joining_http import found_body, joining_routes
from jinn.things.joining_skill import JoiningSkill
from jinn.things.meaning import Meaning
from jinn.things.model import CommandOutcome, CommandResult, DeviceCredentials, Product, ServiceResult, Thing
from jinn.things.names import NamesOfThings
from jinn.things.ports import Areas, Bridge
from jinn.things.products import product_from_model, read_product, read_product_folder
from jinn.things.registry import REGISTRY_SUBJECT, Registry, RegistryChanged
from jinn.things.room import ThingsRoom, open_things
from jinn.things.skill import HomeSkill
from jinn.things.store import SCHEMA
from jinn.things.thing_model import BoolType, EnumType, NumberType, Property, ThingModel
from jinn.things.tsl import read_model
from jinn.things.twin import Reported, Twin
from jinn.things.twins import Twins
from jinn.things.values import Json, check_fields, check_report, check_set, written
from jinn.things.wire import (
    HAPPENED_SUBJECT,
    PRESENCE_SUBJECT,
    REPORTED_SUBJECT,
    Happened,
    HappenedBatch,
    PresenceBatch,
    Presented,
    Report,
    ReportedBatch,
    WireThing,
    value_names,
)
from jinn.things.wishes import Call, Handle, Set, reached, wishes

__all__ = [
    "HAPPENED_SUBJECT",
    "PRESENCE_SUBJECT",
    "REGISTRY_SUBJECT",
    "REPORTED_SUBJECT",
    "SCHEMA",
    "Areas",
    "BoolType",
    "Bridge",
    "Bridging",
    "Call",
    "CodeReader",
    "CommandOutcome",
    "CommandResult",
    "Commander",
    "DeviceCredentials",
    "EnumType",
    "Finder",
    "Found",
    "Handle",
    "Happened",
    "HappenedBatch",
    "History",
    "HomeSkill",
    "Joining",
    "JoiningSkill",
    "Json",
    "Meaning",
    "NamesOfThings",
    "NumberType",
    "PastCommand",
    "PastSkill",
    "PresenceBatch",
    "Presented",
    "Product",
    "Property",
    "Registry",
    "RegistryChanged",
    "Report",
    "Reported",
    "ReportedBatch",
    "RoomHands",
    "Sample",
    "Series",
    "ServiceResult",
    "Set",
    "Thing",
    "ThingModel",
    "ThingsRoom",
    "Twin",
    "Twins",
    "WireThing",
    "check_fields",
    "check_report",
    "check_set",
    "color_name",
    "commands_of",
    "deed_of",
    "found_body",
    "joining_routes",
    "likely_replies",
    "open_things",
    "product_from_model",
    "reached",
    "read_model",
    "read_product",
    "read_product_folder",
    "routes",
    "value_names",
    "wishes",
    "written",
]
