"""Is an acknowledged post ever lost when the hub or its nats-server is killed, and how soon are they back?

Ten devices post a hundred properties each, every one once; so each acknowledged post leaves a mark of its own in what
the hub tells of the thing afterwards. Devices come back by themselves and repeat what was not acknowledged.
"""

import contextlib
import json
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
import anyio.to_thread
from measuring import line
from parts.device_load import connect_packet
from parts.whole_hub import engine_of, load

from jinn.things.door.codec import Connack, Decoder, Puback, encode, publish_bytes

from hub_process import HubProcess, running, start  # isort: skip - found once whole_hub has made tests/ known
import itertools

DEVICES = 10
POSTS_EACH = 100
KILL_AFTER = 400
"""Acknowledged posts of the 1,000: early enough that many are under way or still to come."""

PAUSE_S = 0.05
ANSWER_WITHIN_S = 2.0
ALL_WITHIN_S = 60.0
MODEL = {
    "profile": {"productKey": "crashbench"},
    "properties": [
        {"identifier": f"p{index}", "accessMode": "rw",
         "dataType": {"type": "int", "specs": {"min": "0", "max": "1000000"}}}
        for index in range(POSTS_EACH)
    ],
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Posted:
    """What all devices saw."""

    acked: dict[tuple[str, str], int] = field(default_factory=dict)
    acked_at_s: list[float] = field(default_factory=list)
    connects: int = 0
    enough: anyio.Event = field(default_factory=anyio.Event)

    @property
    def away_s(self) -> float:
        """The longest time without an acknowledged post, of any device."""
        times = self.acked_at_s
        return max(after - before for before, after in itertools.pairwise(times))

    def note(self, thing: str, name: str, value: int) -> None:
        self.acked[thing, name] = value
        self.acked_at_s.append(time.monotonic())
        if len(self.acked) >= KILL_AFTER:
            self.enough.set()


@dataclass(slots=True, kw_only=True)
class Device:
    """Posts its properties one after the other, and goes on after every loss of its connection."""

    credentials: dict[str, str]
    port: int
    posted: Posted
    next: int = 0
    value: int = field(default_factory=lambda: time.time_ns() // 1_000_000 % 900_000)
    """Another one each time, so that nothing of an earlier run is taken for this one's."""

    async def run(self) -> None:
        while self.next < POSTS_EACH:
            with contextlib.suppress(OSError, anyio.EndOfStream, anyio.BrokenResourceError, TimeoutError):
                await self._connect_and_post()
            await anyio.sleep(PAUSE_S)

    async def _connect_and_post(self) -> None:
        product, name = self.credentials["productKey"], self.credentials["deviceName"]
        topic = f"/sys/{product}/{name}/thing/event/property/post"
        async with await anyio.connect_tcp("127.0.0.1", self.port) as stream:
            decoder = Decoder()
            await stream.send(encode(connect_packet(name, product, self.credentials["deviceSecret"])))
            await _await(stream, decoder, lambda packet: isinstance(packet, Connack) and packet.code == 0)
            self.posted.connects += 1
            while self.next < POSTS_EACH:
                packet_id, own, value = self.next + 1, f"p{self.next}", self.value + self.next
                body = {"id": str(packet_id), "version": "1.0", "params": {own: value},
                        "method": "thing.event.property.post"}  # fmt: skip
                await stream.send(publish_bytes(topic, json.dumps(body).encode(), qos=1, packet_id=packet_id))
                await _await(
                    stream, decoder, lambda packet, id=packet_id: isinstance(packet, Puback) and packet.packet_id == id
                )
                self.posted.note(self.credentials["thing"], own, value)
                self.next += 1
                await anyio.sleep(PAUSE_S / 5)


async def _await(stream: anyio.abc.SocketStream, decoder: Decoder, is_it: Callable[[object], bool]) -> None:
    with anyio.fail_after(ANSWER_WITHIN_S):
        while True:
            while (packet := decoder.next()) is not None:
                if is_it(packet):
                    return
            decoder.feed(await stream.receive())


async def post_amid(port: int, credentials: list[dict[str, str]], strike: Callable[[], None]) -> Posted:
    """Post everything, with `strike` in the midst of it."""
    posted = Posted()
    with anyio.fail_after(ALL_WITHIN_S):
        async with anyio.create_task_group() as tasks:
            for own in credentials:
                tasks.start_soon(Device(credentials=own, port=port, posted=posted).run)
            await posted.enough.wait()
            await anyio.to_thread.run_sync(strike)
    return posted


def lost(hub: HubProcess, posted: Posted) -> int:
    """Acknowledged posts that the hub does not know of."""
    told = {thing["id"]: thing["properties"] for thing in json.loads(hub.client.get("/api/things"))}
    return sum(told[thing].get(name, {}).get("value") != value for (thing, name), value in posted.acked.items())


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def tell(what: str, hub: HubProcess, posted: Posted) -> None:
    line(f"kill -9 of {what}: acknowledged posts lost", lost(hub, posted), "posts", at_most=0,
         acknowledged=len(posted.acked), devices=DEVICES, connects=posted.connects)  # fmt: skip
    line(f"kill -9 of {what}: longest time without an acknowledged post", posted.away_s, "s", at_most=5, load=load())


def main() -> None:
    port = free_port()
    options = ("--no-demo", "--mqtt-port", str(port))
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), *options) as hub:
        model = json.dumps(MODEL).encode()
        credentials = [json.loads(hub.client.add_device(model, f"meter {n}", None)) for n in range(DEVICES)]
        posted = anyio.run(post_amid, port, credentials, engine_of(hub).kill)
        tell("nats-server", hub, posted)
        again: list[HubProcess] = []

        def kill_and_start() -> None:
            hub.kill()
            again.append(start(hub.data, *options))

        try:
            posted = anyio.run(post_amid, port, credentials, kill_and_start)
            tell("the hub", again[0], posted)
        finally:
            for one in again:
                one.stop()


if __name__ == "__main__":
    main()
