"""Property posts a second from frames to a durable twin, and how long one waits at 1,000 a second.

The hub (room, SQLite, bus client) is this process; a door's end of the bus, playing 50 devices, is another.
Each device has at most `WINDOW` posts unanswered, as device SDKs do. MQTT itself is not in it: see bench/door.py.
"""

import itertools
import json
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from pathlib import Path

import anyio
import msgspec
from measuring import line

from jinn.kernel import Names, Secret, SystemClock, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.runtime import NatsBus, NatsEngine, NatsLink, open_database
from jinn.things import SCHEMA, open_things, product_from_model
from jinn.things.frames import SHARD_COUNT, Presence, UpAnswer, UpFrame, UpMessage
from jinn.things.testing import FixedAreas

DEVICES = 50
WINDOW = 4
FLOOD_S = 6.0
PACED_S = 5.0
PACED_PER_S = 1_000
FRAME_MAX = 64

MODEL = msgspec.json.encode(
    {
        "profile": {"productKey": "benchLamp"},
        "properties": [
            {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {}}},
            {"identifier": "brightness", "accessMode": "rw",
             "dataType": {"type": "int", "specs": {"min": "0", "max": "100"}}},
            {"identifier": "temperature", "accessMode": "r", "dataType": {"type": "double", "specs": {}}},
        ],
    }
)  # fmt: skip

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(UpAnswer)


class Playing:
    """50 devices behind a door: what waits is sent as one frame for each shard."""

    def __init__(self, bus: NatsBus) -> None:
        self.bus = bus
        self.numbers = itertools.count(1)
        self.waits: list[float] = []
        self.refused = 0

    def message(self, index: int) -> UpMessage:
        number = next(self.numbers)
        payload = (
            b'{"id":"%d","version":"1.0","params":{"on":1,"brightness":%d,"temperature":%d.5},'
            b'"method":"thing.event.property.post","sys":{"ack":1}}' % (number, number % 100, number % 30)
        )
        device = f"benchLamp&d{index}"
        topic = f"/sys/benchLamp/d{index}/thing/event/property/post"
        return UpMessage(id=number, device=device, session="s", topic=topic, payload=payload, qos=1)

    async def send(self, shard: int, messages: list[UpMessage], asked_s: float) -> None:
        frame = _encoder.encode(UpFrame(door="bench", messages=tuple(messages)))
        answer = _decoder.decode(await self.bus.request(f"up.{shard}", frame, within_s=10))
        waited = time.perf_counter() - asked_s
        for result in answer.results:
            is_ok = result.is_kept and bool(result.down) and b'"code":200' in result.down[0].payload
            self.refused += not is_ok
            self.waits.append(waited)

    async def flood(self) -> float:
        """Every device sends again as soon as it is answered."""
        shards: dict[int, list[int]] = defaultdict(list)
        for index in range(DEVICES):
            shards[zlib.crc32(f"benchLamp&d{index}".encode()) % SHARD_COUNT].append(index)
        ends_s = time.perf_counter() + FLOOD_S

        async def keep_sending(shard: int, devices: list[int]) -> None:
            while time.perf_counter() < ends_s:
                await self.send(shard, [self.message(index) for index in devices], time.perf_counter())

        began_s = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for shard, devices in shards.items():
                for _ in range(WINDOW):
                    tasks.start_soon(keep_sending, shard, devices)
        return len(self.waits) / (time.perf_counter() - began_s)

    async def paced(self) -> None:
        """One post each millisecond, from one device after the other."""
        self.waits.clear()
        began_s = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for number in range(int(PACED_S * PACED_PER_S)):
                due_s = began_s + number / PACED_PER_S
                await anyio.sleep(max(0.0, due_s - time.perf_counter()))
                index = number % DEVICES
                shard = zlib.crc32(f"benchLamp&d{index}".encode()) % SHARD_COUNT
                tasks.start_soon(self.send, shard, [self.message(index)], due_s)


async def play(link: NatsLink) -> None:
    bus = NatsBus(lambda: link)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        playing = Playing(bus)
        for index in range(DEVICES):
            device = f"benchLamp&d{index}"
            arrival = Presence(id=next(playing.numbers), device=device, session="s", is_online=True, at_ms=1)
            frame = _encoder.encode(UpFrame(door="bench", presences=(arrival,)))
            await bus.request(f"up.{zlib.crc32(device.encode()) % SHARD_COUNT}", frame, within_s=5)
        per_s = await playing.flood()
        flood = sorted(playing.waits)
        await playing.paced()
        paced = sorted(playing.waits)
        tasks.cancel_scope.cancel()
    figures = {"per_s": per_s, "refused": playing.refused, "posts": len(flood) + len(paced)}
    for name, waits in (("flood", flood), ("paced", paced)):
        figures[f"{name}_p50_ms"] = waits[len(waits) // 2] * 1e3
        figures[f"{name}_p99_ms"] = waits[len(waits) * 99 // 100] * 1e3
    print(json.dumps(figures))


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = NatsEngine(Path(folder))
        bus = NatsBus(engine.link)
        async with (
            anyio.create_task_group() as tasks,
            open_database((PEOPLE, SCHEMA), folder=Path(folder) / "data") as database,
        ):
            await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
            await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
            room = await open_things(database=database, bus=bus, areas=FixedAreas(), clock=SystemClock())
            for service in room.services:
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            await room.registry.register_product(product_from_model(MODEL))
            for index in range(DEVICES):
                names = Names(en=f"lamp {index}", zh=f"灯{index}")
                await room.registry.add_device(
                    "benchLamp", names=names, device_name=f"d{index}", thing_id=ThingId(f"d{index}")
                )
            link = engine.link()
            password = link.password.reveal() if link.password is not None else ""
            before_s = time.process_time()
            arguments = [sys.executable, __file__, link.url, link.user]
            child = await anyio.run_process(arguments, input=password.encode(), stderr=None)
            hub_cpu_s = time.process_time() - before_s
            figures = json.loads(child.stdout)
            tasks.cancel_scope.cancel()
    assert figures["refused"] == 0, figures
    line(
        "posts of 50 devices: frame → twin stored durably → reply",
        figures["per_s"],
        "1/s",
        at_least=7_000,
        p50_ms=round(figures["flood_p50_ms"], 2),
        p99_ms=round(figures["flood_p99_ms"], 2),
        hub_cpu_us_per_post=round(hub_cpu_s / figures["posts"] * 1e6, 1),
    )
    line(
        "the same at 1,000/s, p99",
        figures["paced_p99_ms"],
        "ms",
        at_most=30,
        p50_ms=round(figures["paced_p50_ms"], 2),
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        password = sys.stdin.read()
        anyio.run(
            play,
            NatsLink(url=sys.argv[1], user=sys.argv[2], password=Secret(password) if password else None),
            backend_options={"use_uvloop": True},
        )
    else:
        anyio.run(main, backend_options={"use_uvloop": True})
