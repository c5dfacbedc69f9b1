"""Laws of the device programs: whatever comes from above, they stay themselves."""

import contextlib
import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jinn_os import alink, packets, tsl
from jinn_os.backlog import Backlog
from jinn_os.boards import sim_air_conditioner
from jinn_os.clock import Clock
from jinn_os.outbox import Outbox, Waiting
from jinn_os.queueing import FlashQueue
from jinn_os.registering import read_identity
from jinn_os.testing import MemoryFiles
from jinn_os.thing import Thing
from jinn_os.wishes import Wishes

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
DOUBLE = {"type": "double", "specs": {"min": "16", "max": "30", "step": "0.5"}}
MODEL = {
    "properties": [
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
        {"identifier": "target_temperature", "accessMode": "rw", "dataType": DOUBLE},
        {"identifier": "mode", "accessMode": "r", "dataType": {"type": "enum", "specs": {"0": "auto", "1": "cool"}}},
        {"identifier": "fan", "accessMode": "r", "dataType": {"type": "enum", "specs": {"0": "auto"}}},
        {
            "identifier": "temperature",
            "accessMode": "r",
            "dataType": {"type": "double", "specs": {"min": "-20", "max": "60", "step": "0.1"}},
        },
    ],
    "services": [],
}
START = {"on": 0, "mode": 1, "target_temperature": 26.0, "fan": 0, "temperature": 27.5}
ROOT = "/sys/pk/dn/"


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_no_bytes_do_more_than_end_the_connection(chunks: list[bytes]) -> None:
    parser = packets.Parser()
    with contextlib.suppress(packets.Malformed):
        for chunk in chunks:
            for head, body, _ in parser.feed(chunk):
                if head & 0xF0 == packets.PUBLISH:
                    packets.read_publish(head, body)
                elif head & 0xF0 == packets.PUBACK:
                    packets.read_packet_id(body)


@given(
    st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=300), st.integers(0, 65535)), max_size=5),
    st.integers(1, 400),
)
def test_what_was_written_is_read_however_it_was_cut(said: list[tuple[str, bytes, int]], size: int) -> None:
    stream = b"".join(packets.publish(*one) for one in said)
    parser = packets.Parser()
    found = [one for at in range(0, len(stream), size) for one in parser.feed(stream[at : at + size])]
    assert [packets.read_publish(head, body) for head, body, _ in found] == said


@given(st.lists(st.integers(0, 40_000), max_size=4), st.integers(1, 5_000))
def test_a_packet_that_is_too_long_is_passed_over_and_the_next_is_read(lengths: list[int], size: int) -> None:
    stream = b"".join(packets.publish("t", b"x" * length, 7) + packets.puback(length) for length in lengths)
    parser = packets.Parser()
    found = [one for at in range(0, len(stream), size) for one in parser.feed(stream[at : at + size])]
    assert [packets.read_packet_id(body) for head, body, _ in found if head == packets.PUBACK] == lengths
    for head, body, length in found:
        if head & 0xF0 == packets.PUBLISH:
            topic, _, packet_id = packets.read_publish(head, body)
            assert (topic, packet_id) == ("t", 7)
            assert len(body) == length or (len(body) < length > packets.KEPT_BYTES_MAX)
    assert len(parser.space()) <= 2_048


@given(json_values)
def test_a_number_that_fits_is_in_range_and_on_a_step(value: Any) -> None:
    try:
        fitted = tsl.fit(DOUBLE, value, "v")
    except tsl.Unfit:
        return
    assert fitted == value
    assert 16 <= fitted <= 30
    assert math.isclose(fitted * 2, round(fitted * 2), abs_tol=1e-5)


class Link:
    is_up = True

    def __init__(self) -> None:
        self.said: list[Any] = []

    def publish(self, topic: str, payload: bytes, is_kept: bool, is_unsure: bool = False) -> None:
        self.said.append((topic, json.loads(payload)))


@given(
    st.sampled_from(["thing/service/property/set", "thing/service/property/get", "rrpc/request/1", "thing/service/x"])
    | st.text(max_size=30),
    st.dictionaries(st.sampled_from([*START, "x"]), json_values, max_size=4) | json_values,
    st.sampled_from(["", "thing.service.property.set", 5]),
)
def test_no_request_makes_a_thing_untrue_to_its_model(rest: str, params: Any, method: Any) -> None:
    board, link = sim_air_conditioner.Board(dict(START)), Link()
    topics = alink.Topics("pk", "dn")
    thing = Thing(tsl.Model(MODEL), board, topics, link, lambda line: None, lambda: "1", Clock(), Wishes())
    thing.came_up()
    link.said.clear()
    thing.heard(ROOT + rest, json.dumps({"id": "1", "params": params, "method": method}).encode())
    refused = any(body.get("code", 200) != 200 for _, body in link.said)
    changed = {key for key, value in board.read().items() if value != START[key]}
    assert changed <= {"on", "target_temperature"}
    assert not (refused and changed)
    assert 16 <= board.read()["target_temperature"] <= 30
    assert board.read()["on"] in (0, 1)


@given(st.lists(st.sampled_from(["say", "send", "hear", "lose"]), max_size=60))
def test_nothing_that_fits_into_the_outbox_is_lost_or_out_of_order(acts: list[str]) -> None:
    outbox, said, heard, on_their_way = Outbox(100, 3), 0, [], []
    for act in acts:
        if act == "say":
            outbox.put(Waiting(str(said), b""))
            said += 1
        elif act == "send" and (due := outbox.next(0)) is not None:
            on_their_way.append(due[0])
        elif act == "hear" and on_their_way:
            entry = on_their_way.pop(0)
            heard.append(int(entry.topic))
            assert outbox.acknowledge(entry.packet_id)
        elif act == "lose":
            on_their_way.clear()
            outbox.say_again()
        assert len(on_their_way) <= 3
    outbox.say_again()
    while (due := outbox.next(0)) is not None:
        heard.append(int(due[0].topic))
        outbox.acknowledge(due[0].packet_id)
    assert heard == list(range(said))


@given(st.lists(st.sampled_from(["say", "send", "hear", "lose", "come back", "wait", "die"]), max_size=80))
def test_nothing_that_was_on_flash_is_lost_or_out_of_order_through_cuts_and_restarts(acts: list[str]) -> None:
    storage, is_up, said = MemoryFiles(), True, 0
    queue = FlashQueue(Backlog(storage), 1, window=4)
    on_their_way: list[Waiting] = []
    heard: list[int] = []
    for act in acts:
        if act == "say":
            queue.put("t", str(said).encode(), is_up, False)
            said += 1
        elif act == "send" and is_up and (due := queue.next(0)) is not None:
            on_their_way.append(due[0])
        elif act == "hear" and on_their_way:
            entry = on_their_way.pop(0)
            heard.append(int(entry.payload))
            queue.acknowledge(entry.packet_id)
        elif act == "lose" and is_up:
            is_up = False
            on_their_way.clear()
            queue.went_down()
        elif act == "come back":
            is_up = True
            queue.say_again()
            on_their_way.clear()
        elif act == "wait":
            queue.look(10_000)
        elif act == "die" and not is_up:
            # While the network is there, what is on its way for less than a moment is in memory only.
            on_their_way.clear()
            queue = FlashQueue(Backlog(storage), 2, window=4)
            queue.went_down()
        assert len(on_their_way) <= 4
    queue.went_down()
    queue.say_again()
    while (due := queue.next(0)) is not None:
        heard.append(int(due[0].payload))
        queue.acknowledge(due[0].packet_id)
    firsts = list(dict.fromkeys(heard))
    assert firsts == list(range(said))
    assert len(queue) == 0


@given(json_values | st.binary(max_size=60), st.text(max_size=40))
def test_strangers_cannot_set_the_clock_or_give_an_identity(value: Any, topic: str) -> None:
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    clock = Clock()
    clock.ask()
    assert not clock.heard(payload)
    for one in ("/ext/register", "/ext/regnwl", topic):
        assert read_identity(one, payload, "pk", "dn") is None
    alink.Topics("pk", "dn").read(topic)
    alink.Topics("pk", "dn").read("/ext/rrpc/" + topic)
