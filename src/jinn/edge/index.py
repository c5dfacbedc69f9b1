"""Which triggers a happening concerns: looked up, never searched, since a home may have thousands of rules. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from jinn.edge.model import (
    EventTrigger,
    PeopleTest,
    PresenceTrigger,
    PropertyTest,
    Rule,
    RuleId,
    SunTrigger,
    TimeTrigger,
    Trigger,
    all_tests,
)
from jinn.kernel import ThingId


class Place(NamedTuple):
    """One trigger of one rule."""

    rule: RuleId
    place: int


class Index:
    """The triggers of all rules that may run."""

    def __init__(self) -> None:
        self._by_key: dict[object, dict[Place, Trigger]] = {}
        self._keys: dict[RuleId, list[tuple[object, Place]]] = {}
        self._watched: dict[tuple[ThingId, str], int] = {}
        self._watches: dict[RuleId, list[tuple[ThingId, str]]] = {}

    def put(self, rule: Rule) -> None:
        """Know a rule, or know it anew."""
        self.drop(rule.id)
        if not rule.may_run:
            return
        keys = self._keys[rule.id] = []
        for number, trigger in enumerate(rule.draft.triggers):
            key, place = _key(trigger), Place(rule.id, number)
            self._by_key.setdefault(key, {})[place] = trigger
            keys.append((key, place))
        tests = (test for test in all_tests(rule.draft.conditions) if isinstance(test, PropertyTest))
        watches = self._watches[rule.id] = [(test.thing, test.property) for test in tests if test.for_s]
        for watched in watches:
            self._watched[watched] = self._watched.get(watched, 0) + 1

    def drop(self, rule: RuleId) -> None:
        for key, place in self._keys.pop(rule, ()):
            places = self._by_key[key]
            del places[place]
            if not places:
                del self._by_key[key]
        for watched in self._watches.pop(rule, ()):
            self._watched[watched] -= 1
            if not self._watched[watched]:
                del self._watched[watched]

    def of_property(self, thing: ThingId, name: str) -> Iterator[tuple[Place, PropertyTest]]:
        for place, trigger in tuple(self._by_key.get(("property", thing, name), _NONE).items()):
            assert isinstance(trigger, PropertyTest)
            yield place, trigger

    def of_event(self, thing: ThingId, event: str) -> Iterator[tuple[Place, EventTrigger]]:
        for place, trigger in tuple(self._by_key.get(("event", thing, event), _NONE).items()):
            assert isinstance(trigger, EventTrigger)
            yield place, trigger

    def of_presence(self, thing: ThingId) -> Iterator[tuple[Place, PresenceTrigger]]:
        for place, trigger in tuple(self._by_key.get(("presence", thing), _NONE).items()):
            assert isinstance(trigger, PresenceTrigger)
            yield place, trigger

    def at(self, minute: int) -> Iterator[tuple[Place, TimeTrigger]]:
        for place, trigger in tuple(self._by_key.get(("time", minute), _NONE).items()):
            assert isinstance(trigger, TimeTrigger)
            yield place, trigger

    def of_sun(self) -> Iterator[tuple[Place, SunTrigger]]:
        for place, trigger in tuple(self._by_key.get("sun", _NONE).items()):
            assert isinstance(trigger, SunTrigger)
            yield place, trigger

    def of_people(self) -> Iterator[tuple[Place, PeopleTest]]:
        for place, trigger in tuple(self._by_key.get("people", _NONE).items()):
            assert isinstance(trigger, PeopleTest)
            yield place, trigger

    def is_watched(self, thing: ThingId, name: str) -> bool:
        """Whether some condition asks since when it has been so."""
        return (thing, name) in self._watched

    def has_property(self, thing: ThingId, name: str) -> bool:
        return ("property", thing, name) in self._by_key

    def has_presence(self, thing: ThingId) -> bool:
        return ("presence", thing) in self._by_key

    def has_event(self, thing: ThingId, event: str) -> bool:
        return ("event", thing, event) in self._by_key


_NONE: dict[Place, Trigger] = {}


def _key(trigger: Trigger) -> object:
    match trigger:
        case PropertyTest(thing=thing, property=name):
            return ("property", thing, name)
        case EventTrigger(thing=thing, event=event):
            return ("event", thing, event)
        case PresenceTrigger(thing=thing):
            return ("presence", thing)
        case TimeTrigger(at_min=minute):
            return ("time", minute)
        case SunTrigger():
            return "sun"
        case PeopleTest():
            return "people"
