"""A whole hub with its demo home, and the world around it: a vendor's cloud, a Matter fabric, a region, a broker."""

import itertools
import json
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import paho.mqtt.client as paho
from anyio.from_thread import BlockingPortal, start_blocking_portal
from cut_line import Line
from hub_process import HubProcess, start, wait_for_things
from integration.matter_nodes import a_node, a_server
from leaf_parts import NAME, PASSWORD, a_region

from jinn.runtime.listening import free_port
from jinn.things.genie.testing import ScriptedVendor
from jinn.things.matter.testing import ScriptedMatterServer

Json = dict[str, Any]

_numbers = itertools.count(1)

THINGS = 13
PANEL_NAME = "panel.home"
"""Under this name a browser of the same machine is a stranger; `--host-resolver-rules` sends it to loopback."""

VENDOR_LAMP: Json = {
    "deviceId": "lamp-7", "deviceName": "台灯", "deviceType": "light", "zone": "书房", "brand": "Acme", "model": "L1",
    "actions": ["TurnOn", "TurnOff", "Query"], "properties": [{"name": "powerstate", "value": "off"}],
}  # fmt: skip


@dataclass(slots=True)
class World:
    """What the hub can reach, each with its own faults."""

    vendor: ScriptedVendor
    matter: ScriptedMatterServer
    line: Line


@dataclass(slots=True)
class RealHub:
    """A running hub, and calls into the world around it from the test's own thread."""

    process: HubProcess
    world: World
    broker_port: int
    _portal: BlockingPortal

    @property
    def address(self) -> str:
        return self.process.url.rstrip("/") + "/"

    @property
    def stranger_address(self) -> str:
        """Where a screen that is not on this machine would go."""
        return self.address.replace("127.0.0.1", PANEL_NAME)

    def get(self, path: str) -> Any:
        return json.loads(self.process.client.get(path))

    def post(self, path: str, content: object) -> Any:
        return json.loads(self.process.client.post(path, content) or b"null")

    def set(self, thing: str, **values: object) -> None:
        """Ask a thing as any other program of the home would, and wait for its report."""
        self.process.client.put(f"/api/things/{thing}/properties", values)

    def until(self, is_so: Callable[[], bool], *, within_s: float = 30) -> None:
        """Wait for a state that nobody tells of."""
        end_s = time.monotonic() + within_s
        while not is_so():
            assert time.monotonic() < end_s, "it did not come about"
            time.sleep(0.05)

    def do(self, act: Callable[..., Awaitable[object]], *arguments: object) -> None:
        self._portal.call(act, *arguments)

    def remove_matter_things(self) -> None:
        """So that the same device can join once more."""
        for found in self.get("/api/joining/found"):
            if found["via"] == "matter" and found["joined"]:
                self.process.client.delete(f"/api/things/{found['joined']}")
        self.world.matter.joining = a_node(1)

    def cut_the_way_up(self) -> None:
        self.do(self.world.line.cut)

    def mend_the_way_up(self) -> None:
        self._portal.call(self.world.line.mend)

    def fall_silent(self) -> None:
        """As a hub whose machine hangs: its line stays open, and nothing is answered."""
        self.process.process.send_signal(signal.SIGSTOP)

    def wake_up(self) -> None:
        self.process.process.send_signal(signal.SIGCONT)

    @contextmanager
    def desk_lamp(self) -> Iterator[None]:
        """A lamp that announces itself at the broker as Home Assistant's discovery says, and obeys."""
        name = f"desk{next(_numbers)}"
        token = self.post("/api/broker/clients", {"name": name, "topics": ["homeassistant/#", "desk/#"]})["token"]
        client = paho.Client(name)
        client.username_pw_set(name, token)

        def obey(client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            client.publish("desk/state", message.payload, qos=1, retain=True)

        client.on_message = obey
        client.connect("127.0.0.1", self.broker_port)
        client.loop_start()
        try:
            client.subscribe("desk/set", qos=1)
            client.publish("homeassistant/light/desk/config", json.dumps(DESK_LAMP), qos=1, retain=True)
            client.publish("desk/state", "OFF", qos=1, retain=True)
            yield
        finally:
            client.publish("homeassistant/light/desk/config", b"", qos=1, retain=True)
            client.disconnect()
            client.loop_stop()


DESK_LAMP = {
    "name": None, "uniq_id": "desk-1", "cmd_t": "desk/set", "stat_t": "desk/state",
    "dev": {"ids": ["desk-1"], "name": "Desk lamp", "mf": "Acme", "mdl": "D1"},
}  # fmt: skip


@contextmanager
def running(folder: Path) -> Iterator[RealHub]:
    """A hub whose things are all connected; it is not asked to hear."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(a_world(folder)) as world:
        data = folder / "data"
        broker_port = _furnish(data, world)
        process = start(data)
        hub = RealHub(process=process, world=world, broker_port=broker_port, _portal=portal)
        try:
            wait_for_things(process, THINGS)
            yield hub
        finally:
            hub.wake_up()
            hub.process.stop()


def _furnish(data: Path, world: World) -> int:
    """The settings of a home that has all of it; gives the port of its broker."""
    broker_port = free_port("127.0.0.1")
    (data / "vendors").mkdir(parents=True)
    credentials = data / "uplink"
    credentials.write_text(f"{NAME}:{PASSWORD.reveal()}")
    credentials.chmod(0o600)
    (data / "settings.toml").write_text(
        f"""
        [http]
        hosts = ["{PANEL_NAME}"]
        [broker]
        is_on = true
        port = {broker_port}
        [matter]
        url = "{world.matter.url}"
        [engine]
        uplink = "nats-leaf://127.0.0.1:{world.line.port}"
        uplink_credentials = "{credentials}"
        [voice]
        is_on = false
        """
    )
    (data / "vendors/acme.toml").write_text(
        f"""
        authorize_url = "{world.vendor.url}/authorize"
        token_url = "{world.vendor.url}/token"
        gateway_url = "{world.vendor.url}/gateway"
        client_id = "us"
        client_secret = "sesame"
        names = {{ en = "Acme", zh = "顶点" }}
        may_be_private = true
        """
    )
    return broker_port


@asynccontextmanager
async def a_world(folder: Path) -> AsyncIterator[World]:
    vendor = ScriptedVendor(devices=[dict(VENDOR_LAMP)], states={"lamp-7": {"powerstate": "off"}})
    matter = a_server()
    matter.joining = a_node(1)
    async with AsyncExitStack() as stack:
        region = await stack.enter_async_context(a_region(folder / "region"))
        assert region.engine.trunk_port is not None
        line = Line(to_port=region.engine.trunk_port)
        tasks = await stack.enter_async_context(anyio.create_task_group())
        for service in (vendor, matter, line):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        yield World(vendor=vendor, matter=matter, line=line)
        tasks.cancel_scope.cancel()
