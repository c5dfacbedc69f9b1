"""Laws of the MQTT codec, whatever comes."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from jinn.things.door.codec import (
    Connack,
    Connect,
    Decoder,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolError,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
    encode,
)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)
topics = st.text(st.characters(exclude_characters="\0+#", exclude_categories=("Cs",)), min_size=1, max_size=40)
filters = st.one_of(topics, st.sampled_from(["#", "+", "a/+/b", "a/#", "+/+/#"]))
ids = st.integers(1, 65_535)
qos = st.integers(0, 2)
wills = st.builds(Will, topic=topics, payload=st.binary(max_size=50), qos=qos, is_retained=st.booleans())
credentials = st.one_of(st.just((None, None)), st.tuples(texts, st.none()), st.tuples(texts, st.binary(max_size=80)))


@st.composite
def connects(draw: st.DrawFn) -> Connect:
    username, password = draw(credentials)
    return Connect(
        client_id=draw(texts),
        username=username,
        password=password,
        keepalive_s=draw(st.integers(0, 65_535)),
        is_clean=draw(st.booleans()),
        will=draw(st.none() | wills),
        level=draw(st.sampled_from([3, 4])),
    )


packets: st.SearchStrategy[Packet] = st.one_of(
    connects(),
    st.builds(Connack, st.integers(0, 5), st.booleans()),
    st.builds(Publish, topics, st.binary(max_size=400), is_retained=st.booleans()),
    st.builds(Publish, topics, st.binary(max_size=400), st.just(1), ids, st.booleans(), st.booleans()),
    st.builds(Puback, ids),
    st.builds(Subscribe, ids, st.lists(st.tuples(filters, qos), min_size=1, max_size=5).map(tuple)),
    st.builds(Suback, ids, st.lists(st.sampled_from([0, 1, 2, 0x80]), min_size=1, max_size=5).map(tuple)),
    st.builds(Unsubscribe, ids, st.lists(filters, min_size=1, max_size=5).map(tuple)),
    st.builds(Unsuback, ids),
    st.sampled_from([Pingreq(), Pingresp(), Disconnect()]),
)


def chunks(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def read_all(decoder: Decoder, parts: list[bytes]) -> list[Packet]:
    found: list[Packet] = []
    for part in parts:
        decoder.feed(part)
        while (packet := decoder.next()) is not None:
            found.append(packet)
    return found


cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(sent=st.lists(packets, max_size=6), cuts=cuts)
def test_packets_survive_the_wire_however_it_cuts_them(sent: list[Packet], cuts: list[int]) -> None:
    data = b"".join(encode(packet) for packet in sent)
    assert read_all(Decoder(), chunks(data, cuts)) == sent


@given(data=st.binary(max_size=600), cuts=cuts)
def test_any_bytes_are_packets_or_a_protocol_error(data: bytes, cuts: list[int]) -> None:
    try:
        found = read_all(Decoder(), chunks(data, cuts))
    except ProtocolError:
        return
    # The shortest packet has two bytes, so reading came to an end.
    assert len(found) <= len(data) // 2


@given(
    sent=st.lists(packets, min_size=1, max_size=3), place=st.integers(0, 10_000), byte=st.integers(0, 255), cuts=cuts
)
def test_a_flipped_byte_gives_other_packets_or_a_protocol_error(
    sent: list[Packet], place: int, byte: int, cuts: list[int]
) -> None:
    data = bytearray(b"".join(encode(packet) for packet in sent))
    data[place % len(data)] = byte
    try:
        found = read_all(Decoder(), chunks(bytes(data), cuts))
    except ProtocolError:
        return
    # What was understood means the same when said again.
    assert read_all(Decoder(), [b"".join(encode(packet) for packet in found)]) == found


@given(data=st.binary(max_size=600), cuts=cuts)
def test_where_the_wire_cuts_changes_nothing(data: bytes, cuts: list[int]) -> None:
    def outcome(parts: list[bytes]) -> list[Packet] | str:
        try:
            return read_all(Decoder(), parts)
        except ProtocolError:
            return "refused"

    assert outcome(chunks(data, cuts)) == outcome([data])


@given(data=st.binary(max_size=2_000), chunk=st.integers(1, 64))
def test_no_more_is_held_than_one_packet_and_one_chunk(data: bytes, chunk: int) -> None:
    decoder, limit = Decoder(packet_bytes_max=128), 128
    try:
        for start in range(0, len(data), chunk):
            decoder.feed(data[start : start + chunk])
            while decoder.next() is not None:
                pass
            assert decoder.held <= limit
    except ProtocolError:
        return
