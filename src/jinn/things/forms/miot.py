"""MIoT-Spec v2: a product as the instance of a device type, with services, properties, actions and events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jinn.kernel import Names
from jinn.things.forms.miot_reading import read_instance
from jinn.things.forms.miot_types import stated_type
from jinn.things.forms.miot_words import (
    ACTIONS,
    BATTERY_SERVICE,
    DEVICES,
    INFORMATION_SERVICE,
    OWN,
    PROPERTIES,
    SERVICES,
    STANDARD,
    SWEEPING,
)
from jinn.things.forms.model import Written
from jinn.things.forms.reading import Node
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, Event, Field, Property, Service
from jinn.things.values import Json

_ENGLISH, _MANDARIN = "en", "zh_cn"


class MiotForm:
    """An instance document, with its translations under `languages` as the platform serves them beside it."""

    name = "miot"
    reasons: Mapping[str, str] = {
        "required": "an instance does not say what a thing must have",
        "aliases": "there is one name in each language",
        "domain": "it follows from the device type",
        "device_class": "it follows from the device type",
        "kind": "the device type or the kind of event has no other word",
        "sync": "actions do not say whether the caller waits",
        "identifier": "names are small letters, digits and hyphens, and standard types have their own",
        ".names": "the name is where both languages have it",
        ".options": "only numbered values have names",
        ".unit": "it is none of MIoT's units",
        ".type.length": "texts have no length",
        ".type.0": "yes and no have no labels",
        ".type.1": "yes and no have no labels",
        ".type": "there are numbers with a range of three, numbered values, yes or no, and texts",
        "": "an instance has no place for it",
    }

    def is_this(self, document: Mapping[str, Json]) -> bool:
        kind = document.get("type")
        return isinstance(kind, str) and kind.startswith("urn:") and ":device:" in kind

    def write(self, product: Product, address: str) -> Written:
        return _Writer(product).written()

    def read(self, node: Node) -> Product:
        return read_instance(node)


@dataclass(slots=True, kw_only=True)
class _ServiceInWork:
    siid: int
    urn: str
    description: str
    names: set[str]
    properties: list[dict[str, Json]] = field(default_factory=list)
    arguments: dict[str, tuple[int, Field]] = field(default_factory=dict)
    actions: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)


class _Writer:
    """One product on its way into an instance."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._model = f"jinn-{product.product_key}:{product.version}"
        self._renamed: dict[str, str] = {}
        self._languages: dict[str, dict[str, Json]] = {_ENGLISH: {}, _MANDARIN: {}}
        self._services: dict[str, _ServiceInWork] = {}
        self._taken: set[tuple[str, str]] = set()
        self._modules: set[str] = set()

    def written(self) -> Written:
        product = self._product
        self._call("service:002", product.names)
        self._main("")
        for member in product.model.properties.values():
            self._property(member)
        for service in product.model.services.values():
            self._action(service)
        for event in product.model.events.values():
            self._event(event)
        name, number = DEVICES.get(product.kind, ("", ""))
        device = f"{STANDARD}:device:{name}:{number}" if name else f"{OWN}:device:{_kebab(product.kind)}:0000A001"
        document: dict[str, Json] = {
            "type": f"urn:{device}:{self._model}",
            "description": product.names.en,
            "services": [self._information(), *(_stated(service) for service in self._services.values())],
            "languages": {lang: words for lang, words in self._languages.items() if words},
        }
        return Written(document=document, renamed=self._renamed)

    def _information(self) -> Json:
        name, number = INFORMATION_SERVICE
        facts = {"manufacturer": ("00000001", "jinn"), "model": ("00000002", self._product.product_key)}
        properties: list[Json] = [
            {"iid": iid, "type": self._urn("property", word, fact[0]), "description": word, "format": "string",
             "access": ["read"]}
            for iid, (word, fact) in enumerate(facts.items(), 1)
        ]  # fmt: skip
        return {
            "iid": 1, "type": self._urn("service", name, number), "description": "Device Information",
            "properties": properties,
        }  # fmt: skip

    def _main(self, module: str) -> _ServiceInWork:
        """The service of a module; that of no module is the device's own."""
        if module not in self._services:
            siid = len(self._services) + 2
            if module:
                called = _unique(_kebab(module), self._modules)
                urn, names = self._own_urn("service", called, siid), set[str]()
            else:
                name, number = SERVICES.get(self._product.kind, ("", ""))
                urn = self._urn("service", name, number) if name else self._own_urn("service", "main", siid)
                names = set()
            described = module or self._product.names.en
            self._services[module] = _ServiceInWork(siid=siid, urn=urn, description=described, names=names)
        return self._services[module]

    def _battery(self) -> _ServiceInWork:
        main = self._main("")
        if "battery " not in self._services:
            siid = len(self._services) + 2
            # What a reader finds in both lies beside each other for it, so no name may be there twice.
            self._services["battery "] = _ServiceInWork(
                siid=siid, urn=self._urn("service", *BATTERY_SERVICE), description="Battery", names=main.names
            )
        return self._services["battery "]

    def _property(self, member: Property) -> None:
        module, _, own = member.identifier.rpartition(":")
        ability = self._product.meaning.abilities.get(member.identifier, "")
        standard = PROPERTIES.get(ability)
        service = self._battery() if ability == "battery" and not module else self._main(module)
        # Two properties of one meaning cannot both have the standard's word for it.
        if standard and standard[0] not in service.names and standard[2] not in self._other_names(module, own):
            name, number, identifier = standard
            service.names.add(name)
            urn = self._urn("property", name, number)
        else:
            name = _unique(_kebab(own), service.names)
            urn, identifier = self._own_urn("property", name, len(service.properties) + 1), _snake(name)
        self._rename("properties", member.identifier, self._read_as(module, identifier))
        iid = len(service.properties) + 1
        access: list[Json] = ["read", "write", "notify"] if member.is_writable else ["read", "notify"]
        service.properties.append(
            {"iid": iid, "type": urn, "description": member.name, "access": access, **stated_type(member.type)}
        )
        service.arguments.setdefault(
            identifier, (iid, Field(identifier=identifier, name=member.name, type=member.type))
        )
        key = f"service:{service.siid:03}:property:{iid:03}"
        self._call(key, self._product.property_names.get(member.identifier))
        values = list(member.type.labels) if isinstance(member.type, EnumType) else [0, 1]
        if isinstance(member.type, BoolType | EnumType):
            for value, names in self._product.option_names.get(member.identifier, {}).items():
                if value in values:
                    self._call(f"{key}:valuelist:{values.index(value):03}", names)

    def _other_names(self, module: str, own: str) -> set[str]:
        """Identifiers beside this one: taking one of them for a standard's word would make two of it."""
        prefix = f"{module}:" if module else ""
        members = self._product.model.properties
        return {name.removeprefix(prefix) for name in members if name != f"{prefix}{own}" and name.startswith(prefix)}

    def _action(self, member: Service) -> None:
        module, _, own = member.identifier.rpartition(":")
        service = self._main(module)
        action = self._product.meaning.actions.get(member.identifier, "")
        standard = ACTIONS.get(action) if action not in SWEEPING or self._product.kind == "vacuum" else None
        iid = len(service.actions) + 1
        others = {name.rpartition(":")[2] for name in self._product.model.services} - {own}
        if standard and f"action {standard[0]}" not in service.names and standard[2] not in others:
            service.names.add(f"action {standard[0]}")
            urn, identifier = self._urn("action", *standard[:2]), standard[2]
        else:
            name = _unique(_kebab(own), service.names, "action ")
            urn, identifier = self._own_urn("action", name, iid), _snake(name)
        self._rename("services", member.identifier, self._read_as(module, identifier))
        inputs = [self._argument(service, field) for field in member.inputs.values()]
        outputs = [self._argument(service, field) for field in member.outputs.values()]
        service.actions.append(
            {"iid": iid, "type": urn, "description": member.name, "in": [*inputs], "out": [*outputs]}
        )
        key = f"service:{service.siid:03}:action:{iid:03}"
        self._call(key, self._product.service_names.get(member.identifier))

    def _event(self, member: Event) -> None:
        module, _, own = member.identifier.rpartition(":")
        service = self._main(module)
        iid = len(service.events) + 1
        name = _unique(_kebab(own), service.names, "event ")
        self._rename("events", member.identifier, self._read_as(module, _snake(name)))
        arguments = [self._argument(service, field) for field in member.outputs.values()]
        service.events.append({
            "iid": iid, "type": self._own_urn("event", name, iid), "description": member.name,
            "arguments": [*arguments],
        })  # fmt: skip
        self._call(f"service:{service.siid:03}:event:{iid:03}", self._product.event_names.get(member.identifier))

    def _argument(self, service: _ServiceInWork, field: Field) -> int:
        """The piid of what an action takes: a property that is the same, else one that is nothing but an argument."""
        known = service.arguments.get(field.identifier)
        if known is not None and known[1] == field:
            return known[0]
        name, iid = _unique(_kebab(field.identifier), service.names), len(service.properties) + 1
        service.properties.append({
            "iid": iid, "type": self._own_urn("property", name, iid), "description": field.name, "access": [],
            **stated_type(field.type),
        })  # fmt: skip
        if _snake(name) == field.identifier:
            service.arguments[field.identifier] = (iid, field)
        return iid

    def _read_as(self, module: str, identifier: str) -> str:
        return f"{_snake(self._services[module].urn.split(':')[3])}:{identifier}" if module else identifier

    def _rename(self, section: str, identifier: str, new: str) -> None:
        if new != identifier:
            self._renamed[f"{section}.{identifier}"] = new

    def _call(self, key: str, names: Names | None) -> None:
        if names is not None:
            self._languages[_ENGLISH][key] = names.en
            self._languages[_MANDARIN][key] = names.zh

    def _urn(self, section: str, name: str, number: str) -> str:
        return f"urn:{STANDARD}:{section}:{name}:{number}:{self._model}"

    def _own_urn(self, section: str, name: str, number: int) -> str:
        return f"urn:{OWN}:{section}:{name}:{number:08X}:{self._model}"


def _stated(service: _ServiceInWork) -> Json:
    members: dict[str, list[Json]] = {
        "properties": [*service.properties],
        "actions": service.actions,
        "events": service.events,
    }
    return {
        "iid": service.siid,
        "type": service.urn,
        "description": service.description,
        **{key: found for key, found in members.items() if found},
    }


def _kebab(identifier: str) -> str:
    return identifier.lower().replace("_", "-")


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _unique(name: str, taken: set[str], prefix: str = "") -> str:
    found, count = name, 1
    while f"{prefix}{found}" in taken:
        count += 1
        found = f"{name}-{count}"
    taken.add(f"{prefix}{found}")
    return found
