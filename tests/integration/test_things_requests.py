"""What devices ask for beside posting, and gateways for the devices behind them."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import Names, NotFound, Secret, SystemClock, ThingId, millis
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.frames import DownMessage, UpResult
from jinn.things.store import save_twin
from jinn.things.testing import said
from jinn.things.topics import device_topic
from jinn.things.twin import Twin

pytestmark = pytest.mark.anyio
THING = ThingId("hall_lamp")
SUB = "testLamp01&sub1"


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        await home.switch_on()
        yield home


async def wished(home: Home) -> Twin:
    """A wish that stays open: nobody waits for it in this test."""
    twin = home.room.twins.peek(THING)
    after = twin.wish({"on": 1}, command="c", now_ms=1, expires_ms=0)
    await home.database.write(*save_twin(after, was=twin))
    home.room.twins.keep(after)
    return after


async def test_desired_values_are_given_with_their_version_and_deleted_by_it(home: Home) -> None:
    version = (await wished(home)).desired["on"].version
    got = await home.door.ask(home.lamp.device, "thing/property/desired/get", ["on", "brightness"])
    assert got.data == {"on": {"value": 1, "version": version}}
    wrong = await home.door.ask(home.lamp.device, "thing/property/desired/delete", {"on": {"version": version + 1}})
    assert (wrong.code, home.room.twins.peek(THING).desired != {}) == (460, True)
    right = await home.door.ask(home.lamp.device, "thing/property/desired/delete", {"on": {"version": version}})
    assert (right.code, home.room.twins.peek(THING).desired) == (200, {})


async def test_tags_are_kept_changed_and_deleted(home: Home) -> None:
    tags = [{"attrKey": "room", "attrValue": "hall"}, {"attrKey": "floor", "attrValue": 2}]
    assert (await home.door.ask(home.lamp.device, "thing/deviceinfo/update", tags)).code == 200
    await home.door.ask(home.lamp.device, "thing/deviceinfo/update", [{"attrKey": "room", "attrValue": "attic"}])
    await home.door.ask(home.lamp.device, "thing/deviceinfo/delete", [{"attrKey": "floor"}])
    rows = await home.database.read("things.tags_of_thing", thing=THING)
    assert [dict(row) for row in rows] == [{"tag": "room", "value": "attic"}]
    assert (await home.door.ask(home.lamp.device, "thing/deviceinfo/update", [{"attrValue": "x"}])).code == 460


async def test_tags_are_bounded(home: Home) -> None:
    for start in (0, 100):
        tags = [{"attrKey": f"t{start + number:03}", "attrValue": "x"} for number in range(100)]
        assert (await home.door.ask(home.lamp.device, "thing/deviceinfo/update", tags)).code == 200
    assert len(await home.database.read("things.tags_of_thing", thing=THING)) == 100


@pytest.mark.parametrize("rest", ["thing/dsltemplate/get", "thing/dynamicTsl/get"])
async def test_a_device_can_fetch_its_own_model(home: Home, rest: str) -> None:
    assert (await home.door.ask(home.lamp.device, rest, {})).data == LAMP["model"]


@pytest.mark.parametrize("rest", ["thing/config/get", "thing/log/post", "thing/ota/firmware/get"])
async def test_what_we_do_not_keep_is_answered_all_the_same(home: Home, rest: str) -> None:
    reply = await home.door.ask(home.lamp.device, rest, {"configScope": "product"}, message_id="9")
    assert (reply.id, reply.code, reply.data) == ("9", 200, {})


async def test_the_time_is_told_with_what_the_device_sent(home: Home) -> None:
    result = await home.door.publish(home.lamp.device, "/ext/ntp/testLamp01/lamp1/request", b'{"deviceSendTime":"123"}')
    times = msgspec.json.decode(result.down[0].payload)
    assert result.down[0].topic == "/ext/ntp/testLamp01/lamp1/response"
    assert times["deviceSendTime"] == "123"
    assert int(times["serverRecvTime"]) <= int(times["serverSendTime"])


async def test_the_firmware_that_a_device_tells_is_kept(home: Home, bus: NatsBus) -> None:
    payload = b'{"id":1,"params":{"version":"1.2.3"}}'
    result = await home.door.publish(home.lamp.device, "/ota/device/inform/testLamp01/lamp1", payload)
    assert (result.is_kept, result.down) == (True, ())
    async with a_home(home.database, bus) as later:
        assert later.room.twins.peek(THING).firmware == {"default": "1.2.3"}


async def shadow(home: Home, message: object) -> dict[str, object]:
    body = msgspec.json.encode(message)
    result = await home.door.publish(home.lamp.device, "/shadow/update/testLamp01/lamp1", body)
    assert result.down[0].topic == "/shadow/get/testLamp01/lamp1"
    reply: dict[str, object] = msgspec.json.decode(result.down[0].payload)["payload"]
    return reply


async def test_a_shadow_takes_only_newer_versions(home: Home) -> None:
    update = {"method": "update", "state": {"reported": {"a": 1, "b": 2}}, "version": 1}
    assert (await shadow(home, update))["status"] == "success"
    assert (await shadow(home, update))["status"] == "error"
    await shadow(home, {"method": "delete", "state": {"reported": {"a": "null"}}, "version": 2})
    got = await shadow(home, {"method": "get"})
    assert (got["state"], got["version"]) == ({"reported": {"b": 2}}, 2)
    assert (await shadow(home, {"method": "sing"}))["status"] == "error"


# Gateways: the lamp is one, with devices behind it.


def signed(name: str, secret: str, client_id: str = "testLamp01.sub1") -> dict[str, str]:
    text = f"clientId{client_id}deviceName{name}productKeytestLamp01timestamp99"
    sign = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {
        "productKey": "testLamp01", "deviceName": name, "clientId": client_id, "timestamp": "99",
        "signMethod": "hmacSha256", "sign": sign.upper(),
    }  # fmt: skip


async def session(home: Home, what: str, params: object) -> UpResult:
    topic = f"/ext/session/testLamp01/lamp1/combine/{what}"
    return await home.door.publish(home.lamp.device, topic, msgspec.json.encode({"id": "1", "params": params}))


async def post_as_sub(home: Home) -> UpResult:
    topic = device_topic(SUB, "thing/event/property/post")
    return await home.door.publish(home.lamp.device, topic, b'{"id":"1","params":{"on":1}}')


@pytest.fixture
async def sub(home: Home) -> ThingId:
    """A device that will be behind the lamp."""
    names = Names(en="sub", zh="子")
    made = await home.room.registry.add_device(
        "testLamp01", names=names, device_name="sub1", thing_id=ThingId("sub"), secret=Secret("subsecret")
    )
    return made.thing


async def test_a_sub_device_speaks_only_while_it_is_logged_in(home: Home, sub: ThingId) -> None:
    stranger = said(await post_as_sub(home))
    assert (stranger.topic, stranger.code) == ("/ext/error/testLamp01/lamp1", 520)
    added = await home.door.ask(home.lamp.device, "thing/topo/add", [signed("sub1", "subsecret")])
    assert added.code == 200
    assert said(await post_as_sub(home)).code == 520
    assert said(await session(home, "login", signed("sub1", "subsecret"))).code == 200
    assert said(await post_as_sub(home)).code == 200
    assert home.room.twins.peek(sub).reported["on"].value == 1
    assert said(await session(home, "logout", {"productKey": "testLamp01", "deviceName": "sub1"})).code == 200
    assert said(await post_as_sub(home)).code == 520


async def test_a_sub_device_obeys_over_its_gateways_connection(home: Home, sub: ThingId) -> None:
    async def obey(down: DownMessage) -> None:
        assert down.topic == device_topic(SUB, "thing/service/property/set")
        await post_as_sub(home)

    await home.door.ask(home.lamp.device, "thing/topo/add", [signed("sub1", "subsecret")])
    await session(home, "batch_login", {"signMethod": "hmacSha256", "deviceList": [signed("sub1", "subsecret")]})
    home.door.behaviours[home.lamp.device] = obey
    (result,) = await home.room.commander.set_properties(sub, {"on": 1}, by="test")
    assert result.outcome is CommandOutcome.CONFIRMED
    await home.door.disconnect(home.lamp.device)
    assert not home.room.twins.peek(sub).is_online


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (signed("sub1", "wrong"), 401),
        (signed("nobody", "subsecret"), 6100),
        (signed("lamp1", "s3cret"), 6402),
        ({**signed("sub1", "subsecret"), "signMethod": "none"}, 401),
        ({"productKey": "testLamp01"}, 460),
    ],
)
@pytest.mark.usefixtures("sub")
async def test_who_cannot_prove_to_be_a_device_is_not_added(home: Home, form: dict[str, str], code: int) -> None:
    assert (await home.door.ask(home.lamp.device, "thing/topo/add", [form])).code == code


@pytest.mark.usefixtures("sub")
async def test_a_login_without_topology_is_refused(home: Home) -> None:
    assert said(await session(home, "login", signed("sub1", "subsecret"))).code == 6401


FRESH = [{"productKey": "testLamp01", "deviceName": "fresh"}]


async def test_a_gateway_brings_new_devices_only_while_their_owner_lets_them_come(home: Home, sub: ThingId) -> None:
    register = partial(home.door.ask, home.lamp.device, "thing/sub/register")
    upkeep = home.room.upkeep
    shut = await register(FRESH)
    assert (shut.code, shut.data) == (401, {})
    assert home.room.registry.thing_of_device("testLamp01&fresh") is None
    # A closed product: only what was named, and only once.
    await upkeep.enrolling.allow("testLamp01", is_open=False)
    assert (await register(FRESH)).code == 401
    named = await register([{"productKey": "testLamp01", "deviceName": "sub1"}])
    assert isinstance(named.data, list)
    assert (named.code, named.data[0]["deviceSecret"]) == (200, "subsecret")
    assert home.room.registry.thing(sub).gateway == THING
    # An open one.
    await upkeep.enrolling.allow("testLamp01", is_open=True)
    assert (await register(FRESH)).code == 200
    await upkeep.enrolling.forbid("testLamp01")
    assert (await register([{"productKey": "testLamp01", "deviceName": "later"}])).code == 401
    # Its own are told again, whatever has become of the product.
    assert (await register(FRESH)).code == 200


async def test_a_gateway_that_is_permitted_brings_new_devices_for_a_while(home: Home, bus: NatsBus) -> None:
    await home.room.upkeep.permit(THING, "testLamp01", 60)
    ledger = home.room.upkeep.ledger
    now_ms = millis(SystemClock().now())
    assert ledger.is_permitted(THING, "testLamp01", "fresh", now_ms=now_ms + 59_000)
    assert not ledger.is_permitted(THING, "testLamp01", "fresh", now_ms=now_ms + 61_000)
    assert not ledger.is_permitted(ThingId("another"), "testLamp01", "fresh", now_ms=now_ms)
    async with a_home(home.database, bus) as later:
        assert later.room.upkeep.ledger.is_permitted(THING, "testLamp01", "fresh", now_ms=now_ms)
    assert (await home.door.ask(home.lamp.device, "thing/sub/register", FRESH)).code == 200
    with pytest.raises(NotFound):
        await home.room.upkeep.permit(THING, "nothing", 60)


async def test_a_device_that_was_let_in_is_given_to_the_gateway_that_found_it(home: Home) -> None:
    made = await home.room.upkeep.let_in(THING, "testLamp01", "fresh", Names(en="New", zh="新"))
    given = await home.door.ask(home.lamp.device, "thing/sub/register", FRESH)
    assert isinstance(given.data, list)
    assert made.device_secret.matches(given.data[0]["deviceSecret"])
    assert home.room.registry.thing(made.thing).gateway == THING


async def test_a_gateway_gets_no_secret_of_others(home: Home, sub: ThingId) -> None:
    await home.room.upkeep.permit(THING, "testLamp01", 60)
    # Nobody has opened its product, and it was not named to this gateway.
    stranger = Names(en="gateway", zh="网关")
    other = await home.room.registry.add_device("testLamp01", names=stranger, device_name="gw2")
    home.room.registry.take(replace(home.room.registry.thing(sub), gateway=other.thing))
    form = [{"productKey": "testLamp01", "deviceName": "sub1"}]
    stolen = await home.door.ask(home.lamp.device, "thing/sub/register", form)
    assert (stolen.code, stolen.data) == (401, {})
    unknown = await home.door.ask(home.lamp.device, "thing/sub/register", [{"productKey": "x", "deviceName": "y"}])
    assert unknown.code == 6250
    bad = await home.door.ask(
        home.lamp.device, "thing/sub/register", [{"productKey": "testLamp01", "deviceName": "a b"}]
    )
    assert bad.code == 460


async def test_what_is_behind_a_gateway_is_listed_and_let_go(home: Home) -> None:
    await home.room.upkeep.permit(THING, "testLamp01", 60)
    made = await home.door.ask(home.lamp.device, "thing/sub/register", FRESH)
    assert isinstance(made.data, list)
    got = await home.door.ask(home.lamp.device, "thing/topo/get", {})
    assert got.data == FRESH
    gone = await home.door.ask(home.lamp.device, "thing/topo/delete", FRESH)
    assert (gone.code, (await home.door.ask(home.lamp.device, "thing/topo/get", {})).data) == (200, [])


async def test_what_was_behind_a_removed_gateway_is_behind_nothing(home: Home, sub: ThingId) -> None:
    await home.door.ask(home.lamp.device, "thing/topo/add", [signed("sub1", "subsecret")])
    await home.room.remove(THING)
    assert home.room.registry.thing(sub).gateway is None
    assert (await home.room.commander.set_properties(sub, {"on": 1}, by="test"))[0].outcome is CommandOutcome.OFFLINE
