"""What jinn OS needs of MicroPython. Read by `port.py` alone."""

import _thread
import asyncio
import errno
import gc
import os
import socket
import sys
import time
from time import ticks_diff, ticks_ms  # noqa: F401 - `port.py` hands them on

import micropython
from micropython import const  # noqa: F401 - as above

allocated_bytes = getattr(micropython, "mem_total", gc.mem_alloc)
"""Bytes taken so far, where the port counts them: of that only differences are used."""


def tidy_memory(bytes_taken):
    """Collect garbage after each so many bytes. Before the first collection of a full heap what lives long would
    lie scattered all over it: 4 kB in one piece were not to be had with 180 kB free.
    """
    gc.collect()
    gc.threshold(bytes_taken)


def free_bytes():
    """What is free in the heap now, garbage not counted; None where there is no such bound."""
    return gc.mem_free()


def forget_module(name):
    """Free the memory of a module that is seldom needed; it is read again when it is."""
    package, _, last = name.rpartition(".")
    sys.modules.pop(name, None)
    # Its package holds it, too.
    if hasattr(sys.modules.get(package), last):
        delattr(sys.modules[package], last)
    gc.collect()


def sync_file(file):
    """What was written to it stays. `flush` is an fsync on the unix port, and on a board the file system's own sync."""
    file.flush()


def sync_folder(path):
    """What was made, renamed or removed in it stays so. The file systems of boards see to it and open no folders."""
    try:
        folder = open(path, "rb")
    except OSError:
        return
    with folder:
        folder.flush()


def stepping(function):
    """Marks a generator that is run as a coroutine."""
    return function


def start_thread(function):
    _thread.start_new_thread(function, ())


def wait_in_thread(time_ms):
    # `sleep_ms` looks at its clock a thousand times a second.
    time.sleep(time_ms / 1000)


def unix_address(path):
    """The address of a socket that is a file, in the operating system's own bytes: 1 is AF_UNIX."""
    return b"\x01\x00" + path.encode() + b"\0"


def die():
    """End the process from any thread, at once. The unix port has no other way than to have it killed."""
    os.system("kill -9 $PPID")


def wall_ms():
    """Milliseconds since 1970. A board without a clock of its own must be told the time first."""
    return time.time_ns() // 1_000_000


async def read_into(reader, space):
    """How many bytes were read into that memory; 0 at the end."""
    return await reader.readinto(space)


async def stdin_reader():
    """Bytes of standard input as they come; b"" at its end."""
    return asyncio.StreamReader(sys.stdin.buffer)


def tell(line):
    """One line to whoever watches the process."""
    print(line)


def on_terminate(stop):
    """The unix port has no signals: it dies at once, which a thing with nothing to save may."""


async def connected(host, port, tls, server_name):
    """As `asyncio.open_connection`, which leaves no moment between connecting and TLS to set an option."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    raw = socket.socket(family, kind, protocol)
    try:
        raw.setblocking(False)
        try:
            raw.connect(address)
        except OSError as failure:
            if failure.errno != errno.EINPROGRESS:
                raise
        # 6 is IPPROTO_TCP and 1 TCP_NODELAY. Without it a reply waits for the acknowledgement of the packet
        # before: command → reply took 99 ms instead of 3.
        raw.setsockopt(6, 1, 1)
        used = raw
        if tls is not None:
            used = tls.wrap_socket(raw, server_hostname=server_name, do_handshake_on_connect=False)
        stream = asyncio.StreamReader(used)
        await _writable(raw)
    except BaseException:
        raw.close()
        raise
    return stream, stream


@stepping
def _writable(raw):
    yield asyncio.core._io_queue.queue_write(raw)


def tls_context(authority, certificate, key):
    """The client's side of TLS: DER bytes; the last two are None where the door asks for no certificate of ours."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=authority)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context


class Writer:
    """Writes at once what the operating system takes, and the rest as soon as it can.

    The stream's own `drain` forgets what is written while it waits; so that is kept here.
    """

    def __init__(self, stream):
        self._stream = stream
        self._later = b""
        self._wake = asyncio.Event()

    def write(self, data):
        if self._stream.out_buf:
            self._later += data
            return
        self._stream.write(data)
        if self._stream.out_buf:
            self._wake.set()

    def unsent_bytes(self):
        return len(self._stream.out_buf) + len(self._later)

    async def write_rest(self):
        """Until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._stream.out_buf:
                await self._stream.drain()
                rest, self._later = self._later, b""
                if rest:
                    self._stream.write(rest)

    async def flush(self):
        """All of it, when nobody else writes: TLS shakes hands here. Raises OSError, also for a stranger."""
        try:
            await self._stream.drain()
        except ValueError as stranger:
            # So the port calls a certificate that is not as it should be.
            raise OSError(str(stranger).strip()) from None

    def close(self):
        self._stream.close()
