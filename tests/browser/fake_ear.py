"""The fake hub's side of one satellite: hears any sound as the same sentence, and answers with a tone."""

import math
import struct
from collections.abc import Awaitable, Callable
from typing import Any

from browser.fake_home import Json
from browser.wire import checked
from litestar import WebSocket

AnySocket = WebSocket[Any, Any, Any]
TakeTurn = Callable[[str, str, str], Awaitable[Json]]

SPEECH_RATE = 24_000
SPOKEN = "turn on the kitchen light"


class Ear:
    """One satellite's side of the hub: hears any sound as the same sentence."""

    def __init__(self, socket: AnySocket, *, take_turn: TakeTurn, count_frame: Callable[[], int]) -> None:
        self.socket, self.take_turn, self.count_frame = socket, take_turn, count_frame
        self.is_listening, self.satellite = False, ""

    async def send(self, message: Json) -> None:
        await self.socket.send_json(checked("SatelliteDown", message))

    async def text(self, message: Json) -> None:
        match message["type"]:
            case "hello":
                self.satellite = message["satellite"]
                await self.send({"type": "state", "state": "waiting"})
            case "start":
                self.is_listening = True
                await self.send({"type": "state", "state": "listening"})
            case "stop" if self.is_listening:
                await self.decode()
            case "abort" | "played":
                self.is_listening = False
                await self.send({"type": "state", "state": "waiting"})

    async def sound(self, pcm: bytes) -> None:
        if not self.is_listening:
            return
        count = self.count_frame()
        if count % 5 == 0:
            samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)
            level = min(1.0, math.sqrt(sum(s * s for s in samples) / len(samples)) / 8000)
            await self.send({"type": "level", "level": level})
        if count == 20:
            await self.send({"type": "heard", "text": "turn on the", "final": False, "lang": "en"})

    async def decode(self) -> None:
        self.is_listening = False
        await self.send({"type": "state", "state": "thinking"})
        await self.send({"type": "heard", "text": SPOKEN, "final": True, "lang": "en"})
        turn = await self.take_turn(self.satellite, SPOKEN, "en")
        await self.send({"type": "turn", "turn": turn})
        await self.send({"type": "state", "state": "speaking"})
        await self.send({"type": "speech", "rate": SPEECH_RATE})
        for _ in range(3):
            await self.socket.send_bytes(tone(0.2))
        await self.send({"type": "speech_end"})


def tone(seconds: float) -> bytes:
    """A quiet 220 Hz: something to play."""
    count = int(SPEECH_RATE * seconds)
    return struct.pack(f"<{count}h", *(int(1500 * math.sin(2 * math.pi * 220 * n / SPEECH_RATE)) for n in range(count)))
