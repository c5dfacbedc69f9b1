"""Four hundred devices that all log in at one moment: each is let in in the end, and who is there goes on."""

from collections import Counter

import anyio
import pytest
from door_parts import Closed, connect_packet, connected, knocking, post, reply_to, running_door, running_hub

from jinn.runtime.testing import InMemoryBus
from jinn.things.door import Limits
from jinn.things.door.codec import Connack, Puback, Publish

pytestmark = pytest.mark.anyio

MANY = 400
BURST = 100


async def test_a_crowd_that_logs_in_at_once_is_let_in_in_the_end_while_others_go_on() -> None:
    bus = InMemoryBus()
    answers: Counter[int] = Counter()
    posted = 0
    limits = Limits(connects_per_s=200, connects_burst=BURST)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "here") as here:
        hub.answer = reply_to
        everybody_is_in = anyio.Event()
        leave = anyio.Event()

        async def come(name: str) -> None:
            """As a device does that was told to come later."""
            while True:
                async with knocking(door.port) as probe:
                    await probe.send(connect_packet(name))
                    try:
                        told = await probe.next(within_s=60)
                    except Closed:
                        answers[-1] += 1
                        continue
                    assert isinstance(told, Connack)
                    answers[told.code] += 1
                    if told.code == 0:
                        if answers[0] == MANY:
                            everybody_is_in.set()
                        await leave.wait()
                        return
                await anyio.sleep(0.2)

        async with anyio.create_task_group() as tasks:
            for number in range(MANY):
                tasks.start_soon(come, f"d{number}")
            with anyio.fail_after(60):
                while not everybody_is_in.is_set():
                    posted += 1
                    await here.send(post("here", posted))
                    assert await here.next(within_s=60) == Puback(posted)
                    assert isinstance(await here.next(within_s=60), Publish)
            assert len(door.connections) == MANY + 1
            leave.set()
    assert posted > 0
    # Told to come later or let in: nobody was just dropped.
    assert answers.keys() <= {0, 3}
    assert answers[0] == MANY
    assert door.counts.shunned == answers[3]
    assert door.counts.admitted == MANY + 1
