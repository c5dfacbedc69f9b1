"""Sets of what households say: what was understood, in one line, and whether that is what was meant.

A wrong answer, a rule or a deed that nobody asked for, is worse than none: the two are counted apart.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

from integration.edge.spoken_home import SpokenHome, brief

from jinn.edge.understanding import MAKE, RuleUnderstander
from jinn.edge.writing import read_draft
from jinn.kernel import Lang
from jinn.language import Ambiguous, Intent, NotUnderstood, Understood

HERE = Path(__file__).parent
MORNING_MIN = 8 * 60
"""An evening that ends by then is written without its end: "after ten at night" is over the next morning."""


class Verdict(StrEnum):
    RIGHT = "right"
    DECLINED = "not understood"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    said: str
    meant: str
    heard: str
    verdict: Verdict


def said_set(name: str, lang: Lang) -> Iterator[tuple[str, str]]:
    for row in (HERE / f"said_{name}_{lang.value}.txt").read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            said, meant = row.split(" => ")
            yield said, meant


def judge(home: SpokenHome, name: str, lang: Lang) -> list[Judged]:
    judged = []
    for said, meant in said_set(name, lang):
        heard = hear(home, said, lang)
        judged.append(Judged(said=said, meant=meant, heard=heard, verdict=verdict(heard, meant)))
    return judged


def hear(home: SpokenHome, said: str, lang: Lang) -> str:
    words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
    match words.understand(said, lang, home.room.names.words()):
        case Understood(intents=intents):
            return " & ".join(_intent(one) for one in intents)
        case Ambiguous():
            return "ask"
        case NotUnderstood():
            return "no"


def verdict(heard: str, meant: str) -> Verdict:
    if any(fnmatchcase(plain(heard), plain(one)) for one in meant.split(" || ")):
        return Verdict.RIGHT
    return Verdict.DECLINED if heard in ("no", "ask") else Verdict.WRONG


def plain(line: str) -> str:
    """One spelling for what is the same: the order of parts, a curtain that is opened, a lamp that is on at 20 %."""
    line = line.strip()
    if line.count("|") != 2:
        return re.sub(r" ~@(\d\d:\d\d\.\.now)$", r" 0@\1", line)
    when, only_if, do = (part.strip() for part in line.split("|"))
    steps = [_step(one) for one in do.split("; ")]
    if not any(one.startswith("wait") for one in steps):
        steps = sorted(set(steps))
    return " | ".join(("; ".join(_sorted(when)), "; ".join(_sorted(only_if)), "; ".join(steps)))


def _sorted(part: str) -> Iterable[str]:
    return sorted(_whole(_night(one)) for one in part.split("; ") if one)


def _step(one: str) -> str:
    one = _whole(one)
    if one.startswith("say "):
        return "say"
    one = re.sub(r" open\(\)$", " position=100", re.sub(r" close\(\)$", " position=0", one))
    return re.sub(r" on=1(?= \w)|(?<=\d) on=1$", "", one)


def _whole(one: str) -> str:
    one = one.replace("=True", "=1").replace("=False", "=0")
    return re.sub(r"(\d)\.0\b", r"\1", one)


def _night(one: str) -> str:
    found = re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)( .*)?", one)
    if found is None:
        return one
    after, before = int(found[1]), int(found[3]) * 60 + int(found[4])
    open_ended = after >= 18 and before <= MORNING_MIN
    return f"{found[1]}:{found[2]}-{found[5] or ''}" if open_ended else one


def _intent(intent: Intent) -> str:
    slots, name = intent.slots, intent.name
    if name == MAKE:
        return brief(read_draft(str(slots["draft"])))
    if name.startswith("JinnPast"):
        what = slots.get("ability") or slots.get("state") or ""
        figure = [str(slots.get("figure", "-"))] if name == "JinnPastAbility" else []
        parts = [name.removeprefix("JinnPast").lower(), ",".join(intent.targets), str(what), *figure]
        return " ".join((*parts, str(slots.get("span", "-"))))
    if name in _OF_RULES:
        about = "all" if slots.get("is_all") else ",".join(sorted(intent.targets))
        about = about or str(slots.get("about") or slots.get("which") or "").replace("newest", "")
        until = f" until {slots['until']}".replace("明天", "tomorrow") if "until" in slots else ""
        return f"{_OF_RULES[name]} {about}{until}".strip()
    if name in _PLAIN:
        return _PLAIN[name].format(name=slots.get("name"), things=",".join(intent.targets))
    rest = " ".join(f"{key}={value}" for key, value in sorted(slots.items()))
    return f"{name} {','.join(intent.targets)} {rest}".strip()


_OF_RULES = {
    "JinnRuleList": "list", "JinnRuleRemove": "remove", "JinnRulePause": "pause", "JinnRuleResume": "resume",
    "JinnWhy": "why",
}  # fmt: skip
_PLAIN = {
    "JinnDiscover": "discover", "JinnSceneList": "scenes", "JinnRuleUndo": "undo", "JinnRuleCannot": "no",
    "JinnRuleHow": "ask",
    "JinnSceneKeep": "keep_scene {name}", "JinnFirmwareAsk": "firmware_ask {things}",
    "JinnFirmwareUpdate": "firmware_update {things}",
}  # fmt: skip
