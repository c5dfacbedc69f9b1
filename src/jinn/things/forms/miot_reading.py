"""Which product does a MIoT instance state?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinn.kernel import Names
from jinn.things.forms.drafting import Draft, fresh
from jinn.things.forms.miot_types import read_format
from jinn.things.forms.miot_words import ACTION_NAMES, BATTERY_SERVICE, INFORMATION_SERVICE, KIND_OF, OWN, READ_NAMES
from jinn.things.forms.reading import Node, spoken
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, Event, EventKind, Field, Property, Service

_URN = re.compile(r"urn:([a-z0-9.-]{1,40}):(device|service|property|action|event):([^:\s]{1,80})(?::([^:]*):?(.*))?")
_MANDARIN = ("zh_cn", "zh-Hans", "zh")


@dataclass(slots=True)
class _Words:
    """What the translations call things, by their key."""

    english: Mapping[str, str] = field(default_factory=dict)
    mandarin: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> Names | None:
        english, mandarin = self.english.get(key, ""), self.mandarin.get(key, "")
        if not (english or mandarin):
            return None
        return Names(en=english or mandarin, zh=mandarin or english)


def read_instance(node: Node) -> Product:
    """Raises `Invalid`."""
    space, name, rest = _urn(node, "device")
    words = _read_words(node)
    described = node.name("description")
    draft = Draft(
        product_key=re.sub(r"[^A-Za-z0-9_-]+", "-", rest.partition(":")[0]).removeprefix("jinn-")[:64],
        kind=name.replace("-", "_") if space == OWN else KIND_OF.get(name, ""),
        names=words.of("service:002") or (Names(en=described, zh=described) if described else None),
    )
    services = node.nodes("services")
    for index, service in enumerate(services):
        _read_service(draft, service, words, is_first=index == 0 or len(services) == 1)
    node.skip("status", "ts", "version")
    node.close()
    return draft.finished()


def _read_service(draft: Draft, node: Node, words: _Words, *, is_first: bool) -> None:
    space, name, _ = _urn(node, "service")
    siid = node.whole("iid")
    node.skip("description")
    if name == INFORMATION_SERVICE[0] and is_first:
        node.leave("properties", "are left out", "a thing says who made it when it connects, not its model")
        node.close()
        return
    module = name.replace("-", "_") if space == OWN and name != "main" else ""
    beside = name.replace("-", "_") if name != BATTERY_SERVICE[0] else "battery"
    place = _Place(module, beside, f"service:{siid:03}", words)
    arguments: dict[int, Field] = {}
    for inner in node.nodes("properties"):
        _read_property(draft, inner, arguments, place)
    for inner in node.nodes("actions"):
        _read_action(draft, inner, arguments, place)
    for inner in node.nodes("events"):
        _read_event(draft, inner, arguments, place)
    node.close()


@dataclass(frozen=True, slots=True)
class _Place:
    """A service: under which module its members go, and what they are called.

    Attributes:
        beside: the module for a member whose name is taken already.
        key: of the service among the translations.
    """

    module: str
    beside: str
    key: str
    words: _Words

    def identifier(self, own: str, taken: Mapping[str, object]) -> str:
        wanted = f"{self.module}:{own}" if self.module else own
        if wanted in taken and not self.module:
            wanted = f"{self.beside}:{own}"
        return fresh(wanted, taken.__contains__)


def _read_property(draft: Draft, node: Node, arguments: dict[int, Field], place: "_Place") -> None:
    _, name, _ = _urn(node, "property")
    iid = node.whole("iid")
    data_type = read_format(node, name)
    label = node.text("description")[:200]
    access = node.texts("access")
    own = READ_NAMES.get(name, name.replace("-", "_"))
    arguments[iid] = Field(identifier=fresh(own, lambda _: False), name=label, type=data_type)
    node.skip("source", "gatt-access", "visible", "default", "name")
    if access:
        identifier = place.identifier(own, draft.properties)
        if "read" not in access:
            node.leave("access", "can be read too", "a thing model has no property that is only written")
        draft.add(Property(identifier=identifier, name=label, type=data_type, is_writable="write" in access))
        key = f"{place.key}:property:{iid:03}"
        if names := place.words.of(key):
            draft.property_names[identifier] = names
        if isinstance(data_type, BoolType | EnumType):
            values = list(data_type.labels) if isinstance(data_type, EnumType) else [0, 1]
            found = {value: place.words.of(f"{key}:valuelist:{at:03}") for at, value in enumerate(values)}
            options = {value: names for value, names in found.items() if names}
            if options:
                draft.option_names[identifier] = options
    node.close()


def _read_action(draft: Draft, node: Node, arguments: Mapping[int, Field], place: "_Place") -> None:
    _, name, _ = _urn(node, "action")
    iid = node.whole("iid")
    identifier = place.identifier(ACTION_NAMES.get(name, name.replace("-", "_")), draft.services)
    draft.services[identifier] = Service(
        identifier=identifier,
        name=node.text("description")[:200],
        is_sync=False,
        inputs=_fields(node, "in", arguments),
        outputs=_fields(node, "out", arguments),
    )
    if names := place.words.of(f"{place.key}:action:{iid:03}"):
        draft.service_names[identifier] = names
    node.close()


def _read_event(draft: Draft, node: Node, arguments: Mapping[int, Field], place: _Place) -> None:
    _, name, _ = _urn(node, "event")
    iid = node.whole("iid")
    identifier = place.identifier(name.replace("-", "_"), draft.events)
    draft.events[identifier] = Event(
        identifier=identifier,
        name=node.text("description")[:200],
        kind=EventKind.INFO,
        outputs=_fields(node, "arguments", arguments),
    )
    if names := place.words.of(f"{place.key}:event:{iid:03}"):
        draft.event_names[identifier] = names
    node.close()


def _fields(node: Node, key: str, arguments: Mapping[int, Field]) -> dict[str, Field]:
    """What the piids of an action or event stand for."""
    found: dict[str, Field] = {}
    for item in node.items(key):
        piid = item.get("piid") if isinstance(item, dict) else item
        argument = arguments.get(piid) if isinstance(piid, int) else None
        if argument is None:
            node.leave(key, "is left out", "it names a property that is not there")
            continue
        identifier = fresh(argument.identifier, found.__contains__)
        found[identifier] = Field(identifier=identifier, name=argument.name, type=argument.type)
    return found


def _read_words(node: Node) -> _Words:
    inner = node.node("languages")
    if inner is None:
        return _Words()
    words = _Words()
    for lang in inner.present():
        said = inner.need(lang)
        found = {key: spoken(said.text(key)) for key in said.present()}
        if lang == "en":
            words.english = found
        elif lang in _MANDARIN:
            words.mandarin = found
        else:
            inner.leave(lang, "is left out", "names are kept in English and Mandarin")
    return words


def _urn(node: Node, section: str) -> tuple[str, str, str]:
    """Namespace, name, and what follows the number. Raises `Invalid`."""
    found = _URN.fullmatch(node.need_text("type"))
    if found is None or found[2] != section:
        raise node.wrong("type", f"the URN of a {section} type")
    return found[1], found[3], found[5] or ""
