"""A vendor's cloud that behaves as badly as real ones: what comes of it, and what the household hears."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from genie_accounts import LAMP, Linked, linked, until

from jinn.kernel import Lang, Names, Unavailable
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.genie.links import LinkState
from jinn.things.genie.testing import Reply, ScriptedVendor
from jinn.things.telling import Told, outcome_sentence

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Linked]:
    async with linked(tmp_path / "data", bus) as here:
        yield here


def a_no(code: str) -> tuple[int, bytes, str]:
    told = {"deviceId": "lamp-7", "errorCode": code, "message": "坏了"}
    return 200, json.dumps({"header": {"name": "ErrorResponse"}, "payload": told}).encode(), ""


HEARD = (
    ("IOT_DEVICE_OFFLINE", CommandOutcome.OFFLINE, "The light is offline.", "灯不在线。"),
    ("SERVICE_ERROR", CommandOutcome.TIMED_OUT, "I asked the light, it has not answered.", "我叫了灯，它还没有回应。"),
    ("DEVICE_IS_NOT_EXIST", CommandOutcome.REFUSED, "The light refused that.", "灯拒绝了。"),
    ("DEVICE_NOT_SUPPORT_FUNCTION", CommandOutcome.REFUSED, "The light refused that.", "灯拒绝了。"),
    ("INVALIDATE_CONTROL_ORDER", CommandOutcome.REFUSED, "The light refused that.", "灯拒绝了。"),
    ("INVALIDATE_PARAMS", CommandOutcome.REFUSED, "The light refused that.", "灯拒绝了。"),
    ("SOMETHING_NEW", CommandOutcome.REFUSED, "The light refused that.", "灯拒绝了。"),
)


async def test_every_no_of_the_protocol_is_heard_in_both_languages_and_none_as_done(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7") and "powerstate" in here.said("lamp-7"))
    for code, expected, english, chinese in HEARD:
        here.vendor.trick = lambda name, payload, code=code: a_no(code) if name == "TurnOn" else None  # type: ignore[misc]
        await until(lambda: here.is_online("lamp-7"))
        ((outcome, _),) = await here.order("lamp-7", powerstate=1)
        assert outcome is expected, code
        told = Told(names=here.thing("lamp-7").names, ability="power", value=1, outcome=str(outcome))
        assert outcome_sentence(told, Lang.EN) == english
        assert outcome_sentence(told, Lang.ZH) == chinese
        assert here.said("lamp-7")["powerstate"] == 0


async def test_a_late_no_is_told_afterwards_in_its_own_words(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7") and "powerstate" in here.said("lamp-7"))
    here.vendor.late_s = 2.2
    here.vendor.trick = lambda name, payload: a_no("IOT_DEVICE_OFFLINE") if name == "TurnOn" else None
    ((outcome, _),) = await here.order("lamp-7", powerstate=1, expires_s=0.5)
    assert outcome is CommandOutcome.TIMED_OUT
    await until(lambda: bool(here.told))
    assert here.told[0] == Names(en="The cloud of the light says that it is offline.", zh="灯的云端说它不在线。")


def honest(told: dict[str, object], more: str, *, is_zipped: bool = False) -> Reply:
    body = json.dumps(told).encode()
    return 200, gzip.compress(body) if is_zipped else body, more


QUERIED = {"header": {"name": "QueryResponse"}, "payload": {"deviceId": "lamp-7"}}
FORMS: tuple[Reply, ...] = (
    honest(
        {**QUERIED, "properties": [{"name": "powerstate", "value": "on"}]}, "Content-Encoding: gzip\r\n", is_zipped=True
    ),
    honest(
        {**QUERIED, "properties": [{"name": "PowerState", "value": "ON"}]}, "Content-Type: text/html; charset=gbk\r\n"
    ),
    honest({**QUERIED, "properties": {"powerstate": True}}, "Content-Type: application/octet-stream\r\n"),
    honest({**QUERIED, "properties": {"name": "powerstate", "value": 1}}, "Content-Type: x\r\n"),
    honest({"header": {}, "payload": {"properties": [{"name": "POWERSTATE", "value": "1"}]}}, "X-Nothing: \r\n"),
    (200, b"\xef\xbb\xbf" + json.dumps({**QUERIED, "properties": {"powerstate": "On"}}).encode(), ""),
    (201, json.dumps({**QUERIED, "properties": [None, 7, {"name": "powerstate", "value": "true"}]}).encode(), ""),
)


@pytest.mark.parametrize("reply", FORMS)
async def test_every_form_of_the_same_truth_is_read(here: Linked, reply: Reply) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7") and here.said("lamp-7").get("powerstate") == 0)
    here.vendor.trick = lambda name, payload: reply if payload.get("deviceId") == "lamp-7" else None
    here.platform.polling.soon(here.thing("lamp-7").id)
    await until(lambda: here.said("lamp-7")["powerstate"] == 1)


async def test_what_is_small_on_the_line_and_huge_unpacked_is_refused(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7"))
    bomb = gzip.compress(b'{"header":{"x":"' + b"a" * 6_000_000)
    assert len(bomb) < 10_000
    here.vendor.trick = lambda name, payload: (200, bomb, "Content-Encoding: gzip\r\n") if name == "TurnOn" else None
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.TIMED_OUT, "no-answer")]
    here.vendor.trick = lambda name, payload: (
        (200, b"not gzip", "Content-Encoding: gzip\r\n") if name == "TurnOn" else None
    )
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.TIMED_OUT, "no-answer")]


async def test_a_refresh_token_that_is_good_once_is_used_once_whoever_asks_at_the_same_time(here: Linked) -> None:
    here.vendor.rotates = True
    await here.link()
    await until(lambda: here.is_online("lamp-7") and here.is_online("meter"))
    for turn in range(3):
        here.vendor.tokens = {"another"}
        before = len(here.vendor.token_requests)
        orders = (
            ("lamp-7", {"powerstate": 1 - turn % 2}),
            ("lamp-7", {"brightness": turn}),
            ("ac/1", {"mode": 2 + turn}),
        )
        async with anyio.create_task_group() as tasks:
            for device, values in orders:
                tasks.start_soon(lambda one=device, asked=values: here.order(one, **asked))
        assert [form["grant_type"] for form in here.vendor.token_requests[before:]] == ["refresh_token"]
    assert here.platform.links.all()[0].state is LinkState.LINKED


@pytest.mark.parametrize("status", [200, 401])
async def test_a_token_that_ends_in_the_middle_of_a_discovery_is_renewed_within_it(here: Linked, status: int) -> None:
    link_id = await here.link()
    tokens = set(here.vendor.tokens)

    def ended(name: str, payload: dict[str, object]) -> Reply | None:
        if payload.get("accessToken") not in tokens or name != "DiscoveryDevices":
            return None
        return a_no("ACCESS_TOKEN_INVALIDATE") if status == 200 else (401, b"<html>Unauthorized</html>", "")

    here.vendor.trick = ended
    found = await here.platform.discovering.discover(link_id)
    assert (found.things, found.removed) == (3, 0)
    assert here.vendor.tokens.isdisjoint(tokens)


async def test_a_token_endpoint_that_is_away_breaks_nothing(here: Linked) -> None:
    link_id = await here.link()
    here.vendor.tokens = {"another"}
    here.vendor.token_trick = lambda form: (502, b"<html>bad gateway</html>", "")
    with pytest.raises(Unavailable):
        await here.platform.discovering.discover(link_id)
    assert here.platform.links.link(link_id).state is LinkState.LINKED
    here.vendor.token_trick = None
    assert (await here.platform.discovering.discover(link_id)).things == 3


async def test_a_token_endpoint_that_wants_the_secret_in_the_header_gets_it_there(here: Linked) -> None:
    here.vendor.header_only = f"Basic {base64.b64encode(b'us:sesame').decode()}"
    await here.link()
    here.vendor.tokens = {"another"}
    await until(lambda: here.is_online("lamp-7"))
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]
    assert "client_secret" not in here.vendor.token_requests[-1]


async def test_three_hundred_devices_come_home(here: Linked) -> None:
    here.vendor.devices = [{**LAMP, "deviceId": f"l{number}", "zone": ""} for number in range(300)]
    here.vendor.states = {f"l{number}": {"powerstate": "off", "brightness": "40"} for number in range(300)}
    link_id = await here.link()
    assert len(here.platform.links.devices_of(link_id)) == 300
    names = {here.thing(f"l{number}").names.zh for number in range(300)}
    assert len(names) == 300
    await until(lambda: here.is_online("l0") and here.is_online("l299"))
    assert await here.order("l299", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]


async def test_a_type_that_no_list_has_is_kept_and_can_be_switched(here: Linked) -> None:
    here.vendor.devices = [
        {"deviceId": "z", "deviceName": "时光机", "deviceType": "TimeMachine"},
        {"deviceId": "s", "deviceName": "电灯", "deviceType": "LIGHT", "actions": ["turnon", "TURNOFF", "query"],
         "properties": [{"name": "PowerState", "value": "OFF"}]},
    ]  # fmt: skip
    here.vendor.states = {"z": {"powerstate": "off"}, "s": {"PowerState": "OFF"}}
    await here.link()
    await until(lambda: here.is_online("z") and here.is_online("s"))
    assert await here.order("z", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]
    assert await here.order("s", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]
    names = [name for name, _, _ in here.vendor.asked]
    assert names.count("TurnOn") == 2


async def test_an_answer_that_trickles_in_for_ever_ends_with_its_time(tmp_path: Path, bus: NatsBus) -> None:
    """Bytes that keep coming are no reason to wait on: the time is that of the whole answer."""

    class Trickle(ScriptedVendor):
        async def _serve(self, stream: anyio.abc.SocketStream) -> None:
            async with stream:
                try:
                    await stream.receive()
                    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                    while True:
                        await stream.send(b" ")
                        await anyio.sleep(0.02)
                except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
                    return

    async with linked(tmp_path / "data", bus, vendor=Trickle()) as here:
        link = await here.platform.links.add(here.vendor_facts)
        with anyio.fail_after(20), pytest.raises(Unavailable) as late:
            await here.platform.fetcher.post(
                link.vendor.gateway_url, content=b"{}", content_type="application/json", within_s=0.5,
                may_be_private=True,
            )  # fmt: skip
        assert late.value.stable_code() == "vendor-late"
