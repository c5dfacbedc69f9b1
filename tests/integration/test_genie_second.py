"""Version 2.0 of the protocol, both ways: a vendor that speaks it, and a platform that asks us in it."""

from pathlib import Path

import pytest
from genie_accounts import linked, until
from genie_home import Cloud, a_cloud, post
from integration.things_room import Home

from jinn.kernel import ThingId
from jinn.runtime import NatsBus
from jinn.runtime.testing import InMemoryBus
from jinn.things import CommandOutcome
from jinn.things.genie.testing import Reply, ScriptedVendor, ask_gateway

pytestmark = pytest.mark.anyio

DEVICES: list[dict[str, object]] = [
    {"deviceId": "4084:0", "deviceName": "灯", "deviceType": "light", "zone": "书房", "brand": "b", "model": "m",
     "productKey": "a1G4", "extensions": {"productKey": "a1G4"}, "status": {"powerstate": 0, "brightness": 40}},
    {"deviceId": "4085", "deviceName": "温度计", "deviceType": "sensor", "status": {"temperature": "21.5"}},
]  # fmt: skip


def a_vendor() -> ScriptedVendor:
    return ScriptedVendor(
        version=2, devices=DEVICES,
        states={"4084:0": {"powerstate": "0", "brightness": "40"}, "4085": {"temperature": "21.5"}},
    )  # fmt: skip


async def test_a_vendor_of_the_second_version_is_listed_ordered_and_asked(tmp_path: Path, bus: NatsBus) -> None:
    async with linked(tmp_path / "data", bus, vendor=a_vendor()) as here:
        await here.link()
        await until(lambda: here.is_online("4084:0") and "brightness" in here.said("4084:0"))
        await until(lambda: here.said("4085") == {"temperature": 21.5})
        assert await here.order("4084:0", powerstate=1, brightness=70) == [(CommandOutcome.CONFIRMED, "")] * 2
        orders = [payload for name, payload, _ in here.vendor.asked if name == "thing.attribute.set"]
        assert [order["params"] for order in orders] == [{"powerstate": 1}, {"brightness": 70}]
        assert orders[0]["deviceIds"] == ["4084:0"]
        assert orders[0]["extensions"] == {"4084:0": {"productKey": "a1G4"}}
        assert here.said("4084:0") == {"powerstate": 1, "brightness": 70}
        assert here.platform.links.all()[0].vendor.version == 2


async def test_done_is_said_only_after_it_is_so_in_the_second_version_too(tmp_path: Path, bus: NatsBus) -> None:
    async with linked(tmp_path / "data", bus, vendor=a_vendor()) as here:
        await here.link()
        await until(lambda: here.is_online("4084:0"))
        here.vendor.lag = 3
        assert await here.order("4084:0", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]
        assert sum(name == "thing.attribute.get" for name, _, _ in here.vendor.asked) >= 4
        here.vendor.offline.add("4084:0")
        ((outcome, _),) = await here.order("4084:0", powerstate=0)
        assert outcome in (CommandOutcome.TIMED_OUT, CommandOutcome.OFFLINE)
        assert here.said("4084:0")["powerstate"] == 1


async def test_an_answer_that_forgets_the_device_is_no_yes(tmp_path: Path, bus: NatsBus) -> None:
    def forgetful(name: str, payload: dict[str, object]) -> Reply | None:
        if name != "thing.attribute.set":
            return None
        return 200, b'{"header":{"name":"CorrectResponse"},"payload":{"deviceResponseList":[{"deviceId":"x"}]}}', ""

    async with linked(tmp_path / "data", bus, vendor=a_vendor()) as here:
        await here.link()
        await until(lambda: here.is_online("4084:0"))
        here.vendor.trick = forgetful
        ((outcome, code),) = await here.order("4084:0", powerstate=1)
        assert (outcome, code) == (CommandOutcome.TIMED_OUT, "no-answer")


async def ask(cloud: Cloud, namespace: str, name: str, **payload: object) -> dict[str, object]:
    return await ask_gateway(cloud.gateway, namespace, name, {"accessToken": cloud.token, **payload}, version=2)


def list_of(answer: dict[str, object]) -> list[tuple[object, object]]:
    payload = answer["payload"]
    assert isinstance(payload, dict)
    return [(one["deviceId"], one["errorCode"]) for one in payload["deviceResponseList"]]


def said(home: Home, thing: str, name: str) -> object:
    return home.room.twins.peek(ThingId(thing)).reported[name].value


async def test_a_platform_of_the_second_version_is_answered_in_it(tmp_path: Path) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), "light", "air_conditioner", "curtain") as cloud:
        await post(cloud.home, "light", on=1, brightness=40, color_temperature=3000)
        listed = await ask(cloud, "Discovery", "DiscoveryDevices")
        assert listed["header"] == {
            "namespace": "AliGenie.Iot.Device.Discovery", "name": "DiscoveryDevicesResponse", "messageId": "m-1",
            "payLoadVersion": 2,
        }  # fmt: skip
        lamp = next(one for one in listed["payload"]["devices"] if one["deviceId"] == "light")  # type: ignore[index]
        assert lamp["status"] == {"powerstate": 1, "brightness": 40, "colorTemperature": 3000}
        assert lamp["productKey"]
        assert not {"actions", "properties"} & lamp.keys()

        answer = await ask(
            cloud, "Control", "thing.attribute.set", deviceIds=["light", "nobody", "curtain"], params={"powerstate": 0}
        )
        assert list_of(answer) == [("light", "SUCCESS"), ("nobody", "DEVICE_IS_NOT_EXIST"), ("curtain", "SUCCESS")]
        assert answer["header"]["name"] == "CorrectResponse"  # type: ignore[index]
        assert (said(cloud.home, "light", "on"), said(cloud.home, "curtain", "position")) == (0, 0)

        both = {"powerstate": 1, "brightness": 55}
        await ask(cloud, "Control", "thing.attribute.set", deviceIds=["light"], params=both)
        assert (said(cloud.home, "light", "on"), said(cloud.home, "light", "brightness")) == (1, 55)
        await ask(cloud, "Control", "thing.attribute.adjust", deviceIds=["light"], params={"brightness": -20})
        assert said(cloud.home, "light", "brightness") == 35

        state = await ask(cloud, "Query", "thing.attribute.get", deviceIds=["light"])
        (told,) = state["payload"]["deviceResponseList"]  # type: ignore[index]
        assert told["status"] == {"powerstate": 1, "brightness": 35, "colorTemperature": 3000}


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("thing.attribute.set", {"deviceIds": [], "params": {"powerstate": 1}}, "INVALIDATE_PARAMS"),
        ("thing.attribute.set", {"deviceIds": "light", "params": {"powerstate": 1}}, "INVALIDATE_PARAMS"),
        ("thing.attribute.set", {"deviceIds": ["light"] * 101, "params": {"powerstate": 1}}, "INVALIDATE_PARAMS"),
        ("thing.attribute.set", {"deviceIds": ["light"]}, "INVALIDATE_PARAMS"),
        ("thing.attribute.adjust", {"deviceIds": ["light"], "params": {"brightness": "much"}}, "INVALIDATE_PARAMS"),
        ("thing.attribute.dance", {"deviceIds": ["light"]}, "DEVICE_NOT_SUPPORT_FUNCTION"),
        ("TurnOn", {"deviceId": "light"}, "INVALIDATE_PARAMS"),
    ],
)
async def test_a_request_of_the_second_version_that_makes_no_sense_is_refused_whole(
    tmp_path: Path, name: str, payload: dict[str, object], code: str
) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), "light") as cloud:
        answer = await ask(cloud, "Control", name, **payload)
        assert (answer["header"]["name"], answer["payload"]["errorCode"]) == ("ErrorResponse", code)  # type: ignore[index]


async def test_each_device_has_its_own_no_in_the_second_version(tmp_path: Path) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), "light") as cloud:
        for params, code in (
            ({"windspeed": 1}, "DEVICE_NOT_SUPPORT_FUNCTION"),
            ({"brightness": 500}, "INVALIDATE_PARAMS"),
            ({"powerstate": "perhaps"}, "DEVICE_NOT_SUPPORT_FUNCTION"),
        ):
            answer = await ask(cloud, "Control", "thing.attribute.set", deviceIds=["light", 7], params=params)
            assert list_of(answer) == [("light", code), (7, "INVALIDATE_PARAMS")]
        refused = await ask_gateway(
            cloud.gateway, "Control", "thing.attribute.set", {"accessToken": "no", "deviceIds": ["light"]}, version=2
        )
        assert refused["payload"]["errorCode"] == "ACCESS_TOKEN_INVALIDATE"  # type: ignore[index]
        assert refused["header"]["payLoadVersion"] == 2  # type: ignore[index]
