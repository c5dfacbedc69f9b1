"""How does a reader put a product together? Member by member, each name taken once, then checked as any model is."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from jinn.kernel import Invalid, Names
from jinn.things.forms.stating import tsl_bytes, tsl_document
from jinn.things.meaning import DOMAINS, kind_of, meaning_of
from jinn.things.model import Product, is_safe_name
from jinn.things.products import KIND_ZH, derived_key
from jinn.things.thing_model import Event, Property, Service
from jinn.things.tsl import read_model

_IDENTIFIER_CHARS_MAX = 64
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESERVED = frozenset({"set", "get", "post", "time", "value"})


@dataclass(slots=True, kw_only=True)
class Draft:
    """A product that is being read; what is left empty is made from the model."""

    product_key: str = ""
    kind: str = ""
    domain: str = ""
    device_class: str | None = None
    names: Names | None = None
    properties: dict[str, Property] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    property_names: dict[str, Names] = field(default_factory=dict)
    option_names: dict[str, dict[int, Names]] = field(default_factory=dict)
    service_names: dict[str, Names] = field(default_factory=dict)
    event_names: dict[str, Names] = field(default_factory=dict)

    def add(self, member: Property) -> None:
        """Raises `Invalid` with code `duplicate-identifier`."""
        if member.identifier in self.properties:
            raise Invalid(
                f"The property {member.identifier!r} is there twice.",
                code="duplicate-identifier",
                identifier=member.identifier,
            )
        self.properties[member.identifier] = member

    def finished(self) -> Product:
        """The product. Raises `Invalid` with one of the codes of a thing model."""
        document = tsl_bytes(tsl_document(self.product_key, self.properties, self.events, self.services))
        model = read_model(document)
        meaning = meaning_of(model)
        kind = self.kind or kind_of(meaning, model.properties)
        domain, device_class = DOMAINS.get(kind, ("sensor", None))
        if kind == "generic" and "power" in meaning.words():
            domain = "switch"
        return Product(
            product_key=self.product_key if is_safe_name(self.product_key) else derived_key(document),
            model=model,
            meaning=meaning,
            kind=kind,
            domain=self.domain or domain,
            device_class=self.device_class or (None if self.domain else device_class),
            names=self.names or Names(en=kind.replace("_", " "), zh=KIND_ZH.get(kind, "设备")),
            property_names=self.property_names,
            option_names=self.option_names,
            service_names=self.service_names,
            event_names=self.event_names,
        )


def fresh(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """`wanted` as an identifier, with a number behind it when it is taken; a module in front stays."""
    module, _, own = wanted.rpartition(":")
    front = f"{_lawful(module)}:" if module else ""
    plain = f"{own}_" if own in _RESERVED else _lawful(own)
    found, count = f"{front}{plain}", 1
    while is_taken(found):
        count += 1
        found = f"{front}{plain[: _IDENTIFIER_CHARS_MAX - 5]}_{count}"
    return found


def _lawful(text: str) -> str:
    if _IDENTIFIER.fullmatch(text):
        return text
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_")[:_IDENTIFIER_CHARS_MAX] or "value_"
