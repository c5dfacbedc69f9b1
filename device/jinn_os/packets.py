"""How are MQTT 3.1.1 packets written and read? Pure: bytes in, bytes out (OASIS MQTT 3.1.1, chapters 2 and 3)."""

from jinn_os.port import const

CONNACK = const(0x20)
PUBLISH = const(0x30)
PUBACK = const(0x40)
PINGRESP = const(0xD0)

UNAVAILABLE = const(3)
"""The one CONNACK code that means "later" and not "no"."""

PACKET_BYTES_MAX = const(65536)
"""A longer packet is not for a device of this size; whoever sends one is not speaking with us."""

PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


class Malformed(Exception):
    """The other side does not speak MQTT 3.1.1; the connection is of no more use."""


def _text(text):
    data = text.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(head, body):
    out = bytearray((head,))
    size = len(body)
    while True:
        digit = size & 0x7F
        size >>= 7
        out.append(digit | 0x80 if size else digit)
        if not size:
            break
    out.extend(body)
    return bytes(out)


def connect(client_id, username, password, keepalive_s):
    """CONNECT with a clean session: what is desired of a thing is kept by the hub, not by the broker."""
    body = _text("MQTT") + b"\x04\xc2" + keepalive_s.to_bytes(2, "big")
    return _packet(0x10, body + _text(client_id) + _text(username) + _text(password))


def publish(topic, payload, packet_id=0, again=False):
    """PUBLISH; QoS 1 when it has a packet id, with DUP when it is sent again."""
    if not packet_id:
        return _packet(PUBLISH, _text(topic) + payload)
    return _packet(0x3A if again else 0x32, _text(topic) + packet_id.to_bytes(2, "big") + payload)


def puback(packet_id):
    return b"\x40\x02" + packet_id.to_bytes(2, "big")


def read_publish(head, body):
    """Topic, payload, and the packet id that wants a PUBACK (0 at QoS 0)."""
    qos = (head >> 1) & 3
    if qos > 1 or len(body) < 2:
        raise Malformed(f"a PUBLISH at QoS {qos} of {len(body)} bytes")
    at = 2 + int.from_bytes(body[:2], "big")
    packet_id = 0
    if len(body) < at + (2 if qos else 0):
        raise Malformed("a PUBLISH shorter than its topic")
    try:
        topic = body[2:at].decode()
    except UnicodeError:
        raise Malformed("a topic that is not UTF-8") from None
    if qos:
        packet_id = int.from_bytes(body[at : at + 2], "big")
        at += 2
    return topic, body[at:], packet_id


def read_packet_id(body):
    if len(body) != 2:
        raise Malformed(f"an acknowledgement of {len(body)} bytes")
    return int.from_bytes(body, "big")


class Parser:
    """Cuts a stream of bytes into packets, however it arrives."""

    def __init__(self):
        self._buffer = b""

    def feed(self, data):
        """The packets that are whole now, as `(first byte, body)` in order."""
        buffer = self._buffer + data if self._buffer else data
        packets = []
        at = 0
        while True:
            end, start = _extent(buffer, at)
            if not end or end > len(buffer):
                break
            packets.append((buffer[at], buffer[start:end]))
            at = end
        self._buffer = buffer[at:]
        return packets


def _extent(buffer, at):
    """Where the packet at `at` ends and its body starts; (0, 0) while its length is not all there."""
    size = 0
    for place in range(4):
        index = at + 1 + place
        if index >= len(buffer):
            return 0, 0
        digit = buffer[index]
        size |= (digit & 0x7F) << (7 * place)
        if not digit & 0x80:
            if size > PACKET_BYTES_MAX:
                raise Malformed(f"a packet of {size} bytes")
            return index + 1 + size, index + 1
    raise Malformed("a length of more than 4 bytes")
