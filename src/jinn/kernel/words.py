"""The two languages, and names that exist in both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Lang(StrEnum):
    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people call something, in each language.

    Attributes:
        en, zh: the name shown and spoken.
        aliases: further names that are understood, by language.
    """

    en: str
    zh: str
    aliases: Mapping[Lang, tuple[str, ...]] = field(default_factory=dict)

    def of(self, lang: Lang) -> str:
        return self.en if lang is Lang.EN else self.zh

    def all_of(self, lang: Lang) -> tuple[str, ...]:
        """The name first, then its aliases."""
        return (self.of(lang), *self.aliases.get(lang, ()))


def mid_sentence(name: str) -> str:
    """An English name as it stands inside a sentence: "Kitchen light" → "kitchen light"; "TV" stays."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
