"""How is something fetched over HTTP? A tiny client: one GET, nothing held but one piece; by TLS as the link does."""

import asyncio

from jinn_os.port import const, open_stream, read_into

_LINE_BYTES_MAX = const(1024)
_LINES_MAX = const(40)
_PIECE_BYTES = const(1024)
_SPACE = memoryview(bytearray(_PIECE_BYTES))
"""Packages are fetched one at a time. Made when this is imported, while the heap is in one piece."""

_WITHIN_S = const(15)
"""For each answer or piece of it; a package may take as long as it takes."""
_DOCUMENT_WITHIN_S = const(20)


class Refused(Exception):
    """The server says no, or nothing that we understand; asking again the same way is in vain."""


class Broken(Exception):
    """The connection or the server failed; asking again may help."""


def split_url(url):
    """`(is_tls, host, port, path)`; raises `Refused`."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme not in ("http", "https") or len(url) > _LINE_BYTES_MAX:
        raise Refused("it is no http or https address")
    place, slash, path = rest.partition("/")
    # What would end the request line or add a header to it is no address.
    if not place or "@" in place or any(ord(one) <= 32 or ord(one) > 126 for one in url):
        raise Refused("it is no http or https address")
    host, mark, port = place.rpartition(":") if not place.endswith("]") else (place, "", "")
    if not mark:
        host, port = place, "443" if scheme == "https" else "80"
    host = host.strip("[]")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise Refused("it is no http or https address")
    return scheme == "https", host, int(port), slash + path or "/"


async def fetch(url, offset, total, take, tls=None):
    """Ask for the bytes from `offset` on and give them to `take(data)` as they come, until it says False.

    `data` is memory that is used again: what shall stay must be copied.

    `total`: the size that the whole must have. `tls`: what the link has, as `port.open_stream` takes it; None: https is
    refused. Raises `Refused`, `Broken`, and what `take` raises.
    """
    await _get(url, tls, f"Range: bytes={offset}-\r\n", lambda code, headers: _range(code, headers, offset, total),
               take, _SPACE)  # fmt: skip


async def fetch_document(url, bytes_max, tls=None):
    """All of a small one. Raises `Refused` and `Broken`."""
    found = bytearray()
    space = memoryview(bytearray(_PIECE_BYTES))
    work = _get(url, tls, "", lambda code, headers: _whole(code, headers, bytes_max), found.extend, space)
    try:
        await asyncio.wait_for(work, _DOCUMENT_WITHIN_S)
    except asyncio.TimeoutError:
        raise Broken("it takes too long") from None
    return bytes(found)


async def _get(url, tls, more, size_of, take, space):
    """`size_of(code, headers)` says how many bytes follow, or raises `Refused`."""
    is_tls, host, port, path = split_url(url)
    if is_tls and tls is None:
        raise Refused("this thing has no certificates to check https by")
    try:
        opening = open_stream(host, port, (tls[0], _name_of(host, tls[1])) if is_tls else None)
        reader, writer = await asyncio.wait_for(opening, _WITHIN_S)
    except (OSError, ValueError, asyncio.TimeoutError) as failure:
        raise Broken(f"no connection: {type(failure).__name__} {failure}") from None
    try:
        # By 1.0, so that nobody answers in chunks.
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n{more}Accept-Encoding: identity\r\n\r\n".encode())
        await asyncio.wait_for(writer.flush(), _WITHIN_S)
        left = size_of(*await _read_head(reader))
        while left:
            count = await asyncio.wait_for(read_into(reader, space[: min(left, _PIECE_BYTES)]), _WITHIN_S)
            if not count:
                raise Broken("the connection ended early")
            left -= count
            if take(space[:count]) is False:
                return
    except (OSError, EOFError, ValueError, asyncio.TimeoutError) as failure:
        # MicroPython may tell only now, and by a ValueError, that a certificate is wrong.
        raise Broken(f"{type(failure).__name__} {failure}") from None
    finally:
        writer.close()


def _name_of(host, server_name):
    """What the server's certificate must be on. An address says little: then it is the name that the hub's is on."""
    is_address = ":" in host or host.replace(".", "").isdigit()
    return server_name if is_address and server_name else host


async def _read_head(reader):
    """The code and the headers of an answer; raises `Refused` or `Broken` for one that says no."""
    status = (await _line(reader)).split()
    if len(status) < 2 or not status[0].startswith("HTTP/1.") or not status[1].isdigit():
        raise Refused("it does not speak HTTP")
    code = int(status[1])
    headers = await _read_headers(reader)
    if code >= 500 or code in (408, 429):
        raise Broken(f"it answered {code}")
    if code not in (200, 206):
        raise Refused(f"it answered {code}")
    if "transfer-encoding" in headers:
        raise Refused("it does not say how long it is")
    return code, headers


def _range(code, headers, offset, total):
    """How many bytes follow when it is exactly the range that was asked for."""
    length = headers.get("content-length", "")
    if code == 206:
        wanted = f"bytes {offset}-{total - 1}/{total}"
        if headers.get("content-range") != wanted:
            raise Refused("it has a package of another size")
    elif offset or length != str(total):
        raise Refused("it has a package of another size, or no ranges")
    if length != str(total - offset):
        raise Refused("it has a package of another size")
    return total - offset


def _whole(code, headers, bytes_max):
    length = headers.get("content-length", "")
    if code != 200 or not length.isdigit():
        raise Refused("it does not say how long it is")
    if len(length) > 9 or int(length) > bytes_max:
        raise Refused(f"{length[:20]} bytes are too many")
    return int(length)


async def _read_headers(reader):
    headers = {}
    for _ in range(_LINES_MAX):
        line = await _line(reader)
        if not line:
            return headers
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    raise Refused("its answer has too many headers")


async def _line(reader):
    """One line of the head as text, without its end."""
    line = await asyncio.wait_for(_bounded_line(reader), _WITHIN_S)
    try:
        return line.decode().strip()
    except UnicodeError:
        raise Refused("its answer is no HTTP") from None


async def _bounded_line(reader):
    line = b""
    while not line.endswith(b"\n"):
        byte = await reader.read(1)
        if not byte:
            raise Broken("the connection ended early")
        line += byte
        if len(line) > _LINE_BYTES_MAX:
            raise Refused("its answer has a line that is too long")
    return line
