"""What of our own things the protocol can speak of: properties as words, orders as wishes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jinn.things.genie.describing import number_of
from jinn.things.genie.envelope import ErrorCode, VendorError
from jinn.things.genie.speaking import color_name, color_of
from jinn.things.genie.vocabulary import (
    COLORS,
    MODE_ALIASES,
    MODES,
    ORDERS,
    QUERIES,
    TYPES_OF_KINDS,
    WIND_ALIASES,
    WIND_SPEEDS,
    Order,
)
from jinn.things.model import Product
from jinn.things.thing_model import BoolType, EnumType, NumberType, Property, TextType
from jinn.things.twin import Twin
from jinn.things.values import Json

_WORDS: tuple[tuple[str, str], ...] = (
    ("power", "powerstate"),
    ("position", "powerstate"),
    ("activity", "powerstate"),
    ("brightness", "brightness"),
    ("color", "color"),
    ("color_temperature", "colorTemperature"),
    ("target_temperature", "temperature"),
    ("cold_target", "temperature"),
    ("temperature", "temperature"),
    ("humidity", "humidity"),
    ("fan_speed", "windspeed"),
    ("mode", "mode"),
    ("volume", "volume"),
    ("mute", "mute"),
    ("channel", "channel"),
    ("pm25", "pm2.5"),
)
"""Ability → the protocol's word. Of two for one word the first counts: a set temperature before a measured one."""

STEPS: Mapping[str, float] = {
    "brightness": 25, "volume": 10, "temperature": 1, "humidity": 5, "windspeed": 1, "channel": 1,
    "colorTemperature": 800,
}  # fmt: skip
"""How far an adjustment goes that names no step; 25 for brightness as in a published vendor table."""

_DEEDS: Mapping[str, Sequence[str]] = {
    "TurnOn": ("start", "open"), "TurnOff": ("dock", "close"), "Pause": ("pause", "stop"), "Continue": ("start",),
    "Play": ("start",), "Cancel": ("stop",),
}  # fmt: skip
_QUERY_OF = {word: name for name, word in QUERIES.items()}
_AT_WORK = ("clean", "run", "work", "return")
ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One word of the protocol that a thing understands."""

    word: str
    ability: str
    member: Property

    @property
    def is_writable(self) -> bool:
        return self.member.is_writable and self.ability != "activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an order means for a thing: values, or a service."""

    values: Mapping[str, Json]
    service: str = ""


def device_type(product: Product) -> str:
    if product.kind == "generic" and product.domain == "switch":
        return "switch"
    return TYPES_OF_KINDS.get(product.kind, "sensor")


def facets_of(product: Product) -> dict[str, Facet]:
    """By the protocol's word; empty for a thing that it cannot speak of."""
    found: dict[str, Facet] = {}
    for ability, word in _WORDS:
        identifier = product.meaning.property_for(ability)
        if identifier is None or word in found:
            continue
        member = product.model.properties[identifier]
        if _fits(word, ability, member):
            found[word] = Facet(word=word, ability=ability, member=member)
    return found


def actions_of(product: Product) -> list[str]:
    """Controls and queries that it understands."""
    facets = facets_of(product)
    controls = [
        name for name, order in ORDERS.items()
        if (facet := facets.get(order.property)) is not None and facet.is_writable and _suits(facet, order)
    ]  # fmt: skip
    deeds = [name for name in _DEEDS if name not in controls and _service(product, name)]
    queries = ["Query", *(_QUERY_OF[word] for word in facets if word in _QUERY_OF)]
    return [*controls, *deeds, *queries]


def properties_of(product: Product, twin: Twin, words: Iterable[str] | None = None) -> list[dict[str, str]]:
    """What it has reported, as text."""
    wanted = None if words is None else set(words)
    told: list[dict[str, str]] = []
    for word, facet in facets_of(product).items():
        said = twin.reported.get(facet.member.identifier)
        if said is None or (wanted is not None and word not in wanted):
            continue
        value = _spelt(product, facet, said.value)
        if value:
            told.append({"name": word, "value": value})
    return told


def wanted_of(product: Product, twin: Twin, name: str, value: str) -> Wanted:
    """What an order asks of a thing.

    Raises:
        VendorError: unsupported, or a value that makes no sense.
    """
    order = ORDERS.get(name)
    facet = facets_of(product).get(order.property) if order is not None else None
    if order is None or facet is None or not facet.is_writable or not _suits(facet, order):
        service = _service(product, name)
        if service:
            return Wanted(values={}, service=service)
        raise VendorError(ErrorCode.UNSUPPORTED, f"{name} is nothing that it can do")
    return Wanted(values={facet.member.identifier: _meant(product, facet, order, twin, value)})


def _meant(product: Product, facet: Facet, order: Order, twin: Twin, value: str) -> Json:
    shape = facet.member.type
    if order.value is not None:
        is_on = order.value == ON
        if facet.ability == "position" and isinstance(shape, NumberType):
            return shape.max if is_on and shape.max is not None else (100 if is_on else shape.min or 0)
        return int(is_on)
    if facet.word == "color":
        return _color(value)
    if isinstance(shape, EnumType):
        return _moved_choice(product, facet, order, twin, value)
    if not isinstance(shape, NumberType):
        raise VendorError(ErrorCode.UNSUPPORTED, f"{order.property} cannot be set")
    return _number(facet, shape, order, twin, value)


def _number(facet: Facet, shape: NumberType, order: Order, twin: Twin, value: str) -> Json:
    low = shape.min if shape.min is not None else 0.0
    high = shape.max if shape.max is not None else 100.0
    if order.operation == "set":
        wanted = {"max": high, "min": low}.get(value.strip().lower(), number_of(value))
        if wanted is None:
            raise VendorError(ErrorCode.PARAMS, f"{value[:40]!r} is no number")
        if not low <= wanted <= high:
            raise VendorError(ErrorCode.PARAMS, f"{facet.word} goes from {low:g} to {high:g}")
    else:
        said = twin.reported.get(facet.member.identifier)
        if said is None or not isinstance(said.value, int | float):
            raise VendorError(ErrorCode.SERVICE, f"nobody knows yet where {facet.word} is")
        step = number_of(value) if value.strip() else STEPS[facet.word]
        if step is None or step < 0:
            raise VendorError(ErrorCode.PARAMS, f"{value[:40]!r} is no step")
        wanted = min(max(said.value + (step if order.operation == "up" else -step), low), high)
    return round(wanted) if shape.kind == "int" else wanted


def _moved_choice(product: Product, facet: Facet, order: Order, twin: Twin, value: str) -> int:
    words = choices_of(product, facet)
    if order.operation == "set":
        plain = value.strip().lower()
        aliases = MODE_ALIASES if facet.word == "mode" else WIND_ALIASES
        for number, word in words.items():
            if word.lower() in (plain, aliases.get(plain, plain)) or str(number) == plain:
                return number
        raise VendorError(ErrorCode.PARAMS, f"{facet.word} has no {value[:40]!r}")
    # Automatic is no speed, so that "faster" starts from the lowest one.
    speeds = sorted(number for number, word in words.items() if word != "auto")
    said = twin.reported.get(facet.member.identifier)
    current = said.value if said is not None else None
    if not speeds or not isinstance(current, int):
        raise VendorError(ErrorCode.SERVICE, f"nobody knows yet where {facet.word} is")
    place = speeds.index(current) if current in speeds else 0
    step = round(number_of(value) or 1) * (1 if order.operation == "up" else -1)
    return speeds[min(max(place + step, 0), len(speeds) - 1)]


def choices_of(product: Product, facet: Facet) -> dict[int, str]:
    """The numbers of an enum property and the protocol's words for them."""
    shape = facet.member.type
    if not isinstance(shape, EnumType):
        return {}
    table = MODES if facet.word == "mode" else WIND_SPEEDS
    aliases = MODE_ALIASES if facet.word == "mode" else WIND_ALIASES
    english = {spoken: word for word, (_, spoken, _) in table.items()}
    words: dict[int, str] = {}
    for number, label in shape.labels.items():
        names = product.option_names.get(facet.member.identifier, {}).get(number)
        plain = (names.en if names else label).lower()
        spoken = (aliases.get(plain, plain), english.get(plain, ""), aliases.get(label, label))
        words[number] = next((one for one in spoken if one in table), plain)
    return words


def _color(value: str) -> str:
    found = color_of(value.strip())
    if not found.startswith("#"):
        raise VendorError(ErrorCode.PARAMS, f"{value[:40]!r} is no colour: {', '.join(COLORS)}")
    return found


def _spelt(product: Product, facet: Facet, value: Json) -> str:
    if facet.word == "powerstate":
        return ON if _is_on(product, facet, value) else OFF
    if facet.word == "mute":
        return ON if value else OFF
    if facet.word == "color":
        return color_name(str(value))
    if isinstance(facet.member.type, EnumType):
        return choices_of(product, facet).get(value, "") if isinstance(value, int) else ""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _is_on(product: Product, facet: Facet, value: Json) -> bool:
    if facet.ability != "activity":
        return bool(value)
    shape = facet.member.type
    label = shape.labels.get(value, "") if isinstance(shape, EnumType) and isinstance(value, int) else ""
    return any(word in label.lower() for word in _AT_WORK)


def _fits(word: str, ability: str, member: Property) -> bool:
    shape = member.type
    if word == "color":
        return isinstance(shape, TextType)
    if word in ("powerstate", "mute"):
        return isinstance(shape, BoolType | EnumType) or ability == "position"
    return isinstance(shape, NumberType | EnumType)


def _suits(facet: Facet, order: Order) -> bool:
    """Whether a property of that shape can take such an order."""
    if order.operation == "set":
        return True
    is_steps = facet.word == "windspeed"
    return isinstance(facet.member.type, NumberType) or is_steps


def _service(product: Product, name: str) -> str:
    """The service that does what an order asks, when it needs no inputs."""
    for action in _DEEDS.get(name, ()):
        found = product.meaning.service_for(action)
        if found is not None and not product.model.services[found].inputs:
            return found
    return next(
        (
            service
            for action in _DEEDS.get(name, ())
            for service in product.model.services
            if service == action and not product.model.services[service].inputs
        ),
        "",
    )
