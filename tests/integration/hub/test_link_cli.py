"""`jinn link` against a running hub whose account is at a scripted cloud."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import anyio.from_thread
import httpx
import pytest
from hub_process import HubProcess, running
from typer.testing import CliRunner

from jinn.hub import link_cli
from jinn.things.genie.testing import ScriptedVendor

LAMP = {"deviceId": "l", "deviceName": "灯", "deviceType": "light", "zone": "书房", "actions": ["TurnOn", "Query"],
        "properties": [{"name": "powerstate", "value": "off"}]}  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    data = tmp_path_factory.mktemp("hub")
    (data / "settings.toml").write_text("[voice]\nis_on = false\n[genie]\nis_on = true\n")
    with running(data) as started:
        yield started


@pytest.fixture
def vendor() -> Iterator[ScriptedVendor]:
    cloud = ScriptedVendor(devices=[LAMP], states={"l": {"powerstate": "off"}})
    with anyio.from_thread.start_blocking_portal() as portal:
        future, _ = portal.start_task(_serve, cloud)
        yield cloud
        future.cancel()


async def _serve(cloud: ScriptedVendor, *, task_status: "anyio.abc.TaskStatus[None]") -> None:
    await cloud.run(task_status=task_status)


def call(hub: HubProcess, *arguments: str) -> str:
    """In this process, since starting one takes longer than all the rest; it asks the hub over HTTP all the same."""
    done = CliRunner().invoke(link_cli.app, [*arguments, "--data", str(hub.data)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_an_account_is_added_listed_discovered_and_removed(
    hub: HubProcess, vendor: ScriptedVendor, tmp_path: Path
) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(
        f'authorize_url = "{vendor.url}/authorize"\ntoken_url = "{vendor.url}/token"\nmay_be_private = true\n'
        f'gateway_url = "{vendor.url}/gateway"\nclient_id = "us"\nclient_secret = "sesame"\n'
        'names = { en = "Acme", zh = "顶点" }\n'
    )
    begun = json.loads(call(hub, "add", str(file), "--json"))
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun["authorize_url"]).query).items()}
    back = httpx.get(f"{asked['redirect_uri']}&code=good-code&state={asked['state']}", trust_env=False)
    assert (back.status_code, "绑定成功" in back.text) == (200, True)
    (line,) = call(hub, "list", "--json").splitlines()
    link = json.loads(line)
    assert (link["state"], link["things"], link["names"]) == ("linked", 1, {"en": "Acme", "zh": "顶点"})
    told = json.loads(call(hub, "discover", "--json"))
    assert (told["found"][0]["things"], told["failed"]) == (1, [])
    assert "Acme" in call(hub, "list")
    call(hub, "remove", link["id"])
    assert call(hub, "list", "--json") == ""


def test_a_platform_is_registered_and_shut_out(hub: HubProcess) -> None:
    made = json.loads(call(hub, "platforms", "add", "Genie", "--redirect", "https://p.example/cb", "--json"))
    assert made["client_secret"]
    assert made["client_id"] in call(hub, "platforms", "list")
    call(hub, "platforms", "remove", made["client_id"])
    assert made["client_id"] not in call(hub, "platforms", "list")
