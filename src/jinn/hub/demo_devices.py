"""How are the things of the demo home kept running? One child process each, started again when it dies."""

import importlib.util
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
from anyio import to_thread

from jinn.kernel import Secret, Unavailable
from jinn.runtime import keep_file

log = logging.getLogger(__name__)

RESTART_CODE = 75
"""By this exit code a program asks to be started again at once: there is a new one in its place."""

HEAP = "256k"
"""As much as an appliance may need, also while it takes in a new program."""

STOP_WITHIN_S = 2.0
STEADY_S = 10.0
"""A process that lived so long had started well; its death is an accident and not its nature."""
RESTART_FIRST_S = 0.5
RESTART_MAX_S = 30.0
RESTARTS_MAX = 4
"""An update takes one restart and a bad one as many as it has tries; more within seconds are no updates."""
QUICK_DEATHS_MAX = 8
"""Then it is left alone: what dies eight times in a row within seconds would for ever, and fills the log."""
LINE_BYTES_MAX = 4096

# The wheel brings MicroPython as a module that runs it within a CPython process. Its own script would first
# import everything that `site` brings: 53 ms instead of 20.
_HOST = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from micropython_run import run_main; sys.exit(run_main(sys.argv))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDevice:
    """One thing to be run.

    Attributes:
        product: path of its `product.json`.
        initial: its physical state when it is switched on.
        update_key: the public key of who may sign its firmware; empty: nobody may.
    """

    product: Path
    product_key: str
    device_name: str
    device_secret: Secret
    initial: Mapping[str, object] = field(default_factory=dict)
    update_key: str = ""


@dataclass(slots=True, kw_only=True)
class DeviceState:
    """What is known of one process.

    Attributes:
        state: `starting`, `up` (connected), `down` (running, not connected), `dead`, or `given_up`.
        reason: why it is down.
    """

    state: str = "starting"
    reason: str = ""
    pid: int | None = None
    restarts: int = 0
    became_up: anyio.Event = field(default_factory=anyio.Event)


def interpreter() -> tuple[str, ...]:
    """The command in front of a device program: MicroPython, or CPython where its wheel does not exist."""
    found = importlib.util.find_spec("micropython_run")
    if found is None or found.origin is None:
        return cpython()
    folder = str(Path(found.origin).parent)
    return (sys.executable, "-I", "-S", "-c", _HOST, folder, "-X", f"heapsize={HEAP}")


def cpython() -> tuple[str, ...]:
    """The same with CPython, without anything installed: the programs need none of it."""
    return (sys.executable, "-E", "-s", "-S")


class DemoDevices:
    """A service that runs device programs; `started()` when all have been launched, not when all are connected."""

    name = "demo devices"

    def __init__(
        self,
        devices: Sequence[DemoDevice],
        *,
        program: Path,
        folder: Path,
        port: Callable[[], int],
        host: str = "127.0.0.1",
        speed: float = 1.0,
        command: Sequence[str] | None = None,
        restart_first_s: float = RESTART_FIRST_S,
        options: Mapping[str, object] | None = None,
    ) -> None:
        """`program`: device/boot.py. `folder`: for the settings with secrets, and for what each thing has as flash
        memory. `port`: asked when `run` starts. `options`: further settings, the same for every thing.
        """
        self._devices = {device.device_name: device for device in devices}
        self._program = program
        self._folder = folder
        self._port = port
        self._host = host
        self._speed = speed
        self._command = tuple(command) if command is not None else interpreter()
        self._restart_first_s = restart_first_s
        self._options = dict(options or {})
        self._processes: dict[str, anyio.abc.Process] = {}
        self.states = {name: DeviceState() for name in self._devices}

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        await to_thread.run_sync(self._write_settings)
        async with anyio.create_task_group() as tasks:
            for device_name in self._devices:
                tasks.start_soon(self._keep_running, device_name)
            task_status.started()

    async def wait_up(self, *, within_s: float) -> None:
        """Return when every device is, or has once been, connected.

        Raises:
            Unavailable: code `devices-not-up`, naming those that are not.
        """
        with anyio.move_on_after(within_s):
            for state in self.states.values():
                await state.became_up.wait()
        late = sorted(name for name, state in self.states.items() if not state.became_up.is_set())
        if late:
            raise Unavailable(
                f"{', '.join(late)} did not connect within {within_s:g} s.", code="devices-not-up", devices=late
            )

    async def by_hand(self, device_name: str, act: str) -> None:
        """What a person does to the thing itself: `door open`, `activity run`.

        Raises:
            Unavailable: code `device-not-running`.
        """
        process = self._processes.get(device_name)
        if process is None or process.stdin is None:
            raise Unavailable(f"{device_name} is not running.", code="device-not-running")
        try:
            await process.stdin.send(act.encode() + b"\n")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as broken:
            raise Unavailable(f"{device_name} is not running.", code="device-not-running") from broken

    async def _keep_running(self, device_name: str) -> None:
        state = self.states[device_name]
        quick_deaths = 0
        while quick_deaths < QUICK_DEATHS_MAX:
            started_s = anyio.current_time()
            code = await self._run_once(device_name, state)
            quick_deaths = 0 if anyio.current_time() - started_s > STEADY_S else quick_deaths + 1
            state.state, state.pid = "dead", None
            state.restarts += 1
            if code == RESTART_CODE and quick_deaths <= RESTARTS_MAX:
                log.info("%s starts another program", device_name)
                continue
            log.warning("%s ended with code %s and is started again", device_name, code)
            await anyio.sleep(min(self._restart_first_s * 2 ** max(0, quick_deaths - 1), RESTART_MAX_S))
        state.state = "given_up"
        log.error("%s died %d times at once and is left alone", device_name, quick_deaths)

    async def _run_once(self, device_name: str, state: DeviceState) -> int | None:
        """Run the program until it ends; its exit code."""
        # A session of its own: Ctrl-C in a terminal is meant for the hub, which then lets its things say good-bye.
        process = await anyio.open_process(
            [*self._command, str(self._program), str(self._settings_path(device_name))],
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        state.state, state.pid = "starting", process.pid
        self._processes[device_name] = process
        try:
            assert process.stdout is not None
            await _each_line(process.stdout, lambda line: _heed(device_name, state, line))
            return await process.wait()
        finally:
            del self._processes[device_name]
            with anyio.CancelScope(shield=True):
                await _stop(process)

    def _settings_path(self, device_name: str) -> Path:
        return self._folder / f"{device_name}.json"

    def _write_settings(self) -> None:
        """One file a device, for its owner's eyes only: a command line can be read by everybody."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for device in self._devices.values():
            settings = {
                "host": self._host,
                "port": self._port(),
                "product": str(device.product.resolve()),
                "product_key": device.product_key,
                "device_name": device.device_name,
                "device_secret": device.device_secret.reveal(),
                "initial": dict(device.initial),
                "speed": self._speed,
                "flash": f"{device.device_name}/flash",
                "update_key": device.update_key,
                **self._options,
            }
            # In one move: a thing that starts again reads it at any moment.
            keep_file(self._settings_path(device.device_name), json.dumps(settings, ensure_ascii=False).encode())


async def _each_line(stream: anyio.abc.ByteReceiveStream, heed: Callable[[str], None]) -> None:
    buffer = b""
    async for data in stream:
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            heed(line.decode(errors="replace"))
        buffer = buffer[-LINE_BYTES_MAX:]


def _heed(device_name: str, state: DeviceState, line: str) -> None:
    if line == "up":
        state.state, state.reason = "up", ""
        state.became_up.set()
    elif line.startswith("down "):
        state.state, state.reason = "down", line[len("down ") :]
    elif line.startswith("did "):
        log.debug("%s %s", device_name, line)
    else:
        log.warning("%s: %s", device_name, line)


async def _stop(process: anyio.abc.Process) -> None:
    """The end of its standard input tells the program to say good-bye and end."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(STOP_WITHIN_S):
        await process.wait()
    if process.returncode is None:
        process.kill()
        await process.wait()
    if process.stdout is not None:
        await process.stdout.aclose()
