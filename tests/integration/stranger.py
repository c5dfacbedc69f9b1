"""A device of somebody else's making at a real door with a real room behind it: raw packets, of whatever kind."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import anyio
from door_parts import Closed, Probe, knocking
from integration.things_room import Home

from jinn.kernel import HomeId, Secret, SystemClock
from jinn.people import TokenBook, authorize
from jinn.things.door import Door, DoorOptions
from jinn.things.door.codec import Connack, Connect, Packet, Publish, Suback, Subscribe

PK = "testLamp01"


class Served(Protocol):
    """A door, or where one is."""

    @property
    def port(self) -> int: ...


@dataclass(frozen=True, slots=True)
class At:
    """The door of a hub that is another process."""

    port: int


@asynccontextmanager
async def a_door(home: Home) -> AsyncIterator[Door]:
    """The door of a home, with everybody let in who signs well."""
    clock, home_id = SystemClock(), HomeId("home")
    tokens = TokenBook(database=home.database, clock=clock, home=home_id, owner_token=Secret("t"))
    allow = partial(authorize, home=home_id, devices=home.room.registry, tokens=tokens, clock=clock)
    door = Door(
        options=DoorOptions(port=0, id="real"), bus=home.door.bus, authorize=allow, clock=clock,
        provisioning=home.room.upkeep.enrolling,
    )  # fmt: skip
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: door.run(task_status=task_status))
        yield door
        tasks.cancel_scope.cancel()


def signature(text: str, secret: str, method: str = "hmacsha1") -> str:
    return hmac.new(secret.encode(), text.encode(), getattr(hashlib, method.removeprefix("hmac"))).hexdigest()


def a_connect(
    name: str = "lamp1",
    secret: str = "s3cret",
    *,
    free: str | None = None,
    method: str = "hmacsha1",
    timestamp: str | None = "1",
    keys: str = "securemode=3,signmethod={method},timestamp={timestamp}",
    is_upper: bool = False,
    **more: object,
) -> Connect:
    """A CONNECT; `keys` is what stands between the bars of its client id."""
    free = free if free is not None else f"{PK}&{name}"
    text = f"clientId{free}deviceName{name}productKey{PK}" + (f"timestamp{timestamp}" if timestamp is not None else "")
    sign = signature(text, secret, method)
    options: dict[str, object] = {"keepalive_s": 60, **more}
    return Connect(
        client_id=f"{free}|{keys.format(method=method, timestamp=timestamp)}|",
        username=f"{name}&{PK}",
        password=(sign.upper() if is_upper else sign).encode(),
        **options,  # type: ignore[arg-type]
    )


def an_enrolment(
    name: str, product_secret: str, kind: str, *, method: str = "hmacsha256", is_upper: bool = False
) -> Connect:
    """A CONNECT of a device that has its product's secret only."""
    sign = signature(f"deviceName{name}productKey{PK}random8Ygb7ULYh53B6OA", product_secret, method)
    return Connect(
        client_id=f"{name}.{PK}|random=8Ygb7ULYh53B6OA,authType={kind},securemode=2,signmethod={method},instanceId=i|",
        username=f"{name}&{PK}",
        password=(sign.upper() if is_upper else sign).encode(),
    )


async def enrolled(door: Served, connect: Connect) -> dict[str, str]:
    """What the device is told, unasked, right behind the CONNACK; with the topic."""
    async with knocking(door.port) as probe:
        await probe.send(connect)
        assert await probe.next() == Connack(0)
        told = await probe.next()
        assert isinstance(told, Publish)
        return {"topic": told.topic, **json.loads(told.payload)}


class Stranger:
    """A connection that remembers what it was not waiting for."""

    def __init__(self, probe: Probe, name: str) -> None:
        self.probe = probe
        self.name = name
        self.heard: list[Publish] = []
        self._number = 0

    def topic(self, rest: str) -> str:
        return f"/sys/{PK}/{self.name}/{rest}"

    async def say(self, topic: str, payload: object, *, qos: int = 1, is_retained: bool = False) -> int:
        """Publish; gives the packet's number."""
        self._number += 1
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        await self.probe.send(Publish(topic, raw, qos, self._number if qos else 0, is_retained=is_retained))
        return self._number

    async def hears(self, topic: str, *, within_s: float = 20) -> dict[str, object]:
        """The next message on that topic."""
        return await self.matching(lambda one: one.topic == topic, within_s=within_s)

    async def matching(self, is_it: object, *, within_s: float = 20) -> dict[str, object]:
        assert callable(is_it)
        while True:
            for one in self.heard:
                if is_it(one):
                    self.heard.remove(one)
                    found = json.loads(one.payload)
                    assert isinstance(found, dict)
                    return found
            packet = await self.probe.next(within_s=within_s)
            if isinstance(packet, Publish):
                self.heard.append(packet)

    async def until(self, kind: type[Packet], *, within_s: float = 20) -> Packet:
        """The next packet of that kind."""
        while True:
            packet = await self.probe.next(within_s=within_s)
            if isinstance(packet, kind):
                return packet
            if isinstance(packet, Publish):
                self.heard.append(packet)

    async def ask(self, rest: str, body: object, *, qos: int = 1) -> dict[str, object]:
        """A request below `/sys`, and its reply."""
        topic = self.topic(rest)
        await self.say(topic, body, qos=qos)
        return await self.hears(f"{topic}_reply")

    async def ext(self, what: str, params: object, **more: object) -> dict[str, object]:
        """A request below `/ext/session`, and its reply."""
        topic = f"/ext/session/{PK}/{self.name}/combine/{what}"
        await self.say(topic, {"id": "1", "params": params, **more})
        return await self.hears(f"{topic}_reply")

    async def subscribe(self, *filters: tuple[str, int]) -> tuple[int, ...]:
        await self.probe.send(Subscribe(9, filters))
        suback = await self.until(Suback)
        assert isinstance(suback, Suback)
        return suback.codes

    async def is_shown_out(self) -> bool:
        try:
            while True:
                await self.probe.next(within_s=20)
        except Closed:
            return True


@asynccontextmanager
async def a_stranger(door: Served, name: str = "lamp1", **options: object) -> AsyncIterator[Stranger]:
    """Let in; raises what `answered` gives otherwise."""
    async with knocking(door.port) as probe:
        await probe.send(a_connect(name, **options))  # type: ignore[arg-type]
        assert await probe.next() == Connack(0)
        yield Stranger(probe, name)


async def answered(door: Served, connect: Connect) -> int:
    """The code of the CONNACK."""
    async with knocking(door.port) as probe:
        await probe.send(connect)
        told = await probe.next()
        assert isinstance(told, Connack)
        return told.code


def is_whole(reply: dict[str, object], code: int) -> bool:
    """Whether a reply has all that SDKs read unasked."""
    kinds = {"code": int, "data": object, "message": str, "method": str, "version": str}
    has_all = all(isinstance(reply.get(name), kind) for name, kind in kinds.items())
    return has_all and "id" in reply and reply["data"] is not None and reply["code"] == code
