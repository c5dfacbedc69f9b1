"""Forms, sheets and Thing Descriptions of a real room: over HTTP, and on devices that are honest or are not."""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import msgspec
import pytest
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import Forbidden, HomeId, Invalid
from jinn.language import Understander
from jinn.people import Grant
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, NatsBus
from jinn.things import read_product
from jinn.things.alink import Request
from jinn.things.forms import Checking, form_routes, wot_routes
from jinn.things.frames import DownMessage
from jinn.things.values import Json, check_set

pytestmark = pytest.mark.anyio
MODEL = read_product(msgspec.json.encode(LAMP)).model
SERVICES = {"blink", "check"}


async def admit(caller: Caller) -> object:
    if caller.token is None:
        raise Forbidden("This needs a token.", code="not-authorized")
    return Grant(home=HomeId("home"), subject=caller.token.reveal())


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data") as database, a_home(database, bus) as home:
        yield home


@pytest.fixture
async def client(home: Home, bus: NatsBus) -> AsyncIterator[httpx.AsyncClient]:
    checking = Checking(room=home.room, bus=bus)
    server = HttpServer(
        [form_routes(home.room, checking, Understander(), home.room.names), wot_routes(home.room, bus)],
        admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={},
    )  # fmt: skip
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}/api/things", headers={"Authorization": "Bearer owner"}, timeout=30
        ) as client:
            yield client
        tasks.cancel_scope.cancel()


class Lamp:
    """A lamp that obeys its model, or, `is_lax`, anything that it is told."""

    def __init__(self, home: Home, *, is_lax: bool = False) -> None:
        self._home = home
        self._is_lax = is_lax
        self._count = 0

    async def switch_on(self) -> None:
        device = self._home.lamp.device
        await self._home.door.connect(device, self.obey)
        first: dict[str, Json] = {"on": 0, "brightness": 40, "temperature": 20.5, "night:on": 0}
        await self._home.door.post(device, first, message_id="first")

    async def obey(self, down: DownMessage) -> None:
        request = msgspec.json.decode(down.payload, type=Request)
        assert isinstance(request.params, dict)
        if down.topic.endswith("property/set"):
            try:
                values = check_set(MODEL, request.params)
            except Invalid:
                if not self._is_lax:
                    await self._home.answer(down, "thing/service/property/set_reply", code=460)
                    return
                values = {}
            await self._home.answer(down, "thing/service/property/set_reply")
            self._count += 1
            if values:
                await self._home.door.post(self._home.lamp.device, values, message_id=f"r{self._count}")
            return
        service = request.method.rpartition(".")[2]
        code = 200 if service in SERVICES or self._is_lax else 404
        await self._home.answer(down, f"thing/service/{service}_reply", code=code)


@pytest.mark.parametrize("form", ["wot", "miot", "ha", "matter", "tsl"])
async def test_a_thing_is_given_in_every_form(home: Home, client: httpx.AsyncClient, form: str) -> None:
    answer = (await client.get(f"/hall_lamp/forms/{form}")).json()
    assert answer["form"] == form
    assert answer["document"]
    assert all(loss["path"] and loss["what"] and loss["why"] for loss in answer["losses"])
    assert form in (await client.get("/hall_lamp/forms")).json()


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/hall_lamp/forms/xml")).json()["code"] == "no-such-form"
    assert (await client.get("/nobody/forms/wot")).json()["code"] == "thing-not-found"


async def test_card_sheet_and_sentences_are_those_of_the_thing(client: httpx.AsyncClient) -> None:
    card = (await client.get("/门厅灯/card")).json()
    assert (card["names"]["zh"], card["lead"]) == ("门厅灯", "on")
    sheet = (await client.get("/hall_lamp/sheet")).json()
    assert "brightness-set-100" in [check["id"] for check in sheet["checks"]]
    sentences = (await client.get("/hall_lamp/sentences")).json()
    assert {"about": "properties.on", "lang": "zh", "text": "打开门厅灯", "is_understood": True} in sentences


async def test_an_honest_device_passes_its_sheet_and_is_as_it_was(home: Home, client: httpx.AsyncClient) -> None:
    await Lamp(home).switch_on()
    result = (await client.post("/hall_lamp/checks")).json()
    assert [check for check in result["checks"] if not check["is_passed"]] == []
    assert result["is_restored"]
    assert home.room.twins.peek(home.lamp.id).reported["brightness"].value == 40


async def test_a_device_that_says_yes_to_everything_fails_where_it_should_refuse(
    home: Home, client: httpx.AsyncClient
) -> None:
    await Lamp(home, is_lax=True).switch_on()
    result = (await client.post("/hall_lamp/checks")).json()
    failed = {check["id"] for check in result["checks"] if not check["is_passed"]}
    assert {"brightness-refuses-above", "temperature-read-only", "unknown-property", "unknown-service"} <= failed
    assert "brightness-set-100" not in failed


async def test_only_a_connected_device_is_checked_and_only_by_its_owner(client: httpx.AsyncClient) -> None:
    assert (await client.post("/hall_lamp/checks")).json()["code"] == "thing-offline"
    guest = await client.post("/hall_lamp/checks", headers={"Authorization": "Bearer guest"})
    assert guest.json()["code"] == "owner-only"


async def test_the_forms_of_a_thing_description_lead_where_they_say(home: Home, client: httpx.AsyncClient) -> None:
    await Lamp(home).switch_on()
    described = (await client.get("/hall_lamp/forms/wot")).json()["document"]
    assert described["base"].endswith("/api/things/hall_lamp/wot/")
    on = "/hall_lamp/wot/" + described["properties"]["on"]["forms"][0]["href"]
    assert (await client.get(on)).json() is False
    assert (await client.put(on, content=b"true")).status_code == 204
    assert (await client.get(on)).json() is True
    module = "/hall_lamp/wot/" + described["properties"]["night:on"]["forms"][0]["href"]
    assert (await client.get(module)).json() is False
    assert (await client.put("/hall_lamp/wot/properties/brightness", content=b"101")).json()["code"] == "out-of-range"
    assert (await client.put("/hall_lamp/wot/properties/brightness", content=b"<")).json()["code"] == "invalid"
    action = "/hall_lamp/wot/" + described["actions"]["blink"]["forms"][0]["href"]
    assert (await client.post(action, json={"times": 3})).status_code == 200
    assert (await client.post(action, json=[3])).json()["code"] == "invalid"


async def test_an_event_is_waited_for_and_given_bare(home: Home, client: httpx.AsyncClient) -> None:
    await Lamp(home).switch_on()
    found: list[object] = []

    async def wait() -> None:
        found.append((await client.get("/hall_lamp/wot/events/hot")).json())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        for number in range(100):
            if found:
                break
            await anyio.sleep(0.1)
            value = {"value": {"degrees": 90 + number}}
            await home.door.ask(home.lamp.device, "thing/event/hot/post", value, message_id=f"e{number}")
    assert isinstance(found[0], dict)
    assert found[0]["degrees"] >= 90
    assert (await client.get("/hall_lamp/wot/events/cold")).json()["code"] == "event-not-found"
