"""With TLS at the door, a hub tells its things https addresses, and serves programs there and nothing else."""

import json
import ssl
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.to_thread
import httpx
import msgspec
import pytest
from integration.devices.certificates import Authority
from integration.firmware_parts import KEY, a_package, admit
from integration.things_room import LAMP, a_database, a_home

from jinn.hub.settings import DoorSettings, Settings
from jinn.hub.wiring_firmware import firmware_part
from jinn.kernel import SystemClock
from jinn.runtime import HttpOptions, HttpServer, Metrics, NatsBus
from jinn.things import read_product
from jinn.things.firmware import SCHEMA, Desk, public_of
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio


async def test_programs_are_fetched_by_https_when_the_door_has_tls(tmp_path: Path, bus: NatsBus) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("hub", file="hub")
    own, own_key = ours.certify("testLamp01&lamp1", file="lamp1")
    door = DoorSettings(tls_cert=str(certificate), tls_key=str(key), tls_client_ca=str(ours.path))
    desk, pushes = Desk(), []

    async def hear(down: DownMessage) -> None:
        if "/ota/" in down.topic:
            pushes.append(json.loads(down.payload))

    async with (
        a_database(tmp_path, others=(SCHEMA,)) as database,
        a_home(database, bus, desk.handlers) as home,
        anyio.create_task_group() as tasks,
    ):
        product = read_product(msgspec.json.encode(LAMP))
        await home.room.registry.register_product(replace(product, update_key=public_of(KEY)))
        part = firmware_part(
            Settings(door=door), database=database, bus=bus, room=home.room, areas=home.areas, desk=desk,
            data=tmp_path, clock=SystemClock(), port=lambda: 1,
        )  # fmt: skip
        pages = HttpServer(part.routes, admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={})
        for service in (*part.services, pages):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        await home.door.connect(home.lamp.device, hear, session="s1")
        owner = {"Authorization": "Bearer owner"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{pages.port}", headers=owner) as http:
            package = a_package(tmp_path)
            files = {"manifest": ("manifest", package.blob), "package": ("package", package.content)}
            kept = await http.post("/api/firmware", files=files)
            await http.post("/api/rollouts", json={"firmware": kept.json()["id"]})
        with anyio.fail_after(30):
            while not pushes:  # noqa: ASYNC110 (the leader tells nobody of its looks)
                await anyio.sleep(0.01)
        data = pushes[0]["data"]
        assert data["url"].startswith("https://127.0.0.1:")
        trust = ssl.create_default_context(cafile=ours.path)
        with pytest.raises(httpx.TransportError):
            await fetched(data["url"], trust)
        trust.load_cert_chain(own, own_key)
        assert (await fetched(data["url"], trust)).content == b"a program"
        assert (await fetched(data["extData"]["manifestUrl"], trust)).content == package.blob
        base = data["url"].partition("/firmware/")[0]
        # Whoever has a certificate of a thing is not let near anything else.
        assert [(await fetched(base + path, trust)).status_code for path in ("/api/firmware", "/metrics")] == [404, 401]
        tasks.cancel_scope.cancel()


async def fetched(url: str, trust: ssl.SSLContext) -> httpx.Response:
    async with httpx.AsyncClient(verify=trust) as http:
        return await http.get(url)
