"""Whoever follows a subject takes what can be taken, in order, and outlives the rest."""

import anyio
import msgspec
import pytest

from jinn.kernel import Refused
from jinn.runtime import follow
from jinn.runtime.testing import InMemoryBus

pytestmark = pytest.mark.anyio

_numbers = msgspec.json.Decoder(int)


async def test_what_cannot_be_read_or_is_refused_ends_nobody() -> None:
    bus = InMemoryBus()
    taken: list[int] = []
    all_taken = anyio.Event()

    async def take(number: int) -> None:
        if number < 0:
            raise Refused("No number is below zero here.", code="below-zero")
        taken.append(number)
        if number == 3:
            all_taken.set()

    async with anyio.create_task_group() as tasks:
        await tasks.start(follow, bus, "ev.numbers", _numbers.decode, take)
        for payload in (b"1", b"one", b"-2", b"", b"2", b"3"):
            await bus.publish("ev.numbers", payload)
        with anyio.fail_after(30):
            await all_taken.wait()
        tasks.cancel_scope.cancel()
    assert taken == [1, 2, 3]


async def test_what_takes_need_not_wait() -> None:
    bus = InMemoryBus()
    taken = anyio.Event()
    async with anyio.create_task_group() as tasks:
        await tasks.start(follow, bus, "ev.numbers", _numbers.decode, lambda number: taken.set())
        await bus.publish("ev.numbers", b"7")
        with anyio.fail_after(30):
            await taken.wait()
        tasks.cancel_scope.cancel()
