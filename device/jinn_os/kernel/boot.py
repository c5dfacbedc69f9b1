"""How far has the start come, and how long did each stage take?"""

from jinn_os.port import ticks_diff, ticks_ms

STAGES = ("settings", "flash", "driver", "tasks", "link", "report", "healthy")
"""In this order. `link`: the door has accepted us; `report`: the first report is said and was acknowledged."""


class Boot:
    """Each stage is reached once; who waits for one is called then, in the order of asking."""

    def __init__(self, now_ms=ticks_ms):
        self._now_ms = now_ms
        self._began_ms = now_ms()
        self._waiting = {}
        self.reached_ms = {}

    def on(self, stage, call):
        """`call()` when the stage is reached; at once when it is behind us."""
        assert stage in STAGES, stage
        if stage in self.reached_ms:
            call()
        else:
            self._waiting.setdefault(stage, []).append(call)

    def reach(self, stage):
        """Nothing happens the second time."""
        assert stage in STAGES, stage
        if stage in self.reached_ms:
            return
        self.reached_ms[stage] = ticks_diff(self._now_ms(), self._began_ms)
        for call in self._waiting.pop(stage, ()):
            call()

    def elapsed_ms(self):
        return ticks_diff(self._now_ms(), self._began_ms)

    def is_at(self, stage):
        return stage in self.reached_ms

    def told(self):
        """One line for people: every stage with its milliseconds since the start."""
        return " ".join(f"{stage}={self.reached_ms[stage]}" for stage in STAGES if stage in self.reached_ms)
