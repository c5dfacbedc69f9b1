"""Every message of the contracts has a sample, and every sample is a message of one of them."""

import json
from pathlib import Path

import pytest
from browser.wire import contracts, validator

SAMPLES = sorted((Path(__file__).parents[2] / "contracts" / "samples").glob("*.json"))
SOCKETS = (
    ("jinn", "ScreenDown"), ("jinn", "ScreenUp"), ("jinn", "SatelliteDown"), ("jinn", "SatelliteUp"),
    ("edge", "EdgeDown"),
)  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_what_its_name_says(sample: Path) -> None:
    definition, message = sample.stem.split(".", 1)
    contract = next(name for name in ("jinn", "edge") if definition in contracts().contents(name)["$defs"])
    content = json.loads(sample.read_text())
    validator(definition, contract).validate(content)
    if definition.endswith(("Down", "Up")):
        assert message.startswith(content["type"])


@pytest.mark.parametrize(("contract", "socket"), SOCKETS)
def test_every_message_has_a_sample(contract: str, socket: str) -> None:
    members = contracts().contents(contract)["$defs"][socket]["oneOf"]
    known = {member["properties"]["type"]["const"] for member in members}
    sampled = {json.loads(path.read_text())["type"] for path in SAMPLES if path.stem.split(".")[0] == socket}
    assert sampled == known
