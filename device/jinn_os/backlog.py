"""What has nobody heard yet? Messages on flash, in order, through restarts and power cuts at any byte. Pure but for
its storage.

A segment `N.q` is a row of records: length (2 bytes), CRC-32 (4), flags (1), boot (4), length of the topic (1), topic,
payload. A segment that was cut is read up to the last whole record and never appended to again. How far messages were
acknowledged is the file `read`: one segment number and one count, with their CRC, appended; the last whole entry holds.
"""

from jinn_os.port import const, crc32

SEGMENT_BYTES = const(4_096)
_HEAD = const(6)
_NOTE_EVERY = const(8)
_DONE_BYTES = const(12)
_DONE_FILE_BYTES_MAX = const(1_200)

UNSURE = const(1)
"""A flag: the times in the payload were taken before the clock was set."""


class Record:
    """One message and where it lies: (segment, index in it)."""

    def __init__(self, segment, index, flags, boot, topic, payload):
        self.segment = segment
        self.index = index
        self.flags = flags
        self.boot = boot
        self.topic = topic
        self.payload = payload


class Backlog:
    """First in, first out. `storage` is a `Files`; `bytes_max` bounds it, and the oldest segment makes way then.

    `peek` gives records that were not given yet; `done` says that the oldest of those given was acknowledged. A
    power cut between delivery and `done` gives those messages once more, at most 8 of them.
    """

    def __init__(self, storage, bytes_max=262_144):
        assert bytes_max >= 2 * SEGMENT_BYTES
        self.dropped = 0
        self._storage = storage
        self._bytes_max = bytes_max
        self._counts = {}  # segment → whole records in it
        self._sizes = {}
        self._first = 1
        self._taken = 0  # of the first segment: acknowledged
        self._noted_taken = 0
        self._note_bytes = 0
        self._given = (0, 0)  # segment and index of the next to give
        self._given_at = 0  # and where it begins
        self._last = 0
        self._is_last_whole = True
        self._load()

    def __len__(self):
        return sum(self._counts.values()) - self._taken

    def put(self, topic, payload, flags=0, boot=0):
        """Keep it; when this returns it is on flash. Gives where: `(segment, index)`."""
        record = _record(topic.encode(), payload, flags, boot)
        if not self._is_last_whole or self._sizes.get(self._last, SEGMENT_BYTES) + len(record) > SEGMENT_BYTES:
            self._begin_segment(len(record))
        self._storage.append(_name(self._last), record)
        self._counts[self._last] += 1
        self._sizes[self._last] += len(record)
        return self._last, self._counts[self._last] - 1

    def peek(self):
        """The next record that was not given since `rewind`; None when all were."""
        segment, index = self._given
        while segment <= self._last:
            if index < self._counts.get(segment, 0):
                body, next_at = self._read_at(segment, self._given_at)
                self._given, self._given_at = (segment, index + 1), next_at
                topic_end = 6 + body[5]
                boot = int.from_bytes(body[1:5], "big")
                return Record(segment, index, body[0], boot, body[6:topic_end].decode(), body[topic_end:])
            if segment == self._last:
                break
            segment, index = segment + 1, 0
            self._given, self._given_at = (segment, 0), 0
        return None

    def rewind(self):
        """Nothing is on its way any more: give again from the oldest."""
        self._give_from(self._first, self._taken)

    def pass_over(self):
        """What is kept is on its way already and need not be given."""
        self._given = (self._last, self._counts.get(self._last, 0))
        self._given_at = self._sizes.get(self._last, 0)

    def done(self, segment, index):
        """Everything up to that record was acknowledged."""
        if segment < self._first or (segment == self._first and index < self._taken):
            return
        gone = [number for number in self._counts if number < segment]
        taken = index + 1
        if taken >= self._counts.get(segment, 0):
            gone.append(segment)
            taken = 0
        # Not every time: it wears the flash, and a power cut costs only some repeats, which the hub knows.
        if gone or taken - self._noted_taken >= _NOTE_EVERY:
            self._forget(gone, taken)
        else:
            self._taken = taken

    def _give_from(self, segment, index):
        at = 0
        for _ in range(index):
            at = self._read_at(segment, at)[1]
        self._given, self._given_at = (segment, index), at

    def _load(self):
        numbers = sorted(
            int(name[:-2]) for name in self._storage.names() if name.endswith(".q") and name[:-2].isdigit()
        )
        noted, taken = self._noted()
        for number in numbers:
            if number < noted:
                self._storage.remove(_name(number))
                continue
            self._counts[number], end = self._scan(number)
            self._sizes[number] = self._storage.size(_name(number))
            self._is_last_whole = end == self._sizes[number]
            self._last = number
        self._last = max(self._last, noted - 1)
        self._first = min(self._counts) if self._counts else self._last + 1
        self._noted_taken = 0
        self._taken = min(taken, self._counts.get(self._first, 0)) if self._first == noted else 0
        if not self._counts:
            self._is_last_whole = False
        self.rewind()

    def _noted(self):
        """The last whole entry of the file `read`: first segment and how many of it were acknowledged."""
        data = self._storage.read("read")
        best = (1, 0)
        for at in range(0, len(data) - _DONE_BYTES + 1, _DONE_BYTES):
            entry = data[at : at + 8]
            if crc32(entry) == int.from_bytes(data[at + 8 : at + 12], "big"):
                best = (int.from_bytes(entry[:4], "big"), int.from_bytes(entry[4:], "big"))
        # A torn entry would put all that follow out of step.
        self._note_bytes = len(data) if len(data) % _DONE_BYTES == 0 else _DONE_FILE_BYTES_MAX
        return best

    def _note(self):
        self._noted_taken = self._taken
        entry = self._first.to_bytes(4, "big") + self._taken.to_bytes(4, "big")
        entry += crc32(entry).to_bytes(4, "big")
        if self._note_bytes >= _DONE_FILE_BYTES_MAX:
            self._storage.replace("read", entry)
            self._note_bytes = len(entry)
        else:
            self._storage.append("read", entry)
            self._note_bytes += len(entry)

    def _begin_segment(self, size):
        gone = []
        kept_bytes = sum(self._sizes.values())
        for number in sorted(self._counts):
            if kept_bytes + max(size, SEGMENT_BYTES) <= self._bytes_max:
                break
            kept_bytes -= self._sizes[number]
            self.dropped += self._counts[number] - (self._taken if number == self._first else 0)
            gone.append(number)
        if gone:
            self._forget(gone, 0)
        self._last += 1
        self._counts[self._last] = 0
        self._sizes[self._last] = 0
        self._is_last_whole = True
        if self._first not in self._counts:
            self._first = self._last

    def _forget(self, gone, taken):
        """First noted, then removed: the other way round, a note of old could count for a new segment of that name."""
        for number in gone:
            del self._counts[number]
            del self._sizes[number]
        self._first = min(self._counts) if self._counts else self._last + 1
        self._taken = taken
        if self._given < (self._first, taken):
            self._give_from(self._first, taken)
        if not self._counts:
            self._is_last_whole = False
        self._note()
        for number in gone:
            self._storage.remove(_name(number))

    def _read_at(self, segment, at):
        """The record there and where the next begins; None when it is not whole. One record at a time in memory."""
        name = _name(segment)
        head = self._storage.read_at(name, at, _HEAD)
        if len(head) < _HEAD:
            return None
        size = int.from_bytes(head[:2], "big")
        body = self._storage.read_at(name, at + _HEAD, size)
        if len(body) < size or size < 6 or crc32(body) != int.from_bytes(head[2:], "big"):
            return None
        return body, at + _HEAD + size

    def _scan(self, segment):
        """How many whole records it has, and where they end."""
        count = at = 0
        while True:
            found = self._read_at(segment, at)
            if found is None:
                return count, at
            count, at = count + 1, found[1]


def _name(segment):
    return f"{segment:08d}.q"


def _record(topic, payload, flags, boot):
    body = bytes((flags,)) + boot.to_bytes(4, "big") + bytes((len(topic),)) + topic + payload
    return len(body).to_bytes(2, "big") + crc32(body).to_bytes(4, "big") + body
