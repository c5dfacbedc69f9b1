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


_FIELDS = const(6)


class Line:
    """One line, as it was said. `number` counts lines since the start, from 1."""

    def __init__(self, number, time_ms, is_sure, level, module, text):
        self.number = number
        self.time_ms = time_ms
        self.is_sure = is_sure
        self.level = level
        self.module = module
        self.text = text


class LogRing:
    """Keeps the newest lines; room for them is made at the start, so that a line costs its text and nothing else.

    They lie field by field in one list: as 64 objects they would take 9 kB while they are empty still.

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
        self._room = room
        self._cells = [None] * (room * _FIELDS)
        self._count = 0
        self._taken = 0

    def add(self, level, module, text):
        if level < self.level:
            return
        if self._count - self._taken >= self._room:
            # It was never posted: that is worth knowing.
            self.lost += 1
            self._taken += 1
        at = self._count % self._room * _FIELDS
        self._count += 1
        text = text if len(text) <= TEXT_CHARS_MAX else text[:TEXT_CHARS_MAX]
        cells = self._cells
        cells[at] = self._count
        cells[at + 1] = self._clock.now_ms()
        cells[at + 2] = self._clock.is_set
        cells[at + 3] = level
        cells[at + 4] = module
        cells[at + 5] = text
        if level >= WARN and self.on_warning:
            self.on_warning(module, text)
        if level >= ERROR and self.on_error:
            self.on_error()

    def waiting(self):
        """How many lines nobody has taken yet."""
        return self._count - self._taken

    def newest(self, count):
        """The last lines, oldest first; for people who look at the appliance itself."""
        first = max(0, self._count - min(count, self._room))
        return [self._line(index) for index in range(first, self._count)]

    def take(self, count):
        """The oldest lines that were not taken yet, at most `count`; they count as said then."""
        last = min(self._count, self._taken + count)
        out = [self._line(index) for index in range(self._taken, last)]
        self._taken = last
        return out

    def _line(self, index):
        at = index % self._room * _FIELDS
        return Line(*self._cells[at : at + _FIELDS])
