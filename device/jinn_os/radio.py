"""How does a board come into its wireless network, and back into it? Two events: `network-up`, `network-down`.

The network's name and password lie in the file `wifi.json` of the flash, where joining a home has written them.
"""

import asyncio
import json

from jinn_os.kernel.log import INFO, WARN
from jinn_os.port import const

FILE = "wifi.json"
JOIN_WITHIN_MS = const(15_000)
"""An access point with a far client takes some seconds, a DHCP server some more."""
LOOK_S = const(1)
PAUSE_FIRST_S = const(1)
PAUSE_MAX_S = const(60)
"""A house whose power comes back: its access point is there after a minute or two."""


def keep_network(storage, name, password):
    """What joining a home learned; the next start uses it. `storage` is the appliance's `Files`."""
    storage.replace(FILE, json.dumps({"name": name, "password": password}).encode())


def read_network(storage):
    """`(name, password)`, or None when nobody has told them yet."""
    try:
        kept = json.loads(storage.read(FILE))
        name, password = kept["name"], kept["password"]
    except (ValueError, KeyError, TypeError):
        return None
    return (name, password) if isinstance(name, str) and isinstance(password, str) and name else None


class Radio:
    """`board` has `join(name, password, within_ms, sleep)` and `is_joined()`; `events` hears what happens to it."""

    def __init__(self, board, storage, events, log, sleep=asyncio.sleep):
        self.is_up = False
        self._board = board
        self._storage = storage
        self._events = events
        self._log = log
        self._sleep = sleep
        self._pause_s = PAUSE_FIRST_S

    async def run(self):
        """Join, watch, and join again, until cancelled."""
        try:
            while True:
                await self._join_once()
        finally:
            self._went("down")

    async def _join_once(self):
        network = read_network(self._storage)
        if network is not None and await self._board.join(network[0], network[1], JOIN_WITHIN_MS, self._sleep):
            self._pause_s = PAUSE_FIRST_S
            self._went("up")
            while self._board.is_joined():
                await self._sleep(LOOK_S)
            self._went("down")
            return
        self._log.add(WARN, "radio", "no network is known" if network is None else "the network was not found")
        await self._sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, PAUSE_MAX_S)

    def _went(self, where):
        if self.is_up != (where == "up"):
            self.is_up = where == "up"
            self._log.add(INFO, "radio", where)
            self._events.happened("network-" + where)
