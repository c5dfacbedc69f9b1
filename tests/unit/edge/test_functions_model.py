"""Manifests, grants and the stages of a release."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.functions.model import FAILURES_MIN, STAGE_EVENTS, STAGES, Staged, is_granted, listens, read_manifest
from jinn.kernel import Invalid

GOOD = {"name": "cool", "version": 1, "runtime": "wasm", "sha256": "0" * 64, "on": ["things/+/temperature"]}


def manifest(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Cool!"},
        {"version": 0},
        {"sha256": "short"},
        {"on": []},
        {"on": ["things/#"]},
        {"grants": ["set:everything"]},
        {"grants": ["fly"]},
        {"fuel": 10**12},
        {"memory_kib": 1},
        {"time_ms": 60_000},
        {"runtime": "lua"},
        {"surprise": 1},
        {"runtime": "python", "memory_kib": 2_048},
    ],
)
def test_a_manifest_that_asks_for_what_is_not_there_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        read_manifest(manifest(**changes))
    assert refused.value.stable_code() == "function-manifest"


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_whatever_comes_as_a_manifest_is_read_or_refused(document: bytes) -> None:
    with suppress(Invalid):
        read_manifest(document)


def test_a_function_hears_what_it_listens_to_and_nothing_else() -> None:
    read = read_manifest(manifest(on=["things/+/temperature", "events/door/opened"]))
    assert listens(read, "things", "fridge", "temperature")
    assert listens(read, "events", "door", "opened")
    assert not listens(read, "things", "fridge", "door")
    assert not listens(read, "events", "window", "opened")


def test_nothing_is_granted_that_the_manifest_does_not_list() -> None:
    read = read_manifest(manifest(grants=["set:lamp/+", "read:+/temperature", "say"]))
    assert is_granted(read, "set", "lamp", "on")
    assert is_granted(read, "read", "fridge", "temperature")
    assert is_granted(read, "say")
    assert not is_granted(read, "set", "fridge", "cold_target")
    assert not is_granted(read, "call", "lamp", "on")
    assert not is_granted(read, "keep")


def test_the_first_version_gets_every_event_and_passes_after_enough_good_ones() -> None:
    staged = Staged(name="cool").tried(1)
    assert all(staged.version_for(thing) == 1 for thing in ("a", "b", "c"))
    for _ in range(STAGE_EVENTS):
        staged = staged.ended(1, "")
    assert (staged.active, staged.trial) == (1, None)


def test_a_new_version_gets_more_things_stage_by_stage() -> None:
    staged = Staged(name="cool", active=1).tried(2)
    shares = []
    for _ in STAGES:
        shares.append(sum(staged.version_for(f"thing-{number}") == 2 for number in range(1000)) / 10)
        for _ in range(STAGE_EVENTS):
            staged = staged.ended(2, "")
    assert [abs(share - wanted) < 5 for share, wanted in zip(shares, STAGES, strict=True)] == [True] * len(STAGES)
    assert (staged.active, staged.trial) == (2, None)


def test_a_version_that_fails_in_its_trial_gives_everything_back_to_the_one_before() -> None:
    staged = Staged(name="cool", active=1).tried(2)
    for _ in range(FAILURES_MIN):
        staged = staged.ended(2, "function-trap: unreachable")
    assert (staged.active, staged.trial, staged.is_enabled) == (1, None, True)
    assert staged.problem.startswith("version 2: function-trap")


def test_a_first_version_that_fails_rests_and_says_why() -> None:
    staged = Staged(name="cool").tried(1)
    for _ in range(FAILURES_MIN):
        staged = staged.ended(1, "function-fuel: It used up its fuel.")
    assert not staged.is_enabled
    assert staged.version_for("fridge") is None
    assert "function-fuel" in staged.problem


def test_failures_of_the_old_version_do_not_count_against_the_new_one() -> None:
    staged = Staged(name="cool", active=1).tried(2)
    for _ in range(10):
        staged = staged.ended(1, "function-trap: old")
    assert staged.trial == 2


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.booleans()), max_size=300))
def test_whatever_happens_some_version_runs_or_the_reason_is_known(events: list[tuple[int, bool]]) -> None:
    staged = Staged(name="cool", active=1).tried(2)
    for version, is_good in events:
        staged = staged.ended(version, "" if is_good else "function-trap: x")
    assert staged.active is not None
    assert staged.is_enabled or staged.problem
