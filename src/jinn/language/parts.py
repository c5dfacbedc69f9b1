"""Where a sentence with several wishes can be cut."""

import re
from collections.abc import Iterator
from typing import Final

PARTS_MAX: Final = 5

_SIGNS: Final = r"[,;，；、。]"
_ENGLISH: Final = r"\b(?:and then|and also|and|then|also|plus|after that|as well as)\b"
_CHINESE: Final = "然后再|然后|并且|并|接着|同时|再把|再|还有|顺便|和"
_CUTS: Final = re.compile(rf"\s*(?:{_SIGNS}\s*)?(?:{_ENGLISH}|{_CHINESE})\s*|\s*{_SIGNS}\s*", re.IGNORECASE)


def cuts(text: str) -> Iterator[tuple[str, str]]:
    """The sentence as what comes first and the rest, for every place where it may be cut, from the left."""
    for number, match in enumerate(_CUTS.finditer(text)):
        if number >= 2 * PARTS_MAX:
            return
        first, rest = text[: match.start()].strip(), text[match.end() :].strip()
        if match.group().strip() == "再把":
            rest = "把" + rest
        if first and rest:
            yield first, rest
