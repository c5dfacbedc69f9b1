"""Tasks that fail, loops that stand still, logs that overflow. Plain functions: MicroPython runs this file too."""

import asyncio
import gc

from jinn_os.boards.driver import Driver, Refusal
from jinn_os.guarding import Guarded
from jinn_os.kernel.boot import Boot
from jinn_os.kernel.events import Events
from jinn_os.kernel.health import Health
from jinn_os.kernel.log import DEBUG, ERROR, INFO, LogRing
from jinn_os.kernel.tasks import DEGRADE, Budget, Supervisor
from jinn_os.kernel.watchdog import Watchdog
from jinn_os.port import IS_MICROPYTHON, allocated_bytes
from jinn_os.testing import FakeTicks


class Now:
    """A clock for log lines."""

    def __init__(self):
        self.is_set = True
        self.ms = 5

    def now_ms(self):
        return self.ms


def log_of(supervisor):
    return [line.text for line in supervisor._log.newest(64)]


# boot


def test_stages_are_reached_once_and_keep_their_times():
    ticks = FakeTicks()
    boot = Boot(ticks)
    ticks.now += 12
    boot.reach("settings")
    ticks.now += 30
    boot.reach("driver")
    ticks.now += 30
    boot.reach("settings")
    assert boot.told() == "settings=12 driver=42"


def test_who_waits_for_a_stage_is_called_when_it_is_reached_or_at_once():
    called = []
    boot = Boot(FakeTicks())
    boot.on("link", lambda: called.append(1))
    assert called == []
    boot.reach("link")
    boot.reach("link")
    boot.on("link", lambda: called.append(2))
    assert called == [1, 2]


def test_events_reach_everybody_in_the_order_of_asking():
    heard = []
    events = Events()
    events.on("down", lambda reason: heard.append("one " + reason))
    events.on("down", lambda reason: heard.append("two " + reason))
    events.happened("down", "lost")
    events.happened("up")
    assert heard == ["one lost", "two lost"]


# log


def test_the_ring_keeps_the_newest_and_counts_what_nobody_took():
    log = LogRing(Now(), room=4)
    for number in range(6):
        log.add(INFO, "m", str(number))
    assert log.lost == 2
    assert [line.text for line in log.take(10)] == ["2", "3", "4", "5"]
    assert log.waiting() == 0
    log.add(INFO, "m", "6")
    assert [(line.number, line.text) for line in log.take(10)] == [(7, "6")]
    assert [line.text for line in log.newest(2)] == ["5", "6"]


def test_a_line_below_the_level_is_not_kept_and_a_long_one_is_cut():
    log = LogRing(Now(), room=4)
    log.add(DEBUG, "m", "x")
    log.add(INFO, "m", "y" * 999)
    (line,) = log.take(9)
    assert line.text == "y" * 200


def test_an_error_is_told_at_once():
    told = []
    log = LogRing(Now(), room=4)
    log.on_error = lambda: told.append(1)
    log.add(INFO, "m", "x")
    log.add(ERROR, "m", "x")
    assert told == [1]


def test_a_log_line_costs_no_memory_of_its_own():
    if not IS_MICROPYTHON:
        return
    log = LogRing(Now(), room=8)
    text = "always the same"
    log.add(INFO, "m", text)
    gc.collect()
    before = allocated_bytes()
    for _ in range(100):
        log.add(INFO, "m", text)
    # The call's own frames; a slot with its five fields alone would be more than 64 bytes each time.
    assert allocated_bytes() - before < 100 * 48


# tasks


def supervised(fails, **options):
    """A supervisor whose task "work" fails so often, then stays; and how often it was started."""
    supervisor = Supervisor(LogRing(Now()))
    starts = []

    async def work():
        starts.append(1)
        await asyncio.sleep(0)
        if len(starts) <= fails:
            raise ValueError("out of luck")
        if not fails:
            return
        supervisor.stop("enough")
        await asyncio.sleep(10)

    supervisor.add("work", work, **options)
    return supervisor, starts


def test_a_task_that_fails_within_its_budget_is_started_again():
    supervisor, starts = supervised(1, restarts=3)
    assert asyncio.run(supervisor.run()) == (False, "enough")
    assert len(starts) == 2
    assert supervisor.restarts() == 1
    assert log_of(supervisor) == ["failed and starts again: ValueError out of luck"]


def test_a_task_that_must_not_fail_resets_when_its_budget_is_spent():
    supervisor, starts = supervised(99, restarts=1)
    assert asyncio.run(supervisor.run()) == (True, "work: ValueError out of luck")
    assert len(starts) == 2


def test_a_task_that_may_fail_is_done_without():
    supervisor, starts = supervised(99, restarts=1, otherwise=DEGRADE)
    degraded = []
    supervisor.on_degraded = degraded.append

    async def other():
        while not degraded:
            await asyncio.sleep(0.01)
        supervisor.stop("told to")
        await asyncio.sleep(10)

    supervisor.add("other", other)
    assert asyncio.run(supervisor.run()) == (False, "told to")
    assert degraded == supervisor.degraded() == ["work"]
    assert len(starts) == 2


def test_a_task_that_returns_has_ended_and_is_left_so():
    supervisor, starts = supervised(0, restarts=3)

    async def other():
        await asyncio.sleep(0.01)
        supervisor.stop("told to")

    supervisor.add("other", other)
    asyncio.run(supervisor.run())
    assert len(starts) == 1
    assert supervisor.tasks[0].state == "ended"


def test_restarts_are_forgiven_after_a_while():
    ticks = FakeTicks()
    budget = Budget(2, 60, ticks)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    ticks.now += 60_000
    assert budget.spend()


def test_tasks_clean_up_before_the_supervisor_ends():
    supervisor = Supervisor(LogRing(Now()))
    cleaned = []

    async def work():
        try:
            await asyncio.sleep(10)
        finally:
            cleaned.append(1)

    async def end():
        await asyncio.sleep(0)
        supervisor.stop("told to")

    supervisor.add("work", work)
    supervisor.add("end", end)
    asyncio.run(supervisor.run())
    assert cleaned == [1]


def test_cancelling_and_timeouts_go_through_to_the_task():
    supervisor = Supervisor(LogRing(Now()))
    seen = []

    async def long():
        await asyncio.sleep(10)

    async def work():
        try:
            await asyncio.wait_for(long(), 0.01)
        except asyncio.TimeoutError:
            seen.append("timeout")
        supervisor.stop("told to")

    supervisor.add("work", work)
    asyncio.run(supervisor.run())
    assert seen == ["timeout"]


def test_a_task_that_takes_too_much_memory_in_one_step_is_stopped_and_told():
    if not IS_MICROPYTHON:
        return
    supervisor = Supervisor(LogRing(Now()))
    held = []

    async def work():
        await asyncio.sleep(0)
        held.append(bytearray(20_000))
        await asyncio.sleep(10)

    supervisor.add("work", work, restarts=0, bytes_max=10_000)
    is_reset, reason = asyncio.run(supervisor.run())
    assert is_reset
    assert reason.startswith("work: OverBudget 20")
    assert reason.endswith("10000 allowed")
    assert supervisor.tasks[0].bytes_peak >= 20_000


def test_it_is_known_who_has_the_loop():
    supervisor = Supervisor(LogRing(Now()))
    names = []

    async def work():
        names.append(supervisor.running)
        await asyncio.sleep(0)
        names.append(supervisor.running)
        supervisor.stop("told to")

    supervisor.add("work", work)
    asyncio.run(supervisor.run())
    assert names == ["work", "work"]
    assert supervisor.running == ""


# health


def healthy(supervisor=None):
    supervisor = supervisor or Supervisor(LogRing(Now()))
    ticks = FakeTicks()
    return Health(supervisor, Watchdog(0, None), LogRing(Now()), Boot(ticks), why_started="power"), ticks


def test_a_report_tells_the_longest_lag_since_the_last_one():
    health, ticks = healthy()
    for lag_ms in (3, 40, 7):
        health.look(lag_ms)
    ticks.now += 9_000
    report = health.report()
    assert (report["lag_ms"], report["uptime_s"], report["started"], report["restarts"]) == (40, 9, "power", 0)
    assert ("free" in report) == IS_MICROPYTHON
    assert health.report()["lag_ms"] == 0


def test_a_degraded_task_is_in_the_report():
    supervisor, _ = supervised(99, restarts=0, otherwise=DEGRADE)
    supervisor.on_degraded = lambda name: supervisor.stop("told to")
    asyncio.run(supervisor.run())
    health, _ = healthy(supervisor)
    assert health.report()["degraded"] == "work"
    assert not health.is_well()


# drivers that are wrong


class Broken(Driver):
    def __init__(self):
        super().__init__({"on": 0})

    def apply(self, values):
        if values["on"] == 2:
            raise Refusal("not now")
        raise KeyError("pin")

    def step(self, dt_s):
        raise ValueError("no sensor")


def guarded():
    off = []
    return Guarded(Broken(), LogRing(Now()), Budget(3, 60, FakeTicks()), lambda: off.append(1)), off


def refusal(function, *arguments):
    try:
        function(*arguments)
    except Refusal as refused:
        return refused.args[0]
    raise AssertionError("nothing was refused")


def test_a_fault_of_a_driver_becomes_a_refusal():
    driver, off = guarded()
    assert refusal(driver.apply, {"on": 1}) == "its driver failed: KeyError"
    assert refusal(driver.apply, {"on": 2}) == "not now"
    driver.step(1)
    assert driver.read() == {"on": 0}
    assert off == []


def test_a_driver_that_fails_too_often_is_switched_off_and_its_values_stay():
    driver, off = guarded()
    for _ in range(5):
        driver.step(1)
    assert off == [1]
    assert "switched off" in refusal(driver.apply, {"on": 2})
    assert driver.read() == {"on": 0}
    assert driver.pace_s() == 60.0
