"""How is the appliance? Free memory, restarts, the lag of the loop, and since when it runs."""

import asyncio
import gc

from jinn_os.kernel.log import ERROR
from jinn_os.port import const, free_bytes, ticks_diff, ticks_ms

LOOK_MS = const(500)
LOW_LOOKS = const(3)
"""So often in a row there must be too little memory, each time after a collection, before it counts."""


class Health:
    """Looks twice a second, feeds the watchdog, and can say at any time how things are.

    The lag is how much later than asked the loop let it go on: the longest since the last report.
    """

    def __init__(self, supervisor, watchdog, log, boot, free_min=8_192, why_started="power"):
        self._supervisor = supervisor
        self._watchdog = watchdog
        self._log = log
        self._boot = boot
        self._free_min = free_min
        self._why_started = why_started
        self._lag_ms = 0
        self._low = 0
        self.on_look = None
        self.parts_off = []
        """Names of parts beside the tasks that the appliance goes on without."""

    async def run(self):
        while True:
            asked = ticks_ms()
            await asyncio.sleep(LOOK_MS / 1000)
            self.look(ticks_diff(ticks_ms(), asked) - LOOK_MS)

    def look(self, lag_ms):
        # Not any more once it shall end: if the end hangs, the watchdog is what is left.
        if not self._supervisor.is_over():
            self._watchdog.feed()
        self._lag_ms = max(self._lag_ms, lag_ms)
        self._look_at_memory()
        if self.on_look:
            self.on_look()

    def report(self):
        """Figures by name, all of them whole numbers or texts; the lag begins anew."""
        lag_ms, self._lag_ms = self._lag_ms, 0
        gc.collect()
        free = free_bytes()
        figures = {
            "uptime_s": self._boot.elapsed_ms() // 1000,
            "started": self._why_started,
            "restarts": self._supervisor.restarts(),
            "lag_ms": max(0, lag_ms),
            "log_lost": self._log.lost,
        }
        if free is not None:
            figures["free"] = free
        degraded = self._supervisor.degraded() + self.parts_off
        if degraded:
            figures["degraded"] = ",".join(degraded)
        if self._boot.is_at("report"):
            figures["boot_ms"] = self._boot.reached_ms["report"]
        return figures

    def is_well(self):
        return not self._supervisor.degraded() and not self.parts_off and not self._low

    def _look_at_memory(self):
        free = free_bytes()
        if free is None:
            return
        if free < self._free_min:
            gc.collect()
            free = free_bytes()
            self._low = self._low + 1 if free < self._free_min else 0
            if self._low == LOW_LOOKS:
                self._log.add(ERROR, "health", f"{free} bytes of memory left")
                self._supervisor.reset(f"{free} bytes of memory left")
        else:
            self._low = 0
