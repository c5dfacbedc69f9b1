"""Where do MicroPython and CPython differ? The only file that knows which of them runs."""

import asyncio
import binascii
import sys
import time

crc32 = binascii.crc32

IS_MICROPYTHON = sys.implementation.name == "micropython"

if IS_MICROPYTHON:
    import _thread
    import errno
    import gc
    import os
    import socket
    from time import sleep_ms, ticks_diff, ticks_ms

    import micropython
    from micropython import const

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

    def stepping(function):
        """Marks a generator that is run as a coroutine."""
        return function

    def start_thread(function):
        _thread.start_new_thread(function, ())

    def wait_in_thread(time_ms):
        sleep_ms(time_ms)

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

    async def _connected(host, port, tls, server_name):
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
            """All of it, when nobody else writes: TLS shakes hands here."""
            await self._stream.drain()

        def close(self):
            self._stream.close()

else:
    import os
    import signal
    import threading
    import types

    stepping = types.coroutine

    def allocated_bytes():
        """CPython does not count; its meters stay at 0."""
        return 0

    def tidy_memory(bytes_taken):
        """CPython needs none."""

    def free_bytes():
        return None

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

    async def _connected(host, port, tls, server_name):
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


async def open_stream(host, port, tls=None):
    """A connection as `(reader, Writer)` that sends small packets at once. `tls`: `(context, server name)` or None."""
    context, server_name = tls if tls is not None else (None, None)
    reader, stream = await _connected(host, port, context, server_name)
    return reader, Writer(stream)
