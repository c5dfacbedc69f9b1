"""Other words for the same wish: "the light should go off" as "turn off the light". Pure."""

import re
from collections.abc import Iterator

from jinn.kernel import Lang

_MUST = r"(?:should |must |has to |have to |needs to |ought to |is to |will |shall |can |to )?(?:be |get )?"
_SURE = r"^(?:make sure|see to it|ensure|take care)(?: that)? "
_EN = (
    (rf"(?P<x>.+?) {_MUST}(?:go(?:es)?|turn(?:s|ed)?|switch(?:es|ed)?|comes?|is|are|be|stays?) (?P<o>on|off)(?:"
     rf" again)?",
     "turn {o} {x}"),
    (rf"(?P<x>.+?) {_MUST}(?P<v>open|close|shut|start|stop|pause)(?:s|ed|d)?", "{v} {x}"),
    (rf"(?P<x>.+?) {_MUST}(?:go(?:es)?|turns?|becomes?|be|is|goes to|goes down to|goes up to) "
     rf"(?P<n>.+)", "set {x} to {n}"),
    (r"(?:do not|don't|never) (?:let|leave|keep|have) (?P<x>.+?) (?:stay |be |remain |running |left"
     r" )?on", "turn off {x}"),
    (r"(?:do not|don't|never) (?:let|leave|keep|have) (?P<x>.+?) (?:stay |be |remain |left )?open", "close {x}"),
    (r"(?:turn|switch|put|light) (?:on (?P<x>.+?)|(?P<y>.+?) on) (?:at|to|with) (?P<n>.+?)(?: brightness| volume)?",
     "set {x}{y} to {n}"),
    (r"(?:light|light up|brighten|dim|fade|turn|put|set|switch) (?P<x>.+?)(?: back| down| up)? (?:at|to|with) "
     r"(?P<n>.+?)"
     r"(?: brightness| volume)?",
     "set {x} to {n}"),
    (r"(?:pull|draw|roll) (?P<x>.+?) (?:closed|shut|down|together)", "close {x}"),
    (r"(?:pull|draw|roll) (?P<x>.+?) (?:open|up|apart)", "open {x}"),
    (r"(?:have|let|get|tell) (?P<x>the .+?|my .+?) (?P<v>start|stop|pause|open|close)", "{v} {x}"),
    (r"(?P<v>turn|switch|put) (?P<o>on|off) (?P<x>.+?) (?:lights|lamps)", "turn {o} the {x} lights"),
)  # fmt: skip
_ZH = (
    (r"(?:不要|别|不许|不准|不能)(?:再)?(?:让|把)?(?P<x>.+?)(?:还|一直|再)*(?:开|亮|打开|响)着", "把{x}关掉"),
    (r"(?:保证|确保)?(?:让|把)?(?P<x>.+?)(?:要|应该|得)?(?:是|保持)?关(?:着|闭)(?:的)?", "把{x}关掉"),
    (r"(?:保证|确保)?(?:让|把)?(?P<x>.+?)(?:要|应该|得)?(?:是|保持)?(?:开|亮)着(?:的)?", "把{x}打开"),
    (r"(?P<v>打开|开|关掉|关上|关闭|关)(?:全部|所有)的?(?P<x>.+)", "把所有{x}{v}"),
    (r"把(?P<x>.+?)(?:全部|全都|全|都|统统)(?P<v>打开|开|关掉|关上|关闭|关|关了)(?:了|掉)?", "把所有{x}{v}"),
    (r"(?:把)?(?P<x>.+?)(?:全部|全都|全|都|统统)(?P<v>打开|开|关掉|关上|关闭|关|关了)(?:了|掉|起来)?", "把所有{x}{v}"),
    (r"(?P<x>.+?)(?:调|开|打|设)回(?P<n>.+)", "把{x}调到{n}"),
    (r"(?P<x>.+?)(?:变|换|转|改)(?:成|为)?(?P<n>.+)", "把{x}调成{n}"),
    (r"(?P<v>打开|开|关掉|关上|关闭|关)(?P<x>.+?)(?:一半|到一半)", "把{x}{v}一半"),
    (r"(?:让|叫|把)?(?P<x>.+?)(?:亮起来|亮起|亮|点亮|打开)(?:了|吧)?", "打开{x}"),
    (r"(?:让|叫|把)?(?P<x>.+?)(?:熄灭|灭|关)(?:了|掉|吧)?", "关掉{x}"),
)  # fmt: skip
_FORMS = {
    lang: tuple((re.compile(pattern), form) for pattern, form in forms)
    for lang, forms in ((Lang.EN, _EN), (Lang.ZH, _ZH))
}


def otherwise(text: str, lang: Lang) -> Iterator[str]:
    """The wish in words that understanding knows, as it stands first."""
    yield text
    if lang is Lang.EN:
        text = re.sub(_SURE, "", text)
    for pattern, form in _FORMS[lang]:
        found = pattern.fullmatch(text)
        if found is not None:
            parts = {name: value or "" for name, value in found.groupdict().items()}
            yield form.format(**{"x": "", "y": "", "n": "", "v": "", "o": "", **parts})
