"""How is a part of a file fetched over HTTP? A tiny client: one GET with a range, nothing held but one piece."""

import asyncio

from jinn_os.port import const, read_into

_LINE_BYTES_MAX = const(1024)
_LINES_MAX = const(40)
_PIECE_BYTES = const(1024)
_SPACE = memoryview(bytearray(_PIECE_BYTES))
"""One thing is fetched at a time. Made when this is imported, while the heap is in one piece."""

_WITHIN_S = const(15)
"""For each answer or piece of it; the whole may take as long as it takes."""


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

    `total`: the size that the whole must have. `tls`: an `ssl.SSLContext` for https; None: https is refused.
    Raises `Refused`, `Broken`, and what `take` raises.
    """
    is_tls, host, port, path = split_url(url)
    if is_tls and tls is None:
        raise Refused("this thing has no certificates to check https by")
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(host, port, ssl=tls) if is_tls else asyncio.open_connection(host, port), _WITHIN_S
        )
    except (OSError, asyncio.TimeoutError) as failure:
        raise Broken(f"no connection: {type(failure).__name__} {failure}") from None
    try:
        writer.write(
            (
                f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nRange: bytes={offset}-\r\n"
                "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
            ).encode()
        )
        await asyncio.wait_for(writer.drain(), _WITHIN_S)
        left = await _read_head(reader, offset, total)
        while left:
            count = await asyncio.wait_for(read_into(reader, _SPACE[: min(left, _PIECE_BYTES)]), _WITHIN_S)
            if not count:
                raise Broken("the connection ended early")
            left -= count
            if take(_SPACE[:count]) is False:
                return
    except (OSError, EOFError, asyncio.TimeoutError) as failure:
        raise Broken(f"{type(failure).__name__} {failure}") from None
    finally:
        writer.close()


async def _read_head(reader, offset, total):
    """How many bytes follow; raises `Refused` or `Broken` for anything but exactly the range that was asked for."""
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
        raise Refused("it does not say how long the package is")
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
