"""How are MQTT 3.1.1 packets written and read? Pure: bytes in, bytes out (OASIS MQTT 3.1.1, chapters 2 and 3)."""

from jinn_os.port import const

CONNACK = const(0x20)
PUBLISH = const(0x30)
PUBACK = const(0x40)
SUBACK = const(0x90)
PINGRESP = const(0xD0)

REFUSED_FILTER = const(0x80)

UNAVAILABLE = const(3)
"""The one CONNACK code that means "later" and not "no"."""

KEPT_BYTES_MAX = const(16_384)
"""A longer packet is let pass and only its beginning kept: there is no room for it, and no use."""

PACKET_BYTES_MAX = const(1_048_576)
"""Whoever sends a longer one is not speaking with us."""

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


def subscribe(packet_id, filters):
    """SUBSCRIBE to all of them at QoS 1."""
    body = packet_id.to_bytes(2, "big")
    for one in filters:
        body += _text(one) + b"\x01"
    return _packet(0x82, body)


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
        topic = bytes(body[2:at]).decode()
    except UnicodeError:
        raise Malformed("a topic that is not UTF-8") from None
    if qos:
        packet_id = int.from_bytes(body[at : at + 2], "big")
        at += 2
    return topic, bytes(body[at:]), packet_id


def read_packet_id(body):
    if len(body) != 2:
        raise Malformed(f"an acknowledgement of {len(body)} bytes")
    return int.from_bytes(body, "big")


class Parser:
    """Cuts a stream of bytes into packets, however it arrives.

    There is one buffer, made at the start; a packet that needs more gets it for its time. Read into `space()`, say how
    much came with `came(count)`, then take packets with `next()` until it gives None.
    """

    def __init__(self, room=1024):
        self._room = room
        self._buffer = bytearray(room)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0
        self._skip = 0  # bytes of a packet still to be let pass
        self._cut = None  # its head and the beginning of its body

    def space(self):
        """Where to read into next; never empty."""
        if self._start:
            if self._start == self._end and len(self._buffer) > self._room:
                self._buffer = bytearray(self._room)
                self._view = memoryview(self._buffer)
            elif self._start != self._end:
                self._buffer[: self._end - self._start] = bytes(self._view[self._start : self._end])
            self._end -= self._start
            self._start = 0
        if self._end == len(self._buffer):
            self._grow()
        return self._view[self._end :]

    def came(self, count):
        """That many bytes were read into `space()`."""
        self._end += count

    def next(self):
        """`(first byte, body, length)` of the next packet, or None. The body is shorter than `length` when cut.

        It is a view of the buffer, good until `space` or `next` is called again.
        """
        if self._skip:
            return self._pass()
        size, body_at = self._extent()
        if not body_at:
            return None
        head = self._buffer[self._start]
        if size > KEPT_BYTES_MAX:
            return self._begin_to_pass(head, body_at, size)
        if self._end - body_at < size:
            return None
        self._start = body_at + size
        return head, self._view[body_at : body_at + size], size

    def _begin_to_pass(self, head, body_at, size):
        kept = self._room // 2
        if self._end - body_at < kept:
            return None
        self._cut = (head, bytes(self._view[body_at : body_at + kept]), size)
        self._skip = size - kept
        self._start = body_at + kept
        return self._pass()

    def _pass(self):
        passed = min(self._skip, self._end - self._start)
        self._start += passed
        self._skip -= passed
        if self._skip:
            return None
        cut, self._cut = self._cut, None
        return cut

    def feed(self, data):
        """All packets that are whole with this; for whoever has the bytes already."""
        packets = []
        at = 0
        while at < len(data):
            space = self.space()
            count = min(len(space), len(data) - at)
            space[:count] = data[at : at + count]
            self.came(count)
            at += count
            packet = self.next()
            while packet is not None:
                packets.append((packet[0], bytes(packet[1]), packet[2]))
                packet = self.next()
        return packets

    def _grow(self):
        """Room for the packet that has begun, at once and not by and by."""
        size, body_at = self._extent()
        needed = body_at + min(size, KEPT_BYTES_MAX) if body_at else len(self._buffer) * 2
        try:
            buffer = bytearray(max(needed, len(self._buffer) + 1))
        except MemoryError:
            if not body_at:
                raise
            # No room for it now: it is let pass like one that is too long.
            self._begin_to_pass(self._buffer[self._start], body_at, size)
            self._start = self._end = 0
            return
        buffer[: self._end] = self._buffer
        self._buffer = buffer
        self._view = memoryview(buffer)

    def _extent(self):
        """Length of the body that begins at the front, and where; (0, 0) while that is not known."""
        size = 0
        for place in range(4):
            index = self._start + 1 + place
            if index >= self._end:
                return 0, 0
            digit = self._buffer[index]
            size |= (digit & 0x7F) << (7 * place)
            if not digit & 0x80:
                if size > PACKET_BYTES_MAX:
                    raise Malformed(f"a packet of {size} bytes")
                return size, index + 1
        raise Malformed("a length of more than 4 bytes")
