"""The real parts of hearing, loaded once for a whole test run."""

import atexit
import functools
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from jinn.kernel import Lang
from jinn.voice.model import Samples
from jinn.voice.models import ModelOptions, find_model
from jinn.voice.sound import read_sound
from jinn.voice.whisper import WHISPER_BASE, Whisper

RECORDINGS = Path(__file__).parent / "recordings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One spoken command, as the manifest tells of it."""

    path: Path
    text: str
    lang: Lang
    condition: str
    wake: str | None

    def samples(self) -> Samples:
        return read_sound(self.path)


def recordings() -> list[Recording]:
    lines = (RECORDINGS / "manifest.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    return [
        Recording(
            path=RECORDINGS / entry["file"],
            text=entry["text"],
            lang=Lang(entry["lang"]),
            condition=entry["condition"],
            wake=entry.get("wake"),
        )
        for entry in entries
    ]


@functools.cache
def model_cache() -> Path:
    """A folder that lasts as long as the run."""
    folder = Path(tempfile.mkdtemp(prefix="jinn-models-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def whisper() -> Whisper:
    return Whisper(find_model(WHISPER_BASE, ModelOptions(cache=model_cache())))
