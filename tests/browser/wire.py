"""Checks that every message in either direction is one that the contract knows."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

CONTRACT = Path(__file__).parents[2] / "contracts" / "jinn.schema.json"


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator for one definition of the contract, such as `ScreenDown`."""
    schema = json.loads(CONTRACT.read_text())
    return Draft202012Validator({"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})


def checked(name: str, message: dict[str, Any]) -> dict[str, Any]:
    """The message itself; raises ValidationError when it is not a `name`."""
    validator(name).validate(message)
    return message
