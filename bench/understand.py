"""How fast and how rightly sentences are understood: one JSON line for each figure, with its limit.

    PYTHONPATH=src python bench/understand.py [--data FOLDER]

FOLDER may hold `home_assistant/en_dev.jsonl` and `zh_dev.jsonl`, lines of text, expected intent and slots; the accuracy
lines are printed when it is given.
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import line

from jinn.kernel import AreaId, Lang, Names, ThingId
from jinn.language import AreaWords, HomeWords, NotUnderstood, ThingWords, Understander, understand_line

SORTS = (
    ("light", "light", None, "Light", "灯", "power brightness color"),
    ("curtain", "cover", "curtain", "Curtain", "窗帘", "position"),
    ("air_conditioner", "climate", None, "Air Conditioner", "空调", "power mode target_temperature temperature"),
    ("switch", "switch", None, "Plug", "插座", "power"),
    ("television", "media_player", None, "Television", "电视", "power volume channel"),
)
EN_ROOMS = ("Kitchen", "Bedroom", "Study", "Cellar", "Attic", "Office", "Lab", "Store", "Lounge", "Garage")
ZH_ROOMS = ("厨房", "卧室", "书房", "地下室", "阁楼", "办公室", "实验室", "仓库", "休息室", "车库")
ACTS = {
    Lang.EN: ("turn on the {}", "turn the {} off", "is the {} on", "please switch off the {}", "{} on"),
    Lang.ZH: ("打开{}", "把{}关掉", "{}开着吗", "请关闭{}", "帮我把{}打开"),
}
STRAY_EN = (
    "tell me a story about the old man who went to sea and never came back with kitchen light stories nor "
    "what would happen if yesterday were tomorrow please remember book ticket for train monday music weather"
)
STRAY_ZH = "今天天气真不错我们一起去公园玩吧周末想吃火锅帮订张票听歌讲个笑话明年春天北京上海灯厨房客厅"
STRAY = {Lang.EN: tuple(STRAY_EN.split(" ")), Lang.ZH: tuple(STRAY_ZH)}


def home_of(thing_count: int) -> HomeWords:
    """A home of so many things, five to an area."""
    areas, things = [], []
    for number in range(max(1, thing_count // len(SORTS))):
        en, zh = f"{EN_ROOMS[number % 10]} {number // 10 + 1}", f"{ZH_ROOMS[number % 10]}{number // 10 + 1}"
        area = AreaId(f"a{number}")
        areas.append(AreaWords(id=area, names=Names(en=en, zh=zh)))
        for kind, domain, device_class, en_kind, zh_kind, abilities in SORTS:
            names = Names(en=f"{en} {en_kind}", zh=f"{zh}{zh_kind}")
            things.append(
                ThingWords(
                    id=ThingId(f"{kind}{number}"),
                    names=names,
                    area=area,
                    kind=kind,
                    domain=domain,
                    device_class=device_class,
                    abilities=frozenset(abilities.split()),
                )
            )
    return HomeWords(areas=tuple(areas), things=tuple(things))


def strays(count: int, chance: random.Random) -> Iterator[tuple[str, Lang]]:
    """Sentences that nobody's home understands, many with a word of a home in them."""
    for number in range(count):
        lang = Lang.EN if number % 2 else Lang.ZH
        length = chance.randint(3, 14)
        yield (" " if lang is Lang.EN else "").join(chance.choices(STRAY[lang], k=length)), lang


def commands(home: HomeWords, count: int, chance: random.Random) -> Iterator[tuple[str, Lang]]:
    for number in range(count):
        lang = Lang.EN if number % 2 else Lang.ZH
        yield chance.choice(ACTS[lang]).format(chance.choice(home.things).names.of(lang).lower()), lang


def timed(sentences: list[tuple[str, Lang]], understand: Callable[[str, Lang], object]) -> list[float]:
    """Milliseconds of this thread's own work, sorted; understanding never waits, and other programs do not count."""
    times = []
    for text, lang in sentences:
        start = time.thread_time()
        understand(text, lang)
        times.append((time.thread_time() - start) * 1000)
    return sorted(times)


def speed(understander: Understander, thing_count: int, sentence_count: int) -> None:
    chance = random.Random(7)
    home = home_of(thing_count)
    start = time.perf_counter()
    understander.prepare(home)
    line(f"understand: prepare, {thing_count} things", time.perf_counter() - start, "s")
    stray = list(strays(sentence_count, chance))
    misses = [pair for pair in stray if isinstance(understander.understand(*pair, home), NotUnderstood)]
    times = timed(misses, lambda text, lang: understander.understand(text, lang, home))
    p99 = times[int(len(times) * 0.99)]
    p50 = round(times[len(times) // 2], 3)
    line(f"understand: no match, {thing_count} things, p99", p99, "ms", at_most=10, p50=p50, count=len(times))
    taken = 100 * (1 - len(misses) / len(stray))
    line(f"understand: strays taken for commands, {thing_count} things", taken, "%")
    said = list(commands(home, sentence_count, chance))
    hits = timed(said, lambda text, lang: understander.understand(text, lang, home))
    p99 = round(hits[int(len(hits) * 0.99)], 3)
    p50 = hits[len(hits) // 2]
    line(f"understand: a command, {thing_count} things, p50", p50, "ms", at_most=5, p99=p99, count=len(hits))
    missed = [text for text, lang in said if isinstance(understander.understand(text, lang, home), NotUnderstood)]
    share = 100 * len(missed) / len(said)
    line(f"understand: commands not understood, {thing_count} things", share, "%", at_most=0, examples=missed[:3])


def accuracy(understander: Understander, folder: Path) -> None:
    limits = {Lang.EN: (99, 98), Lang.ZH: (97, 96)}
    for lang in Lang:
        path = folder / "home_assistant" / f"{lang.value}_dev.jsonl"
        cases = [json.loads(row) for row in path.read_text("utf-8").splitlines()]
        right = exact = 0
        for case in cases:
            answer = understand_line(understander, case["text"], lang, case.get("ctx") or {})
            is_right = answer.intent == case["intent"]
            right += is_right
            exact += is_right and answer.slots == case["slots"]
        intent_least, slots_least = limits[lang]
        what = f"understand: Home Assistant's own sentences, {lang.value}"
        line(f"{what}, intent", 100 * right / len(cases), "%", at_least=intent_least, count=len(cases))
        line(f"{what}, with slots", 100 * exact / len(cases), "%", at_least=slots_least, count=len(cases))


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and accuracy of understanding.")
    parser.add_argument("--data", type=Path, help="folder with home_assistant/*_dev.jsonl")
    parser.add_argument("--sentences", type=int, default=400)
    options = parser.parse_args()
    understander = Understander()
    for thing_count in (20, 10_000):
        speed(understander, thing_count, options.sentences)
    if options.data is not None:
        accuracy(understander, options.data)
    line("understand: memory of this process", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


if __name__ == "__main__":
    main()
