"""A Home Assistant of its own: started, set up over its own API, joined to a broker, and talked to."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import httpx
import msgspec
import websockets

READY_WITHIN_S = 120.0
_CONFIG = """\
homeassistant:
  name: Bench
  unit_system: metric
  time_zone: UTC
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
websocket_api:
config:
frontend:
logger:
  default: warning
"""


class HomeAssistant:
    """A running one, with a token of its owner."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token
        self.http = httpx.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    async def join_broker(self, *, host: str, port: int, user: str, password: str) -> None:
        """As its own page does it: a flow with one form."""
        begun = await self.http.post("/api/config/config_entries/flow", json={"handler": "mqtt"})
        flow = begun.json()
        form = {"broker": host, "port": port, "username": user, "password": password}
        done = await self.http.post(f"/api/config/config_entries/flow/{flow['flow_id']}", json=form)
        if done.json().get("type") != "create_entry":
            raise RuntimeError(f"Home Assistant does not join the broker: {done.text[:300]}")

    async def states(self) -> dict[str, str]:
        return {one["entity_id"]: one["state"] for one in (await self.http.get("/api/states")).json()}

    async def call(self, domain: str, service: str, **data: object) -> None:
        (await self.http.post(f"/api/services/{domain}/{service}", json=data)).raise_for_status()

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """Every change of a state, as its own screens get it."""
        async with websockets.connect(
            self.url.replace("http", "ws") + "/api/websocket", max_size=None, ping_interval=None
        ) as socket_:
            await socket_.recv()
            await socket_.send(msgspec.json.encode({"type": "auth", "access_token": self.token}).decode())
            await socket_.recv()
            await socket_.send('{"id": 1, "type": "subscribe_events", "event_type": "state_changed"}')
            await socket_.recv()

            async def messages() -> AsyncIterator[bytes]:
                async for message in socket_:
                    yield message.encode() if isinstance(message, str) else message

            yield messages()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def home_assistant(python: Path, folder: Path) -> AsyncIterator[HomeAssistant]:
    """`python`: of an environment in which the package `homeassistant` is installed."""
    port = free_port()
    log = _prepared(folder, port)
    environment = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        str(python), "-m", "homeassistant", "--config", str(folder), "--skip-pip", stdout=log, stderr=log,
        env={name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")},
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        token = await _owner(url, process)
        running = HomeAssistant(url, token)
        yield running
        await running.http.aclose()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 15)
            except TimeoutError:
                process.kill()
                await process.wait()
        log.close()


def _prepared(folder: Path, port: int) -> BinaryIO:
    """Its folder with a configuration, and where it writes what it says."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "configuration.yaml").write_text(_CONFIG.format(port=port))
    return (folder / "run.log").open("wb")


async def _owner(url: str, process: asyncio.subprocess.Process) -> str:
    """A token of the owner, who is made at the first start."""
    async with httpx.AsyncClient(base_url=url, timeout=10, trust_env=False) as http:
        deadline = asyncio.get_running_loop().time() + READY_WITHIN_S
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"Home Assistant ended with {process.returncode}; see run.log in its folder.")
            try:
                if (await http.get("/api/onboarding")).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError("Home Assistant did not come up.")
            await asyncio.sleep(0.5)
        owner = {
            "client_id": f"{url}/",
            "name": "Bench",
            "username": "bench",
            "password": "bench-bench",
            "language": "en",
        }
        made = await http.post("/api/onboarding/users", json=owner)
        made.raise_for_status()
        form = {"client_id": f"{url}/", "grant_type": "authorization_code", "code": made.json()["auth_code"]}
        token = (await http.post("/auth/token", data=form)).json()["access_token"]
        # Joining a broker is refused while it is still starting.
        http.headers["Authorization"] = f"Bearer {token}"
        for _ in range(240):
            config = (await http.get("/api/config")).json()
            if config.get("state") == "RUNNING":
                return str(token)
            await asyncio.sleep(0.5)
        raise RuntimeError("Home Assistant did not finish its start.")
