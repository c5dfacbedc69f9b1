"""Many devices in one process that come back by themselves, and strangers that knock all at once.

As a program: crowd.py PORT FIRST KNOWN KNOCKS lets KNOCKS connections knock at one moment, in the names of KNOWN
devices from `d<FIRST>` on, and prints one JSON line with what they were told.
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import anyio
import uvloop
from parts.device_load import Device, Results, connect_packet

from jinn.things.door.codec import Connack, Decoder, encode

RETRY_FIRST_S = 0.1
RETRY_MAX_S = 15.0
REFUSED_RETRY_S = 5.0
"""As our own device program does it; a jitter of up to a half on top of each."""

TOLD_WITHIN_S = 45.0


class Lasting(Device):
    """Says when its connection has gone."""

    def __init__(self, name: str, results: Results) -> None:
        super().__init__(name, results)
        self.gone = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.gone.set()


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Devices that each connect after a while of their own, and again whenever they lose their connection.

    Attributes:
        here: those that are let in now, by number.
        refused: CONNACKs with a code other than 0.
    """

    port: int
    count: int
    results: Results = field(default_factory=Results)
    here: dict[int, Lasting] = field(default_factory=dict)
    refused: int = 0
    attempts: int = 0

    async def live(self, jitter_s: float) -> None:
        self.results.is_paced = True
        async with anyio.create_task_group() as tasks:
            for number in range(self.count):
                tasks.start_soon(self._one, number, random.uniform(0, jitter_s))

    async def _one(self, number: int, wait_s: float) -> None:
        retry_s = RETRY_FIRST_S
        while True:
            await asyncio.sleep(wait_s)
            try:
                await self._stay(number)
                wait_s = retry_s = RETRY_FIRST_S
            except ConnectionRefusedError as no:
                is_told = "CONNACK" in str(no)
                self.refused += is_told
                wait_s = REFUSED_RETRY_S if is_told else retry_s
            except OSError:
                wait_s = retry_s
            retry_s = min(retry_s * 2, RETRY_MAX_S)
            wait_s *= random.uniform(1, 1.5)

    async def _stay(self, number: int) -> None:
        self.attempts += 1
        loop = asyncio.get_running_loop()
        _, device = await loop.create_connection(lambda: Lasting(f"d{number}", self.results), "127.0.0.1", self.port)
        await device.is_open
        device.is_posting = True
        self.here[number] = device
        await device.gone.wait()
        del self.here[number]

    async def all_here(self, within_s: float) -> float:
        """Seconds until all are let in. Raises TimeoutError."""
        return await until(lambda: len(self.here) == self.count, within_s)

    async def post(self, per_s: int, seconds: float) -> int:
        """So many posts a second in all, by one device after the other; how many were written."""
        began_s, number = time.perf_counter(), 0
        while number < per_s * seconds:
            wait_s = began_s + number / per_s - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            self.here[number % self.count].post()
            number += 1
        return number

    def waiting(self) -> int:
        """Posts without their reply."""
        return sum(len(device.began) for device in self.here.values())


async def until(is_so: Callable[[], bool], within_s: float) -> float:
    began_s = time.perf_counter()
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - what is waited for is plain state
            await asyncio.sleep(0.02)
    return time.perf_counter() - began_s


class Knock(asyncio.Protocol):
    """One connection that stays for as long as it may."""

    def __init__(self, name: str) -> None:
        self.told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._name = name
        self._decoder = Decoder()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).write(encode(connect_packet(self._name)))

    def data_received(self, data: bytes) -> None:
        self._decoder.feed(data)
        packet = self._decoder.next()
        if isinstance(packet, Connack) and not self.told.done():
            self.told.set_result(f"CONNACK {packet.code}")

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.told.done():
            self.told.set_result("closed without a word")


async def knock(port: int, name: str) -> str:
    try:
        async with asyncio.timeout(TOLD_WITHIN_S):
            _, one = await asyncio.get_running_loop().create_connection(lambda: Knock(name), "127.0.0.1", port)
            return await one.told
    except TimeoutError:
        return "nothing in time"
    except OSError as no:
        return f"no connection: {no.strerror}"


async def main() -> None:
    port, first, known, knocks = map(int, sys.argv[1:])
    began_s = time.perf_counter()
    told: Counter[str] = Counter()

    async def one(name: str) -> None:
        told[await knock(port, name)] += 1

    async with anyio.create_task_group() as tasks:
        for number in range(knocks):
            tasks.start_soon(one, f"d{first + number % known}")
    print(json.dumps({"told": told, "took_s": round(time.perf_counter() - began_s, 2)}), flush=True)
    with contextlib.suppress(BrokenPipeError):
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(main())
