"""The picture of a device type, as platforms want it: PNG, 160 by 160; a plain disc in a colour of its own."""

import struct
import zlib
from functools import lru_cache

SIZE = 160
_MIDDLE, _RADIUS = (SIZE - 1) / 2, 66.0


@lru_cache(maxsize=64)
def icon(kind: str) -> bytes:
    """The PNG of a device type; the colour follows from its name."""
    hue = zlib.crc32(kind.encode()) % 360
    color = bytes(_rgb(hue))
    rows = bytearray()
    for y in range(SIZE):
        rows.append(0)
        for x in range(SIZE):
            distance = ((x - _MIDDLE) ** 2 + (y - _MIDDLE) ** 2) ** 0.5
            cover = max(0.0, min(1.0, _RADIUS + 0.5 - distance))
            rows += color + bytes((round(255 * cover),))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(rows), 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _rgb(hue: int) -> tuple[int, int, int]:
    """A quiet colour of that hue: saturation 0.55, value 0.8."""

    def part(offset: int) -> int:
        k = (offset + hue / 60) % 6
        return round(255 * (0.8 - 0.8 * 0.55 * max(0.0, min(k, 4 - k, 1))))

    return part(5), part(3), part(1)
