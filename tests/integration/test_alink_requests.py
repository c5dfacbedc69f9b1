"""Every request that the protocol has, of a device of anybody's making, over TCP: its topic and its reply."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from integration.stranger import PK, Stranger, a_door, a_stranger, is_whole, signature
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import Names, Secret, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.door import Door
from jinn.things.door.codec import Publish

pytestmark = pytest.mark.anyio

THING = ThingId("hall_lamp")
POST = "thing/event/property/post"
PAST_MS = 1524448722000

REQUESTS: tuple[tuple[str, object, int], ...] = (
    ("thing/event/property/post", {"on": 1, "night:on": {"value": 0, "time": PAST_MS}}, 200),
    ("thing/event/property/batch/post", {"properties": {"on": [{"value": 0, "time": PAST_MS}]}}, 200),
    (
        "thing/event/property/pack/post",
        {"properties": {"on": {"value": 1, "time": PAST_MS}}, "events": {"hot": {"value": {"degrees": 3}}}},
        200,
    ),
    ("thing/event/property/batch/post", {"properties": {"on": 7}}, 460),
    ("thing/event/property/history/post", {"properties": {"on": [{"value": 1, "time": PAST_MS}]}}, 200),
    (
        "thing/event/property/history/post",
        [
            {
                "identity": {"productKey": PK, "deviceName": "lamp1"},
                "properties": [{"on": {"value": 1, "time": PAST_MS}}],
                "events": [{"hot": {"value": {"degrees": 90}, "time": PAST_MS}}],
            }
        ],
        200,
    ),
    ("thing/event/property/history/post", [{"identity": {"productKey": PK, "deviceName": "other"}}], 460),
    ("thing/event/property/history/post", "yesterday", 460),
    ("thing/event/hot/post", {"value": {"degrees": 90}, "time": PAST_MS}, 200),
    ("thing/event/hot/post", {"degrees": 90}, 200),
    ("thing/event/hot/post", {"value": {}}, 200),
    ("thing/event/hot/post", {}, 200),
    ("thing/event/hot/post", {"degrees": 900}, 460),
    ("thing/event/hot/post", [1], 460),
    ("thing/event/cold/post", {}, 460),
    ("thing/property/desired/get", ["on", "nobody", 5], 200),
    ("thing/property/desired/get", [], 200),
    ("thing/property/desired/get", {}, 200),
    ("thing/property/desired/delete", {"on": {"version": 1}}, 200),
    ("thing/property/desired/delete", {}, 200),
    ("thing/property/desired/delete", ["on"], 460),
    ("thing/deviceinfo/update", [{"attrKey": "a", "attrValue": "b", "domain": "SYSTEM"}], 200),
    ("thing/deviceinfo/update", {"attrKey": "a", "attrValue": 5}, 200),
    ("thing/deviceinfo/update", [{"attrValue": "b"}], 460),
    ("thing/deviceinfo/update", "a", 460),
    ("thing/deviceinfo/delete", [{"attrKey": "a"}], 200),
    ("thing/deviceinfo/delete", [{}], 460),
    ("thing/config/get", {"configScope": "product", "getType": "file"}, 200),
    ("thing/config/get", {"configScope": "universe"}, 460),
    ("thing/config/log/get", {"configScope": "device", "getType": "content"}, 200),
    ("thing/log/post", [{"utcTime": "x", "logLevel": "ERROR", "module": "m", "code": "1", "logContent": "c"}], 200),
    ("thing/log/post", "a bare line", 200),
    ("thing/dsltemplate/get", {}, 200),
    ("thing/dynamicTsl/get", {"nodes": ["type", "identifier"], "addDefault": False}, 200),
    ("thing/ota/firmware/get", {"module": "default"}, 200),
    ("thing/ota/firmware/get", None, 200),
    ("thing/topo/get", {}, 200),
    ("thing/topo/add", [], 460),
    ("thing/topo/add", [{"productKey": PK, "deviceName": "lamp1", "clientId": "x", "sign": "y"}], 6402),
    ("thing/topo/delete", [{"productKey": PK, "deviceName": "nobody"}], 6401),
    ("thing/sub/register", [{"productKey": PK, "deviceName": "new"}], 401),
    ("thing/sub/register", [{"productKey": "nothing", "deviceName": "new"}], 6250),
    ("thing/sub/unregister", [{"productKey": PK, "deviceName": "nobody"}], 6401),
    ("thing/proxy/provisioning/product_register", {"proxieds": [{"productKey": PK, "deviceName": "n"}]}, 6250),
    ("thing/list/found", [{"productKey": PK, "deviceName": "n"}], 200),
    ("thing/model/up_raw", {"any": "bytes"}, 26001),
    ("thing/reset", {}, 200),
)

SILENT: tuple[str, ...] = (
    "thing/service/property/set_reply", "thing/service/property/get_reply", "thing/service/blink_reply",
    "rrpc/response/1", "thing/config/push_reply", "thing/config/log/push_reply", "thing/model/down_raw_reply",
    "thing/enable_reply", "thing/disable_reply", "thing/delete_reply", "thing/topo/add/notify_reply",
    "thing/topo/change_reply", "thing/gateway/permit_reply",
)  # fmt: skip


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data", others=(PEOPLE,)) as database, a_home(database, bus) as home:
        yield home


@pytest.fixture
async def door(home: Home) -> AsyncIterator[Door]:
    async with a_door(home) as door:
        yield door


async def test_every_request_is_answered_on_its_topic_with_all_that_sdks_read(door: Door) -> None:
    async with a_stranger(door) as device:
        for number, (rest, params, code) in enumerate(REQUESTS):
            # Ids as texts and as numbers; a method that is right, empty or missing.
            given: object = number if number % 2 else str(number)
            method = ({"method": rest.replace("/", ".")}, {"method": ""}, {})[number % 3]
            reply = await device.ask(rest, {"id": given, "version": "1.0", "params": params, **method}, qos=number % 2)
            assert is_whole(reply, code), (rest, params, reply)
            assert (reply["id"], reply["method"]) == (given, rest.replace("/", ".")), reply
            assert (reply["message"] == "success") == (code == 200)


async def test_answers_to_what_was_asked_are_acknowledged_and_not_answered(door: Door) -> None:
    async with a_stranger(door) as device:
        for rest in SILENT:
            for body in ({"id": "1", "code": 200, "data": {}}, {"id": 1}, b"\xff no envelope"):
                await device.say(device.topic(rest), body)
        for what in ("inform", "progress"):
            await device.say(f"/ota/device/{what}/{PK}/lamp1", {"id": 1, "params": {"version": "1", "step": "-1"}})
        await device.say(f"/{PK}/lamp1/user/update", b"anything")
        await device.say(f"/ext/rrpc/7//{PK}/lamp1/user/get", b"anything")
        heard = await device.ask(POST, {"id": "last", "params": {"on": 1}})
        assert heard["id"] == "last"
        known = {f"/ext/error/{PK}/lamp1"}
        others = [one for one in device.heard if one.topic not in known]
        assert others == []
        # What was no envelope where one is needed may be complained of, and nowhere but there.
        assert all(json.loads(one.payload)["code"] == 460 for one in device.heard)


async def test_the_time_comes_back_with_what_was_sent(door: Door) -> None:
    async with a_stranger(door) as device:
        for sent in ("1571724098000", 1571724098000):
            await device.say(f"/ext/ntp/{PK}/lamp1/request", {"deviceSendTime": sent}, qos=0)
            times = await device.hears(f"/ext/ntp/{PK}/lamp1/response")
            assert times["deviceSendTime"] == sent
            assert int(str(times["serverRecvTime"])) <= int(str(times["serverSendTime"]))


async def test_a_shadow_tells_its_state_its_metadata_and_its_version(door: Door) -> None:
    async with a_stranger(door) as device:

        async def shadow(body: object) -> dict[str, object]:
            await device.say(f"/shadow/update/{PK}/lamp1", body)
            told = await device.hears(f"/shadow/get/{PK}/lamp1")
            assert (told["method"], isinstance(told["timestamp"], int)) == ("reply", True)
            payload = told["payload"]
            assert isinstance(payload, dict)
            return payload

        assert (await shadow({"method": "get"}))["status"] == "success"
        update = {"method": "update", "state": {"reported": {"a": 1, "b": {"c": 2}}}, "version": 1}
        assert (await shadow(update)) == {"status": "success", "version": 1}
        assert (await shadow(update))["status"] == "error"
        got = await shadow({"method": "get"})
        assert got["state"] == {"reported": {"a": 1, "b": {"c": 2}}}
        metadata = got["metadata"]
        assert isinstance(metadata, dict)
        assert metadata["reported"]["a"]["timestamp"] > 1_500_000_000
        await shadow({"method": "delete", "state": {"reported": {"a": "null"}}, "version": "2"})
        got = await shadow({"method": "get"})
        assert isinstance(got["metadata"], dict)
        assert (got["state"], got["version"], list(got["metadata"]["reported"])) == (
            {"reported": {"b": {"c": 2}}},
            2,
            ["b"],
        )
        for bad in ({"method": "sing"}, {"method": "update", "state": {}}, b"{", [1]):
            await device.say(f"/shadow/update/{PK}/lamp1", bad)
            told = await device.hears(f"/shadow/get/{PK}/lamp1")
            assert json.dumps(told).count("error")


async def test_versions_are_told_in_any_writing(home: Home, door: Door) -> None:
    async with a_stranger(door) as device:
        for module, version, kept in (("default", "1.0.1", "1.0.1"), ("mcu", 3, "3"), ("ble", 2.5, "2.5")):
            params = {"version": version, **({} if module == "default" else {"module": module})}
            await device.say(f"/ota/device/inform/{PK}/lamp1", {"id": 5, "params": params})
            await device.ask(POST, {"id": module, "params": {"on": 1}})
            assert home.room.twins.peek(THING).firmware[module] == kept


async def test_a_wish_is_pushed_obeyed_and_gone(home: Home, door: Door) -> None:
    async with a_stranger(door) as device:
        await device.ask(POST, {"id": "1", "params": {"on": 0}})

        async def obey() -> None:
            asked = await device.hears(device.topic("thing/service/property/set"))
            assert (asked["method"], asked["params"], asked["version"]) == (
                "thing.service.property.set",
                {"on": 1},
                "1.0",
            )
            await device.say(
                device.topic("thing/service/property/set_reply"), {"id": asked["id"], "code": 200, "data": {}}
            )
            wished = await device.ask("thing/property/desired/get", {"id": "2", "params": ["on"]})
            data = wished["data"]
            assert isinstance(data, dict)
            version = data["on"]["version"]
            wrong = await device.ask(
                "thing/property/desired/delete", {"id": "3", "params": {"on": {"version": version + 1}}}
            )
            assert is_whole(wrong, 460)
            await device.ask(POST, {"id": "4", "params": {"on": 1}})
            gone = await device.ask("thing/property/desired/get", {"id": "5", "params": ["on"]})
            assert gone["data"] == {}

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey)
            (result,) = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=20, by="test")
        assert result.outcome is CommandOutcome.CONFIRMED


@pytest.mark.parametrize("way", ["async", "rrpc", "ext"])
async def test_a_service_is_called_in_each_of_three_ways(home: Home, door: Door, way: str) -> None:
    async with a_stranger(door) as device:
        assert is_whole(await device.ask(POST, {"id": "1", "params": {"on": 0}}), 200)

        def is_call(one: Publish) -> bool:
            return one.topic.startswith("/ext/rrpc/") or "/rrpc/request/" in one.topic or one.topic.endswith("/blink")

        async def answer() -> None:
            while not any(map(is_call, device.heard)):
                packet = await device.until(Publish)
                assert isinstance(packet, Publish)
                device.heard.append(packet)
            call = next(filter(is_call, device.heard))
            asked = json.loads(call.payload)
            back = {
                "async": f"{call.topic}_reply",
                "rrpc": call.topic.replace("request", "response"),
                "ext": call.topic,
            }
            # The id as a number, as some clients have it.
            await device.say(back[way], {"id": int(asked["id"]), "code": 200, "data": {"done": 1}})

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            done = await home.room.commander.call_service(
                THING, "blink", {"times": 2}, expires_s=20, by="test", way=way  # type: ignore[arg-type]
            )  # fmt: skip
        assert (done.outcome, done.outputs) == (CommandOutcome.CONFIRMED, {"done": 1})


# Gateways.


def a_form(
    name: str, secret: str, client_id: str, *, method: str = "hmacSha256", key: str = "signMethod"
) -> dict[str, object]:
    text = f"clientId{client_id}deviceName{name}productKey{PK}timestamp99"
    return {
        "productKey": PK, "deviceName": name, "clientId": client_id, "timestamp": 99, key: method,
        "cleanSession": "true", "sign": signature(text, secret, method.lower()).upper(),
    }  # fmt: skip


async def a_thing(home: Home, name: str, secret: str) -> ThingId:
    made = await home.room.registry.add_device(
        PK, names=Names(en=name, zh=name), device_name=name, thing_id=ThingId(name), secret=Secret(secret)
    )
    return made.thing


async def as_sub(device: Stranger, name: str) -> dict[str, object]:
    """A post of the device behind, over its gateway's connection: its reply, or the error."""
    topic = f"/sys/{PK}/{name}/{POST}"
    await device.say(topic, {"id": "s", "params": {"on": 1}})
    return await device.matching(lambda one: one.topic in (f"{topic}_reply", f"/ext/error/{PK}/{device.name}"))


async def test_sub_devices_are_brought_in_every_shape_that_sdks_sign(home: Home, door: Door) -> None:
    await a_thing(home, "sub1", "x")
    async with a_stranger(door) as gateway:
        for number, (client_id, method, key) in enumerate(
            [
                (f"{PK}.sub1", "hmacSha256", "signMethod"), (f"{PK}&sub1", "hmacsha1", "signmethod"),
                ("sub1", "hmacmd5", "signMethod"), (f"{PK}.sub1|a=b,_ss=1|", "hmacSha256", "signmethod"),
            ]
        ):  # fmt: skip
            form = a_form("sub1", "x", client_id, method=method, key=key)
            body = {"id": number, "params": [form] if number % 2 else form, "method": ""}
            assert is_whole(await gateway.ask("thing/topo/add", body), 200)
            assert is_whole(await gateway.ext("login", form), 200)
            assert is_whole(await gateway.ext("logout", form), 200)
            bare = {name: value for name, value in form.items() if name != key}
            batch = {key: method, "deviceList": [bare]}
            assert is_whole(await gateway.ext("batch_login", batch, method=None), 200)
            assert is_whole(await as_sub(gateway, "sub1"), 200)
            assert is_whole(await gateway.ext("batch_logout", [form]), 200)
            assert is_whole(await as_sub(gateway, "sub1"), 520)
        assert is_whole(await gateway.ext("login", {**form, "sign": "00"}), 401)
        assert is_whole(await gateway.ext("login", {}), 460)
        assert is_whole(await gateway.ext("batch_login", {"deviceList": 5}), 460)


async def test_who_does_not_wait_for_replies_is_served_all_the_same(home: Home, door: Door) -> None:
    sub = await a_thing(home, "sub1", "x")
    async with a_stranger(door) as gateway:
        form = a_form("sub1", "x", "sub1")
        login = f"/ext/session/{PK}/lamp1/combine/login"
        await gateway.say(gateway.topic("thing/topo/add"), {"id": "1", "params": [form]})
        await gateway.say(login, {"id": "2", "params": form})
        await gateway.say(f"/sys/{PK}/sub1/{POST}", {"id": "3", "params": {"on": 1}})
        assert is_whole(await gateway.hears(f"{login}_reply"), 200)
        assert is_whole(await gateway.hears(f"/sys/{PK}/sub1/{POST}_reply"), 200)
        assert home.room.twins.peek(sub).reported["on"].value == 1


async def test_a_device_is_behind_the_gateway_that_brought_it_last(home: Home, door: Door) -> None:
    sub = await a_thing(home, "sub1", "x")
    await a_thing(home, "gw2", "y")
    form = a_form("sub1", "x", "sub1")
    async with a_stranger(door) as first, a_stranger(door, "gw2", secret="y") as second:
        await first.ask("thing/topo/add", {"id": "1", "params": [form]})
        await first.ext("login", form)
        assert is_whole(await second.ext("login", form), 6401)
        assert is_whole(await second.ask("thing/topo/add", {"id": "1", "params": [form]}), 200)
        assert not home.room.twins.peek(sub).is_online
        assert is_whole(await second.ext("login", form), 200)
        assert is_whole(await as_sub(first, "sub1"), 520)
        assert is_whole(await as_sub(second, "sub1"), 200)
        assert is_whole(await first.ext("login", form), 6401)
        # What is asked of it goes over the new connection only.
        (result,) = await home.room.commander.set_properties(sub, {"on": 0}, expires_s=0.1, by="test")
        assert result.outcome is CommandOutcome.TIMED_OUT
        asked = await second.hears(f"/sys/{PK}/sub1/thing/service/property/set")
        assert asked["params"] == {"on": 0}
        assert await first.probe.is_silent()
        # A gateway is no sub-device of another.
        own = a_form("gw2", "y", "gw2")
        assert is_whole(await first.ask("thing/topo/add", {"id": "2", "params": [own]}), 6402)


async def test_a_sub_device_that_comes_by_itself_is_spoken_to_directly(home: Home, door: Door) -> None:
    sub = await a_thing(home, "sub1", "x")
    form = a_form("sub1", "x", "sub1")
    async with a_stranger(door) as gateway:
        await gateway.ask("thing/topo/add", {"id": "1", "params": [form]})
        await gateway.ext("login", form)
        async with a_stranger(door, "sub1", secret="x") as own:
            assert is_whole(await own.ask(POST, {"id": "1", "params": {"on": 1}}), 200)
            assert is_whole(await as_sub(gateway, "sub1"), 520)
            (result,) = await home.room.commander.set_properties(sub, {"on": 0}, expires_s=0.1, by="test")
            assert result.outcome is CommandOutcome.TIMED_OUT
            assert (await own.hears(own.topic("thing/service/property/set")))["params"] == {"on": 0}
            # And back: its gateway's login ends its own connection.
            assert is_whole(await gateway.ext("login", form), 200)
            assert await own.is_shown_out()
        assert is_whole(await as_sub(gateway, "sub1"), 200)
        assert home.room.twins.peek(sub).is_online


async def test_its_own_model_is_told_as_its_maker_wrote_it(door: Door) -> None:
    async with a_stranger(door) as device:
        reply = await device.ask("thing/dsltemplate/get", {"id": 1})
        assert reply["data"] == LAMP["model"]
