"""What waiting for the wake word costs: one satellite in a silent room, and one beside somebody who never stops."""

import sys
import time
from pathlib import Path

import anyio
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from measuring import line
from voice_parts import recordings

from jinn.voice.model import RATE, WINDOW_BYTES, Samples, to_pcm
from jinn.voice.waking import OpenWakeWords, WakeOptions

SECONDS = 60


async def core_share(room: Samples) -> float:
    """Processor time for each second of sound, in percent of one core."""
    words = OpenWakeWords(WakeOptions())
    pcm = to_pcm(room)
    began_s = time.process_time()
    for start in range(0, len(pcm) - WINDOW_BYTES, WINDOW_BYTES):
        await words.hear(pcm[start : start + WINDOW_BYTES])
    return 100 * (time.process_time() - began_s) / (room.size / RATE)


async def main() -> None:
    silent = np.random.default_rng(1).normal(0, 0.0005, SECONDS * RATE).astype(np.float32)
    clips = [recording.samples() for recording in recordings() if recording.condition == "room"]
    talking = np.concatenate(clips)[: SECONDS * RATE]
    line("listening: wake word, silent room", await core_share(silent), "% of a core", at_most=3)
    line("listening: wake word, somebody always speaks", await core_share(talking), "% of a core", at_most=10)


anyio.run(main)
