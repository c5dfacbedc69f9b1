"""A home whose lamps can be updated: a things room with firmware, its pages, and devices that the test plays."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio
import httpx
import msgspec
from integration.things_room import LAMP, Home, a_home

from jinn.kernel import Forbidden, HomeId, Names, Secret, SystemClock, ThingId
from jinn.people import Grant
from jinn.runtime import Bus, Caller, Database, HttpOptions, HttpServer, Metrics
from jinn.things import Thing, read_product
from jinn.things.firmware import Desk, FirmwareOptions, FirmwareRoom, Image, Package, open_firmware, pack, public_of
from jinn.things.firmware import routes as firmware_routes
from jinn.things.firmware.model import RolloutId, RolloutState
from jinn.things.frames import DownMessage, UpResult

KEY = Secret(bytes(range(32)).hex())
OTHER_KEY = Secret(bytes(range(1, 33)).hex())


def a_package(folder: Path, version: str = "2.0.0", counter: int = 2, *, key: Secret = KEY, product: str = "testLamp01",
              content: bytes = b"a program") -> Package:  # fmt: skip
    source = folder / f"lamp-{version}.bin"
    source.write_bytes(content)
    return pack(source, key=key, product_key=product, version=version, counter=counter)


@dataclass(slots=True)
class Updates:
    """What a test acts on."""

    home: Home
    room: FirmwareRoom
    http: httpx.AsyncClient
    desk: Desk
    told: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    """The pushes that reached each device."""

    async def image(self, folder: Path, version: str = "2.0.0", counter: int = 2) -> Image:
        package = a_package(folder, version, counter)
        return await self.room.images.add(package.blob, package.content)

    async def lamps(self, count: int) -> list[Thing]:
        """So many lamps beside the first, all connected; they do nothing but remember what they were told."""
        registry = self.home.room.registry
        made = []
        for number in range(count):
            credentials = await registry.add_device(
                "testLamp01", names=Names(en=f"Lamp {number}", zh=f"灯{number}"), device_name=f"d{number}",
                thing_id=ThingId(f"lamp_{number}"),
            )  # fmt: skip
            made.append(registry.thing(credentials.thing))
        for thing in made:
            await self.connect(thing)
        return made

    async def connect(self, thing: Thing, session: str = "s1") -> None:
        async def hear(down: DownMessage) -> None:
            if "/ota/" in down.topic:
                self.told.setdefault(thing.id, []).append(json.loads(down.payload))

        await self.home.door.connect(thing.device, hear, session=session)

    async def inform(self, thing: Thing, version: str) -> UpResult:
        return await self._say(thing, "inform", {"id": 1, "params": {"version": version}})

    async def progress(self, thing: Thing, step: str, desc: str = "", **more: object) -> UpResult:
        return await self._say(thing, "progress", {"id": 2, "params": {"step": step, "desc": desc, **more}})

    async def _say(self, thing: Thing, what: str, body: object) -> UpResult:
        topic = f"/ota/device/{what}/{thing.product_key}/{thing.device_name}"
        return await self.home.door.publish(thing.device, topic, msgspec.json.encode(body))

    async def states(self, rollout: str) -> dict[str, str]:
        found = await self.http.get(f"/api/rollouts/{rollout}")
        return {update["thing"]: update["state"] for update in found.json()["updates"]}

    async def until(self, is_so: Callable[[], bool]) -> None:
        with anyio.fail_after(30):
            while not is_so():  # noqa: ASYNC110 (the leader tells nobody of its looks)
                await anyio.sleep(0.01)

    async def until_ended(self, rollout: str, state: RolloutState) -> None:
        with anyio.fail_after(30):
            while (await self.room.rollouts.rollout(RolloutId(rollout))).state is not state:  # noqa: ASYNC110
                await anyio.sleep(0.01)

    async def until_state(self, rollout: str, things: Sequence[Thing], state: str) -> None:
        with anyio.fail_after(30):
            while {(await self.states(rollout))[thing.id] for thing in things} != {state}:  # noqa: ASYNC110
                await anyio.sleep(0.01)


async def admit(caller: Caller) -> object:
    if caller.token is None:
        raise Forbidden("This needs a token.", code="not-authorized")
    return Grant(home=HomeId("home"), subject=caller.token.reveal())


@asynccontextmanager
async def updates(database: Database, bus: Bus, folder: Path, *, is_led: bool = True) -> AsyncIterator[Updates]:
    """One lamp, not connected; its product's maker has the key `KEY`."""
    desk = Desk()
    async with a_home(database, bus, desk.handlers) as home, anyio.create_task_group() as tasks:
        product = replace(read_product(msgspec.json.encode(LAMP)), update_key=public_of(KEY))
        await home.room.registry.register_product(product)
        options = FirmwareOptions(
            folder=folder / "firmware", base=lambda: f"http://127.0.0.1:{http.port}", every_s=0.05
        )
        room = open_firmware(
            database=database, bus=bus, things=home.room, areas=home.areas, desk=desk, clock=SystemClock(),
            options=options,
        )  # fmt: skip
        http = HttpServer(firmware_routes(room), admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={})
        for service in (*(room.services if is_led else ()), http):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{http.port}", headers={"Authorization": "Bearer owner"}
        ) as client:
            yield Updates(home=home, room=room, http=client, desk=desk)
        tasks.cancel_scope.cancel()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
