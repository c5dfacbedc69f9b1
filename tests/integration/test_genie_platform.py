"""A vendor's existing cloud brings things into the home: linked, discovered, ordered, asked, and badly behaved."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from genie_accounts import COOLER, LAMP, METER, Linked, linked, until

from jinn.kernel import Forbidden, Invalid, Names, Refused, Secret, ThingId, Unavailable
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.genie.links import LinkState, Vendor
from jinn.things.genie.testing import Reply

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Linked]:
    async with linked(tmp_path / "data", bus) as here:
        yield here


@pytest.mark.parametrize("glue", ["&", "?", "&amp;"])
async def test_linking_brings_the_vendors_devices(
    tmp_path: Path, bus: NatsBus, database_url: Secret | None, glue: str
) -> None:
    async with linked(tmp_path / "data", bus, database_url) as here:
        link_id = await here.link(glue)
        await until(lambda: here.is_online("lamp-7") and here.is_online("ac/1") and here.is_online("meter"))
        lamp = here.thing("lamp-7")
        assert (lamp.names, lamp.area) == (Names(en="light", zh="灯"), "hall")
        assert here.home.room.registry.product_of(lamp).kind == "light"
        await until(lambda: here.said("lamp-7").keys() >= {"powerstate", "brightness"})
        assert here.said("meter") == {"temperature": 21.5, "pm25": 12.0}
        link = here.platform.links.link(link_id)
        assert (link.state, len(here.platform.links.devices_of(link_id))) == (LinkState.LINKED, 3)
        asked = here.vendor.token_requests[0]
        assert (asked["client_id"], asked["client_secret"], asked["grant_type"]) == (
            "us", "sesame", "authorization_code",
        )  # fmt: skip
        assert asked["redirect_uri"].startswith("https://home.example/oauth/callback?skillId=")


async def test_a_stranger_or_a_late_browser_links_nothing(here: Linked) -> None:
    link, url = await here.platform.begin(here.vendor_facts)
    asked = parse_qs(urlsplit(url).query)
    query = asked["redirect_uri"][0].partition("?")[2]
    for state in ("", "&state=guess", f"&state={asked['state'][0]}x"):
        with pytest.raises(Forbidden):
            await here.platform.finish(f"{query}&code=good-code{state}")
    with pytest.raises(Refused, match="denied"):
        await here.platform.finish(f"{query}&error=access_denied&error_description=denied&state={asked['state'][0]}")
    with pytest.raises(Forbidden):
        await here.platform.finish(f"{query}&code=good-code&state={asked['state'][0]}")
    assert here.platform.links.link(link.id).state is LinkState.UNLINKED


async def test_a_token_endpoint_that_reads_only_its_query_is_asked_that_way(here: Linked) -> None:
    here.vendor.query_only = True
    await here.link()
    assert [bool(form) for form in here.vendor.token_requests] == [False, True]


async def test_done_is_said_only_when_the_cloud_says_that_it_is_so(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7"))
    here.vendor.lag = 2
    assert await here.order("lamp-7", powerstate=1, brightness=55) == [(CommandOutcome.CONFIRMED, "")] * 2
    names = [name for name, payload, _ in here.vendor.asked if payload.get("deviceId") == "lamp-7"]
    assert [name for name in names if name != "Query"] == ["TurnOn", "SetBrightness"]
    assert names[names.index("SetBrightness") :].count("Query") >= 3
    here.vendor.lag = 99
    assert await here.order("lamp-7", powerstate=0, expires_s=0.8) == [(CommandOutcome.TIMED_OUT, "no-report")]
    assert here.said("lamp-7")["powerstate"] == 1


async def test_colours_modes_and_steps_go_out_in_the_vendors_words(here: Linked) -> None:
    await here.link()
    await until(lambda: "targettemperature" in here.said("ac/1"))
    assert await here.order("lamp-7", color="#0000ff") == [(CommandOutcome.CONFIRMED, "")]
    assert here.vendor.states["lamp-7"]["color"] == "Blue"
    assert await here.order("ac/1", targettemperature=26.0) == [(CommandOutcome.CONFIRMED, "")]
    name, payload, _ = next(one for one in reversed(here.vendor.asked) if one[0].startswith("Adjust"))
    assert (name, payload["value"], payload["extensions"]) == ("AdjustUpTemperature", "2", {"parentId": "p1"})
    assert await here.order("ac/1", mode=2) == [(CommandOutcome.CONFIRMED, "")]
    assert here.vendor.states["ac/1"]["mode"] == "heat"


async def test_a_word_that_nobody_knew_makes_the_model_richer(here: Linked) -> None:
    await here.link()
    await until(lambda: "mode" in here.said("ac/1"))
    here.vendor.states["ac/1"]["mode"] = "party"
    here.platform.polling.soon(here.thing("ac/1").id)
    await until(lambda: here.said("ac/1").get("mode") == 100)
    assert await here.order("ac/1", mode=1) == [(CommandOutcome.CONFIRMED, "")]
    assert await here.order("ac/1", mode=100) == [(CommandOutcome.CONFIRMED, "")]
    assert here.vendor.states["ac/1"]["mode"] == "party"


async def test_one_object_instead_of_a_list_is_a_property_too(here: Linked) -> None:
    here.vendor.is_object = True
    await here.link()
    await until(lambda: here.is_online("lamp-7"))
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]


async def test_an_offline_device_is_offline_and_comes_again(tmp_path: Path, bus: NatsBus) -> None:
    async with linked(tmp_path / "data", bus, every_s=0.3) as here:
        await here.link()
        await until(lambda: here.is_online("lamp-7"))
        here.vendor.offline.add("lamp-7")
        ((outcome, code),) = await here.order("lamp-7", powerstate=1)
        assert (outcome, code) in [
            (CommandOutcome.TIMED_OUT, "no-answer"), (CommandOutcome.OFFLINE, "offline"),
        ]  # fmt: skip
        await until(lambda: not here.is_online("lamp-7"))
        here.vendor.offline.clear()
        await until(lambda: here.is_online("lamp-7"))


def html(name: str, payload: dict[str, object]) -> Reply | None:
    return None if name == "DiscoveryDevices" else (200, b"<html><body>502 Bad Gateway</body></html>", "")


def redirect(name: str, payload: dict[str, object]) -> Reply | None:
    return None if name == "DiscoveryDevices" else (302, b"", "Location: http://127.0.0.1:1/steal\r\n")


def huge(name: str, payload: dict[str, object]) -> Reply | None:
    return None if name == "DiscoveryDevices" else (200, b'{"header":{"x":"' + b"a" * 3_000_000, "")


def nothing(name: str, payload: dict[str, object]) -> Reply | None:
    return None if name == "DiscoveryDevices" else (200, b"", "")


def service_error(name: str, payload: dict[str, object]) -> Reply | None:
    if name == "DiscoveryDevices":
        return None
    body = {"header": {"name": "errorResult"}, "payload": {"errorCode": "SERVICE_ERROR", "message": "坏了"}}
    return 200, json.dumps(body).encode(), ""


def unsupported(name: str, payload: dict[str, object]) -> Reply | None:
    if name == "DiscoveryDevices":
        return None
    return 200, b'{"header":{"name":"ErrorResponse"},"payload":{"errorCode":"DEVICE_NOT_SUPPORT_FUNCTION"}}', ""


@pytest.mark.parametrize(
    ("trick", "outcome"),
    [
        (html, CommandOutcome.TIMED_OUT),
        (redirect, CommandOutcome.TIMED_OUT),
        (huge, CommandOutcome.TIMED_OUT),
        (nothing, CommandOutcome.TIMED_OUT),
        (service_error, CommandOutcome.TIMED_OUT),
        (unsupported, CommandOutcome.REFUSED),
    ],
)
async def test_a_cloud_that_talks_nonsense_costs_one_clear_outcome(
    here: Linked, trick: Callable[[str, dict[str, object]], Reply | None], outcome: CommandOutcome
) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7"))
    here.vendor.trick = trick
    with anyio.fail_after(20):
        ((told, code),) = await here.order("lamp-7", powerstate=1)
    assert (told, bool(code)) == (outcome, True)
    here.vendor.trick = None
    await until(lambda: here.is_online("lamp-7"))
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]


async def test_what_comes_late_is_told_afterwards(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7") and len(here.said("lamp-7")) == 3)
    here.vendor.late_s = 1.2
    assert await here.order("lamp-7", powerstate=1, expires_s=0.5) == [(CommandOutcome.TIMED_OUT, "no-report")]
    await until(lambda: here.said("lamp-7")["powerstate"] == 1)
    await until(lambda: bool(here.told))
    assert here.told[0] == Names(en="The light did it after all.", zh="灯刚才还是照办了。")


async def test_an_answer_twice_in_one_body_is_one(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7"))

    def twice(name: str, payload: dict[str, object]) -> Reply | None:
        if name != "TurnOn":
            return None
        here.vendor.states["lamp-7"]["powerstate"] = "on"
        return 200, b'{"header":{"name":"TurnOnResponse"},"payload":{"deviceId":"lamp-7"}}' * 2, ""

    here.vendor.trick = twice
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]


async def test_an_answer_to_an_earlier_question_is_none(here: Linked) -> None:
    await here.link()
    await until(lambda: here.is_online("lamp-7"))
    earlier = here.vendor.asked[0][2]
    here.vendor.trick = lambda name, payload: (
        200, json.dumps({"header": {"name": f"{name}Response", "messageId": earlier}, "payload": {}}).encode(), "",
    )  # fmt: skip
    ((outcome, code),) = await here.order("lamp-7", powerstate=1)
    assert (outcome, code) == (CommandOutcome.TIMED_OUT, "no-answer")


async def test_a_token_that_ends_is_renewed_and_one_that_cannot_be_breaks_the_link(here: Linked) -> None:
    link_id = await here.link()
    await until(lambda: here.is_online("lamp-7"))
    here.vendor.tokens = {"another"}
    assert await here.order("lamp-7", powerstate=1) == [(CommandOutcome.CONFIRMED, "")]
    assert here.vendor.token_requests[-1]["grant_type"] == "refresh_token"
    here.vendor.tokens, here.vendor.refreshes = {"another"}, set()
    ((outcome, _),) = await here.order("lamp-7", powerstate=0)
    assert outcome in (CommandOutcome.REFUSED, CommandOutcome.OFFLINE)
    link = here.platform.links.link(link_id)
    assert (link.state, link.problem_code) == (LinkState.BROKEN, "refresh-refused")
    await until(lambda: not here.is_online("lamp-7") and bool(here.told))
    assert "link it anew" in here.told[-1].en
    again = await here.platform.linking.start(link)
    asked = parse_qs(urlsplit(again).query)
    query = asked["redirect_uri"][0].partition("?")[2]
    await here.platform.finish(f"{query}&code=good-code&state={asked['state'][0]}")
    await until(lambda: here.is_online("lamp-7"))


async def test_discovering_again_replaces_what_the_account_brings(here: Linked) -> None:
    link_id = await here.link()
    meter = here.thing("meter").id
    here.vendor.devices = [LAMP, {**METER, "deviceId": "meter2"}]
    here.vendor.states["meter2"] = {"temperature": "3"}
    found = await here.platform.discovering.discover(link_id)
    assert (found.things, found.added, found.removed) == (2, 1, 2)
    with pytest.raises(Refused):
        here.home.room.registry.thing(meter)
    here.vendor.devices = []
    found = await here.platform.discovering.discover(link_id)
    assert found.things == 2
    assert here.thing("lamp-7").names.zh == "灯"


async def test_two_of_one_name_can_be_told_apart(here: Linked) -> None:
    here.vendor.devices = [
        {**COOLER, "deviceId": str(number), "zone": zone} for number, zone in enumerate(("书房", "卧室", "卧室", ""))
    ]
    await here.link()
    names = [here.thing(str(number)).names for number in range(4)]
    assert [name.zh for name in names] == ["书房空调", "卧室空调", "卧室空调2", "空调"]
    assert [name.en for name in names] == [
        "study air conditioner", "bedroom air conditioner", "bedroom air conditioner 2", "air conditioner",
    ]  # fmt: skip


async def test_unlinking_forgets_the_things(here: Linked) -> None:
    link_id = await here.link()
    lamp: ThingId = here.thing("lamp-7").id
    await here.platform.discovering.unlink(link_id)
    assert all(thing.id != lamp for thing in here.home.room.registry.things())
    assert here.platform.links.all() == ()
    assert await here.database.read("genie.devices") == []


async def test_a_cloud_inside_this_network_is_refused_unless_it_is_allowed(here: Linked) -> None:
    facts = here.vendor_facts
    for url in ("http://acme.example/x", "https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/", "https://u:p@h/",
                "https://169.254.169.254/latest", "file:///etc/passwd", "https://[::ffff:10.0.0.1]/"):  # fmt: skip
        with pytest.raises(Invalid):
            await here.platform.begin(
                Vendor(
                    names=facts.names,
                    authorize_url=url,
                    token_url=url,
                    gateway_url=url,
                    client_id="x",
                    client_secret=Secret("y"),
                )
            )
    # A name that points inside is found out when it is asked.
    inside = Vendor(
        names=facts.names, authorize_url="https://localhost/a", token_url="https://localhost/t",
        gateway_url="https://localhost/g", client_id="x", client_secret=Secret("y"),
    )  # fmt: skip
    _, url = await here.platform.begin(inside)
    asked = parse_qs(urlsplit(url).query)
    query = asked["redirect_uri"][0].partition("?")[2]
    with pytest.raises(Unavailable) as refused:
        await here.platform.finish(f"{query}&code=good-code&state={asked['state'][0]}")
    assert refused.value.stable_code() == "private-address"


async def test_accounts_and_their_things_outlive_a_restart(tmp_path: Path, bus: NatsBus) -> None:
    async with linked(tmp_path / "data", bus) as here:
        await here.link()
        lamp, states = here.thing("lamp-7").id, here.vendor.states
        tokens, port = here.vendor.tokens, here.vendor.port
    assert port
    async with linked(tmp_path / "data", bus) as again:
        again.vendor.states, again.vendor.tokens = states, tokens
        assert again.thing("lamp-7").id == lamp
        assert again.platform.links.all()[0].access_token.reveal() in tokens
