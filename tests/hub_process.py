"""A whole hub in a process of its own, for tests and benches that meet it as its users do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from jinn.hub.client import LOCATION_FILE, HubClient, Location
from jinn.hub.settings import read_or_make_token
from jinn.kernel import JinnError

ROOT = Path(__file__).parents[1]
START_WITHIN_S = 90.0
"""A loaded machine of two cores that joins its models for the first time."""


@dataclass
class HubProcess:
    """A running hub and how it is reached."""

    process: "subprocess.Popen[bytes]"
    data: Path
    client: HubClient
    log: Path

    @property
    def url(self) -> str:
        """Where it is reached now; another port after another start."""
        return location(self.data).url

    def stop(self) -> None:
        """As Ctrl-C would; nothing happens when it has ended already."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def jinn(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "jinn.hub", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def jinn_that_logs_everything(*arguments: str) -> list[str]:
    """As `jinn`, but what is logged, however small, goes to standard error."""
    program = "import logging; logging.basicConfig(level=logging.DEBUG); from jinn.hub.cli import main; main()"
    return [sys.executable, "-c", program, *arguments]


def start(data: Path, *options: str, program: Callable[..., list[str]] = jinn) -> HubProcess:
    """Start a hub on free ports and wait until it can be asked."""
    data.mkdir(parents=True, exist_ok=True)
    (data / LOCATION_FILE).unlink(missing_ok=True)
    log = data / "hub.log"
    command = program("up", "--data", str(data), "--port", "0", "--mqtt-port", "0", *options)
    with log.open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=environment())
    try:
        client = _reach(process, data, log)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return HubProcess(process=process, data=data, client=client, log=log)


def _reach(process: "subprocess.Popen[bytes]", data: Path, log: Path) -> HubClient:
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the hub ended with {process.returncode}:\n{log.read_text()}")
        path = data / LOCATION_FILE
        if path.exists():
            client = HubClient(location(data).url, read_or_make_token(data))
            try:
                client.get("/healthz")
            except JinnError:
                client.close()
            else:
                return client
        time.sleep(0.05)
    raise AssertionError(f"the hub did not answer in {START_WITHIN_S} s:\n{log.read_text()}")


def location(data: Path) -> Location:
    """How the hub of this data folder says that it is reached."""
    return msgspec.json.decode((data / LOCATION_FILE).read_bytes(), type=Location)


@contextmanager
def running(data: Path, *options: str, program: Callable[..., list[str]] = jinn) -> Iterator[HubProcess]:
    """A hub for as long as the block lasts."""
    hub = start(data, *options, program=program)
    try:
        yield hub
    finally:
        hub.stop()


def wait_for_models(hub: HubProcess, *names: str, within_s: float = 60.0) -> None:
    """Wait until these models are ready; another end of their loading is an error."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        known = hub.client.models()
        states = {name: known.get(name) for name in names}
        if all(state == "ready" for state in states.values()):
            return
        assert not {"failed", "absent"} & set(states.values()), states
        time.sleep(0.1)
    raise AssertionError(f"models were not ready in {within_s} s: {states}")


def wait_for_things(hub: HubProcess, count: int, within_s: float = 30.0) -> None:
    """Wait until so many things are online."""
    deadline = time.monotonic() + within_s
    online = 0
    while time.monotonic() < deadline:
        things = msgspec.json.decode(hub.client.get("/api/things"), type=list[_Online])
        online = sum(thing.online for thing in things)
        if online >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"only {online} of {count} things came online in {within_s} s:\n{hub.log.read_text()[-4000:]}")


class _Online(msgspec.Struct, frozen=True):
    online: bool
