"""Every message of the contract has a sample, and every sample is a message of the contract."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

CONTRACTS = Path(__file__).parents[2] / "contracts"
SCHEMA = json.loads((CONTRACTS / "jinn.schema.json").read_text())
SAMPLES = sorted((CONTRACTS / "samples").glob("*.json"))
SOCKETS = ("ScreenDown", "ScreenUp", "SatelliteDown", "SatelliteUp")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_what_its_name_says(sample: Path) -> None:
    definition, message = sample.stem.split(".", 1)
    schema = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{definition}"}
    content = json.loads(sample.read_text())
    Draft202012Validator(schema).validate(content)
    assert message.startswith(content.get("type", message))


@pytest.mark.parametrize("socket", SOCKETS)
def test_every_message_has_a_sample(socket: str) -> None:
    known = {member["properties"]["type"]["const"] for member in SCHEMA["$defs"][socket]["oneOf"]}
    sampled = {json.loads(path.read_text())["type"] for path in SAMPLES if path.stem.split(".")[0] == socket}
    assert sampled == known
