"""One contract for the bus: on a real nats-server, and in memory."""

from collections.abc import AsyncIterator

import anyio
import pytest

from jinn.kernel import Invalid, Unavailable
from jinn.runtime import Bus, Message
from jinn.runtime.testing import InMemoryBus

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["nats", "memory"])
def any_bus(request: pytest.FixtureRequest) -> Bus:
    return InMemoryBus() if request.param == "memory" else request.getfixturevalue("bus")


async def take(messages: AsyncIterator[Message], count: int) -> list[Message]:
    with anyio.fail_after(30):
        return [await anext(messages) for _ in range(count)]


async def test_a_subscriber_hears_what_is_published_from_now_on_in_order(any_bus: Bus) -> None:
    await any_bus.publish("order.a", b"too early")
    async with any_bus.subscribe("order.*") as messages:
        for number in range(200):
            await any_bus.publish("order.a", str(number).encode())
        heard = await take(messages, 200)
    assert [message.payload for message in heard] == [str(number).encode() for number in range(200)]
    assert {message.subject for message in heard} == {"order.a"}


async def test_wildcards_match_one_part_or_all_the_rest(any_bus: Bus) -> None:
    async with any_bus.subscribe("wild.*.c") as one, any_bus.subscribe("wild.>") as rest:
        for subject in ("wild.b.c", "wild", "wild.b", "wild.b.c.d"):
            await any_bus.publish(subject, subject.encode())
        await any_bus.publish("wild.end.c", b"end")
        assert [message.payload for message in await take(one, 2)] == [b"wild.b.c", b"end"]
        assert [message.payload for message in await take(rest, 4)] == [b"wild.b.c", b"wild.b", b"wild.b.c.d", b"end"]


async def test_members_of_a_queue_share_the_messages(any_bus: Bus) -> None:
    shares: list[int] = [0, 0]

    async def member(index: int) -> None:
        async with any_bus.subscribe("work", queue="hands") as messages:
            joined[index].set()
            async for _ in messages:
                shares[index] += 1
                if sum(shares) == 200:
                    tasks.cancel_scope.cancel()

    joined = (anyio.Event(), anyio.Event())
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(member, 0)
            tasks.start_soon(member, 1)
            for event in joined:
                await event.wait()
            for _ in range(200):
                await any_bus.publish("work", b"")
    assert sum(shares) == 200
    assert min(shares) > 0


async def test_a_request_gets_the_answer_of_its_own_question(any_bus: Bus) -> None:
    async def answer() -> None:
        async with any_bus.subscribe("echo") as questions:
            listening.set()
            async for question in questions:
                await any_bus.publish(question.reply, b"re: " + question.payload)

    answers: dict[int, bytes] = {}

    async def ask(number: int) -> None:
        answers[number] = await any_bus.request("echo", str(number).encode(), within_s=30)

    listening = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(answer)
        await listening.wait()
        async with anyio.create_task_group() as askers:
            for number in range(50):
                askers.start_soon(ask, number)
        tasks.cancel_scope.cancel()
    assert answers == {number: f"re: {number}".encode() for number in range(50)}


async def test_a_request_to_nobody_fails_at_once(any_bus: Bus) -> None:
    began_s = anyio.current_time()
    with pytest.raises(Unavailable) as caught:
        await any_bus.request("nobody.home", b"", within_s=30)
    assert caught.value.stable_code() == "no-responder"
    assert anyio.current_time() - began_s < 25


async def test_a_request_that_is_heard_but_not_answered_times_out(any_bus: Bus) -> None:
    async with any_bus.subscribe("silent"):
        with pytest.raises(Unavailable) as caught:
            await any_bus.request("silent", b"", within_s=0.05)
    assert caught.value.stable_code() == "no-answer"


async def test_after_leaving_a_subscription_nobody_listens(any_bus: Bus) -> None:
    async with any_bus.subscribe("left"):
        pass
    with pytest.raises(Unavailable) as caught:
        await any_bus.request("left", b"", within_s=30)
    assert caught.value.stable_code() == "no-responder"


async def test_a_reader_that_is_too_slow_loses_the_oldest(any_bus: Bus) -> None:
    async with any_bus.subscribe("flood", pending_max=10) as slow, any_bus.subscribe("flood") as quick:
        for number in range(30):
            await any_bus.publish("flood", str(number).encode())
            await take(quick, 1)
        assert [message.payload for message in await take(slow, 10)] == [str(n).encode() for n in range(20, 30)]


@pytest.mark.parametrize("subject", ["", "a b", "a\r\nPUB x 0\r\n"])
async def test_a_subject_that_is_none_is_refused(any_bus: Bus, subject: str) -> None:
    with pytest.raises(Invalid) as caught:
        await any_bus.publish(subject, b"")
    assert caught.value.stable_code() == "bad-subject"


@pytest.mark.parametrize("size", [0, 1, 1_000_000])
async def test_payloads_arrive_as_they_were_sent(any_bus: Bus, size: int) -> None:
    payload = bytes(range(256)) * (size // 256) + b"\r\n" * (size % 2)
    async with any_bus.subscribe("bytes") as messages:
        await any_bus.publish("bytes", payload)
        assert (await take(messages, 1))[0].payload == payload
