"""Laws of twins: versions only grow, nobody overwrites the newer, a repeat is known, a void wish is no wish."""

import itertools
from collections.abc import Callable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import ThingId
from jinn.things.store import save_twin, twin_of
from jinn.things.tsl import read_model
from jinn.things.twin import REPEATS_KEPT, MessageMark, Reported, Twin, mark_of

NAMES = ("a", "b", "c")
MODEL = read_model(
    msgspec.json.encode(
        {"properties": [{"identifier": n, "accessMode": "rw", "dataType": {"type": "int", "specs": {}}} for n in NAMES]}
    )
)
values = st.dictionaries(st.sampled_from(NAMES), st.integers(-9, 9), max_size=3)
Step = Callable[[Twin, int], Twin]


def reports(said: dict[str, int]) -> Step:
    return lambda twin, now: twin.report({n: Reported(v, now) for n, v in said.items()}, model=MODEL, now_ms=now)


def wishes(wanted: dict[str, int]) -> Step:
    return lambda twin, now: twin.wish({**wanted}, command=f"c{now}", now_ms=now, expires_ms=now + 3)


def arrives(session: str) -> Step:
    return lambda twin, now: twin.arrive(door="d", session=session, at_ms=now)


def leaves(session: str) -> Step:
    return lambda twin, now: twin.leave(session=session, at_ms=now)


def remembers(payload: bytes) -> Step:
    return lambda twin, now: twin.remember(mark_of("t", payload, "s", now), now_ms=now)


sessions = st.sampled_from(["s1", "s2"])
steps = st.lists(
    st.one_of(
        st.builds(reports, values),
        st.builds(wishes, values),
        st.builds(arrives, sessions),
        st.builds(leaves, sessions),
        st.builds(remembers, st.binary(max_size=3)),
    ),
    max_size=12,
)


def walked(walk: list[Step]) -> list[Twin]:
    twins = [Twin(thing=ThingId("t"))]
    for now, step in enumerate(walk, start=1):
        twins.append(step(twins[-1], now))
    return twins


@given(steps)
def test_every_change_has_a_greater_version_and_no_change_the_same(walk: list[Step]) -> None:
    twins = walked(walk)
    for before, after in itertools.pairwise(twins):
        assert after.version > before.version or after is before


@given(steps)
def test_what_is_written_is_read_back(walk: list[Step]) -> None:
    twin = walked(walk)[-1]
    row = dict(save_twin(twin, was=Twin(thing=twin.thing))[0].values)
    read = twin_of({**row, "firmware": "{}", "shadow_version": 0, "shadow": "{}"})
    assert read == twin


@given(steps)
def test_a_save_names_the_version_that_it_was_made_from(walk: list[Step]) -> None:
    twins = walked(walk)
    (save,) = save_twin(twins[-1], was=twins[0])
    assert (save.values["was"], save.values["version"], save.rows) == (0, twins[-1].version, 1)


@given(steps, values)
def test_what_a_thing_said_last_is_what_it_is(walk: list[Step], said: dict[str, int]) -> None:
    twin = reports(said)(walked(walk)[-1], 100)
    assert {name: twin.reported[name].value for name in said} == said


@given(steps, values)
def test_a_fulfilled_wish_and_a_void_one_are_wishes_no_more(walk: list[Step], wanted: dict[str, int]) -> None:
    wished = wishes(wanted)(walked(walk)[-1], 100)
    assert {name: wish.value for name, wish in wished.open_wishes(101).items() if name in wanted} == wanted
    assert wished.open_wishes(103) == {}
    assert not reports(wanted)(wished, 101).desired.keys() & wanted.keys()


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=REPEATS_KEPT, unique=True))
def test_every_message_in_the_window_is_known_again_and_no_other(payloads: list[bytes]) -> None:
    twin = Twin(thing=ThingId("t"))
    for number, payload in enumerate(payloads):
        twin = twin.remember(mark_of("t", payload, "s", number), now_ms=1_000)
    for number, payload in enumerate(payloads):
        assert twin.is_resent(mark_of("t", payload, "s", number))
        assert twin.is_repeat(mark_of("t", payload, "other", 0), now_ms=9_000)
        assert not twin.is_repeat(mark_of("t", payload, "other", 0), now_ms=60_000)
        assert not twin.is_resent(mark_of("t", payload, "other", 0))
    assert not twin.is_repeat(mark_of("t", b"12345", "s", 0), now_ms=1_000)


@given(st.lists(st.binary(min_size=12, max_size=12), min_size=1, max_size=REPEATS_KEPT * 2))
def test_the_memory_of_messages_is_bounded_and_keeps_the_newest(marks: list[bytes]) -> None:
    twin = Twin(thing=ThingId("t"))
    for raw in marks:
        twin = twin.remember(MessageMark(raw[:8], raw[8:]), now_ms=1_000)
    assert len(twin.recent) <= REPEATS_KEPT * 16
    assert twin.is_resent(MessageMark(marks[-1][:8], marks[-1][8:]))


def test_an_older_connection_cannot_take_a_thing_offline() -> None:
    twin = Twin(thing=ThingId("t")).arrive(door="d", session="new", at_ms=5)
    assert twin.leave(session="old", at_ms=6) is twin
    assert not twin.leave(session="new", at_ms=6).is_online
