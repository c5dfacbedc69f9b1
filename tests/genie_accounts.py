"""A home whose platform has an account at a scripted vendor's cloud, for tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Names, Secret, SystemClock
from jinn.runtime import Bus, Database, KeySeal
from jinn.things import CommandOutcome, Thing
from jinn.things.genie import SCHEMA, Platform, open_platform
from jinn.things.genie.discovering import Discovered
from jinn.things.genie.links import Vendor
from jinn.things.genie.testing import ScriptedVendor

LAMP = {
    "deviceId": "lamp-7", "deviceName": "灯", "deviceType": "light", "zone": "门厅", "brand": "demo", "model": "L1",
    "icon": "https://h/i.png", "actions": ["TurnOn", "TurnOff", "SetBrightness", "SetColor", "Query"],
    "properties": [{"name": "powerstate", "value": "off"}, {"name": "brightness", "value": 40}],
}  # fmt: skip
COOLER = {
    "deviceId": "ac/1", "deviceName": "空调", "deviceType": "aircondition", "brand": "demo", "model": "A1",
    "actions": ["TurnOn", "TurnOff", "AdjustUpTemperature", "AdjustDownTemperature", "SetMode", "SetWindSpeed",
                "QueryPowerState", "QueryTemperature", "QueryMode"],
    "properties": {"name": "powerstate", "value": True}, "extensions": {"parentId": "p1"},
}  # fmt: skip
METER = {
    "deviceId": "meter", "deviceName": "气象站", "deviceType": "sensor", "zone": "nowhere", "actions": ["Query"],
    "properties": [{"name": "temperature", "value": "21.5"}, {"name": "pm2.5", "value": "12"}],
}  # fmt: skip


@dataclass(slots=True)
class Linked:
    """A home whose platform knows a vendor."""

    home: Home
    bus: Bus
    database: Database
    vendor: ScriptedVendor
    platform: Platform
    told: list[Names] = field(default_factory=list)

    @property
    def vendor_facts(self) -> Vendor:
        return Vendor(
            names=Names(en="Acme", zh="顶点"), authorize_url=f"{self.vendor.url}/authorize?lang=zh",
            token_url=f"{self.vendor.url}/token", gateway_url=f"{self.vendor.url}/gateway", client_id="us",
            client_secret=Secret("sesame"), may_be_private=True, version=self.vendor.version,
        )  # fmt: skip

    async def link(self, glue: str = "&") -> str:
        """As a browser does it; gives the link's id."""
        link, url = await self.platform.begin(self.vendor_facts)
        asked = parse_qs(urlsplit(url).query)
        redirect, state = asked["redirect_uri"][0], asked["state"][0]
        back = f"{redirect}{glue}{urlencode({'code': 'good-code', 'state': state})}"
        _, found = await self.platform.finish(back.partition("?")[2])
        assert isinstance(found, Discovered), found
        return link.id

    def thing(self, device: str) -> Thing:
        for link in self.platform.links.all():
            for thing, known in self.platform.links.devices_of(link.id).items():
                if known.id == device:
                    return self.home.room.registry.thing(thing)
        raise AssertionError(device)

    def said(self, device: str) -> dict[str, object]:
        return {name: one.value for name, one in self.home.room.twins.peek(self.thing(device).id).reported.items()}

    def is_online(self, device: str) -> bool:
        return self.home.room.twins.peek(self.thing(device).id).is_online

    async def order(self, device: str, expires_s: float = 15.0, **values: object) -> list[tuple[CommandOutcome, str]]:
        results = await self.home.room.commander.set_properties(
            self.thing(device).id,
            values,
            expires_s=expires_s,
            by="test",  # type: ignore[arg-type]
        )
        return [(result.outcome, result.code) for result in results]


@asynccontextmanager
async def linked(
    folder: Path, bus: Bus, url: Secret | None = None, every_s: float = 60, vendor: ScriptedVendor | None = None
) -> AsyncIterator[Linked]:
    vendor = vendor or ScriptedVendor(
        devices=[LAMP, COOLER, METER, {"deviceName": "no id"}, LAMP, "nonsense"],  # type: ignore[list-item]
        states={
            "lamp-7": {"powerstate": "off", "brightness": "40", "color": "Red"},
            "ac/1": {"powerstate": "on", "temperature": "24", "mode": "cold", "windspeed": "low"},
            "meter": {"temperature": "21.5", "pm2.5": "12"},
        },
    )
    told: list[Names] = []

    async def tell(text: Names) -> None:
        told.append(text)

    async with (
        a_database(folder, url, others=(SCHEMA,)) as database,
        a_home(database, bus) as home,
        anyio.create_task_group() as tasks,
    ):  # fmt: skip
        platform = await open_platform(
            room=home.room, database=database, seal=KeySeal(bytes(32)), bus=bus, areas=home.areas,
            clock=SystemClock(),
            base_url=lambda: "https://home.example", tell=tell, every_s=every_s,
        )  # fmt: skip
        for service in (vendor, *platform.services):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield Linked(home=home, bus=bus, database=database, vendor=vendor, platform=platform, told=told)
        tasks.cancel_scope.cancel()


async def until(claim: Callable[[], bool], within_s: float = 30) -> None:
    with anyio.fail_after(within_s):
        while not claim():  # noqa: ASYNC110 - any claim, so that no event could be waited for.
            await anyio.sleep(0.01)
