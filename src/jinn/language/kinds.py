"""Which kinds of things there are words for, and which things a word means."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from jinn.kernel import Lang
from jinn.language.model import ThingWords
from jinn.language.writing import name_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of thing and what makes one.

    Attributes:
        domain, device_classes: as Home Assistant spells them; a device class is asked for only where listed.
        words: its words in each language, singular.
    """

    id: str
    domain: str | None
    device_classes: frozenset[str]
    words: Mapping[Lang, tuple[str, ...]]

    def includes(self, thing: ThingWords) -> bool:
        if thing.kind == self.id:
            return True
        if self.device_classes:
            fits = thing.device_class in self.device_classes
            return fits and (self.domain is None or thing.domain == self.domain)
        return self.domain is not None and thing.domain == self.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWord:
    """What one word says: which kind, and whether it says several."""

    kind: Kind
    plural: bool


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its id, as `sentences/kinds.yaml` lists them."""
    raw = yaml.safe_load((files("jinn.language") / "sentences" / "kinds.yaml").read_text("utf-8"))
    return {
        kind: Kind(
            id=kind,
            domain=entry.get("domain"),
            device_classes=frozenset(entry.get("device_classes", ())),
            words={Lang.EN: tuple(entry["en"]), Lang.ZH: tuple(entry["zh"])},
        )
        for kind, entry in raw.items()
    }


@cache
def kind_words() -> Mapping[str, KindWord]:
    """Every word for a kind by its key, English plurals among them."""
    words: dict[str, KindWord] = {}
    for kind in kinds().values():
        for word in kind.words[Lang.ZH]:
            words[name_key(word)] = KindWord(kind=kind, plural=False)
        for word in kind.words[Lang.EN]:
            words.setdefault(name_key(word), KindWord(kind=kind, plural=False))
            words.setdefault(name_key(word + "s"), KindWord(kind=kind, plural=True))
    return words
