"""An idle home is quiet: what thirteen things say in an hour in which nobody does anything."""

import importlib
import json
from pathlib import Path

from jinn_os import alink, tsl
from jinn_os.clock import Clock
from jinn_os.thing import Thing
from jinn_os.wishes import Wishes

ROOT = Path(__file__).resolve().parents[3]
HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))
HOUR_S = 3600.0


class Counter:
    is_up = True

    def __init__(self) -> None:
        self.messages = 0

    def publish(self, topic: str, payload: bytes, is_kept: bool, is_unsure: bool = False) -> None:
        self.messages += 1


def messages_in_an_hour(thing: dict) -> int:
    product = json.loads((ROOT / "products" / thing["product"] / "product.json").read_text("utf-8"))
    board = importlib.import_module(f"jinn_os.boards.sim_{product['kind']}").Board(thing["initial"])
    counter = Counter()
    topics = alink.Topics("pk", thing["id"])
    model = tsl.Model(product["model"])
    living = Thing(model, board, topics, counter, lambda line: None, lambda: "1", Clock(), Wishes())
    living.came_up()
    passed_s = 0.0
    while passed_s < HOUR_S:
        passed_s += board.pace_s()
        living.step(board.pace_s())
    return counter.messages


def test_an_idle_home_says_at_most_one_message_a_second() -> None:
    counts = {thing["id"]: messages_in_an_hour(thing) for thing in HOME["things"]}
    assert sum(counts.values()) <= HOUR_S, counts
    # Only somebody who moves has much to tell.
    assert sum(count for thing_id, count in counts.items() if thing_id != "shirt") <= HOUR_S / 20, counts
