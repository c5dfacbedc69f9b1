"""How long from the last voiced sample to the thing's own report, when a command is streamed as a microphone would?

Sound goes up in frames of 20 ms in real time, followed by the silence of a room; nobody says stop: the hub finds the
end of the command itself. Each thing is put into another state before, so that it has something to do and to report.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import anyio
import msgspec
import numpy as np
from measuring import line, median, percentile
from parts.whole_hub import load, ready_hub
from websockets.asyncio.client import ClientConnection, connect

from jinn.language import TurnWire
from jinn.voice.model import RATE, Samples, to_pcm
from jinn.voice.sound import read_sound

from hub_process import HubProcess  # isort: skip - found once whole_hub has made tests/ known
from judging import Recording, arrange, recordings, things  # isort: skip

FRAME_S = 0.02
FRAME = int(FRAME_S * RATE)
SHORTEST_S, LONGEST_S = 1.5, 3.0
AWAIT_S = 10.0
ROOM_LEVEL = 0.0003
"""70 dB below full scale: a quiet room, as a microphone hears it."""

VOICED = 0.02
"""A frame this loud, of the clip's loudest, still belongs to the sentence (-34 dB)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    recording: Recording
    samples: Samples
    voiced_s: float
    ends_s: float

    def is_wanted(self) -> bool:
        return SHORTEST_S <= self.voiced_s <= LONGEST_S and any(
            one.value is not None for one in self.recording.expect.things
        )


def clip(recording: Recording) -> Clip:
    samples = read_sound(recording.path)
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    levels = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(levels > VOICED * levels.max())
    begin_s, end_s = float(loud[0]) * FRAME_S, float(loud[-1] + 1) * FRAME_S
    return Clip(recording=recording, samples=samples, voiced_s=end_s - begin_s, ends_s=end_s)


def disturb(hub: HubProcess, recording: Recording) -> None:
    """Put every thing that will be asked for something into another state."""
    for given in recording.given:
        arrange(hub, given)
    home = things(hub)
    for one in recording.expect.things:
        for thing in (seen for seen in home if seen.kind == one.thing and one.area in {None, seen.area}):
            if not one.holds(thing.properties[one.property].value) or one.value is None:
                continue
            match one.value:
                case str():
                    other: int | float | str = "#123456"
                case 0 | 1:
                    other = 1 - one.value
                case _:
                    other = one.value + 1
            hub.client.set_properties(thing.id, {one.property: other})


def frames(samples: Samples) -> Iterator[bytes]:
    """The sentence, then the room for as long as somebody listens."""
    pcm = to_pcm(samples)
    yield from (pcm[start : start + 2 * FRAME] for start in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME))
    chance = np.random.default_rng(1)
    while True:
        yield to_pcm(chance.normal(0, ROOM_LEVEL, FRAME).astype(np.float32))


async def speak(socket: ClientConnection, samples: Samples, began_s: float) -> None:
    for number, frame in enumerate(frames(samples)):
        await anyio.sleep(max(0.0, began_s + (number + 1) * FRAME_S - anyio.current_time()))
        await socket.send(frame)


async def hear_turn(socket: ClientConnection) -> TurnWire:
    while True:
        message = await socket.recv()
        if isinstance(message, str) and json.loads(message)["type"] == "turn":
            return msgspec.json.decode(msgspec.json.encode(json.loads(message)["turn"]), type=TurnWire)


async def stream(url: str, one: Clip) -> tuple[TurnWire, float]:
    """The turn, and the milliseconds from the sound's end to the message that told of it."""
    async with connect(url) as socket, anyio.create_task_group() as tasks:
        hello = {"type": "hello", "satellite": "bench", "lang": one.recording.lang, "wake": False}
        await socket.send(json.dumps(hello))
        await socket.send('{"type":"start"}')
        began_s = anyio.current_time()
        tasks.start_soon(speak, socket, one.samples, began_s)
        with anyio.fail_after(AWAIT_S):
            turn = await hear_turn(socket)
        told_ms = (anyio.current_time() - began_s - one.ends_s) * 1000
        tasks.cancel_scope.cancel()
    return turn, told_ms


def tell(times: dict[str, list[float]], lang: str, **facts: object) -> None:
    whole = times["whole"]
    parts = {f"{name}_p50_ms": round(median(each)) for name, each in times.items() if name != "whole" and each}
    line(
        f"spoken command: last voiced sample → report, p50, {lang}", median(whole), "ms", at_most=700, **parts, **facts
    )
    line(f"spoken command: last voiced sample → report, p90, {lang}", percentile(whole, 90), "ms", at_most=850, **facts)


def main() -> None:
    clips = [one for each in recordings(wake=False) if each.condition == "clean" and (one := clip(each)).is_wanted()]
    by_lang: dict[str, dict[str, list[float]]] = {}
    with ready_hub() as hub:
        url = hub.url.replace("http", "ws") + "/ws/satellite"
        wrong: list[str] = []
        for one in clips:
            disturb(hub, one.recording)
            turn, told_ms = anyio.run(stream, url, one)
            if turn.outcome != "done" or "confirmed" not in {deed.outcome for deed in turn.did}:
                wrong.append(f"{turn.heard.text if turn.heard else None} → {turn.outcome}: {turn.said}")
                continue
            for lang in (one.recording.lang, "both"):
                times = by_lang.setdefault(lang, {"whole": [], "told": [], "endpoint": [], "acted": []})
                ends = {span.name: span.start_ms + span.ms for span in turn.spans}
                times["whole"].append(ends["acted"])
                times["told"].append(told_ms)
                times["endpoint"].append(ends["endpoint"])
                times["acted"].append(next(span.ms for span in turn.spans if span.name == "acted"))
    for lang, times in sorted(by_lang.items()):
        tell(times, lang, count=len(times["whole"]), not_counted=wrong, load=load())


if __name__ == "__main__":
    main()
