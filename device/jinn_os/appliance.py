"""What is a running appliance made of? Kernel, flash, driver, thing and link, joined stage by stage."""

import asyncio
import json
import os

from jinn_os import alink
from jinn_os.boards.driver import Refusal
from jinn_os.clock import Clock
from jinn_os.console import listen
from jinn_os.guarding import Guarded
from jinn_os.housekeeping import Housekeeping
from jinn_os.kernel.boot import Boot
from jinn_os.kernel.events import Events
from jinn_os.kernel.health import Health
from jinn_os.kernel.log import ERROR, INFO, WARN, LogRing
from jinn_os.kernel.tasks import DEGRADE, Budget, Supervisor
from jinn_os.kernel.watchdog import Watchdog
from jinn_os.mqtt import REFUSED_RETRY_MS, Client
from jinn_os.port import const, on_terminate, tell, ticks_diff, ticks_ms
from jinn_os.thing import Thing
from jinn_os.tsl import Model, Unfit
from jinn_os.wishes import Wishes

RESTART_CODE = const(75)
"""The exit code by which a process asks to be started again; a board resets itself instead."""

WATCHDOG_S = const(15)
"""Some fifty times as long as the longest step of ours; a driver that measures for seconds is still let live."""

STEP_BYTES_MAX = const(131_072)
"""What a task may allocate between two awaits: half of the smallest heap. Not for the link, whose messages are bounded
already: one that is costly to parse must be refused and not end the connection.
"""

HEALTH_S = const(900)
DRIVER_FAULTS = const(8)
DRIVER_FAULTS_WITHIN_S = const(60)


class Appliance:
    """One process. `settings` are the file's; `beside(path)` finds a path of theirs; `board` is the driver's class."""

    def __init__(self, settings, beside, product, board, open_updater=None):
        self.code = 0
        self.boot = Boot()
        self.events = Events()
        self.clock = Clock()
        self.log = LogRing(self.clock, level=settings.get("log_level", INFO))
        self._settings = settings
        self._speed = settings.get("speed", 1.0)
        # Ids of messages must differ from those of the last run: a hub may take an old id for a repeat. With ten
        # digits it knows that they do, and a repeat for one however long after.
        self._last_id = (1 << 30) + (int.from_bytes(os.urandom(4), "big") >> 2)
        self.boot.reach("settings")
        self._open_flash(settings, beside)
        self.boot.reach("flash")
        self.supervisor = Supervisor(self.log)
        self._driver = Guarded(
            board(settings.get("initial", {})),
            self.log,
            Budget(DRIVER_FAULTS, DRIVER_FAULTS_WITHIN_S),
            self._driver_is_off,
        )
        self.boot.reach("driver")
        self._join(settings, beside, product)
        self._updater = None
        if open_updater is not None:
            self._updater = open_updater(self.client, self.tell, self._last_id + (1 << 24), self._tls)
        self._stepped_ms = ticks_ms()
        self._nudge = None
        self._stopping = None

    def _open_flash(self, settings, beside):
        """What the last run left: why it ended, what it could not say, who we are."""
        self._storage = self._death = None
        self._why_started = "power"
        if "flash" not in settings:
            return
        from jinn_os.storage import Files

        folder = beside(settings["flash"]) + "/data"
        self._storage = Files(folder)
        self._death = folder + "/death"
        self._why_started = self._storage.read("death").decode() or "power"
        self._storage.remove("death")

    def _join(self, settings, beside, product):
        product_key, device_name = settings["product_key"], settings["device_name"]
        self._tls = None
        if "tls" in settings:
            from jinn_os.securing import read_tls

            self._tls = read_tls(settings["tls"], beside)
        topics = alink.Topics(product_key, device_name)
        self.client = Client(
            settings["host"],
            settings["port"],
            None,
            on_message=self._heard,
            on_up=self._came_up,
            on_down=self._went_down,
            keepalive_s=settings.get("keepalive_s", 60),
            queue=self._open_queue(settings),
            tls=self._tls,
            filters=alink.filters(product_key, device_name) if settings.get("subscribe") else (),
            prepare=self._prepare,
            on_lost=self._lost,
        )
        watch_s = settings.get("watchdog_s", WATCHDOG_S)
        self._watchdog = Watchdog(watch_s, lambda: self.supervisor.running, self._death or "")
        self.health = Health(self.supervisor, self._watchdog, self.log, self.boot, why_started=self._why_started)
        self.home = Housekeeping(
            topics, self.client, self.new_id, self.clock, self.log, self.health, self._storage,
            settings.get("tags"), self._configured, settings.get("health_s", HEALTH_S), self._tls,
        )  # fmt: skip
        wishes = Wishes(self._storage, product_key + "&" + device_name)
        model = Model(product["model"])
        self.thing = Thing(model, self._driver, topics, self.client, self.tell, self.new_id, self.clock, wishes)
        self.thing.on_accepted = self._accepted
        self._gateway = None
        if "children" in settings:
            from jinn_os.gateway import Gateway

            self._gateway = Gateway(settings["children"], beside, self, topics)

    def _open_queue(self, settings):
        if self._storage is None:
            return None
        from jinn_os.backlog import Backlog
        from jinn_os.queueing import FlashQueue
        from jinn_os.storage import Files

        boot = int.from_bytes(self._storage.read("boot") or b"\0", "big") + 1
        self._storage.replace("boot", (boot & 0xFFFFFFFF).to_bytes(4, "big"))
        backlog = Backlog(Files(self._storage.folder + "/queue"), settings.get("queue_bytes", 262_144))
        return FlashQueue(backlog, boot)

    def new_id(self):
        self._last_id += 1
        return str(self._last_id)

    async def run(self):
        """Until it is told to stop, or a reset shall heal it; `code` is the exit code then."""
        self._nudge = asyncio.Event()
        self._stopping = asyncio.Event()
        on_terminate(self._stopping.set)
        self.log.on_error = self.home.failed
        self.log.on_warning = self._warned
        self.supervisor.on_degraded = self._degraded
        self._add_tasks()
        self._watchdog.start()
        self.boot.reach("tasks")
        is_reset, reason = await self.supervisor.run()
        self.client.queue.close()
        self._watchdog.stop()
        if is_reset:
            self.code = RESTART_CODE
            tell(f"reset {reason}")
            if self._storage is not None:
                self._storage.replace("death", reason.encode())

    def _add_tasks(self):
        add = self.supervisor.add
        # A gateway does in one step what its children need together.
        most = 0 if self._gateway else STEP_BYTES_MAX
        add("link", self._link, restarts=10, within_s=600)
        add("thing", self._live, restarts=5, within_s=60, bytes_max=most)
        add("home", self.home.run, restarts=3, within_s=600, otherwise=DEGRADE, bytes_max=most)
        add("health", self.health.run, restarts=3, within_s=60)
        add("stop", self._wait_for_stop, restarts=1)
        if self._settings.get("console", True):
            add("console", lambda: listen(self._obey_console, self._stopping.set), restarts=3, otherwise=DEGRADE)
        if self._gateway:
            add("gateway", self._gateway.run, restarts=5, within_s=600)
        if self._updater:
            add("update", self._update, restarts=3, within_s=3600, otherwise=DEGRADE)

    async def _link(self):
        """First an identity, then the connection for ever."""
        while self.client.credentials is None:
            try:
                self.client.credentials = await self._identify()
            except (OSError, EOFError, ValueError, asyncio.TimeoutError) as failure:
                self._went_down(f"not registered: {failure}")
                await asyncio.sleep(REFUSED_RETRY_MS / 1000)
        await self.client.run()

    async def _identify(self):
        settings = self._settings
        product_key, device_name = settings["product_key"], settings["device_name"]
        identity = settings
        if "device_secret" not in settings:
            identity = await self._kept_or_new_identity(product_key, device_name)
        if "device_token" in identity:
            return alink.token_credentials(product_key, device_name, identity["client_id"], identity["device_token"])
        return alink.credentials(product_key, device_name, identity["device_secret"], self._tls is not None)

    async def _kept_or_new_identity(self, product_key, device_name):
        kept = self._storage.read("identity.json")
        if kept:
            return json.loads(kept)
        from jinn_os.registering import register

        settings = self._settings
        identity = await register(
            settings["host"], settings["port"], self._tls, product_key, device_name,
            settings["product_secret"], settings.get("registration", "register"),
        )  # fmt: skip
        self._storage.replace("identity.json", json.dumps(identity).encode())
        self.log.add(INFO, "link", "registered")
        return identity

    async def _live(self):
        """Let the driver's world go on, often while something moves and seldom while not."""
        while True:
            try:
                await asyncio.wait_for(self._nudge.wait(), self._due_in_s() / self._speed)
            except asyncio.TimeoutError:
                pass
            self._nudge.clear()
            elapsed_s = self._elapsed_s()
            self.thing.step(elapsed_s)
            if self._gateway:
                self._gateway.step(elapsed_s)

    def _due_in_s(self):
        due_s = self.thing.due_in_s()
        return min(due_s, self._gateway.due_in_s()) if self._gateway else due_s

    async def _wait_for_stop(self):
        await self._stopping.wait()
        await self.client.stop()
        self.supervisor.stop("told to")

    async def _update(self):
        """Until there is another program to be started in our place."""
        await self._updater.run()
        await self.client.stop()
        self.supervisor.reset("update")

    def _obey_console(self, words):
        if words == ["stop"]:
            self._stopping.set()
        elif words == ["health"]:
            tell(json.dumps(self.health.report()))
        elif words == ["log"]:
            self.home.post_log()
        elif len(words) == 2:
            self._by_hand(words[0], words[1])
        elif words:
            tell("no: a line is `name value`, `health`, `log` or `stop`")

    def _by_hand(self, name, word):
        from jinn_os.console import value_of

        self._driver.step(self._elapsed_s())
        try:
            self.thing.person(name, value_of(word))
        except (Refusal, Unfit) as refusal:
            tell(f"no: {refusal.args[0]}")
        else:
            tell(f"did {name} {word}")
            self._nudge.set()

    def _prepare(self, entry):
        if self.home.must_wait(entry) or (self._gateway and self._gateway.must_wait(entry)):
            return None
        return self.home.prepare(entry)

    def _heard(self, topic, payload):
        if self._updater and self._updater.heard(topic, payload):
            return
        # First the time that has passed, or a curtain would make all its way in one step.
        elapsed_s = self._elapsed_s()
        self._driver.step(elapsed_s)
        if self._gateway:
            self._gateway.step(elapsed_s)
            if self._gateway.heard(topic, payload):
                self._nudge.set()
                return
        if not self.thing.heard(topic, payload):
            self.home.heard(topic, payload)
        self._nudge.set()

    def _lost(self, size):
        self.log.add(WARN, "link", f"a message of {size} bytes was more than there is room for")

    def _came_up(self):
        tell("up")
        self.boot.reach("link")
        self.log.add(INFO, "link", "up")
        self.events.happened("up")
        self.home.came_up()
        if self._gateway:
            self._gateway.came_up()
        self.thing.came_up()
        self.home.after_report()
        if self._updater:
            self._updater.came_up()

    def _went_down(self, reason):
        tell(f"down {reason}")
        self.log.add(INFO, "link", "down " + reason)
        if self._gateway:
            self._gateway.went_down()
        self.events.happened("down", reason)

    def _accepted(self):
        if self.boot.is_at("report"):
            return
        self.boot.reach("report")
        self.log.add(INFO, "boot", self.boot.told() + " started after " + self._why_started)
        if self.health.is_well():
            self.boot.reach("healthy")
            if self._updater:
                self._updater.note_healthy()
        self.home.say_health()

    def _configured(self, config):
        self._driver.configure(config)
        self._nudge.set()

    def _warned(self, module, text):
        tell(f"{module}: {text}")

    def _degraded(self, name):
        tell(f"degraded {name}")

    def _driver_is_off(self):
        tell("degraded driver")
        self.health.parts_off.append("driver")
        self.home.say_health()

    def tell(self, line):
        if line.startswith("the driver is wrong"):
            self.log.add(ERROR, "thing", line)
        else:
            tell(line)
            self.log.add(INFO, "thing", line)

    def _elapsed_s(self):
        now = ticks_ms()
        elapsed = ticks_diff(now, self._stepped_ms) / 1000 * self._speed
        self._stepped_ms = now
        return elapsed
