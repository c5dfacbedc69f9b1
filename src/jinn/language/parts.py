"""Where a sentence with several wishes can be cut."""

import re
from collections.abc import Iterator
from typing import Final

PARTS_MAX: Final = 5

_SIGNS: Final = r"[,;，；、。]"
_ENGLISH: Final = r"\b(?:and then|and also|and|then|also|plus|after that|as well as)\b"
_CHINESE: Final = "然后再|然后|并且|并|接着|同时|再把|再|还有|顺便|和"
_CUTS: Final = re.compile(rf"\s*(?:{_SIGNS}\s*)?(?:{_ENGLISH}|{_CHINESE})\s*|\s*{_SIGNS}\s*", re.IGNORECASE)

_VERBS_EN: Final = (
    r"turn|switch|open|close|shut|set|dim|brighten|raise|lower|mute|unmute|increase|decrease|start|stop|vacuum|clean"
)
_VERBS_ZH: Final = (
    "打开|开启|启动|关上|关掉|关闭|关了|拉开|拉上|合上|调高|调低|调大|调小|调亮|调暗|调到|"
    "设置|设为|静音|打扫|清扫|停止|暂停|把|将|让"
)
_SEAMS: Final = re.compile(rf"(?<=\w)\s+(?=(?:{_VERBS_EN})\b)|(?<=\w)(?=(?:{_VERBS_ZH}))", re.IGNORECASE)
_SEAMS_MAX: Final = 4


def seams(text: str) -> Iterator[tuple[str, str]]:
    """The same where nothing is said between two wishes and the second begins with its verb."""
    for number, match in enumerate(_SEAMS.finditer(text)):
        if number >= _SEAMS_MAX:
            return
        yield text[: match.start()], text[match.end() :]


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
