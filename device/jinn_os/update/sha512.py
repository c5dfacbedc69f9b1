"""What is the SHA-512 of some bytes? MicroPython has SHA-256 only (FIPS 180-4)."""

import hashlib

from jinn_os.port import const

_LOW = const(0xFFFFFFFF)
_BLOCK_BYTES = const(128)


def sha512(*parts):
    """The 64 bytes of the hash of some bytes one after the other: by the port where it can, else by `slow_sha512`."""
    if not hasattr(hashlib, "sha512"):
        return slow_sha512(*parts)
    found = hashlib.sha512()
    for part in parts:
        found.update(part)
    return found.digest()


def slow_sha512(*parts):
    """In halves of 32 bits: whole words of 64 would each be an object on the heap, and take three times as long."""
    state, rounds_high, rounds_low = _constants()
    high = [0] * 80
    low = [0] * 80
    for block in _blocks(parts):
        _spread(block, 0, high, low)
        mixed = _mix(state, high, low, rounds_high, rounds_low)
        for index in range(0, 16, 2):
            total = state[index + 1] + mixed[index + 1]
            state[index] = (state[index] + mixed[index] + (total >> 32)) & _LOW
            state[index + 1] = total & _LOW
    return b"".join([half.to_bytes(4, "big") for half in state])


def _blocks(parts):
    """The parts as blocks with their padding; one block is held at a time, and it is the same memory each time."""
    block = bytearray(_BLOCK_BYTES)
    size = sum([len(part) for part in parts])
    padding = b"\x80" + bytes((111 - size) % _BLOCK_BYTES) + (size * 8).to_bytes(16, "big")
    filled = 0
    for part in list(parts) + [padding]:
        at = 0
        while at < len(part):
            count = min(_BLOCK_BYTES - filled, len(part) - at)
            block[filled : filled + count] = part[at : at + count]
            at += count
            filled += count
            if filled == _BLOCK_BYTES:
                yield block
                filled = 0


def _spread(data, at, high, low):
    """One block as 80 words."""
    for i in range(16):
        high[i] = int.from_bytes(data[at : at + 4], "big")
        low[i] = int.from_bytes(data[at + 4 : at + 8], "big")
        at += 8
    for i in range(16, 80):
        xh = high[i - 15]
        xl = low[i - 15]
        yh = high[i - 2]
        yl = low[i - 2]
        s0h = ((xh >> 1 | xl << 31) ^ (xh >> 8 | xl << 24) ^ (xh >> 7)) & _LOW
        s0l = ((xl >> 1 | xh << 31) ^ (xl >> 8 | xh << 24) ^ (xl >> 7 | xh << 25)) & _LOW
        s1h = ((yh >> 19 | yl << 13) ^ (yl >> 29 | yh << 3) ^ (yh >> 6)) & _LOW
        s1l = ((yl >> 19 | yh << 13) ^ (yh >> 29 | yl << 3) ^ (yl >> 6 | yh << 26)) & _LOW
        total = low[i - 16] + s0l + low[i - 7] + s1l
        low[i] = total & _LOW
        high[i] = (high[i - 16] + s0h + high[i - 7] + s1h + (total >> 32)) & _LOW


def _mix(state, high, low, rounds_high, rounds_low):
    """The 80 rounds over one block."""
    ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl = state
    for i in range(80):
        sh = ((eh >> 14 | el << 18) ^ (eh >> 18 | el << 14) ^ (el >> 9 | eh << 23)) & _LOW
        sl = ((el >> 14 | eh << 18) ^ (el >> 18 | eh << 14) ^ (eh >> 9 | el << 23)) & _LOW
        tl = hl + sl + (gl ^ (el & (fl ^ gl))) + rounds_low[i] + low[i]
        th = hh + sh + (gh ^ (eh & (fh ^ gh))) + rounds_high[i] + high[i] + (tl >> 32)
        tl &= _LOW
        sh = ((ah >> 28 | al << 4) ^ (al >> 2 | ah << 30) ^ (al >> 7 | ah << 25)) & _LOW
        sl = ((al >> 28 | ah << 4) ^ (ah >> 2 | al << 30) ^ (ah >> 7 | al << 25)) & _LOW
        ul = sl + ((al & bl) | (cl & (al | bl)))
        uh = sh + ((ah & bh) | (ch & (ah | bh)))
        hh, hl, gh, gl, fh, fl = gh, gl, fh, fl, eh, el
        total = dl + tl
        el = total & _LOW
        eh = (dh + th + (total >> 32)) & _LOW
        dh, dl, ch, cl, bh, bl = ch, cl, bh, bl, ah, al
        total = tl + ul
        al = total & _LOW
        ah = (th + uh + (total >> 32)) & _LOW
    return ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl


def _constants():
    """The first 64 bits of the fractions of roots of the first primes: computed, so that none can be mistyped.

    6 ms, and kept nowhere: a signature is checked once in months.
    """
    primes = _primes(80)
    start = []
    for prime in primes[:8]:
        fraction = _root(prime << 128, 2)
        start.append((fraction >> 32) & _LOW)
        start.append(fraction & _LOW)
    cubes = [_root(prime << 192, 3) for prime in primes]
    return start, [(cube >> 32) & _LOW for cube in cubes], [cube & _LOW for cube in cubes]


def _primes(count):
    found = []
    number = 2
    while len(found) < count:
        if all(number % prime for prime in found):
            found.append(number)
        number += 1
    return found


def _root(value, power):
    """The whole part of a root that has at most 70 bits."""
    low, high = 0, 1 << 70
    while low < high:
        middle = (low + high + 1) // 2
        if middle**power <= value:
            low = middle
        else:
            high = middle - 1
    return low
