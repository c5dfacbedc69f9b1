"""Which product does a Matter node make, and where on the node is each of its properties?"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinn.kernel import Names
from jinn.things.forms.drafting import Draft, fresh
from jinn.things.forms.ha_words import OPTION_NAMES
from jinn.things.forms.matter_acting import (
    ACTIONS,
    ACTORS,
    BRIGHTNESS,
    COLD_TARGET,
    FREEZER_TARGET,
    MUTE,
    POWER,
    VOLUME,
)
from jinn.things.forms.matter_areas import AREA_FEATURES
from jinn.things.forms.matter_happening import HAPPENINGS
from jinn.things.forms.matter_locking import LOCK_ACTIONS, LOCK_FEATURES
from jinn.things.forms.matter_model import (
    BASIC_INFORMATION,
    DESCRIPTOR,
    Attributes,
    EventPoint,
    Feature,
    Point,
    ServicePoint,
    whole,
)
from jinn.things.forms.matter_sensing import (
    AIR_TEMPERATURE,
    COLD_TEMPERATURE,
    CONTACT,
    FREEZER_TEMPERATURE,
    FREEZING,
    RAIN,
    SENSORS,
    WATER_LEAK,
)
from jinn.things.forms.reading import Node, spoken
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, Event, Property, Service
from jinn.things.values import Json

KINDS: Mapping[int, str] = {
    0x0100: "light", 0x0101: "light", 0x010C: "light", 0x010D: "light", 0x010A: "switch", 0x010B: "switch",
    0x0202: "curtain", 0x0301: "air_conditioner", 0x0072: "air_conditioner", 0x0070: "fridge", 0x0074: "vacuum",
    0x0015: "door_sensor", 0x0107: "motion_sensor", 0x002B: "fan", 0x0022: "speaker", 0x0028: "television",
    0x0023: "television", 0x0302: "sensor", 0x0307: "sensor", 0x0106: "sensor", 0x0305: "sensor", 0x002C: "sensor",
    0x000F: "sensor", 0x000A: "generic",
}  # fmt: skip
"""Number of the device type → our kind."""

SPEAKER, CABINET = 0x0022, 0x0071
_PRODUCT_NAME, _PRODUCT_LABEL, _VENDOR_NAME, NODE_LABEL = 3, 14, 1, 5
FRIDGE_TAGS = 0x41
"""The namespace of tags that tell compartments apart: 0 refrigerator, 1 freezer."""

_KNOWN_ANYWAY = frozenset({DESCRIPTOR, BASIC_INFORMATION, 3, 4, 5, 98, 30})
"""Describing, identifying, groups, scenes, binding: nothing that a thing has."""

_NO_PROPERTIES_ON = 0
_MADE_KEY = "matter-"
_PATH = re.compile(r"(\d{1,5})/(\d{1,10})/(\d{1,10})")

Clusters = dict[int, dict[int, Json]]


@dataclass(slots=True, kw_only=True)
class NodeRead:
    """A node in our words.

    Attributes:
        attributes: endpoint → cluster → attribute → value, as it was.
    """

    product: Product
    points: dict[str, Point] = field(default_factory=dict)
    services: dict[str, ServicePoint] = field(default_factory=dict)
    events: dict[str, EventPoint] = field(default_factory=dict)
    attributes: dict[int, Clusters] = field(default_factory=dict)


def read_node(node: Node) -> NodeRead:
    """Raises `Invalid`."""
    node.skip("node_id", "date_commissioned", "last_interview", "interview_version", "available", "is_bridge")
    node.skip("attribute_subscriptions", "last_subscription_attempt", "matter_version")
    endpoints = _endpoints(node)
    draft = Draft(product_key=_key_of(endpoints), names=_names_of(endpoints))
    points: dict[str, Point] = {}
    services: dict[str, ServicePoint] = {}
    events: dict[str, EventPoint] = {}
    for endpoint, clusters in sorted(endpoints.items()):
        types = _device_types(clusters)
        draft.kind = draft.kind or next((KINDS[one] for one in types if one in KINDS), "")
        used: set[int] = set()
        for feature in _features(types, clusters):
            attributes = clusters.get(feature.cluster)
            if attributes is not None and any(one in attributes for one in feature.attributes):
                used.add(feature.cluster)
                points[_add(draft, endpoint, feature, attributes)] = Point(endpoint=endpoint, feature=feature)
        used |= _add_services(draft, endpoint, clusters, services) | _add_events(draft, endpoint, clusters, events)
        for cluster in sorted(clusters):
            if cluster not in used and cluster not in _KNOWN_ANYWAY and endpoint != _NO_PROPERTIES_ON:
                node.leave(f"attributes.{endpoint}/{cluster}", "is left out", "no property is like it")
    node.close()
    if draft.product_key.startswith(_MADE_KEY):
        # Makers sell different devices, and change them by updates, under the same numbers.
        shape = sorted((name, repr(member.type), member.is_writable) for name, member in draft.properties.items())
        # What has no event is known by the same name as before there were any.
        members = (shape, sorted(draft.services), *([sorted(draft.events)] if draft.events else []))
        digest = zlib.crc32(repr(members).encode())
        draft.product_key = f"{draft.product_key}-{digest:08x}"
    return NodeRead(product=draft.finished(), points=points, services=services, events=events, attributes=endpoints)


def _add_services(draft: Draft, endpoint: int, clusters: Clusters, services: dict[str, ServicePoint]) -> set[int]:
    """What the endpoint can be told to do. Gives the clusters that this is of."""
    used: set[int] = set()
    for action in (*ACTIONS, *LOCK_ACTIONS):
        attributes = clusters.get(action.cluster)
        if attributes is None or action.order_of(attributes) is None:
            continue
        used.add(action.cluster)
        identifier = _free(action.identifier, endpoint, draft.services)
        inputs = action.inputs_of(attributes)
        draft.services[identifier] = Service(
            identifier=identifier, name=action.names.en, is_sync=False, inputs=inputs, outputs={}
        )
        draft.service_names[identifier] = action.names
        services[identifier] = ServicePoint(endpoint=endpoint, action=action)
    return used


def _add_events(draft: Draft, endpoint: int, clusters: Clusters, events: dict[str, EventPoint]) -> set[int]:
    """What may happen to the endpoint. Gives the clusters that this is of."""
    used: set[int] = set()
    for happens in HAPPENINGS:
        attributes = clusters.get(happens.cluster)
        if attributes is None or not happens.is_there(attributes):
            continue
        used.add(happens.cluster)
        identifier = _free(happens.identifier, endpoint, draft.events)
        draft.events[identifier] = Event(
            identifier=identifier, name=happens.names.en, kind=happens.kind, outputs=happens.outputs
        )
        draft.event_names[identifier] = happens.names
        events[identifier] = EventPoint(endpoint=endpoint, happens=happens)
    return used


def _endpoints(node: Node) -> dict[int, Clusters]:
    """The attributes by endpoint and cluster. Raises `Invalid`."""
    found: dict[int, Clusters] = {}
    inner = node.need("attributes")
    for path in inner.present():
        parts = _PATH.fullmatch(path)
        if parts is None:
            raise inner.wrong(path, "a path of endpoint/cluster/attribute")
        endpoint, cluster, attribute = (int(part) for part in parts.groups())
        found.setdefault(endpoint, {}).setdefault(cluster, {})[attribute] = inner.get(path)
    return found


def _features(types: tuple[int, ...], clusters: Clusters) -> tuple[Feature, ...]:
    """What the clusters of an endpoint mean, on a device of its type."""
    swapped: dict[Feature, Feature] = {}
    if SPEAKER in types:
        swapped = {POWER: MUTE, BRIGHTNESS: VOLUME}
    found = [swapped.get(feature, feature) for feature in (*ACTORS, *AREA_FEATURES, *LOCK_FEATURES, *SENSORS)]
    found.append(next((feature for number, feature in _STATES.items() if number in types), CONTACT))
    if CABINET in types:
        is_freezer = _tag(clusters) == 1
        found.remove(AIR_TEMPERATURE)
        found += [FREEZER_TARGET, FREEZER_TEMPERATURE] if is_freezer else [COLD_TARGET, COLD_TEMPERATURE]
    return tuple(found)


_STATES: Mapping[int, Feature] = {0x0043: WATER_LEAK, 0x0041: FREEZING, 0x0044: RAIN}
"""What a boolean state means, by device type; on any other it is a contact."""


def _add(draft: Draft, endpoint: int, feature: Feature, attributes: Attributes) -> str:
    identifier = _free(feature.identifier, endpoint, draft.properties)
    data_type = feature.type_of(attributes)
    is_writable = feature.order_of is not None
    draft.add(Property(identifier=identifier, name=feature.names.en, type=data_type, is_writable=is_writable))
    draft.property_names[identifier] = feature.names
    known = OPTION_NAMES.get(feature.identifier, {})
    if isinstance(data_type, BoolType | EnumType):
        options = {value: Names(en=word, zh=known[word]) for value, word in data_type.labels.items() if word in known}
        if options:
            draft.option_names[identifier] = options
    return identifier


def _free(wanted: str, endpoint: int, taken: Mapping[str, object]) -> str:
    """A second lamp on the same node is that of its endpoint."""
    return fresh(f"e{endpoint}:{wanted}" if wanted in taken else wanted, taken.__contains__)


def _device_types(clusters: Clusters) -> tuple[int, ...]:
    listed = clusters.get(DESCRIPTOR, {}).get(0)
    found = [whole(one.get("0")) for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return tuple(number for number in found if number is not None)


def _tag(clusters: Clusters) -> int | None:
    listed = clusters.get(DESCRIPTOR, {}).get(4)
    for tag in listed if isinstance(listed, list) else ():
        if isinstance(tag, dict) and tag.get("1") == FRIDGE_TAGS:
            return whole(tag.get("2"))
    return None


def _names_of(endpoints: Mapping[int, Clusters]) -> Names | None:
    basic = endpoints.get(0, {}).get(BASIC_INFORMATION, {})
    for attribute in (_PRODUCT_NAME, _PRODUCT_LABEL, _VENDOR_NAME):
        said = basic.get(attribute)
        if isinstance(said, str) and (name := spoken(said)):
            return Names(en=name, zh=name)
    return None


def _key_of(endpoints: Mapping[int, Clusters]) -> str:
    """Vendor and product: what two nodes of one make have in common."""
    basic = endpoints.get(0, {}).get(BASIC_INFORMATION, {})
    label = basic.get(14)
    if isinstance(label, str) and label.startswith("jinn:"):
        return re.sub(r"[^A-Za-z0-9_-]+", "_", label.removeprefix("jinn:"))[:64]
    vendor, product = whole(basic.get(2)), whole(basic.get(4))
    return "" if vendor is None or product is None else f"{_MADE_KEY}{vendor & 0xFFFF:04x}-{product & 0xFFFF:04x}"
