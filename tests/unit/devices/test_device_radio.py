"""A board comes into its network and back into it. Plain functions and asserts: MicroPython runs this file too."""

import asyncio

from jinn_os.kernel.events import Events
from jinn_os.kernel.log import WARN, LogRing
from jinn_os.radio import FILE, PAUSE_MAX_S, Radio, keep_network, read_network
from jinn_os.testing import MemoryFiles


class Now:
    is_set = True

    def now_ms(self):
        return 0


class Over(Exception):
    """The script of a test has come to its end."""


class Air:
    """A board whose network is there as the script says: for each attempt, how many looks it then lasts; 0: none."""

    def __init__(self, *lasts):
        self._lasts = list(lasts)
        self._left = 0
        self.asked = []
        self.slept = []

    async def join(self, name, password, within_ms, sleep):
        if not self._lasts:
            raise Over()
        self.asked.append((name, password))
        self._left = self._lasts.pop(0)
        return self._left > 0

    def is_joined(self):
        self._left -= 1
        return self._left >= 0

    async def sleep(self, seconds):
        self.slept.append(seconds)
        if len(self.slept) > 40:
            raise Over()


def live(air, storage):
    """What happened until the script was over."""
    seen = []
    events = Events()
    for name in ("network-up", "network-down"):
        events.on(name, lambda name=name: seen.append(name))
    log = LogRing(Now())
    try:
        asyncio.run(Radio(air, storage, events, log, air.sleep).run())
    except Over:
        pass
    return seen, log


def known():
    storage = MemoryFiles()
    keep_network(storage, "home", "a password")
    return storage


def test_what_joining_learned_is_what_the_next_start_uses():
    assert read_network(known()) == ("home", "a password")
    for text in (b"", b"{", b"[]", b'{"name": "x"}', b'{"name": 1, "password": "x"}', b'{"name": "", "password": "x"}'):
        assert read_network(MemoryFiles({FILE: text})) is None


def test_up_and_down_are_told_once_each():
    air = Air(2, 0, 3)
    seen, _ = live(air, known())
    assert seen == ["network-up", "network-down", "network-up", "network-down"]
    assert air.asked == [("home", "a password")] * 3


def test_a_network_that_is_not_there_is_asked_for_less_and_less_often():
    air = Air(*[0] * 9)
    seen, _ = live(air, known())
    assert seen == []
    assert air.slept == [1, 2, 4, 8, 16, 32, PAUSE_MAX_S, PAUSE_MAX_S, PAUSE_MAX_S]
    # One that was found is soon asked for again.
    air = Air(0, 0, 0, 1, 0)
    live(air, known())
    assert air.slept == [1, 2, 4, 1, 1]


def test_without_a_network_to_join_it_says_so_and_waits():
    air = Air()
    seen, log = live(air, MemoryFiles())
    assert (seen, air.asked) == ([], [])
    line = log.newest(1)[0]
    assert (line.level, line.text) == (WARN, "no network is known")
