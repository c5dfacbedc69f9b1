"""The contract's samples of a thing and a deed are what the code makes."""

import json
from pathlib import Path

import msgspec

from jinn.kernel import AreaId, Names, Secret, ThingId
from jinn.language import deed_to_wire
from jinn.things import CommandOutcome, CommandResult, Reported, Thing, Twin, deed_of, read_product_folder
from jinn.things.twin import Wish
from jinn.things.wire import thing_on_wire

ROOT = Path(__file__).parents[2]
LIGHT = ThingId("living_room_light")


def sample(name: str) -> object:
    return json.loads((ROOT / "contracts" / "samples" / f"{name}.json").read_text("utf-8"))


def test_a_thing_that_is_waited_for_is_like_its_sample() -> None:
    product = read_product_folder(ROOT / "products" / "light")
    thing = Thing(
        id=LIGHT, product_key=product.product_key, device_name=LIGHT, secret=Secret("x"),
        names=Names(en="Living room light", zh="客厅灯"), area=AreaId("living_room"),
    )  # fmt: skip
    twin = Twin(
        thing=LIGHT, version=7, is_online=True, seen_ms=1767225600000,
        reported={"on": Reported(0, 1767225600000), "brightness": Reported(80, 1767225600000)},
        desired={"on": Wish(1, 7, 1767225601000, 1767225603000, "c")},
    )  # fmt: skip
    made = thing_on_wire(thing, product, twin, now_ms=1767225601500)
    assert json.loads(msgspec.json.encode(made)) == sample("Thing.waiting")


def test_a_confirmed_deed_is_like_its_sample() -> None:
    result = CommandResult(thing=LIGHT, property="on", asked=1, reported=1, outcome=CommandOutcome.CONFIRMED, ms=3.25)
    assert json.loads(msgspec.json.encode(deed_to_wire(deed_of(result)))) == sample("Deed.confirmed")
