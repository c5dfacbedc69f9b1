"""A real hub and a real worker with a line between them: sentences are heard there, and here when it is gone."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio.from_thread
import msgspec
from cut_line import Line
from hub_process import HubProcess, environment, jinn, running, wait_for_models
from judging import RECORDINGS, things

from jinn.hub.workers import JoinFile, WorkerWire
from jinn.language import TurnWire

SOON_S = 180.0
"""A worker joins its model when it starts, on a machine that has other things to do."""
ON, OFF = "en_living_light_on_clean.flac", "en_all_lights_off_clean.flac"


def until(holds: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.1)


def where(hub: HubProcess) -> tuple[str, list[str]]:
    (worker,) = msgspec.json.decode(hub.client.get("/api/workers"), type=list[WorkerWire])
    return worker.state, worker.runs


@contextmanager
def a_worker(data: Path, join: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with (data / "worker.log").open("ab") as sink:
        command = jinn("worker", "--join", str(join), "--data", str(data))
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=environment())
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def hear(hub: HubProcess, file: str) -> TurnWire:
    turn = hub.client.hear(RECORDINGS / file, "en")
    assert turn.outcome == "done", turn
    return turn


def living_light(hub: HubProcess) -> object:
    return next(thing for thing in things(hub) if thing.id == "living_room_light").properties["on"].value


def test_a_sentence_is_heard_at_the_worker_and_at_the_hub_when_the_worker_dies_in_the_middle(
    line: tuple[Line, anyio.from_thread.BlockingPortal], tmp_path: Path
) -> None:
    way, portal = line
    data, box = tmp_path / "hub", tmp_path / "box"
    data.mkdir()
    box.mkdir()
    (data / "settings.toml").write_text(f"[workers]\nis_on = true\nport = {way.to_port}\n")
    # Quick, and with room for recognition only: speech stays where it is.
    (box / "settings.toml").write_text("[placement]\nspeed = 20.0\nmemory_mib = 300\n")
    with running(data) as hub:
        wait_for_models(hub, "recognition")
        made = msgspec.json.decode(hub.client.post("/api/workers", {"name": "cellar"}), type=JoinFile)
        join = box / "cellar.join"
        join.write_bytes(msgspec.json.encode(msgspec.structs.replace(made, url=f"nats://127.0.0.1:{way.port}")))
        join.chmod(0o600)
        with a_worker(box, join) as worker:
            until(lambda: where(hub) == ("up", ["recognition"]), "recognition has moved to the box")
            hear(hub, ON)
            assert living_light(hub) == 1
            # It is held in the middle of a sentence, so that it is surely not done with it, and then killed.
            os.kill(worker.pid, signal.SIGSTOP)
            heard: list[TurnWire] = []
            asking = threading.Thread(target=lambda: heard.append(hear(hub, OFF)))
            asking.start()
            time.sleep(0.5)
            assert not heard
            os.kill(worker.pid, signal.SIGKILL)
            asking.join(SOON_S)
            assert [turn.outcome for turn in heard] == ["done"]
            assert living_light(hub) == 0
        with a_worker(box, join):
            until(lambda: where(hub) == ("up", ["recognition"]), "and back again")
            portal.call(way.cut)
            hear(hub, ON)
            until(lambda: where(hub)[0] == "away", "the box is behind a cut line")
            portal.call(way.mend)
            until(lambda: where(hub) == ("up", ["recognition"]), "and back again")
            hub.client.delete("/api/workers/cellar")
            hear(hub, OFF)
            assert msgspec.json.decode(hub.client.get("/api/workers")) == []
