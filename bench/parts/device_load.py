"""Devices for a bench, in a process of their own: bare sockets, so that no client library is measured.

Usage: device_load.py PORT MODE COUNT [WINDOW] [SECONDS] [RATE]; results are one JSON line.
    idle     connect COUNT devices, print, keep them until standard input ends
    flood    COUNT devices, each with WINDOW posts under way, for SECONDS
    paced    COUNT devices, RATE posts a second in all, for SECONDS
"""

import asyncio
import hmac
import json
import sys
import time
from typing import cast

import uvloop

from jinn.things.door.codec import Connack, Connect, Decoder, Puback, Publish, encode, publish_bytes

PRODUCT = "benchproduct"
SECRET = "bench-secret"


def connect_packet(device_name: str, product: str = PRODUCT, secret: str = SECRET) -> Connect:
    free = f"{product}&{device_name}"
    text = f"clientId{free}deviceName{device_name}productKey{product}"
    return Connect(
        client_id=f"{free}|securemode=3,signmethod=hmacsha1,_ss=1|",
        username=f"{device_name}&{product}",
        password=hmac.new(secret.encode(), text.encode(), "sha1").hexdigest().encode(),
        keepalive_s=600,
    )


class Device(asyncio.Protocol):
    """Posts, and counts a post as done when both the PUBACK and the reply have come."""

    def __init__(self, name: str, results: "Results") -> None:
        self.name = name
        self.results = results
        self.decoder = Decoder()
        self.began: dict[int, float] = {}
        self.is_open = asyncio.get_running_loop().create_future()
        self.is_posting = False
        self.sequence = 0
        self.acked = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(encode(connect_packet(self.name)))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionResetError("the door has closed the connection"))
        elif self.is_posting:
            self.results.closed += 1

    def post(self) -> None:
        self.sequence += 1
        number = self.sequence
        payload = (
            f'{{"id":"{number}","version":"1.0","params":{{"power":{number % 2},"brightness":{number % 101}}},'
            f'"method":"thing.event.property.post"}}'
        )
        self.began[number] = time.perf_counter()
        topic = f"/sys/{PRODUCT}/{self.name}/thing/event/property/post"
        self.transport.write(publish_bytes(topic, payload.encode(), qos=1, packet_id=number % 65_535 + 1))

    def data_received(self, data: bytes) -> None:
        self.decoder.feed(data)
        while (packet := self.decoder.next()) is not None:
            if type(packet) is Puback:
                self.acked += 1
            elif type(packet) is Publish:
                self.answered(packet)
            elif type(packet) is Connack:
                if packet.code:
                    self.is_open.set_exception(ConnectionRefusedError(f"CONNACK {packet.code}"))
                else:
                    self.is_open.set_result(None)

    def answered(self, packet: Publish) -> None:
        if not packet.topic.endswith("post_reply"):
            return
        answer = json.loads(packet.payload)
        if answer["code"] != 200:
            self.results.refused += 1
        self.results.latencies_ms.append((time.perf_counter() - self.began.pop(int(answer["id"]))) * 1e3)
        if self.is_posting and not self.results.is_paced:
            self.post()


class Results:
    def __init__(self) -> None:
        self.latencies_ms: list[float] = []
        self.connects_ms: list[float] = []
        self.refused = 0
        self.closed = 0
        self.is_paced = False

    def show(self, seconds: float) -> None:
        print(json.dumps({
            "posts_per_s": len(self.latencies_ms) / seconds, "latency_ms": spread(self.latencies_ms),
            "connect_ms": spread(self.connects_ms), "refused": self.refused, "closed": self.closed,
        }), flush=True)  # fmt: skip


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values) or [0.0]
    return {name: round(ordered[int(len(ordered) * part)], 3) for name, part in (("p50", 0.5), ("p99", 0.99))}


async def connect_all(port: int, first: int, count: int, results: Results) -> list[Device]:
    """One after the other, so that each connect is timed alone."""
    loop = asyncio.get_running_loop()
    devices = []
    for index in range(first, first + count):
        began_s = time.perf_counter()
        _, device = await loop.create_connection(lambda index=index: Device(f"d{index}", results), "127.0.0.1", port)
        await device.is_open
        results.connects_ms.append((time.perf_counter() - began_s) * 1e3)
        devices.append(device)
    return devices


async def main() -> None:
    port, mode, count, window, seconds, rate = (*sys.argv[1:], "1", "5", "1000")[:6]
    results = Results()
    results.is_paced = mode == "paced"
    devices = await connect_all(int(port), 0, int(count), results)
    if mode == "idle":
        results.show(1)
        await asyncio.to_thread(sys.stdin.read)
        return
    for device in devices:
        device.is_posting = True
    began_s = time.perf_counter()
    if mode == "flood":
        for device in devices:
            for _ in range(int(window)):
                device.post()
        await asyncio.sleep(float(seconds))
    else:
        for number in range(int(float(seconds) * int(rate))):
            wait_s = began_s + number / int(rate) - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            devices[number % len(devices)].post()
    took_s = time.perf_counter() - began_s
    for device in devices:
        device.is_posting = False
    await asyncio.sleep(0.2 if mode == "flood" else 1)
    results.show(took_s)


if __name__ == "__main__":
    uvloop.run(main())
