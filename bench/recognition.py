"""What recognising one spoken command costs on one core, beside the same model behind a 30 s window."""

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

# One core for everything, before any library counts the cores.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

from faster_whisper import WhisperModel  # noqa: E402
from measuring import line, median, percentile  # noqa: E402
from voice_parts import recordings  # noqa: E402

from jinn.voice.models import ModelOptions, find_model  # noqa: E402
from jinn.voice.whisper import WHISPER_BASE, Whisper  # noqa: E402

PEER_EVERY = 4
"""The peer takes five times as long: every fourth recording is enough for its median."""


def main() -> None:
    clips = [recording for recording in recordings() if recording.condition == "clean"]
    with tempfile.TemporaryDirectory() as cache:
        began_s = time.perf_counter()
        folder = find_model(WHISPER_BASE, ModelOptions(cache=Path(cache)))
        whisper = Whisper(folder)
        line("recognition: join and load the model, first start", time.perf_counter() - began_s, "s", at_most=10)
        peer = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
        whisper.recognise(clips[0].samples(), clips[0].lang)
        ours_ms: list[float] = []
        core_ms: list[float] = []
        detected_ms: list[float] = []
        peer_ms: list[float] = []
        for index, clip in enumerate(clips):
            samples = clip.samples()
            began_s, core_began_s = time.perf_counter(), time.process_time()
            whisper.recognise(samples, clip.lang)
            ours_ms.append((time.perf_counter() - began_s) * 1000)
            core_ms.append((time.process_time() - core_began_s) * 1000)
            began_s = time.perf_counter()
            whisper.recognise(samples, None)
            detected_ms.append((time.perf_counter() - began_s) * 1000)
            if index % PEER_EVERY == 0:
                began_s = time.perf_counter()
                segments, _ = peer.transcribe(samples, language=clip.lang.value, beam_size=1, without_timestamps=True)
                list(segments)
                peer_ms.append((time.perf_counter() - began_s) * 1000)
    facts = {
        "p90": round(percentile(ours_ms, 90), 1),
        # Neighbours on a shared machine lengthen the wall's time and not the processor's.
        "processor_p50": round(median(core_ms), 1),
        "clips": len(clips),
        "cores": 1,
        "peer": {"faster-whisper, 30 s window": round(median(peer_ms), 1)},
    }
    line("recognition: one command, p50", median(ours_ms), "ms", at_most=180, **facts)
    line("recognition: one command, language detected, p50", median(detected_ms), "ms", at_most=180)


main()
