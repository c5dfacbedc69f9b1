"""The colours that people name, as a light takes them."""

from jinn.kernel import Lang

_KNOWN = {
    "white": ("#ffffff", "白色"), "red": ("#ff0000", "红色"), "orange": ("#ff8000", "橙色"),
    "yellow": ("#ffe000", "黄色"), "green": ("#00c000", "绿色"), "blue": ("#0000ff", "蓝色"),
    "purple": ("#8000ff", "紫色"), "brown": ("#8b4513", "棕色"), "pink": ("#ff69b4", "粉色"),
    "turquoise": ("#40e0d0", "青绿色"), "cyan": ("#00ffff", "青色"), "gold": ("#ffd700", "金色"),
    "violet": ("#8f00ff", "紫罗兰色"), "magenta": ("#ff00ff", "品红色"),
}  # fmt: skip
"""Name → sRGB, Chinese name. A lamp cannot shine black."""


def hex_of(name: str) -> str | None:
    """`#rrggbb` of a colour's English name; None when it is none of ours."""
    known = _KNOWN.get(name.lower())
    return known[0] if known else None


def name_of(color: str, lang: Lang) -> str:
    """What people call this `#rrggbb`; the number itself when it has no name."""
    for name, (code, chinese) in _KNOWN.items():
        if code == color.lower():
            return name if lang is Lang.EN else chinese
    return color
