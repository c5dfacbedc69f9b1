"""Is this about the rules that there are: which are there, delete one, let it rest, take the last change back? Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from jinn.edge.spoken_numbers import EN_DURATION, ZH_DURATION
from jinn.kernel import Lang

Verb = Literal["list", "remove", "pause", "resume", "undo"]
Which = Literal["newest", "last_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What somebody wants of the rules.

    Attributes:
        subject: what the rule is about, as it was said.
        which: said without a name: the one made last, or the one that ran last.
        until: how long it should rest, as it was said.
    """

    verb: Verb
    subject: str | None = None
    is_all: bool = False
    which: Which | None = None
    until: str | None = None


def spoken_of_rules(said: str, lang: Lang) -> Spoken | None:
    for verb, pattern in _PATTERNS[lang]:
        found = pattern.fullmatch(said)
        if found is not None:
            return _spoken(verb, found.groupdict())
    return None


def _spoken(verb: Verb, parts: dict[str, str | None]) -> Spoken:
    subject = re.sub("^(?:打开|关掉|关上|开|关)(?=.)", "", (parts.get("s") or "").strip())
    is_all = bool(parts.get("all")) or subject in _ALL
    which: Which | None = "newest" if parts.get("newest") else None
    if parts.get("ran"):
        which = "last_run"
    return Spoken(
        verb=verb, subject=None if is_all or not subject or subject in _NO_NAME else subject, is_all=is_all,
        which=which, until=re.sub("^(?:until|till) ", "", parts.get("until") or parts.get("until_for") or "") or None,
    )  # fmt: skip


_ALL = frozenset({"all", "all of them", "every", "everything", "所有", "所有的", "全部", "全部的", "一切"})
_NO_NAME = frozenset(
    {"the", "my", "our", "that", "this", "the last", "last", "it", "the house", "the home", "this house", "our house"}
    | {"家里", "家里的", "我的", "我们的", "我", "我们", "那", "这", "现在", "目前", "都"}
)  # fmt: skip

_RULES = r"(?:rules?|automations?|routines?)"
_DET = r"(?: (?P<all>all(?: of)?(?: the| my| our)?|every)| the| my| our| that| this)?"
_NEWEST = (
    r"(?P<newest> (?:that )?(?:i|we|you)(?: have| just|'ve)* (?:made|added|created|kept|saved|set(?: up)?)"
    r"(?: just now| last)?)"
)
_ABOUT = (
    r"(?: (?:for|about|with|of|on|in|concerning|involving"
    r"|that (?:has to do with|(?:turns|switches) (?:on|off)|\w+s)) (?P<s>.+?))"
)
_LATER = (
    rf"(?: again| for now| now)?(?: (?P<until>(?:until|till) .+|for {EN_DURATION}|for (?:today|tonight|now"
    rf"|the (?:day|night|week|weekend))))?"
)


def _english() -> Iterator[tuple[Verb, str]]:
    verbs: dict[Verb, str] = {
        "remove": r"(?:delete|remove|forget|cancel|get rid of|scrap|drop|erase|throw away|discard|take away)",
        "pause": r"(?:pause|disable|stop(?: using)?|suspend|switch off|turn off|deactivate|do not use|don't use|skip)",
        "resume": r"(?:resume|enable|continue|switch on|turn on|activate|reactivate|restart|start using|use"
        r"|bring back)",
    }
    for verb, words in verbs.items():
        yield verb, rf"{words}{_DET}(?P<newest> last| latest| newest)? (?:one|{_RULES}){_LATER}"
        yield verb, rf"{words}{_DET} {_RULES}{_NEWEST}{_LATER}"
        yield verb, rf"{words}{_DET} {_RULES}{_ABOUT}{_LATER}"
        yield verb, rf"{words}(?: the| my| our| that| this)? (?P<s>.+?) {_RULES}{_LATER}"
    for verb, first, last in (
        ("pause", "(?:turn|switch|put|take)", "(?:off|on hold|to sleep|to rest)"),
        ("resume", "(?:turn|switch|put|bring)", "(?:back on|on|back)"),
        ("remove", "(?:throw|take)", "(?:away|out)"),
    ):
        is_verb: Verb = verb
        yield is_verb, rf"{first}{_DET}(?P<newest> last)? {_RULES} {last}{_LATER}"
        yield is_verb, rf"{first}(?: the| my| our| that| this)? (?P<s>.+?) {_RULES} {last}{_LATER}"
        yield is_verb, rf"{first}{_DET} {_RULES}{_ABOUT} {last}{_LATER}"
    yield (
        "pause",
        r"(?P<ran>(?:stop|quit) doing (?:that|this|it)|(?:do not|don't|never) do (?:that|this|it)(?: again| any"
        r" ?more| ever again)?)",
    )
    yield (
        "list",
        rf"(?:what|which) {_RULES}(?: (?:are there|do (?:i|we|you) have|exist|have (?:i|we)(?: got)?|are (?:on"
        rf"|active|set up)))?{_ABOUT}?",
    )
    yield "list", rf"what are (?:the|my|our) {_RULES}{_ABOUT}?"
    yield (
        "list",
        (rf"(?:list|read|tell me|show)(?: me)?(?: out)?(?P<all> all)?(?: about)?(?: the| my| our)? {_RULES}{_ABOUT}?"),
    )
    yield "list", rf"(?:list|read|show)(?: me)?(?: the| my| our)? (?P<s>.+?) {_RULES}"
    yield "list", rf"(?:are there|do (?:i|we) have)(?: any)? {_RULES}{_ABOUT}?"
    yield (
        "list",
        (
            rf"(?:what|which) {_RULES} (?:touch|use|control|concern|involve|have|turn (?:on|off)|switch (?:on"
            rf"|off)|open|close|are about|are for)"
            r"(?:es|s)? (?P<s>.+)"
        ),
    )
    auto = "(?:automatically|by yourself|by itself|on your own|on its own|all by yourself)"
    yield (
        "list",
        rf"(?:show me |tell me |list )?(?:what|everything|all)(?: that)? (?:do |does |are )?(?:you|the home|the"
        rf" house|it) (?:do|does|doing) {auto}(?: (?:in|with|for) (?P<s>.+))?",
    )
    yield "list", rf"what (?:happens|goes on|is done) {auto}(?: (?:in|with) (?P<s>.+))?"
    yield (
        "undo",
        r"(?:undo|take back|revert|reverse)(?: (?:that|it|this|the last (?:one|change|thing|rule|step)|what (?:i"
        r"|you|we) just did|my last change))?",
    )


_RULES_ZH = r"(?:规则|自动化|规矩|联动|自动任务)"
_NP = (
    r"(?:(?:关于|跟|和|有关)?(?P<s>[^，]+?)(?:有关|相关)?的?)??"
    r"(?:(?P<newest>(?:我|我们)?(?:刚才|刚刚|刚|上一?条|最后一?条|最后那?条|最后|最新)(?:建|加|设|说|做|定|保存"
    r"|存)?的?)"
    r"|那一?个|这一?个)?(?:那|这)?(?:一?条|几条|些)?的?"
    rf"{_RULES_ZH}(?P<all>全部|全都|都)?"
)
_MILD = r"(?:先|都|全部|全|给我|给|重新|再|继续|暂时|暂且|一下)*"
_UNTIL_ZH = rf"(?:(?:到|停到|停用到|暂停到|关到)(?P<until>[^，]{{1,12}})|(?P<until2>{ZH_DURATION}))"
_END = r"(?:了|掉|吧|一下|起来)*"


def _mandarin() -> Iterator[tuple[Verb, str]]:
    verbs: dict[Verb, str] = {
        "remove": r"(?:删除|删|取消|去掉|忘掉|忘了|撤掉|撤销|清除|清掉|不要|扔)",
        "pause": r"(?:暂停|停用|停掉|停止|停|关闭|关掉|关了|关(?!于)|禁用|不用|别用|别再用)",
        "resume": r"(?:恢复|启用|继续用?|打开|开启|激活|开|用)",
    }
    yield "pause", rf"(?:把)?{_NP}{_MILD}(?:停|停用|暂停|关|关掉|停掉)?{_UNTIL_ZH.replace('until2', 'until_for')}"
    for verb, words in verbs.items():
        yield verb, rf"{_MILD}{words}(?:掉|了)?{_NP}"
        yield verb, rf"(?:把|将){_NP}{_MILD}{words}{_END}"
        yield verb, rf"{_NP}{_MILD}{words}{_END}"
    yield "pause", rf"(?:别|不要|不)(?:再)?(?:用|执行){_NP}(?:了)?"
    yield "list", rf"(?:关于|对|跟)?(?P<s>[^，]+?)(?:都)?有没有(?:什么|哪些|别的)?{_RULES_ZH}吗?"
    yield (
        "pause",
        r"(?P<ran>(?:下次)?(?:别|不要|不许|不准)(?:再)?(?:自动)?(?:这样|这么做|这么干|那样|那么做|这么弄|干这个)"
        r"(?:了|做|做了|干了)*)",
    )
    yield (
        "list",
        rf"(?:(?:关于|对|跟)?(?P<s>[^，]+?)(?:有关|相关)?的?(?:都|现在|目前)*)?有(?:哪些|什么|几条|多少条?"
        rf"|啥){_RULES_ZH}",
    )
    yield "list", rf"(?:列出|说说|查看|看看|看一?下|念一?下|念念|讲讲|告诉我)(?:所有|全部)?的?{_NP}"
    yield "list", rf"有(?:哪些|什么|没有)(?:关于)?(?P<s>[^，]+?)的?{_RULES_ZH}"
    yield (
        "list",
        rf"(?:哪些|哪几条|什么){_RULES_ZH}(?:会)?(?:用到|用了|涉及|管|控制|跟|和|关于|动|影响)(?:了|到)?"
        rf"(?P<s>[^，]+?)(?:有关|相关)?的?",
    )
    yield "list", rf"{_NP}有(?:哪些|什么|几条|啥)"
    yield (
        "list",
        r"(?:你|家里|家)(?:都|现在)?(?:会)?自动(?:都)?(?:做|干|执行|办)(?:些|了)?(?:什么|哪些事|啥|些什么|些啥)"
        r"(?:事情?)?",
    )
    yield (
        "undo",
        (
            r"(?:把)?(?:刚才|刚刚|上一?步|上一?个|上次)?(?:的|那个|那步)?(?:操作|改动|设置|动作)?(?:给我)?"
            r"(?:撤销|撤回|撤了|还原|恢复原样|取消掉?)(?:了|掉|一下)*"
            r"|(?:撤销|撤回|还原)(?:一下)?(?:刚才|刚刚|上一?步|上一?个|上次)?(?:的|那个|那步)?(?:操作|改动|设置|动作)?"
        ),
    )


_PATTERNS: dict[Lang, tuple[tuple[Verb, re.Pattern[str]], ...]] = {
    Lang.EN: tuple((verb, re.compile(pattern)) for verb, pattern in _english()),
    Lang.ZH: tuple((verb, re.compile(pattern)) for verb, pattern in _mandarin()),
}
