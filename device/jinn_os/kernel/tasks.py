"""What becomes of a task that fails? It starts again within its budget; then we do without it, or reset."""

import asyncio

from jinn_os.kernel.log import ERROR, INFO, WARN
from jinn_os.port import allocated_bytes, const, stepping, ticks_diff, ticks_ms

DEGRADE = "degrade"
RESET = "reset"

RUNNING = "running"
ENDED = "ended"
DEGRADED = "degraded"

PAUSE_FIRST_MS = const(100)
PAUSE_MAX_MS = const(5_000)
"""A driver whose sensor is gone would else fill the log, and take the time of those that work."""


class OverBudget(Exception):
    """A task took more memory in one step than it may; `args[0]` says how much."""


class Budget:
    """So many restarts in so many seconds; older ones are forgiven."""

    def __init__(self, restarts, within_s, now_ms=ticks_ms):
        self._restarts = restarts
        self._within_ms = within_s * 1000
        self._now_ms = now_ms
        self._spent = []

    def spend(self):
        """Whether one more was left."""
        now = self._now_ms()
        self._spent = [at for at in self._spent if ticks_diff(now, at) < self._within_ms]
        if len(self._spent) >= self._restarts:
            return False
        self._spent.append(now)
        return True

    def recent(self):
        return len(self._spent)


class Supervised:
    """One task and its figures.

    `state`: running, ended, or degraded. `bytes_total` is what it has ever allocated and `bytes_peak` the most in
    one step (between two awaits); 0 where the port cannot tell. `bytes_max` 0: no limit.
    """

    def __init__(self, name, start, budget, otherwise, bytes_max):
        self.name = name
        self.state = RUNNING
        self.restarts = 0
        self.steps = 0
        self.bytes_total = 0
        self.bytes_peak = 0
        self.otherwise = otherwise
        self.start = start
        self.budget = budget
        self.bytes_max = bytes_max


class Supervisor:
    """Runs tasks until it is told to stop, or until one that must not fail has failed too often.

    `running` is the name of the task that has the loop now, "" between two: what a watchdog wants to know.
    """

    def __init__(self, log):
        self.tasks = []
        self.running = ""
        self.on_degraded = None
        self._log = log
        self._over = None
        self._reason = ""

    def add(self, name, start, restarts=3, within_s=60, otherwise=RESET, bytes_max=0):
        """`start()` gives the coroutine of the task, each time anew. A task that returns has ended and is left so."""
        assert otherwise in (DEGRADE, RESET)
        self.tasks.append(Supervised(name, start, Budget(restarts, within_s), otherwise, bytes_max))

    async def run(self):
        """The reason that `stop` was given, or the sentence of the failure that a reset shall heal.

        Returns `(is_reset, reason)`.
        """
        self._over = asyncio.Event()
        if self._reason:
            self._over.set()
        running = [asyncio.create_task(self._keep(task)) for task in self.tasks]
        try:
            await self._over.wait()
        finally:
            for task in running:
                task.cancel()
            await _all_gone(running)
        return self._is_reset, self._reason

    _is_reset = False

    def stop(self, reason):
        self._end(reason, False)

    def reset(self, reason):
        self._end(reason, True)

    def is_over(self):
        """Whether it was told to end, or a task that must not fail has failed too often."""
        return bool(self._reason)

    def restarts(self):
        return sum(task.restarts for task in self.tasks)

    def degraded(self):
        return [task.name for task in self.tasks if task.state == DEGRADED]

    def _end(self, reason, is_reset):
        if self._reason:
            return
        self._reason, self._is_reset = reason, is_reset
        if self._over:
            self._over.set()

    async def _keep(self, task):
        pause_ms = PAUSE_FIRST_MS
        while True:
            try:
                await self._metered(task)
            except Exception as failure:  # Any failure of any task ends here, and is told and answered.
                why = f"{type(failure).__name__} {failure}"
            else:
                task.state = ENDED
                self._log.add(INFO, task.name, "ended")
                return
            if not task.budget.spend():
                break
            task.restarts += 1
            self._log.add(WARN, task.name, "failed and starts again: " + why)
            pause_ms = min(PAUSE_MAX_MS, PAUSE_FIRST_MS << (task.budget.recent() - 1))
            await asyncio.sleep(pause_ms / 1000)
        self._give_up(task, why)

    def _give_up(self, task, why):
        task.state = DEGRADED
        self._log.add(ERROR, task.name, "failed too often, " + task.otherwise + ": " + why)
        if task.otherwise == RESET:
            self._end(f"{task.name}: {why}", True)
        elif self.on_degraded:
            self.on_degraded(task.name)

    @stepping
    def _metered(self, task):
        """Let it run step by step: between two of them we know who had the loop and what it took."""
        work = task.start()
        throw = None
        while True:
            self.running = task.name
            before = allocated_bytes()
            try:
                given = work.send(None) if throw is None else work.throw(throw)
            except StopIteration:
                return
            finally:
                self.running = ""
                took = allocated_bytes() - before
                task.steps += 1
                task.bytes_total += took
                task.bytes_peak = max(task.bytes_peak, took)
            if task.bytes_max and took > task.bytes_max:
                work.close()
                raise OverBudget(f"{took} bytes in one step, {task.bytes_max} allowed")
            throw = None
            try:
                yield given
            except BaseException as thrown:  # Cancelling, timeouts: they are the task's own to answer.
                throw = thrown


async def _all_gone(running):
    """Wait until cancelled tasks have cleaned up: MicroPython would else end with them in the middle."""
    for task in running:
        try:
            await task
        except asyncio.CancelledError:
            pass
