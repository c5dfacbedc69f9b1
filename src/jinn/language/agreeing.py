"""Is that a yes or a no? The answer to "shall I?", in both languages."""

import re
from typing import Final

from jinn.kernel import Lang
from jinn.language.writing import tidy

_FILLERS: Final = {
    Lang.EN: r"(?:oh|well|ok|okay|um|uh|jinn|please|thanks|thank you|sure|of course|definitely|go ahead|i do|that)",
    Lang.ZH: r"(?:嗯+|哦|啊|呀|吧|的|了|呢|请|谢谢|就这样|那)",
}
_YES: Final = {
    Lang.EN: r"(?:yes|yeah|yep|yup|sure|ok|okay|do it|please do|do that|keep it|save it|go ahead|of course|right"
    r"|correct|exactly|sounds good|that's right|that is right|confirm|definitely|fine|good|perfect|please|absolutely)",
    Lang.ZH: r"(?:是|对|好|行|可以|要|保存|记住|没问题|确定|确认|同意|没错|就这样"
    r"|好的|是的|对的|要的|嗯|行的|当然|保存吧|记住吧)",
}
_NO: Final = {
    Lang.EN: r"(?:no|nope|nah|don't|do not|don't do (?:it|that)|never mind|nevermind|cancel|stop|forget it|leave it"
    r"|not now|better not|wrong|that's wrong|no thanks|please don't|rather not)",
    Lang.ZH: r"(?:不|不要|不用|不是|不行|别|算了|取消|不对|不保存|不用了|不要了|不了|停|错了|先不)",
}


def agrees(text: str, lang: Lang) -> bool | None:
    """True for a yes, False for a no, None for anything else; a no wins over a yes."""
    said = tidy(text).lower().replace("’", "'")
    said = re.sub(r"[,，.。!！、]", " ", said).strip()
    if lang is Lang.ZH:
        said = said.replace(" ", "")
    gap = " *"
    for answer, words in ((False, _NO[lang]), (True, _YES[lang])):
        if re.fullmatch(rf"(?:{_FILLERS[lang]}{gap})*{words}(?:{gap}(?:{_FILLERS[lang]}|{words}))*", said):
            return answer
    return None
