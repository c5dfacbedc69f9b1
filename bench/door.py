"""What the door alone costs: an idle connection, a connect, a post and its reply from a hub that only says yes."""

import gc
import hmac
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import msgspec
import psutil
from measuring import line
from parts.device_load import PRODUCT, SECRET

from jinn.kernel import Forbidden, HomeId, SystemClock
from jinn.people.grants import DeviceProof, Grant
from jinn.runtime import Bus, NatsBus, NatsEngine
from jinn.things.door import Door, DoorOptions, Limits
from jinn.things.frames import DownMessage, UpAnswer, UpFrame, UpResult

CLIENTS = 50
SECONDS = 5
IDLE_FIRST = 200
IDLE_MORE = 2_000
LOAD = Path(__file__).parent / "parts" / "device_load.py"
LIMITS = Limits(connects_burst=100_000)


async def authorize(proof: DeviceProof) -> Grant:
    made = hmac.new(SECRET.encode(), proof.text.encode(), proof.method.removeprefix("hmac")).hexdigest()
    if not hmac.compare_digest(made, proof.signature.lower()):
        raise Forbidden("The signature is wrong.")
    own = f"{PRODUCT}/{proof.device_name}"
    roots = ("/sys/{own}/#", "/{own}/user/#", "/ota/device/inform/{own}", "/ext/ntp/{own}/#", "/ext/session/{own}/#")
    patterns = tuple(root.format(own=own) for root in roots)
    return Grant(home=HomeId("home"), subject=f"device:{own}", publish=patterns, subscribe=patterns)


async def say_yes(bus: Bus, *, task_status: anyio.abc.TaskStatus[None]) -> None:
    """A hub that keeps nothing and replies to everything."""
    decoder, encoder = msgspec.msgpack.Decoder(UpFrame), msgspec.msgpack.Encoder()
    async with bus.subscribe("up.*", queue="hub") as messages:
        task_status.started()
        async for message in messages:
            frame = decoder.decode(message.payload)
            results = [UpResult(entry.id, True) for entry in frame.presences]
            for entry in frame.messages:
                told = {"id": json.loads(entry.payload)["id"], "code": 200, "data": {}, "message": "success"}
                down = DownMessage(entry.device, f"{entry.topic}_reply", msgspec.json.encode(told))
                results.append(UpResult(entry.id, True, (down,)))
            await bus.publish(message.reply, encoder.encode(UpAnswer(tuple(results))))


async def load(port: int, *arguments: object) -> dict[str, dict[str, float]]:
    done = await anyio.run_process([sys.executable, str(LOAD), str(port), *map(str, arguments)], stderr=None)
    return dict(json.loads(done.stdout))


@asynccontextmanager
async def idle(port: int, count: int) -> AsyncIterator[dict[str, dict[str, float]]]:
    command = [sys.executable, str(LOAD), str(port), "idle", str(count)]
    async with await anyio.open_process(command, stdin=subprocess.PIPE, stderr=None) as devices:
        assert devices.stdout is not None
        yield dict(json.loads(await devices.stdout.receive()))
        devices.terminate()


def resident_bytes() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)


async def idle_connection(port: int) -> tuple[float, dict[str, float]]:
    """Bytes of this process for each further connection, and the time of a connect in ms."""
    async with idle(port, IDLE_FIRST):
        before = resident_bytes()
    await anyio.sleep(0.5)
    async with idle(port, IDLE_FIRST + IDLE_MORE) as result:
        return (resident_bytes() - before) / IDLE_MORE, result["connect_ms"]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = NatsEngine(Path(folder))
        bus = NatsBus(engine.link)
        door = Door(options=DoorOptions(port=0, limits=LIMITS), bus=bus, authorize=authorize, clock=SystemClock())
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
            await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
            await tasks.start(lambda *, task_status: say_yes(bus, task_status=task_status))
            await tasks.start(lambda *, task_status: door.run(task_status=task_status))
            memory, connect_ms = await idle_connection(door.port)
            line("door.idle_connection", memory / 1024, "kB", at_most=6, connections=IDLE_MORE)
            line("door.connect", connect_ms["p50"], "ms", p99=connect_ms["p99"])
            for window in (1, 4):
                flood = await load(door.port, "flood", CLIENTS, window, SECONDS)
                line("door.posts", float(flood["posts_per_s"]), "1/s", at_least=7_000, clients=CLIENTS,  # type: ignore[arg-type]
                     window=window, p50_ms=flood["latency_ms"]["p50"], p99_ms=flood["latency_ms"]["p99"],
                     per_frame=round(door.counts.received / door.counts.frames, 1))  # fmt: skip
            paced = await load(door.port, "paced", CLIENTS, 1, SECONDS, 1_000)
            line("door.post_at_1000_per_s", paced["latency_ms"]["p50"], "ms", p99=paced["latency_ms"]["p99"])
            tasks.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
