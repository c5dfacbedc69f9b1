"""One home as the platform of another home's cloud: what either side may say, the other must understand."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import pytest
from genie_home import OWNER, Cloud, a_cloud, post
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Names, Secret, SystemClock, ThingId
from jinn.runtime import KeySeal, NatsBus
from jinn.runtime.testing import InMemoryBus
from jinn.things import CommandOutcome
from jinn.things.genie import SCHEMA as GENIE
from jinn.things.genie import Platform, open_platform
from jinn.things.genie.links import Vendor

pytestmark = pytest.mark.anyio
CALLBACK = "https://platform.example/oauth/callback"


@dataclass(slots=True)
class Pair:
    """`cloud` has the things, `home` sees them."""

    cloud: Cloud
    home: Home
    platform: Platform

    def theirs(self, thing: str) -> ThingId:
        link = self.platform.links.all()[0]
        return next(ours for ours, device in self.platform.links.devices_of(link.id).items() if device.id == thing)

    def seen(self, thing: str, property_name: str) -> object:
        said = self.home.room.twins.peek(self.theirs(thing)).reported.get(property_name)
        return said.value if said else None

    def really(self, thing: str, property_name: str) -> object:
        return self.cloud.home.room.twins.peek(ThingId(thing)).reported[property_name].value

    async def order(self, thing: str, **values: object) -> list[tuple[CommandOutcome, str]]:
        results = await self.home.room.commander.set_properties(self.theirs(thing), values, expires_s=15, by="test")  # type: ignore[arg-type]
        return [(result.outcome, result.code) for result in results]

    async def link(self) -> None:
        """As an owner's browser does it: there, approve, and back."""
        async with self.cloud.browser() as browser:
            made = await browser.post(
                "/api/genie/clients", json={"name": "Other home", "redirect_uris": [CALLBACK]},
                headers={"Authorization": f"Bearer {OWNER.reveal()}"},
            )  # fmt: skip
            told = made.json()
            vendor = Vendor(
                names=Names(en="Other home", zh="另一个家"), authorize_url=f"{self.cloud.url}/oauth/authorize",
                token_url=f"{self.cloud.url}/oauth/token", gateway_url=f"{self.cloud.url}/genie/gateway",
                client_id=told["client_id"], client_secret=Secret(told["client_secret"]), may_be_private=True,
            )  # fmt: skip
            _, url = await self.platform.begin(vendor)
            page = await browser.get(url)
            fields = {
                piece.split('"')[0]: piece.split('value="')[1].split('"')[0].replace("&amp;", "&")
                for piece in page.text.split('type="hidden" name="')[1:]
            }
            sent = await browser.post("/oauth/authorize", data={**fields, "decision": "allow"})
            back = sent.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")
        assert back.startswith(CALLBACK)
        await self.platform.finish(urlsplit(back).query)


@asynccontextmanager
async def a_pair(folder: Path, bus: NatsBus) -> AsyncIterator[Pair]:
    async def tell(text: Names) -> None:
        del text

    kinds = ("light", "color_light", "air_conditioner", "curtain", "television", "fridge", "vacuum")
    async with (
        a_cloud(folder / "cloud", InMemoryBus(), *kinds, trust_loopback=True) as cloud,
        a_database(folder / "home", others=(GENIE,)) as database,
        a_home(database, bus) as home,
        anyio.create_task_group() as tasks,
    ):
        platform = await open_platform(
            room=home.room, database=database, seal=KeySeal(bytes(32)), bus=bus, areas=home.areas,
            clock=SystemClock(),
            base_url=lambda: "https://platform.example", tell=tell, every_s=0.4,
        )  # fmt: skip
        for service in platform.services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield Pair(cloud=cloud, home=home, platform=platform)
        tasks.cancel_scope.cancel()


async def until(claim: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not claim():  # noqa: ASYNC110 - any claim, so that no event could be waited for.
            await anyio.sleep(0.01)


async def test_two_homes_link_discover_order_and_see(tmp_path: Path, bus: NatsBus) -> None:
    async with a_pair(tmp_path, bus) as pair:
        await post(pair.cloud.home, "light", on=0, brightness=20, color_temperature=3000)
        await post(pair.cloud.home, "color_light", on=1, brightness=20, color="#ff0000")
        await post(pair.cloud.home, "air_conditioner", on=0, mode=0, target_temperature=22.0, fan=1, temperature=20.0)
        await post(pair.cloud.home, "curtain", position=0)
        await post(pair.cloud.home, "television", on=0, volume=5, mute=0, channel=7)
        await post(pair.cloud.home, "fridge", cold_target=5)
        await pair.link()
        await until(lambda: all(twin.is_online for twin in map(pair.home.room.twins.peek, map(pair.theirs, (
            "light", "color_light", "air_conditioner", "curtain", "television", "fridge", "vacuum", "hall_lamp",
        )))))  # fmt: skip
        done: tuple[tuple[str, str, object, str, object], ...] = (
            ("light", "powerstate", 1, "on", 1),
            ("light", "brightness", 65, "brightness", 65),
            ("light", "colortemperature", 4100, "color_temperature", 4100),
            ("color_light", "color", "#0000ff", "color", "#0000ff"),
            ("air_conditioner", "powerstate", 1, "on", 1),
            ("air_conditioner", "mode", 4, "mode", 4),
            ("air_conditioner", "targettemperature", 25.5, "target_temperature", 25.5),
            ("air_conditioner", "windspeed", 3, "fan", 3),
            ("curtain", "powerstate", 1, "position", 100),
            ("television", "volume", 33, "volume", 33),
            ("television", "mute", 1, "mute", 1),
            ("television", "channel", 12, "channel", 12),
            ("fridge", "targettemperature", 3.0, "cold_target", 3),
        )
        for thing, name, value, theirs, reported in done:
            assert await pair.order(thing, **{name: value}) == [(CommandOutcome.CONFIRMED, "")], (thing, name)
            assert pair.really(thing, theirs) == reported
        # What is changed there is seen here, without anybody asking for it.
        await post(pair.cloud.home, "light", on=0)
        await until(lambda: pair.seen("light", "powerstate") == 0)


async def test_what_fails_there_is_told_here(tmp_path: Path, bus: NatsBus) -> None:
    async with a_pair(tmp_path, bus) as pair:
        await pair.link()
        await until(lambda: pair.home.room.twins.peek(pair.theirs("light")).is_online)
        device = pair.cloud.home.room.registry.thing(ThingId("light")).device
        await pair.cloud.home.door.disconnect(device, session="s-light")
        ((outcome, _),) = await pair.order("light", powerstate=1)
        assert outcome in (CommandOutcome.TIMED_OUT, CommandOutcome.OFFLINE)
        await until(lambda: not pair.home.room.twins.peek(pair.theirs("light")).is_online)
        ((outcome, code),) = await pair.order("fridge", targettemperature=40.0)
        assert (outcome, code) == (CommandOutcome.REFUSED, "460")
        client = (await pair.cloud.granting.clients())[0]
        await pair.cloud.granting.remove(client.id)
        await until(lambda: pair.platform.links.all()[0].state.value == "broken")
