"""How many updates of sensors a second come over MQTT before a screen sees them late? Against Home Assistant.

`--home-assistant PYTHON` (or JINN_HOME_ASSISTANT) is the Python of an environment with the package `homeassistant`.
Both hear the same messages over the same kind of broker; each is watched over its own WebSocket, as its screens are.
An update is seen when its value or a later one of the same sensor is: what is newer makes what is older of no use.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import psutil
import websockets
from measuring import line, percentile

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "bench")]

from broker_parts import a_broker, started  # noqa: E402
from hub_process import running  # noqa: E402
from parts.home_assistant import free_port, home_assistant  # noqa: E402

from jinn.kernel import Secret  # noqa: E402
from jinn.runtime import MqttLink  # noqa: E402
from jinn.things.door.codec import Publish  # noqa: E402
from jinn.things.mqtt import MqttClient  # noqa: E402

SENSORS = 200
WARM_UP_RATE, TRIES = 200, 2
RATES = (500, 1_000, 1_500, 2_000, 3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000)
LAST_S = 4.0
LATE_MS = 100.0
_TICK_S = 0.005


@dataclass
class Sights:
    """When each update was sent, and when it was seen."""

    sent_s: list[float] = field(default_factory=list)
    waiting: dict[int, list[int]] = field(default_factory=dict)
    late_ms: list[float] = field(default_factory=list)

    def send(self, sensor: int) -> int:
        number = len(self.sent_s)
        self.sent_s.append(time.perf_counter())
        self.waiting.setdefault(sensor, []).append(number)
        return number

    def see(self, sensor: int, number: int) -> None:
        now_s = time.perf_counter()
        waiting = self.waiting.get(sensor, [])
        while waiting and waiting[0] <= number:
            self.late_ms.append((now_s - self.sent_s[waiting.pop(0)]) * 1_000)

    @property
    def is_done(self) -> bool:
        return not any(self.waiting.values())


class Silent:
    """A listener of a client that only sends."""

    def connected(self) -> None: ...
    def heard(self, message: Publish) -> None: ...
    def disconnected(self) -> None: ...


def config(sensor: int) -> tuple[str, bytes]:
    document = {
        "name": "Level", "state_topic": f"bench/{sensor}", "value_template": "{{ value_json.level }}",
        "unit_of_measurement": "lx", "state_class": "measurement", "unique_id": f"bench_{sensor}",
        "object_id": f"bench_{sensor}", "device": {"identifiers": [f"bench_{sensor}"], "name": f"Bench {sensor}"},
    }  # fmt: skip
    return f"homeassistant/sensor/bench_{sensor}/level/config", json.dumps(document).encode()


async def announce(client: MqttClient) -> None:
    for sensor in range(SENSORS):
        client.publish(*config(sensor), qos=1, is_retained=True)
        client.publish(f"bench/{sensor}", b'{"level": 0}', qos=0)
        await asyncio.sleep(0.002)


async def at_rate(client: MqttClient, sights: Sights, rate: int) -> bool:
    """Send at that rate for a while. Gives whether everything was seen in the end."""
    began_s, count = time.perf_counter(), 0
    while (elapsed_s := time.perf_counter() - began_s) < LAST_S:
        for _ in range(int(elapsed_s * rate) - count):
            sensor = count % SENSORS
            client.publish(f"bench/{sensor}", b'{"level": %d, "battery": 90}' % sights.send(sensor))
            count += 1
        await asyncio.sleep(_TICK_S)
    for _ in range(200):
        if sights.is_done:
            return True
        await asyncio.sleep(0.05)
    return False


async def climb(client: MqttClient, new_sights: Callable[[Sights], None], busy: psutil.Process) -> dict[str, object]:
    """Rates upwards until updates are seen late: the highest that was not, and every step."""
    best, steps = 0, []
    number = 1
    # Neither side is judged by its first second; a rate that was missed is tried once more, for the machine is shared.
    for rate in (WARM_UP_RATE, *(rate for rate in RATES for _ in range(TRIES))):
        if rate == best:
            continue
        sights = Sights(sent_s=[0.0] * number)
        new_sights(sights)
        before = _processor_s(busy)
        is_whole = await at_rate(client, sights, rate)
        cpu_us = (_processor_s(busy) - before) * 1e6 / max(1, len(sights.sent_s) - number)
        number = len(sights.sent_s)
        if rate == WARM_UP_RATE:
            continue
        p99 = percentile(sights.late_ms, 99) if sights.late_ms else float("inf")
        steps.append([rate, round(percentile(sights.late_ms or [0], 50), 1), round(p99, 1), round(cpu_us)])
        if is_whole and p99 <= LATE_MS:
            best = rate
        elif [step[0] for step in steps].count(rate) == TRIES:
            break
    return {"best": best, "steps": steps}


def _processor_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@asynccontextmanager
async def sender(link: MqttLink) -> AsyncIterator[MqttClient]:
    client = MqttClient(lambda: link, client_id="bench-sender", filters=(), listener=Silent())
    async with anyio.create_task_group() as tasks:
        await started(tasks, client)
        yield client
        tasks.cancel_scope.cancel()


async def measure_peer(python: Path, folder: Path) -> dict[str, object]:
    async with a_broker(folder / "broker") as broker, home_assistant(python, folder / "ha") as peer:
        password = await broker.clients.add(
            "assistant", publish=["homeassistant/#"], subscribe=["homeassistant/#", "bench/#"]
        )
        link = broker.link
        await peer.join_broker(host=link.host, port=link.port, user="assistant", password=password.reveal())
        async with sender(link) as client, peer.events() as events, anyio.create_task_group() as tasks:
            await announce(client)
            for _ in range(120):
                if sum(name.startswith("sensor.bench_") for name in await peer.states()) >= SENSORS:
                    break
                await asyncio.sleep(0.5)
            seen: list[Sights] = [Sights()]

            async def watch() -> None:
                async for message in events:
                    data = json.loads(message)["event"]["data"]
                    name = data["entity_id"]
                    if name.startswith("sensor.bench_") and data["new_state"]:
                        state = data["new_state"]["state"]
                        if state.isdigit():
                            seen[0].see(int(name.removeprefix("sensor.bench_").split("_")[0]), int(state))

            tasks.start_soon(watch)
            found = await climb(client, lambda sights: seen.__setitem__(0, sights), _listener(peer.url))
            tasks.cancel_scope.cancel()
    return found


def _listener(url: str) -> psutil.Process:
    """The process that serves this address."""
    port = int(url.rpartition(":")[2])
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == port and connection.status == "LISTEN" and connection.pid:
            return psutil.Process(connection.pid)
    raise RuntimeError("Nobody serves that port.")


async def measure_own(folder: Path) -> dict[str, object]:
    data, port = folder / "hub", free_port()
    data.mkdir(parents=True)
    settings = f"[broker]\nis_on = true\nport = {port}\n[voice]\nis_on = false\n[home]\ndemo = false\n"
    (data / "settings.toml").write_text(settings)
    with running(data) as hub:
        made = json.loads(
            hub.client.post("/api/broker/clients", {"name": "bench", "topics": ["homeassistant/#", "bench/#"]})
        )
        link = MqttLink(host="127.0.0.1", port=port, user="bench", password=Secret(made["token"]))
        address = hub.url.rstrip("/").replace("http", "ws") + "/ws/screen"
        async with sender(link) as client, anyio.create_task_group() as tasks:
            await announce(client)
            things = await _joined(hub)
            seen: list[Sights] = [Sights()]

            async def watch(*, task_status: anyio.abc.TaskStatus[None]) -> None:
                async with websockets.connect(address, max_size=None, ping_interval=None) as socket:
                    await socket.recv()
                    task_status.started()
                    async for message in _until_closed(socket):
                        said = json.loads(message)
                        if said["type"] == "thing" and said["thing"]["id"] in things:
                            level = said["thing"]["properties"].get("level")
                            if level is not None and level["value"] is not None:
                                seen[0].see(things[said["thing"]["id"]], int(level["value"]))

            await tasks.start(watch)
            found = await climb(client, lambda sights: seen.__setitem__(0, sights), psutil.Process(hub.process.pid))
            tasks.cancel_scope.cancel()
    return found


async def _until_closed(socket: websockets.ClientConnection) -> AsyncIterator[str | bytes]:
    """A screen that cannot keep up is closed: then nothing more is seen, and the rate was too high."""
    with suppress(websockets.ConnectionClosed):
        async for message in socket:
            yield message


async def _joined(hub: object) -> dict[str, int]:
    """Every sensor made a thing: its id, and which it is."""
    found: list[dict[str, str]] = []
    for _ in range(100):
        found = json.loads(hub.client.get("/api/joining/found"))  # type: ignore[attr-defined]
        if len(found) >= SENSORS:
            break
        await asyncio.sleep(0.1)
    things: dict[str, int] = {}
    for one in found:
        made = json.loads(hub.client.post(f"/api/joining/found/{one['id']}", {}))  # type: ignore[attr-defined]
        things[made["id"]] = int(one["names"]["en"].removeprefix("Bench "))  # type: ignore[index]
        await asyncio.sleep(0)
    return things


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home-assistant", default=os.environ.get("JINN_HOME_ASSISTANT", ""))
    parser.add_argument("--data", help="Of no use here; other benches take it.")
    python = parser.parse_args().home_assistant
    folder = Path(tempfile.mkdtemp())
    try:
        own = await measure_own(folder)
        facts = {"steps": own["steps"], "sensors": SENSORS, "load": round(os.getloadavg()[0], 1)}
        if not python:
            missing = "no Home Assistant: give --home-assistant the Python of an environment that has it"
            line("mqtt_updates_per_s", float(own["best"]), "updates/s", missing=missing, **facts)  # type: ignore[arg-type]
            return
        peer = await measure_peer(Path(python), folder / "peer")
        ratio = float(own["best"]) / max(1.0, float(peer["best"]))  # type: ignore[arg-type]
        line(
            "mqtt_updates_against_home_assistant", ratio, "times", at_least=2, own_per_s=own["best"],
            peer_per_s=peer["best"], peer_steps=peer["steps"], **facts,
        )  # fmt: skip
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main())
