"""Where do MicroPython and CPython differ? The only file that knows which of them runs."""

import asyncio
import sys
import time

IS_MICROPYTHON = sys.implementation.name == "micropython"

if IS_MICROPYTHON:
    from time import ticks_diff, ticks_ms

    from micropython import const

    def wall_ms():
        """Milliseconds since 1970. A board without a clock of its own must be told the time first."""
        return time.time_ns() // 1_000_000

    async def stdin_reader():
        """Bytes of standard input as they come; b"" at its end."""
        return asyncio.StreamReader(sys.stdin.buffer)

    def tell(line):
        """One line to whoever watches the process."""
        print(line)

    def on_terminate(stop):
        """The unix port has no signals: it dies at once, which a thing with nothing to save may."""

    def _no_delay(stream):
        # 6 is IPPROTO_TCP and 1 TCP_NODELAY. Without it a reply waits for the acknowledgement of the
        # packet before: command → reply took 99 ms instead of 3.
        stream.s.setsockopt(6, 1, 1)

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

        def close(self):
            self._stream.close()

else:
    import signal

    def const(value):
        return value

    def ticks_ms():
        return int(time.monotonic() * 1000)

    def ticks_diff(later, earlier):
        return later - earlier

    def wall_ms():
        return int(time.time() * 1000)

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

    def _no_delay(stream):
        # CPython's asyncio sets TCP_NODELAY by itself.
        pass

    class Writer:
        def __init__(self, stream):
            self._stream = stream

        def write(self, data):
            self._stream.write(data)

        def unsent_bytes(self):
            return self._stream.transport.get_write_buffer_size()

        async def write_rest(self):
            """CPython's transport does it."""
            await asyncio.Event().wait()

        def close(self):
            self._stream.close()


async def open_stream(host, port):
    """A TCP connection as `(reader, Writer)` that sends small packets at once."""
    reader, stream = await asyncio.open_connection(host, port)
    _no_delay(stream)
    return reader, Writer(stream)
