"""What the screen says, from its own message files."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

Messages = Callable[..., str]
"""From a key and what fills its gaps to the sentence."""

_FOLDER = Path(__file__).parents[2] / "screen/src/i18n"


@cache
def messages(lang: str) -> Messages:
    known: dict[str, str | dict[str, str]] = json.loads((_FOLDER / f"{lang}.json").read_text("utf-8"))

    def said(key: str, **values: object) -> str:
        message = known[key]
        if isinstance(message, dict):
            form = "one" if values["count"] == 1 and "one" in message else "other"
            message = message[form]
        return re.sub(r"\{(\w+)\}", lambda gap: str(values[gap[1]]), message)

    return said
