"""How does a guest lock itself in, before it lets a stranger's code run? Called once, with all files read."""

import os

from jinn_os.port import IS_MICROPYTHON

STREAMS = 3
FILES_MAX = 32
"""As many numbers as the shell leaves us, see `guests.py`."""

if IS_MICROPYTHON:
    _held = []

    def confine(heap, kept):
        """No file and no connection can be opened any more. The heap was given at the start.

        `kept`: the number of the one connection that stays. The port has no `setrlimit`: all numbers of files that the
        shell allowed are taken instead. What was inherited goes first, the thing's own connection above all.
        """
        for number in range(STREAMS, FILES_MAX):
            if number != kept:
                try:
                    open(number).close()
                except OSError:
                    pass  # It was none.
        try:
            while True:
                _held.append(open("/dev/null", "rb"))
        except OSError:
            pass  # All are taken, which was wanted.

else:
    import resource

    HEAP_MIN = 16 << 20
    """CPython takes memory by the megabyte, and starts with 8 of its own."""

    def confine(heap, kept):
        """No file and no connection can be opened, no process started; memory beyond what is taken now is bounded."""
        os.closerange(STREAMS, kept)
        os.closerange(kept + 1, FILES_MAX)
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * resource.getpagesize()
        unit = 1 << 20 if heap[-1] == "m" else 1 << 10
        most = taken + max(HEAP_MIN, int(heap[:-1]) * unit)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
