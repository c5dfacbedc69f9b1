"""Matter: a product as a node with endpoints, clusters and attributes, as Matter servers describe one."""

from collections.abc import Mapping

from jinn.kernel import Refused
from jinn.things.forms.matter_acting import (
    ACTORS,
    COLD_TARGET,
    COVERING,
    FREEZER_TARGET,
    MUTE,
    OPERATION,
    ROOM_TEMPERATURE,
    RUN_MODE,
    VOLUME,
)
from jinn.things.forms.matter_model import BASIC_INFORMATION, DESCRIPTOR, Feature
from jinn.things.forms.matter_reading import CABINET, FRIDGE_TAGS, read_node
from jinn.things.forms.matter_sensing import (
    AIR_TEMPERATURE,
    COLD_TEMPERATURE,
    CONTACT,
    FREEZER_TEMPERATURE,
    FRIDGE_DOOR,
    SENSORS,
)
from jinn.things.forms.model import Written
from jinn.things.forms.reading import Node
from jinn.things.model import Product
from jinn.things.thing_model import Property
from jinn.things.values import Json

_DEVICE_TYPES = {
    "light": 0x0100, "switch": 0x010A, "curtain": 0x0202, "air_conditioner": 0x0072, "fridge": 0x0070,
    "vacuum": 0x0074, "door_sensor": 0x0015, "motion_sensor": 0x0107, "fan": 0x002B, "speaker": 0x0022,
    "television": 0x0028,
}  # fmt: skip
_REVISION = 1
_PLUG = 0x010A
_TEST_VENDOR = 0xFFF1
"""The vendor number that is free for tests: a thing that is only written down has no number of its own."""

_FRIDGE_DEVICE = {COLD_TARGET: (0, COLD_TEMPERATURE), FREEZER_TARGET: (1, FREEZER_TEMPERATURE)}
_SERVICES_OF = {
    "open": COVERING, "close": COVERING, "start": RUN_MODE, "pause": OPERATION, "resume": OPERATION, "dock": OPERATION
}  # fmt: skip


class MatterForm:
    """A node, written down as if it had just been commissioned."""

    name = "matter"
    reasons: Mapping[str, str] = {
        "required": "a cluster is there or not",
        "names": "a node has one name, and clusters have those of the specification",
        ".name": "clusters have the names of the specification",
        "identifier": "the cluster has a name of its own",
        ".options": "the values are those of the cluster",
        ".type": "range, step and values are those that the cluster has",
        "kind": "it follows from the device type",
        "domain": "it follows from the device type",
        "device_class": "it follows from the device type",
        "product_key": "a node has the numbers of its vendor",
        "": "there is no cluster for it",
    }

    def is_this(self, document: Mapping[str, Json]) -> bool:
        attributes = document.get("attributes")
        return isinstance(attributes, dict) and all(path.count("/") == 2 for path in list(attributes)[:8])

    def write(self, product: Product, address: str) -> Written:
        return _Writer(product, address).written()

    def read(self, node: Node) -> Product:
        return read_node(node).product


def _light_type(product: Product) -> int:
    """On and off only, dimmable, white from warm to cold, or coloured."""
    words = product.meaning.words()
    if "color" in words:
        return 0x010D
    if "color_temperature" in words:
        return 0x010C
    return 0x0101 if "brightness" in words else 0x0100


class _Writer:
    """One product on its way into a node."""

    def __init__(self, product: Product, address: str) -> None:
        self._product = product
        self._address = address
        self._attributes: dict[int, dict[int, dict[int, Json]]] = {}
        self._types: dict[int, int] = {}
        self._renamed: dict[str, str] = {}

    def written(self) -> Written:
        product = self._product
        self._types[0] = 0x0016
        self._put(0, BASIC_INFORMATION, {
            1: "jinn", 2: _TEST_VENDOR, 3: product.names.en[:32], 4: 0x8000, 5: "",
            14: f"jinn:{product.product_key}"[:64], 18: self._address[:32],
        })  # fmt: skip
        main = _light_type(product) if product.kind == "light" else _DEVICE_TYPES.get(product.kind, 0)
        if main:
            self._types[1] = main
            self._attributes[1] = {}
        for feature, member in self._found():
            self._place(feature, member, main)
        self._add_services()
        if not any(endpoint and clusters for endpoint, clusters in self._attributes.items()):
            raise Refused(f"Nothing of {product.product_key!r} can be said in Matter.", code="form-empty")
        return Written(document=self._document(), renamed=self._renamed)

    def _found(self) -> list[tuple[Feature, Property]]:
        """The feature for each property that has one; of two with one meaning the first."""
        features = {feature.ability: feature for feature in (*SENSORS, *ACTORS, CONTACT) if feature.ability}
        # Of a climate device the temperature is its thermostat's, of a fridge the door its alarm's.
        has_thermostat = any(word in self._product.meaning.words() for word in ("target_temperature", "mode"))
        features["temperature"] = ROOM_TEMPERATURE if has_thermostat else AIR_TEMPERATURE
        features["contact"] = FRIDGE_DOOR if self._product.kind == "fridge" else CONTACT
        features |= {"cold_target": COLD_TARGET, "freezer_target": FREEZER_TARGET}
        if self._product.kind == "speaker":
            features |= {"mute": MUTE, "volume": VOLUME}
            features.pop("power", None)
            features.pop("brightness", None)
        found = []
        for ability, feature in features.items():
            identifier = self._product.meaning.property_for(ability)
            if identifier is not None and ":" not in identifier:
                found.append((feature, self._product.model.properties[identifier]))
        return found

    def _place(self, feature: Feature, member: Property, main: int) -> None:
        stated = feature.stated(member.type)
        # What a cluster lets nobody set would be said to be settable, and the other way round.
        if stated is None or member.is_writable is not (feature.order_of is not None):
            return
        properties = self._product.model.properties
        if member.identifier != feature.identifier and feature.identifier in properties:
            return
        if feature in _FRIDGE_DEVICE:
            self._cabinet(feature, stated)
        elif feature.device_type and feature.device_type != main:
            self._put(self._endpoint(feature.device_type), feature.cluster, stated)
        else:
            self._put(1 if main else self._endpoint(_PLUG), feature.cluster, stated)
        if member.identifier != feature.identifier:
            self._renamed[f"properties.{member.identifier}"] = feature.identifier

    def _cabinet(self, feature: Feature, stated: dict[int, Json]) -> None:
        """A compartment with what it is set to and, where that is measured, how warm it is."""
        tag, measured = _FRIDGE_DEVICE[feature]
        endpoint = self._endpoint(CABINET, again=True)
        self._put(endpoint, feature.cluster, stated)
        self._put(endpoint, DESCRIPTOR, {4: [{"0": None, "1": FRIDGE_TAGS, "2": tag}]})
        identifier = self._product.meaning.property_for(measured.ability)
        member = self._product.model.properties.get(identifier or "")
        said = measured.stated(member.type) if member is not None and not member.is_writable else None
        if member is not None and said is not None and (
            member.identifier == measured.identifier or measured.identifier not in self._product.model.properties
        ):  # fmt: skip
            self._put(endpoint, measured.cluster, said)
            if member.identifier != measured.identifier:
                self._renamed[f"properties.{member.identifier}"] = measured.identifier

    def _add_services(self) -> None:
        services = self._product.model.services
        names = {word for word in _SERVICES_OF if word in services and not services[word].inputs}
        if self._product.kind == "curtain" and COVERING in self._attributes[1]:
            wanted: list[Json] = [number for number, word in enumerate(("open", "close", "stop")) if word in services]
            self._put(1, COVERING, {65529: [*wanted, 5]})
        if self._product.kind == "vacuum":
            if names & {"pause", "dock", "resume"}:
                told = {"pause": 0, "resume": 3, "dock": 128}
                listed: list[Json] = [number for word, number in told.items() if word in names]
                self._put(1, OPERATION, {65529: listed})
            if "start" in names:
                modes: list[Json] = [{"0": "Clean", "1": 1, "2": [{"1": 0x4001}]}]
                self._put(1, RUN_MODE, {0: modes})

    def _endpoint(self, device_type: int, *, again: bool = False) -> int:
        """The endpoint of that device type; `again`: one more of them."""
        known = [endpoint for endpoint, one in self._types.items() if one == device_type]
        if known and not again:
            return known[0]
        endpoint = max([1, *self._types]) + 1 if 1 in self._types else 1
        self._types[endpoint] = device_type
        return endpoint

    def _put(self, endpoint: int, cluster: int, attributes: Mapping[int, Json]) -> None:
        known = self._attributes.setdefault(endpoint, {}).setdefault(cluster, {})
        for attribute, value in attributes.items():
            before = known.get(attribute)
            # Two features of one cluster each say which of its features they need.
            both = isinstance(before, int) and isinstance(value, int) and attribute == 65532
            known[attribute] = before | value if both and isinstance(before, int) and isinstance(value, int) else value

    def _document(self) -> dict[str, Json]:
        stated: dict[str, Json] = {}
        for endpoint, device_type in sorted(self._types.items()):
            clusters = self._attributes.setdefault(endpoint, {})
            listed: list[Json] = [*sorted({*clusters, DESCRIPTOR})]
            parts: list[Json] = [*sorted(one for one in self._types if one and endpoint == 0)]
            self._put(endpoint, DESCRIPTOR, {0: [{"0": device_type, "1": _REVISION}], 1: listed, 2: [], 3: parts})
            for cluster, attributes in sorted(clusters.items()):
                for attribute, value in sorted(attributes.items()):
                    stated[f"{endpoint}/{cluster}/{attribute}"] = value
        return {"node_id": 0, "available": True, "is_bridge": False, "attributes": stated}
