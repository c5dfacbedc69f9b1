"""A discovered device as a thing: its product, and the way between its messages and its values."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from jinn.kernel import Invalid, Names, NotFound, Refused
from jinn.things.meaning import DOMAINS, kind_of, meaning_of
from jinn.things.model import Product
from jinn.things.mqtt import combined_entities, lights, simple_entities
from jinn.things.mqtt.discovery import Announcement, Availability, Config, DeviceInfo, availabilities
from jinn.things.mqtt.drawing import Drawing, Happening, Heard, Outgoing, Press, Reader, Writer
from jinn.things.mqtt.templates import TemplateFailed
from jinn.things.products import KIND_ZH
from jinn.things.thing_model import ThingModel
from jinn.things.values import Json, check_report

PRODUCT_PREFIX = "ha"
"""Of the keys of products that were discovered."""

_DRAW: Mapping[str, Callable[[Drawing, Config], None]] = {
    # What tells most of a device is drawn first, so that it has the plain words: its light is `on`, not a relay of it.
    "light": lights.draw_light,
    "cover": combined_entities.draw_cover,
    "valve": combined_entities.draw_cover,
    "climate": combined_entities.draw_climate,
    "fan": combined_entities.draw_fan,
    "humidifier": combined_entities.draw_humidifier,
    "vacuum": combined_entities.draw_vacuum,
    "lock": simple_entities.draw_lock,
    "switch": simple_entities.draw_switch,
    "binary_sensor": simple_entities.draw_binary_sensor,
    "sensor": simple_entities.draw_sensor,
    "number": simple_entities.draw_number,
    "select": simple_entities.draw_select,
    "text": simple_entities.draw_text,
    "button": simple_entities.draw_button,
    "scene": simple_entities.draw_button,
    "event": simple_entities.draw_event,
}
_KINDS = {"light": "light", "cover": "curtain", "climate": "air_conditioner", "fan": "fan", "vacuum": "vacuum"}
_ORDER = {platform: place for place, platform in enumerate(_DRAW)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Attributes:
    left: what of it is not used, and why.
    mode: how its availabilities count together.
    """

    info: DeviceInfo
    product: Product
    readers: Mapping[str, Sequence[Reader]]
    writers: Sequence[tuple[frozenset[str], Writer]]
    presses: Mapping[str, Press]
    happenings: Mapping[str, Sequence[tuple[str, Happening]]]
    availabilities: Sequence[Availability]
    mode: str
    left: Sequence[str]

    def topics(self) -> frozenset[str]:
        """Everything that must be heard."""
        present = (availability.topic for availability in self.availabilities)
        return frozenset((*self.readers, *self.happenings, *present))

    def read(self, heard: Heard) -> dict[str, Json]:
        """The values that a message says; what it says wrongly of one is no reason to doubt the others."""
        found: dict[str, Json] = {}
        for reader in self.readers.get(heard.topic, ()):
            try:
                values = reader(heard)
            except TemplateFailed:
                continue
            found.update(_believed(self.product.model, values))
        return found

    def happened(self, heard: Heard) -> list[str]:
        """The events that a message is."""
        found: list[str] = []
        for event, is_it in self.happenings.get(heard.topic, ()):
            try:
                if is_it(heard):
                    found.append(event)
            except TemplateFailed:
                continue
        return found

    def written(self, values: Mapping[str, Json]) -> list[Outgoing]:
        """The messages that ask for these values. Raises `Refused`."""
        found: list[Outgoing] = []
        open_names = set(values)
        for names, writer in self.writers:
            mine = {name: values[name] for name in names if name in open_names}
            if mine:
                try:
                    found.extend(writer(mine))
                except TemplateFailed as wrong:
                    raise Refused(f"The device cannot be told that: {wrong}", code="not-announced") from wrong
                open_names -= names
        if open_names or not all(message.topic for message in found):
            raise Refused("The device does not say how it is told that.", code="not-announced")
        return found

    def pressed(self, service: str) -> list[Outgoing]:
        """Raises `NotFound` with code `service-not-found`."""
        press = self.presses.get(service)
        if press is None:
            raise NotFound(f"The device has no service {service[:80]!r}.", code="service-not-found")
        return press()


def assemble_device(info: DeviceInfo, announcements: Sequence[Announcement]) -> Device:
    """All that was announced of one device. Raises `Invalid`, code `nothing-usable`, when nothing of it can be used."""
    drawing = Drawing()
    configs = [config for announcement in announcements for config in announcement.configs]
    drawing.left.extend(problem for announcement in announcements for problem in announcement.problems)
    used: list[Config] = []
    for config in sorted(configs, key=lambda config: (_ORDER.get(config.platform, 99), config.key)):
        draw = _DRAW.get(config.platform)
        if draw is None:
            drawing.left.append(f"{config.key}: a {config.platform[:40]} is not used here")
            continue
        # Drawn apart first: an entity that turns out to be bad halfway leaves nothing behind.
        try:
            draw(Drawing(), config)
            draw(drawing, config)
        except (Invalid, TemplateFailed) as wrong:
            drawing.left.append(f"{config.key}: {wrong}")
            continue
        used.append(config)
    if not drawing.draft.properties and not drawing.draft.services and not drawing.draft.events:
        why = "; ".join(drawing.left[:3]) or "it announces no entity"
        raise Invalid(f"Nothing of the device can be used: {why}", code="nothing-usable")
    try:
        present, mode = availabilities(used)
    except Invalid as wrong:
        drawing.left.append(f"availability: {wrong}")
        present, mode = [], "latest"
    return Device(
        info=info, product=_product(drawing, info, used), readers=drawing.readers, writers=drawing.writers,
        presses=drawing.presses, happenings=drawing.happenings, availabilities=present, mode=mode,
        left=tuple(drawing.left),
    )  # fmt: skip


def _product(drawing: Drawing, info: DeviceInfo, used: Sequence[Config]) -> Product:
    """One for all devices that announce the same; its key says what they are, so that a new firmware has a new one."""
    platform = next((config.platform for config in used if config.platform in _KINDS), "")
    drawing.draft.kind = _KINDS.get(platform, "")
    product = drawing.draft.finished()
    meaning = meaning_of(product.model)
    kind = drawing.draft.kind or kind_of(meaning, product.model.properties)
    domain, device_class = DOMAINS[kind]
    said = f"{info.maker}\0{info.model}\0{kind}\0".encode() + product.model.document
    key = PRODUCT_PREFIX + hashlib.blake2b(said, digest_size=9).hexdigest()
    names = Names(en=kind.replace("_", " "), zh=KIND_ZH.get(kind, "设备"))
    return replace(product, product_key=key, kind=kind, domain=domain, device_class=device_class, names=names)


def _believed(model: ThingModel, values: Mapping[str, Json]) -> dict[str, Json]:
    try:
        return check_report(model, values)
    except Invalid:
        found: dict[str, Json] = {}
        for name, value in values.items():
            try:
                found |= check_report(model, {name: value})
            except Invalid:
                continue
        return found
