"""This home as a vendor's cloud: what a platform discovers, orders and asks, and how it is let in."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from genie_home import OWNER, PLATFORM_CALLBACK, Cloud, a_cloud, post

from jinn.kernel import Secret, ThingId
from jinn.runtime.testing import InMemoryBus
from jinn.things.genie.testing import ask_gateway
from jinn.things.genie.vocabulary import ALIASES, ORDERS, PLACES, QUERIES

pytestmark = pytest.mark.anyio
OURS = ("air_conditioner", "color_light", "curtain", "vacuum", "television", "fridge", "shirt", "light")


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Cloud]:
    async with a_cloud(tmp_path / "data", InMemoryBus(), *OURS) as cloud:
        yield cloud


def payload(answer: dict[str, object]) -> dict[str, object]:
    told = answer["payload"]
    assert isinstance(told, dict)
    return told


def code(answer: dict[str, object]) -> object:
    return payload(answer).get("errorCode", "ok")


async def test_discovery_lists_our_things_in_the_protocols_words(cloud: Cloud) -> None:
    await post(cloud.home, "light", on=1, brightness=40, color_temperature=3000)
    answer = await cloud.ask("Discovery", "DiscoveryDevices")
    assert answer["header"] == {
        "namespace": "AliGenie.Iot.Device.Discovery", "name": "DiscoveryDevicesResponse", "messageId": "m-1",
        "payLoadVersion": 1,
    }  # fmt: skip
    devices = payload(answer)["devices"]
    assert isinstance(devices, list)
    by_id = {device["deviceId"]: device for device in devices}
    # A shirt's pulse is nothing that this protocol has a word for.
    assert by_id.keys() == {"hall_lamp", *OURS} - {"shirt"}
    words = {*ALIASES, *(word for _, further in ALIASES.values() for word in further)}
    for device in devices:
        assert device["deviceName"] in words
        assert device.get("zone", "客厅") in PLACES
        assert device["icon"].startswith("https://")
        assert all(isinstance(one["value"], str) for one in device["properties"])
        assert set(device["actions"]) <= {*ORDERS, *QUERIES, "Query", "Pause", "Continue", "Play", "Cancel"}
    lamp = by_id["light"]
    assert lamp["deviceType"] == "light"
    assert lamp["properties"] == [
        {"name": "powerstate", "value": "on"}, {"name": "brightness", "value": "40"},
        {"name": "colorTemperature", "value": "3000"},
    ]  # fmt: skip
    assert (by_id["hall_lamp"]["zone"], by_id["air_conditioner"]["deviceType"]) == ("门厅", "aircondition")


REACHED: tuple[tuple[str, str, str, str, object], ...] = (
    ("light", "TurnOn", "on", "on", 1),
    ("light", "TurnOff", "off", "on", 0),
    ("light", "SetBrightness", "55", "brightness", 55),
    ("light", "SetBrightness", "max", "brightness", 100),
    ("light", "SetBrightness", "min", "brightness", 0),
    ("light", "AdjustUpBrightness", "5", "brightness", 35),
    ("light", "AdjustDownBrightness", "", "brightness", 5),
    ("light", "AdjustDownBrightness", "90", "brightness", 0),
    ("light", "SetColorTemperature", "4000", "color_temperature", 4000),
    ("color_light", "SetColor", "Red", "color", "#ff0000"),
    ("air_conditioner", "SetTemperature", "26.5", "target_temperature", 26.5),
    ("air_conditioner", "AdjustUpTemperature", "2", "target_temperature", 24),
    ("air_conditioner", "SetMode", "cold", "mode", 1),
    ("air_conditioner", "SetMode", "cool", "mode", 1),
    ("air_conditioner", "SetMode", "dehumidification", "mode", 3),
    ("air_conditioner", "SetMode", "airsupply", "mode", 4),
    ("air_conditioner", "SetWindSpeed", "high", "fan", 3),
    ("air_conditioner", "SetWindSpeed", "max", "fan", 3),
    ("air_conditioner", "SetWindSpeed", "2", "fan", 2),
    ("air_conditioner", "AdjustUpWindSpeed", "1", "fan", 2),
    ("curtain", "TurnOn", "on", "position", 100),
    ("television", "SelectChannel", "5", "channel", 5),
    ("television", "AdjustUpChannel", "1", "channel", 8),
    ("television", "SetVolume", "30", "volume", 30),
    ("television", "SetMute", "", "mute", 1),
    ("fridge", "SetTemperature", "4", "cold_target", 4),
)


async def test_every_order_reaches_its_property(cloud: Cloud) -> None:
    for thing, name, value, property_name, reported in REACHED:
        await post(cloud.home, "light", on=0, brightness=30, color_temperature=3000)
        await post(cloud.home, "air_conditioner", target_temperature=22.0, fan=1, mode=0)
        await post(cloud.home, "television", channel=7)
        answer = await cloud.ask("Control", name, deviceId=thing, deviceType="x", attribute="", value=value)
        assert (code(answer), payload(answer)["deviceId"]) == ("ok", thing), (thing, name, value)
        said = cloud.home.room.twins.peek(ThingId(thing)).reported[property_name].value
        assert said == reported, (thing, name, value)


REFUSED = (
    ("nobody", "TurnOn", "on", "DEVICE_IS_NOT_EXIST"),
    ("shirt", "TurnOn", "on", "DEVICE_IS_NOT_EXIST"),
    ("light", "SetWindSpeed", "1", "DEVICE_NOT_SUPPORT_FUNCTION"),
    ("light", "Dance", "", "DEVICE_NOT_SUPPORT_FUNCTION"),
    ("light", "SetBrightness", "bright", "INVALIDATE_PARAMS"),
    ("light", "SetBrightness", "500", "INVALIDATE_PARAMS"),
    ("color_light", "SetColor", "Ultraviolet-ish", "INVALIDATE_PARAMS"),
    ("air_conditioner", "SetMode", "party", "INVALIDATE_PARAMS"),
    ("air_conditioner", "AdjustUpTemperature", "1", "SERVICE_ERROR"),
)


async def test_what_cannot_be_done_has_a_code_of_the_protocol(cloud: Cloud) -> None:
    for thing, name, value, error in REFUSED:
        answer = await cloud.ask("Control", name, deviceId=thing, value=value)
        assert (code(answer), answer["header"]["name"]) == (error, "ErrorResponse"), (thing, name)  # type: ignore[index]


async def test_what_a_thing_does_not_do_is_not_claimed(tmp_path: Path) -> None:
    async def deaf(down: object) -> None:
        return None

    async with a_cloud(tmp_path / "data", InMemoryBus(), "light", order_within_s=0.3) as cloud:
        device = cloud.home.room.registry.thing(ThingId("light")).device
        cloud.home.door.behaviours[device] = deaf
        assert code(await cloud.ask("Control", "TurnOn", deviceId="light", value="on")) == "SERVICE_ERROR"
        await cloud.home.door.disconnect(device, session="s-light")
        assert code(await cloud.ask("Control", "TurnOn", deviceId="light", value="on")) == "IOT_DEVICE_OFFLINE"
        assert code(await cloud.ask("Query", "Query", deviceId="light")) == "IOT_DEVICE_OFFLINE"


async def test_queries_tell_all_or_one_at_the_top_level(cloud: Cloud) -> None:
    await post(cloud.home, "air_conditioner", on=1, mode=2, target_temperature=21.5, fan=0)
    answer = await cloud.ask("Query", "Query", deviceId="air_conditioner")
    assert answer["properties"] == [
        {"name": "powerstate", "value": "on"}, {"name": "temperature", "value": "21.5"},
        {"name": "windspeed", "value": "auto"}, {"name": "mode", "value": "heat"},
    ]  # fmt: skip
    one = await cloud.ask("Query", "QueryMode", deviceId="air_conditioner")
    assert one["properties"] == [{"name": "mode", "value": "heat"}]
    assert code(await cloud.ask("Query", "QueryFog", deviceId="air_conditioner")) == "DEVICE_NOT_SUPPORT_FUNCTION"


async def test_a_vacuum_starts_and_goes_home(cloud: Cloud) -> None:
    await post(cloud.home, "vacuum", state=1)
    for name in ("TurnOn", "Pause", "TurnOff"):
        assert code(await cloud.ask("Control", name, deviceId="vacuum")) == "ok"
    asked = [down.topic.rpartition("/")[2] for down in cloud.home.door.heard[-3:]]
    assert asked == ["start", "pause", "dock"]
    told = await cloud.ask("Query", "QueryPowerState", deviceId="vacuum")
    assert told["properties"] == [{"name": "powerstate", "value": "on"}]


async def test_only_a_clouds_token_opens_the_gateway(cloud: Cloud) -> None:
    for token in ("", "guess", OWNER.reveal(), None, 7):
        told = await ask_gateway(cloud.gateway, "Discovery", "DiscoveryDevices", {"accessToken": token})
        assert code(told) == "ACCESS_TOKEN_INVALIDATE"


async def test_a_clouds_token_opens_nothing_else(cloud: Cloud) -> None:
    async with cloud.browser() as client:
        answer = await client.get("/api/genie/clients", headers={"Authorization": f"Bearer {cloud.token}"})
        assert answer.status_code == 403


async def registered(cloud: Cloud) -> tuple[str, str]:
    async with cloud.browser() as owner:
        made = await owner.post(
            "/api/genie/clients",
            json={"name": "Genie", "redirect_uris": [PLATFORM_CALLBACK]},
            headers={"Authorization": f"Bearer {OWNER.reveal()}"},
        )
    told = made.json()
    return told["client_id"], told["client_secret"]


def plea(client_id: str, **more: str) -> dict[str, str]:
    redirect = f"{PLATFORM_CALLBACK}?skillId=11&token=abc"
    return {"response_type": "code", "client_id": client_id, "redirect_uri": redirect, "state": "s1", **more}


async def approved(cloud: Cloud, asked: dict[str, str], **form: str) -> str:
    """The address that the page leads to after the owner said yes."""
    async with cloud.browser() as browser:
        answer = await browser.post("/oauth/authorize", data={**asked, "decision": "allow", **form})
    assert answer.status_code == 200, answer.text
    return answer.text.partition("url=")[2].partition('"')[0].replace("&amp;", "&")


async def test_an_owner_lets_a_platform_in_by_a_pairing_code(cloud: Cloud) -> None:
    client_id, secret = await registered(cloud)
    async with cloud.browser() as browser:
        page = await browser.get("/oauth/authorize", params=plea(client_id))
        assert (page.status_code, "Genie" in page.text, "配对码" in page.text) == (200, True, True)
        refused = await browser.post(
            "/oauth/authorize", data={**plea(client_id), "decision": "allow", "pairing_code": "000000"}
        )
        assert refused.status_code == 400
    digits = await cloud.pairing.new_code()
    back = await approved(cloud, plea(client_id), pairing_code=digits)
    told = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert (told["skillId"], told["token"], told["state"]) == ("11", "abc", "s1")
    form = {
        "grant_type": "authorization_code", "client_id": client_id, "client_secret": secret, "code": told["code"],
        "redirect_uri": plea(client_id)["redirect_uri"],
    }  # fmt: skip
    async with cloud.browser() as platform:
        # As some platforms do it: all in the query, nothing in the form.
        given = (await platform.post("/oauth/token", params=form)).json()
        assert (given["token_type"], given["expires_in"] > 0) == ("Bearer", True)
        again = await platform.post("/oauth/token", data=form)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        told_all = await ask_gateway(
            cloud.gateway, "Discovery", "DiscoveryDevices", {"accessToken": given["access_token"]}
        )
        assert code(told_all) == "ok"
        renew = {
            "grant_type": "refresh_token", "client_id": client_id, "client_secret": secret,
            "refresh_token": given["refresh_token"],
        }  # fmt: skip
        renewed = (await platform.post("/oauth/token", data=renew)).json()
        old = await ask_gateway(cloud.gateway, "Discovery", "DiscoveryDevices", {"accessToken": given["access_token"]})
        assert code(old) == "ACCESS_TOKEN_INVALIDATE"
        rows = await cloud.tokens.listed()
        renewed_row = next(row for row in rows if row["name"] == "Genie")
        await cloud.tokens.revoke(str(renewed_row["digest"]))
        lost = await platform.post("/oauth/token", data=renew)
        assert (lost.json()["error"], bool(renewed["access_token"])) == ("invalid_grant", True)


async def test_the_owner_at_the_hub_itself_needs_no_code_and_may_say_no(tmp_path: Path) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), trust_loopback=True) as cloud:
        client_id, _ = await registered(cloud)
        async with cloud.browser() as browser:
            page = await browser.get("/oauth/authorize", params=plea(client_id))
            assert "配对码" not in page.text
            no = await browser.post("/oauth/authorize", data={**plea(client_id), "decision": "deny"})
            assert "error=access_denied" in no.text
        assert "code=" in await approved(cloud, plea(client_id))


async def test_nobody_is_sent_to_a_place_that_was_not_registered(cloud: Cloud) -> None:
    client_id, _ = await registered(cloud)
    bad = [
        {"redirect_uri": "https://thief.example/oauth/callback"},
        {"redirect_uri": "https://platform.example@thief.example/oauth/callback"},
        {"redirect_uri": "https://platform.example/oauth/callback/../x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ]
    async with cloud.browser() as browser:
        for change in bad:
            for answer in (
                await browser.get("/oauth/authorize", params={**plea(client_id), **change}),
                await browser.post("/oauth/authorize", data={**plea(client_id), **change, "decision": "allow"}),
            ):
                assert answer.status_code == 400
                assert "http-equiv" not in answer.text


async def test_a_code_is_for_who_asked_for_it(tmp_path: Path) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), trust_loopback=True) as cloud:
        client_id, secret = await registered(cloud)
        other_id, other_secret = await registered(cloud)
        verifier = "v" * 43
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = plea(client_id, code_challenge=challenge, code_challenge_method="S256")

        async def give(client: str, its_secret: str, **more: str) -> object:
            back = await approved(cloud, asked)
            form = {"grant_type": "authorization_code", "client_id": client, "client_secret": its_secret,
                    "code": parse_qs(urlsplit(back).query)["code"][0], **more}  # fmt: skip
            async with cloud.browser() as platform:
                return (await platform.post("/oauth/token", data=form)).json().get("error", "given")

        assert await give(client_id, secret) == "invalid_grant"
        assert await give(client_id, secret, code_verifier="w" * 43) == "invalid_grant"
        assert await give(other_id, other_secret, code_verifier=verifier) == "invalid_grant"
        assert await give(client_id, "wrong", code_verifier=verifier) == "invalid_client"
        assert await give(client_id, secret, code_verifier=verifier, redirect_uri="https://x/") == "invalid_grant"
        assert await give(client_id, secret, code_verifier=verifier) == "given"


async def test_a_platform_that_is_removed_is_shut_out(tmp_path: Path) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), trust_loopback=True) as cloud:
        client_id, secret = await registered(cloud)
        back = await approved(cloud, plea(client_id))
        form = {"grant_type": "authorization_code", "client_id": client_id, "client_secret": secret,
                "code": parse_qs(urlsplit(back).query)["code"][0]}  # fmt: skip
        async with cloud.browser() as platform:
            given = (await platform.post("/oauth/token", data=form)).json()
            removed = await platform.delete(f"/api/genie/clients/{client_id}")
            assert removed.status_code == 204
        told = await ask_gateway(cloud.gateway, "Discovery", "DiscoveryDevices", {"accessToken": given["access_token"]})
        assert code(told) == "ACCESS_TOKEN_INVALIDATE"


async def test_icons_are_pictures(cloud: Cloud) -> None:
    async with cloud.browser() as platform:
        answer = await platform.get("/genie/icons/light.png")
        assert (answer.status_code, answer.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")


async def test_on_postgres_too(tmp_path: Path, database_url: Secret | None) -> None:
    async with a_cloud(tmp_path / "data", InMemoryBus(), trust_loopback=True, url=database_url) as cloud:
        client_id, secret = await registered(cloud)
        back = await approved(cloud, plea(client_id))
        form = {"grant_type": "authorization_code", "client_id": client_id, "client_secret": secret,
                "code": parse_qs(urlsplit(back).query)["code"][0]}  # fmt: skip
        async with cloud.browser() as platform:
            given = (await platform.post("/oauth/token", data=form)).json()
            renew = {**form, "grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
            assert (await platform.post("/oauth/token", data=renew)).status_code == 200


IN_CAR = {"directive": {"header": {"namespace": "AliGenie.Discovery", "name": "Discover"}, "payload": {"scope": {}}}}


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b"[]", b"null", b'{"header":[],"payload":{}}', json.dumps(IN_CAR).encode(), b"\xff\xfe"],
)
async def test_what_is_no_request_gets_200_and_an_error_of_the_protocol(cloud: Cloud, body: bytes) -> None:
    async with cloud.browser() as browser:
        answer = await browser.post("/genie/gateway", content=body, headers={"Content-Type": "text/plain"})
    told = answer.json()
    assert (answer.status_code, told["header"]["name"]) == (200, "ErrorResponse")
    assert told["payload"]["errorCode"] == "INVALIDATE_PARAMS"


async def test_a_number_where_a_text_belongs_is_understood(cloud: Cloud) -> None:
    answer = await cloud.ask("Control", "SetBrightness", deviceId="light", deviceType=None, attribute=7, value=33)
    assert code(answer) == "ok"
    assert cloud.home.room.twins.peek(ThingId("light")).reported["brightness"].value == 33
