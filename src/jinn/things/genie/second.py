"""Version 2.0 of the protocol: properties by name instead of a name for each order, several devices at once. Pure."""

import math
from collections.abc import Mapping, Sequence

from jinn.kernel import Invalid, Unavailable
from jinn.things.genie.describing import canonical, number_of
from jinn.things.genie.devices import VendorDevice
from jinn.things.genie.envelope import SUCCESS, Answered, VendorError, pairs_of
from jinn.things.genie.vocabulary import OFF_WORDS, ON_WORDS, ORDERS
from jinn.things.values import Json

SECOND = 2
SET, ADJUST, GET = "thing.attribute.set", "thing.attribute.adjust", "thing.attribute.get"
DEVICES_AT_ONCE_MAX = 100
_STATES = ("status", "properties", "data", "params")
"""Where adapters put what a device is; the first that is there counts."""


def as_order(device: VendorDevice, name: str, attribute: str, value: str) -> tuple[str, dict[str, Json]]:
    """A control of 1.0 as name and payload of 2.0.

    Raises:
        Invalid: `vendor-unsupported`: 2.0 has properties only, and no word for what is something to do.
    """
    order = ORDERS.get(name)
    if order is None:
        raise Invalid(f"Protocol 2.0 has no word for {name}.", code="vendor-unsupported")
    told = typed(value)
    if order.operation == "set":
        return SET, {**about(device), "params": {attribute: told}}
    step = told if isinstance(told, int | float) else 1
    return ADJUST, {**about(device), "params": {attribute: step if order.operation == "up" else -step}}


def about(device: VendorDevice) -> dict[str, Json]:
    """Which device a request is about."""
    return {"deviceIds": [device.id], "extensions": {device.id: dict(device.extensions)}}


def typed(value: str) -> Json:
    """2.0 has numbers, and 1 and 0 for on and off, where 1.0 has text."""
    plain = value.strip().lower()
    if plain in ("on", "off"):
        return int(plain == "on")
    number = number_of(value)
    return value if number is None else int(number) if number.is_integer() else number


def answer_for(device_id: str, answer: Answered) -> Answered:
    """What an answer about several says of one; an answer without a list is about the one.

    Raises:
        VendorError: the cloud's no for this device.
        Unavailable: `vendor-answer`: the list does not say anything of it.
    """
    listed = answer.payload.get("deviceResponseList")
    if not isinstance(listed, list):
        return answer
    for entry in listed:
        if isinstance(entry, dict) and str(entry.get("deviceId", "")) == device_id:
            code = entry.get("errorCode")
            if code not in SUCCESS:
                message = entry.get("message")
                raise VendorError(str(code)[:64], message[:200] if isinstance(message, str) else "")
            told = next((entry[name] for name in _STATES if name in entry), None)
            return Answered(
                name=answer.name, message_id=answer.message_id, version=answer.version, payload=entry,
                properties=pairs_of(told) or answer.properties,
            )  # fmt: skip
    raise Unavailable("The vendor's cloud answered, and said nothing of this device.", code="vendor-answer")


def as_orders(name: str, params: Mapping[str, Json]) -> list[tuple[str, str]]:
    """What a request of 2.0 asks, as controls of 1.0 with their values.

    Raises:
        Invalid: `bad-params`: what it asks makes no sense.
    """
    if not params:
        raise Invalid("There are no params.", code="bad-params")
    return [_control(name, canonical(word), value) for word, value in params.items()]


def _control(name: str, word: str, value: Json) -> tuple[str, str]:
    if name == ADJUST:
        step = number_of(value)
        if step is None or not math.isfinite(step):
            raise Invalid(f"{word[:40]} cannot be moved by {str(value)[:40]!r}.", code="bad-params")
        wanted, text = "up" if step >= 0 else "down", f"{abs(step):g}"
    else:
        wanted, text = "set", _text(value)
    for control, order in ORDERS.items():
        if order.property == word and order.operation == wanted:
            if order.value is None:
                return control, text
            if text.lower() in (ON_WORDS if order.value == "on" else OFF_WORDS):
                return control, order.value
    # A name that no thing has: it is refused as one that is not supported.
    return f"{name}:{word}"[:80], text


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return str(value) if isinstance(value, str | int | float) else ""


def device_entry(entry: Mapping[str, object], properties: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """A device of ours as a discovery of 2.0 lists it: its state by name, its product, and no actions."""
    kept = {name: value for name, value in entry.items() if name not in ("properties", "actions")}
    return {**kept, "productKey": entry["model"], "status": status_of(properties)}


def status_of(properties: Sequence[Mapping[str, str]]) -> dict[str, Json]:
    return {one["name"]: typed(one["value"]) for one in properties}


def is_second(version: object) -> bool:
    """Whether a request's `payLoadVersion` says 2, as a number or as text."""
    return not isinstance(version, bool) and version in (SECOND, str(SECOND))
