"""A small home for the rules of unit tests: two lamps, a door, a heater that measures."""

from datetime import UTC, tzinfo

import msgspec

from jinn.edge.checking import examine
from jinn.edge.holidays import WeekAndHolidays
from jinn.edge.home import Surroundings
from jinn.edge.model import Draft, Rule, RuleId
from jinn.edge.rulebook import RuleBook
from jinn.edge.sun import Place
from jinn.edge.testing import WrittenHome, WrittenPeople
from jinn.edge.writing import read_draft
from jinn.kernel import ManualClock, Names, ThingId
from jinn.runtime import Row, Sql, Statement
from jinn.runtime.testing import InMemoryBus
from jinn.things import read_product

PRODUCT = {
    "product_key": "testThing01",
    "kind": "light",
    "domain": "light",
    "names": {"en": "lamp", "zh": "灯"},
    "model": {
        "properties": [
            {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
            {"identifier": "brightness", "accessMode": "rw",
             "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1", "unit": "%"}}},
            {"identifier": "open", "accessMode": "r", "dataType": {"type": "bool", "specs": {}}},
            {"identifier": "temperature", "accessMode": "r",
             "dataType": {"type": "double", "specs": {"min": "-40", "max": "60", "step": "0.1", "unit": "°C"}}},
        ],
        "events": [{"identifier": "rang", "type": "info", "outputData": [
            {"identifier": "times", "dataType": {"type": "int", "specs": {"min": "0", "max": "9"}}}]}],
        "services": [{"identifier": "blink", "callType": "async", "outputData": [], "inputData": []}],
    },
}  # fmt: skip

HALL, PORCH, DOOR = ThingId("hall"), ThingId("porch"), ThingId("door")
SHANGHAI = Place(latitude=31.23, longitude=121.47)


class Shelf:
    """A database that takes everything and tells nothing."""

    async def read(self, query: str, **values: Sql) -> list[Row]:
        return []

    async def write(self, *statements: Statement) -> list[int]:
        return [1 for _ in statements]


def a_home() -> WrittenHome:
    home = WrittenHome()
    product = read_product(msgspec.json.encode(PRODUCT))
    for thing, en, zh in ((HALL, "Hall lamp", "门厅灯"), (PORCH, "Porch lamp", "门廊灯"), (DOOR, "Front door", "大门")):
        home.add(thing, Names(en=en, zh=zh), product)
    return home


def around(zone: tzinfo = UTC, place: Place | None = SHANGHAI, people: WrittenPeople | None = None) -> Surroundings:
    return Surroundings(zone=zone, place=place, people=people or WrittenPeople(), holidays=WeekAndHolidays())


def a_book(clock: ManualClock | None = None) -> RuleBook:
    home = a_home()
    return RuleBook(
        database=Shelf(), bus=InMemoryBus(), clock=clock or ManualClock(), home=home, examine=examine(home, around())
    )


def draft(**parts: object) -> Draft:
    """A rule in the words of the contract; if not said otherwise: when the door opens, the hall lamp goes on."""
    whole: dict[str, object] = {
        "names": {"en": "a rule", "zh": "规则"},
        "triggers": [when(DOOR, "open", 1)],
        "conditions": [],
        "actions": [put(HALL, on=1)],
        **parts,
    }
    return read_draft(msgspec.json.encode(whole))


def rule(rule_id: str = "r", **parts: object) -> Rule:
    return Rule(id=RuleId(rule_id), version=1, draft=draft(**parts), created_ms=0, changed_ms=0)


def when(thing: str, name: str, value: object, comparison: str = "is", **more: object) -> dict[str, object]:
    return {"type": "property", "thing": thing, "property": name, "is": comparison, "value": value, **more}


def put(thing: str, **values: object) -> dict[str, object]:
    return {"type": "set", "thing": thing, "properties": values}
