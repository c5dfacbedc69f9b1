"""How bytes become control packets: strict, incremental and bounded, whoever sends them."""

from collections.abc import Callable

from jinn.things.door.encoding import CONNACK_OF_MQTT_5, encode, puback_bytes, publish_bytes
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
    UnsupportedVersion,
    Will,
)

__all__ = [
    "CONNACK_OF_MQTT_5",
    "PACKET_BYTES_MAX",
    "Connack",
    "Connect",
    "Decoder",
    "Disconnect",
    "Packet",
    "Pingreq",
    "Pingresp",
    "ProtocolError",
    "Puback",
    "Publish",
    "Suback",
    "Subscribe",
    "Unsuback",
    "Unsubscribe",
    "UnsupportedVersion",
    "Will",
    "encode",
    "puback_bytes",
    "publish_bytes",
]

PACKET_BYTES_MAX = 262_144
"""Alink limits a payload to 256 kB."""


class Decoder:
    """Takes chunks as they come and gives packets one by one.

    It holds at most one packet that is not complete plus the last chunk. Once it has raised, it is of no further use.

    Attributes:
        packet_bytes_max: a packet that announces more is refused before its bytes are awaited.
    """

    __slots__ = ("_data", "_need", "_position", "packet_bytes_max")

    def __init__(self, packet_bytes_max: int = PACKET_BYTES_MAX) -> None:
        self.packet_bytes_max = packet_bytes_max
        self._data: bytes | bytearray = b""
        self._position = 0
        # Bytes that the packet at `_position` has in all, as far as known: keeps a packet that comes byte by byte
        # from being looked at for each of them.
        self._need = 2

    @property
    def held(self) -> int:
        """Bytes that are not read yet."""
        return len(self._data) - self._position

    def feed(self, data: bytes) -> None:
        if self._position == len(self._data):
            self._data = data
            self._position = 0
            return
        if self._position or not isinstance(self._data, bytearray):
            self._data = bytearray(self._data[self._position :])
            self._position = 0
        self._data += data

    def next(self) -> Packet | None:
        """The next packet, or None until more bytes are fed. Raises `ProtocolError`."""
        data, start = self._data, self._position
        if len(data) - start < self._need:
            self._let_go(start)
            return None
        head = data[start]
        if head & 0xF0 != 0x30 and head not in _DECODE:
            raise ProtocolError(f"A packet may not begin with 0x{head:02x} here.", head=head)
        length, body = _remaining_length(data, start + 1)
        if body < 0:
            self._need = len(data) - start + 1
            return None
        end = body + length
        if end - start > self.packet_bytes_max:
            raise ProtocolError(f"A packet holds at most {self.packet_bytes_max} bytes here.", size=end - start)
        if end > len(data):
            self._need = end - start
            return None
        self._position = end
        self._need = 2
        if head & 0xF0 == 0x30:
            return _publish(head, data, body, end)
        return _decode(head, bytes(data[body:end]))

    def _let_go(self, position: int) -> None:
        # An idle connection must not keep its last chunk alive.
        if position and position == len(self._data):
            self._data = b""
            self._position = 0


def _remaining_length(data: bytes | bytearray, position: int) -> tuple[int, int]:
    """The length and where the body begins; the latter is -1 while its digits are not all there."""
    length = data[position]
    if length < 128:
        return length, position + 1
    length &= 127
    for place in range(1, 4):
        if position + place >= len(data):
            return 0, -1
        digit = data[position + place]
        length |= (digit & 127) << (7 * place)
        if digit < 128:
            if not digit:
                raise ProtocolError("The length of a packet is written in the fewest bytes.")
            return length, position + place + 1
    raise ProtocolError("The length of a packet has at most four bytes.")


def _publish(head: int, data: bytes | bytearray, body: int, end: int) -> Publish:
    qos = head >> 1 & 3
    topic_end = body + 2 + (data[body] << 8 | data[body + 1]) if body + 2 <= end else end + 1
    payload = topic_end + 2 if qos else topic_end
    if payload > end or topic_end == body + 2:
        raise ProtocolError("A PUBLISH without a whole topic.")
    if qos > 1 or (head & 8 and not qos):
        raise ProtocolError("Only QoS 0 and 1 are spoken here.", qos=qos)
    topic = _utf8(bytes(data[body + 2 : topic_end]))
    if "+" in topic or "#" in topic:
        raise ProtocolError("A topic to publish on has no wildcard.")
    packet_id = 0
    if qos:
        packet_id = data[topic_end] << 8 | data[topic_end + 1]
        if not packet_id:
            raise ProtocolError("A packet id is not 0.")
    return Publish(topic, bytes(data[payload:end]), qos, packet_id, bool(head & 8), bool(head & 1))


def _utf8(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as wrong:
        raise ProtocolError("Text in a packet is UTF-8.") from wrong
    if "\0" in text:
        raise ProtocolError("Text in a packet has no NUL.")
    return text


class _Reader:
    """Takes fields from the front of one packet's body."""

    __slots__ = ("_body", "_position")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._position = 0

    def take(self, count: int) -> bytes:
        start = self._position
        self._position = start + count
        if self._position > len(self._body):
            raise ProtocolError("A packet ends before its last field.")
        return self._body[start : self._position]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2))

    def packet_id(self) -> int:
        if number := self.number():
            return number
        raise ProtocolError("A packet id is not 0.")

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return _utf8(self.binary())

    def filter(self) -> str:
        text = self.text()
        levels = text.split("/")
        if (
            not text
            or "#" in "".join(levels[:-1])
            or any(len(one) > 1 and ("+" in one or "#" in one) for one in levels)
        ):
            raise ProtocolError("That is no topic filter.")
        return text

    def has_more(self) -> bool:
        return self._position < len(self._body)

    def end(self) -> None:
        if self.has_more():
            raise ProtocolError("A packet goes on after its last field.")


def _decode(head: int, body: bytes) -> Packet:
    reader = _Reader(body)
    packet = _DECODE[head](reader)
    reader.end()
    return packet


def _connect(reader: _Reader) -> Connect:
    name, level = reader.binary(), reader.byte()
    if (name, level) not in {(b"MQTT", 4), (b"MQIsdp", 3)}:
        if name not in {b"MQTT", b"MQIsdp"}:
            raise ProtocolError("A CONNECT names the protocol MQTT.")
        raise UnsupportedVersion(level)
    flags, keepalive_s = reader.byte(), reader.number()
    has_will, has_username, has_password = flags & 4, flags & 0x80, flags & 0x40
    will_qos = flags >> 3 & 3
    if flags & 1 or will_qos == 3 or (flags & 0x38 and not has_will) or (has_password and not has_username):
        raise ProtocolError("The flags of a CONNECT contradict each other.", flags=flags)
    client_id = reader.text()
    will = None
    if has_will:
        will = Will(topic=reader.text(), payload=reader.binary(), qos=will_qos, is_retained=bool(flags & 0x20))
        if not will.topic or "+" in will.topic or "#" in will.topic:
            raise ProtocolError("A will is published on a topic without wildcards.")
    return Connect(
        client_id=client_id,
        username=reader.text() if has_username else None,
        password=reader.binary() if has_password else None,
        keepalive_s=keepalive_s,
        is_clean=bool(flags & 2),
        will=will,
        level=level,
    )


def _connack(reader: _Reader) -> Connack:
    flags, code = reader.byte(), reader.byte()
    if flags > 1 or code > 5:
        raise ProtocolError("That is no CONNACK of MQTT 3.1.1.")
    return Connack(code, bool(flags))


def _subscribe(reader: _Reader) -> Subscribe:
    packet_id, filters = reader.packet_id(), [(reader.filter(), reader.byte())]
    while reader.has_more():
        filters.append((reader.filter(), reader.byte()))
    if any(qos > 2 for _, qos in filters):
        raise ProtocolError("The QoS of a subscription is 0, 1 or 2.")
    return Subscribe(packet_id, tuple(filters))


def _suback(reader: _Reader) -> Suback:
    packet_id, codes = reader.packet_id(), [reader.byte()]
    while reader.has_more():
        codes.append(reader.byte())
    if any(code > 2 and code != 0x80 for code in codes):
        raise ProtocolError("A SUBACK grants QoS 0, 1 or 2, or refuses with 0x80.")
    return Suback(packet_id, tuple(codes))


def _unsubscribe(reader: _Reader) -> Unsubscribe:
    packet_id, filters = reader.packet_id(), [reader.filter()]
    while reader.has_more():
        filters.append(reader.filter())
    return Unsubscribe(packet_id, tuple(filters))


_DECODE: dict[int, Callable[[_Reader], Packet]] = {
    0x10: _connect,
    0x20: _connack,
    0x40: lambda reader: Puback(reader.packet_id()),
    0x82: _subscribe,
    0x90: _suback,
    0xA2: _unsubscribe,
    0xB0: lambda reader: Unsuback(reader.packet_id()),
    0xC0: lambda reader: Pingreq(),
    0xD0: lambda reader: Pingresp(),
    0xE0: lambda reader: Disconnect(),
}
