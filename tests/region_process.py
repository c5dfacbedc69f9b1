"""A region in a process of its own, for tests that meet it as its operator does."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from hub_process import environment, jinn

from jinn.hub.client import LOCATION_FILE, HubClient, running_hub
from jinn.hub.settings import read_or_make_token

START_WITHIN_S = 60.0


@dataclass
class RegionProcess:
    """A running region and how it is reached."""

    process: "subprocess.Popen[bytes]"
    client: HubClient

    def kill(self) -> None:
        """As a power cut would."""
        self.client.close()
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_region(data: Path, *options: str) -> RegionProcess:
    """Start a region and wait until it can be asked."""
    folder = data / "region"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOCATION_FILE).unlink(missing_ok=True)
    log = data / "region.log"
    with log.open("ab") as sink:
        command = jinn("region", "up", "--data", str(data), "--http-port", "0", *options)
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=environment())
    deadline_s = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline_s:
        client = running_hub(folder, read_or_make_token(folder))
        if client is not None:
            return RegionProcess(process, client)
        if process.poll() is not None:
            raise AssertionError(f"the region ended with {process.returncode}:\n{log.read_text()}")
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise AssertionError(f"the region did not answer:\n{log.read_text()}")
