"""A home that is a vendor's cloud to others: real rooms, an HTTP server, and things that obey."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import httpx
import msgspec
from integration.things_room import Home, a_database, a_home

from jinn.kernel import HomeId, Names, Secret, SystemClock, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.people import Admitting, Area, Pairing, TokenBook, TokenKind
from jinn.runtime import Bus, HttpOptions, HttpServer, Metrics
from jinn.things import read_product_folder
from jinn.things.alink import Request
from jinn.things.frames import DownMessage
from jinn.things.genie import SCHEMA as GENIE
from jinn.things.genie.cloud import Gateway, Granting, cloud_routes
from jinn.things.genie.testing import ask_gateway

_numbers = itertools.count(1)
PRODUCTS = Path(__file__).parents[1] / "products"
OWNER = Secret("the owner's own")
PLATFORM_CALLBACK = "https://platform.example/oauth/callback"


@dataclass(slots=True)
class Cloud:
    """What a test asks of it."""

    home: Home
    gateway: Gateway
    granting: Granting
    tokens: TokenBook
    pairing: Pairing
    url: str
    token: str

    async def ask(self, namespace: str, name: str, **payload: object) -> dict[str, object]:
        """A request with a good token, past HTTP."""
        return await ask_gateway(self.gateway, namespace, name, {"accessToken": self.token, **payload})

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False)


@asynccontextmanager
async def a_cloud(
    folder: Path,
    bus: Bus,
    *kinds: str,
    trust_loopback: bool = False,
    url: Secret | None = None,
    order_within_s: float = 15,
) -> AsyncIterator[Cloud]:
    clock, home_id = SystemClock(), HomeId("home")
    async with a_database(folder, url, others=(PEOPLE, GENIE)) as database, a_home(database, bus) as home:
        await home.switch_on()
        for kind in kinds:
            await _furnish(home, kind)
        tokens = TokenBook(database=database, clock=clock, home=home_id, owner_token=OWNER)
        pairing = Pairing(database=database, clock=clock, tokens=tokens)
        granting = Granting(database=database, tokens=tokens, clock=clock)
        gateway = Gateway(
            room=home.room, areas=home.areas, tokens=tokens, order_within_s=order_within_s,
            icon_url=lambda kind: f"https://h/genie/icons/{kind}.png",
        )  # fmt: skip
        admitting = Admitting(
            home=home_id, tokens=tokens, devices=home.room.registry, clock=clock, trust_loopback=trust_loopback
        )
        server = HttpServer(
            cloud_routes(gateway, granting, admit=admitting.admit, pairing=pairing),
            admit=admitting.admit,
            options=HttpOptions(port=0),
            metrics=Metrics(),
            checks={},
        )
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: server.run(task_status=task_status))
            token = await tokens.issue(TokenKind.CLOUD, "test")
            yield Cloud(
                home=home, gateway=gateway, granting=granting, tokens=tokens, pairing=pairing,
                url=f"http://127.0.0.1:{server.port}", token=token.reveal(),
            )  # fmt: skip
            tasks.cancel_scope.cancel()


def area(chinese: str, english: str) -> Area:
    return Area(id=english.lower(), names=Names(en=english, zh=chinese))  # type: ignore[arg-type]


async def _furnish(home: Home, folder: str) -> None:
    """A thing of one of our products, with its kind's name as id, whose program obeys every order."""
    product = await home.room.registry.register_product(read_product_folder(PRODUCTS / folder))
    made = await home.room.registry.add_device(
        product.product_key, names=product.names, device_name=f"{folder}1", thing_id=ThingId(folder)
    )
    device = f"{product.product_key}&{made.device_name}"
    await home.door.connect(device, partial(_obey, home, device), session=f"s-{folder}")


async def _obey(home: Home, device: str, down: DownMessage) -> None:
    request = msgspec.json.decode(down.payload, type=Request)
    session = "s-" + device.partition("&")[2][:-1]
    topic = down.topic
    if topic.endswith("property/set"):
        topic, params = topic.replace("service/property/set", "event/property/post"), request.params
        body: dict[str, object] = {"id": f"r{request.id}", "version": "1.0", "params": params}
    else:
        topic, body = f"{topic}_reply", {"id": request.id, "code": 200, "data": {}}
    await home.door.publish(device, topic, msgspec.json.encode(body), session=session)


async def post(home: Home, folder: str, **values: object) -> None:
    """What a thing reports by itself."""
    thing = home.room.registry.thing(ThingId(folder))
    key, _, name = thing.device.partition("&")
    body = {"id": f"p{next(_numbers)}", "version": "1.0", "params": values}
    topic = f"/sys/{key}/{name}/thing/event/property/post"
    await home.door.publish(thing.device, topic, msgspec.json.encode(body), session=f"s-{folder}")
