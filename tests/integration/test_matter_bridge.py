"""Nodes of a Matter fabric as things of the home: seen, asked, obeyed only when they report, gone and back."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx
import pytest
from integration.matter_nodes import CODE, a_node, a_server
from integration.things_room import HALL, Home, a_database, a_home

from jinn.kernel import HomeId, Invalid, Names, ThingId, Unavailable
from jinn.people import Grant
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, NatsBus, OutboxRelay
from jinn.things import CommandOutcome
from jinn.things.matter import Matter, matter_routes, open_matter
from jinn.things.matter.testing import ScriptedMatterServer

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Fabric:
    """What a test acts on."""

    server: ScriptedMatterServer
    matter: Matter
    home: Home

    @property
    def lamp(self) -> ThingId:
        return self.matter.bridge.nodes[1]

    def said(self, name: str) -> object:
        reported = self.home.room.twins.peek(self.lamp).reported.get(name)
        return reported.value if reported else None

    def is_online(self) -> bool:
        return self.home.room.twins.peek(self.lamp).is_online


@pytest.fixture
async def fabric(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Fabric]:
    server = a_server(1)
    async with (
        a_database(tmp_path / "data") as database, a_home(database, bus) as home, anyio.create_task_group() as tasks
    ):  # fmt: skip
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        matter = open_matter(server.url, room=home.room, bus=bus)
        for service in (OutboxRelay(database=database, bus=bus), *matter.services):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        made = Fabric(server=server, matter=matter, home=home)
        await until(lambda: 1 in matter.bridge.nodes and made.said("temperature") is not None)
        yield made
        tasks.cancel_scope.cancel()


async def until(is_so: Callable[[], bool], within_s: float = 30) -> None:
    with anyio.fail_after(within_s):
        while not is_so():  # noqa: ASYNC110 - what is waited for happens in other tasks of many kinds
            await anyio.sleep(0.02)


async def test_a_node_is_a_thing_with_all_that_it_says(fabric: Fabric) -> None:
    thing = fabric.home.room.on_wire(fabric.lamp)
    assert (thing.kind, thing.names.en, thing.online) == ("light", "Lamp", True)
    said = {name: state.value for name, state in thing.properties.items()}
    assert said == {"on": 0, "brightness": 39, "color_temperature": 4000, "temperature": 21.5, "open": 0}
    abilities = {spec.id: spec.ability for spec in thing.specs}
    assert abilities["on"] == "power"
    assert abilities["brightness"] == "brightness"


@pytest.mark.parametrize(
    ("name", "value"), [("on", 1), ("brightness", 50), ("color_temperature", 4100), ("color_temperature", 3333)]
)
async def test_what_is_asked_is_done_and_only_its_report_confirms_it(fabric: Fabric, name: str, value: int) -> None:
    results = await fabric.home.room.commander.set_properties(fabric.lamp, {name: value}, by="test")
    assert [result.outcome for result in results] == [CommandOutcome.CONFIRMED]
    assert fabric.said(name) == value


async def test_what_the_model_forbids_is_refused_before_the_node_is_asked(fabric: Fabric) -> None:
    thing = fabric.home.room.registry.thing(fabric.lamp)
    for values in ({"brightness": 101}, {"on": "on"}, {"temperature": 20}, {"color_temperature": 9000}):
        with pytest.raises(Invalid):
            await fabric.matter.bridge.set_properties(thing, values)
    assert all(command != "device_command" for command, _ in fabric.server.asked)


async def test_a_report_need_not_wait_for_the_servers_own(fabric: Fabric) -> None:
    # Real servers hear of a change a second late; the node itself is asked at once.
    fabric.server.is_late = True
    results = await fabric.home.room.commander.set_properties(fabric.lamp, {"on": 1}, by="test")
    assert [result.outcome for result in results] == [CommandOutcome.CONFIRMED]
    assert ("read_attribute", {"node_id": 1, "attribute_path": "1/6/0"}) in fabric.server.asked


async def test_a_hand_on_the_switch_is_seen(fabric: Fabric) -> None:
    await fabric.server.change(1, "1/6/0", True)
    await until(lambda: fabric.said("on") == 1)
    await fabric.server.change(1, "3/69/0", False)
    await until(lambda: fabric.said("open") == 1)
    await fabric.server.change(1, "2/1026/0", -550)
    await until(lambda: fabric.said("temperature") == -5.5)


async def test_a_value_that_the_node_does_not_know_changes_nothing(fabric: Fabric) -> None:
    await fabric.server.change(1, "2/1026/0", None)
    await fabric.server.change(1, "2/1026/0", 99_999)
    await fabric.server.change(1, "1/6/0", True)
    await until(lambda: fabric.said("on") == 1)
    assert fabric.said("temperature") == 21.5


async def test_a_node_that_is_away_does_not_obey_and_is_said_not_to(fabric: Fabric) -> None:
    fabric.server.away.add(1)
    results = await fabric.home.room.commander.set_properties(fabric.lamp, {"on": 1}, by="test")
    assert [result.outcome for result in results] != [CommandOutcome.CONFIRMED]
    assert fabric.said("on") == 0


async def test_things_are_offline_while_the_server_is_away_and_come_back_as_they_are(fabric: Fabric) -> None:
    fabric.server.nodes[1]["attributes"]["1/6/0"] = True
    await fabric.server.hang_up()
    await until(lambda: not fabric.is_online())
    await until(lambda: fabric.is_online() and fabric.said("on") == 1)


async def test_a_node_that_left_the_fabric_is_offline_and_not_forgotten(fabric: Fabric) -> None:
    lamp = fabric.lamp
    del fabric.server.nodes[1]
    await fabric.server.tell("node_removed", 1)
    await until(lambda: not fabric.home.room.twins.peek(lamp).is_online)
    assert fabric.home.room.registry.thing(lamp).names.en == "Lamp"


async def test_a_thing_that_is_removed_leaves_the_fabric(fabric: Fabric) -> None:
    await fabric.home.room.remove(fabric.lamp)
    await until(lambda: fabric.server.nodes == {})


async def test_a_device_is_added_by_its_code_with_its_name_and_place(fabric: Fabric) -> None:
    fabric.server.joining = a_node()
    made = await fabric.matter.bridge.commission(CODE, names=Names(en="Reading lamp", zh="阅读灯"), area=HALL.id)
    thing = fabric.home.room.registry.thing(made)
    assert (thing.names.zh, thing.area) == ("阅读灯", HALL.id)
    assert ("commission_with_code", {"code": CODE, "network_only": True}) in fabric.server.asked
    results = await fabric.home.room.commander.set_properties(made, {"on": 1}, by="test")
    assert [result.outcome for result in results] == [CommandOutcome.CONFIRMED]
    # Two of one make are one product.
    assert thing.product_key == fabric.home.room.registry.thing(fabric.lamp).product_key


async def test_a_wrong_code_never_reaches_the_server_and_a_silent_device_is_told(fabric: Fabric) -> None:
    with pytest.raises(Invalid):
        await fabric.matter.bridge.commission("34970112333")
    assert all(command != "commission_with_code" for command, _ in fabric.server.asked)
    with pytest.raises(Unavailable) as failed:
        await fabric.matter.bridge.commission(CODE)
    assert failed.value.stable_code() == "matter-not-joined"


async def admit(caller: Caller) -> object:
    return Grant(home=HomeId("home"), subject=caller.token.reveal() if caller.token else "")


async def test_a_device_is_added_over_http_by_the_owner_only(fabric: Fabric) -> None:
    fabric.server.joining = a_node()
    home = fabric.home
    server = HttpServer(
        [matter_routes(fabric.matter, home.room, home.areas)], admit=admit, options=HttpOptions(port=0),
        metrics=Metrics(), checks={},
    )  # fmt: skip
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}/api/matter", timeout=20) as client:
            new = {"code": CODE, "name": "Desk", "area": "hall"}
            refused = await client.post("/devices", json=new, headers={"Authorization": "Bearer guest"})
            assert refused.json()["code"] == "owner-only"
            owner = {"Authorization": "Bearer owner"}
            assert (await client.post("/devices", json={"code": "1"}, headers=owner)).json()["code"] == "bad-setup-code"
            made = (await client.post("/devices", json=new, headers=owner)).json()
            assert (made["names"]["zh"], made["area"], made["online"]) == ("Desk", "hall", True)
            assert (await client.post("/wifi", json={"ssid": "h", "password": "p"}, headers=owner)).status_code == 204
            state = (await client.get("/", headers=owner)).json()
            assert state["is_up"]
            assert state["things"]["2"] == made["id"]
        tasks.cancel_scope.cancel()
