"""What has happened lately? A ring of log lines: bounded, with levels, for the hub when it asks or when it hurts."""

from jinn_os.port import const

DEBUG = const(0)
INFO = const(1)
WARN = const(2)
ERROR = const(3)
FATAL = const(4)
LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""As Alink's `logLevel` spells them."""

TEXT_CHARS_MAX = const(200)
"""A traceback is cut: what is bounded in lines must be bounded in bytes too."""


class Line:
    """One slot of the ring, used again and again. `number` counts lines since the start, from 1; 0 is empty."""

    def __init__(self):
        self.number = 0
        self.time_ms = 0
        self.is_sure = False
        self.level = DEBUG
        self.module = ""
        self.text = ""


class LogRing:
    """Keeps the newest lines; the slots are made at the start, so that a line costs its text and nothing else.

    `clock` has `now_ms()` and `is_set`. `on_warning(module, text)` is called with each line of level WARN or above,
    `on_error()` with each of ERROR or above.
    """

    def __init__(self, clock, room=64, level=INFO):
        assert room > 0
        self.level = level
        self.lost = 0
        self.on_warning = None
        self.on_error = None
        self._clock = clock
        self._lines = [Line() for _ in range(room)]
        self._count = 0
        self._taken = 0

    def add(self, level, module, text):
        if level < self.level:
            return
        line = self._lines[self._count % len(self._lines)]
        if self._count - self._taken >= len(self._lines):
            # It was never posted: that is worth knowing.
            self.lost += 1
            self._taken += 1
        self._count += 1
        line.number = self._count
        line.time_ms = self._clock.now_ms()
        line.is_sure = self._clock.is_set
        line.level = level
        line.module = module
        line.text = text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX]
        if level >= WARN and self.on_warning:
            self.on_warning(module, line.text)
        if level >= ERROR and self.on_error:
            self.on_error()

    def waiting(self):
        """How many lines nobody has taken yet."""
        return self._count - self._taken

    def newest(self, count):
        """The last lines, oldest first; for people who look at the appliance itself."""
        first = max(0, self._count - min(count, len(self._lines)))
        return [self._lines[index % len(self._lines)] for index in range(first, self._count)]

    def take(self, count):
        """The oldest lines that were not taken yet, at most `count`; they count as said then."""
        last = min(self._count, self._taken + count)
        out = [self._lines[index % len(self._lines)] for index in range(self._taken, last)]
        self._taken = last
        return out
