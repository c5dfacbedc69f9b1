"""The same as `micropython_port.py` of CPython. Read by `port.py` alone."""

import asyncio
import binascii
import os
import signal
import sys
import threading
import time
import types

stepping = types.coroutine


def allocated_bytes():
    """CPython does not count; its meters stay at 0."""
    return 0


def tidy_memory(bytes_taken):
    """CPython needs none."""


def free_bytes():
    return None


def forget_module(name):
    """CPython has the memory."""


def sync_file(file):
    file.flush()
    os.fsync(file.fileno())


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def start_thread(function):
    threading.Thread(target=function, daemon=True).start()


def wait_in_thread(time_ms):
    time.sleep(time_ms / 1000)


def unix_address(path):
    return path


def die():
    os._exit(137)


def const(value):
    return value


def ticks_ms():
    return int(time.monotonic() * 1000)


def ticks_diff(later, earlier):
    return later - earlier


def wall_ms():
    return int(time.time() * 1000)


async def read_into(reader, space):
    data = await reader.read(len(space))
    space[: len(data)] = data
    return len(data)


async def stdin_reader():
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


def tell(line):
    try:
        print(line, flush=True)
    except OSError:
        pass  # Nobody listens any more; the end of standard input will tell.


def on_terminate(stop):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)


async def connected(host, port, tls, server_name):
    # CPython's asyncio sets TCP_NODELAY by itself.
    return await asyncio.open_connection(host, port, ssl=tls, server_hostname=server_name if tls else None)


def tls_context(authority, certificate, key):
    import ssl
    import tempfile

    context = ssl.create_default_context(cadata=authority)
    if certificate is not None:
        # The only interface that OpenSSL's binding has is by files.
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/both.pem"
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                file.write(ssl.DER_cert_to_PEM_cert(certificate))
                file.write(_key_to_pem(key))
            context.load_cert_chain(path)
    return context


def _key_to_pem(key):
    lines = binascii.b2a_base64(key, newline=False).decode()
    return "-----BEGIN PRIVATE KEY-----\n" + lines + "\n-----END PRIVATE KEY-----\n"


class Writer:
    def __init__(self, stream):
        self._stream = stream

    def write(self, data):
        self._stream.write(data)

    def unsent_bytes(self):
        return self._stream.transport.get_write_buffer_size()

    async def flush(self):
        await self._stream.drain()

    async def write_rest(self):
        """CPython's transport does it."""
        await asyncio.Event().wait()

    def close(self):
        self._stream.close()
