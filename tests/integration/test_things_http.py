"""The home's things over HTTP, in the form that the contract states."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from integration.things_room import LAMP, Home, a_database, a_home
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jinn.kernel import Forbidden, HomeId
from jinn.people import Grant
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, NatsBus
from jinn.things.http import routes

pytestmark = pytest.mark.anyio

SCHEMA = json.loads((Path(__file__).parents[2] / "contracts" / "jinn.schema.json").read_text())


def fits(definition: str, content: object) -> None:
    schema = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{definition}"}
    Draft202012Validator(schema).validate(content)


def edge_fits(definition: str, content: object) -> None:
    edge = json.loads((Path(__file__).parents[2] / "contracts" / "edge.schema.json").read_text())
    registry: Registry[object] = Registry().with_resources(
        [(name, Resource.from_contents(body)) for name, body in (("edge", edge), ("jinn", SCHEMA))]
    )
    Draft202012Validator({"$ref": f"edge#/$defs/{definition}"}, registry=registry).validate(content)


async def admit(caller: Caller) -> object:
    if caller.token is None:
        raise Forbidden("This needs a token.", code="not-authorized")
    return Grant(home=HomeId("home"), subject=caller.token.reveal())


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        yield home


@pytest.fixture
async def client(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    server = HttpServer(
        [routes(home.room, home.areas)], admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={}
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": "Bearer owner"}
        ) as client:
            yield client
        tasks.cancel_scope.cancel()


async def test_things_have_the_form_of_the_contract(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    await home.door.post(home.lamp.device, {"on": 1, "temperature": 30.5})
    answer = await client.get("/api/things")
    (thing,) = answer.json()
    fits("Thing", thing)
    assert (thing["id"], thing["area"], thing["online"]) == ("hall_lamp", "hall", True)
    assert thing["properties"]["on"]["value"] == 1
    assert thing["properties"]["brightness"] == {"value": None, "at_ms": None}
    specs = {spec["id"]: spec for spec in thing["specs"]}
    assert specs["on"]["ability"] == "power"
    assert specs["on"]["options"][1] == {"value": 1, "names": {"en": "on", "zh": "开"}}
    assert (specs["brightness"]["min"], specs["brightness"]["unit"]) == (0, "%")
    assert (await client.get("/api/things/hall_lamp")).json() == thing


async def test_a_set_answers_with_its_deeds(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    answer = await client.put("/api/things/hall_lamp/properties", json={"on": True, "brightness": 20})
    assert answer.status_code == 200
    did = answer.json()["did"]
    for deed in did:
        fits("Deed", deed)
    assert [(deed["property"], deed["reported"], deed["outcome"]) for deed in did] == [
        ("on", 1, "confirmed"),
        ("brightness", 20, "confirmed"),
    ]


@pytest.mark.parametrize(
    ("path", "values", "status", "code"),
    [
        ("hall_lamp", {"brightness": 101}, 400, "out-of-range"),
        ("hall_lamp", {"temperature": 1}, 400, "read-only"),
        ("nobody", {"on": 1}, 404, "thing-not-found"),
    ],
)
async def test_what_cannot_be_has_a_status_and_a_code(
    client: httpx.AsyncClient, path: str, values: dict[str, int], status: int, code: str
) -> None:
    answer = await client.put(f"/api/things/{path}/properties", json=values)
    fits("Problem", answer.json())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_service_call_tells_what_came_of_it(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/things/hall_lamp/services/blink", json={"inputs": {"times": 2}})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "offline")
    missing = await client.post("/api/things/hall_lamp/services/sing", json={})
    assert (missing.status_code, missing.json()["code"]) == (404, "service-not-found")


async def test_the_owner_adds_a_device_of_a_model_of_her_own(home: Home, client: httpx.AsyncClient) -> None:
    model = {**LAMP["model"], "profile": {"productKey": "mine1"}}  # type: ignore[dict-item]
    answer = await client.post("/api/devices", json={"model": model, "name": "Reading lamp", "area": "门厅"})
    made = answer.json()
    assert answer.status_code == 201
    assert set(made) == {"thing", "productKey", "deviceName", "deviceSecret"}
    assert made["productKey"] == "mine1"
    secret = await home.room.registry.device_secret("mine1", made["deviceName"])
    assert secret is not None
    assert secret.matches(made["deviceSecret"])
    thing = (await client.get(f"/api/things/{made['thing']}")).json()
    assert (thing["kind"], thing["area"]) == ("light", "hall")


async def test_a_device_may_have_its_name_and_secret_from_its_maker(home: Home, client: httpx.AsyncClient) -> None:
    burnt = {"device_name": "00:1A.2b@x", "device_secret": "burnt-in-by-its-maker"}
    body = {"model": LAMP["model"], "name": "Old lamp", **burnt}
    made = (await client.post("/api/devices", json=body)).json()
    assert (made["deviceName"], made["deviceSecret"]) == tuple(burnt.values())
    again = await client.post("/api/devices", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "thing-exists")
    for wrong in ({"device_name": "a b"}, {"device_name": "a/b"}, {"device_secret": ""}, {"device_secret": "é"}):
        refused = await client.post("/api/devices", json={**body, "device_name": "other", **wrong})
        assert (refused.status_code, refused.json()["code"]) == (
            400,
            "bad-secret" if "device_secret" in wrong else "bad-name",
        )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"model": {"properties": []}, "name": "x"}, "tsl-empty"),
        ({"model": {}, "name": ""}, "tsl-empty"),
        ({"name": "x"}, "invalid"),
        ({"model": LAMP["model"], "name": " "}, "bad-names"),
        ({"model": LAMP["model"], "name": "x", "area": "cellar"}, "area-not-found"),
    ],
)
async def test_a_bad_device_is_refused_with_a_code(client: httpx.AsyncClient, body: object, code: str) -> None:
    answer = await client.post("/api/devices", json=body)
    assert (answer.status_code in (400, 404), answer.json()["code"]) == (True, code)


async def test_only_the_owner_adds_and_removes(client: httpx.AsyncClient) -> None:
    screen = {"Authorization": "Bearer screen:kitchen"}
    added = await client.post("/api/devices", json={"model": LAMP["model"], "name": "x"}, headers=screen)
    removed = await client.delete("/api/things/hall_lamp", headers=screen)
    assert [added.status_code, removed.status_code] == [403, 403]
    assert (await client.delete("/api/things/hall_lamp")).status_code == 204
    assert (await client.get("/api/things")).json() == []


async def test_a_thing_is_renamed_and_moved(client: httpx.AsyncClient) -> None:
    answer = await client.patch(
        "/api/things/hall_lamp", json={"names": {"en": "Door lamp", "zh": "门灯"}, "area": None}
    )
    assert (answer.json()["names"]["en"], answer.json()["area"]) == ("Door lamp", None)


async def test_what_was_and_what_happened_have_the_form_of_the_contract(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    for value in (20.5, 21.5):
        await home.door.post(home.lamp.device, {"temperature": value})
    for degrees in (90, 99):
        await home.door.ask(home.lamp.device, "thing/event/hot/post", {"value": {"degrees": degrees}})
    series = (await client.get("/api/things/hall_lamp/history", params={"property": "temperature", "points": 5})).json()
    edge_fits("Series", series)
    assert (series["points"][-1]["max"], series["points"][-1]["min"]) == (21.5, 20.5)
    happened = (await client.get("/api/things/hall_lamp/events", params={"limit": 1})).json()
    edge_fits("Happening", happened[0])
    assert [(one["event"], one["kind"], one["outputs"]) for one in happened] == [("hot", "alert", {"degrees": 99})]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("hall_lamp/history?property=weight", 404),
        ("nobody/history?property=on", 404),
        ("hall_lamp/history?property=on&from=9&to=5", 400),
        ("hall_lamp/history?property=on&from=x", 400),
        ("hall_lamp/history", 400),
        ("nobody/events", 404),
        ("hall_lamp/events?limit=0", 400),
    ],
)
async def test_a_past_that_cannot_be_told_is_refused(client: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await client.get(f"/api/things/{path}")
    assert answer.status_code == status, answer.text
