"""Which program is to be started? The boot record, kept twice so that one cut never spoils both. Pure."""

import binascii
import struct

_FORM = "<4sIBBBBBBBxII32s32s32s"
_MAGIC = b"JNB1"
NO_HASH = bytes(32)

FACTORY = 0
SLOT_NAMES = ("factory", "a", "b")

# Why a slot was left again.
NOTHING, NOT_HEALTHY, DIED, DAMAGED = 0, 1, 2, 3
REASONS = (
    "",
    "it was started and did not become healthy",
    "it ended by itself again and again",
    "its files are damaged",
)


class Record:
    """What a boot decides by. A change is a new record with the next number.

    `current` is the confirmed slot, `previous` the one confirmed before it, `trial` one that must prove itself and
    may be started `tries` times more; 0 is the factory program, or none. `deaths` counts ends of the confirmed slot
    that it did not want. `floor` is the highest counter that was ever confirmed. `failed` is the slot that was left,
    with its counter and why. A hash is that of the signed manifest that the slot was filled by.
    """

    FIELDS = (
        "number",
        "current",
        "previous",
        "trial",
        "tries",
        "deaths",
        "failed",
        "why",
        "floor",
        "failed_counter",
        "current_hash",
        "previous_hash",
        "trial_hash",
    )

    def __init__(self, **values):
        self.number = self.current = self.previous = self.trial = self.tries = self.deaths = 0
        self.failed = self.why = self.floor = self.failed_counter = 0
        self.current_hash = self.previous_hash = self.trial_hash = NO_HASH
        for name in values:
            assert name in self.FIELDS, name
            setattr(self, name, values[name])

    def but(self, **changes):
        """The same with changes, and the next number."""
        values = {name: getattr(self, name) for name in self.FIELDS}
        values.update(changes)
        values["number"] = self.number + 1
        return Record(**values)


def encode(record):
    values = [getattr(record, name) for name in Record.FIELDS]
    body = struct.pack(_FORM, _MAGIC, *values)
    return body + struct.pack("<I", binascii.crc32(body) & 0xFFFFFFFF)


def decode(data):
    """The record; None when these bytes are none that was written to its end."""
    size = struct.calcsize(_FORM)
    if data is None or len(data) != size + 4:
        return None
    body = data[:size]
    if struct.unpack("<I", data[size:])[0] != binascii.crc32(body) & 0xFFFFFFFF:
        return None
    fields = struct.unpack(_FORM, body)
    if fields[0] != _MAGIC:
        return None
    record = Record()
    for name, value in zip(Record.FIELDS, fields[1:]):
        setattr(record, name, value)
    if max(record.current, record.previous, record.trial, record.failed) >= len(SLOT_NAMES):
        return None
    return record


class Records:
    """The two copies on flash: the newer one counts, the older one is written next."""

    NAMES = ("boot.0", "boot.1")

    def __init__(self, flash):
        self._flash = flash
        copies = [decode(flash.read(name)) for name in self.NAMES]
        numbers = [copy.number if copy else -1 for copy in copies]
        self._newer = 0 if numbers[0] >= numbers[1] else 1
        self.now = copies[self._newer] or Record()

    def write(self, record):
        """When this returns the new one counts; when it is cut off, the old one or the new one does."""
        older = 1 - self._newer
        name = self.NAMES[older]
        self._flash.overwrite(name, encode(record))
        self._flash.sync(name)
        self._newer = older
        self.now = record
