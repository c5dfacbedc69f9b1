"""Homes whose rules quarrel in devious ways: what the check finds before a rule is kept, and what it cannot know."""

import pytest
from unit.edge.rule_parts import DOOR, HALL, PORCH, a_book, draft, put, when

from jinn.edge.rulebook import RuleBook
from jinn.edge.wire import NamesWire, SceneDraftWire, WishWire

pytestmark = pytest.mark.anyio
Parts = dict[str, object]
LOOP, MAYBE_LOOP = ("loop", True), ("loop", False)
CONFLICT, MAYBE_CONFLICT = ("conflict", True), ("conflict", False)
BLINK = {"type": "call", "thing": HALL, "service": "blink"}


def then(*actions: object, on: object, **more: object) -> Parts:
    return {"triggers": [on], "actions": list(actions), **more}


def at(minute: str, **more: object) -> Parts:
    return {"type": "time", "at": minute, **more}


async def with_scenes(book: RuleBook) -> None:
    for name, values in (("dark", {"on": 0, "brightness": 0}), ("bright", {"on": 1, "brightness": 90})):
        wishes = [WishWire(thing=HALL, properties=dict(values))]
        await book.keep_scene(SceneDraftWire(names=NamesWire(en=name, zh=name), wishes=wishes, id=name))


SCENE_DARK, SCENE_BRIGHT = {"type": "scene", "scene": "dark"}, {"type": "scene", "scene": "bright"}
CIRCLES = {
    "two scenes that undo each other": ([then(SCENE_DARK, on=when(HALL, "on", 1))],
                                        then(SCENE_BRIGHT, on=when(HALL, "on", 0)), [LOOP]),
    "through another property of the same thing": (
        [then(put(HALL, brightness=10, on=0), on=when(HALL, "brightness", 50, "above"))],
        then(put(HALL, brightness=100, on=1), on=when(HALL, "on", 0)), [LOOP]),
    "two limits whose answers lie beyond each other": (
        [then(put(HALL, brightness=30), on=when(HALL, "brightness", 50, "above"))],
        then(put(HALL, brightness=60), on=when(HALL, "brightness", 40, "below")), [LOOP]),
    "a second on, a second off": (
        [then(put(HALL, on=0), on=when(HALL, "on", 1, for_s=1))],
        then(put(HALL, on=1), on=when(HALL, "on", 0, for_s=1)), [LOOP]),
    "what is not so is made so, and the other way round": (
        [then(put(HALL, on=0), on=when(HALL, "on", 0, "is_not"))],
        then(put(HALL, on=1), on=when(HALL, "on", 1, "is_not")), [LOOP]),
    "three things in a ring, each undone by the next": (
        [then(put(PORCH, on=1), put(HALL, on=0), on=when(HALL, "on", 1)),
         then(put(DOOR, on=1), put(PORCH, on=0), on=when(PORCH, "on", 1))],
        then(put(HALL, on=1), put(DOOR, on=0), on=when(DOOR, "on", 1)), [LOOP]),
    "one way through a condition, one without": (
        [then(put(HALL, on=0), on=when(HALL, "on", 1)),
         then(put(HALL, on=0), on=when(HALL, "on", 1), conditions=[when(DOOR, "open", 1)], cooldown_s=1)],
        then(put(HALL, on=1), on=when(HALL, "on", 0)), [LOOP]),
    "a ring that rests two minutes is a rhythm": (
        [then(put(HALL, on=0), {"type": "wait", "for_s": 120}, put(PORCH, on=1), on=when(HALL, "on", 1))],
        then(put(PORCH, on=0), put(HALL, on=1), on=when(PORCH, "on", 1)), [MAYBE_LOOP]),
    "a service in between may do anything": (
        [then(BLINK, on=when(PORCH, "on", 1))], then(put(PORCH, on=0), put(PORCH, on=1), on=when(HALL, "on", 1)),
        [MAYBE_LOOP]),
    "done first and undone last, it ends where it began": (
        [], then(put(HALL, on=1), put(HALL, on=0), on=when(HALL, "on", 1)), []),
    "undone first and done last, it never ends": (
        [], then(put(HALL, on=0), put(HALL, on=1), on=when(HALL, "on", 1)), [LOOP]),
}  # fmt: skip
QUARRELS = {
    "the scene of one, the wish of the other": (
        then(SCENE_DARK, on=when(DOOR, "open", 1)), then(put(HALL, on=1), on=when(DOOR, "open", 1)), [CONFLICT]),
    "the same minute of the same day": (
        then(put(HALL, on=1), on=at("07:00")), then(put(HALL, on=0), on=at("07:00")), [CONFLICT]),
    "a minute that both have on some days": (
        then(put(HALL, on=1), on=at("07:00", days=["sat"])), then(put(HALL, on=0), on=at("07:00", days=["holiday"])),
        [MAYBE_CONFLICT]),
    "open, and not shut: one opening sets off both": (
        then(put(HALL, on=1), on=when(DOOR, "open", 1)), then(put(HALL, on=0), on=when(DOOR, "open", 0, "is_not")),
        [MAYBE_CONFLICT]),
    "the same sunset": (
        then(put(HALL, on=1), on={"type": "sun", "event": "sunset"}),
        then(put(HALL, on=0), on={"type": "sun", "event": "sunset"}), [CONFLICT]),
    "one of several triggers": (
        {"triggers": [when(DOOR, "open", 1), at("07:00")], "actions": [put(HALL, on=1)]},
        then(put(HALL, on=0), on=when(DOOR, "open", 1)), [MAYBE_CONFLICT]),
    "by day and by night": (
        then(put(HALL, on=1), on=when(DOOR, "open", 1), conditions=[{"type": "sun", "is": "up"}]),
        then(put(HALL, on=0), on=when(DOOR, "open", 1), conditions=[{"type": "sun", "is": "down"}]), []),
    "somebody in, everybody out": (
        then(put(HALL, on=1), on=when(DOOR, "open", 1),
             conditions=[{"type": "people", "who": "anyone", "at_home": True}]),
        then(put(HALL, on=0), on=when(DOOR, "open", 1),
             conditions=[{"type": "people", "who": "everyone", "at_home": False}]), []),
}  # fmt: skip
UNKNOWABLE = {
    "a sunset that is at six on two days of the year": (
        then(put(HALL, on=1), on={"type": "sun", "event": "sunset"}), then(put(HALL, on=0), on=at("18:00"))),
    "another door that happens to open in the same instant": (
        then(put(HALL, on=1), on=when(DOOR, "open", 1)), then(put(HALL, on=0), on=when(PORCH, "open", 1))),
    "a lamp whose program switches it off at brightness 0": (
        then(put(HALL, brightness=0), on=when(HALL, "on", 1)), then(put(HALL, on=1), on=when(HALL, "on", 0))),
}  # fmt: skip


async def findings(kept: list[Parts], new: Parts) -> list[tuple[str, bool]]:
    book = a_book()
    await with_scenes(book)
    for parts in kept:
        await book.add(draft(**parts), by="test")
    return [(one.kind, one.is_error) for one in book.check(draft(**new))]


@pytest.mark.parametrize("case", CIRCLES)
async def test_circles_are_found_before_they_turn(case: str) -> None:
    kept, new, expected = CIRCLES[case]
    assert [one for one in await findings(list(kept), dict(new)) if one[0] == "loop"] == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("case", QUARRELS)
async def test_opposite_wishes_of_one_moment_are_found_from_either_side(case: str) -> None:
    one, other, expected = QUARRELS[case]
    assert await findings([dict(one)], dict(other)) == expected  # type: ignore[call-overload]
    assert await findings([dict(other)], dict(one)) == expected  # type: ignore[call-overload]


@pytest.mark.parametrize("case", UNKNOWABLE)
async def test_what_nobody_can_know_beforehand_is_not_made_up(case: str) -> None:
    one, other = UNKNOWABLE[case]
    assert await findings([dict(one)], dict(other)) == []
