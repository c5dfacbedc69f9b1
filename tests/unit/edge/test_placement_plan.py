"""Where models run."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.placement import Box, Need, Placing, plan

HEAR = Need(model="recognition", memory_mib=260, work_ms=140, latency_max_ms=600, importance=2)
SPEAK = Need(model="speech", memory_mib=420, work_ms=700, latency_max_ms=1_500, importance=1)
BOTH = frozenset({"recognition", "speech"})
HUB = Box(name="hub", kind="hub", free_mib=1_000, offers=BOTH)
REGION = Box(name="region", kind="region", free_mib=8_000, speed=4.0, round_trip_ms=30, offers=BOTH)


def placed(*placings: Placing) -> dict[str, tuple[str | None, str]]:
    return {one.model: (one.box, one.why) for one in placings}


def test_a_hub_alone_runs_everything_that_fits() -> None:
    assert placed(*plan([HEAR, SPEAK], [HUB], {})) == {"recognition": ("hub", "best"), "speech": ("hub", "best")}


def test_the_more_important_model_gets_the_room() -> None:
    small = replace(HUB, free_mib=300)
    assert placed(*plan([SPEAK, HEAR], [small], {})) == {"recognition": ("hub", "best"), "speech": (None, "nowhere")}


def test_a_full_box_gives_its_least_important_model_to_another() -> None:
    full = replace(HUB, free_mib=-100, runs=BOTH)
    now = {"recognition": "hub", "speech": "hub"}
    slow = replace(REGION, speed=1.0)
    assert placed(*plan([HEAR, SPEAK], [full, slow], now)) == {
        "recognition": ("hub", "stays"),
        "speech": ("region", "box-full"),
    }


def test_a_full_box_keeps_what_nobody_else_can_take() -> None:
    full = replace(HUB, free_mib=-100, runs=BOTH)
    now = {"recognition": "hub", "speech": "hub"}
    assert placed(*plan([HEAR, SPEAK], [full], now)) == {"recognition": ("hub", "stays"), "speech": ("hub", "stays")}


def test_a_model_does_not_move_for_a_little() -> None:
    running = replace(HUB, runs=frozenset({"recognition"}))
    near = replace(REGION, speed=1.2, round_trip_ms=1)
    assert placed(*plan([HEAR], [running, near], {"recognition": "hub"}))["recognition"] == ("hub", "stays")


def test_a_model_moves_to_a_box_that_is_much_quicker() -> None:
    running = replace(HUB, runs=frozenset({"speech"}))
    assert placed(*plan([SPEAK], [running, REGION], {"speech": "hub"}))["speech"] == ("region", "quicker")


def test_what_ran_on_a_box_that_is_gone_is_placed_anew() -> None:
    assert placed(*plan([HEAR], [HUB], {"recognition": "region"}))["recognition"] == ("hub", "box-gone")


def test_a_box_that_is_too_slow_is_taken_only_when_there_is_no_other_and_said_to_be_slow() -> None:
    slow = replace(HUB, speed=0.1)
    assert placed(*plan([HEAR], [slow], {}))["recognition"] == ("hub", "slow")
    assert placed(*plan([HEAR], [slow, REGION], {}))["recognition"] == ("region", "best")


boxes = st.lists(
    st.builds(
        Box,
        name=st.sampled_from(["a", "b", "c"]),
        kind=st.sampled_from(["speaker", "hub", "region"]),
        free_mib=st.integers(-500, 2_000),
        speed=st.floats(0.1, 8),
        round_trip_ms=st.floats(0, 200),
        offers=st.frozensets(st.sampled_from(sorted(BOTH))),
    ),
    unique_by=lambda box: box.name,
)


@given(boxes=boxes, was=st.dictionaries(st.sampled_from(sorted(BOTH)), st.sampled_from(["a", "b", "c", "gone"])))
def test_no_plan_gives_a_box_more_than_it_has_and_order_does_not_matter(boxes: list[Box], was: dict[str, str]) -> None:
    placings = plan([HEAR, SPEAK], boxes, was)
    assert placings == plan([SPEAK, HEAR], boxes[::-1], was)
    for box in boxes:
        taken = sum(
            need.memory_mib
            for need in (HEAR, SPEAK)
            for one in placings
            if (one.model, one.box) == (need.model, box.name) and need.model not in box.runs
        )
        assert taken <= max(0, box.free_mib)
        assert all(one.model in box.offers for one in placings if one.box == box.name)
