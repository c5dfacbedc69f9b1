"""What devices send is acknowledged when it is kept, and what they are told reaches them once."""

from zlib import crc32

import anyio
import pytest
from door_parts import (
    PK,
    Closed,
    connect_packet,
    connected,
    knocking,
    post,
    reply_to,
    running_door,
    running_hub,
    topic,
    until,
)

from jinn.kernel import ManualClock, SystemClock, millis
from jinn.runtime.testing import InMemoryBus
from jinn.things.door import Limits
from jinn.things.door.codec import Connack, Disconnect, Pingreq, Pingresp, Puback, Publish, Subscribe, encode
from jinn.things.frames import SHARD_COUNT, DownMessage, Presence, UpMessage

pytestmark = pytest.mark.anyio

DEV1 = f"{PK}&dev1"
QUICK = Limits(answer_within_s=0.1)


def ids_of(messages: list[UpMessage]) -> list[bytes]:
    return [message.payload for message in messages]


async def test_a_post_is_acknowledged_and_its_reply_comes_right_behind() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        hub.answer = reply_to
        await probe.send(post("dev1", 7))
        assert await probe.next() == Puback(7)
        reply = await probe.next()
        assert isinstance(reply, Publish)
        assert reply.topic == topic("dev1", "thing/event/property/post_reply")
        (message,) = hub.messages
        assert (message.device, message.topic, message.qos) == (DEV1, topic("dev1"), 1)


async def test_what_the_hub_has_not_kept_is_not_acknowledged() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        hub.keep = lambda entry: isinstance(entry, Presence)
        await probe.send(post("dev1"))
        assert await probe.is_silent(0.3)


async def test_what_was_not_kept_is_sent_again_with_the_same_id() -> None:
    bus = InMemoryBus()
    refused: list[int] = []

    def at_the_third_time(entry: UpMessage | Presence) -> bool:
        if isinstance(entry, Presence) or len(refused) == 2:
            return True
        refused.append(entry.id)
        return False

    async with running_hub(bus) as hub, running_door(bus, limits=QUICK) as door, connected(door.port, "dev1") as probe:
        hub.keep = at_the_third_time
        await probe.send(post("dev1", 9))
        assert await probe.next() == Puback(9)
        assert [*refused, hub.messages[0].id] == [refused[0]] * 3


async def test_a_mute_hub_is_asked_again_until_it_answers() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, limits=QUICK) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        hub.is_mute = True
        await probe.send(post("dev1", 3))
        await hub.until(lambda hub: sum(len(frame.messages) for frame in hub.frames) >= 3)
        assert await probe.is_silent(0.01)
        hub.is_mute = False
        assert await probe.next() == Puback(3)


async def test_a_devices_messages_keep_their_order_through_repeats() -> None:
    bus = InMemoryBus()
    refusals = iter([True, False, False, True, False] * 20)
    async with running_hub(bus) as hub, running_door(bus, limits=QUICK) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        # All or nothing of a frame: as a database that is away for a moment.
        hub.keep = lambda entry: next(refusals) if len(hub.frames[-1].messages) == 1 else False
        payloads = [b'{"id":"%d"}' % index for index in range(6)]
        for index, payload in enumerate(payloads):
            await probe.send(post("dev1", index + 1, payload))
            await anyio.sleep(0.02)
        hub.keep = lambda entry: True
        assert [await probe.next() for _ in payloads] == [Puback(index + 1) for index in range(6)]
        assert ids_of(hub.messages) == payloads


async def test_one_device_that_must_wait_holds_up_no_other() -> None:
    bus = InMemoryBus()
    # Two devices of one shard.
    names = same_shard()
    async with (
        running_hub(bus) as hub,
        running_door(bus) as door,
        connected(door.port, names[0]) as first,
        connected(door.port, names[1]) as second,
    ):
        hub.keep = lambda entry: not (isinstance(entry, UpMessage) and entry.device.endswith(names[0]))
        await first.send(post(names[0], 1))
        await until(lambda: door.counts.repeated == 1)
        await second.send(post(names[1], 2))
        assert await second.next(within_s=30) == Puback(2)


def same_shard() -> list[str]:
    return [
        name for name in (f"dev{index}" for index in range(200)) if crc32(f"{PK}&{name}".encode()) % SHARD_COUNT == 3
    ][:2]


async def test_messages_of_one_moment_share_a_frame() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        before = len(hub.frames)
        await probe.send_raw(b"".join(encode(post("dev1", index)) for index in range(1, 31)))
        for index in range(1, 31):
            assert await probe.next() == Puback(index)
        assert len(hub.frames) - before == 1


async def test_a_goodbye_does_not_overtake_what_was_said_before() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door:
        for _ in range(20):
            async with connected(door.port, "dev1") as probe:
                await probe.send_raw(encode(post("dev1", 1)) + encode(post("dev1", qos=0)) + encode(Disconnect()))
        await hub.until(lambda hub: len(hub.seen) == 80)
        kinds = [("on" if entry.is_online else "off") if isinstance(entry, Presence) else "post" for entry in hub.seen]
        assert kinds == ["on", "post", "post", "off"] * 20


async def test_qos_0_is_handed_on_and_not_repeated() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, limits=QUICK) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        await probe.send(post("dev1", qos=0, payload=b"first"))
        await hub.until(lambda hub: len(hub.messages) == 1)
        hub.is_mute = True
        await probe.send(post("dev1", qos=0, payload=b"lost"))
        await until(lambda: door.counts.lost_qos0 == 1)
        hub.is_mute = False
        await probe.send(post("dev1", qos=0, payload=b"third"))
        await hub.until(lambda hub: len(hub.messages) == 2)
        assert ids_of(hub.messages) == [b"first", b"third"]
        assert door.counts.unkept == 0


async def test_while_the_bus_is_away_connections_stay_and_nothing_is_acknowledged_or_lost() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, limits=QUICK) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        bus.is_away = True
        await probe.send(post("dev1", 4))
        await probe.send(Pingreq())
        assert await probe.next() == Pingresp()
        assert await probe.is_silent(0.3)
        bus.is_away = False
        assert await probe.next() == Puback(4)
        assert len(hub.messages) == 1


async def test_a_device_that_comes_while_the_hub_is_away_is_sent_off_with_unavailable() -> None:
    bus = InMemoryBus()
    async with running_door(bus, limits=QUICK) as door:
        names = same_shard()
        async with connected(door.port, names[0]), knocking(door.port) as probe:
            await until(lambda: door.counts.repeated > 0)
            await probe.send(connect_packet(names[1]))
            assert await probe.next() == Connack(3)
            async with running_hub(bus) as hub:
                await hub.until(lambda hub: len(hub.presences) == 1)
                async with connected(door.port, names[1]):
                    pass


async def test_a_device_that_sends_more_than_is_kept_is_not_read_and_loses_nothing() -> None:
    bus = InMemoryBus()
    limits = Limits(unkept_per_device_max=4, answer_within_s=0.1)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        hub.is_mute = True
        for index in range(1, 41):
            await probe.send(post("dev1", index, b"%d" % index))
        await until(lambda: door.counts.held == 1)
        await anyio.sleep(0.05)
        assert door.counts.unkept == 4
        hub.is_mute = False
        assert [await probe.next() for _ in range(40)] == [Puback(index) for index in range(1, 41)]
        assert ids_of(hub.messages) == [b"%d" % index for index in range(1, 41)]
        assert (door.counts.unkept, door.counts.unkept_bytes) == (0, 0)


async def test_the_door_as_a_whole_holds_back_too_and_reads_on() -> None:
    bus = InMemoryBus()
    limits = Limits(unkept_bytes_max=3_000, answer_within_s=0.1)
    async with (
        running_hub(bus) as hub,
        running_door(bus, limits=limits) as door,
        connected(door.port, "dev1") as first,
        connected(door.port, "dev2") as second,
    ):
        await hub.until(lambda hub: len(hub.presences) == 2)
        hub.is_mute = True
        for index in range(1, 9):
            await first.send(post("dev1", index, b"x" * 500))
            await second.send(post("dev2", index, b"y" * 500))
        await until(lambda: door.counts.held >= 2)
        assert door.counts.unkept_bytes < 3_000 + 2 * 700
        hub.is_mute = False
        for probe in (first, second):
            assert [await probe.next() for _ in range(8)] == [Puback(index) for index in range(1, 9)]


async def test_over_the_bound_of_the_door_qos_0_is_dropped_and_counted() -> None:
    bus = InMemoryBus()
    limits = Limits(unkept_bytes_max=1_000, answer_within_s=5)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "dev1") as probe:
        await hub.until(lambda hub: len(hub.presences) == 1)
        hub.is_mute = True
        for _ in range(5):
            await probe.send(post("dev1", qos=0, payload=b"x" * 600))
        await until(lambda: door.counts.lost_qos0 == 4)
        await probe.send(Pingreq())
        assert await probe.next() == Pingresp()


async def test_a_command_reaches_a_device_that_never_subscribed() -> None:
    bus = InMemoryBus()
    down = DownMessage(DEV1, topic("dev1", "thing/service/property/set"), b'{"id":"1"}')
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        assert await hub.tell(down) == "delivered"
        assert await probe.next() == Publish(down.topic, down.payload)


async def test_a_command_reaches_a_device_that_subscribed_twice_only_once() -> None:
    bus = InMemoryBus()
    down = DownMessage(DEV1, topic("dev1", "thing/service/property/set"), b"{}")
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        await probe.send(Subscribe(1, ((down.topic, 1), (topic("dev1", "#"), 1))))
        await probe.next()
        assert await hub.tell(down) == "delivered"
        assert await probe.next() == Publish(down.topic, down.payload)
        assert await probe.is_silent()


async def test_a_command_at_qos_1_is_delivered_when_the_device_says_so() -> None:
    bus = InMemoryBus()
    outcomes: list[str] = []
    down = DownMessage(DEV1, topic("dev1", "x"), b"{}", qos=1)
    async with (
        running_hub(bus) as hub,
        running_door(bus) as door,
        connected(door.port, "dev1") as probe,
        anyio.create_task_group() as tasks,
    ):

        async def ask() -> None:
            outcomes.append(await hub.tell(down))

        tasks.start_soon(ask)
        told = await probe.next()
        assert isinstance(told, Publish)
        await anyio.sleep(0.05)
        assert outcomes == []
        await probe.send(Puback(told.packet_id))
        await until(lambda: outcomes == ["delivered"])


async def test_a_device_that_never_acknowledges_is_slow() -> None:
    bus = InMemoryBus()
    down = DownMessage(DEV1, topic("dev1", "x"), b"{}", qos=1)
    limits = Limits(ack_within_s=1)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "dev1"):
        assert await hub.tell(down) == "slow"
        assert door.connections[DEV1].unacked == {}


async def test_a_device_that_goes_before_it_acknowledges_is_offline() -> None:
    bus = InMemoryBus()
    outcomes: list[str] = []
    down = DownMessage(DEV1, topic("dev1", "x"), b"{}", qos=1)
    async with running_hub(bus) as hub, running_door(bus) as door, anyio.create_task_group() as tasks:

        async def ask() -> None:
            outcomes.append(await hub.tell(down))

        async with connected(door.port, "dev1") as probe:
            tasks.start_soon(ask)
            await probe.next()
        await until(lambda: outcomes == ["offline"])


async def test_commands_that_wait_for_an_acknowledgement_are_bounded() -> None:
    bus = InMemoryBus()
    down = DownMessage(DEV1, topic("dev1", "x"), b"{}", qos=1)
    limits = Limits(unacked_per_device_max=0)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "dev1"):
        assert await hub.tell(down) == "slow"


async def test_a_device_that_is_not_here_is_offline_at_once() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus):
        assert await hub.tell(DownMessage(DEV1, "t", b""), within_s=30) == "offline"


async def test_a_command_that_is_late_is_not_delivered() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        late = DownMessage(DEV1, topic("dev1", "x"), b"", expires_ms=millis(SystemClock().now()) - 1)
        assert await hub.tell(late) == "expired"
        in_time = DownMessage(DEV1, topic("dev1", "x"), b"1", expires_ms=millis(SystemClock().now()) + 60_000)
        assert await hub.tell(in_time) == "delivered"
        assert await probe.next() == Publish(in_time.topic, b"1")


async def test_a_device_that_does_not_read_is_slow_and_shown_out() -> None:
    bus = InMemoryBus()
    limits = Limits(unread_bytes_max=100_000)
    large = DownMessage(DEV1, topic("dev1", "x"), b"x" * 100_000)
    async with running_hub(bus) as hub, running_door(bus, limits=limits) as door, connected(door.port, "dev1"):
        outcomes = {await hub.tell(large) for _ in range(200)}
        assert outcomes == {"delivered", "slow", "offline"}
        await until(lambda: not door.connections)


async def test_a_message_of_the_bus_that_nobody_can_read_harms_nobody() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        for subject in ("dn.door", "door.takeover"):
            await bus.publish(subject, b"\xc1")
        await bus.publish("dn.door", b"", reply="nobody")
        with pytest.raises(TimeoutError):
            with anyio.fail_after(0.1):
                await hub.tell(DownMessage(DEV1, "not/a/#/topic", b""))
        await probe.send(Pingreq())
        assert await probe.next() == Pingresp()


async def test_a_large_message_passes_and_a_too_large_one_ends_the_connection() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        await probe.send(post("dev1", 1, b"x" * 250_000))
        assert await probe.next() == Puback(1)
        assert len(hub.messages[0].payload) == 250_000
        await probe.send_raw(b"\x32\xff\xff\x7f")
        with pytest.raises(Closed):
            await probe.next()


async def test_times_are_those_of_the_clock_handed_in() -> None:
    bus, clock = InMemoryBus(), ManualClock()
    async with running_hub(bus) as hub, running_door(bus, clock=clock) as door, connected(door.port, "dev1"):
        await hub.until(lambda hub: len(hub.presences) == 1)
        assert hub.presences[0].at_ms == millis(clock.now())
