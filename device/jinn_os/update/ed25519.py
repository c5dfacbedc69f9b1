"""Is this Ed25519 signature good? RFC 8032, strictly; only verifying, since a thing signs nothing.

Stricter than the RFC asks: keys and points of small order are refused, so that no signature fits many messages,
and so is every second way of writing one. Not in constant time: nothing here is secret.
"""

from jinn_os.update.sha512 import sha512

try:
    # A module in C that a board's MicroPython may bring: `verify(public, message, signature)`, true or false.
    from native_ed25519 import verify as _native_verify
except ImportError:
    _native_verify = None

_P = (1 << 255) - 19
_L = (1 << 252) + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_D2 = 2 * _D % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
"""A square root of -1."""

_IDENTITY = (0, 1, 1, 0)

# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z: "extended coordinates", which need no division.


def verify(public, message, signature):
    """Whether `signature` (64 bytes) over `message` was made by the owner of `public` (32 bytes).

    `message` may be a memoryview: it is not copied.
    """
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    # A greater one would be a second signature of the same message, made without the key.
    if s >= _L:
        return False
    key = _decoded(public)
    if key is None or _is_small(key):
        return False
    if _native_verify is not None:
        point = _decoded(signature[:32])
        return point is not None and not _is_small(point) and bool(_native_verify(public, message, signature))
    h = int.from_bytes(sha512(signature[:32], public, message), "little") % _L
    point = _sum_of_products(s, _base(), h, (_P - key[0], key[1], key[2], _P - key[3]))
    # Compared as bytes: a point that is written otherwise than it should be is refused with that, too.
    return not _is_small(point) and _encoded(point) == signature[:32]


def _base():
    y = 4 * pow(5, _P - 2, _P) % _P
    return _decoded(y.to_bytes(32, "little"))


def _decoded(text):
    """The point that 32 bytes stand for; None when they stand for none, or are not its one right spelling."""
    y = int.from_bytes(text, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= _P:
        return None
    # x² = (y² - 1) / (d y² + 1); the root by the way of RFC 8032, 5.1.3.
    u = (y * y - 1) % _P
    v = (_D * y * y + 1) % _P
    v3 = v * v * v % _P
    x = u * v3 * pow(u * v3 * v3 * v % _P, (_P - 5) // 8, _P) % _P
    square = v * x * x % _P
    if square == (-u) % _P:
        x = x * _ROOT % _P
    elif square != u:
        return None
    if x == 0 and sign:
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encoded(point):
    inverse = pow(point[2], _P - 2, _P)
    x = point[0] * inverse % _P
    y = point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _is_small(point):
    """Whether it is one of the eight points of small order."""
    x, y, z, _ = _doubled(_doubled(_doubled(point)))
    return x == 0 and y == z


def _added(a, b):
    left = (a[1] - a[0]) * (b[1] - b[0]) % _P
    right = (a[1] + a[0]) * (b[1] + b[0]) % _P
    c = a[3] * b[3] % _P * _D2 % _P
    d = 2 * a[2] * b[2] % _P
    e = right - left
    f = d - c
    g = d + c
    h = right + left
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _doubled(a):
    xx = a[0] * a[0] % _P
    yy = a[1] * a[1] % _P
    zz = 2 * a[2] * a[2] % _P
    h = xx + yy
    both = a[0] + a[1]
    e = h - both * both % _P
    g = xx - yy
    f = zz + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _sum_of_products(a, p, b, q):
    """a·p + b·q, two bits of both at once: one walk of doublings instead of two."""
    table = _table(p, q)
    total = _IDENTITY
    for at in range(252, -2, -2):
        total = _doubled(_doubled(total))
        chosen = (a >> at & 3) | (b >> at & 3) << 2
        if chosen:
            total = _added(total, table[chosen])
    return total


def _table(p, q):
    """i·p + j·q at place i + 4·j, for all i and j below four."""
    column = [_IDENTITY, p, _doubled(p), None]
    column[3] = _added(column[2], p)
    table = column[:]
    row = _IDENTITY
    for _ in range(3):
        row = _added(row, q)
        for point in column:
            table.append(_added(row, point))
    return table
