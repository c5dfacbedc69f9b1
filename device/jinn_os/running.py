"""How does a process become a thing? Reads its settings, joins driver, thing and connection, and runs to the end."""

import asyncio
import json
import os
import sys

from jinn_os import alink
from jinn_os.boards.driver import Refusal
from jinn_os.mqtt import Client
from jinn_os.port import const, on_terminate, stdin_reader, tell, ticks_diff, ticks_ms
from jinn_os.thing import Thing
from jinn_os.together import first_of
from jinn_os.tsl import Model, Unfit
from jinn_os.update import RESTART_CODE

_LINE_BYTES_MAX = const(256)
_WORDS = {"on": 1, "off": 0, "open": 1, "closed": 0}
_NEEDED = ("host", "port", "product", "product_key", "device_name", "device_secret")


class Process:
    """Everything that one running thing consists of."""

    def __init__(self, settings, folder, is_booted):
        """`is_booted`: `boot.py` has chosen this program, so that it may be replaced by a newer one."""
        with open(_beside(folder, settings["product"])) as file:
            product = json.load(file)
        self._speed = settings.get("speed", 1.0)
        self._has_console = settings.get("console", True)
        self._driver = _load_board(settings, product, folder)(settings.get("initial", {}))
        product_key, device_name = settings["product_key"], settings["device_name"]
        self._client = Client(
            settings["host"],
            settings["port"],
            alink.credentials(product_key, device_name, settings["device_secret"]),
            on_message=self._heard,
            on_up=self._came_up,
            on_down=self._went_down,
            keepalive_s=settings.get("keepalive_s", 60),
        )
        topics = alink.Topics(product_key, device_name)
        # Ids of messages must differ from those of the last run: a hub may take an old id for a repeat.
        first_id = int.from_bytes(os.urandom(4), "big") >> 2
        self._thing = Thing(Model(product["model"]), self._driver, topics, self._client, tell, first_id)
        self._updater = _open_updater(settings, folder, product, self._client, first_id) if is_booted else None
        self._thing.on_accepted = self._updater.note_healthy if self._updater else None
        self.code = 0
        self._stepped_ms = ticks_ms()
        self._nudge = None
        self._stopping = None

    async def run(self):
        """Until standard input ends, `stop` is read from it, or the process is told to terminate."""
        self._nudge = asyncio.Event()
        self._stopping = asyncio.Event()
        on_terminate(self._stopping.set)
        works = [self._client.run(), self._live(), self._wait_for_stop()]
        if self._has_console:
            works.append(self._listen_to_console())
        if self._updater:
            works.append(self._update())
        await first_of(*works)

    async def _wait_for_stop(self):
        await self._stopping.wait()
        await self._client.stop()

    async def _update(self):
        """Until there is another program to be started in our place."""
        await self._updater.run()
        self.code = RESTART_CODE
        self._stopping.set()
        # The good-bye ends the process.
        await asyncio.Event().wait()

    async def _live(self):
        """Let the driver's world go on, often while something moves and seldom while not."""
        while True:
            try:
                await asyncio.wait_for(self._nudge.wait(), self._driver.pace_s() / self._speed)
            except asyncio.TimeoutError:
                pass
            self._nudge.clear()
            self._thing.step(self._elapsed_s())

    async def _listen_to_console(self):
        """`door open`, `temperature 25.5`, `activity run`: what a person does to the thing by hand."""
        reader = await stdin_reader()
        line = b""
        while True:
            byte = await reader.read(1)
            if not byte:
                # Whoever started us is gone. Without this a killed hub would leave its things behind.
                self._stopping.set()
                await asyncio.sleep(5)
                return
            if byte != b"\n":
                line = (line + byte)[:_LINE_BYTES_MAX]
                continue
            self._obey_console(line)
            line = b""

    def _obey_console(self, line):
        try:
            words = line.decode().split()
        except UnicodeError:
            words = []
        if words == ["stop"]:
            self._stopping.set()
        elif len(words) == 2:
            self._driver.step(self._elapsed_s())
            try:
                self._thing.person(words[0], _value(words[1]))
            except (Refusal, Unfit) as refusal:
                tell(f"no: {refusal.args[0]}")
            else:
                tell(f"did {words[0]} {words[1]}")
                self._nudge.set()
        elif words:
            tell("no: a line is `name value` or `stop`")

    def _heard(self, topic, payload):
        if self._updater and self._updater.heard(topic, payload):
            return
        # First the time that has passed, or a curtain would make all its way in one step.
        self._driver.step(self._elapsed_s())
        self._thing.heard(topic, payload)
        self._nudge.set()

    def _came_up(self):
        tell("up")
        self._thing.came_up()
        if self._updater:
            self._updater.came_up()

    def _went_down(self, reason):
        tell(f"down {reason}")

    def _elapsed_s(self):
        now = ticks_ms()
        elapsed = ticks_diff(now, self._stepped_ms) / 1000 * self._speed
        self._stepped_ms = now
        return elapsed


def main(argv):
    """The exit code: 0 told to end, 2 wrong settings, 75 to be started again. `argv[2]`: the slot that was booted."""
    if len(argv) not in (2, 3):
        tell("no: give the path of one settings file")
        return 2
    path = argv[1]
    try:
        with open(path) as file:
            settings = json.load(file)
        missing = [key for key in _NEEDED if key not in settings]
        if missing:
            raise ValueError("{} missing".format(", ".join(missing)))
        process = Process(settings, path[: path.rfind("/") + 1], len(argv) == 3)
    except (OSError, ValueError, ImportError, KeyError) as failure:
        tell(f"no: {path}: {type(failure).__name__} {failure}")
        return 2
    try:
        asyncio.run(process.run())
    except KeyboardInterrupt:
        pass
    return process.code


def _beside(folder, path):
    """Paths in the settings count from the folder of the settings file."""
    return path if path.startswith("/") else folder + path


def _load_board(settings, product, folder):
    """The driver's class: `Board` of the file that the settings name, else of the simulation of that kind."""
    if "driver" not in settings:
        return __import__("jinn_os.boards.sim_" + product["kind"], None, None, ("Board",)).Board
    path = _beside(folder, settings["driver"])
    slash = path.rfind("/")
    sys.path.insert(0, path[:slash] if slash > 0 else ".")
    return __import__(path[slash + 1 :].replace(".py", ""), None, None, ("Board",)).Board


def _open_updater(settings, folder, product, client, first_id):
    if "flash" not in settings:
        return None
    # Here, so that a thing without flash does not pay for it with memory.
    from jinn_os.update.updating import open_updater

    return open_updater(settings, folder, product, client, tell, first_id)


def _value(word):
    if word in _WORDS:
        return _WORDS[word]
    try:
        number = float(word)
    except ValueError:
        return word
    return int(number) if number == int(number) else number
