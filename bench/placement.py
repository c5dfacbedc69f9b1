"""What it costs to have a sentence recognised on another box, and how soon a killed box's work is done here.

The other box is a real `jinn worker` behind TLS: in a network namespace of its own, on a virtual cable, where this
machine allows that without being root; else on loopback. Both share the cores, so recognition itself costs the same.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import msgspec
from measuring import line, median, percentile

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from voice_parts import recordings

from jinn import voice
from jinn.edge.placement import Crew
from jinn.hub.settings import PlacementSettings, WorkersSettings, models_folder
from jinn.hub.wiring_voice import open_crew
from jinn.hub.workers import WorkerDesk, listen_options
from jinn.kernel import SystemClock
from jinn.runtime import NatsBus, NatsEngine, Service, Steering
from jinn.voice.afar import Sound
from jinn.voice.model import to_pcm

ROOT = Path(__file__).parents[1]
HUB, BOX = "10.77.0.1", "10.77.0.2"
APART = "--apart"
WITHIN_S = 60.0


@asynccontextmanager
async def running(*services: Service) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        for service in services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield
        tasks.cancel_scope.cancel()


@contextmanager
def a_worker(folder: Path, join: Path, *, is_apart: bool) -> Iterator["subprocess.Popen[bytes]"]:
    """The other box; on its own side of the cable when it is apart."""
    settings = folder / "settings.toml"
    settings.write_text("[placement]\nspeed = 20.0\nmemory_mib = 300\n")
    work = [sys.executable, "-m", "jinn.hub", "worker", "--join", str(join), "--data", str(folder)]
    # It waits for its end of the cable.
    command = ["unshare", "-n", "sh", "-c", 'read _; exec "$@"', "worker", *work] if is_apart else work
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    log = (folder / "worker.log").open("ab")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
    try:
        if is_apart:
            connect(process)
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


def connect(process: "subprocess.Popen[bytes]") -> None:
    ours = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{process.pid}/ns/net") == ours:
        time.sleep(0.01)
    inside = ["nsenter", "-t", str(process.pid), "-n"]
    subprocess.run(["ip", "link", "add", "hub0", "type", "veth", "peer", "name", "box0"], check=True)
    subprocess.run(["ip", "addr", "add", f"{HUB}/24", "dev", "hub0"], check=True)
    subprocess.run(["ip", "link", "set", "hub0", "up"], check=True)
    subprocess.run(["ip", "link", "set", "box0", "netns", str(process.pid)], check=True)
    subprocess.run([*inside, "ip", "addr", "add", f"{BOX}/24", "dev", "box0"], check=True)
    subprocess.run([*inside, "ip", "link", "set", "box0", "up"], check=True)
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def requests() -> list[bytes]:
    """Each clean recording, as a box is asked for it."""
    clips = [clip for clip in recordings() if clip.condition == "clean" and clip.wake is None]
    return [msgspec.msgpack.encode(Sound(clip.lang, to_pcm(clip.samples()))) for clip in clips]


def models(folder: Path) -> voice.VoiceModels:
    options = voice.EarsOptions(models=voice.ModelOptions(cache=models_folder(), local={}), spoken=folder / "spoken")
    return voice.open_models(options, is_eager=False)


async def until_at(crew: Crew, box: str) -> None:
    with anyio.fail_after(WITHIN_S):
        while crew.place_of(voice.RECOGNITION) != box:  # noqa: ASYNC110 - boxes tell each other by the beat
            await anyio.sleep(0.05)


async def main(*, is_apart: bool) -> None:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "box").mkdir()
        address = HUB if is_apart else "127.0.0.1"
        chosen = WorkersSettings(is_on=True, host="0.0.0.0", port=0, names=[address])
        engine = NatsEngine(folder, listen=listen_options(chosen, folder, clock))
        bus, watching = NatsBus(engine.link), NatsBus(engine.system_link)
        own, local = models(folder), models(folder)
        placing = PlacementSettings(memory_mib=300)
        crew = open_crew(own, placing, "hub", bus=bus, clock=clock)
        async with running(engine, bus, watching, own.shelf, local.shelf, crew):
            steering = Steering(bus=watching, write=engine.write_config)
            desk = WorkerDesk(chosen, folder, own_box="hub", engine=engine, steering=steering, clock=clock)
            join = folder / "box.join"
            join.write_bytes(msgspec.json.encode(await desk.add("box")))
            join.chmod(0o600)
            await local.shelf.load(voice.RECOGNITION)
            with a_worker(folder / "box", join, is_apart=is_apart) as worker:
                await until_at(crew, "box")
                await measure(crew, local, worker, "two namespaces" if is_apart else "loopback")


async def measure(crew: Crew, local: voice.VoiceModels, worker: "subprocess.Popen[bytes]", way: str) -> None:
    asked = requests()
    await crew.ask(voice.RECOGNITION, asked[0], within_s=WITHIN_S)
    await local.work(voice.RECOGNITION, asked[0])
    here_ms, there_ms = [], []
    for request in asked:
        began_s = time.perf_counter()
        await local.work(voice.RECOGNITION, request)
        here_ms.append((time.perf_counter() - began_s) * 1000)
        began_s = time.perf_counter()
        await crew.ask(voice.RECOGNITION, request, within_s=WITHIN_S)
        there_ms.append((time.perf_counter() - began_s) * 1000)
    added_ms = [there - here for here, there in zip(here_ms, there_ms, strict=True)]
    facts = {"way": way, "clips": len(asked), "here_ms": round(median(here_ms)), "there_ms": round(median(there_ms))}
    line("placement.added_latency", median(added_ms), "ms", at_most=40, p90=round(percentile(added_ms, 90)), **facts)
    took_s: list[float] = []

    async def ask() -> None:
        began_s = time.perf_counter()
        await crew.ask(voice.RECOGNITION, asked[0], within_s=WITHIN_S)
        took_s.append(time.perf_counter() - began_s)

    async with anyio.create_task_group() as tasks:
        worker.send_signal(signal.SIGSTOP)
        tasks.start_soon(ask)
        await anyio.sleep(0.05)
        worker.kill()
    line("placement.taken_over", took_s[0], "s", at_most=5, way=way, what="killed in the middle, loaded and done here")


def may_part() -> bool:
    """Whether two network namespaces and a cable can be had without being root."""
    if not all(shutil.which(tool) for tool in ("unshare", "nsenter", "ip")):
        return False
    cable = ["ip", "link", "add", "hub0", "type", "veth", "peer", "name", "box0"]
    return subprocess.run(["unshare", "-rn", *cable], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    if APART in sys.argv:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        anyio.run(lambda: main(is_apart=True), backend_options={"use_uvloop": True})
    elif may_part():
        sys.exit(subprocess.run(["unshare", "-rn", sys.executable, __file__, APART], check=False).returncode)
    else:
        anyio.run(lambda: main(is_apart=False), backend_options={"use_uvloop": True})
