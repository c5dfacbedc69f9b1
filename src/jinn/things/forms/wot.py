"""W3C WoT Thing Description 1.1: a product as JSON-LD, with what TSL alone says under a prefix of our own."""

from collections.abc import Mapping

from jinn.kernel import Lang, Names
from jinn.things.forms.drafting import Draft, fresh
from jinn.things.forms.model import Written
from jinn.things.forms.reading import Node, spoken
from jinn.things.forms.wot_schema import named, read_fields, read_names, read_options, read_type, schema_of, titles
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, Event, EventKind, Property, Service, StructType
from jinn.things.values import Json

CONTEXT = "https://www.w3.org/2022/wot/td/v1.1"
OLD_CONTEXT = "https://www.w3.org/2019/wot/td/v1"
OWN_CONTEXT = "urn:jinn:terms:"
_ID = "urn:jinn:product:"
_AT_TYPES = {"light": "saref:LightSwitch", "door_sensor": "saref:Sensor", "sensor": "saref:Sensor"}
_SAREF = "https://w3id.org/saref#"


class WotForm:
    """A Thing Description whose forms are the paths of this hub, below the thing's own."""

    name = "wot"
    reasons: Mapping[str, str] = {"": "a Thing Description has no word for it"}

    def is_this(self, document: Mapping[str, Json]) -> bool:
        context = document.get("@context")
        stated = context if isinstance(context, list) else [context]
        return any(isinstance(one, str) and "/wot/td" in one for one in stated)

    def write(self, product: Product, address: str) -> Written:
        names = product.names
        document: dict[str, Json] = {
            "@context": [CONTEXT, {"jinn": OWN_CONTEXT, "saref": _SAREF, "@language": "en"}],
            "id": f"{_ID}{product.product_key}",
            **({"@type": _AT_TYPES[product.kind]} if product.kind in _AT_TYPES else {}),
            "title": names.en,
            "titles": {"en": names.en, "zh": names.zh},
            "version": {"instance": f"{product.version}.0.0", "model": f"{product.version}.0.0"},
            "base": f"http://127.0.0.1:8320/api/things/{address}/wot/",
            "securityDefinitions": {"owner": {"scheme": "bearer", "in": "header", "description": "a token of the hub"}},
            "security": "owner",
            "jinn:kind": product.kind,
            "jinn:domain": product.domain,
            **({"jinn:deviceClass": product.device_class} if product.device_class else {}),
            **_aliases(names),
            "properties": {name: _property(product, member) for name, member in product.model.properties.items()},
            "actions": {name: _action(product, member) for name, member in product.model.services.items()},
            "events": {name: _event(product, member) for name, member in product.model.events.items()},
        }
        return Written(document=document)

    def read(self, node: Node) -> Product:
        node.skip("@context", "version", "base", "securityDefinitions", "security", "@type")
        names = read_names(node)
        draft = Draft(
            product_key=node.text("id").removeprefix(_ID).replace(":", "-")[:64],
            kind=node.name("jinn:kind"),
            domain=node.name("jinn:domain"),
            device_class=node.name("jinn:deviceClass") or None,
            names=_with_aliases(names, node),
        )
        for name, member in node.members("properties"):
            _read_property(draft, name, member)
        for name, member in node.members("actions"):
            _read_action(draft, name, member)
        for name, member in node.members("events"):
            _read_event(draft, name, member)
        for key in ("links", "forms", "schemaDefinitions", "profile", "uriVariables"):
            if node.has(key):
                node.leave(key, "is left out", "a thing model does not say how a thing is reached")
        node.close()
        return draft.finished()


def _aliases(names: Names) -> dict[str, Json]:
    words: dict[str, Json] = {lang.value: list(names.aliases[lang]) for lang in names.aliases if names.aliases[lang]}
    return {"jinn:aliases": words} if words else {}


def _with_aliases(names: Names | None, node: Node) -> Names | None:
    inner = node.node("jinn:aliases")
    if inner is None or names is None:
        return names
    found = {lang: tuple(filter(None, map(spoken, inner.texts(lang.value)))) for lang in Lang}
    inner.close()
    return Names(en=names.en, zh=names.zh, aliases={lang: words for lang, words in found.items() if words})


def _property(product: Product, member: Property) -> Json:
    identifier = member.identifier
    operations: list[Json] = ["readproperty", "writeproperty"] if member.is_writable else ["readproperty"]
    return {
        **titles(member.name, product.property_names.get(identifier)),
        **schema_of(member.type, product.option_names.get(identifier, {})),
        "readOnly": not member.is_writable,
        "observable": False,
        **({"jinn:required": True} if member.is_required else {}),
        "forms": [{"href": f"properties/{identifier}", "op": operations, "contentType": "application/json"}],
    }


def _action(product: Product, member: Service) -> Json:
    return {
        **titles(member.name, product.service_names.get(member.identifier)),
        "synchronous": member.is_sync,
        **({"input": schema_of(StructType(fields=member.inputs), {})} if member.inputs else {}),
        **({"output": schema_of(StructType(fields=member.outputs), {})} if member.outputs else {}),
        "forms": [{"href": f"actions/{member.identifier}", "op": "invokeaction", "contentType": "application/json"}],
    }


def _event(product: Product, member: Event) -> Json:
    return {
        **titles(member.name, product.event_names.get(member.identifier)),
        "jinn:eventKind": member.kind.value,
        **({"data": schema_of(StructType(fields=member.outputs), {})} if member.outputs else {}),
        "forms": [{
            "href": f"events/{member.identifier}", "op": ["subscribeevent"],
            "subprotocol": "longpoll", "contentType": "application/json",
        }],
    }  # fmt: skip


def _read_property(draft: Draft, name: str, node: Node) -> None:
    node.skip("forms", "observable")
    identifier = fresh(name, draft.properties.__contains__)
    data_type = read_type(node, identifier)
    is_writable = not node.flag("readOnly")
    if node.flag("writeOnly"):
        node.leave("writeOnly", "can be read too", "a thing model has no property that is only written")
    draft.add(
        Property(
            identifier=identifier,
            name=named(node),
            type=data_type,
            is_writable=is_writable,
            is_required=node.flag("jinn:required"),
        )
    )
    if names := read_names(node):
        draft.property_names[identifier] = names
    if isinstance(data_type, BoolType | EnumType) and (options := read_options(node)):
        draft.option_names[identifier] = options
    node.close()


def _read_action(draft: Draft, name: str, node: Node) -> None:
    node.skip("forms", "safe", "idempotent")
    identifier = fresh(name, draft.services.__contains__)
    draft.services[identifier] = Service(
        identifier=identifier,
        name=named(node),
        is_sync=node.flag("synchronous"),
        inputs=read_fields(node.node("input")),
        outputs=read_fields(node.node("output")),
    )
    if names := read_names(node):
        draft.service_names[identifier] = names
    node.close()


def _read_event(draft: Draft, name: str, node: Node) -> None:
    node.skip("forms", "subscription", "cancellation", "dataResponse")
    identifier = fresh(name, draft.events.__contains__)
    kind = node.text("jinn:eventKind", "info")
    draft.events[identifier] = Event(
        identifier=identifier,
        name=named(node),
        kind=EventKind(kind) if kind in tuple(EventKind) else EventKind.INFO,
        outputs=read_fields(node.node("data")),
    )
    if names := read_names(node):
        draft.event_names[identifier] = names
    node.close()
