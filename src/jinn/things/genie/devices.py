"""A vendor's device as its cloud describes it: read leniently, kept whole."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jinn.kernel import Lang, Names
from jinn.things.genie.envelope import TEXT_CHARS_MAX, pairs_of
from jinn.things.genie.vocabulary import ALIASES, KINDS, MEASURING, PLACES, action_of, type_of
from jinn.things.values import Json

DEVICES_MAX = 500
"""Of one vendor in one home; an answer with more is cut there, and says so."""

ID_CHARS_MAX = 256
PROPERTIES_MAX = 64
ACTIONS_MAX = 128
WORDS_MAX = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDevice:
    """One entry of a discovery.

    Attributes:
        properties: name → value as last told; they say which form its values have.
        actions: what it can be asked; empty when its cloud does not say.
        extensions: what every request about it carries along, such as the parent of a socket's outlet.
        words: property and word of choices that it has been seen to make and that no table has.
    """

    id: str
    name: str
    type: str
    zone: str = ""
    brand: str = ""
    model: str = ""
    properties: Mapping[str, Json] = field(default_factory=dict)
    actions: frozenset[str] = frozenset()
    extensions: Mapping[str, Json] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()

    def can(self, action: str) -> bool:
        if not self.actions:
            return self.type not in MEASURING
        return action in self.actions

    def with_word(self, name: str, word: str) -> "VendorDevice":
        """It knows this word as well; the oldest makes room."""
        if (name, word) in self.words:
            return self
        return replace(self, words=(*self.words, (name, word))[-WORDS_MAX:])


def read_devices(payload: Mapping[str, Json]) -> tuple[list[VendorDevice], int]:
    """The devices of a discovery, each once, and how many entries were none."""
    listed = payload.get("devices")
    if isinstance(listed, dict):
        listed = [listed]
    found: dict[str, VendorDevice] = {}
    skipped = 0
    for form in (listed if isinstance(listed, list) else [])[: DEVICES_MAX * 2]:
        device = read_device(form)
        if device is None or device.id in found or len(found) >= DEVICES_MAX:
            skipped += 1
        else:
            found[device.id] = device
    return list(found.values()), skipped


def read_device(form: Json) -> VendorDevice | None:
    """One entry; None when it cannot be told apart from others."""
    if not isinstance(form, dict):
        return None
    device_id = _text(form.get("deviceId"), ID_CHARS_MAX)
    if not device_id:
        return None
    actions = form.get("actions", form.get("action"))
    listed = actions if isinstance(actions, list) else [actions]
    extensions = form.get("extensions", form.get("extension"))
    state = form.get("properties") or form.get("status") or []
    return VendorDevice(
        id=device_id,
        name=_text(form.get("deviceName")) or _text(form.get("deviceType")) or "device",
        type=type_of(_text(form.get("deviceType"))) or "unknown",
        zone=_text(form.get("zone")),
        brand=_text(form.get("brand")),
        model=_text(form.get("model")),
        properties=dict(_scalars(pairs_of(state))),
        actions=frozenset(action_of(one) for one in listed[:ACTIONS_MAX] if isinstance(one, str)),
        extensions=_small(extensions) if isinstance(extensions, dict) else {},
    )


def names_of_device(device: VendorDevice) -> Names:
    """What it is called in both languages; a name that is in no table stays as it is."""
    for name, (english, further) in ALIASES.items():
        if device.name == name or device.name in further:
            return Names(en=english, zh=device.name)
    kind = KINDS.get(device.type)
    if device.name.isascii() and kind is not None and device.name in (device.type, kind[1]):
        return Names(en=kind[1], zh=kind[2])
    return Names(en=device.name, zh=device.name)


def placed(names: Names, zone: str) -> Names:
    """With the place in front, for a place that the home has no room for; the bare name stays an alias."""
    if not zone or zone in names.zh:
        return names
    aliases = {Lang.ZH: (names.zh,), Lang.EN: (names.en,)}
    return Names(en=f"{PLACES.get(zone, zone)} {names.en}", zh=f"{zone}{names.zh}", aliases=aliases)


def numbered(names: Names, number: int) -> Names:
    """The second and third of one name, so that they can be told apart."""
    return Names(en=f"{names.en} {number}", zh=f"{names.zh}{number}", aliases=names.aliases)


def _scalars(pairs: Sequence[tuple[str, Json]]) -> Iterable[tuple[str, Json]]:
    for name, value in pairs[:PROPERTIES_MAX]:
        if name and not isinstance(value, list | dict):
            yield name, value[:TEXT_CHARS_MAX] if isinstance(value, str) else value


def _small(extensions: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: value
        for name, value in list(extensions.items())[:16]
        if isinstance(value, str | int | float | bool) and len(str(value)) <= TEXT_CHARS_MAX
    }


def _text(value: Json, chars_max: int = 100) -> str:
    """Printable text within bounds; longer ids are none, since cut they could be another's."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = "".join(sign for sign in str(value) if sign.isprintable()).strip()
    text = re.sub(r"[\ud800-\udfff]", "", text)
    if chars_max == ID_CHARS_MAX:
        return text if len(text) <= chars_max else ""
    return text[:chars_max]
