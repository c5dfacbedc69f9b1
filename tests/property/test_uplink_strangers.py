"""What a home may send its region, and a region its home: it can be kept, or it is refused."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.uplink.http import _thing
from jinn.edge.uplink.model import Answer, Exchange, Mirrored, merged

HELD = 2**63 - 1
numbers = st.one_of(st.integers(-5, 20), st.integers(), st.floats(allow_nan=False), st.none(), st.text(max_size=3))
names = st.one_of(st.sampled_from(["lamp", "on", "a\x00b", "", "x" * 300]), st.text(max_size=5))
values = st.recursive(st.one_of(numbers, names, st.booleans()), lambda inner: st.lists(inner, max_size=2), max_leaves=3)
said = st.fixed_dictionaries(
    {"thing": names, "version": numbers, "at_ms": numbers, "properties": st.dictionaries(names, values, max_size=2)}
)
known = st.fixed_dictionaries(
    {"thing": names, "version": numbers, "online": st.booleans(),
     "reported": st.dictionaries(names, st.tuples(values, numbers), max_size=2), "facts": values},
)  # fmt: skip
missed = st.fixed_dictionaries({"rows": numbers, "since_ms": numbers, "until_ms": numbers})
ended = st.fixed_dictionaries({"id": names, "outcome": names, "at_ms": numbers})
entry = st.fixed_dictionaries(
    {}, optional={"said": st.lists(said, max_size=2), "known": st.lists(known, max_size=2), "missed": missed,
                  "ended": st.lists(ended, max_size=2), "gone": st.lists(names, max_size=2)},
)  # fmt: skip
rows = st.lists(st.fixed_dictionaries({"seq": numbers, "body": entry}), max_size=3)
exchanges = st.fixed_dictionaries({"rows": rows, "heard": numbers, "epoch": names, "told": numbers})


def held(value: object) -> None:
    """Every number that goes into a column of its own, and every name, is one that both databases hold."""
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        assert 0 <= value <= HELD
    if isinstance(value, str):
        assert value
        assert "\x00" not in value


@given(exchanges)
def test_what_a_home_says_can_be_merged_and_kept_or_is_refused(sent: dict[str, object]) -> None:
    try:
        asked = msgspec.json.decode(msgspec.json.encode(sent), type=Exchange)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return
    for number in (asked.heard, asked.told, *(row.seq for row in asked.rows)):
        held(number)
    for row in asked.rows:
        for one in row.body.said:
            for value in (one.thing, one.version, one.at_ms, *one.properties):
                held(value)
        for end in row.body.ended:
            for value in (end.id, end.outcome, end.at_ms):
                held(value)
    for thing, mirrored in merged({}, asked.rows).items():
        held(thing)
        if mirrored is not None:
            assert _thing(mirrored).thing == thing


@given(st.binary(max_size=60))
def test_any_bytes_are_an_exchange_or_refused(sent: bytes) -> None:
    for shape in (Exchange, Answer):
        try:
            msgspec.json.decode(sent, type=shape)
        except msgspec.MsgspecError:
            continue


@given(st.binary(max_size=60))
def test_a_thing_that_is_told_wrongly_is_shown_without_a_name(facts: bytes) -> None:
    assert _thing(Mirrored(thing="lamp", facts=facts)).thing == "lamp"
