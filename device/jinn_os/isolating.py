"""What if a driver is not to be trusted? It runs in a process of its own, and this stands in its place in ours.

One question and one answer at a time, each a line of JSON over a Unix socket. What comes back is believed no more than
what a stranger sends: it is of the right shape, or the process is ended and a new one started.
"""

import json
import select
from math import isnan

from jinn_os.boards.driver import Driver, Refusal
from jinn_os.guests import meet, starter
from jinn_os.port import const, ticks_diff, ticks_ms

HEAP = "128k"
ANSWER_MS = const(500)
"""The link of the thing waits as long; a driver that measures for longer does it between two steps."""
START_MS = const(5_000)
"""An interpreter takes 50 ms; a loaded machine many times that."""
LINE_BYTES_MAX = const(8_192)
"""What the appliance has room for, beside all else, in one piece and twice."""
PAUSE_FIRST_MS = const(100)
PAUSE_MAX_MS = const(5_000)
PACE_MIN_S = 0.02
PACE_MAX_S = 3_600.0
EVENTS_MAX = const(32)


class Lost(Exception):
    """The driver's process is of no use any more and was ended; `args[0]` says why."""


class Failed(Exception):
    """The driver raised something in its process, which goes on; `args[0]` is the name and the text of that."""


class Answer:
    """What a guest said of itself; every field is of its type and within its bounds."""

    def __init__(self, line):
        """Raises `ValueError`, `TypeError` or `RuntimeError` (too deep) for anything else."""
        form = json.loads(line)
        if not isinstance(form, dict):
            raise ValueError("it is no object")
        self.id = form.get("id")
        self.refusal = _text(form, "refusal")
        self.fault = _text(form, "fault")
        self.out = form.get("out")
        self.state = _object(form, "state")
        self.bands = _numbers(form, "bands")
        self.rates = _numbers(form, "rates")
        self.pace_s = _number(form.get("pace", 60.0))
        if not PACE_MIN_S <= self.pace_s <= PACE_MAX_S:
            self.pace_s = PACE_MIN_S if self.pace_s < PACE_MIN_S else PACE_MAX_S
        self.events = []
        events = form.get("events", [])
        if not isinstance(events, list) or len(events) > EVENTS_MAX:
            raise ValueError("its events are no short list")
        for event, value in events:
            if not isinstance(event, str):
                raise ValueError("an event has no name")
            self.events.append((event, value))


def _text(form, key):
    text = form.get(key, "")
    if not isinstance(text, str):
        raise ValueError(key + " is no text")
    return text[:200]


def _object(form, key):
    found = form.get(key, {})
    if not isinstance(found, dict):
        raise ValueError(key + " is no object")
    return found


def _numbers(form, key):
    found = _object(form, key)
    for name in found:
        if _number(found[name]) < 0:
            raise ValueError(key + " below zero")
    return found


def _number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or isnan(value):
        raise ValueError("that is no number")
    return value


class Isolated(Driver):
    """A `Driver` whose work is done by a guest process. What is read is what the guest said last.

    `start(path)` starts a guest that connects to the socket at `path`, and gives a function that ends it; `load` tells
    the guest what to become. Raises `ValueError` when the first one does not start. A later one is started with the
    last state, after a pause that doubles; until then every question is refused.
    """

    def __init__(self, start, load, initial, answer_ms=ANSWER_MS):
        super().__init__(initial)
        self.starts = 0
        self._start = start
        self._load = load
        self._answer_ms = answer_ms
        self._config = None
        self._stream = self._end = None
        self._asked = 0
        self._lost_ms = 0
        self._pause_ms = 0
        self._pace_s = 60.0
        self._bands = {}
        self._rates = {}
        try:
            self._open()
        except Lost as failure:
            raise ValueError(f"its driver does not start: {failure.args[0]}") from None

    def apply(self, values):
        self._ask("apply", values)

    def call(self, service, arguments):
        return self._ask("call", service, arguments)

    def person(self, name, value):
        self._ask("person", name, value)

    def message(self, topic, payload):
        out = self._ask("message", topic, payload.hex())
        return bytes.fromhex(out) if isinstance(out, str) else None

    def configure(self, config):
        self._config = config
        self._ask("configure", config)

    def step(self, dt_s):
        if self._stream is not None or not self._wait_ms():
            self._ask("step", dt_s)

    def pace_s(self):
        return self._pace_s if self._stream is not None else max(PACE_MIN_S, self._wait_ms() / 1000)

    def bands(self):
        return self._bands

    def rates(self):
        return self._rates

    def close(self):
        """End the guest. A later question would start another."""
        if self._stream is not None:
            self._stream.close()
        if self._end is not None:
            self._end()
        self._stream = self._end = None

    def _wait_ms(self):
        return max(0, self._pause_ms - ticks_diff(ticks_ms(), self._lost_ms))

    def _ask(self, *question):
        if self._stream is None:
            if self._wait_ms():
                raise Refusal("its driver is being started again")
            self._open()
        out = self._exchange(question, self._answer_ms)
        self._pause_ms = 0
        return out

    def _open(self):
        self.starts += 1
        try:
            self._stream, self._end = meet(self._start, START_MS)
        except OSError as failure:
            self._lose(f"it cannot be started: {failure}")
        if self._stream is None:
            self._lose("it did not start")
        load = dict(self._load)
        load.update(initial=self.state, config=self._config)
        try:
            self._exchange(("load", load), START_MS)
        except (Failed, Refusal) as failure:
            self._lose(f"it cannot be loaded: {failure.args[0]}")

    def _exchange(self, question, within_ms):
        self._asked += 1
        line = json.dumps([self._asked] + list(question)).encode() + b"\n"
        try:
            self._stream.sendall(line)
            answer = Answer(self._line(within_ms))
        except OSError as failure:
            self._lose(f"its process is gone: {failure}")
        except (ValueError, TypeError, RuntimeError, MemoryError) as failure:
            self._lose(f"its answer makes no sense: {failure}")
        if answer.id != self._asked:
            self._lose("it answered something else")
        if answer.fault:
            if answer.fault.startswith("MemoryError"):
                # What it holds on to it would hold for ever.
                self._lose("it took more memory than it has")
            raise Failed(answer.fault)
        if answer.refusal:
            raise Refusal(answer.refusal)
        self._believe(answer)
        return answer.out

    def _believe(self, answer):
        self.state = answer.state
        self._bands, self._rates, self._pace_s = answer.bands, answer.rates, answer.pace_s
        self._events.extend(answer.events)
        del self._events[:-EVENTS_MAX]

    def _line(self, within_ms):
        """The one line of an answer; it is waited for so long, however slowly it drips."""
        asked_ms = ticks_ms()
        poll = select.poll()
        poll.register(self._stream, select.POLLIN)
        line = b""
        while True:
            left_ms = within_ms - ticks_diff(ticks_ms(), asked_ms)
            if left_ms <= 0 or not poll.poll(left_ms):
                self._lose(f"no answer within {within_ms} ms")
            data = self._stream.recv(1024)
            if not data:
                self._lose("its process ended")
            line += data
            if len(line) > LINE_BYTES_MAX:
                self._lose("its answer is too long")
            end = line.find(b"\n")
            if end >= 0:
                if end + 1 < len(line):
                    self._lose("it says more than it was asked")
                return line

    def _lose(self, why):
        self.close()
        self._lost_ms = ticks_ms()
        self._pause_ms = min(PAUSE_MAX_MS, max(PAUSE_FIRST_MS, self._pause_ms * 2))
        raise Lost(why)


def isolated(settings, path, initial):
    """The stand-in for the driver in the file `path`, as the settings' `driver_process` wants it."""
    wanted = settings["driver_process"]
    wanted = wanted if isinstance(wanted, dict) else {}
    heap = wanted.get("heap", HEAP)
    if not (isinstance(heap, str) and heap[-1:] in ("k", "m") and heap[:-1].isdigit()):
        raise ValueError('driver_process: a heap looks like "128k"')
    with open(path):
        pass  # A file that is not there is told by its name, not as a guest that ended.
    here = __file__
    for _ in range(2):
        here = here[: here.rfind("/")] if "/" in here else "."
    return Isolated(
        starter(here + "/driver_main.py", heap),
        {"path": path, "grants": settings.get("grants")},
        initial,
        wanted.get("answer_ms", ANSWER_MS),
    )
