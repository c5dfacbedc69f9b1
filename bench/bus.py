"""What the bus costs: messages a second from one process to another task of it, and a request there and back."""

import tempfile
import time
from pathlib import Path

import anyio
from measuring import line

from jinn.runtime import Bus, NatsBus, NatsEngine

MESSAGES = 60_000
BURST = 500
REQUESTS = 10_000
ASKERS = 50
PAYLOAD = b"x" * 200


async def flood(bus: Bus) -> float:
    """Messages a second, published and received by the same process."""
    async with bus.subscribe("bench.flood") as messages:
        began_s = time.perf_counter()
        for _ in range(MESSAGES // BURST):
            for _ in range(BURST):
                await bus.publish("bench.flood", PAYLOAD)
            for _ in range(BURST):
                await anext(messages)
        return MESSAGES / (time.perf_counter() - began_s)


async def ask(bus: Bus, askers: int, count: int) -> tuple[float, float, float]:
    """Requests a second, p50 and p99 in ms."""
    waits: list[float] = []

    async def answer() -> None:
        async with bus.subscribe("bench.ask") as questions:
            listening.set()
            async for question in questions:
                await bus.publish(question.reply, question.payload)

    async def asker() -> None:
        for _ in range(count // askers):
            began_s = time.perf_counter()
            await bus.request("bench.ask", PAYLOAD, within_s=5)
            waits.append(time.perf_counter() - began_s)

    listening = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answer)
        await listening.wait()
        began_s = time.perf_counter()
        async with anyio.create_task_group() as asking:
            for _ in range(askers):
                asking.start_soon(asker)
        took_s = time.perf_counter() - began_s
        tasks.cancel_scope.cancel()
    waits.sort()
    return len(waits) / took_s, waits[len(waits) // 2] * 1e3, waits[len(waits) * 99 // 100] * 1e3


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = NatsEngine(Path(folder))
        bus = NatsBus(engine.link)
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
            await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
            per_s = await flood(bus)
            lone = await ask(bus, 1, 2_000)
            many = await ask(bus, ASKERS, REQUESTS)
            tasks.cancel_scope.cancel()
    line("bus: published and received", per_s, "1/s", cost_us=round(1e6 / per_s, 1))
    line("bus: request, lone asker, p50", lone[1], "ms", p99_ms=round(lone[2], 3))
    line("bus: requests", many[0], "1/s", askers=ASKERS, p50_ms=round(many[1], 3), p99_ms=round(many[2], 3))


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": True})
