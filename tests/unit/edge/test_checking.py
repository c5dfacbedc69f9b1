"""Is what is wrong with a rule found before it is kept, and nothing where nothing is wrong?"""

import pytest
from unit.edge.rule_parts import DOOR, HALL, PORCH, a_book, draft, put, when

from jinn.edge.model import Finding
from jinn.edge.rulebook import RuleBook
from jinn.edge.wire import NamesWire, SceneDraftWire, WishWire
from jinn.kernel import Refused

pytestmark = pytest.mark.anyio


def kinds(findings: "list[Finding] | tuple[Finding, ...]") -> list[tuple[str, str]]:
    return [(one.kind, "error" if one.is_error else "warning") for one in findings]


def found(book: RuleBook, **parts: object) -> list[tuple[str, str]]:
    return kinds(tuple(book.check(draft(**parts))))


LIGHTS_UP = {"triggers": [when(HALL, "on", 1)], "actions": [put(PORCH, on=1)]}


def test_a_sound_rule_has_no_findings() -> None:
    assert found(a_book()) == []


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"triggers": [when("nothing", "open", 1)]}, "unknown"),
        ({"triggers": [when(DOOR, "colour", 1)]}, "unknown"),
        ({"triggers": [{"type": "event", "thing": DOOR, "event": "sang"}]}, "unknown"),
        ({"triggers": [{"type": "presence", "thing": "nothing", "online": True}]}, "unknown"),
        ({"conditions": [{"type": "not", "of": when("nothing", "open", 1)}]}, "unknown"),
        ({"actions": [put("nothing", on=1)]}, "unknown"),
        ({"actions": [put(HALL, colour=1)]}, "unknown"),
        ({"actions": [{"type": "call", "thing": HALL, "service": "dance"}]}, "unknown"),
        ({"actions": [{"type": "call", "thing": HALL, "service": "blink", "inputs": {"x": 1}}]}, "unknown"),
        ({"actions": [{"type": "scene", "scene": "none"}]}, "unknown"),
        ({"actions": [put(HALL, temperature=20)]}, "unwritable"),
        ({"actions": [put(HALL, brightness=101)]}, "unwritable"),
        ({"actions": [put(HALL, brightness="very")]}, "unwritable"),
        ({"triggers": [when(DOOR, "open", 7)]}, "never"),
        ({"triggers": [when(HALL, "brightness", 100, "above")]}, "never"),
        ({"triggers": [when(HALL, "brightness", 0, "below")]}, "never"),
        ({"triggers": [when(HALL, "on", 0, "above")]}, "never"),
        ({"conditions": [when(HALL, "on", 1), when(HALL, "on", 0)]}, "never"),
        ({"conditions": [when(HALL, "temperature", 30, "above"), when(HALL, "temperature", 20, "below")]}, "never"),
        ({"conditions": [when(HALL, "on", 1), {"type": "not", "of": when(HALL, "on", 1)}]}, "never"),
        ({"conditions": [{"type": "time", "after": "07:00", "before": "07:00"}]}, "never"),
        ({"conditions": [{"type": "any", "of": []}]}, "never"),
        ({"triggers": [{"type": "time", "at": "12:00"}],
          "conditions": [{"type": "time", "after": "22:00", "before": "06:00"}]}, "never"),
        ({"triggers": [{"type": "time", "at": "12:00", "days": ["mon"]}],
          "conditions": [{"type": "time", "days": ["sat", "sun"]}]}, "never"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_an_error_and_is_not_kept(parts: dict[str, object], kind: str) -> None:
    book = a_book()
    assert (kind, "error") in found(book, **parts)
    with pytest.raises(Refused) as no:
        await book.add(draft(**parts), by="test")
    assert no.value.stable_code() == "rule-unsound"
    assert book.rules() == ()


async def test_the_same_rule_again_is_an_error_whatever_it_is_called() -> None:
    book = a_book()
    rule = await book.add(draft(), by="test")
    again = draft(names={"en": "another name", "zh": "别的名字"})
    assert kinds(tuple(book.check(again))) == [("same", "error")]
    assert kinds(tuple(book.check(again, replacing=rule.id))) == []


async def test_two_rules_that_set_each_other_off_are_a_loop() -> None:
    book = a_book()
    await book.add(draft(triggers=[when(HALL, "on", 1)], actions=[put(HALL, on=0)]), by="test")
    assert found(book, triggers=[when(HALL, "on", 0)], actions=[put(HALL, on=1)]) == [("loop", "error")]


async def test_a_loop_is_found_through_several_rules_and_through_a_scene() -> None:
    book = a_book()
    names = NamesWire(en="All off", zh="全关")
    scene = await book.keep_scene(
        SceneDraftWire(names=names, wishes=[WishWire(thing=HALL, properties={"on": 0})], id="off")
    )
    await book.add(draft(triggers=[when(HALL, "on", 1)], actions=[put(PORCH, on=1)]), by="test")
    await book.add(
        draft(triggers=[when(PORCH, "on", 1)], actions=[{"type": "scene", "scene": scene.id}, put(PORCH, on=0)]),
        by="test",
    )
    assert found(book, triggers=[when(HALL, "on", 0)], actions=[put(HALL, on=1)]) == [("loop", "error")]


def test_a_rule_that_undoes_and_does_its_own_trigger_is_a_loop() -> None:
    assert found(a_book(), triggers=[when(HALL, "on", 1)], actions=[put(HALL, on=0), put(HALL, on=1)]) == [
        ("loop", "error")
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # What is so already becomes so no second time: it goes round once and rests.
        (LIGHTS_UP, {"triggers": [when(PORCH, "on", 1)], "actions": [put(HALL, on=1)]}, []),
        # A condition may stop it.
        (
            {"triggers": [when(HALL, "on", 1)], "actions": [put(HALL, on=0)]},
            {"triggers": [when(HALL, "on", 0)], "conditions": [when(DOOR, "open", 1)], "actions": [put(HALL, on=1)]},
            [("loop", "warning")],
        ),
        # Ten minutes on, ten minutes off is a rhythm.
        (
            {"triggers": [when(HALL, "on", 1, for_s=600)], "actions": [put(HALL, on=0)]},
            {"triggers": [when(HALL, "on", 0, for_s=600)], "actions": [put(HALL, on=1)]},
            [("loop", "warning")],
        ),
        # A service may do anything to its thing.
        (
            {"triggers": [when(HALL, "on", 1)], "actions": [put(HALL, on=0)]},
            {"triggers": [when(HALL, "on", 0)], "actions": [{"type": "call", "thing": HALL, "service": "blink"}]},
            [("loop", "warning")],
        ),
        # Other values are other things.
        (
            {"triggers": [when(HALL, "brightness", 80, "above")], "actions": [put(HALL, brightness=50)]},
            {"triggers": [when(HALL, "brightness", 20, "below")], "actions": [put(HALL, brightness=50)]},
            [],
        ),
    ],
)
async def test_a_circle_is_an_error_only_where_it_is_certain(
    first: dict[str, object], second: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    book = a_book()
    await book.add(draft(**first), by="test")
    assert found(book, **second) == expected


async def test_a_rule_that_rests_takes_part_in_no_loop() -> None:
    book = a_book()
    await book.add(draft(triggers=[when(HALL, "on", 1)], actions=[put(HALL, on=0)], enabled=False), by="test")
    assert found(book, triggers=[when(HALL, "on", 0)], actions=[put(HALL, on=1)]) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({}, {"actions": [put(HALL, on=0)]}, [("conflict", "error")]),
        ({}, {"actions": [put(PORCH, on=0)]}, []),
        ({}, {"actions": [put(HALL, on=1), put(PORCH, on=1)]}, []),
        ({}, {"actions": [put(HALL, on=0)], "conditions": [when(PORCH, "on", 1)]}, [("conflict", "warning")]),
        (
            {"conditions": [when(PORCH, "on", 0)]},
            {"actions": [put(HALL, on=0)], "conditions": [when(PORCH, "on", 1)]},
            [],
        ),
        (
            {"conditions": [{"type": "time", "after": "06:00", "before": "18:00"}]},
            {"actions": [put(HALL, on=0)], "conditions": [{"type": "time", "after": "18:00", "before": "06:00"}]},
            [],
        ),
        (
            {"triggers": [{"type": "time", "at": "07:00", "days": ["mon"]}]},
            {"triggers": [{"type": "time", "at": "07:00", "days": ["tue"]}], "actions": [put(HALL, on=0)]},
            [],
        ),
        (
            {"triggers": [{"type": "time", "at": "07:00"}]},
            {"triggers": [{"type": "time", "at": "07:00", "days": ["tue"]}], "actions": [put(HALL, on=0)]},
            [("conflict", "warning")],
        ),
    ],
)
async def test_opposite_wishes_at_the_same_moment_are_a_conflict(
    first: dict[str, object], second: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    book = a_book()
    await book.add(draft(**first), by="test")
    assert found(book, **second) == expected


async def test_findings_name_the_others_in_both_languages() -> None:
    book = a_book()
    rule = await book.add(draft(names={"en": "evening", "zh": "晚上"}), by="test")
    (finding,) = book.check(draft(actions=[put(HALL, on=0)]))
    assert finding.rules == (rule.id,)
    assert "evening" in finding.message.en
    assert "晚上" in finding.message.zh


async def test_a_scene_that_a_rule_starts_is_not_removed() -> None:
    book = a_book()
    wishes = [WishWire(thing=HALL, properties={"on": 1})]
    scene = await book.keep_scene(SceneDraftWire(names=NamesWire(en="s", zh="s"), wishes=wishes))
    await book.add(draft(actions=[{"type": "scene", "scene": scene.id}]), by="test")
    with pytest.raises(Refused) as no:
        await book.remove_scene(scene.id)
    assert no.value.stable_code() == "scene-in-use"


async def test_a_rule_with_an_error_can_still_be_switched_off() -> None:
    book = a_book()
    rule = await book.add(draft(), by="test")
    book._home.things.pop(DOOR)  # type: ignore[attr-defined]
    assert not (await book.enable(rule.id, is_enabled=False, by="test")).draft.is_enabled
    with pytest.raises(Refused):
        await book.enable(rule.id, is_enabled=True, by="test")
