"""Programs are fetched over TLS from a real server, by both interpreters; whoever is not known gets nothing."""

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from anyio.abc import TaskStatus
from integration.devices.certificates import Authority
from litestar import Response, get

from jinn.hub.packaged import ROOT
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics

pytestmark = pytest.mark.anyio

PACKAGE = bytes(range(256)) * 40
FETCH = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
from jinn_os import fetching
from jinn_os.securing import read_tls

async def main(url, settings):
    tls = read_tls(settings, lambda path: path) if settings else None
    got = bytearray()
    try:
        await fetching.fetch(url, 1000, 10240, got.extend, tls)
        whole = await fetching.fetch_document(url + "/manifest", 100, tls)
    except fetching.Refused as refused:
        return "refused"
    except fetching.Broken as broken:
        return "broken"
    return [len(got), sum(got), whole.decode()]

with open(sys.argv[3]) as file:
    settings = json.load(file)
print(json.dumps(asyncio.run(main(sys.argv[2], settings))))
"""


async def nobody(caller: Caller) -> object:
    raise AssertionError("these pages are everybody's")


@asynccontextmanager
async def serving(**secured: Path) -> AsyncIterator[int]:
    """A server of one package; its port."""

    @get("/x", is_public=True)
    async def package() -> Response[bytes]:
        headers = {"Content-Range": f"bytes 1000-{len(PACKAGE) - 1}/{len(PACKAGE)}"}
        return Response(PACKAGE[1000:], status_code=206, headers=headers, media_type="application/octet-stream")

    @get("/x/manifest", is_public=True, media_type="text/plain")
    async def manifest() -> str:
        return "signed"

    server = HttpServer(
        [package, manifest], admit=nobody, options=HttpOptions(port=0, **secured), metrics=Metrics(), checks={}
    )

    async def run(*, task_status: TaskStatus[None]) -> None:
        await server.run(task_status=task_status)

    async with anyio.create_task_group() as tasks:
        await tasks.start(run)
        yield server.port
        tasks.cancel_scope.cancel()


async def fetched(command: tuple[str, ...], folder: Path, url: str, **tls: Path | str) -> object:
    """What a device program says that fetches from there with these settings."""
    script = folder / "fetch.py"
    await anyio.Path(script).write_text(FETCH)
    # In a file: MicroPython takes no argument of more than 255 bytes.
    settings = folder / "tls.json"
    await anyio.Path(settings).write_text(json.dumps({name: str(value) for name, value in tls.items()}))
    arguments = [*command, str(script), str(ROOT / "device"), url, str(settings)]
    run = await anyio.to_thread.run_sync(
        lambda: subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


WHOLE = [len(PACKAGE) - 1000, sum(PACKAGE[1000:]), "signed"]


async def test_a_program_is_fetched_with_the_authority_and_the_certificate_of_the_link(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    ours = Authority(tmp_path)
    certificate, key = ours.certify("hub", file="hub")
    own, own_key = ours.certify("pk&dev1", file="dev1")
    async with serving(certificate=certificate, key=key, client_authority=ours.path) as port:
        for url, name in (
            (f"https://localhost:{port}/x", {}),
            (f"https://127.0.0.1:{port}/x", {"server_name": "localhost"}),
        ):
            assert await fetched(command, tmp_path, url, ca=ours.path, cert=own, key=own_key, **name) == WHOLE
        # It has none of its own, and stays outside.
        assert await fetched(command, tmp_path, f"https://localhost:{port}/x", ca=ours.path) == "broken"


async def test_nothing_is_fetched_from_a_stranger(command: tuple[str, ...], tmp_path: Path) -> None:
    ours, strange = Authority(tmp_path), Authority(tmp_path, "stranger")
    certificate, key = strange.certify("hub", file="hub")
    async with serving(certificate=certificate, key=key) as port:
        assert await fetched(command, tmp_path, f"https://localhost:{port}/x", ca=strange.path) == WHOLE
        assert await fetched(command, tmp_path, f"https://localhost:{port}/x", ca=ours.path) == "broken"
        # Without an authority there is nobody to believe, and in clear text nothing is told to a server of TLS.
        assert await fetched(command, tmp_path, f"https://localhost:{port}/x") == "refused"
    certificate, key = ours.certify("hub", file="hub")
    async with serving(certificate=certificate, key=key) as port:
        wrong = {"ca": ours.path, "server_name": "somebody.else"}
        assert await fetched(command, tmp_path, f"https://127.0.0.1:{port}/x", **wrong) == "broken"
