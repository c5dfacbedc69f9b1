"""Firmware over HTTP: in the form of the contract for people, and for each thing under an address of its own."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from integration.firmware_parts import Updates, a_package, updates
from integration.things_room import a_database
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jinn.kernel import ThingId
from jinn.runtime import NatsBus
from jinn.things.firmware import SCHEMA, Image

pytestmark = pytest.mark.anyio

CONTRACTS = Path(__file__).parents[2] / "contracts"
EDGE, JINN = (json.loads((CONTRACTS / f"{name}.schema.json").read_text()) for name in ("edge", "jinn"))
REGISTRY: Registry[object] = Registry().with_resources(
    [("edge", Resource.from_contents(EDGE)), ("jinn", Resource.from_contents(JINN))]
)
CONTENT = bytes(range(256)) * 300


def fits(definition: str, content: object) -> None:
    schema = {"$schema": EDGE["$schema"], "$ref": f"edge#/$defs/{definition}"}
    Draft202012Validator(schema, registry=REGISTRY).validate(content)


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Updates]:
    async with (
        a_database(tmp_path / "data", others=(SCHEMA,)) as database,
        updates(database, bus, tmp_path) as opened,
    ):
        yield opened


async def an_address(home: Updates, folder: Path) -> tuple[Image, str]:
    """Of a package that is on its way to the lamp."""
    package = a_package(folder, content=CONTENT)
    image = await home.room.images.add(package.blob, package.content)
    await home.room.rollouts.start(image.id)
    return image, home.room.addresses.for_thing(home.home.lamp.id, image.id)


async def test_firmware_and_rollouts_have_the_form_of_the_contract(home: Updates, tmp_path: Path) -> None:
    package = a_package(tmp_path)
    parts = {"manifest": ("m", package.blob), "package": ("p", package.content)}
    added = await home.http.post("/api/firmware", files=parts)
    assert added.status_code == 201, added.text
    fits("Firmware", added.json())
    assert (await home.http.get("/api/firmware")).json() == [added.json()]
    started = await home.http.post(
        "/api/rollouts", json={"firmware": added.json()["id"], "percent": 50, "group": "area:hall"}
    )
    assert started.status_code == 201, started.text
    fits("Rollout", started.json())
    rollout = started.json()["id"]
    lamp = home.home.lamp
    await home.connect(lamp)
    await home.until(lambda: lamp.id in home.told)
    await home.progress(lamp, "-2", "no space")
    await home.until_state(rollout, [lamp], "failed")
    of_thing = (await home.http.get(f"/api/things/{lamp.id}/firmware")).json()
    fits("ThingFirmware", of_thing)
    assert of_thing["update"]["problem"] == {"code": "download-failed", "message": "no space"}
    (listed,) = (await home.http.get("/api/rollouts")).json()
    fits("Rollout", listed)
    assert (listed["state"], listed["counts"]["failed"]) == ("stopped", 1)
    ended = await home.http.post(f"/api/rollouts/{rollout}/resume", json={})
    assert (ended.status_code, ended.json()["code"]) == (409, "rollout-ended")


async def test_a_rollout_is_held_and_widened(home: Updates, tmp_path: Path) -> None:
    image = await home.image(tmp_path)
    rollout = (await home.http.post("/api/rollouts", json={"firmware": image.id, "percent": 10})).json()["id"]
    for deed, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        if deed == "stop":
            widened = await home.http.put(f"/api/rollouts/{rollout}", json={"percent": 70})
            assert widened.json()["percent"] == 70
        answer = await home.http.post(f"/api/rollouts/{rollout}/{deed}", json={})
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    assert (await home.http.post(f"/api/rollouts/{rollout}/burn", json={})).status_code == 400


async def test_only_the_owner_brings_firmware(home: Updates, tmp_path: Path) -> None:
    image = await home.image(tmp_path)
    package = a_package(tmp_path)
    stranger = {"Authorization": "Bearer screen:1"}
    parts = {"manifest": ("m", package.blob), "package": ("p", package.content)}
    assert (await home.http.post("/api/firmware", files=parts, headers=stranger)).status_code == 403
    asked = await home.http.post("/api/rollouts", json={"firmware": image.id}, headers=stranger)
    assert asked.status_code == 403
    assert (await home.http.get("/api/firmware", headers={"Authorization": ""})).status_code == 401


async def test_a_thing_fetches_its_package_whole_or_from_where_it_stopped(home: Updates, tmp_path: Path) -> None:
    _, url = await an_address(home, tmp_path)
    nobody = {"Authorization": ""}
    whole = await home.http.get(url, headers=nobody)
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["content-length"] == str(len(CONTENT))
    rest = await home.http.get(url, headers={**nobody, "Range": "bytes=70000-"})
    assert (rest.status_code, rest.content) == (206, CONTENT[70000:])
    assert rest.headers["content-range"] == f"bytes 70000-{len(CONTENT) - 1}/{len(CONTENT)}"
    part = await home.http.get(url, headers={**nobody, "Range": "bytes=5-9"})
    assert part.content == CONTENT[5:10]
    beyond = await home.http.get(url, headers={**nobody, "Range": f"bytes={len(CONTENT)}-"})
    assert beyond.status_code == 416
    for odd in ("bytes=-5", "bytes=1-2,4-5", "lines=1-", "bytes=99999999999999999999-"):
        assert (await home.http.get(url, headers={**nobody, "Range": odd})).content == CONTENT


async def test_an_address_is_good_for_one_thing_one_package_and_one_hour(home: Updates, tmp_path: Path) -> None:
    (other,) = await home.lamps(1)
    image, url = await an_address(home, tmp_path)
    base, _, rest = url.partition("/firmware/")
    image_id, thing, expires, proof = rest.split("/")
    nobody = {"Authorization": ""}
    for parts in (
        (image_id, other.id, expires, proof),
        ("another", thing, expires, proof),
        (image_id, thing, str(int(expires) + 1), proof),
        (image_id, thing, expires, proof[:-1] + ("0" if proof[-1] != "0" else "1")),
        (image_id, "nobody", expires, proof),
        (image_id, thing, "5", home.room.addresses._proof(ThingId(thing), image.id, 5)),
        (image_id, thing, expires, "é"),
    ):
        answer = await home.http.get(f"{base}/firmware/" + "/".join(parts), headers=nobody)
        assert answer.status_code in (401, 403), parts
    await home.home.room.enable(home.home.lamp.id, is_enabled=False)
    assert (await home.http.get(url, headers=nobody)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"--x\r\n\r\n--x--", b'--x\r\nContent-Disposition: form-data; name="manifest"\r\n\r\nhello\r\n--x--'],
)
async def test_a_package_that_is_none_is_refused_with_a_reason(home: Updates, body: bytes) -> None:
    answer = await home.http.post(
        "/api/firmware", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 400
    assert msgspec.json.decode(answer.content)["code"]
