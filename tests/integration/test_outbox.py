"""An event that was committed is published, in order, whatever dies in between."""

import os
import signal
from pathlib import Path

import anyio
import nats
import pytest

from jinn.kernel import Conflict, SystemClock
from jinn.runtime import Database, NatsBus, NatsEngine, NatsLink, OutboxRelay, Statement, event, open_database
from jinn.runtime.testing import InMemoryBus

pytestmark = pytest.mark.anyio

CLOCK = SystemClock()


def change(number: int) -> Statement:
    return event("ev.things.registry", f'{{"number":{number}}}'.encode(), CLOCK)


async def relay_until_empty(database: Database, relay: OutboxRelay) -> None:
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: relay.run(task_status=task_status))
        await until_waiting(relay, 0)
        tasks.cancel_scope.cancel()


async def until_waiting(relay: OutboxRelay, count: int) -> None:
    """Wait until no more than so many events are yet to be published."""
    with anyio.fail_after(30):
        while await relay.waiting() > count:  # noqa: ASYNC110 - the database gives no event to wait for
            await anyio.sleep(0.002)


async def read_stream(link: NatsLink) -> list[bytes]:
    assert link.password is not None
    client = await nats.connect(link.url, user=link.user, password=link.password.reveal())
    try:
        stream = client.jetstream()
        last = (await stream.stream_info("EVENTS")).state.last_seq
        return [(await stream.get_msg("EVENTS", number)).data or b"" for number in range(1, last + 1)]
    finally:
        await client.close()


async def test_events_are_published_in_order_and_then_forgotten(database: Database) -> None:
    bus = InMemoryBus()
    await database.write(*(change(number) for number in range(250)))
    await relay_until_empty(database, OutboxRelay(database=database, bus=bus))
    assert [payload for _, _, payload in bus.kept] == [f'{{"number":{n}}}'.encode() for n in range(250)]


async def test_an_event_of_a_change_that_failed_is_never_published(database: Database) -> None:
    bus = InMemoryBus()
    with pytest.raises(Conflict):
        await database.write(change(1), Statement(query="runtime.forget_event", values={"id": "none"}, rows=1))
    await database.write(change(2))
    await relay_until_empty(database, OutboxRelay(database=database, bus=bus))
    assert [payload for _, _, payload in bus.kept] == [b'{"number":2}']


async def test_events_wait_while_the_stream_is_away(database: Database) -> None:
    bus = InMemoryBus()
    bus.is_away = True
    relay = OutboxRelay(database=database, bus=bus)
    await database.write(change(1))
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: relay.run(task_status=task_status))
        await anyio.sleep(0.05)
        assert await relay.waiting() == 1
        bus.is_away = False
        await until_waiting(relay, 0)
        tasks.cancel_scope.cancel()
    assert len(bus.kept) == 1


async def test_no_event_is_lost_when_the_engine_is_killed_in_between(tmp_path: Path) -> None:
    share = 130
    engine = NatsEngine(tmp_path)
    bus = NatsBus(engine.link, patience_s=30)
    async with open_database((), folder=tmp_path / "data") as database, anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        relay = OutboxRelay(database=database, bus=bus)
        await tasks.start(lambda *, task_status: relay.run(task_status=task_status))
        for turn in range(2):
            await database.write(*(change(turn * share + number) for number in range(share)))
            await until_waiting(relay, share - 1)
            os.kill(int((tmp_path / "nats" / "nats.pid").read_text()), signal.SIGKILL)
            with anyio.fail_after(30):
                while engine.restarts == turn:  # noqa: ASYNC110 - another process
                    await anyio.sleep(0.002)
        await database.write(*(change(2 * share + number) for number in range(share)))
        await until_waiting(relay, 0)
        stored = await read_stream(engine.link())
        tasks.cancel_scope.cancel()
    assert engine.restarts == 2
    assert list(dict.fromkeys(stored)) == [f'{{"number":{number}}}'.encode() for number in range(3 * share)]
