"""How a control packet becomes bytes."""

from jinn.things.door.packets import (
    Connack,
    Connect,
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
)

CONNACK_OF_MQTT_5 = b"\x20\x03\x00\x84\x00"
"""Version 5's own "Unsupported Protocol Version", with no properties: a 3.1.1 CONNACK would be malformed to it."""

_PINGREQ = b"\xc0\x00"
_PINGRESP = b"\xd0\x00"
_DISCONNECT = b"\xe0\x00"
_LENGTH_MAX = 268_435_455


def publish_bytes(
    topic: str, payload: bytes, *, qos: int = 0, packet_id: int = 0, is_dup: bool = False, is_retained: bool = False
) -> bytes:
    """A PUBLISH; raises `ProtocolError` for a topic that nobody could receive."""
    name = topic.encode()
    if not 0 < len(name) <= 65_535 or "+" in topic or "#" in topic or "\0" in topic:
        raise ProtocolError("That is no topic to publish on.", topic=topic[:64])
    head = 0x30 | is_dup << 3 | qos << 1 | is_retained
    if qos:
        length = len(name) + len(payload) + 4
        return b"%c%b%b%b%b%b" % (
            head,
            _length(length),
            len(name).to_bytes(2),
            name,
            packet_id.to_bytes(2),
            payload,
        )
    return b"%c%b%b%b%b" % (head, _length(len(name) + len(payload) + 2), len(name).to_bytes(2), name, payload)


def puback_bytes(packet_id: int) -> bytes:
    return b"\x40\x02" + packet_id.to_bytes(2)


def encode(packet: Packet) -> bytes:  # noqa: C901, PLR0911 - one line for each kind of packet
    """The bytes of one packet; raises `ProtocolError` when it cannot be said in MQTT."""
    match packet:
        case Publish(topic, payload, qos, packet_id, is_dup, is_retained):
            return publish_bytes(topic, payload, qos=qos, packet_id=packet_id, is_dup=is_dup, is_retained=is_retained)
        case Connect():
            return _connect(packet)
        case Connack(code, is_session_present):
            return bytes((0x20, 2, is_session_present, code))
        case Puback(packet_id):
            return puback_bytes(packet_id)
        case Subscribe(packet_id, filters):
            return _packet(0x82, packet_id.to_bytes(2) + b"".join(_text(one) + bytes((qos,)) for one, qos in filters))
        case Suback(packet_id, codes):
            return _packet(0x90, packet_id.to_bytes(2) + bytes(codes))
        case Unsubscribe(packet_id, filters):
            return _packet(0xA2, packet_id.to_bytes(2) + b"".join(_text(one) for one in filters))
        case Unsuback(packet_id):
            return b"\xb0\x02" + packet_id.to_bytes(2)
        case Pingreq():
            return _PINGREQ
        case Pingresp():
            return _PINGRESP
        case Disconnect():
            return _DISCONNECT


def _connect(packet: Connect) -> bytes:
    will = packet.will
    flags = (packet.username is not None) << 7 | (packet.password is not None) << 6 | packet.is_clean << 1
    parts = [_text(packet.client_id)]
    if will is not None:
        flags |= will.is_retained << 5 | will.qos << 3 | 4
        parts += [_text(will.topic), _binary(will.payload)]
    if packet.username is not None:
        parts.append(_text(packet.username))
    if packet.password is not None:
        parts.append(_binary(packet.password))
    name = "MQIsdp" if packet.level == 3 else "MQTT"
    head = _text(name) + bytes((packet.level, flags)) + packet.keepalive_s.to_bytes(2)
    return _packet(0x10, head + b"".join(parts))


def _packet(head: int, body: bytes) -> bytes:
    return b"%c%b%b" % (head, _length(len(body)), body)


def _text(text: str) -> bytes:
    return _binary(text.encode())


def _binary(data: bytes) -> bytes:
    if len(data) > 65_535:
        raise ProtocolError("A field of a packet holds at most 65,535 bytes.", size=len(data))
    return len(data).to_bytes(2) + data


def _length(count: int) -> bytes:
    if count < 128:
        return b"%c" % count
    if count > _LENGTH_MAX:
        raise ProtocolError("A packet holds at most 268,435,455 bytes.", size=count)
    digits = bytearray()
    while count:
        count, low = divmod(count, 128)
        digits.append(low | 0x80 if count else low)
    return bytes(digits)
