"""Did the home do what a recording asks for? Judged by what its things report, for tests and benches alike."""

from pathlib import Path

import msgspec
from hub_process import HubProcess

from jinn.language import TurnWire

RECORDINGS = Path(__file__).parent / "recordings"
LEAST_RIGHT = {
    ("en", "clean"): 0.95, ("en", "noise"): 0.90, ("en", "room"): 0.85,
    ("zh", "clean"): 0.90, ("zh", "noise"): 0.85, ("zh", "room"): 0.75,
}  # fmt: skip
"""Right actions of all, by language and condition."""


class Expected(msgspec.Struct, frozen=True):
    """What must hold of one thing of the home afterwards."""

    thing: str
    property: str
    area: str | None = None
    value: int | float | str | None = None
    above: float | None = None

    def holds(self, value: int | float | str | None) -> bool:
        if self.above is not None:
            return isinstance(value, int | float) and value > self.above
        return self.value is None or value == self.value


class Expectation(msgspec.Struct, frozen=True):
    things: list[Expected] = []
    answer_contains: list[str] = []


class Recording(msgspec.Struct, frozen=True):
    file: str
    lang: str
    text: str
    condition: str
    expect: Expectation
    given: list[Expected] = []
    wake: str | None = None

    @property
    def path(self) -> Path:
        return RECORDINGS / self.file


class State(msgspec.Struct, frozen=True):
    value: int | float | str | None


class SeenThing(msgspec.Struct, frozen=True):
    id: str
    kind: str
    area: str | None
    properties: dict[str, State]


def recordings(*, wake: bool) -> list[Recording]:
    lines = (RECORDINGS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    every = [msgspec.json.decode(line, type=Recording) for line in lines]
    return [one for one in every if (one.wake is not None) is wake]


def things(hub: HubProcess) -> list[SeenThing]:
    return msgspec.json.decode(hub.client.get("/api/things"), type=list[SeenThing])


def arrange(hub: HubProcess, given: Expected) -> None:
    """Put a thing into the state that the sentence starts from."""
    thing = next(one for one in things(hub) if one.kind == given.thing and given.area in {None, one.area})
    hub.client.set_properties(thing.id, {given.property: given.value})


def is_right(turn: TurnWire, expect: Expectation, home: list[SeenThing]) -> bool:
    """The things report what was asked for, and the answer says what it must."""
    if expect.answer_contains and not any(words in turn.said.lower() for words in expect.answer_contains):
        return False
    if turn.outcome != "done":
        return False
    asked = {deed.thing for deed in turn.did if deed.outcome in {"confirmed", "unchanged"}}
    for one in expect.things:
        meant = [thing for thing in home if thing.kind == one.thing and one.area in {None, thing.area}]
        if not any(thing.id in asked for thing in meant):
            return False
        if not any(one.holds(thing.properties[one.property].value) for thing in meant):
            return False
    return True
