"""How soon and how clearly does the hub speak? Takes about two minutes."""

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import anyio
import numpy as np
import soxr
from measuring import line, median, percentile
from pypinyin import lazy_pinyin

from jinn.kernel import Lang
from jinn.voice import spoken_en, spoken_zh
from jinn.voice.clauses import clauses
from jinn.voice.kokoro import RATE
from jinn.voice.models import ModelOptions, find_model
from jinn.voice.shelf import ModelShelf
from jinn.voice.speaking import KokoroSpeaker
from jinn.voice.spoken_cache import SpokenCache
from jinn.voice.synthesis import KokoroVoice, SpeechOptions, load_voice
from jinn.voice.whisper import WHISPER_BASE, Whisper

LINES = [json.loads(line) for line in (Path(__file__).parent / "speech_replies.jsonl").read_text().splitlines()]
REPLIES = {lang: [str(each["text"]) for each in LINES if each["lang"] == lang] for lang in Lang}
HEARD_RATE = 16_000


async def first_sounds(speaker: KokoroSpeaker[KokoroVoice], lang: Lang) -> list[float]:
    """Milliseconds from the words to their first block, each reply spoken to its end."""
    waits: list[float] = []
    for text in REPLIES[lang]:
        asked, first = time.perf_counter(), 0.0
        async for _ in speaker.speak(text, lang):
            first = first or time.perf_counter()
        waits.append((first - asked) * 1000)
    return waits


def tell_waits(what: str, lang: Lang, waits: Sequence[float], limit_ms: int) -> None:
    p90 = round(percentile(waits, 90), 1)
    line(f"speech: {what}, p50", median(waits), "ms", at_most=limit_ms, lang=lang, p90=p90, replies=len(waits))


def tell_work(voice: KokoroVoice, lang: Lang) -> None:
    """What the model costs whatever else the machine does: CPU time of first clauses, and per second of speech."""
    spoken_s, worked_s, firsts = 0.0, 0.0, []
    for text in REPLIES[lang]:
        for place, clause in enumerate(clauses(text, lang)):
            began = time.process_time()
            spoken_s += len(voice.say(clause.text, lang)) / 2 / RATE
            took = time.process_time() - began
            worked_s += took
            firsts += [took * 1000] if place == 0 else []
    line("speech: CPU of the first clause, p50", median(firsts), "ms", lang=lang, p90=round(percentile(firsts, 90)))
    line("speech: CPU per second of speech", worked_s / spoken_s, "s", at_most=0.6, lang=lang)


def tell_errors(voice: KokoroVoice, whisper: Whisper, lang: Lang) -> None:
    """Word errors in English, character and tone-less pinyin errors in Mandarin, against whisper-base."""
    wrong, count, misheard = dict.fromkeys(PARTS[lang], 0), dict.fromkeys(PARTS[lang], 0), []
    for text in REPLIES[lang]:
        pcm = np.frombuffer(voice.say(text, lang), dtype="<i2").astype(np.float32) / 32768
        heard = whisper.recognise(soxr.resample(pcm, RATE, HEARD_RATE), lang).text
        for name, split in PARTS[lang].items():
            said = split(text)
            errors = distance(said, split(heard))
            wrong[name] += errors
            count[name] += len(said)
        if errors:
            misheard.append(f"{text} → {heard}")
    for name in PARTS[lang]:
        limit = 0.2 if name == "character" else 0.05
        line(f"speech: {name} errors of whisper-base", wrong[name] / count[name], "share", at_most=limit, lang=lang)
    sys.stderr.write("".join(f"  {each}\n" for each in misheard))


def words_en(text: str) -> list[str]:
    return re.findall(r"[a-z']+", spoken_en.spoken(text).lower())


def characters_zh(text: str) -> list[str]:
    return list(re.sub(r"\W", "", spoken_zh.spoken(text)))


def pinyin_zh(text: str) -> list[str]:
    return [str(syllable) for syllable in lazy_pinyin("".join(characters_zh(text)))]


PARTS: dict[Lang, dict[str, Callable[[str], list[str]]]] = {
    Lang.EN: {"word": words_en},
    Lang.ZH: {"character": characters_zh, "pinyin": pinyin_zh},
}


def distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest insertions, deletions and replacements from one to the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, 1):
        before, row[0] = row[0], place
        for other, candidate in enumerate(heard, 1):
            before, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, before + (word != candidate))
    return row[-1]


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        models = ModelOptions(cache=cache)
        options = SpeechOptions(models=models, cache=cache)
        began = time.perf_counter()
        voice = load_voice(options)
        line("speech: load the voice, joining its files", time.perf_counter() - began, "s", at_most=10)
        shelf = ModelShelf()
        place = shelf.add("speech", partial(_given, voice))
        async with anyio.create_task_group() as tasks:
            await tasks.start(partial(shelf.run))
            speaker = KokoroSpeaker(place, SpokenCache(None), identity=voice.identity)
            for lang in Lang:
                tell_waits("first sound, made anew", lang, await first_sounds(speaker, lang), 500)
                tell_waits("first sound, said before", lang, await first_sounds(speaker, lang), 20)
            tasks.cancel_scope.cancel()
        whisper = Whisper(find_model(WHISPER_BASE, models))
        for lang in Lang:
            tell_work(voice, lang)
            tell_errors(voice, whisper, lang)


def _given(voice: KokoroVoice) -> KokoroVoice:
    return voice


if __name__ == "__main__":
    anyio.run(main)
