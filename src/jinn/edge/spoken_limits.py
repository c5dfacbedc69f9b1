"""What people ask of a rule that none can hold: every other day, tomorrow only, the first of the month. Pure.

Heard without it, such a sentence would be a rule that means something else.
"""

import re

from jinn.edge.spoken_numbers import EN_DURATION, ZH_DURATION, ZH_NUMBER
from jinn.kernel import Lang

_DAY_EN = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_EN = re.compile(
    r"\b(?:every (?:other|second|third|few|couple of|two|three|four|\d+) ?\w*"
    rf"|(?:every|each) (?:half )?(?:hour|minute|month|year)|hourly|monthly|yearly|every {EN_DURATION}"
    r"|(?:on )?the (?:first|second|third|last|\w+th|\d+(?:st|nd|rd|th))(?: day)? of (?:the|each|every) \w+"
    rf"|(?:the )?(?:day after )?tomorrow(?: \w+)?|tonight|today|(?:this|next) (?:week|weekend|month|year|evening"
    rf"|morning|afternoon|{_DAY_EN})"
    rf"|(?:once|twice|three times) (?:a|an|every|each|per) \w+|for the next {EN_DURATION}|just (?:this )?once"
    rf"|only once|one time only"
    r"|(?:at|on|over) (?:christmas|easter|new year'?s?(?: eve)?|my birthday|the holidays)"
    r"|(?:un)?til (?:then|tomorrow|next \w+))\b"
)  # fmt: skip
_ZH = re.compile(
    rf"(?:每隔?(?:{ZH_DURATION}|[两三四五六七八九十\d几]+(?:个)?(?:星期|礼拜|周|月))|每隔一?[天周日]"
    rf"|隔[一两三]?天|隔[一两三]?周"
    r"|每个?(?:半)?(?:小时|钟头|分钟|月|年)(?!\d)|每月|每年"
    rf"|(?:每个?月)?(?:{ZH_NUMBER})[号日](?![灯门])|明[天早晚]|后天|大后天|今[天晚夜早]|下个?(?:周|星期|礼拜|月)"
    rf"|这个?(?:周|星期|礼拜)"
    rf"|就(?:这)?一次|只(?:这)?一次|每[天周][一两三]次|生日|春节|除夕|国庆|圣诞节?|接下来(?:的)?(?:{ZH_DURATION}))"
)


def beyond_rules(text: str, lang: Lang) -> str | None:
    """The words that no rule can hold, as they were said; None when there are none."""
    found = (_EN if lang is Lang.EN else _ZH).search(text)
    return found.group() if found else None


def without(text: str, words: str) -> str:
    return " ".join(text.replace(words, " ").split()) if words.isascii() else text.replace(words, "")
