"""QR codes as pictures and films, drawn here from the standard so that no reader is tested against its own writer.

Only what a setup code needs: bytes, correction level L, one block, so versions 1 to 4 (ISO/IEC 18004).
"""

import math
import struct
import zlib
from collections.abc import Iterator, Sequence

Modules = list[list[bool]]
Grey = list[bytearray]
"""Rows of a picture, a byte a pixel."""

_DATA, _CORRECTION = {1: 19, 2: 34, 3: 55, 4: 80}, {1: 7, 2: 10, 3: 15, 4: 20}
"""Code words of data and of error correction by version, level L."""
_QUIET = 4
"""Modules of white around a code, which readers need to find it."""


def modules(text: str) -> Modules:
    """The code as rows of dark (True) and light, without its quiet zone. Mask 0, always."""
    content = text.encode()
    version = next(number for number, room in _DATA.items() if len(content) + 2 <= room)
    words = _words(content, _DATA[version])
    bits = [
        word >> shift & 1 for word in [*words, *_corrections(words, _CORRECTION[version])] for shift in range(7, -1, -1)
    ]
    fixed = _fixed(version)
    size = 17 + 4 * version
    grid = [[bool(fixed.get((row, column), 0)) for column in range(size)] for row in range(size)]
    # What is left over of the last word's room is light before masking.
    stream = iter(bits)
    for row, column in _snake(size):
        if (row, column) not in fixed:
            grid[row][column] = bool(next(stream, 0)) != ((row + column) % 2 == 0)
    return grid


def _words(content: bytes, room: int) -> list[int]:
    bits = f"0100{len(content):08b}" + "".join(f"{byte:08b}" for byte in content)
    bits = (bits + "0000")[: room * 8]
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[number % 2] for number in range(room - len(words))]


def _times(one: int, other: int) -> int:
    """In the field of 256 with the polynomial 0x11D."""
    product = 0
    for shift in range(7, -1, -1):
        product = (product << 1) ^ ((product >> 7) * 0x11D)
        product ^= (other >> shift & 1) * one
    return product


def _corrections(words: Sequence[int], count: int) -> list[int]:
    """The remainder by Reed and Solomon."""
    divisor, root = [0] * (count - 1) + [1], 1
    for _ in range(count):
        for at in range(count):
            divisor[at] = _times(divisor[at], root) ^ (divisor[at + 1] if at + 1 < count else 0)
        root = _times(root, 2)
    rest = [0] * count
    for word in words:
        factor = word ^ rest.pop(0)
        rest.append(0)
        rest = [kept ^ _times(each, factor) for kept, each in zip(rest, divisor, strict=True)]
    return rest


def _fixed(version: int) -> dict[tuple[int, int], int]:
    """The modules that say nothing: finders, their white, timing, the small square, and how it is written."""
    size = 17 + 4 * version
    drawn: dict[tuple[int, int], int] = {}
    for at in range(size):
        drawn[6, at] = drawn[at, 6] = int(at % 2 == 0)
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(max(0, top - 1), min(size, top + 8)):
            for column in range(max(0, left - 1), min(size, left + 8)):
                ring = max(abs(row - top - 3), abs(column - left - 3))
                drawn[row, column] = int(ring not in (2, 4))
    if version > 1:
        for row in range(size - 9, size - 4):
            for column in range(size - 9, size - 4):
                drawn[row, column] = int(max(abs(row - size + 7), abs(column - size + 7)) != 1)
    drawn[size - 8, 8] = 1
    for bit, places in enumerate(_format_places(size)):
        for place in places:
            drawn[place] = _FORMAT >> bit & 1
    return drawn


_FORMAT = 0b111011111000100
"""Level L with mask 0, with its own correction, as the standard's table has it."""


def _format_places(size: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Twice each, from the lowest bit."""
    rows = [0, 1, 2, 3, 4, 5, 7, 8]
    columns = [7, 5, 4, 3, 2, 1, 0]
    for bit in range(15):
        near = (rows[bit], 8) if bit < 8 else (8, columns[bit - 8])
        far = (8, size - 1 - bit) if bit < 8 else (size - 15 + bit, 8)
        yield near, far


def _snake(size: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down in turn, around the timing column."""
    rows = list(range(size))
    upwards = True
    right = size - 1
    while right > 0:
        if right == 6:
            right -= 1
        for row in reversed(rows) if upwards else rows:
            yield row, right
            yield row, right - 1
        upwards = not upwards
        right -= 2


def photograph(
    text: str, *, size: tuple[int, int], side: int, turned: float = 0, ink: int = 40, paper: int = 210
) -> Grey:
    """The code lying on a table as a camera sees it: `side` pixels wide with its white, turned by so many degrees."""
    grid = modules(text)
    count = len(grid) + 2 * _QUIET
    width, height = size
    sine, cosine = math.sin(math.radians(turned)), math.cos(math.radians(turned))

    def seen(x: int, y: int) -> int:
        right, down = x - width / 2, y - height / 2
        column = (right * cosine + down * sine) / side * count + count / 2
        row = (down * cosine - right * sine) / side * count + count / 2
        if not (0 <= row < count and 0 <= column < count):
            return 90 + x * 60 // width
        row, column = int(row) - _QUIET, int(column) - _QUIET
        is_dark = 0 <= row < len(grid) and 0 <= column < len(grid) and grid[row][column]
        return ink if is_dark else paper

    return [bytearray(seen(x, y) for x in range(width)) for y in range(height)]


def table(size: tuple[int, int]) -> Grey:
    """A table with nothing on it."""
    return [bytearray(90 + x * 60 // size[0] for x in range(size[0])) for _ in range(size[1])]


def film(frames: Sequence[Grey], per_second: int = 10) -> bytes:
    """YUV4MPEG2, 4:2:0 without colour, which Chromium plays as its camera, over and over."""
    height, width = len(frames[0]), len(frames[0][0])
    grey = bytes([128]) * (width // 2 * (height // 2) * 2)
    head = f"YUV4MPEG2 W{width} H{height} F{per_second}:1 Ip A1:1 C420\n".encode()
    return head + b"".join(b"FRAME\n" + b"".join(map(bytes, frame)) + grey for frame in frames)


def png(picture: Grey) -> bytes:
    """The picture as a file."""
    height, width = len(picture), len(picture[0])

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + bytes(row) for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
