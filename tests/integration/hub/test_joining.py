"""Every way of joining, through one hub: a broker, a Matter fabric, a vendor's cloud; as the contract says it."""

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import anyio
import httpx
import pytest
from broker_parts import PahoClient
from integration.matter_nodes import CODE, a_node, a_server
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jinn.hub.settings import (
    BrokerSettings,
    DoorSettings,
    HomeSettings,
    HttpSettings,
    MatterSettings,
    Settings,
    VoiceSettings,
    read_or_make_token,
)
from jinn.hub.wiring import open_hub
from jinn.runtime import MqttLink
from jinn.things.genie.testing import ScriptedVendor
from jinn.things.matter.testing import ScriptedMatterServer

pytestmark = [
    pytest.mark.anyio,
    # The hub's own start is not what is looked at here.
    pytest.mark.filterwarnings("ignore::litestar.exceptions.base_exceptions.LitestarDeprecationWarning"),
]

CONTRACTS = Path(__file__).parents[3] / "contracts"
VENDOR_LAMP: dict[str, object] = {
    "deviceId": "lamp-7", "deviceName": "灯", "deviceType": "light", "zone": "门厅", "brand": "demo", "model": "L1",
    "actions": ["TurnOn", "TurnOff", "Query"], "properties": [{"name": "powerstate", "value": "off"}],
}  # fmt: skip
ODD_NODE = {"node_id": 9, "available": True, "attributes": {"0/40/1": "Acme", "0/40/3": "Odd box"}}
MQTT_LAMP = {
    "name": None, "uniq_id": "desk-1", "cmd_t": "desk/set", "stat_t": "desk/state",
    "dev": {"ids": ["desk-1"], "name": "Desk lamp", "mf": "Acme", "mdl": "D1"},
}  # fmt: skip


class Asked:
    """The hub's answers, each held against the contract."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        files = ("edge", "jinn")
        bodies = {name: json.loads((CONTRACTS / f"{name}.schema.json").read_text("utf-8")) for name in files}
        self._registry: Registry[object] = Registry().with_resources(
            [(name, Resource.from_contents(body)) for name, body in bodies.items()]
        )

    def fits(self, definition: str, content: object) -> None:
        Draft202012Validator({"$ref": f"{definition}"}, registry=self._registry).validate(content)

    async def found(self) -> dict[str, dict[str, object]]:
        """By their English names."""
        listed = (await self.http.get("/api/joining/found")).json()
        for one in listed:
            self.fits("edge#/$defs/Found", one)
        return {one["names"]["en"]: one for one in listed}

    async def bridges(self) -> dict[str, dict[str, object]]:
        network = (await self.http.get("/api/network")).json()
        self.fits("edge#/$defs/Network", network)
        return {one["name"]: one for one in network["bridges"]}

    async def enter(self, code: str, **more: object) -> dict[str, object]:
        """Until the attempt has ended, as a screen does it."""
        answer = await self.http.post("/api/joining/code", json={"code": code, **more})
        assert answer.status_code == 201, answer.text
        progress: dict[str, object] = answer.json()
        with anyio.fail_after(20):
            while True:
                self.fits("edge#/$defs/Joining", progress)
                if progress["state"] != "working":
                    return progress
                await anyio.sleep(0.02)
                progress = (await self.http.get(f"/api/joining/{progress['id']}")).json()

    async def refused(self, code: str) -> tuple[int, str]:
        answer = await self.http.post("/api/joining/code", json={"code": code})
        problem = answer.json()
        assert problem["message"]
        return answer.status_code, problem["code"]

    async def say(self, text: str, lang: str) -> dict[str, object]:
        answer = await self.http.post("/api/turns/", json={"text": text, "lang": lang, "satellite": "s1"})
        assert answer.status_code == 200, answer.text
        turn: dict[str, object] = answer.json()
        return turn

    async def link(self, vendor: ScriptedVendor) -> str:
        """As a browser does it; gives the link's id."""
        facts = {
            "names": {"en": "Acme", "zh": "顶点"}, "authorize_url": f"{vendor.url}/authorize",
            "token_url": f"{vendor.url}/token", "gateway_url": f"{vendor.url}/gateway", "client_id": "us",
            "client_secret": "sesame", "may_be_private": True,
        }  # fmt: skip
        begun = (await self.http.post("/api/joining/links", json=facts)).json()
        asked = parse_qs(urlsplit(begun["authorize_url"]).query)
        back = urlencode({"code": "good-code", "state": asked["state"][0]})
        page = await self.http.get(f"{asked['redirect_uri'][0]}?{back}", headers={"Authorization": ""})
        assert page.status_code == 200, page.text
        return str(begun["id"])


@asynccontextmanager
async def a_hub(data: Path, *services: ScriptedMatterServer | ScriptedVendor, port: int = 0) -> AsyncIterator[Asked]:
    """A hub without things of its own. `port`: of its broker; 0: none."""
    await anyio.Path(data).mkdir(exist_ok=True)
    token = read_or_make_token(data)
    async with anyio.create_task_group() as tasks:
        for service in services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        matter = next((one.url for one in services if isinstance(one, ScriptedMatterServer)), None)
        settings = Settings(
            http=HttpSettings(port=0), door=DoorSettings(port=0), voice=VoiceSettings(is_on=False),
            home=HomeSettings(demo=False), matter=MatterSettings(url=matter),
            broker=BrokerSettings(is_on=bool(port), port=port or 1884),
        )  # fmt: skip
        async with open_hub(settings, data, token, lambda _: None) as hub:
            base = f"http://127.0.0.1:{hub.http.port}"
            async with httpx.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token.reveal()}"}) as http:
                yield Asked(http)
        tasks.cancel_scope.cancel()


def a_vendor() -> ScriptedVendor:
    return ScriptedVendor(devices=[VENDOR_LAMP], states={"lamp-7": {"powerstate": "off"}})


def a_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def until(is_so: Callable[[], Awaitable[bool]], *, within_s: float = 30) -> None:
    with anyio.fail_after(within_s):
        while not await is_so():  # noqa: ASYNC110 (other processes tell nobody)
            await anyio.sleep(0.05)


async def test_what_every_bridge_found_is_one_list_and_every_bridge_has_a_line(tmp_path: Path) -> None:
    server, vendor, port = a_server(1), a_vendor(), a_free_port()
    server.nodes[9] = dict(ODD_NODE)  # type: ignore[arg-type]
    async with a_hub(tmp_path / "data", server, vendor, port=port) as hub:
        link = await hub.link(vendor)
        client = {"name": "desk", "topics": ["homeassistant/#", "desk/#"]}
        token = (await hub.http.post("/api/broker/clients", json=client)).json()["token"]
        player = PahoClient(link=MqttLink(host="127.0.0.1", port=port), name="desk", password=token).start()
        try:
            await until(lambda: _is(lambda: player.codes == [0]))
            player.client.publish("homeassistant/light/desk/config", json.dumps(MQTT_LAMP), qos=1, retain=True)

            async def are_all_there() -> bool:
                return {"Desk lamp", "Odd box"} <= set(await hub.found())

            await until(are_all_there)
            found = await hub.found()
            ways = {name: (one["via"], one["joined"] is not None) for name, one in found.items()}
            assert ways.pop("Desk lamp") == ("homeassistant", False)
            assert ways.pop("Odd box") == ("matter", False)
            assert sorted(ways.values()) == [("genie", True), ("matter", True)]

            lines = await hub.bridges()
            assert {name: (line["state"], line["things"]) for name, line in lines.items()} == {
                "homeassistant": ("up", 0), f"genie-{link}": ("up", 1), "matter": ("up", 1),
            }  # fmt: skip

            thing = await hub.http.post(f"/api/joining/found/{found['Desk lamp']['id']}", json={})
            assert thing.status_code == 201, thing.text
            hub.fits("jinn#/$defs/Thing", thing.json())
            assert (await hub.found())["Desk lamp"]["joined"] == thing.json()["id"]
            no = await hub.http.post(f"/api/joining/found/{found['Odd box']['id']}", json={})
            assert no.status_code == 400, no.text
            assert (await hub.http.delete(f"/api/joining/found/{found['Odd box']['id']}")).status_code == 204
            assert "Odd box" not in await hub.found()
        finally:
            player.stop()


async def test_a_matter_code_makes_a_thing_with_its_name_and_area(tmp_path: Path) -> None:
    server = a_server()
    server.joining = a_node(1)
    async with a_hub(tmp_path / "data", server) as hub:
        area = (await hub.http.post("/api/areas", json={"names": {"en": "Hall", "zh": "门厅"}})).json()["id"]
        await until(lambda: _line(hub, "matter", "up"))
        assert (await hub.http.post("/api/joining/code", json={"code": CODE, "area": "nowhere"})).status_code == 404
        ended = await hub.enter(CODE, names={"en": "Hall lamp", "zh": "门厅灯"}, area=area)
        assert (ended["state"], ended["via"]) == ("done", "matter"), ended
        thing = (await hub.http.get(f"/api/things/{ended['thing']}")).json()
        assert (thing["names"], thing["area"]) == ({"en": "Hall lamp", "zh": "门厅灯"}, area)
        failed = await hub.enter(CODE)
        problem = failed["problem"]
        assert isinstance(problem, dict)
        assert (failed["state"], failed["thing"], problem["code"]) == ("failed", None, "matter-not-joined")


async def test_codes_that_lead_nowhere_say_at_once_why(tmp_path: Path) -> None:
    async with a_hub(tmp_path / "data") as hub:
        assert await hub.refused("hello") == (400, "code-unknown")
        assert await hub.refused("1234") == (400, "code-unknown")
        assert await hub.refused("34970112331") == (400, "bad-setup-code")
        assert await hub.refused(CODE) == (503, "matter-off")
        lines = await hub.bridges()
        assert {name: line["state"] for name, line in lines.items()} == {"homeassistant": "off", "matter": "off"}
        english = await hub.say(f"add the device with code {CODE}", "en")
        assert "matter.url" in str(english["said"])
        chinese = await hub.say("添加设备，配对码34970112331", "zh")
        assert chinese["said"] == "这个配对码不对，请核对每一位数字。"


async def test_links_are_listed_discovered_and_ended(tmp_path: Path) -> None:
    vendor = a_vendor()
    async with a_hub(tmp_path / "data", vendor) as hub:
        assert (await hub.http.get("/api/joining/links")).json() == []
        link = await hub.link(vendor)
        links = (await hub.http.get("/api/joining/links")).json()
        for one in links:
            hub.fits("edge#/$defs/Link", one)
        assert [(one["id"], one["state"], one["things"]) for one in links] == [(link, "linked", 1)]
        vendor.devices.append({**VENDOR_LAMP, "deviceId": "lamp-8", "deviceName": "台灯"})
        vendor.states["lamp-8"] = {"powerstate": "off"}
        answer = await hub.http.post(f"/api/joining/links/{link}/discover", json={})
        assert (answer.status_code, answer.json()["added"]) == (200, 1)
        assert len(await hub.found()) == 2
        again = await hub.http.post(f"/api/joining/links/{link}/link", json={})
        assert again.json()["authorize_url"].startswith(vendor.url)
        assert (await hub.http.delete(f"/api/joining/links/{link}")).status_code == 204
        assert await hub.found() == {}
        assert (await hub.http.get("/api/joining/links")).json() == []


async def test_spoken_words_discover_and_add(tmp_path: Path) -> None:
    server, vendor = a_server(), a_vendor()
    server.joining = a_node(1)
    async with a_hub(tmp_path / "data", server, vendor) as hub:
        assert (await hub.say("discover devices", "en"))["said"] == (
            "I found nothing new. If the device has a setup code, tell it to me."
        )
        assert "没有发现新设备" in str((await hub.say("搜索新设备", "zh"))["said"])
        await hub.link(vendor)
        vendor.devices.append({**VENDOR_LAMP, "deviceId": "lamp-8", "deviceName": "台灯"})
        vendor.states["lamp-8"] = {"powerstate": "off"}
        assert (await hub.say("find new devices", "en"))["said"] == "1 new device found, 2 in all."
        assert (await hub.say("发现设备", "zh"))["said"] == "没有新设备，一共2个。"
        vendor.trick = lambda name, payload: (500, b"<html>", "")
        assert (await hub.say("discover devices", "en"))["said"] == "Acme did not answer."
        await until(lambda: _line(hub, "matter", "up"))
        added = await hub.say("添加设备，配对码三四九七零幺幺二三三二", "zh")
        assert str(added["said"]).endswith("已经加入家里了。")
        assert [one["via"] for one in (await hub.found()).values()].count("matter") == 1
        gone = await hub.say("add the device with code 3497-011-2332", "en")
        assert "did not join" in str(gone["said"])


async def _is(what: Callable[[], bool]) -> bool:
    return what()


async def _line(hub: Asked, name: str, state: str) -> bool:
    return (await hub.bridges())[name]["state"] == state
