"""Checks that every message in either direction is one that the contracts know."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

CONTRACTS = Path(__file__).parents[2] / "contracts"


@cache
def contracts() -> Registry[Any]:
    """Both contracts by their names, since each says words of the other."""
    read = {name: json.loads((CONTRACTS / f"{name}.schema.json").read_text()) for name in ("jinn", "edge")}
    return Registry().with_resources((name, Resource.from_contents(schema)) for name, schema in read.items())


@cache
def validator(name: str, contract: str = "jinn") -> Draft202012Validator:
    """A validator for one definition, such as `ScreenDown`."""
    return Draft202012Validator({"$ref": f"{contract}#/$defs/{name}"}, registry=contracts())


def checked(name: str, message: Any, *, contract: str = "jinn") -> Any:
    """The message itself; raises ValidationError when it is not a `name`."""
    validator(name, contract).validate(message)
    return message
