"""Make the spoken commands of tests/recordings again: voice, noise and echo are all computed, with fixed seeds.

Reads `commands.jsonl`, writes one FLAC (16 kHz, mono, 16 bit) a command and condition, and `manifest.jsonl`.
"""

import argparse
import json
import sys
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import soxr
from room import Samples, Shoebox, impulse_response, in_room, measured_rt60_s, voiced_rms, with_noise

from jinn.kernel import Lang
from jinn.voice.kokoro import RATE as SPOKEN_RATE
from jinn.voice.models import ModelOptions
from jinn.voice.synthesis import KokoroVoice, SpeechOptions, installed_voices, load_voice

RATE = 16_000
LEVEL_DBFS = -30.0
"""Of the voiced parts: what a speaker's microphone gives for somebody two metres away."""

LEAD_S, TAIL_S = 0.3, 0.6
FLOOR_DB = 50.0
"""The clean clips have noise this far below the voice: no microphone gives digital silence."""

SNR_DB = 10.0

Line = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path("tests/recordings"))
    parser.add_argument("--voices", type=Path, default=installed_voices())
    parser.add_argument("--only", help="only the commands whose id contains this; the manifest is left alone")
    arguments = parser.parse_args()
    commands = [json.loads(line) for line in (arguments.folder / "commands.jsonl").read_text().splitlines()]
    wanted = [command for command in commands if not arguments.only or arguments.only in command["id"]]
    room = Shoebox()
    response = impulse_response(room, RATE)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as cache:
        for command in sorted(wanted, key=lambda command: str(command["voice"])):
            lines += record(command, spoken(command, arguments.voices, Path(cache)), response, arguments.folder)
    for line in lines:
        if line["condition"] == "room":
            line |= {"rt60_s": round(measured_rt60_s(response, RATE), 2), "distance_m": round(room.distance_m, 1)}
    if not arguments.only:
        order = [command["id"] for command in commands]
        lines.sort(key=lambda line: order.index(str(line["id"])))
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (arguments.folder / "manifest.jsonl").write_text(text)


def spoken(command: Line, voices: Path, cache: Path) -> Samples:
    """The command as said, at `RATE`, between its two silences."""
    lang = Lang(str(command["lang"]))
    pcm = np.frombuffer(loaded(str(command["voice"]), voices, cache).say(str(command["text"]), lang), dtype="<i2")
    voice = soxr.resample(pcm.astype(np.float32) / 32768, SPOKEN_RATE, RATE)
    voice *= np.float32(10 ** (LEVEL_DBFS / 20) / voiced_rms(voice, RATE))
    return np.pad(voice, (int(LEAD_S * RATE), int(TAIL_S * RATE)))


@lru_cache(maxsize=1)
def loaded(voice: str, voices: Path, cache: Path) -> KokoroVoice:
    """One voice at a time: a second one would take 300 MB more."""
    speakers = {Lang.EN: voice, Lang.ZH: voice}
    return load_voice(SpeechOptions(models=ModelOptions(cache=cache), cache=cache, voices=voices, voice=speakers))


def record(command: Line, voice: Samples, response: Samples, folder: Path) -> list[Line]:
    """Write the three conditions, and give their lines of the manifest."""
    name = str(command["id"])
    seed = zlib.crc32(name.encode())
    conditions: dict[str, tuple[Samples, Line]] = {
        "clean": (with_noise(voice, RATE, FLOOR_DB, seed), {}),
        "noise": (with_noise(voice, RATE, SNR_DB, seed), {"snr_db": SNR_DB}),
        "room": (with_noise(in_room(voice, response), RATE, FLOOR_DB, seed), {}),
    }
    lines: list[Line] = []
    for condition, (sound, facts) in conditions.items():
        file = f"{name}_{condition}.flac"
        soundfile.write(folder / file, sound, RATE, subtype="PCM_16", format="FLAC")
        kept: Line = {key: command[key] for key in ("id", "lang", "text", "voice", "wake", "given") if key in command}
        lines.append({"file": file, **kept, "condition": condition, **facts, "expect": command["expect"]})
    sys.stdout.write(f"{name}: {voice.size / RATE:.1f} s, {command['voice']}\n")
    return lines


if __name__ == "__main__":
    main()
