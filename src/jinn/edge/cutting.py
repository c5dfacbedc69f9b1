"""Where a sentence may be cut into when and then, and what in it only fills. Pure."""

import re
from collections.abc import Iterator, Sequence

from jinn.edge.spoken_numbers import EN_DURATION, ZH_DURATION
from jinn.kernel import Lang

CUTS_MAX = 14
"""Places where one sentence is tried to be cut in two; each try asks understanding a few times."""


def plain(text: str, lang: Lang) -> str:
    """Without what is only polite or thinks aloud, in lower case and one sort of comma."""
    text = " ".join(text.strip().lower().split()).rstrip(".!?。！？ ")
    return _plain_en(text) if lang is Lang.EN else _plain_zh(text)


_POLITE_EN = (
    r"(?:(?:hey |hi |hello |ok |okay )?jinn,?|hey|hi|hello|okay|ok|well|so|please,?|kindly|from now on,?|i want that"
    r"|(?:i want|i'd like|i would like)(?: you)?(?: to)?|(?:can|could|may|shall) (?:we|i) have|let's have|(?:can"
    r"|could|would|will) you(?! tell me (?:if|whether))(?: please)?"
    r"|(?:make|create|add|set up) a (?:new )?rule(?: that says| that|:|,)?)"
)
_HESITATING_EN = r"\b(?:u[hm]+|er+m*|hmm+|you know|i mean|like(?= (?:\d|an? |half |one |two |three |five |ten )))\b,? ?"
_WAS_EN = re.compile(
    r"(?<=\w)'s (?=(?:(?:been |got |all |still |now |already |more |less )?"
    r"(?:open|closed|shut|on|off|home|out|in|gone|left|been|not|at|away|back|here|over|under|above|below|warmer|colder"
    r"|hotter|cooler|higher|lower|more|less|stuck|cleaning|dark|light|empty|muted|turned|switched|finished|done|no)\b))"
)


def _plain_en(text: str) -> str:
    text = text.replace("’", "'").replace("%", " percent")
    text = " ".join(re.sub(_HESITATING_EN, "", text).split())
    text = re.sub(rf"^(?:{_POLITE_EN} )+", "", text)
    text = re.sub(r",? (?:please|thanks|thank you|for me)$", "", text)
    text = re.sub(r"\b(i|we|they|you)'(m|re|ve)\b", lambda found: f"{found[1]} {_SHORT[found[2]]}", text)
    text = re.sub(r"^(why|who|what|where|how)'s\b", r"\1 is", text)
    return _WAS_EN.sub(" is ", text)


_SHORT = {"m": "am", "re": "are", "ve": "have"}
_POLITE_ZH = (
    r"(?:请|麻烦(?:你|您)?|帮我|帮忙|给我|从现在开始|今后|以后|记得|能不能|可不可以|我想要?让?你?|我要你?"
    r"|(?:新建|创建|添加|加)一?[条个]规则[:：，]?|设置?一?[条个]规则[:：，]?|设置?一下|嗯+|呃+|额|那个|就是说?"
    r"|喂|嘿|，)"
)


def _plain_zh(text: str) -> str:
    text = text.replace(" ", "").replace(",", "，").replace("；", "，").replace("。", "，").replace("、，", "，")
    text = re.sub(rf"^{_POLITE_ZH}+", "", text)
    text = re.sub(r"嗯+|呃+|(?<=[就把，])(?:麻烦你?|请|帮我)", "", text)
    return re.sub(r"(?:，?(?:好吗|好不好|行吗|可以吗|谢谢你?)|[啊呀哦喔哈嘛]|吧)+$", "", text)


VERBS_EN = re.compile(
    r" (?=(?:turn|switch|set|light|dim|open|close|shut|tell|say|remind|start|stop|pause|mute|unmute|activate|clean|put"
    r"|make|lock|raise|lower|notify|warn|alert|let me|let us|announce|run|send|wait|vacuum|change|bring|draw"
    r"|play|pull|have)\b)"
)
_FIRST_EN = re.compile(
    r"(?:(?:but )?only )?(?:when|whenever|if|once|as soon as|(?:every|each) time(?: that)?|in case|provided(?:"
    r" that)?|while"
    r"|after) "
)
_BACK_EN = re.compile(
    r",? (?:but )?(?:only )?(?:when|whenever|if|once|as soon as|(?:every|each) time(?: that)?|in case|while) "
)
_TIME_EN = re.compile(
    r",? (?=(?:at|every|each|on|from|between|after|before|daily|half an hour|an hour|\d+ minutes|\w+ minutes)\b)"
)
_WHILE_AFTER = re.compile(rf"(?P<x>.+?),? (?P<d>{EN_DURATION}) after (?P<y>.+)")
_VERBS_ZH = re.compile(
    r"(?=(?:把|将|打开|关掉|关上|关闭|开启|关了|开[^着了关]|调|告诉|提醒|通知|播报|说|让|叫|启动|执行|拉开|拉上"
    r"|设|停|暂停|切换|进入|扫地|打扫|清扫|开始|关[^着了于]|报警|等[^到于]|回去|静音|变成?))"
)
_DONE_ZH = re.compile(
    rf"(?<!日出|日落|天黑|天亮)(?=(?:{ZH_DURATION})(?:以后|之后|过后|后))|(?<=一[开关亮])(?=.)|(?<=一打开)(?=.)|(?<=一关上)(?=.)"
)
"""Where what happened ends without a word that says so: before "five minutes later", and behind 门一开."""

_LINK_ZH = re.compile(
    r"的时候，?|的话，?|时，|，就|，那就|，那么|，|才(?=让|把|打|开|关|启|拉|执)|就|时(?=把|将"
    r"|打开|关|开|告诉|提醒)"
)
_BACK_ZH = re.compile(r"，?(?=(?:如果|要是|假如|当|一旦|只要|每当))")


def cuts(text: str, lang: Lang, names: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Ways to cut the sentence into when and then, the likeliest first; the last try is before one of `names`."""
    count = 0
    for cut in dict.fromkeys(_cuts_en(text, names) if lang is Lang.EN else _cuts_zh(text, names)):
        if cut[0].strip(" ，,") and cut[1].strip(" ，,"):
            yield cut
            count += 1
            if count >= CUTS_MAX:
                return


def starts_of(names: Sequence[str], text: str) -> list[int]:
    """Where one of these names begins inside the text, but not at its start; the longest name at a place counts."""
    found: list[tuple[int, int]] = []
    for name in names:
        at = text.find(name, 1)
        while at > 0:
            found.append((at, at + len(name)))
            at = text.find(name, at + 1)
    # "Kitchen" inside "the kitchen light", or "light" in it, begins nothing of its own.
    return sorted({at for at, end in found if not any(a <= at and end <= e and (a, e) != (at, end) for a, e in found)})


def _cuts_en(text: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    first = _FIRST_EN.match(text)
    rest = text[first.end() :] if first else text
    for separator in (", then ", " then ", ", "):
        at = rest.find(separator)
        while at > 0:
            yield rest[:at], rest[at + len(separator) :]
            at = rest.find(separator, at + 1)
    if not first:
        for found in _BACK_EN.finditer(text):
            yield text[found.end() :], text[: found.start()]
    for found in VERBS_EN.finditer(rest):
        yield rest[: found.start()], rest[found.end() :]
    if not first:
        for found in _TIME_EN.finditer(text):
            yield text[found.end() :], text[: found.start()]
    after = None if first else _WHILE_AFTER.fullmatch(text)
    if after is not None:
        yield after["y"], f"after {after['d']} {after['x']}"
    for at in starts_of([f" {name}" for name in names], rest):
        article = re.search(r" (?:the|my|our|all|all the)$", rest[:at])
        start = article.start() if article else at
        yield rest[:start], rest[start + 1 :]


def _cuts_zh(text: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    first = re.match(r"(?:如果|要是|假如|若是|万一|当|一旦|只要|每当|每次|等到?)", text)
    rest = text[first.end() :] if first else text
    links = sorted(_LINK_ZH.finditer(rest), key=lambda found: (found.group() in ("就",), found.start()))
    for found in links:
        if re.match(r"然后|再|并|同时|过?(?:[\d一二两三四五六七八九十半]+)(?:个?小时|分钟|秒)", rest[found.end() :]):
            continue  # What follows goes on with what is to be done.
        yield rest[: found.start()], rest[found.end() :]
    for found in _DONE_ZH.finditer(rest):
        yield rest[: found.start()], rest[found.start() :]
    for found in _VERBS_ZH.finditer(rest):
        yield rest[: found.start()], rest[found.start() :]
    for at in starts_of(names, rest):
        yield rest[:at], rest[at:]
    if not first:
        for found in _BACK_ZH.finditer(text):
            if found.start():
                yield text[found.end() :], text[: found.start()]
