"""How long from words to the thing's own report, in a home of 20 things whose programs run in their own processes?"""

import itertools
import time

from measuring import line, median, percentile
from parts.whole_hub import DEMO_THINGS, load, ready_hub

MORE_LIGHTS = 7
TURNS = 300
WARM_UP = 10
SENTENCES = (
    ("turn on the kitchen light", "en"),
    ("关掉厨房灯", "zh"),
    ("打开卧室的灯", "zh"),
    ("turn off the bedroom light", "en"),
    ("turn on the shelf light seven", "en"),
    ("把书架灯七关掉", "zh"),
    ("打开门厅灯", "zh"),
    ("switch the hall light off", "en"),
)
"""By turns on and off, so that every turn really changes something."""

PEER = {"Home Assistant 2025.4": {"words alone, ms": 6.9, "to the MQTT message, ms": 43}}


def main() -> None:
    with ready_hub(more_lights=MORE_LIGHTS) as hub:
        inside: dict[str, list[float]] = {"words → report": [], "understood": [], "acted": []}
        outside: list[float] = []
        for number, (text, lang) in enumerate(itertools.islice(itertools.cycle(SENTENCES), WARM_UP + TURNS)):
            began_s = time.perf_counter()
            turn = hub.client.say(text, lang)
            took_ms = (time.perf_counter() - began_s) * 1000
            assert turn.outcome == "done", turn
            assert [deed.outcome for deed in turn.did] == ["confirmed"], turn
            if number < WARM_UP:
                continue
            outside.append(took_ms)
            ends = {span.name: span.start_ms + span.ms for span in turn.spans}
            inside["words → report"].append(ends["acted"])
            for span in turn.spans:
                inside[span.name].append(span.ms)
    facts = {"things": DEMO_THINGS + MORE_LIGHTS, "turns": TURNS, "load": load()}
    whole = inside.pop("words → report")
    parts = {f"{name}_p50_ms": round(median(times), 2) for name, times in inside.items()}
    line("text turn: words → report, p50", median(whole), "ms", at_most=12, **parts, **facts, peer=PEER)
    line("text turn: words → report, p99", percentile(whole, 99), "ms", at_most=50, **facts)
    line("text turn: HTTP request → answer, p50", median(outside), "ms", **facts)
    line("text turn: HTTP request → answer, p99", percentile(outside, 99), "ms", **facts)


if __name__ == "__main__":
    main()
