"""Home Assistant: a product as the payload of MQTT device discovery, one component for each entity."""

from collections.abc import Mapping

from jinn.things.forms.ha_entities import combined, single
from jinn.things.forms.ha_reading import read_discovery
from jinn.things.forms.ha_words import PLATFORM_OF
from jinn.things.forms.model import Written
from jinn.things.forms.reading import Node
from jinn.things.model import Product
from jinn.things.values import Json

_MARKS = frozenset({"components", "cmps", "command_topic", "cmd_t", "state_topic", "stat_t", "~"})


class HaForm:
    """Device discovery, published as `homeassistant/device/<id>/config`; single components are read as well."""

    name = "ha"
    reasons: Mapping[str, str] = {
        "required": "an entity is there or not",
        "names.aliases": "a device has one name",
        ".names": "an entity has one name, in one language",
        "names.zh": "a device has one name, in one language",
        ".name": "a role within an entity has no name of its own",
        ".options": "options have one name",
        ".inputs": "a button carries nothing",
        ".outputs": "a button answers nothing, and an event is not described",
        "identifier": "the entity has its own word for it, or a key of letters and digits",
        ".kind": "events are all alike",
        ".sync": "a button answers nothing",
        "domain": "it follows from the platform",
        "device_class": "it follows from the platform",
        "services": "there is a button for what needs no more said, and nothing for the rest",
        ".type": "sensors have no bounds, options no numbers, and there are no structures",
        ".writable": "there is no entity of that kind that can be set",
        "": "discovery has no place for it",
    }

    def is_this(self, document: Mapping[str, Json]) -> bool:
        return any(mark in document for mark in _MARKS)

    def write(self, product: Product, address: str) -> Written:
        renamed: dict[str, str] = {}
        components: dict[str, Json] = {}
        platform = PLATFORM_OF.get(product.kind)
        base = f"jinn/{address}"
        covered: set[str] = set()
        if platform is not None:
            entity, covered, renamed = combined(product, platform, base)
            if entity is not None:
                components[platform] = {**entity, "unique_id": f"{address}_{platform}"}
        for section, key, identifier, component in single(product, base, covered, set(components)):
            components[key] = {**component, "unique_id": f"{address}_{key}"}
            read_as = key.replace("__", ":", 1)
            if read_as != identifier:
                renamed[f"{section}.{identifier}"] = read_as
        document: dict[str, Json] = {
            "device": {
                "identifiers": [address],
                "name": product.names.en,
                "manufacturer": "jinn",
                "model": product.kind,
                "model_id": product.product_key,
            },
            "origin": {"name": "jinn"},
            "availability_topic": f"{base}/availability",
            "components": components,
        }
        return Written(document=document, renamed=renamed)

    def read(self, node: Node) -> Product:
        return read_discovery(node)
