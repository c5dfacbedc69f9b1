"""Where do MicroPython and CPython differ? The only file that knows which of them runs.

Each has a file of its own, since MicroPython keeps every name that it has ever read for good.
"""

import binascii
import sys

crc32 = binascii.crc32

IS_MICROPYTHON = sys.implementation.name == "micropython"

if IS_MICROPYTHON:
    from jinn_os.micropython_port import *  # noqa: F403
    from jinn_os.micropython_port import Writer, connected
else:
    from jinn_os.cpython_port import *  # noqa: F403
    from jinn_os.cpython_port import Writer, connected


async def open_stream(host, port, tls=None):
    """A connection as `(reader, Writer)` that sends small packets at once. `tls`: `(context, server name)` or None."""
    context, server_name = tls if tls is not None else (None, None)
    reader, stream = await connected(host, port, context, server_name)
    return reader, Writer(stream)
