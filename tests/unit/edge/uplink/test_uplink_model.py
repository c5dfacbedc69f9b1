"""How a mirror takes what a home tells, and which wishes are still to be asked."""

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.uplink.model import (
    Entry,
    Known,
    Mirrored,
    Row,
    Said,
    Seen,
    Wish,
    is_outdated,
    merged,
    newest,
    outcome_of,
)
from jinn.kernel import Secret
from jinn.runtime import LeafOptions, TrunkOptions
from jinn.runtime.leaf import as_leaf, as_trunk, is_home_name
from jinn.runtime.listening import Keys, configuration

reports = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), max_size=30)


def rows_of(told: list[tuple[str, int]]) -> list[Row]:
    return [
        Row(number, Entry(said=[Said("lamp", number, number, {name: value})]))
        for number, (name, value) in enumerate(told, start=1)
    ]


@given(reports, st.data())
def test_rows_in_any_parts_make_the_same_mirror(told: list[tuple[str, int]], data: st.DataObject) -> None:
    rows = rows_of(told)
    mirror: dict[str, Mirrored] = {}
    rest = rows
    while rest:
        count = data.draw(st.integers(1, len(rest)))
        mirror |= {thing: one for thing, one in merged(mirror, rest[:count]).items() if one is not None}
        rest = rest[count:]
    whole = merged({}, rows)
    assert mirror == whole
    if told:
        lamp = mirror["lamp"]
        assert (lamp.told, lamp.version) == (len(told), len(told))
        assert {name: value for name, (value, _) in lamp.reported.items()} == dict(told)


def test_an_older_version_changes_nothing() -> None:
    lamp = Mirrored(thing="lamp", version=7, reported={"on": (1, 70)})
    late = lamp.take_report(Said("lamp", 6, 60, {"on": 0}))
    assert (late.version, late.reported, late.told) == (7, {"on": (1, 70)}, 1)
    known = lamp.take_known(Known("lamp", 6, True, {"on": (0, 60)}, msgspec.Raw(b'{"id":"lamp"}')))
    assert (known.version, known.reported, known.is_online, known.facts) == (7, {"on": (1, 70)}, True, b'{"id":"lamp"}')


def test_what_a_whole_row_does_not_name_is_gone() -> None:
    mirror = {"lamp": Mirrored(thing="lamp"), "fan": Mirrored(thing="fan")}
    whole = Entry(known=[Known("lamp", 1, False, {}, msgspec.Raw(b"{}"))], is_whole=True)
    changed = merged(mirror, [Row(1, whole), Row(2, Entry(seen=[Seen("lamp", True)])), Row(3, Entry(gone=["tv"]))])
    assert changed["fan"] is None
    assert changed["tv"] is None
    assert changed["lamp"] is not None
    assert changed["lamp"].is_online


def test_the_newest_wish_for_each_property_is_asked_and_an_old_one_is_void() -> None:
    wishes = [
        Wish(3, "c", "lamp", {"on": 1}, 1_000),
        Wish(1, "a", "lamp", {"on": 0, "level": 5}, 1_000),
        Wish(2, "b", "fan", {"on": 1}, 10),
    ]
    by_fate = newest(wishes, 50)
    (order,) = by_fate.orders
    assert (order.thing, order.values) == ("lamp", {"on": 1, "level": 5})
    assert [wish.id for wish in by_fate.expired] == ["b"]
    assert by_fate.superseded == ()


def test_a_wish_is_superseded_only_when_nothing_of_it_counts_any_more() -> None:
    wishes = [
        Wish(1, "a", "lamp", {"on": 0}, 1_000),
        Wish(2, "b", "lamp", {"level": 5}, 1_000),
        Wish(3, "c", "lamp", {"on": 1}, 1_000),
    ]
    by_fate = newest(wishes, 50)
    assert [wish.id for wish in by_fate.superseded] == ["a"]
    (order,) = by_fate.orders
    assert [(wish.id, set(names)) for wish, names in order.parts] == [("b", {"level"}), ("c", {"on"})]
    assert order.without([wishes[1]]).values == {"on": 1}


wished = st.lists(
    st.builds(
        Wish, seq=st.integers(1, 99), id=st.just("w"), thing=st.sampled_from(["lamp", "fan"]),
        properties=st.dictionaries(st.sampled_from("abc"), st.integers(0, 3), min_size=1),
        expires_ms=st.integers(0, 100), seen=st.just({}),
    ),
    unique_by=lambda wish: wish.seq,
)  # fmt: skip


@given(wished)
def test_each_wish_has_one_fate_and_each_property_the_newest_value(wishes: list[Wish]) -> None:
    by_fate = newest(wishes, 50)
    asked = [wish.seq for order in by_fate.orders for wish, _ in order.parts]
    fates = asked + [wish.seq for wish in (*by_fate.superseded, *by_fate.expired)]
    assert sorted(fates) == sorted(wish.seq for wish in wishes)
    right: dict[str, dict[str, object]] = {}
    for wish in sorted(wishes, key=lambda one: one.seq):
        if wish.expires_ms > 50:
            right.setdefault(wish.thing, {}).update(wish.properties)
    assert {order.thing: order.values for order in by_fate.orders} == right


def test_what_the_home_has_changed_since_the_region_looked_is_the_homes() -> None:
    wish = Wish(1, "a", "lamp", {"level": 70}, 1_000, {"level": 10})
    assert not is_outdated(wish, ["level"], {"level": 10}, {})
    assert is_outdated(wish, ["level"], {"level": 40}, {})
    assert not is_outdated(wish, ["level"], {"level": 70}, {})
    assert not is_outdated(wish, ["level"], {"level": 40}, {"level": 40}), "the region itself had brought it there"
    assert not is_outdated(Wish(1, "a", "lamp", {"level": 70}, 1_000), ["level"], {"level": 40}, {})
    assert not is_outdated(wish, [], {"level": 40}, {})


def test_a_wish_is_done_only_when_each_of_its_properties_is() -> None:
    assert outcome_of(["a", "b"], {"a": "confirmed", "b": "unchanged"}) == "confirmed"
    assert outcome_of(["a", "b"], {"a": "confirmed", "b": "timed_out"}) == "timed_out"
    assert outcome_of(["a"], {"a": "unchanged", "b": "refused"}) == "unchanged"


def test_home_and_region_share_one_subject_and_keep_their_streams_apart(tmp_path: Path) -> None:
    keys = Keys(password="x", issuer="y")
    near = configuration(tmp_path, port=None, keys=keys, broker=None, broker_port=None)
    as_leaf(near, LeafOptions(url="nats-leaf://[::1]:7422", name="one", password=Secret("a:b/c@d")))
    far = configuration(tmp_path, port=None, keys=keys, broker=None, broker_port=None)
    as_trunk(far, TrunkOptions(homes={"one": Secret("1"), "two": Secret("2")}), 7422)
    text = msgspec.json.encode(near["leafnodes"]).decode()
    assert "nats-leaf://one:a%3Ab%2Fc%40d@[::1]:7422" in text
    accounts = msgspec.json.decode(msgspec.json.encode(near["accounts"]))
    assert accounts["HOME"]["imports"] == [{"service": {"account": "UPLINK", "subject": "region.exchange.one"}}]
    accounts = msgspec.json.decode(msgspec.json.encode(far["accounts"]))
    assert [export["accounts"] for export in accounts["HOME"]["exports"]] == [["HOME-one"], ["HOME-two"]]
    domains = [msgspec.json.decode(msgspec.json.encode(config["jetstream"]))["domain"] for config in (near, far)]
    assert domains == ["home-one", "region"]


def test_a_home_has_a_name_that_is_safe_everywhere() -> None:
    assert is_home_name("villa-3")
    assert not any(is_home_name(name) for name in ("", "a.b", "a*", "Villa", "a b", "x" * 41, ">"))
