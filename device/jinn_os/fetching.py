"""How is a small document fetched? HTTP/1.0 by GET, of a bounded size; large ones are the updater's business."""

import asyncio

from jinn_os.port import const, open_stream

WITHIN_S = const(20)
_HEAD_BYTES_MAX = const(4_096)


async def fetch(url, bytes_max):
    """The body. Raises ValueError when it is no such document, OSError or EOFError when nobody gives it whole."""
    return await asyncio.wait_for(_fetch(url, bytes_max), WITHIN_S)


async def _fetch(url, bytes_max):
    host, port, path = _parts(url)
    reader, writer = await open_stream(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.flush()
        data = b""
        while b"\r\n\r\n" not in data:
            data += await _some(reader)
            if len(data) > _HEAD_BYTES_MAX + bytes_max:
                raise ValueError("no end of the head")
        end = data.find(b"\r\n\r\n")
        size = _size_of(data[:end])
        if size > bytes_max:
            raise ValueError(f"{size} bytes are too many")
        body = data[end + 4 :]
        while len(body) < size:
            body += await _some(reader)
        return body[:size]
    finally:
        writer.close()


async def _some(reader):
    data = await reader.read(1024)
    if not data:
        raise EOFError("it ended too early")
    return data


def _size_of(head):
    lines = head.split(b"\r\n")
    status = lines[0].split()
    if len(status) < 2 or status[1] != b"200":
        raise ValueError("the answer was " + str(lines[0]))
    for line in lines[1:]:
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    raise ValueError("it does not say its length")


def _parts(url):
    if not url.startswith("http://"):
        raise ValueError("only http:// is fetched: its hash came over the secured line")
    rest = url[len("http://") :]
    slash = rest.find("/")
    host, path = (rest, "/") if slash < 0 else (rest[:slash], rest[slash:])
    colon = host.rfind(":")
    if colon < 0:
        return host, 80, path
    return host[:colon], int(host[colon + 1 :]), path
