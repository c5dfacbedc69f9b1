"""One contract for Matter servers: the scripted one keeps it, and the real one that JINN_MATTER_SERVER names.

The real one (`ws://host:5580/ws`) must have no nodes yet, and a lamp near that can be added with JINN_MATTER_CODE.
"""

import os
from collections.abc import AsyncIterator

import anyio
import pytest
from integration.matter_nodes import CODE, a_node, a_server

from jinn.kernel import JinnError, NotFound, Secret, Unavailable
from jinn.things.forms.matter_model import Order
from jinn.things.matter import MatterClient
from jinn.things.matter.model import Changed, Gone, Happening, Listed, Lost, Seen
from jinn.things.matter.testing import ScriptedMatterServer

pytestmark = pytest.mark.anyio
ON, OFF = Order(cluster=6, command="On"), Order(cluster=6, command="Off")
REAL = os.environ.get("JINN_MATTER_SERVER", "")


@pytest.fixture(
    params=[
        "scripted",
        # JINN_MATTER_SERVER may name a real one, to be asked the same.
        *(["real"] if REAL else []),
    ]
)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[MatterClient]:
    async with anyio.create_task_group() as tasks:
        url = REAL
        if request.param == "scripted":
            server = a_server()
            server.joining = a_node()
            await tasks.start(lambda *, task_status: server.run(task_status=task_status))
            url = server.url
        made = MatterClient(url)
        await tasks.start(lambda *, task_status: made.run(task_status=task_status))
        yield made
        tasks.cancel_scope.cancel()


async def until(client: MatterClient, kind: type[Happening], within_s: float = 30) -> Happening:
    with anyio.fail_after(within_s):
        async for happening in client.happenings:
            if isinstance(happening, kind):
                return happening
    raise AssertionError("it ended")


async def test_a_device_is_added_obeys_tells_and_is_let_go(client: MatterClient) -> None:
    listed = await until(client, Listed)
    assert isinstance(listed, Listed)
    assert listed.nodes == ()
    assert listed.info.min_supported_schema_version <= 11

    node = await client.commission(Secret(os.environ.get("JINN_MATTER_CODE", CODE)), network_only=True)
    assert node.is_available
    assert "1/6/0" in node.attributes
    seen = await until(client, Seen)
    assert isinstance(seen, Seen)
    assert seen.node.id == node.id

    for order, value in ((ON, True), (OFF, False), (ON, True)):
        await client.order(node.id, 1, order)
        changed = await until(client, Changed)
        assert isinstance(changed, Changed)
        while changed.path != "1/6/0":
            changed = await until(client, Changed)
            assert isinstance(changed, Changed)
        assert changed == Changed(node.id, "1/6/0", value)
        assert await client.read(node.id, "1/6/0") is value

    with pytest.raises(JinnError):
        await client.order(node.id, 1, Order(cluster=6, command="Dance"))
    with pytest.raises((NotFound, Unavailable)):
        await client.order(4_711, 1, ON)
    assert [known.id for known in await client.nodes()] == [node.id]

    await client.remove(node.id)
    gone = await until(client, Gone)
    assert gone == Gone(node.id)
    assert await client.nodes() == ()


@pytest.fixture
async def scripted() -> AsyncIterator[tuple[ScriptedMatterServer, MatterClient]]:
    server = a_server(1)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        client = MatterClient(server.url, answer_within_s=0.3)
        await tasks.start(lambda *, task_status: client.run(task_status=task_status))
        yield server, client
        tasks.cancel_scope.cancel()


async def test_a_broken_connection_is_told_and_made_again(scripted: tuple[ScriptedMatterServer, MatterClient]) -> None:
    server, client = scripted
    await until(client, Listed)
    await server.hang_up()
    await until(client, Lost)
    assert client.info is None
    with pytest.raises(Unavailable) as away:
        await client.order(1, 1, ON)
    assert away.value.stable_code() == "matter-away"
    again = await until(client, Listed)
    assert isinstance(again, Listed)
    assert [node.id for node in again.nodes] == [1]
    await client.order(1, 1, ON)


async def test_a_server_that_says_nothing_is_not_waited_for(
    scripted: tuple[ScriptedMatterServer, MatterClient],
) -> None:
    server, client = scripted
    await until(client, Listed)
    server.is_silent = True
    with pytest.raises(Unavailable) as silent:
        await client.order(1, 1, ON)
    assert silent.value.stable_code() == "matter-silent"


async def test_a_request_ends_when_the_connection_does(scripted: tuple[ScriptedMatterServer, MatterClient]) -> None:
    server, client = scripted
    await until(client, Listed)
    server.is_silent = True
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.hang_up)
        with pytest.raises(Unavailable):
            await client.order(1, 1, ON)


@pytest.mark.parametrize("garbled", ["<html>", "[]", '{"event": "node_added", "data": 7}', '{"event": 5}', "\x00"])
async def test_nonsense_ends_the_connection_and_not_the_client(
    scripted: tuple[ScriptedMatterServer, MatterClient], garbled: str
) -> None:
    server, client = scripted
    await until(client, Listed)
    server.garbled = garbled
    with pytest.raises(Unavailable):
        await client.order(1, 1, ON)
    await until(client, Listed)
    await client.order(1, 1, ON)


async def test_a_server_of_a_newer_kind_is_left_alone() -> None:
    server = a_server(1)
    server.min_schema = 12
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        client = MatterClient(server.url)
        await tasks.start(lambda *, task_status: client.run(task_status=task_status))
        assert await until(client, Lost) == Lost()
        assert server.asked == []
        tasks.cancel_scope.cancel()
