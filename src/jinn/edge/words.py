"""How a property's state is said inside a rule's sentence, by what the property means. Data, and how to read it."""

from dataclasses import dataclass

from jinn.kernel import Lang, Names
from jinn.things import Json


@dataclass(frozen=True, slots=True)
class Turned:
    """A property that became so: now, in the past, and as a state; `{x}` is the thing."""

    now: Names
    past: Names
    state: Names


def _turned(now: str, past: str, state: str, became: str, is_so: str) -> Turned:
    was = became if became.endswith("了") else f"{became}了"
    return Turned(now=Names(en=now, zh=became), past=Names(en=past, zh=was), state=Names(en=state, zh=is_so))


TURNED: dict[tuple[str, int], Turned] = {
    ("power", 1): _turned("{x} goes on", "{x} went on", "{x} is on", "{x}打开", "{x}开着"),
    ("power", 0): _turned("{x} goes off", "{x} went off", "{x} is off", "{x}关掉", "{x}关着"),
    ("contact", 1): _turned("{x} opens", "{x} opened", "{x} is open", "{x}打开", "{x}开着"),
    ("contact", 0): _turned("{x} closes", "{x} closed", "{x} is closed", "{x}关上", "{x}关着"),
    ("motion", 1): _turned("{x} sees movement", "{x} saw movement", "{x} sees movement", "{x}发现有人", "{x}有人"),
    ("motion", 0): _turned(
        "{x} sees no more movement", "{x} saw no more movement", "{x} sees no movement", "{x}发现没人了", "{x}没人"
    ),
    ("mute", 1): _turned("{x} is muted", "{x} was muted", "{x} is muted", "{x}静音", "{x}静音"),
    ("mute", 0): _turned("{x} is unmuted", "{x} was unmuted", "{x} is not muted", "{x}取消静音", "{x}没有静音"),
    ("position", 100): _turned("{x} opens", "{x} opened", "{x} is open", "{x}打开", "{x}开着"),
    ("position", 0): _turned("{x} closes", "{x} closed", "{x} is closed", "{x}关上", "{x}关着"),
    ("child_lock", 1): _turned("{x} is locked", "{x} was locked", "{x} is locked", "{x}锁上", "{x}锁着"),
    ("child_lock", 0): _turned("{x} is unlocked", "{x} was unlocked", "{x} is unlocked", "{x}解锁", "{x}没锁"),
}  # fmt: skip

SET: dict[tuple[str, int], Names] = {
    ("power", 1): Names(en="turn on {x}", zh="打开{x}"),
    ("power", 0): Names(en="turn off {x}", zh="关掉{x}"),
    ("position", 100): Names(en="open {x}", zh="打开{x}"),
    ("position", 0): Names(en="close {x}", zh="关上{x}"),
    ("mute", 1): Names(en="mute {x}", zh="让{x}静音"),
    ("mute", 0): Names(en="unmute {x}", zh="让{x}取消静音"),
    ("child_lock", 1): Names(en="lock {x}", zh="锁上{x}"),
    ("child_lock", 0): Names(en="unlock {x}", zh="给{x}解锁"),
}

SERVICES: dict[str, Names] = {
    "clean_area": Names(en="send {x} to clean {area}", zh="让{x}打扫{area}"),
    "start": Names(en="start {x}", zh="让{x}开始工作"),
    "pause": Names(en="pause {x}", zh="让{x}暂停"),
    "stop": Names(en="stop {x}", zh="让{x}停下"),
    "dock": Names(en="send {x} back to its dock", zh="让{x}回去充电"),
    "open": Names(en="open {x}", zh="打开{x}"),
    "close": Names(en="close {x}", zh="关上{x}"),
    "locate": Names(en="have {x} make itself heard", zh="让{x}发出声音"),
    "toggle": Names(en="switch {x} over", zh="切换{x}"),
}

LEVEL = frozenset({"brightness", "position"})
"""What is meant when a thing is simply "at 20 %"; their name need not be said."""


ACTIVITY: dict[str, Turned] = {
    "docked": _turned("{x} is back in its dock", "{x} came back to its dock", "{x} is in its dock", "{x}回到充电座",
                      "{x}在充电座上"),
    "cleaning": _turned("{x} starts cleaning", "{x} started cleaning", "{x} is cleaning", "{x}开始清扫", "{x}正在清扫"),
    "paused": _turned("{x} pauses", "{x} paused", "{x} is paused", "{x}暂停", "{x}暂停着"),
    "returning": _turned("{x} heads back to its dock", "{x} headed back to its dock", "{x} is on its way to its dock",
                         "{x}开始回充", "{x}正在回充"),
    "stuck": _turned("{x} gets stuck", "{x} got stuck", "{x} is stuck", "{x}被困住", "{x}被困住了"),
}  # fmt: skip
"""What an appliance does, by what its model calls it in English."""


def number(value: Json) -> str:
    """As people say it: no `.0`."""
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:g}" if isinstance(value, int | float) and abs(value) < 1e6 else str(value)


def duration(seconds: float, lang: Lang) -> str:
    """ "2 minutes", "1 hour 30 minutes", 两分钟 as 2分钟."""
    whole = round(seconds)
    parts = ((whole // 86_400, "day", "天"), (whole // 3600 % 24, "hour", "小时"),
             (whole // 60 % 60, "minute", "分钟"), (whole % 60, "second", "秒"))  # fmt: skip
    said = [(count, en, zh) for count, en, zh in parts if count] or [(0, "second", "秒")]
    if lang is Lang.ZH:
        return "".join(f"{count}{zh}" for count, _, zh in said)
    return " ".join(f"{count} {en}{'' if count == 1 else 's'}" for count, en, _ in said)
