"""Noise at a real door harms nobody who behaves."""

import random

import anyio
import pytest
from door_parts import Closed, connect_packet, connected, knocking, post, running_door, running_hub, until

from jinn.runtime.testing import InMemoryBus
from jinn.things.door.codec import ProtocolError, Puback, encode

pytestmark = pytest.mark.anyio


async def test_while_strangers_send_noise_a_device_is_served() -> None:
    dice = random.Random(20_261_122)
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus) as door, connected(door.port, "dev1") as good:
        for index in range(1, 151):
            async with knocking(door.port) as probe:
                noise = dice.randbytes(dice.randrange(1, 400))
                if index % 3 == 0:
                    noise = encode(connect_packet("dev2")) + noise
                elif index % 3 == 1:
                    changed = bytearray(encode(connect_packet("dev3")) + encode(post("dev3")))
                    changed[dice.randrange(len(changed))] = dice.randrange(256)
                    noise = bytes(changed)
                await probe.send_raw(noise)
                with anyio.move_on_after(0.005):
                    while True:
                        try:
                            await probe.next()
                        except (Closed, ProtocolError):
                            break
            await good.send(post("dev1", index))
            assert await good.next() == Puback(index)
        await until(lambda: door.counts.connections == 1)
        assert door.counts.broken > 10
        assert door.counts.unkept == 0
