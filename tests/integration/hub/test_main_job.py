"""A recorded voice, in English and in Mandarin, to a device program in another process, and its report back."""

import json
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest
from hub_process import HubProcess

from jinn.language import TurnWire

RECORDINGS = Path(__file__).parents[2] / "recordings"
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


class Names(msgspec.Struct, frozen=True):
    en: str


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


def test_every_recording_is_heard_and_the_home_reports_what_was_asked(hub: HubProcess) -> None:
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    wrong: list[str] = []
    for recording in recordings(wake=False):
        for given in recording.given:
            arrange(hub, given)
        turn = hub.client.hear(RECORDINGS / recording.file, recording.lang)
        is_good = is_right(turn, recording.expect, things(hub))
        right[recording.lang, recording.condition].append(is_good)
        if not is_good:
            heard = turn.heard.text if turn.heard else None
            wrong.append(f"{recording.file}: heard {heard!r}, said {turn.said!r}")
    shares = {key: sum(results) / len(results) for key, results in right.items()}
    assert set(shares) == set(LEAST_RIGHT)
    missed = {key: share for key, share in shares.items() if share < LEAST_RIGHT[key]}
    assert not missed, "\n".join(wrong)


@pytest.mark.parametrize(
    ("file", "lang"), [("en_kitchen_and_curtain_clean.flac", "en"), ("zh_kitchen_and_curtain_clean.flac", "zh")]
)
def test_a_turn_keeps_its_trace_from_the_sound_to_the_words_said(hub: HubProcess, file: str, lang: str) -> None:
    turn = hub.client.hear(RECORDINGS / file, lang)
    assert [span.name for span in turn.spans][-2:] == ["understood", "acted"]
    assert "recognition" in {span.name for span in turn.spans}
    assert len({deed.thing for deed in turn.did}) == 2
    assert hub.client.turn(turn.id) == turn
    assert hub.client.turn("last") == turn


def test_the_language_is_detected_when_none_is_chosen(hub: HubProcess) -> None:
    english = hub.client.hear(RECORDINGS / "en_living_light_on_clean.flac", "auto")
    chinese = hub.client.hear(RECORDINGS / "zh_kitchen_light_on_clean.flac", "auto")
    assert (english.lang, chinese.lang) == ("en", "zh")


def test_it_is_said_only_after_the_thing_reported(hub: HubProcess) -> None:
    hub.client.say("turn off the hall light", "en")
    turn = hub.client.say("打开门厅灯", "zh")
    hall = next(thing for thing in things(hub) if thing.id == "hall_light")
    assert turn.said == "门厅灯开了。"
    assert hall.properties["on"].value == 1
    assert json.loads(hub.client.get("/api/turns/last"))["did"][0]["outcome"] == "confirmed"
    assert hub.client.say("turn on the hall light", "en").said == "The hall light was already on."
