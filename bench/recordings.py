"""How many of the project's recordings end with the right action, by language and condition?"""

from collections import defaultdict

from measuring import line
from parts.whole_hub import load, ready_hub

from judging import LEAST_RIGHT, arrange, is_right, recordings, things  # isort: skip - found once whole_hub has made tests/ known


def main() -> None:
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    with ready_hub() as hub:
        for recording in recordings(wake=False):
            for given in recording.given:
                arrange(hub, given)
            turn = hub.client.hear(recording.path, recording.lang)
            is_good = is_right(turn, recording.expect, things(hub))
            key = recording.lang, recording.condition
            right[key].append(is_good)
            if not is_good:
                wrong[key].append(f"{recording.text} → {turn.heard.text if turn.heard else None}")
    for key, results in right.items():
        lang, condition = key
        share = 100 * sum(results) / len(results)
        line(f"recordings, right action: {lang}, {condition}", share, "%", at_least=100 * LEAST_RIGHT[key],
             count=len(results), wrong=wrong[key], load=load())  # fmt: skip


if __name__ == "__main__":
    main()
