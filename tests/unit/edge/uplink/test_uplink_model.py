"""How a mirror takes what a home tells, and which wishes are still to be asked."""

from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from jinn.edge.uplink.model import Entry, Known, Mirrored, Row, Said, Seen, Wish, merged, newest
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
    assert newest(wishes, 50) == ([("lamp", {"on": 1, "level": 5}, [1, 3])], [2])


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
