"""Locks, robots that clean by area, and what happens on a node without being a value."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Secret, ThingId, Unavailable
from jinn.runtime import Database, NatsBus
from jinn.things import CommandOutcome
from jinn.things.matter import Matter, open_matter
from jinn.things.matter.testing import ScriptedMatterServer
from jinn.things.values import Json

pytestmark = pytest.mark.anyio

PIN = "271828"


def a_node(number: int, device_type: int, **clusters: Json) -> dict[str, Json]:
    attributes: dict[str, Json] = {
        "0/40/2": 4_937, "0/40/4": number, "0/40/3": f"node {number}", "1/29/0": [{"0": device_type, "1": 1}],
    }  # fmt: skip
    attributes |= {path.replace("_", "/"): value for path, value in clusters.items()}
    return {"node_id": number, "available": True, "attributes": attributes}


LOCK = a_node(1, 0x000A, **{"1_257_0": 1, "1_257_51": True, "1_257_65532": 1})
OPEN_LOCK = a_node(2, 0x000A, **{"1_257_0": 1, "1_257_3": 1, "1_257_51": False, "1_257_65532": 0})
ROBOT = a_node(
    3, 0x0074,
    **{
        "1_97_4": 66, "1_336_2": [], "1_336_3": None,
        "1_336_0": [
            {"0": 7, "1": None, "2": {"0": {"0": "Kitchen", "1": 0, "2": 47}, "1": None}},
            {"0": 9, "1": None, "2": {"0": None, "1": {}}},
            "nonsense", {"0": "x"},
        ],
    },
)  # fmt: skip
BUTTON = a_node(4, 0x000F, **{"1_59_0": 2, "1_59_1": 0, "1_59_65532": 0b11110, "2_59_0": 2, "2_59_65532": 0b10})


@dataclass(slots=True)
class Fabric:
    server: ScriptedMatterServer
    matter: Matter
    home: Home
    database: Database

    def thing(self, node: int) -> ThingId:
        return self.matter.bridge.nodes[node]

    def said(self, node: int, name: str) -> object:
        one = self.home.room.twins.peek(self.thing(node)).reported.get(name)
        return one.value if one else None

    async def events(self, node: int) -> list[tuple[object, object]]:
        rows = await self.database.read("things.events_of_thing", thing=self.thing(node), count_max=50)
        return [(row["event"], json.loads(str(row["outputs"]))) for row in reversed(rows)]

    async def told(self, node: int, last: str) -> list[tuple[object, object]]:
        """Its events as soon as the last of them is there, by name: those of one moment are kept in any order."""
        with anyio.fail_after(30):
            while last not in dict(told := await self.events(node)):  # noqa: ASYNC110 - it comes by way of SQL.
                await anyio.sleep(0.02)
        return sorted(told, key=str)

    async def call(self, node: int, service: str, **inputs: Json) -> tuple[CommandOutcome, str]:
        done = await self.home.room.commander.call_service(self.thing(node), service, inputs, expires_s=15, by="test")
        return done.outcome, done.code


@asynccontextmanager
async def a_fabric(folder: Path, bus: NatsBus, *nodes: dict[str, Json]) -> AsyncIterator[Fabric]:
    copied: list[dict[str, Json]] = [json.loads(json.dumps(node)) for node in nodes]
    server = ScriptedMatterServer(nodes={int(str(node["node_id"])): node for node in copied}, pin=PIN)
    async with (
        a_database(folder / "data") as database, a_home(database, bus) as home, anyio.create_task_group() as tasks
    ):  # fmt: skip
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        matter = open_matter(server.url, room=home.room, bus=bus)
        for service in matter.services:
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        made = Fabric(server=server, matter=matter, home=home, database=database)
        await until(lambda: all(number in matter.bridge.nodes for number in server.nodes))
        await until(lambda: all(home.room.twins.peek(made.thing(number)).is_online for number in server.nodes))
        yield made
        tasks.cancel_scope.cancel()


async def until(is_so: Callable[[], bool], within_s: float = 30.0) -> None:
    with anyio.fail_after(within_s):
        while not is_so():  # noqa: ASYNC110 - any claim, so that no event could be waited for.
            await anyio.sleep(0.01)


async def test_a_lock_that_wants_its_pin_is_not_even_asked_without_it(tmp_path: Path, bus: NatsBus) -> None:
    async with a_fabric(tmp_path, bus, LOCK) as fabric:
        product = fabric.home.room.registry.product_of(fabric.home.room.registry.thing(fabric.thing(1)))
        assert list(product.model.services["unlock"].inputs) == ["pin"]
        assert (await fabric.call(1, "unlock"))[0] is CommandOutcome.REFUSED
        assert (await fabric.call(1, "unlock", pin="12ab"))[0] is CommandOutcome.REFUSED
        assert not [command for command, _ in fabric.server.asked if command == "device_command"]
        assert (await fabric.call(1, "unlock", pin="111111"))[0] is not CommandOutcome.CONFIRMED
        assert fabric.said(1, "lock_state") == 1
        assert await fabric.call(1, "unlock", pin=PIN) == (CommandOutcome.CONFIRMED, "")
        await until(lambda: fabric.said(1, "lock_state") == 2)


async def test_the_pin_of_a_lock_stands_in_no_log_and_in_no_record(
    tmp_path: Path, bus: NatsBus, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with a_fabric(tmp_path, bus, LOCK) as fabric:
            await fabric.call(1, "unlock", pin=PIN)
            await until(lambda: fabric.said(1, "lock_state") == 2)
            await fabric.matter.client.set_wifi("home", Secret("wifi-password-55"))
            with pytest.raises(Unavailable):
                await fabric.matter.client.commission(Secret("34970112332"))
    frames = "\n".join(one.getMessage() for one in caplog.records)
    # The other side of the line is the test's own, and logs what it likes: so would ours if it were let.
    assert "wifi-password-55" in frames
    ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("websockets.server"))
    assert not [secret for secret in (PIN, "wifi-password-55", "34970112332") if secret in ours]
    raw = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert b"unlock" in raw
    assert PIN.encode() not in raw


async def test_a_lock_without_a_pin_is_locked_when_it_says_so(tmp_path: Path, bus: NatsBus) -> None:
    async with a_fabric(tmp_path, bus, OPEN_LOCK) as fabric:
        fabric.server.pin = ""
        assert (fabric.said(2, "lock_state"), fabric.said(2, "door_state")) == (1, 1)
        assert await fabric.call(2, "unlock") == (CommandOutcome.CONFIRMED, "")
        await until(lambda: fabric.said(2, "lock_state") == 2)
        await fabric.server.happen(2, (1, 257, 2), 1, {"lockOperationType": 1, "operationSource": 7, "userIndex": None})
        await fabric.server.happen(
            2, (1, 257, 3), 2, {"lockOperationType": 1, "operationSource": 3, "operationError": 1}
        )
        await fabric.server.happen(2, (1, 257, 0), 3, {"alarmCode": 6})
        assert await fabric.told(2, "lock_alarm") == [
            ("lock_alarm", {"alarm": 6}),
            ("lock_failed", {"operation": 1, "source": 3, "error": 1}),
            ("lock_operated", {"operation": 1, "source": 7}),
        ]


async def test_a_press_is_an_event_once_and_of_its_own_button(tmp_path: Path, bus: NatsBus) -> None:
    async with a_fabric(tmp_path, bus, BUTTON) as fabric:
        await fabric.server.happen(4, (1, 59, 1), 10, {"newPosition": 1})
        await fabric.server.happen(4, (1, 59, 1), 10, {"newPosition": 1})
        await fabric.server.happen(4, (1, 59, 6), 11, {"previousPosition": 1, "totalNumberOfPressesCounted": 2})
        await fabric.server.happen(4, (1, 59, 99), 12, None)
        await fabric.server.happen(4, (1, 59, 2), 13, {"newPosition": 4_000})
        await fabric.server.happen(4, (2, 59, 1), 14, {"newPosition": 1, "more": [1]})
        await fabric.server.tell("node_event", {"node_id": 99, "endpoint_id": 1, "cluster_id": 59, "event_id": 1})
        await fabric.server.happen(4, (1, 59, 3), 15, None)
        assert await fabric.told(4, "released") == [
            ("e2:pressed", {"position": 1}), ("multi_pressed", {"position": 1, "count": 2}),
            ("pressed", {"position": 1}), ("released", {}),
        ]  # fmt: skip


async def test_a_robot_cleans_one_area_or_everywhere(tmp_path: Path, bus: NatsBus) -> None:
    async with a_fabric(tmp_path, bus, ROBOT) as fabric:
        product = fabric.home.room.registry.product_of(fabric.home.room.registry.thing(fabric.thing(3)))
        shape = product.model.properties["clean_area"].type
        assert getattr(shape, "labels", None) == {0: "everywhere", 8: "Kitchen", 10: "area 9"}
        assert fabric.said(3, "clean_area") == 0
        commander = fabric.home.room.commander
        (done,) = await commander.set_properties(fabric.thing(3), {"clean_area": 8}, expires_s=15, by="test")
        assert done.outcome is CommandOutcome.CONFIRMED
        orders = [asked for command, asked in fabric.server.asked if command == "device_command"]
        assert orders[-1]["payload"] == {"newAreas": [7]}
        await fabric.server.change(3, "1/336/3", 7)
        await until(lambda: fabric.said(3, "current_area") == 8)
        await fabric.server.change(3, "1/336/2", [7, 9])
        await until(lambda: fabric.said(3, "clean_area") == 0)
