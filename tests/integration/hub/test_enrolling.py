"""A whole hub whose owner opens a product: its devices enrol in every way, and in none before and after."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from door_parts import knocking
from hub_process import HubProcess, environment, jinn, running
from integration.stranger import PK, At, Stranger, a_stranger, an_enrolment, answered, enrolled, is_whole, signature
from integration.things_room import LAMP

from jinn.things.door.codec import Connack, Connect

pytestmark = pytest.mark.anyio
POST = {"id": "1", "params": {"on": 1}}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.toml").write_text("[voice]\nis_on = false\n")
    (tmp_path / "model.json").write_text(json.dumps(LAMP["model"]))
    with running(data, "--no-demo") as started:
        yield started


def enrol(hub: HubProcess, *options: str) -> str:
    """`jinn devices enrol`: the product's secret."""
    model = str(hub.data.parent / "model.json")
    command = jinn("devices", "enrol", "--model", model, "--json", "--data", str(hub.data), *options)
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=60, check=True)
    return str(json.loads(done.stdout)["productSecret"])


def door_of(hub: HubProcess) -> At:
    return At(int(hub.log.read_text().partition("mqtt://127.0.0.1:")[2].split()[0]))


def over_http(hub: HubProcess, name: str, secret: str, method: str) -> dict[str, object]:
    form = {"productKey": PK, "deviceName": name, "random": "r", "signMethod": method}
    sign = signature(f"deviceName{name}productKey{PK}randomr", secret, method)
    found = httpx.post(f"{hub.url}/auth/register/device", data={**form, "sign": sign.upper()}).json()
    assert isinstance(found, dict)
    return found


async def register_sub(gateway: Stranger, name: str) -> dict[str, object]:
    return await gateway.ask("thing/sub/register", {"id": 1, "params": [{"productKey": PK, "deviceName": name}]})


async def test_devices_enrol_as_far_as_their_owner_has_opened_their_product(hub: HubProcess) -> None:
    door = door_of(hub)
    # Nobody knows the product.
    assert await answered(door, an_enrolment("early", "guess", "register")) == 4
    assert over_http(hub, "early", "guess", "hmacsha1")["code"] == 401

    # Closed: only what was added by name, and once.
    secret = enrol(hub)
    hub.client.add_device(json.dumps(LAMP["model"]).encode(), "Named", None, device_name="named")
    assert await answered(door, an_enrolment("early", secret, "register")) == 5
    assert await answered(door, an_enrolment("named", "guess", "register")) == 4
    told = await enrolled(door, an_enrolment("named", secret, "register", is_upper=True))
    assert (told["topic"], told["productKey"], told["deviceName"]) == ("/ext/register", PK, "named")
    assert await answered(door, an_enrolment("named", secret, "register")) == 5
    async with a_stranger(door, "named", secret=told["deviceSecret"]) as device:
        assert is_whole(await device.ask("thing/event/property/post", POST), 200)
        assert is_whole(await register_sub(device, "behind"), 401)

    # Open: whoever signs with its secret. The one before is worth nothing any more.
    older, secret = secret, enrol(hub, "--open")
    assert await answered(door, an_enrolment("fresh", older, "register")) == 4
    for method in ("hmacmd5", "hmacsha1", "hmacsha256"):
        told = await enrolled(door, an_enrolment(f"fresh-{method}", secret, "register", method=method))
        async with a_stranger(door, f"fresh-{method}", secret=told["deviceSecret"]) as device:
            assert is_whole(await device.ask("thing/event/property/post", POST), 200)
        given = over_http(hub, f"http-{method}", secret, method)
        assert (given["code"], given["message"]) == (200, "success")
        assert over_http(hub, f"http-{method}", secret, method)["code"] == 460

    # By a token, which is then shown instead of a secret.
    told = await enrolled(door, an_enrolment("tokened", secret, "regnwl"))
    assert told["topic"] == "/ext/regnwl"
    shown = Connect(
        client_id=f"{told['clientId']}|authType=connwl,securemode=-2,_ss=1,ext=3,_v=any|",
        username=f"tokened&{PK}",
        password=told["deviceToken"].encode(),
    )
    async with knocking(door.port) as probe:
        await probe.send(shown)
        assert await probe.next() == Connack(0)
        device = Stranger(probe, "tokened")
        assert is_whole(await device.ask("thing/event/property/post", POST), 200)
        assert is_whole(await register_sub(device, "behind"), 200)
    wrong = Connect(client_id=shown.client_id, username=f"named&{PK}", password=shown.password)
    assert await answered(door, wrong) == 4

    # Closed for good: those that are in stay.
    hub.client.delete(f"/api/products/{PK}/access")
    assert await answered(door, an_enrolment("late", secret, "register")) == 4
    assert over_http(hub, "late", secret, "hmacsha256")["code"] == 401
    assert await answered(door, shown) == 0
    known = {thing["names"]["en"] for thing in json.loads(hub.client.get("/api/things"))}
    methods = ("hmacmd5", "hmacsha1", "hmacsha256")
    assert known == {"Named", "behind", "tokened", *(f"{way}-{how}" for way in ("fresh", "http") for how in methods)}
