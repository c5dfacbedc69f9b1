"""The control packets of MQTT, to bytes and back."""

import pytest

from jinn.things.door.codec import (
    CONNACK_OF_MQTT_5,
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
    UnsupportedVersion,
    Will,
    encode,
    publish_bytes,
)


def decode(data: bytes) -> list[Packet]:
    decoder = Decoder()
    decoder.feed(data)
    packets: list[Packet] = []
    while (packet := decoder.next()) is not None:
        packets.append(packet)
    return packets


# Written by hand from the tables of the MQTT 3.1.1 standard, so that encoder and decoder cannot agree on a mistake.
STANDARD = [
    (
        Connect(client_id="c", username="u", password=b"p", keepalive_s=60),
        b"\x10\x13\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01c\x00\x01u\x00\x01p",
    ),
    (
        Connect(client_id="c", keepalive_s=0, is_clean=False, will=Will(topic="w", payload=b"x", qos=1)),
        b"\x10\x13\x00\x04MQTT\x04\x0c\x00\x00\x00\x01c\x00\x01w\x00\x01x",
    ),
    (Connect(client_id="c", keepalive_s=1, level=3), b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x01\x00\x01c"),
    (Connack(4), b"\x20\x02\x00\x04"),
    (Connack(0, True), b"\x20\x02\x01\x00"),
    (Publish("a/b", b"hi"), b"\x30\x07\x00\x03a/bhi"),
    (Publish("a/b", b"", qos=1, packet_id=258, is_dup=True), b"\x3a\x07\x00\x03a/b\x01\x02"),
    (Puback(10), b"\x40\x02\x00\x0a"),
    (Subscribe(1, (("a/+", 1), ("#", 2))), b"\x82\x0c\x00\x01\x00\x03a/+\x01\x00\x01#\x02"),
    (Suback(1, (1, 0x80)), b"\x90\x04\x00\x01\x01\x80"),
    (Unsubscribe(2, ("a",)), b"\xa2\x05\x00\x02\x00\x01a"),
    (Unsuback(2), b"\xb0\x02\x00\x02"),
    (Pingreq(), b"\xc0\x00"),
    (Pingresp(), b"\xd0\x00"),
    (Disconnect(), b"\xe0\x00"),
]


@pytest.mark.parametrize(("packet", "data"), STANDARD, ids=lambda value: type(value).__name__)
def test_a_packet_has_the_bytes_of_the_standard(packet: Packet, data: bytes) -> None:
    assert encode(packet) == data
    assert decode(data) == [packet]


def test_packets_that_come_in_one_chunk_are_all_read() -> None:
    assert decode(b"".join(data for _, data in STANDARD)) == [packet for packet, _ in STANDARD]


def test_packets_that_come_byte_by_byte_are_all_read() -> None:
    decoder, packets = Decoder(), list[Packet]()
    for byte in b"".join(data for _, data in STANDARD):
        decoder.feed(bytes((byte,)))
        while (packet := decoder.next()) is not None:
            packets.append(packet)
    assert packets == [packet for packet, _ in STANDARD]


@pytest.mark.parametrize(("size", "digits"), [(127, 1), (128, 2), (16_383, 2), (16_384, 3), (262_000, 3)])
def test_the_length_is_written_in_as_few_bytes_as_the_standard_allows(size: int, digits: int) -> None:
    data = publish_bytes("t", b"x" * (size - 3))
    assert len(data) == 1 + digits + size
    assert decode(data) == [Publish("t", b"x" * (size - 3))]


REFUSED = {
    "QoS 2": b"\x34\x06\x00\x01a\x00\x01x",
    "QoS 3": b"\x36\x06\x00\x01a\x00\x01x",
    "duplicate of QoS 0": b"\x38\x03\x00\x01a",
    "PUBREC": b"\x50\x02\x00\x01",
    "PUBREL": b"\x62\x02\x00\x01",
    "PUBCOMP": b"\x70\x02\x00\x01",
    "reserved type 0": b"\x00\x00",
    "reserved type 15": b"\xf0\x00",
    "SUBSCRIBE without its flag": b"\x80\x06\x00\x01\x00\x01a\x00",
    "SUBSCRIBE to nothing": b"\x82\x02\x00\x01",
    "SUBSCRIBE at QoS 3": b"\x82\x06\x00\x01\x00\x01a\x03",
    "SUBSCRIBE to a#": b"\x82\x07\x00\x01\x00\x02a#\x00",
    "SUBSCRIBE to #/a": b"\x82\x08\x00\x01\x00\x03#/a\x00",
    "SUBSCRIBE to a/b+": b"\x82\x09\x00\x01\x00\x04a/b+\x00",
    "SUBSCRIBE to an empty filter": b"\x82\x05\x00\x01\x00\x00\x00",
    "UNSUBSCRIBE from nothing": b"\xa2\x02\x00\x01",
    "packet id 0": b"\x40\x02\x00\x00",
    "PUBLISH with packet id 0": b"\x32\x05\x00\x01a\x00\x00",
    "PUBLISH without a topic": b"\x30\x02\x00\x00",
    "PUBLISH of one byte": b"\x30\x01\x00",
    "PUBLISH of no byte": b"\x30\x00",
    "PUBLISH whose topic is longer than it": b"\x30\x03\x00\x09a",
    "PUBLISH whose id is cut": b"\x32\x04\x00\x01a\x01",
    "PUBLISH to a wildcard": b"\x30\x05\x00\x03a/+",
    "PUBLISH to #": b"\x30\x03\x00\x01#",
    "text that is not UTF-8": b"\x30\x03\x00\x01\xff",
    "a surrogate": b"\x30\x05\x00\x03\xed\xa0\x80",
    "NUL in a topic": b"\x30\x03\x00\x01\x00",
    "PINGREQ with a body": b"\xc0\x01\x00",
    "PUBACK that goes on": b"\x40\x03\x00\x01\x00",
    "five digits of length": b"\x30\xff\xff\xff\xff\x01",
    "a length with a needless digit": b"\x30\x83\x00\x00\x01a",
    "CONNECT of another protocol": b"\x10\x0c\x00\x04HTTP\x04\x02\x00\x00\x00\x00",
    "CONNECT with the reserved flag": b"\x10\x0d\x00\x04MQTT\x04\x03\x00\x00\x00\x01c",
    "CONNECT with a password alone": b"\x10\x10\x00\x04MQTT\x04\x42\x00\x00\x00\x01c\x00\x01p",
    "CONNECT with the QoS of no will": b"\x10\x0d\x00\x04MQTT\x04\x0a\x00\x00\x00\x01c",
    "CONNECT with a will of QoS 3": b"\x10\x13\x00\x04MQTT\x04\x1e\x00\x00\x00\x01c\x00\x01w\x00\x01x",
    "CONNECT with a will to a wildcard": b"\x10\x13\x00\x04MQTT\x04\x06\x00\x00\x00\x01c\x00\x01#\x00\x01x",
    "CONNECT that ends early": b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x05",
    "CONNECT that goes on": b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x01cx",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_the_standard_forbids_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(data)


def test_a_packet_that_is_too_large_is_refused_before_it_comes() -> None:
    decoder = Decoder(packet_bytes_max=100)
    decoder.feed(b"\x30\x64")
    with pytest.raises(ProtocolError):
        decoder.next()


def test_a_packet_of_just_the_largest_size_is_read() -> None:
    decoder = Decoder(packet_bytes_max=100)
    decoder.feed(publish_bytes("t", b"x" * 95))
    assert decoder.next() == Publish("t", b"x" * 95)


def test_version_5_is_told_apart_from_nonsense() -> None:
    with pytest.raises(UnsupportedVersion) as refused:
        decode(b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01c")
    assert refused.value.level == 5


def test_the_answer_to_version_5_is_a_connack_of_version_5() -> None:
    # Fixed header, no session, 0x84 "Unsupported Protocol Version", no properties.
    assert bytes((0x20, 3, 0, 0x84, 0)) == CONNACK_OF_MQTT_5


@pytest.mark.parametrize("topic", ["", "a/#", "+", "a\0", "x" * 65_536])
def test_a_topic_that_nobody_could_receive_is_not_written(topic: str) -> None:
    with pytest.raises(ProtocolError):
        publish_bytes(topic, b"")


def test_a_field_that_is_too_long_is_not_written() -> None:
    with pytest.raises(ProtocolError):
        encode(Connect(client_id="c" * 65_536))
