"""Devices enrol, are configured, write logs and hear what became of them: over the wire and on both databases."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import msgspec
import pytest
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import AreaId, Forbidden, HomeId, Names, NotFound, Refused, Secret, ThingId
from jinn.people import DeviceProof, Grant
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, NatsBus
from jinn.things.frames import DownMessage
from jinn.things.http import routes
from jinn.things.topics import device_topic
from jinn.things.upkeep import GatewayFinder

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")
PK = "testLamp01"


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus, database_url: Secret | None) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data", database_url) as database, a_home(database, bus) as home:
        yield home


async def admit(caller: Caller) -> object:
    return Grant(home=HomeId("home"), subject=caller.token.reveal() if caller.token else "nobody")


@pytest.fixture
async def client(home: Home) -> AsyncIterator[httpx.AsyncClient]:
    server = HttpServer(
        [routes(home.room, home.areas)], admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={}
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        base = f"http://127.0.0.1:{server.port}"
        home.room.upkeep.configuring.base_url = lambda: base
        async with httpx.AsyncClient(base_url=base, headers={"Authorization": "Bearer owner"}) as client:
            yield client
        tasks.cancel_scope.cancel()


def proof(secret: Secret, name: str, *, method: str = "hmacsha256", is_upper: bool = False) -> DeviceProof:
    text = f"deviceName{name}productKey{PK}randomr1"
    sign = hmac.new(secret.reveal().encode(), text.encode(), method.removeprefix("hmac")).hexdigest()
    return DeviceProof(
        product_key=PK, device_name=name, method=method, text=text, signature=sign.upper() if is_upper else sign
    )


async def test_a_named_device_fetches_its_secret_once_until_it_is_set_free(home: Home) -> None:
    enrolling = home.room.upkeep.enrolling
    with pytest.raises(Forbidden):
        await enrolling.register(PK, "lamp1", proof(Secret("guess"), "lamp1"))
    access = await enrolling.allow(PK, is_open=False)
    with pytest.raises(Forbidden):
        await enrolling.register(PK, "lamp1", proof(Secret("guess"), "lamp1"))
    given = await enrolling.register(PK, "lamp1", proof(access.secret, "lamp1", is_upper=True))
    assert given.matches("s3cret")
    with pytest.raises(Refused, match="before"):
        await enrolling.register(PK, "lamp1", proof(access.secret, "lamp1"))
    await enrolling.free(THING)
    assert (await enrolling.register(PK, "lamp1", proof(access.secret, "lamp1"))).matches("s3cret")
    with pytest.raises(NotFound):
        await enrolling.register(PK, "nobody", proof(access.secret, "nobody"))
    await enrolling.forbid(PK)
    with pytest.raises(Forbidden):
        await enrolling.register(PK, "lamp1", proof(access.secret, "lamp1"))


async def test_a_device_that_has_been_here_is_not_given_away(home: Home) -> None:
    access = await home.room.upkeep.enrolling.allow(PK, is_open=True)
    await home.switch_on()
    with pytest.raises(Refused, match="before"):
        await home.room.upkeep.enrolling.register(PK, "lamp1", proof(access.secret, "lamp1"))
    await home.door.ask(home.lamp.device, "thing/reset", {})
    assert (await home.room.upkeep.enrolling.register(PK, "lamp1", proof(access.secret, "lamp1"))).matches("s3cret")


async def test_a_token_is_the_device_s_own(home: Home) -> None:
    enrolling = home.room.upkeep.enrolling
    access = await enrolling.allow(PK, is_open=True)
    given = await enrolling.register_token(PK, "fresh", proof(access.secret, "fresh"))
    shown = DeviceProof(product_key=PK, device_name="fresh", method="token", text=given.client_id,
                        signature=given.token.reveal())  # fmt: skip
    vouched = await enrolling.vouch(shown)
    assert (vouched.device_name, vouched.method) == ("fresh", "hmacsha256")
    for wrong in (msgspec.structs, None):
        stranger = DeviceProof(
            product_key=PK, device_name="fresh" if wrong is None else "lamp1", method="token",
            text=given.client_id if wrong else "other", signature=given.token.reveal(),
        )  # fmt: skip
        with pytest.raises(Forbidden):
            await enrolling.vouch(stranger)


@pytest.mark.parametrize("method", ["hmacmd5", "hmacsha1", "hmacsha256"])
async def test_a_device_registers_over_http_by_any_of_three_methods(
    home: Home, client: httpx.AsyncClient, method: str
) -> None:
    made = (await client.put(f"/api/products/{PK}/access", json={"open": True})).json()
    assert made["productKey"] == PK
    signed = proof(Secret(made["productSecret"]), "http1", method=method)
    form = {"productKey": PK, "deviceName": "http1", "random": "r1", "sign": signed.signature, "signMethod": method}
    stranger = httpx.AsyncClient(base_url=client.base_url)
    async with stranger:
        answer = (await stranger.post("/auth/register/device", data=form)).json()
        assert (answer["code"], answer["message"], answer["data"]["deviceName"]) == (200, "success", "http1")
        secret = await home.room.registry.device_secret(PK, "http1")
        assert secret is not None
        assert secret.matches(answer["data"]["deviceSecret"])
        again = (await stranger.post("/auth/register/device", data=form)).json()
        assert (again["code"], again["data"]) == (460, None)
        wrong = (await stranger.post("/auth/register/device", data={**form, "random": "r2"})).json()
        assert wrong["code"] == 401
        short = (await stranger.post("/auth/register/device", content=b"\xff\xfe")).json()
        assert short["code"] == 460


async def test_only_the_owner_opens_a_product(client: httpx.AsyncClient) -> None:
    screen = {"Authorization": "Bearer screen:kitchen"}
    assert (await client.put(f"/api/products/{PK}/access", json={}, headers=screen)).status_code == 403
    assert (await client.put("/api/products/nothing/access", json={})).status_code == 404


async def test_a_configuration_is_pushed_and_fetched_with_a_ticket(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    assert (await home.door.ask(home.lamp.device, "thing/config/get", {"configScope": "product"})).data == {}
    made = (await client.put(f"/api/products/{PK}/config", json={"document": '{"report_s": 5}'})).json()
    assert made["told"] == 1
    pushed = next(down for down in home.door.heard if down.topic.endswith("thing/config/push"))
    told = await home.door.ask(home.lamp.device, "thing/config/get", {"configScope": "product", "getType": "file"})
    assert isinstance(told.data, dict)
    assert msgspec.json.decode(pushed.payload)["params"]["configId"] == told.data["configId"] == made["id"]
    async with httpx.AsyncClient() as device:
        text = await device.get(str(told.data["url"]))
    assert text.content == b'{"report_s": 5}'
    assert hashlib.sha256(text.content).hexdigest() == told.data["sign"]
    assert (told.data["signMethod"], told.data["configSize"], told.data["getType"]) == ("Sha256", 15, "file")
    own = (await client.put(f"/api/things/{THING}/config", json={"document": "mine"})).json()
    again = await home.door.ask(home.lamp.device, "thing/config/get", {})
    assert isinstance(again.data, dict)
    assert again.data["configId"] == own["id"]
    query = {name: values[0] for name, values in parse_qs(urlsplit(str(told.data["url"])).query).items()}
    for change in ({"ticket": "0" * 64}, {"expires": "1"}, {"thing": "nobody"}, {"ticket": "é"}):
        refused = await client.get(f"/device-files/config/{made['id']}", params={**query, **change})
        assert refused.status_code == 401


async def test_logs_are_kept_and_can_be_unwanted(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    lines = [{"utcTime": "2026-01-01T00:00:00.000+0000", "logLevel": "ERROR", "module": "pump", "logContent": "dry"}]
    assert (await home.door.ask(home.lamp.device, "thing/log/post", lines)).code == 200
    kept = (await client.get(f"/api/things/{THING}/logs")).json()
    assert [(line["level"], line["module"], line["text"]) for line in kept] == [("ERROR", "pump", "dry")]
    too_many = await home.door.ask(home.lamp.device, "thing/log/post", lines * 41, message_id="2")
    assert too_many.code == 429
    asked = {"configScope": "device", "getType": "content"}
    assert (await home.door.ask(home.lamp.device, "thing/config/log/get", asked)).data == {
        "getType": "content", "content": {"mode": 1},
    }  # fmt: skip
    await client.put(f"/api/things/{THING}/logging", json={"on": False})
    assert home.door.heard[-1].topic.endswith("thing/config/log/push")
    told = await home.door.ask(home.lamp.device, "thing/config/log/get", asked, message_id="3")
    assert told.data == {"getType": "content", "content": {"mode": 0}}


async def test_tags_are_read(home: Home, client: httpx.AsyncClient) -> None:
    await home.door.ask(home.lamp.device, "thing/deviceinfo/update", [{"attrKey": "room", "attrValue": "hall"}])
    assert (await client.get(f"/api/things/{THING}/tags")).json() == {"room": "hall"}
    assert (await client.get("/api/things/nobody/tags")).status_code == 404


async def test_a_thing_is_told_that_it_is_shut_out_back_and_deleted(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    assert (await client.put(f"/api/things/{THING}/enabled", json={"enabled": False})).status_code == 200
    assert home.door.heard[-1].topic.endswith("/thing/disable")
    await home.room.enable(THING, is_enabled=True)
    await home.room.remove(THING)
    assert [down.topic.rpartition("/")[2] for down in home.door.heard[-2:]] == ["enable", "delete"]


async def test_a_gateway_hears_of_what_is_behind_it(home: Home, client: httpx.AsyncClient) -> None:
    await home.switch_on()
    found = [{"productKey": PK, "deviceName": "sub9"}, {"productKey": PK, "deviceName": "bad name"}]
    assert (await home.door.ask(home.lamp.device, "thing/list/found", found)).code == 200
    assert [(gateway.id, key, name) for gateway, key, name, _ in home.room.upkeep.found()] == [(THING, PK, "sub9")]
    names = {"en": "Sub", "zh": "子"}
    body = {"product_key": PK, "device_name": "sub9", "names": names}
    made = (await client.post(f"/api/things/{THING}/behind", json=body)).json()
    assert home.door.heard[-1].topic.endswith("thing/topo/add/notify")
    assert msgspec.json.decode(home.door.heard[-1].payload)["params"] == [{"productKey": PK, "deviceName": "sub9"}]
    assert home.room.upkeep.found() == []
    permit = await client.post(f"/api/things/{THING}/permit", json={"product_key": PK, "for_s": 30})
    assert permit.json() == {"outcome": "delivered"}
    assert msgspec.json.decode(home.door.heard[-1].payload)["params"] == {"productKey": PK, "time": 30}
    sub = home.room.registry.thing(ThingId(made["thing"]))
    signed = f"clientIdxdeviceNamesub9productKey{PK}"
    sign = hmac.new(sub.secret.reveal().encode(), signed.encode(), hashlib.sha256).hexdigest()
    topo = [{"productKey": PK, "deviceName": "sub9", "clientId": "x", "sign": sign, "signmethod": "hmacSha256"}]
    assert (await home.door.ask(home.lamp.device, "thing/topo/add", topo)).code == 200
    await home.room.enable(sub.id, is_enabled=False)
    change = msgspec.json.decode(home.door.heard[-1].payload)
    assert (change["params"]["status"], change["method"]) == (8, "thing.topo.change")


async def test_what_a_gateway_sees_is_found_named_and_ignored(home: Home) -> None:
    await home.switch_on()
    finder = GatewayFinder(home.room.upkeep)
    seen = [{"productKey": PK, "deviceName": name} for name in ("one", "two")]
    await home.door.ask(home.lamp.device, "thing/list/found", [*seen, {"productKey": "unknown", "deviceName": "x"}])
    found = {one.model: one for one in finder.found()}
    assert found.keys() == {"one", "two"}
    assert (found["one"].via, found["one"].kind, found["one"].joined) == ("alink", "light", None)
    await finder.ignore(found["two"].id)
    thing = await finder.join(found["one"].id, names=Names(en="Stairs", zh="楼梯灯"), area=AreaId("hall"))
    assert (thing.device_name, thing.names.zh, thing.area) == ("one", "楼梯灯", "hall")
    assert finder.found() == []
    with pytest.raises(NotFound):
        await finder.join(found["one"].id, names=None, area=None)


async def test_a_product_can_be_there_before_its_devices(client: httpx.AsyncClient) -> None:
    model = {**LAMP["model"], "profile": {"productKey": "newOne"}}  # type: ignore[dict-item]
    made = (await client.post("/api/products", json={"model": model, "names": {"en": "New", "zh": "新"}})).json()
    assert made == {"productKey": "newOne", "version": 1}
    assert (await client.put("/api/products/newOne/access", json={})).json()["open"] is False
    bad = await client.post("/api/products", json={"model": {"properties": 7}})
    assert (bad.status_code, bad.json()["code"]) == (400, "tsl-malformed")
    screen = {"Authorization": "Bearer screen:kitchen"}
    assert (await client.post("/api/products", json={"model": model}, headers=screen)).status_code == 403


async def test_sub_devices_register_with_their_products_secret(home: Home) -> None:
    await home.switch_on()
    access = await home.room.upkeep.enrolling.allow(PK, is_open=True)
    await home.room.registry.add_device(PK, names=Names(en="p", zh="p"), device_name="pre1")

    def form(name: str, secret: Secret = access.secret) -> dict[str, str]:
        signed = proof(secret, name)
        return {"productKey": PK, "deviceName": name, "random": "r1", "signMethod": "hmacSha256",
                "sign": signed.signature}  # fmt: skip

    async def register(*names: str, number: str) -> tuple[int, object]:
        said = await home.door.ask(
            home.lamp.device, "thing/proxy/provisioning/product_register", {"proxieds": [form(name) for name in names]},
            message_id=number,
        )  # fmt: skip
        return said.code, said.data

    code, data = await register("new1", "pre1", number="1")
    assert code == 200
    assert isinstance(data, list)
    for given in data:
        known = home.room.registry.thing_of_device(f"{PK}&{given['deviceName']}")
        assert known is not None
        assert (known.id, known.secret.matches(given["deviceSecret"])) == (given["iotId"], True)
    # Its own gateway may ask again; a device that is no gateway's is given away once.
    assert (await register("new1", number="2"))[0] == 200
    assert (await register("pre1", number="3"))[0] == 460
    wrong = {"proxieds": [form("new2", Secret("guess"))]}
    refused = await home.door.ask(home.lamp.device, "thing/proxy/provisioning/product_register", wrong)
    assert refused.code == 401
    assert home.room.registry.thing_of_device(f"{PK}&new2") is None


async def test_transparent_payloads_are_answered_that_there_is_no_script(home: Home) -> None:
    topic = device_topic(home.lamp.device, "thing/model/up_raw")
    result = await home.door.publish(home.lamp.device, topic, b"\x02\x00\xff")
    down: DownMessage = result.down[0]
    assert down.topic == f"{topic}_reply"
    assert msgspec.json.decode(down.payload)["code"] == 26001
